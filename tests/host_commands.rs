//! The ready subcommands of host tools, in all three wordings.
#![cfg(unix)]

use crate::support::{Home, QUESTION, Ran, Terminal, example};
use serde_json::Value;
use std::fs;
use std::process::Command;

const WERF: &str = ".config/sayso/consent/werf.toml";
const GITOPS: &str = ".config/sayso/consent/gitops.toml";
const REGISTERED: &str = ".local/share/sayso/tools/werf.toml";

const YES: [&[&str]; 3] =
    [&["telemetry", "enable"], &["set", "config", "analytics", "true"], &["enable", "telemetry"]];
const NO: [&[&str]; 3] = [
    &["telemetry", "disable"],
    &["set", "config", "analytics", "false"],
    &["disable", "telemetry"],
];
const STATUS: [&[&str]; 3] =
    [&["telemetry", "status"], &["get", "config"], &["status", "telemetry"]];

#[test]
fn every_wording_says_yes_and_no() {
    for (yes, no) in YES.into_iter().zip(NO) {
        let home = Home::new();
        let ran = run(&home, "werf", &[yes, &["--notice", "1"]].concat()).ends(0);
        assert!(ran.stdout.contains("werf: usage is on."), "{ran:?}");
        assert_eq!(home.reason("werf", "usage"), (true, "granted".to_owned()));
        let consent: toml::Table = home.read(WERF).parse().expect("TOML");
        assert_eq!(consent["usage"]["via"].as_str(), Some("command"));

        let ran = run(&home, "werf", no).ends(0);
        assert!(ran.stdout.contains("werf is off."), "{ran:?}");
        let consent: toml::Table = home.read(WERF).parse().expect("TOML");
        assert_eq!(consent["choice"].as_str(), Some("denied"), "{consent}");
        assert_eq!(home.reason("werf", "usage"), (false, "denied".to_owned()));
    }
}

#[test]
fn without_a_terminal_every_yes_names_the_notice_that_was_read() {
    for yes in YES {
        let home = Home::new();
        let ran = run(&home, "werf", yes).ends(2);
        assert!(ran.stderr.contains("--notice 1"), "{ran:?}");
        let ran = run(&home, "werf", &[yes, &["--notice", "2"]].concat()).ends(1);
        assert!(ran.stderr.contains("the notice is version 1, not 2"), "{ran:?}");
        assert_eq!(ran.stdout, "");
        assert!(!home.consent("werf").exists());
    }
}

#[test]
fn at_a_terminal_every_yes_shows_the_notice_and_asks_nothing() {
    for yes in YES {
        let home = Home::new();
        let shown = Terminal::start(&home, &example("werf"), yes).shown().ends(0);
        shown.shows("telemetry.werf.io").shows("werf: usage is on.").hides(QUESTION);
        assert_eq!(home.reason("werf", "usage"), (true, "granted".to_owned()));
    }
}

#[test]
fn a_yes_that_another_source_holds_is_stored_and_says_so() {
    let home = Home::new();
    let mut enable = home.command(example("werf"));
    enable.args(["telemetry", "enable", "--notice", "1"]).env("DO_NOT_TRACK", "1");
    let ran = Ran::of(&enable.output().expect("it runs")).ends(0);
    assert!(ran.stdout.contains("but it stays off: DO_NOT_TRACK=1"), "{ran:?}");
    assert_eq!(home.reason("werf", "usage"), (true, "granted".to_owned()));
}

#[test]
fn every_wording_tells_what_holds() {
    for status in STATUS {
        let home = Home::new();
        let open = run(&home, "werf", status).ends(0);
        assert!(open.stdout.contains("not asked yet"), "{open:?}");
        assert!(open.stderr.contains("werf telemetry enable"), "{open:?}");
        run(&home, "werf", NO[0]).ends(0);
        assert!(run(&home, "werf", status).ends(0).stdout.contains("you said no"));
    }
}

#[test]
fn a_status_in_json_is_one_document() {
    let home = Home::new();
    for status in [STATUS[0], STATUS[2]] {
        let ran = run(&home, "werf", &[status, &["--json"]].concat()).ends(0);
        let document: Value = serde_json::from_str(&ran.stdout).expect("one document");
        assert_eq!(document["tool"], "werf");
        let usage = &document["purposes"][0];
        assert_eq!(usage["purpose"], "usage");
        assert_eq!(usage["state"], "hold");
        assert_eq!(usage["reason"], "unasked");
        assert!(usage["decided"].is_null() && usage["notice"].is_null(), "{usage}");
        assert_eq!(ran.stderr, "");
    }
}

