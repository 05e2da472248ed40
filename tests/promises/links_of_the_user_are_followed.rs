//! What a user keeps behind links, as stow and home-manager make them, is read and written there; what
//! somebody else could lead elsewhere is not.
#![cfg(unix)]

use crate::support::{Home, am_root, have, missing, program};
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, lchown, symlink};
use std::path::{Path, PathBuf};

const CONSENT: &str = ".config/sayso/consent/werf.toml";
const CONFIG: &str = ".config/sayso/config.toml";
const OTHERS: u32 = 4242;

fn granted() -> Home {
    let home = Home::new();
    home.declare("werf").run(&["enable", "werf", "--notice", "1"]).ends(0);
    home
}

/// Moves a file into another folder and leaves a link there; says where the file is now.
fn behind_a_link(home: &Home, file: &str) -> PathBuf {
    let (path, dotfiles) = (home.path().join(file), home.path().join("dotfiles"));
    fs::create_dir_all(&dotfiles).expect("a folder");
    fs::set_permissions(&dotfiles, fs::Permissions::from_mode(0o755)).expect("a mode");
    let target = dotfiles.join(path.file_name().expect("a name"));
    match path.exists() {
        true => fs::rename(&path, &target).expect("moved"),
        false => fs::write(&target, "version = 1\n").expect("a file"),
    }
    symlink(&target, &path).expect("a link");
    target
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink())
}

#[test]
fn a_choice_behind_a_link_is_read_and_written_there() {
    let home = granted();
    let target = behind_a_link(&home, CONSENT);
    let link = home.path().join(CONSENT);
    assert_eq!(home.reason("werf", "usage"), (true, "granted".to_owned()));
    let text = fs::read_to_string(&target).expect("the file");
    fs::write(&target, format!("# mine\n{text}")).expect("the file");
    home.run(&["disable", "werf"]).ends(0);
    assert!(is_link(&link), "the link is gone");
    let text = fs::read_to_string(&target).expect("the file");
    assert!(text.starts_with("# mine\n") && text.contains("\nchoice = \"denied\""), "{text}");
    assert_eq!(home.reason("werf", "usage"), (false, "denied".to_owned()));
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    assert!(is_link(&link) && home.reason("werf", "usage").0);
    assert_eq!(fs::read_dir(target.parent().expect("a folder")).expect("it").count(), 1);
    // A link to a link, and one that names its target from where it stands.
    fs::remove_file(&link).expect("the link");
    symlink("../../../dotfiles/second", &link).expect("a link");
    symlink("werf.toml", home.path().join("dotfiles/second")).expect("a link");
    assert!(home.reason("werf", "usage").0);
    home.run(&["disable", "werf"]).ends(0);
    assert!(!home.reason("werf", "usage").0);
    assert!(is_link(&link) && is_link(&home.path().join("dotfiles/second")));
    home.run(&["doctor"]).ends(0);
}

#[test]
fn a_config_behind_a_link_is_read_and_written_there() {
    let home = Home::new();
    home.declare("werf");
    fs::create_dir_all(home.path().join(".config/sayso")).expect("a folder");
    let target = behind_a_link(&home, CONFIG);
    home.run(&["default", "off"]).ends(0);
    assert!(is_link(&home.path().join(CONFIG)));
    assert!(fs::read_to_string(&target).expect("it").contains("default = \"off\""));
    assert_eq!(home.reason("werf", "usage"), (false, "default-off".to_owned()));
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    assert!(fs::read_to_string(&target).expect("it").contains("id = "));
    // What is left behind the link names nobody, and allows nothing.
    home.run(&["forget", "--everything"]).ends(0);
    assert!(!is_link(&home.path().join(CONFIG)));
    assert!(!fs::read_to_string(&target).expect("it").contains("id = "));
}

#[test]
fn forgetting_everything_leaves_no_opt_in_behind_a_link() {
    let home = granted();
    let target = behind_a_link(&home, CONSENT);
    home.run(&["forget", "--everything"]).ends(0);
    assert!(!is_link(&home.path().join(CONSENT)));
    let text = fs::read_to_string(&target).expect("it");
    assert!(!text.contains("granted") && !text.contains("salt"), "{text}");
}

