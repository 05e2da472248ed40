//! No command about a vendor's own switch takes back an opt-out of the tool: should the tool ask sayso
//! one day, it is off.
#![cfg(unix)]

use crate::support::{Home, Ran};
use std::fs;
use std::os::unix::fs::PermissionsExt;

const CONSENT: &str = ".config/sayso/consent/turborepo.toml";

/// A home with the program of a tool that has a switch of its own.
fn home() -> Home {
    let home = Home::new();
    home.write("bin/turbo", "#!/bin/sh\n");
    let path = home.path().join("bin/turbo");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a program");
    home.write(".config/turborepo/telemetry.json", "{\"telemetry_enabled\": true}\n");
    home
}

fn sayso(home: &Home, line: &str) -> Ran {
    let bin = home.path().join("bin").display().to_string();
    let arguments: Vec<&str> = line.split(' ').collect();
    home.run_with(&[("PATH", &bin)], &arguments)
}

/// What is done before and after the opt-out, in order; `!` is the opt-out.
const STORIES: &[&[&str]] = &[
    &["!", "enable turborepo"],
    &["!", "enable turborepo usage"],
    &["!", "enable turborepo", "undo turborepo"],
    &["!", "enable turborepo", "undo"],
    &["!", "enable turborepo", "disable turborepo", "enable turborepo"],
    &["!", "disable turborepo", "enable turborepo", "undo turborepo"],
    &["!", "disable turborepo", "undo"],
    &["enable turborepo", "!", "undo turborepo"],
    &["enable turborepo", "!", "enable turborepo", "undo"],
    &["disable turborepo", "!", "undo turborepo", "enable turborepo"],
    &["disable turborepo", "enable turborepo", "!", "enable turborepo usage", "undo"],
    &["!", "enable turborepo", "forget turborepo"],
    &["!", "enable turborepo", "id reset turborepo"],
    &["disable turborepo", "enable turborepo"],
];

#[test]
fn a_tool_that_asks_sayso_later_is_still_off() {
    for story in STORIES {
        let home = home();
        for step in *story {
            let line = if *step == "!" { "disable --unknown turborepo" } else { step };
            let ran = sayso(&home, line);
            assert!(!ran.stderr.contains("panicked"), "{story:?}, {step}: {ran:#?}");
        }
        home.declare_text(
            "tool = \"turborepo\"\nname = \"Turborepo\"\nvendor = \"Vercel\"\nwhy = \"To test.\"\n\
             [purposes.usage]\nwhy = \"To test.\"\n[purposes.new]\nwhy = \"To test.\"\n",
        );
        for purpose in ["usage", "new"] {
            let (allows, reason) = home.reason("turborepo", purpose);
            assert_eq!((allows, reason.as_str()), (false, "denied"), "{story:?}, {purpose}");
        }
    }
}

#[test]
fn an_opt_in_to_the_switch_says_that_the_opt_out_stays() {
    let home = home();
    sayso(&home, "disable --unknown turborepo").ends(0);
    let enable = sayso(&home, "enable turborepo").ends(0);
    let stays = "Your opt-out of turborepo stays stored";
    assert!(enable.stdout.contains(stays), "{enable:#?}");
    assert!(enable.stdout.contains("usage is on"), "{enable:#?}");
    // The switch is on because the user wants it so: that is no conflict.
    sayso(&home, "doctor").ends(0);
    let env = sayso(&home, "env").ends(0);
    assert!(!env.stdout.contains("TURBO_TELEMETRY_DISABLED"), "{env:#?}");
    let other = self::home();
    let enable = sayso(&other, "enable turborepo").ends(0);
    assert!(!enable.stdout.contains(stays), "{enable:#?}");
}

#[test]
fn an_opt_in_to_the_tool_itself_makes_no_opt_in_of_what_was_wanted_of_the_switch() {
    let home = home();
    sayso(&home, "enable turborepo").ends(0);
    home.declare_text(
        "tool = \"turborepo\"\nname = \"Turborepo\"\nvendor = \"Vercel\"\nwhy = \"To test.\"\n\
         [purposes.usage]\nwhy = \"To test.\"\n[purposes.errors]\nwhy = \"To test.\"\n",
    );
    sayso(&home, "enable turborepo errors --notice 1").ends(0);
    assert_eq!(home.reason("turborepo", "errors"), (true, "granted".to_owned()));
    assert_eq!(home.reason("turborepo", "usage"), (false, "unasked".to_owned()));
    assert!(!home.read(CONSENT).contains("kind"), "{}", home.read(CONSENT));
}
