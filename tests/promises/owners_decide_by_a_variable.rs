//! What the owner of a pipeline or the operator of a server decides by a variable: only where the
//! declaration leaves it to them, and never for a user. A variable that is required can only hold.

use crate::support::receiver::{OK, Receiver};
use crate::support::{Home, Terminal, program};

/// A user's purpose and an operator's, with events that go to an address.
fn declaration(url: &str) -> String {
    format!(
        r#"
tool = "probe"
name = "Probe"
vendor = "Probes"
why = "To test."
notice = 2
wait = "24h"
[environment]
on = {{ PROBE_TELEMETRY = ["1", "on"] }}
off = {{ PROBE_TELEMETRY = ["0"] }}
[purposes.usage]
why = "To test."
[purposes.heartbeat]
why = "To count servers."
operator = true
[purposes.later]
why = "To count more."
operator = true
since = 2
[events.Used]
purpose = "usage"
[events.Beat]
purpose = "heartbeat"
[[destinations]]
kind = "https"
url = "{url}"
recipient = "Probes"
purposes = ["usage", "heartbeat", "later"]
"#
    )
}

fn declared(url: &str) -> Home {
    let home = Home::new();
    home.declare_text(&declaration(url));
    home
}

const ON: (&str, &str) = ("PROBE_TELEMETRY", "on");
const CI: (&str, &str) = ("CI", "true");

/// The reason, on both paths.
#[track_caller]
fn reason(home: &Home, variables: &[(&str, &str)], purpose: &str) -> String {
    let short = home.run_with(variables, &["check", "probe", purpose]);
    let long = home.run_with(variables, &["check", "probe", purpose, "--json"]);
    assert_eq!(short.code, long.code);
    let document: serde_json::Value = serde_json::from_str(&long.stdout).expect("one document");
    document["reason"].as_str().expect("a reason").to_owned()
}

#[test]
fn a_variable_opts_in_to_what_the_declaration_leaves_to_owners() {
    let home = declared("https://probe.example/");
    for (variables, purpose, expected) in [
        (&[][..], "usage", "unasked"),
        (&[], "heartbeat", "unasked"),
        (&[ON], "usage", "unasked"),
        (&[ON], "heartbeat", "environment-on"),
        (&[ON], "later", "unasked"),
        (&[ON, CI], "usage", "environment-on"),
        (&[ON, CI], "heartbeat", "environment-on"),
        (&[ON, CI], "later", "automation"),
        (&[("PROBE_TELEMETRY", "ON")], "heartbeat", "environment-off"),
        (&[("PROBE_TELEMETRY", "0")], "heartbeat", "environment-off"),
        (&[ON, ("DO_NOT_TRACK", "1")], "heartbeat", "do-not-track"),
        (&[ON, ("SAYSO", "0")], "heartbeat", "environment-off"),
    ] {
        // Twice: the second time from what the first one prepared.
        for _ in 0..2 {
            assert_eq!(reason(&home, variables, purpose), expected, "{variables:?} {purpose}");
        }
    }
    home.run(&["disable", "probe"]).ends(0);
    assert_eq!(reason(&home, &[ON], "heartbeat"), "denied");
    let home = declared("https://probe.example/");
    home.run(&["default", "off"]).ends(0);
    assert_eq!(reason(&home, &[ON], "heartbeat"), "default-off");
}

#[test]
fn an_operators_purpose_is_enabled_only_by_name() {
    let home = declared("https://probe.example/");
    home.run(&["enable", "probe", "--notice", "2"]).ends(0);
    assert_eq!(reason(&home, &[], "usage"), "granted");
    assert_eq!(reason(&home, &[], "heartbeat"), "unasked");
    home.run(&["enable", "probe", "heartbeat", "--notice", "2"]).ends(0);
    assert_eq!(reason(&home, &[], "heartbeat"), "granted");

    let home = Home::new();
    let all = declaration("https://probe.example/");
    home.declare_text(&all.replace("[purposes.usage]\n", "[purposes.usage]\noperator = true\n"));
    let refused = home.run(&["enable", "probe", "--notice", "2"]).ends(1);
    assert!(refused.stderr.contains("sayso enable probe PURPOSE"), "{}", refused.stderr);
    assert!(!home.consent("probe").exists());
}

