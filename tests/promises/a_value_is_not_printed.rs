//! The value of a variable may be a password: it is printed only where it is one of the declared ones,
//! or a general word for on or off. Else it is said to be set.

use crate::support::{Home, PROBE};

const SECRET: &str = "hunter2-S3cret";

const SWITCHES: &str = r#"[environment]
off = { GITHUB_TOKEN = "any", PROBE_TELEMETRY = ["0", "never"] }
on = { PROBE_TELEMETRY = ["1"] }
requires = ["PROBE_FEATURE"]
[purposes.usage.environment]
off = { MY_PASSWORD = ["0"] }
[purposes.usage]"#;

fn declared() -> Home {
    let home = Home::new();
    home.declare_text(&PROBE.replace("[purposes.usage]", SWITCHES));
    home
}

/// Everything that says why something holds.
const ASKED: &[&[&str]] = &[
    &["status", "probe"],
    &["status", "--all"],
    &["status", "--json"],
    &["check", "probe"],
    &["check", "probe", "--explain"],
    &["check", "probe", "--json"],
    &["enable", "probe", "--notice", "1"],
    &["enable", "probe"],
    &["disable", "probe"],
    &["ask", "probe"],
    &["doctor"],
    &["show", "probe"],
    &["env"],
    &["log"],
    &["deliver"],
    &["record", "probe", "E"],
];

#[test]
fn no_command_prints_what_a_variable_holds() {
    for name in [
        "GITHUB_TOKEN",
        "MY_PASSWORD",
        "PROBE_TELEMETRY",
        "SAYSO",
        "DO_NOT_TRACK",
        "CI",
        "JENKINS_URL",
        "TEAMCITY_VERSION",
        "PROBE_FEATURE",
        "NEXT_TELEMETRY_DISABLED",
    ] {
        let home = declared();
        for before in [&[][..], &["enable", "probe", "--notice", "1"]] {
            if !before.is_empty() {
                home.run(before).ends(0);
            }
            for arguments in ASKED {
                // One that is given twice has the later value.
                let variables = [("PROBE_FEATURE", "1"), (name, SECRET)];
                let ran = home.run_with(&variables, arguments);
                let said = ran.stdout + &ran.stderr;
                assert!(!said.contains(SECRET), "{name}, {arguments:?}: {said}");
            }
        }
    }
}

#[test]
fn what_a_vendors_variable_holds_is_not_printed_either() {
    let home = declared();
    home.run(&["disable", "nextjs", "--unknown"]).ends(0);
    for (value, shown) in [(SECRET, false), ("0", true), ("enabled", true), ("hunter2", false)] {
        for arguments in [&["env", "--check"][..], &["doctor"], &["status", "nextjs"]] {
            let ran = home.run_with(&[("NEXT_TELEMETRY_DISABLED", value)], arguments);
            let said = ran.stdout + &ran.stderr;
            assert!(shown || !said.contains(value), "{arguments:?}: {said}");
        }
    }
}

#[test]
fn a_declared_value_is_printed_and_any_other_is_set() {
    let home = declared();
    for (name, value, said) in [
        ("GITHUB_TOKEN", "1", "GITHUB_TOKEN is set"),
        ("PROBE_TELEMETRY", "never", "PROBE_TELEMETRY=never"),
        ("PROBE_TELEMETRY", "Never", "PROBE_TELEMETRY is set"),
        ("MY_PASSWORD", "0", "MY_PASSWORD=0"),
        ("MY_PASSWORD", "00", "MY_PASSWORD is set"),
        ("SAYSO", "0", "SAYSO=0"),
        ("SAYSO", "No", "SAYSO=No"),
        ("SAYSO", "please-not", "SAYSO is set"),
        ("DO_NOT_TRACK", "true", "DO_NOT_TRACK=true"),
        ("DO_NOT_TRACK", "always", "DO_NOT_TRACK is set"),
        ("PROBE_FEATURE", "Off", "PROBE_FEATURE=Off"),
        ("PROBE_FEATURE", "", "PROBE_FEATURE is not set"),
    ] {
        let variables = [("PROBE_FEATURE", "1"), (name, value)];
        let ran = home.run_with(&variables, &["check", "probe", "--explain"]).ends(1);
        assert!(ran.stdout.contains(said), "{name}={value}: {}", ran.stdout);
        let ran = home.run_with(&variables, &["status", "probe"]).ends(0);
        assert!(ran.stdout.contains(said), "{name}={value}: {}", ran.stdout);
    }
}

#[test]
fn sayso_is_understood_in_any_case() {
    let home = declared();
    home.run(&["enable", "probe", "--notice", "1"]).ends(0);
    for (value, code) in
        [("1", 0), ("TRUE", 0), ("Yes", 0), ("oN", 0), ("", 0), ("0", 1), ("OFF", 1), ("enable", 1)]
    {
        let variables = [("PROBE_FEATURE", "1"), ("SAYSO", value)];
        home.run_with(&variables, &["check", "probe"]).ends(code);
        home.run_with(&variables, &["check", "probe", "--json"]).ends(code);
    }
}
