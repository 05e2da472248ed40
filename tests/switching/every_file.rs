//! For every file of a person's in the catalogue, missing and existing: off, on, and as it was.

use super::{Machine, assert_same};
use crate::support::catalogue;
use sayso::catalogue::entry::{Entry, File, Scope, System};
use sayso::catalogue::formats::format::Scalar;
use sayso::catalogue::keyword::Keyword;
use sayso::catalogue::reading::in_text;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// What a person may have in such a file, by format: with comments, odd spaces, line ends of Windows.
const FILES: &[(&str, &str)] = &[
    ("json", "{\n    // mine\n    \"other\" : [1, 2], /* kept */\n    \"last\": null\n}"),
    ("yaml", "# mine\nother:\n  - 1\nlast: ~   # kept\n"),
    ("toml", "# mine\r\n[other]\r\nx = 1 # kept\r\n"),
    ("ini", "; mine\n[other]\nx = 1\n\n"),
    ("gitconfig", "[core]\n\tbare = false # mine\n"),
    ("properties", "# mine\nother = 1\n"),
];

const PROFILES: &str = "# mine\nactive = \"mine\"\n\n[profiles.mine]\n# kept\n\n[profiles.x]\n";

/// Where a person's file is in a home with these programs and without further variables.
fn in_the_home(file: &File) -> Option<String> {
    let places = [
        ("{home}/", ""),
        ("{xdg_config}/", ".config/"),
        ("{xdg_data}/", ".local/share/"),
        ("{exe_dir}/", "bin/"),
        ("{brew_repository}/", ""),
    ];
    let is_own = file.scope == Scope::User && file.system.covers(System::here());
    places.into_iter().filter(|_| is_own).find_map(|(token, folder)| {
        Some(format!("{folder}{}", file.place.path.strip_prefix(token)?))
    })
}

fn text_of(entry: &Entry, file: &File) -> Option<String> {
    if entry.id.as_str() == "prefect" {
        return Some(PROFILES.to_owned());
    }
    let written = file.format?.as_str();
    let sample = FILES.iter().find(|(format, _)| *format == written);
    match (sample, &file.on) {
        (Some((_, text)), _) => Some((*text).to_owned()),
        (None, Some(Scalar::Text(on))) => Some(format!("{on} 2026-01-01\n")),
        _ => None,
    }
}

fn state(machine: &Machine, entry: &Entry, channel: &str) -> String {
    let ran = machine.run(&["status", entry.id.as_str(), "--json"]).ends(0);
    let document: Value = serde_json::from_str(&ran.stdout).expect("one document");
    let purposes = document["tools"][0]["purposes"].as_array().expect("purposes");
    let is_meant = |purpose: &&Value| purpose["purpose"] == channel;
    let found = purposes.iter().find(is_meant).expect("the channel");
    found["state"].as_str().expect("a word").to_owned()
}

/// Every word of the text is still there, in its order.
#[track_caller]
fn assert_kept(text: &str, now: &str, about: &str) {
    let mut rest = now;
    for word in text.split_whitespace().map(|word| word.trim_end_matches(',')) {
        let Some((_, after)) = rest.split_once(word) else {
            panic!("{about}: {word:?} is gone from\n{now}");
        };
        rest = after;
    }
}

/// Tries each file: prepares the home, switches, looks, undoes, and compares the whole home.
fn each(
    command: &str,
    expected: &[&str],
    prepare: &dyn Fn(&Entry, &File) -> Option<Option<String>>,
) {
    let machine = Machine::with_everything();
    let mut tried = 0;
    for entry in catalogue() {
        let mut places = BTreeSet::new();
        for file in &entry.files {
            let Some(place) = in_the_home(file).filter(|place| places.insert(place.clone())) else {
                continue;
            };
            let Some(text) = prepare(&entry, file) else { continue };
            let path = machine.home.path().join(&place);
            if let Some(text) = &text {
                machine.home.write(&place, text);
                fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("a mode");
            }
            let before = machine.tree();
            let (id, channel) = (entry.id.as_str(), file.channel.as_str());
            let ran = machine.run(&[command, id, channel]);
            let is = state(&machine, &entry, channel);
            assert!(expected.contains(&is.as_str()), "{id}: {is} after {ran:#?}");
            let now = fs::read_to_string(&path).unwrap_or_default();
            let is_overwritten = file.key.is_empty();
            let own = text_of(&entry, file).filter(|_| text.is_some() && !is_overwritten);
            if let Some(own) = own {
                assert_kept(&own, &now, &format!("{id} {command}"));
            }
            machine.run(&["undo", id]).ends(0);
            assert_same(&before, &machine.tree());
            let _ = fs::remove_file(&path);
            tried += 1;
        }
    }
    assert!(tried > 30, "only {tried} files were tried");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "prepares files at the places of Linux")]