#[test]
fn analytics_true_grants_usage_only_and_says_what_remains() {
    let home = Home::new();
    let yes = [YES[1], &["--notice", "1"]].concat();
    let ran = run(&home, "gitops", &yes).ends(0);
    for remains in ["update-check is not part of it", "dashboard is not part of it"] {
        assert!(ran.stderr.contains(remains), "{ran:?}");
    }
    let consent: toml::Table = home.read(GITOPS).parse().expect("TOML");
    assert_eq!(consent["usage"]["choice"].as_str(), Some("granted"));
    assert!(!consent.contains_key("update-check") && !consent.contains_key("dashboard"));
}

#[test]
fn analytics_false_denies_every_purpose_and_says_what_is_out_of_reach() {
    let home = Home::new();
    let ran = run(&home, "gitops", NO[1]).ends(0);
    let said = ran.stdout.clone() + &ran.stderr;
    assert!(said.contains("every purpose"), "{said}");
    assert!(said.contains("WEAVE_GITOPS_FEATURE_TELEMETRY"), "{said}");
    for purpose in ["usage", "update-check", "dashboard"] {
        assert_eq!(home.reason("gitops", purpose), (false, "denied".to_owned()));
    }
}

#[test]
fn single_purposes_can_be_named() {
    let home = Home::new();
    let enable = |purpose| run(&home, "werf", &["telemetry", "enable", purpose, "--notice", "1"]);
    enable("usage").ends(0);
    let ran = enable("errors").ends(1);
    assert!(ran.stderr.contains("werf declares no purpose errors; it declares usage"), "{ran:?}");
    run(&home, "werf", &["disable", "telemetry", "usage"]).ends(0);
    let consent: toml::Table = home.read(WERF).parse().expect("TOML");
    assert_eq!(consent["usage"]["choice"].as_str(), Some("denied"));
    assert!(!consent.contains_key("choice"), "{consent}");
}

#[test]
fn every_command_registers_what_the_host_declares() {
    for command in [STATUS, NO].concat() {
        let home = Home::new();
        run(&home, "werf", command).ends(0);
        assert!(home.files().contains(&REGISTERED.to_owned()), "{command:?}");
    }
}

#[test]
fn an_answer_that_cannot_be_stored_fails_with_a_hint() {
    for arguments in [NO[0], &["telemetry", "enable", "--notice", "1"]] {
        let home = Home::new();
        let mut command = home.command(example("werf"));
        command.args(arguments).env("HOME", "/dev/null");
        let ran = Ran::of(&command.output().expect("it runs")).ends(1);
        assert!(ran.stderr.contains("error:") && ran.stderr.contains("hint:"), "{ran:?}");
        assert!(!ran.stdout.contains("is on") && !ran.stdout.contains("off."), "{ran:?}");
    }
}

#[test]
fn a_no_to_damaged_answers_is_stored_beside_them() {
    let home = Home::new();
    home.write(WERF, "choice = ");
    let ran = run(&home, "werf", NO[0]).ends(0);
    assert!(ran.stdout.contains("The damaged file was kept as"), "{ran:?}");
    assert_eq!(home.reason("werf", "usage"), (false, "denied".to_owned()));
}

#[test]
#[cfg(target_os = "linux")]
fn that_nobody_listens_changes_nothing_and_a_full_disk_is_told() {
    let commands: [&[&str]; 4] = [
        &["telemetry", "status"],
        &["telemetry", "status", "--json"],
        &["telemetry", "enable", "--notice", "1"],
        &["telemetry", "disable"],
    ];
    for arguments in commands {
        let full = || fs::File::options().write(true).open("/dev/full").expect("a device");
        let ends = |prepare: &dyn Fn(&mut Command), code: i32| {
            let home = Home::new();
            let mut command = home.command(example("werf"));
            prepare(command.args(arguments));
            Ran::of(&command.output().expect("it runs")).ends(code);
        };
        ends(&|command| _ = command.stdout(full()), 1);
        ends(&|command| _ = command.stderr(full()), 0);
        ends(&|command| _ = command.stdout(full()).stderr(full()), 1);
        let deaf = || std::io::pipe().expect("a pipe").1;
        ends(&|command| _ = command.stdout(deaf()).stderr(deaf()), 0);
    }
}

#[test]
fn half_a_command_is_misuse_and_stores_nothing() {
    let wrong: [&[&str]; 5] = [
        &["telemetry"],
        &["set", "config"],
        &["set", "config", "analytics", "perhaps"],
        &["set", "config", "other", "true"],
        &["telemetry", "enable", "--notice", "one"],
    ];
    for arguments in wrong {
        let home = Home::new();
        run(&home, "werf", arguments).ends(2);
        assert_eq!(home.files(), Vec::<String>::new(), "{arguments:?}");
    }
}

fn run(home: &Home, host: &str, arguments: &[&str]) -> Ran {
    Ran::of(&home.command(example(host)).args(arguments).output().expect("it runs"))
}
