//! One record or file that cannot be understood keeps nothing else from working, and is called what it
//! is: damaged, or a newer sayso's.
#![cfg(unix)]

use crate::support::{Home, Ran, path, program};
use std::fs;
use std::os::unix::fs::PermissionsExt;

const UNDO: &str = ".local/state/sayso/undo";

/// A home with the programs of two third-party tools, whose files sayso has changed.
fn switched() -> Home {
    let home = Home::new();
    for (program, file, text) in [
        ("turbo", ".config/turborepo/telemetry.json", "{\"telemetry_enabled\": true}\n"),
        ("next", ".config/nextjs-nodejs/config.json", "{\"telemetry\": {\"enabled\": true}}\n"),
    ] {
        let program = format!("bin/{program}");
        home.write(&program, "#!/bin/sh\nexit 99\n");
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(home.path().join(program), mode).expect("a mode");
        home.write(file, text);
    }
    run(&home, &["disable", "turborepo"]).ends(0);
    run(&home, &["disable", "nextjs"]).ends(0);
    home
}

fn run(home: &Home, arguments: &[&str]) -> Ran {
    let mut command = home.command(program());
    let folders = format!("{}/bin:{}", home.path().display(), path().to_string_lossy());
    Ran::of(&command.args(arguments).env("PATH", folders).output().expect("it runs"))
}

/// The record of a file that holds this.
fn record(home: &Home, file: &str) -> String {
    let files = home.files().into_iter();
    let mut records = files.filter(|name| name.starts_with(UNDO) && !name.contains("/wish/"));
    records.find(|name| home.read(name).contains(file)).expect("a record")
}

#[test]
fn one_record_that_cannot_be_understood_keeps_no_other_from_being_undone() {
    for (text, why) in [
        ("", "is damaged"),
        ("{\"version\": 1", "is damaged"),
        ("not json at all", "is damaged"),
        ("{\"version\": 2, \"new\": true}", "was written by a newer sayso"),
    ] {
        let home = switched();
        let broken = record(&home, "turborepo");
        home.write(&broken, text);
        let doctor = run(&home, &["doctor"]).ends(1);
        assert!(doctor.stdout.contains(&broken) && doctor.stdout.contains(why), "{doctor:?}");
        let undo = run(&home, &["undo"]).ends(1);
        assert!(undo.stderr.contains(&broken) && undo.stderr.contains(why), "{undo:?}");
        let next = home.read(".config/nextjs-nodejs/config.json");
        assert_eq!(next, "{\"telemetry\": {\"enabled\": true}}\n", "{why}: {undo:?}");
        assert_eq!(home.read(&broken), text, "the record itself stays");
        fs::remove_file(home.path().join(&broken)).expect("the record");
        run(&home, &["undo"]).ends(0);
    }
}

#[test]
fn a_record_of_a_choice_that_cannot_be_understood_keeps_no_other_from_being_undone() {
    let home = switched();
    home.write(&format!("{UNDO}/wish/turborepo.json"), "{\"version\": 9}");
    let doctor = run(&home, &["doctor"]).ends(1);
    assert!(doctor.stdout.contains("wish/turborepo.json"), "{doctor:?}");
    let undo = run(&home, &["undo"]).ends(1);
    assert!(undo.stderr.contains("a newer sayso"), "{undo:?}");
    for file in [".config/turborepo/telemetry.json", ".config/nextjs-nodejs/config.json"] {
        assert!(home.read(file).contains("true"), "{file}: {undo:?}");
    }
}

#[test]
fn a_file_of_a_newer_sayso_is_called_that() {
    for newer in
        ["version = 2\ntool = \"werf\"\n", "version = 1\ntool = \"werf\"\nkind = \"new\"\n"]
    {
        let home = Home::new();
        home.declare("werf");
        home.write(".config/sayso/consent/werf.toml", newer);
        for arguments in [
            &["status"][..],
            &["doctor"],
            &["enable", "werf", "--notice", "1"],
            &["disable", "werf"],
        ] {
            let ran = home.run(arguments);
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert!(said.contains("newer sayso") && !said.contains("damaged"), "{ran:?}");
        }
        let kept = home.files().into_iter().find(|file| file.contains("werf.toml.newer-"));
        assert_eq!(home.read(&kept.expect("it is kept")), newer);
    }
}

#[test]
fn doctor_ends_with_one_command_where_several_blocks_have_the_same_fix() {
    let home = switched();
    home.write(".config/turborepo/telemetry.json", "{\"telemetry_enabled\": true}\n");
    let one = run(&home, &["doctor"]).ends(1);
    assert!(!one.stdout.contains("all of them"), "{one:?}");
    home.write(".config/nextjs-nodejs/config.json", "{\"telemetry\": {\"enabled\": true}}\n");
    let two = run(&home, &["doctor"]).ends(1);
    let last = two.stdout.lines().last().expect("a line");
    assert!(last.starts_with("all of them: sayso disable"), "{two:?}");
    run(&home, &["disable"]).ends(0);
    run(&home, &["doctor"]).ends(0);
}
