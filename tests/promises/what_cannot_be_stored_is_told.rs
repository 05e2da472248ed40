//! Where an opt-out cannot be stored, the message says that the tool is still on, and first of all what
//! turns it off all the same.
#![cfg(unix)]

use crate::support::{Home, Ran, am_root, declaration, example, have, missing, nobody};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

const FOLDERS: [&str; 6] =
    [".config/sayso/consent", ".config/sayso", ".config", ".local/state/sayso", ".local/state", ""];

/// The declaration of werf, without the variables of its own.
fn without_variables() -> String {
    let text = fs::read_to_string(declaration("werf")).expect("a declaration");
    let mut is_environment = false;
    let lines = text.lines().filter(|line| {
        if line.starts_with('[') {
            is_environment = *line == "[environment]";
        }
        !is_environment
    });
    lines.map(|line| format!("{line}\n")).collect()
}

#[track_caller]
fn tells_that_it_is_on(ran: Ran, variable: &str) {
    let ran = ran.ends(1);
    assert!(ran.stderr.contains("werf is still on: your opt-out could not be stored"), "{ran:#?}");
    let hint = ran.stderr.lines().find(|line| line.starts_with("hint: ")).unwrap_or_default();
    assert!(hint.contains(variable), "{ran:#?}");
    assert!(!ran.stderr.contains("sudo") && !ran.stderr.contains(" root"), "{ran:#?}");
    assert!(!ran.stdout.contains("is off"), "{ran:#?}");
}

#[test]
fn a_home_that_is_read_only() {
    for (text, variable, value) in [
        (
            fs::read_to_string(declaration("werf")).expect("it"),
            "WERF_TELEMETRY=0",
            "WERF_TELEMETRY",
        ),
        (without_variables(), "DO_NOT_TRACK=1", "DO_NOT_TRACK"),
    ] {
        let home = Home::new();
        home.declare_text(&text).run(&["enable", "werf", "--notice", "1"]).ends(0);
        let Some(user) = nobody(&home) else { return };
        for folder in FOLDERS {
            let mode = fs::Permissions::from_mode(0o500);
            fs::set_permissions(home.path().join(folder), mode).expect("a mode");
        }
        let run = |arguments: &[&str], variables: &[(&str, &str)]| {
            let mut command = home.command(&user[0]);
            command.args(&user[1..]).args(arguments).envs(variables.iter().copied());
            Ran::of(&command.output().expect("it runs"))
        };
        for arguments in [&["disable", "werf"][..], &["forget", "werf"]] {
            tells_that_it_is_on(run(arguments, &[]), variable);
        }
        tells_that_it_is_on(run(&["disable"], &[]), "DO_NOT_TRACK=1");
        run(&["check", "werf"], &[]).ends(0);
        let (_, set_to) = variable.split_once('=').expect("a value");
        run(&["check", "werf"], &[(value, set_to)]).ends(1);
        // In another shell, the line is one for that shell.
        let fish = run(&["disable", "werf"], &[("SHELL", "/usr/bin/fish")]).ends(1);
        assert!(fish.stderr.contains(&format!("set -gx {value} ")), "{fish:?}");
        for folder in FOLDERS.iter().rev() {
            let mode = fs::Permissions::from_mode(0o700);
            fs::set_permissions(home.path().join(folder), mode).expect("a mode");
        }
    }
}

#[test]
fn files_that_cannot_be_changed() {
    if !am_root() || !have("chattr") {
        return;
    }
    for path in [".config/sayso/consent/werf.toml", ".config/sayso/consent"] {
        let home = Home::new();
        home.declare("werf").run(&["enable", "werf", "--notice", "1"]).ends(0);
        let chattr = |flag: &str| {
            let mut command = Command::new("chattr");
            let status =
                command.arg(flag).arg(home.path().join(path)).stderr(Stdio::null()).status();
            status.is_ok_and(|status| status.success())
        };
        if !chattr("+i") {
            missing("a disk with immutable files");
            return;
        }
        let ran = home.run(&["disable", "werf"]);
        let check = home.run(&["check", "werf"]);
        let host = home.command(example("werf")).args(["telemetry", "disable"]).output();
        assert!(chattr("-i"));
        tells_that_it_is_on(ran, "WERF_TELEMETRY=0");
        check.ends(0);
        let host = Ran::of(&host.expect("it runs"));
        tells_that_it_is_on(host, "WERF_TELEMETRY=0");
    }
}

#[test]
fn what_was_off_already_needs_nothing_stored() {
    let home = Home::new();
    home.declare("werf").run(&["disable", "werf"]).ends(0);
    let Some(user) = nobody(&home) else { return };
    let consents = home.path().join(".config/sayso/consent");
    fs::set_permissions(&consents, fs::Permissions::from_mode(0o500)).expect("a mode");
    let mut command = home.command(&user[0]);
    let ran =
        Ran::of(&command.args(&user[1..]).args(["disable", "werf"]).output().expect("it runs"));
    fs::set_permissions(&consents, fs::Permissions::from_mode(0o700)).expect("a mode");
    let ran = ran.ends(0);
    assert!(ran.stdout.contains("werf is off"), "{ran:?}");
}