#[test]
fn a_link_that_others_could_lead_elsewhere_allows_nothing() {
    let root = am_root();
    type Damage = fn(&Path, &Path);
    let cases: [(&str, bool, Damage); 7] = [
        ("is a link to nothing", false, |_, target| fs::remove_file(target).expect("the file")),
        ("leads back to itself", false, |link, target| {
            fs::remove_file(target).expect("the file");
            symlink(link, target).expect("a link");
        }),
        ("is not a regular file", false, |_, target| {
            fs::remove_file(target).expect("the file");
            fs::create_dir(target).expect("a folder");
        }),
        ("can be changed by other users", false, |_, target| {
            fs::set_permissions(target, fs::Permissions::from_mode(0o666)).expect("a mode");
        }),
        ("in a folder that can be changed", false, |_, target| {
            let folder = target.parent().expect("a folder");
            fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).expect("a mode");
        }),
        ("is a link of another user", true, |link, _| {
            lchown(link, Some(OTHERS), None).expect("the right");
        }),
        ("belongs to another user", true, |_, target| {
            chown(target, Some(OTHERS), None).expect("the right");
        }),
    ];
    for (why, needs_root, damage) in cases {
        if needs_root && !root {
            continue;
        }
        let home = granted();
        let target = behind_a_link(&home, CONSENT);
        damage(&home.path().join(CONSENT), &target);
        let before = fs::read(&target).ok();
        assert_eq!(home.reason("werf", "usage"), (false, "unreadable".to_owned()), "{why}");
        for arguments in [&["doctor"][..], &["status"]] {
            let ran = home.run(arguments);
            assert!(format!("{}{}", ran.stdout, ran.stderr).contains(why), "{why}: {ran:?}");
        }
        home.run(&["enable", "werf", "--notice", "1"]).ends(1);
        // An opt-out replaces the link, and keeps it beside the new file.
        let told = home.run(&["disable", "werf"]).ends(0);
        assert!(told.stdout.contains("werf.toml.damaged-"), "{why}: {told:?}");
        assert_eq!(home.reason("werf", "usage"), (false, "denied".to_owned()), "{why}");
        assert!(before.is_none() || fs::read(&target).ok() == before, "{why}");
    }
}

#[test]
fn what_a_manager_keeps_read_only_is_readable_and_the_message_says_so() {
    if !am_root() || !have("unshare") || !have("mount") {
        return;
    }
    let script = r#"
        set -u; program=$1; store=$HOME/store
        mount --bind "$store" "$store" && mount -o remount,bind,ro "$store" || { echo no mount; exit; }
        say() { "$program" "$@" 2>&1; echo "$1: $?"; }
        say check werf
        say disable werf
        say default ask
        test -L .config/sayso/config.toml && test -L .config/sayso/consent/werf.toml && echo links
        DO_NOT_TRACK=1 say check werf
        WERF_TELEMETRY=0 say check werf
        rm -r .config/sayso; ln -s "$store" .config/sayso
        say check werf
        say disable werf
    "#;
    let home = granted();
    let store = home.path().join("store");
    fs::create_dir(&store).expect("a folder");
    fs::create_dir(store.join("consent")).expect("a folder");
    for (file, kept) in [(CONSENT, "consent/werf.toml"), (CONFIG, "config.toml")] {
        let path = home.path().join(file);
        let target = store.join(kept);
        fs::rename(&path, &target).expect("moved");
        fs::set_permissions(&target, fs::Permissions::from_mode(0o444)).expect("a mode");
        symlink(&target, &path).expect("a link");
    }
    let mut command = home.command("unshare");
    let output = command.args(["-m", "sh", "-c", script, "sh"]).arg(program()).output();
    let said = String::from_utf8_lossy(&output.expect("it runs").stdout).into_owned();
    if said.starts_with("no mount") {
        missing("the right to mount");
        return;
    }
    let parts =
        ["check: 0", "error: werf is still on", "is managed", "hint: export WERF_TELEMETRY=0"];
    let parts = parts.into_iter().chain(["disable: 1", "is managed", "default: 1", "links"]);
    let mut rest = said.as_str();
    let parts = parts.chain(["check: 1", "check: 1", "check: 0", "is still on", "is managed"]);
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { panic!("{part:?} in {said}") };
        rest = after;
    }
    assert!(!said.contains("sudo") && !said.contains(" root"), "{said}");
}

#[test]
fn a_third_party_file_that_a_manager_keeps_is_told_with_the_variable_first() {
    if !am_root() || !have("unshare") || !have("mount") {
        return;
    }
    let script = r#"
        set -u; program=$1; store=$HOME/store
        mount --bind "$store" "$store" && mount -o remount,bind,ro "$store" || { echo no mount; exit; }
        PATH=$HOME/bin:$PATH "$program" disable turborepo 2>&1; echo "disable: $?"
    "#;
    let home = Home::new();
    home.write("bin/turbo", "#!/bin/sh\nexit 99\n");
    let turbo = home.path().join("bin/turbo");
    fs::set_permissions(turbo, fs::Permissions::from_mode(0o755)).expect("a mode");
    home.write("store/telemetry.json", "{\"telemetry_enabled\": true}\n");
    fs::create_dir_all(home.path().join(".config/turborepo")).expect("a folder");
    let link = home.path().join(".config/turborepo/telemetry.json");
    symlink(home.path().join("store/telemetry.json"), &link).expect("a link");
    let mut command = home.command("unshare");
    let output = command.args(["-m", "sh", "-c", script, "sh"]).arg(program()).output();
    let said = String::from_utf8_lossy(&output.expect("it runs").stdout).into_owned();
    if said.starts_with("no mount") {
        missing("the right to mount");
        return;
    }
    let first = said.lines().find(|line| line.starts_with("hint: ")).unwrap_or_default();
    assert!(first.starts_with("hint: export ") && first.contains('='), "{said}");
    assert!(said.contains("is managed") && said.contains("disable: 1"), "{said}");
    assert!(!said.contains("sudo") && !said.contains(" root"), "{said}");
}
