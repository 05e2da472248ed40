//! What is registered for a tool is not replaced by another vendor's declaration, or by one that sends
//! data elsewhere, unless a person says so: neither by `declare` nor by a program that carries one.

use crate::support::{Home, Ran, declaration, example};
use serde_json::Value;
use std::fs;

const REGISTERED: &str = ".local/share/sayso/tools/probe.toml";

/// The vendor's own.
const OWN: &str = r#"tool = "probe"
name = "Probe"
vendor = "Probes"
why = "To test."
deletion = "https://probe.example/delete"
notice = 1
[purposes.usage]
why = "To test."
[events.E]
purpose = "usage"
[[destinations]]
kind = "https"
url = "https://in.probe.example/v1"
recipient = "Probes"
purposes = ["usage"]
headers = { X-Tenant = "own" }
"#;

/// What would take over, and what is said of it.
const TAKEOVERS: &[(&str, &str, &str)] = &[
    ("vendor = \"Probes\"", "vendor = \"Others\"", "its vendor was Probes and would be Others"),
    ("//in.probe.example/", "//in.other.example/", "its data would go to in.other.example"),
    ("//in.probe.example/", "//in.probe.example:8443/", "go to in.probe.example:8443"),
    ("example/v1", "example/v2", "another address at in.probe.example"),
    ("example/v1", "example/v1?tenant=2", "another address at in.probe.example"),
    ("X-Tenant = \"own\"", "X-Tenant = \"other\"", "another account at in.probe.example"),
    ("X-Tenant", "X-Other", "another account at in.probe.example"),
    ("headers = { X-Tenant = \"own\" }\n", "", "another account at in.probe.example"),
    (
        "//probe.example/delete",
        "//other.example/delete",
        "requests would go to https://other.example",
    ),
    ("/delete\"", "/gather\"", "requests would go to https://probe.example/gather"),
];

/// The program of the tool, with the declaration that it carries.
fn host(home: &Home, carried: &str, arguments: &[&str]) -> Ran {
    home.write("carried.toml", carried);
    let mut host = home.command(example("probe"));
    host.env("PROBE_DECLARATION", home.path().join("carried.toml")).args(arguments);
    Ran::of(&host.output().expect("it starts"))
}

fn with(registered: &str) -> Home {
    let home = Home::new();
    home.declare_text(registered);
    home
}

#[test]
fn a_program_registers_nothing_that_would_take_over_and_declare_refuses_the_same() {
    for (from, to, what) in TAKEOVERS {
        for notice in ["notice = 1", "notice = 2", "notice = 999"] {
            let other = OWN.replace(from, to).replace("notice = 1", notice);
            assert_ne!(other, OWN);
            let home = with(OWN);
            for command in ["status", "disable"] {
                host(&home, &other, &["telemetry", command]).ends(0);
                assert_eq!(home.read(REGISTERED), OWN, "{to}, {notice}, {command}");
            }
            let doctor = home.run(&["doctor"]).ends(1);
            assert!(doctor.stdout.contains(what), "{to}: {}", doctor.stdout);
            home.write("other.toml", &other);
            let declare = home.run(&["declare", "other.toml"]).ends(1);
            assert!(declare.stderr.contains(what), "{to}: {}", declare.stderr);
            assert_eq!(home.read(REGISTERED), OWN, "{to}, {notice}");
            // The one that is registered is carried again: there is nothing to tell any more.
            host(&home, OWN, &["telemetry", "status"]).ends(0);
            home.run(&["doctor"]).ends(0);
        }
    }
}

#[test]
fn an_older_notice_replaces_nothing_either() {
    let newer = OWN.replace("notice = 1", "notice = 2");
    let home = with(&newer);
    host(&home, OWN, &["telemetry", "status"]).ends(0);
    assert_eq!(home.read(REGISTERED), newer);
    home.write("older.toml", OWN);
    home.run(&["declare", "older.toml"]).ends(1);
    assert_eq!(home.read(REGISTERED), newer);
    // An older program of the same vendor is no trouble.
    home.run(&["doctor"]).ends(0);
    host(&home, &newer.replace("notice = 2", "notice = 3"), &["telemetry", "status"]).ends(0);
    assert!(home.read(REGISTERED).contains("notice = 3"));
}

