//! Things that are not the files they should be.

use super::*;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

/// Far more than anything takes here: what needs it waits for somebody.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Thing {
    Link,
    DanglingLink,
    Fifo,
    Folder,
    Huge,
    NotText,
}

const ALL: [Thing; 6] =
    [Thing::Link, Thing::DanglingLink, Thing::Fifo, Thing::Folder, Thing::Huge, Thing::NotText];

/// Puts something in the place of a file. A link leads to the file's own content, elsewhere.
fn put(home: &Home, path: &str, thing: Thing) {
    let path = home.path().join(path);
    let _ = fs::create_dir_all(path.parent().expect("a folder"));
    match thing {
        Thing::Link => {
            let target = home.path().join("victim");
            match path.exists() {
                true => fs::rename(&path, &target).expect("moved"),
                false => fs::write(&target, "secret\n").expect("a file"),
            }
            symlink(&target, &path).expect("a link");
            return;
        }
        _ => _ = fs::remove_file(&path),
    }
    match thing {
        Thing::Link => {}
        Thing::DanglingLink => symlink(home.path().join("victim"), &path).expect("a link"),
        Thing::Fifo => {
            let made = Command::new("mkfifo").arg(&path).status().expect("it runs");
            assert!(made.success());
        }
        Thing::Folder => fs::create_dir(&path).expect("a folder"),
        Thing::Huge => {
            let file = fs::File::create(&path).expect("a file");
            file.set_len(200 * 1024 * 1024).expect("a size");
        }
        Thing::NotText => fs::write(&path, [0xff, 0xfe, 0, 1]).expect("a file"),
    }
}

/// Runs a command that must not wait for anything.
#[track_caller]
fn quickly(home: &Home, arguments: &[&str]) -> Ran {
    let start = Instant::now();
    let mut command = home.command("timeout");
    let output = command.args(["-s", "KILL", "10"]).arg(program()).args(arguments).output();
    assert!(start.elapsed() < PATIENCE, "{arguments:?} waits");
    Ran::of(&output.expect("it runs"))
}

#[test]
fn an_answer_that_is_no_plain_file_of_ones_own_is_no_yes_and_a_no_replaces_it() {
    if !have("timeout") || !have("mkfifo") {
        return;
    }
    for thing in ALL.into_iter().filter(|thing| *thing != Thing::Link) {
        let home = granted();
        put(&home, CONSENT, thing);
        let victim = fs::read(home.path().join("victim")).ok();
        quickly(&home, &["check", "werf"]).says_only(1);
        assert_eq!(reason(&home), "unreadable", "{thing:?}");
        let status = quickly(&home, &["status"]).ends(0);
        assert!(status.stderr.contains("consent/werf.toml"), "{thing:?}: {status:?}");
        quickly(&home, &["enable", "werf", "--notice", "1"]).tells();
        let told = quickly(&home, &["disable", "werf"]).ends(0);
        assert!(told.stdout.contains("werf.toml.damaged-"), "{thing:?}: {told:?}");
        let there = fs::symlink_metadata(home.path().join(CONSENT)).expect("a file");
        assert!(there.is_file(), "{thing:?}");
        assert_eq!(reason(&home), "denied", "{thing:?}");
        assert_eq!(fs::read(home.path().join("victim")).ok(), victim, "{thing:?}");
    }
}

#[test]
fn the_draft_of_an_answer_is_never_written_through_a_link_or_into_a_pipe() {
    if !have("timeout") || !have("mkfifo") {
        return;
    }
    for thing in [Thing::Link, Thing::DanglingLink, Thing::Fifo, Thing::Folder] {
        let home = granted();
        put(&home, ".config/sayso/consent/.werf.toml.new", thing);
        let victim = fs::read(home.path().join("victim")).ok();
        let before = home.read(CONSENT);
        quickly(&home, &["disable", "werf"]).tells();
        // Where the draft cannot even be opened, the opt-out is written over the old file.
        match thing {
            Thing::Folder => assert_eq!(reason(&home), "denied"),
            _ => assert_eq!(home.read(CONSENT), before, "{thing:?}"),
        }
        assert_eq!(fs::read(home.path().join("victim")).ok(), victim, "{thing:?}");
    }
}

#[test]
fn a_config_that_cannot_be_read_matters_only_where_nobody_decided() {
    if !have("timeout") || !have("mkfifo") {
        return;
    }
    for thing in ALL.into_iter().filter(|thing| *thing != Thing::Link) {
        let home = granted();
        put(&home, CONFIG, thing);
        quickly(&home, &["check", "werf"]).says_only(0);
        quickly(&home, &["default", "off"]).tells();
        let undecided = declared();
        put(&undecided, CONFIG, thing);
        quickly(&undecided, &["check", "werf"]).says_only(1);
        assert_eq!(reason(&undecided), "unreadable", "{thing:?}");
        let status = quickly(&undecided, &["status"]).ends(0);
        assert!(status.stderr.contains("config.toml"), "{thing:?}: {status:?}");
        // A no needs no config.
        quickly(&undecided, &["disable", "werf"]).ends(0);
        assert_eq!(reason(&undecided), "denied", "{thing:?}");
    }
}

#[test]
fn disable_for_everything_reaches_the_tools_even_if_the_config_cannot_be_changed() {
    let home = granted();
    home.write(CONFIG, "version = 1\ndefault = \n");
    home.run(&["disable"]).tells();
    assert_eq!(reason(&home), "denied");
    assert_eq!(home.read(CONFIG), "version = 1\ndefault = \n");
}

