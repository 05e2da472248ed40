//! What the administrator's policy forbids, nothing switches on: no command, no undo, no host, for tools
//! that ask sayso, for third-party tools and for those that are both. What was asked changes nothing.
#![cfg(target_os = "linux")]

use crate::support::{Home, Ran, example, program};
use crate::surroundings::with_own_mounts;
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// A tool that asks sayso, under the id of one of which a vendor's switch is known, or another.
fn declared(tool: &str, purpose: &str) -> String {
    format!(
        "tool = \"{tool}\"\nname = \"Probe\"\nvendor = \"Probes\"\nwhy = \"To test.\"\n\
         [purposes.{purpose}]\nwhy = \"To test.\"\n[events.E]\npurpose = \"{purpose}\"\n"
    )
}

const SWITCH: &str = ".config/turborepo/telemetry.json";

/// A home with the program of a third-party tool that is on.
fn with_turborepo() -> Home {
    let home = Home::new();
    home.write("bin/turbo", "#!/bin/sh\n");
    let path = home.path().join("bin/turbo");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a program");
    home.write(SWITCH, "{\"telemetry_enabled\": true}\n");
    home
}

fn sayso(home: &Home, arguments: &[&str]) {
    let bin = home.path().join("bin").display().to_string();
    home.run_with(&[("PATH", &bin)], arguments).ends(0);
}

/// What was done before the administrator forbade it, and what is tried then.
type Case = (&'static str, fn() -> Home, &'static str);

/// Each ends with exit 1 where the policy forbids `usage` of the tool in any way.
fn cases() -> Vec<Case> {
    fn third_party_off() -> Home {
        let home = with_turborepo();
        sayso(&home, &["disable", "turborepo"]);
        home
    }
    fn native() -> Home {
        let home = Home::new();
        home.declare_text(&declared("turborepo", "usage"));
        home
    }
    fn both() -> Home {
        let home = third_party_off();
        home.declare_text(&declared("turborepo", "usage"));
        home
    }
    fn other_purpose() -> Home {
        let home = third_party_off();
        home.declare_text(&declared("turborepo", "errors"));
        home
    }
    fn host() -> Home {
        let home = Home::new();
        home.write("carried.toml", &declared("turborepo", "usage"));
        home
    }
    vec![
        ("third-party", third_party_off, "sayso enable turborepo"),
        ("third-party, by channel", third_party_off, "sayso enable turborepo usage"),
        ("third-party, undo", third_party_off, "sayso undo turborepo"),
        ("third-party, undo of all", third_party_off, "sayso undo"),
        ("native", native, "sayso enable turborepo --notice 1"),
        ("native, by purpose", native, "sayso enable turborepo usage --notice 1"),
        ("both", both, "sayso enable turborepo --notice 1"),
        ("both, by purpose", both, "sayso enable turborepo usage --notice 1"),
        ("both, undo", both, "sayso undo turborepo"),
        ("both, the vendor's channel alone", other_purpose, "sayso enable turborepo --notice 1"),
        ("a host's own command", host, "host telemetry enable --notice 1"),
    ]
}