fn a_file_that_is_not_there_is_made_and_goes_again() {
    // Prefect's says nothing by itself: it has to be there.
    let can_be_made =
        |entry: &Entry, file: &File| file.format.is_some() && entry.id.as_str() != "prefect";
    each("disable", &["off"], &|entry, file| can_be_made(entry, file).then_some(None));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "prepares files at the places of Linux")]
fn a_file_that_is_there_gets_one_key_and_loses_it_again() {
    each("disable", &["off"], &|entry, file| Some(Some(text_of(entry, file)?)));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "prepares files at the places of Linux")]
fn a_switch_that_is_put_on_is_as_it_was_after_undo() {
    // What is only listed is never shown as certain; so it is unknown then, and not off.
    each("enable", &["on", "unknown"], &|entry, file| {
        let off = file.on.as_ref().map(|_| &file.off)?;
        let text = text_of(entry, file)?;
        let key: Vec<String> =
            file.key.iter().map(|name| name.replace("{active}", "mine")).collect();
        let text = file.format?.set(text.as_bytes(), &key, off).expect("a change");
        Some(Some(String::from_utf8(text).expect("text")))
    });
}

#[test]
fn everything_is_switched_off_and_put_back_at_once() {
    let machine = Machine::with_everything();
    // Its file is the machine's own, which is not ours to try.
    fs::remove_file(machine.home.path().join("bin/popularity-contest")).ok();
    let before = machine.tree();
    let ran = machine.run(&["disable"]).ends(1);
    assert!(ran.stderr.contains("hint: export GRADIO_ANALYTICS_ENABLED=False"), "{ran:#?}");
    let turned = machine.tree();
    assert!(turned.len() > before.len() + 20, "{}", turned.len());
    assert!(!machine.home.path().join(".terraformrc").exists(), "it is only listed");
    machine.run(&["undo"]).ends(0);
    assert_same(&before, &machine.tree());
    assert_eq!(machine.run(&["undo"]).ends(0).stdout, "There is nothing to undo.\n");
    machine.run(&["disable", "--dry-run"]).ends(0);
    assert_same(&before, &machine.tree());
}

/// What stands in a file that sayso does not read is never taken for off; what to set is told.
#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "prepares files at the places of Linux")]
fn a_file_that_is_not_read_is_left_to_the_person() {
    let machine = Machine::with_everything();
    let mut tried = 0;
    for entry in catalogue() {
        for file in entry.files.iter().filter(|file| file.format.is_none()) {
            let Some(place) = in_the_home(file) else { continue };
            let (id, channel) = (entry.id.as_str(), file.channel.as_str());
            let (key, off) = (file.key.join("."), in_text(&file.off));
            let by_hand = format!("set {key} to {off} in ~/{place} by hand");
            for text in [None, Some(format!("{key} = {off}\n")), Some("anything\n".to_owned())] {
                if let Some(text) = &text {
                    machine.home.write(&place, text);
                    assert_eq!(state(&machine, &entry, channel), "unknown", "{id} {channel}");
                }
                let before = machine.tree();
                let has_variable = entry.variables_of(file.channel).next().is_some();
                let ran = machine.run(&["disable", id, channel]).ends(1);
                assert!(has_variable || ran.stderr.contains(&by_hand), "{id}: {ran:#?}");
                assert_ne!(state(&machine, &entry, channel), "off", "{id} {channel}");
                let shown = machine.run(&["show", id]).ends(0).stdout;
                let shown: Vec<&str> = shown.split_whitespace().collect();
                assert!(shown.join(" ").contains(&by_hand), "{id}: {shown:?}");
                machine.run(&["undo", id]).ends(0);
                assert_same(&before, &machine.tree());
            }
            fs::remove_file(machine.home.path().join(&place)).expect("it was written");
            tried += 1;
        }
    }
    assert_eq!(tried, 3);
    let all = machine.run(&["disable"]).ends(1);
    assert!(all.stderr.contains("syncthing: crash is still on"), "{all:#?}");
    machine.home.write(".config/syncthing/config.xml", "<configuration/>");
    let all = machine.run(&["disable"]).ends(1);
    assert!(all.stdout.contains("syncthing"), "it is not verified: {all:#?}");
    assert!(!all.stderr.contains("syncthing: crash"), "{all:#?}");
}