#[test]
fn a_state_folder_that_is_none_loses_no_answer() {
    if !have("timeout") || !have("mkfifo") {
        return;
    }
    for thing in [Thing::DanglingLink, Thing::Fifo, Thing::Huge, Thing::NotText] {
        let home = granted();
        fs::remove_dir_all(home.path().join(".local/state/sayso")).expect("the folder");
        put(&home, ".local/state/sayso", thing);
        quickly(&home, &["check", "werf"]).says_only(0);
        quickly(&home, &["status"]).ends(0);
        // The no is in force, and what could not be done is told.
        let told = quickly(&home, &["disable", "werf"]).tells();
        assert!(told.stderr.contains("the answer is stored, but"), "{thing:?}: {told:?}");
        assert_eq!(reason(&home), "denied", "{thing:?}");
    }
}

#[test]
fn folders_that_are_links_work_as_managers_of_dotfiles_need_it() {
    let home = declared();
    for folder in [".config", ".local/state"] {
        let real = home.path().join(folder.replace('/', "-").replace('.', "real-"));
        fs::create_dir_all(&real).expect("a folder");
        let _ = fs::remove_dir_all(home.path().join(folder));
        symlink(&real, home.path().join(folder)).expect("a link");
    }
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    home.run(&["check", "werf"]).says_only(0);
    assert!(home.files().contains(&"real-config/sayso/consent/werf.toml".to_owned()));
    assert!(fs::symlink_metadata(home.path().join(".config")).expect("it").is_symlink());
    home.run(&["disable", "werf"]).ends(0);
    home.run(&["check", "werf"]).says_only(1);
}

#[test]
fn a_history_that_is_no_file_loses_no_answer_and_is_not_written_through() {
    if !have("timeout") || !have("mkfifo") {
        return;
    }
    for thing in [Thing::Link, Thing::DanglingLink, Thing::Fifo, Thing::Folder] {
        let home = granted();
        put(&home, ".local/state/sayso/history/werf.jsonl", thing);
        let victim = fs::read(home.path().join("victim")).ok();
        quickly(&home, &["disable", "werf"]).tells();
        assert_eq!(reason(&home), "denied", "{thing:?}");
        assert_eq!(fs::read(home.path().join("victim")).ok(), victim, "{thing:?}");
        quickly(&home, &["history", "werf"]);
    }
}

#[test]
fn a_declaration_that_is_no_file_holds_and_a_no_needs_none() {
    if !have("timeout") || !have("mkfifo") {
        return;
    }
    for thing in [Thing::DanglingLink, Thing::Fifo, Thing::Folder, Thing::Huge, Thing::NotText] {
        let home = granted();
        put(&home, ".local/share/sayso/tools/werf.toml", thing);
        quickly(&home, &["check", "werf"]).says_only(1);
        quickly(&home, &["enable", "werf", "--notice", "1"]).tells();
        quickly(&home, &["status"]).ends(0);
        quickly(&home, &["disable", "werf"]).ends(0);
        assert!(home.read(CONSENT).contains("\nchoice = \"denied\""), "{thing:?}");
    }
}

#[test]
fn an_answer_that_everybody_can_change_is_no_yes() {
    let home = granted();
    let path = home.path().join(CONSENT);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).expect("a mode");
    home.run(&["check", "werf"]).says_only(1);
    assert_eq!(reason(&home), "unreadable");
    let doctor = home.run(&["doctor"]).ends(1);
    assert!(doctor.stdout.contains("can be changed by other users"), "{doctor:?}");
    home.run(&["disable", "werf"]).ends(0);
    assert_eq!(reason(&home), "denied");
}

#[test]
fn an_answer_that_belongs_to_somebody_else_is_no_yes() {
    if !am_root() {
        return;
    }
    let home = granted();
    chown(home.path().join(CONSENT), Some(NOBODY), None).expect("the right");
    home.run(&["check", "werf"]).says_only(1);
    assert_eq!(reason(&home), "unreadable");
    let status = home.run(&["status"]).ends(0);
    assert!(status.stderr.contains("belongs to another user"), "{status:?}");
    home.run(&["enable", "werf", "--notice", "1"]).tells();
    home.run(&["disable", "werf"]).ends(0);
    assert_eq!(reason(&home), "denied");
}

#[test]
fn a_folder_that_cannot_be_listed_keeps_nobody_from_saying_no() {
    let nowhere = [("XDG_DATA_DIRS", "/dev/null")];
    let home = granted();
    home.run_with(&nowhere, &["check", "werf"]).says_only(0);
    home.run_with(&nowhere, &["disable", "werf"]).ends(0);
    home.run_with(&nowhere, &["check", "werf"]).says_only(1);
    let home = granted();
    home.run_with(&nowhere, &["disable"]).ends(1);
    assert_eq!(reason(&home), "denied");
}

#[test]
fn nothing_that_others_wrote_reaches_the_terminal_as_an_order() {
    let home = granted();
    let named = "\u{1b}[31mred.toml";
    home.write(named, &home.read(".local/share/sayso/tools/werf.toml"));
    home.write("raw.toml", "tool = \"\u{1b}]0;title\u{7}\"\n");
    home.write("key.toml", "\"\\u001b]0;title\\u0007\" = 1\ntool = \"x\"\n");
    let red = [("DO_NOT_TRACK", "\u{1b}[31m\u{202e}")];
    for ran in [
        home.run(&["lint", named]),
        home.run(&["lint", "raw.toml"]),
        home.run(&["show", "./raw.toml"]),
        home.run(&["lint", "key.toml"]),
        home.run(&["declare", "key.toml"]),
        home.run(&["disable", "werf", named]),
        home.run_with(&red, &["status"]),
        home.run_with(&red, &["check", "werf", "--explain"]),
    ] {
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!said.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{said:?}");
    }
}