/// Runs a line of a shell where these are the administrator's files.
fn under(home: &Home, policy: &[(&str, &str)], line: &str) -> Option<Ran> {
    for (name, text) in policy {
        home.write(&format!("etc/{name}"), text);
    }
    let script = format!(
        "mount -t tmpfs tmpfs /etc; mkdir /etc/sayso; cp -r etc/. /etc/sayso; PATH=$PWD/bin:$PATH
         sayso() {{ '{}' \"$@\"; }}
         host() {{ PROBE_DECLARATION=$PWD/carried.toml '{}' \"$@\"; }}
         {line}",
        program().display(),
        example("probe").display()
    );
    with_own_mounts(home, &script)
}

#[test]
fn what_is_forbidden_is_refused_before_anything_is_changed() {
    let entries = ["*", "turborepo", "turborepo/usage", "*/usage"];
    for (case, home, line) in cases() {
        for (n, entry) in entries.iter().enumerate() {
            let policy = format!("version = 1\ndeny = [\"{entry}\"]\nreason = \"House rules\"\n");
            let name = ["policy.toml", "policy.d/10-house.toml"][n % 2];
            let home = home();
            home.write("etc/keep", "");
            home.write(&format!("etc/{name}"), &policy);
            let before = home.contents();
            let Some(ran) = under(&home, &[(name, &policy)], line) else { return };
            assert_eq!(ran.code, Some(1), "{case}, {entry}: {ran:#?}");
            assert!(ran.stderr.contains("House rules"), "{case}, {entry}: {ran:#?}");
            assert!(home.contents() == before, "{case}, {entry}: something changed: {ran:#?}");
        }
    }
}

#[test]
fn what_is_not_forbidden_is_done() {
    for (case, home, line) in cases() {
        let policy = "version = 1\ndeny = [\"werf\", \"turborepo/crashes\", \"*/heartbeat\"]\n";
        let Some(ran) = under(&home(), &[("policy.d/a.toml", policy)], line) else { return };
        assert_eq!(ran.code, Some(0), "{case}: {ran:#?}");
    }
}

#[test]
fn a_policy_that_cannot_be_read_or_understood_forbids_everything() {
    let broken = [
        "printf '[[' > /etc/sayso/policy.toml",
        "mkdir /etc/sayso/policy.d; printf 'version = 2' > /etc/sayso/policy.d/a.toml",
        "mkdir /etc/sayso/policy.d; mkdir /etc/sayso/policy.d/a.toml",
        "mkdir /etc/sayso/policy.d; mkfifo /etc/sayso/policy.d/a.toml",
        "mkdir /etc/sayso/policy.d; ln -s nowhere /etc/sayso/policy.d/a.toml",
        "touch /etc/sayso/policy.d",
        "ln -s nowhere /etc/sayso/policy.d",
        "rmdir /etc/sayso; ln -s nowhere /etc/sayso",
    ];
    for make in broken {
        for (case, home, line) in cases() {
            let home = home();
            home.write("etc/nothing", "");
            let before = home.contents();
            let line = format!("rm /etc/sayso/nothing; {make}; {line}");
            let Some(ran) = under(&home, &[], &line) else { return };
            assert_eq!(ran.code, Some(1), "{case}, {make}: {ran:#?}");
            assert!(home.contents() == before, "{case}, {make}: something changed: {ran:#?}");
        }
        let home = Home::new();
        home.declare("werf");
        home.run(&["enable", "werf", "--notice", "1"]).ends(0);
        home.write("etc/nothing", "");
        let line = format!("rm /etc/sayso/nothing; {make}; sayso check werf --json");
        let Some(ran) = under(&home, &[], &line) else { return };
        assert!(ran.stdout.contains("\"unreadable\""), "{make}: {ran:#?}");
    }
}

#[test]
fn an_opt_out_and_taking_an_opt_in_back_are_never_forbidden() {
    let policy = [("policy.toml", "version = 1\ndeny = [\"*\"]\n")];
    let home = with_turborepo();
    let Some(ran) = under(&home, &policy, "sayso disable turborepo") else { return };
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(home.read(SWITCH).contains("false"));

    let home = with_turborepo();
    home.write(SWITCH, "{\"telemetry_enabled\": false}\n");
    sayso(&home, &["enable", "turborepo"]);
    let Some(ran) = under(&home, &policy, "sayso undo turborepo") else { return };
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(home.read(SWITCH).contains("false"));
}

#[test]
fn tools_may_not_be_let_tell_where_everything_is_forbidden() {
    let home = Home::new();
    let policy = [("policy.d/a.toml", "version = 1\ndeny = [\"*\"]\nreason = \"House rules\"\n")];
    let Some(ran) = under(&home, &policy, "sayso default declared") else { return };
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("House rules"), "{ran:#?}");
    assert!(!home.files().iter().any(|file| file.ends_with("config.toml")));
    let Some(ran) = under(&home, &policy, "sayso default off") else { return };
    assert_eq!(ran.code, Some(0), "{ran:#?}");
}

#[test]
fn status_and_doctor_name_the_policy_for_third_party_tools() {
    let home = with_turborepo();
    let policy =
        [("policy.d/house.toml", "version = 1\ndeny = [\"*/usage\"]\nreason = \"House rules\"\n")];
    let said = "the administrator's policy forbids it (deny = \"*/usage\": House rules)";
    for line in ["sayso status --json", "sayso status turborepo"] {
        let Some(ran) = under(&home, &policy, line) else { return };
        let words =
            ran.stdout.replace("\\\"", "\"").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(said), "{line}: {ran:#?}");
    }
    let Some(ran) = under(&home, &policy, "sayso doctor") else { return };
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let said = "turborepo: the administrator's policy forbids usage, and it is on";
    assert!(ran.stdout.contains(said), "{ran:#?}");
    let Some(ran) = under(&home, &policy, "sayso path") else { return };
    assert!(ran.stdout.contains("/etc/sayso/policy.d/*.toml"), "{ran:#?}");
}

#[test]
fn env_carries_what_the_policy_forbids() {
    for (entry, is_carried) in [
        ("*", true),
        ("turborepo", true),
        ("turborepo/usage", true),
        ("*/usage", true),
        ("go", false),
    ] {
        let home = with_turborepo();
        sayso(&home, &["enable", "turborepo"]);
        let policy = format!("version = 1\ndeny = [\"{entry}\"]\n");
        let policy = [("policy.toml", policy.as_str())];
        let Some(ran) = under(&home, &policy, "sayso env --shell sh") else { return };
        let line = "TURBO_TELEMETRY_DISABLED='1'";
        let is_set = ran.stdout.replace("=1", "='1'").contains(line);
        assert_eq!(is_set, is_carried, "{entry}: {ran:#?}");
    }
}

#[test]
fn nothing_is_asked_of_what_is_forbidden() {
    let home = Home::new();
    home.declare_text(&declared("turborepo", "usage"));
    for entry in ["*", "turborepo", "turborepo/usage", "*/usage"] {
        let policy = format!("version = 1\ndeny = [\"{entry}\"]\n");
        let line = "script -qec \"'$0' ask turborepo\" /dev/null < /dev/null || echo held";
        let Some(ran) = under(&home, &[("policy.d/a.toml", &policy)], line) else { return };
        assert!(ran.stdout.ends_with("held\n") && !ran.stdout.contains("Probe"), "{ran:#?}");
    }
}