#[test]
fn no_user_is_asked_or_told_about_an_operators_purpose() {
    let home = Home::new();
    let all = declaration("https://probe.example/");
    let whole = all.replace("[purposes.usage]\n", "[purposes.usage]\noperator = true\n");
    for (text, is_asked) in [(&all, true), (&whole, false)] {
        home.declare_text(text);
        let (_, screen) =
            Terminal::start(&home, &program(), &["ask", "probe", "--dry-run"]).finish();
        assert_eq!(screen.contains("Probe"), is_asked, "{screen}");
        assert!(!screen.contains("count servers"), "{screen}");
    }
    let telling = all.replace("notice = 2\n", "notice = 2\ndefault = \"notice\"\n");
    home.declare_text(&telling);
    home.lets_tools_tell();
    for _ in 0..2 {
        let (_, screen) = Terminal::start(&home, &program(), &["ask", "probe"]).finish();
        assert!(!screen.contains("count servers"), "{screen}");
    }
    assert_eq!(reason(&home, &[], "usage"), "noticed");
    assert_eq!(reason(&home, &[], "heartbeat"), "unasked");
}

#[test]
fn what_an_owner_enabled_leaves_without_a_delay() {
    for (variables, event) in [(&[ON][..], "Beat"), (&[ON, CI], "Used")] {
        let receiver = Receiver::start(OK);
        let home = declared(&receiver.url());
        home.run_with(variables, &["record", "probe", event]).ends(0);
        // In the background, by itself.
        receiver.wait_for_requests(1);
        assert_eq!(receiver.event_ids().len(), 1, "{event}");
    }
    // A user's yes keeps the delay, whatever the variable says.
    let receiver = Receiver::start(OK);
    let home = declared(&receiver.url());
    home.run(&["enable", "probe", "heartbeat", "--notice", "2"]).ends(0);
    home.run_with(&[ON], &["record", "probe", "Beat"]).ends(0);
    home.run_with(&[ON], &["deliver", "probe"]).ends(0);
    assert_eq!(receiver.connections(), 0);
}

#[test]
fn a_required_variable_can_only_hold() {
    let home = Home::new();
    let whole = declaration("https://probe.example/")
        .replace("[environment]\n", "[environment]\nrequires = [\"FEATURE_A\"]\n")
        .replace(
            "[purposes.heartbeat]",
            "[purposes.heartbeat.environment]\nrequires = [\"FEATURE_B\"]\n[purposes.heartbeat]",
        );
    home.declare_text(&whole);
    home.run(&["enable", "probe", "usage", "heartbeat", "--notice", "2"]).ends(0);
    let a = ("FEATURE_A", "enabled");
    for (variables, purpose, expected) in [
        (&[][..], "usage", "environment-off"),
        (&[("FEATURE_A", "")], "usage", "environment-off"),
        (&[("FEATURE_A", "0")], "usage", "environment-off"),
        (&[("FEATURE_A", "False")], "usage", "environment-off"),
        (&[("FEATURE_A", "NO")], "usage", "environment-off"),
        (&[("FEATURE_A", "off")], "usage", "environment-off"),
        (&[a], "usage", "granted"),
        (&[("FEATURE_A", "1")], "usage", "granted"),
        (&[a], "heartbeat", "environment-off"),
        (&[a, ("FEATURE_B", "1")], "heartbeat", "granted"),
        (&[a, ("FEATURE_B", "1")], "later", "unasked"),
    ] {
        for _ in 0..2 {
            assert_eq!(reason(&home, variables, purpose), expected, "{variables:?} {purpose}");
        }
    }
    for arguments in [&["show", "probe"][..], &["show", "probe", "--notice"], &["status", "probe"]]
    {
        let shown = home.run(arguments).ends(0).stdout;
        assert!(shown.contains("FEATURE_A"), "{arguments:?}: {shown}");
    }
    let page = home.run(&["show", "probe", "--format", "markdown"]).ends(0).stdout;
    assert!(page.contains("FEATURE_A") && page.contains("FEATURE_B"), "{page}");
    for name in ["LD_PRELOAD", "CI", "SAYSO_X", "1X"] {
        home.write("probe.toml", &whole.replace("FEATURE_A", name));
        let ran = home.run(&["lint", "probe.toml"]).ends(1);
        assert!(ran.stderr.contains("environment.requires"), "{}", ran.stderr);
    }
}