#[test]
fn agreeing_to_the_vendors_own_declaration_restores_it_over_a_false_one() {
    for (from, to, _) in TAKEOVERS {
        let fake = OWN.replace(from, to).replace("notice = 1", "notice = 999");
        let home = with(&fake);
        let refused = host(&home, OWN, &["telemetry", "enable"]);
        assert_ne!(refused.code, Some(0), "{refused:#?}");
        assert_eq!(home.read(REGISTERED), fake, "{to}");
        let enable = host(&home, OWN, &["telemetry", "enable", "--notice", "1"]).ends(0);
        let said = enable.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        let another = "Another declaration of Probe is registered on this machine.";
        assert!(said.contains(another), "{to}: {said}");
        assert_eq!(home.read(REGISTERED), OWN, "{to}");
        home.run(&["doctor"]).ends(0);
        home.run(&["check", "probe"]).ends(0);
        // The same once more: there is nothing new to store, and it is restored all the same.
        home.declare_text(&fake);
        host(&home, OWN, &["telemetry", "enable", "--notice", "1"]).ends(0);
        assert_eq!(home.read(REGISTERED), OWN, "{to}");
    }
}

#[cfg(unix)]
#[test]
fn the_question_shows_the_difference_and_only_a_yes_restores() {
    use crate::support::{QUESTION, Terminal};
    const WERF: &str = ".local/share/sayso/tools/werf.toml";
    let own = fs::read_to_string(declaration("werf")).expect("a declaration");
    let fake = own
        .replace("notice = 1", "notice = 999")
        .replace("telemetry.werf.io", "telemetry.other.example");
    for (key, restores) in [("y", true), ("n", false), ("x", false)] {
        let home = with(&fake);
        let mut terminal = Terminal::start(&home, &example("werf"), &["converge"]);
        terminal.wait_for(QUESTION).press(key);
        terminal.shown().shows("Another declaration of werf is registered");
        assert_eq!(home.read(WERF) == own, restores, "{key}");
    }
}

#[test]
fn status_tells_what_holds_in_the_program_where_another_declaration_is_registered() {
    let home = with(OWN);
    host(&home, OWN, &["telemetry", "enable", "--notice", "1"]).ends(0);
    let fake = OWN.replace("X-Tenant = \"own\"", "X-Tenant = \"other\"");
    home.declare_text(&fake);
    host(&home, OWN, &["telemetry", "status"]).ends(0);
    let status = home.run(&["status", "--json"]).ends(0);
    let status: Value = serde_json::from_str(&status.stdout).expect("JSON");
    let usage = &status["tools"][0]["purposes"][0];
    assert_eq!(usage["state"], "allow", "{status:#}");
    assert!(usage["detail"].as_str().is_some_and(|detail| detail.contains("sayso doctor")));
    let status = home.run(&["status", "probe"]).ends(0);
    assert!(status.stdout.contains("by the declaration that its program carries"), "{status:#?}");
    home.run(&["doctor"]).ends(1);
    let enable = home.run(&["enable", "probe", "--notice", "1"]).ends(0);
    assert!(enable.stderr.contains("its program carries another declaration"), "{enable:#?}");
}

#[test]
fn declare_shows_every_difference_and_no_secret() {
    let base = OWN.replace(
        "why = \"To test.\"\n[events.E]",
        "why = \"To test.\"\n[events.E.fields]\ncommand = { type = \"command\", in = \"event\" }\n[events.E]",
    );
    let base = format!("commands = [\"probe run\"]\noptions = [\"loud\"]\n{base}");
    for (from, to, shown) in [
        ("\"probe run\"", "\"probe run\", \"probe walk\"", "+ command probe walk"),
        ("\"loud\"", "\"quiet\"", "- option loud"),
        (
            "why = \"To test.\"\ndeletion",
            "why = \"To sell.\"\ndeletion",
            "To test. became To sell.",
        ),
        ("in = \"event\"", "in = \"attributes\"", "command: in: event became attributes"),
        (
            "example/v1",
            "example/v2",
            "https://in.probe.example/v1 became https://in.probe.example/v2",
        ),
        ("X-Tenant = \"own\"", "X-Tenant = \"s3cret\"", "headers.X-Tenant: *** (SHA-256 "),
        (
            "notice = 1",
            "notice = 1\nenvironment.off = { PROBE_OFF = \"any\" }",
            "+ environment.off.PROBE_OFF: any",
        ),
    ] {
        assert!(base.contains(from), "{from}");
        let new = base.replace(from, to);
        let home = with(&base);
        home.write("new.toml", &new);
        let declare = home.run(&["declare", "--replace", "new.toml"]).ends(0);
        assert!(declare.stderr.contains(shown), "{shown}: {}", declare.stderr);
        assert!(!declare.stderr.contains("s3cret"), "{}", declare.stderr);
        home.write("old.toml", &base);
        let lint = home.run(&["lint", "new.toml", "--against", "old.toml"]);
        assert!(lint.stdout.contains(shown), "{shown}: {}", lint.stdout);
        assert!(!lint.stdout.contains("s3cret"), "{}", lint.stdout);
    }
}
