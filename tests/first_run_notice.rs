//! The first-run point where a tool would rather tell than ask, and where a notice rises or
//! changes.
#![cfg(unix)]

use crate::support::{Home, QUESTION, Shown, Terminal};

const CONSENT: &str = ".config/sayso/consent/greeter.toml";
const ASKED: &str = ".local/state/sayso/asked/greeter.toml";

/// What the first notice covers.
const FIRST: &str = r#"
tool = "greeter"
name = "Greeter"
vendor = "Greeters"
notice = 1
default = "ask"
retention = "12 months"
why = "To see which greetings people use."

[environment]
off = { GREETER_TELEMETRY = ["0"] }

[purposes.usage]
why = "To see which greetings people use."
[purposes.errors]
why = "To see what goes wrong."

[events.Greeted]
purpose = "usage"
[events.Greeted.fields]
loud = { type = "boolean", why = "To see how." }
#2 polite = { type = "boolean", since = 2, why = "To see how." }
#3 tired = { type = "boolean", since = 3, why = "To see how." }

[events.Failed]
purpose = "errors"
[events.Failed.fields]
exit = { type = "exit-code", why = "To see how." }
#2 kind = { type = "error-code", values = ["hoarse"], since = 2, why = "To see how." }

[[destinations]]
kind = "https"
url = "https://greeters.example/events"
recipient = "Greeters"
purposes = ["usage", "errors"]
"#;

/// What the second one adds beside the marked fields.
const HEARTBEAT: &str = r#"
[purposes.heartbeat]
why = "To see how many servers greet."
since = 2
[events.Beat]
purpose = "heartbeat"
since = 2
"#;

#[test]
fn a_newer_notice_asks_with_the_difference_only() {
    let home = agreed();
    home.declare_text(&second());
    let shown = home.ask("greeter").answer("y").ends(0);
    let shown = shown.shows("asks for more than you agreed to in notice 1");
    let shown = shown.shows("+ polite in Greeted").shows("+ kind in Failed").shows("+ Beat");
    shown.hides("loud").hides("exit");
    let consent = consent(&home);
    for purpose in ["usage", "errors", "heartbeat"] {
        assert_eq!(consent[purpose]["notice"].as_integer(), Some(2), "{purpose}");
        assert_eq!(home.reason("greeter", purpose), (true, "granted".to_owned()));
    }
    home.ask("greeter").shown().ends(0).shows_nothing();
}

#[test]
fn a_no_to_a_newer_notice_keeps_the_old_yes() {
    let home = agreed();
    home.declare_text(&second());
    home.ask("greeter").answer("n").ends(1).shows("What you agreed to before stays as it was.");
    let consent = consent(&home);
    assert_eq!(consent["usage"]["choice"].as_str(), Some("granted"));
    assert_eq!(consent["usage"]["notice"].as_integer(), Some(1));
    assert_eq!(consent["usage"]["declined"].as_integer(), Some(2));
    assert_eq!(consent["heartbeat"]["choice"].as_str(), Some("denied"));
    assert_eq!(home.reason("greeter", "usage"), (true, "granted".to_owned()));
    assert_eq!(home.reason("greeter", "heartbeat"), (false, "denied".to_owned()));
    home.ask("greeter").shown().ends(1).shows_nothing();
}

#[test]
fn a_no_to_one_notice_is_no_answer_to_the_next() {
    let home = agreed();
    home.declare_text(&second());
    home.ask("greeter").answer("n").ends(1);
    home.declare_text(&third());
    let shown = home.ask("greeter").answer("y").ends(1);
    shown.shows("+ tired in Greeted").hides("heartbeat").hides("+ Beat").hides("loud");
    let consent = consent(&home);
    assert_eq!(consent["usage"]["notice"].as_integer(), Some(3));
    assert!(consent["usage"].get("declined").is_none(), "{consent}");
    assert_eq!(consent["heartbeat"]["choice"].as_str(), Some("denied"));
}

#[test]
fn not_now_to_a_newer_notice_keeps_the_old_yes_and_asks_another_day() {
    let home = agreed();
    home.declare_text(&second());
    let before = home.contents();
    home.ask("greeter").answer("x").ends(1);
    let (mut before, mut after) = (before, home.contents());
    before.remove(ASKED);
    assert!(after.remove(ASKED).is_some());
    assert_eq!(after, before);
    assert_eq!(home.reason("greeter", "usage"), (true, "granted".to_owned()));
    home.ask("greeter").shown().ends(1).shows_nothing();
    home.asked_hours_ago("greeter", 25);
    home.ask("greeter").answer("y").ends(0).shows("+ polite in Greeted");
}

#[test]
fn a_newer_notice_can_be_answered_one_by_one() {
    let home = agreed();
    home.declare_text(&second());
    let mut terminal = home.ask("greeter");
    terminal.wait_for(QUESTION).press("c");
    for (purpose, key) in [("heartbeat", "n"), ("usage", "y"), ("errors", "n")] {
        terminal.wait_for(&format!("Allow {purpose}?")).press(key);
    }
    terminal.shown().ends(1);
    let consent = consent(&home);
    assert_eq!(consent["heartbeat"]["choice"].as_str(), Some("denied"));
    assert_eq!(consent["usage"]["notice"].as_integer(), Some(2));
    assert_eq!(consent["errors"]["notice"].as_integer(), Some(1));
    assert_eq!(consent["errors"]["declined"].as_integer(), Some(2));
    home.ask("greeter").shown().ends(1).shows_nothing();
}

#[test]
fn a_denied_purpose_is_never_asked_again() {
    let home = greeter(&first());
    home.run(&["enable", "greeter", "usage", "--notice", "1"]).ends(0);
    home.run(&["disable", "greeter", "errors"]).ends(0);
    home.declare_text(&second());
    home.ask("greeter").answer("y").ends(1).shows("+ polite").hides("errors").hides("kind");
    assert_eq!(home.reason("greeter", "errors"), (false, "denied".to_owned()));
}

#[test]
fn a_no_to_the_whole_tool_covers_what_its_author_invents_later() {
    let home = greeter(&first());
    home.run(&["disable", "greeter"]).ends(0);
    home.declare_text(&second());
    home.ask("greeter").shown().ends(1).shows_nothing();
    assert_eq!(home.reason("greeter", "heartbeat"), (false, "denied".to_owned()));
}

#[test]
fn a_newer_notice_that_adds_nothing_asks_nothing() {
    let home = agreed();
    home.declare_text(&first().replace("notice = 1", "notice = 2"));
    home.ask("greeter").shown().ends(0).shows_nothing();
}

#[test]
fn nobody_who_wants_no_questions_is_asked_about_a_newer_notice() {
    let home = agreed();
    home.run(&["default", "off"]).ends(0);
    home.declare_text(&second());
    home.ask("greeter").shown().shows_nothing();
    assert_eq!(home.reason("greeter", "usage"), (true, "granted".to_owned()));
}

#[test]
fn another_meaning_under_the_same_notice_holds_and_asks_again_in_full() {
    let home = agreed();
    let before = consent(&home);
    home.declare_text(&first().replace("12 months", "7 years"));
    assert_eq!(home.reason("greeter", "usage"), (false, "changed".to_owned()));
    let shown = home.ask("greeter").answer("y").ends(0);
    shown.shows("Greeter asks to collect telemetry").shows("kept 7 years");
    assert_eq!(home.reason("greeter", "usage"), (true, "granted".to_owned()));
    assert_ne!(consent(&home)["usage"]["digest"], before["usage"]["digest"]);
}

#[test]
fn a_no_to_another_meaning_takes_the_yes_back() {
    let home = agreed();
    home.declare_text(&first().replace("12 months", "7 years"));
    home.ask("greeter").answer("n").ends(1);
    assert_eq!(home.reason("greeter", "usage"), (false, "denied".to_owned()));
    assert!(!consent(&home).contains_key("salt"));
    home.declare_text(&first());
    assert_eq!(home.reason("greeter", "usage"), (false, "denied".to_owned()));
}

#[test]
fn a_tool_that_tells_tells_whoever_lets_it_and_is_allowed_from_the_next_run() {
    let home = told();
    let consent = consent(&home);
    assert_eq!(consent["noticed"]["notice"].as_integer(), Some(1));
    assert!(consent["noticed"]["digest"].as_str().is_some_and(|d| d.starts_with("sha256:")));
    assert!(consent["noticed"]["at"].is_datetime());
    assert_eq!(home.reason("greeter", "usage"), (true, "noticed".to_owned()));
    home.ask("greeter").shown().ends(0).shows_nothing();
}

#[test]
fn a_no_beats_a_notice_that_was_shown() {
    let home = told();
    home.run_with(&[("DO_NOT_TRACK", "1")], &["check", "greeter", "usage"]).ends(1);
    home.run_with(&[("GREETER_TELEMETRY", "0")], &["check", "greeter", "usage"]).ends(1);
    home.run(&["disable", "greeter"]).ends(0);
    assert_eq!(home.reason("greeter", "usage"), (false, "denied".to_owned()));
    home.ask("greeter").shown().ends(1).shows_nothing();
}

#[test]
fn a_notice_about_one_purpose_tells_about_all_that_it_will_allow() {
    let home = teller();
    let program = crate::support::program();
    Terminal::start(&home, &program, &["ask", "greeter", "usage"]).shown().shows("errors:");
    assert_eq!(home.reason("greeter", "errors"), (true, "noticed".to_owned()));
}

#[test]
fn a_purpose_that_is_switched_off_for_now_stands_in_the_notice_all_the_same() {
    let home = Home::new();
    let errors = "[purposes.errors]\nwhy = \"To see what goes wrong.\"\n";
    let switched = format!("{errors}environment = {{ off = {{ GREETER_ERRORS = [\"0\"] }} }}\n");
    home.declare_text(&telling(&first()).replace(errors, &switched));
    home.lets_tools_tell();
    let variables = [("GREETER_ERRORS", "0")];
    let arguments = ["ask", "greeter"];
    let program = crate::support::program();
    let terminal = Terminal::start_with(&home, &program, &arguments, &variables, 80);
    terminal.shown().shows("errors: To see what goes wrong.");
}

#[test]
fn a_tool_that_tells_asks_whoever_wants_to_be_asked() {
    let home = greeter(&telling(&first()));
    home.ask("greeter").answer("y").ends(0).shows("Greeter asks to collect telemetry");
    assert_eq!(home.reason("greeter", "usage"), (true, "granted".to_owned()));
}

#[test]
fn a_tool_that_must_ask_asks_whoever_lets_others_tell() {
    let home = greeter(&first());
    home.lets_tools_tell();
    home.ask("greeter").answer("n").ends(1);
    assert_eq!(home.reason("greeter", "usage"), (false, "denied".to_owned()));
}

#[test]
fn a_newer_notice_tells_again_and_holds_until_then_what_is_new() {
    let home = told();
    home.declare_text(&telling(&second()));
    assert_eq!(home.reason("greeter", "usage"), (true, "noticed".to_owned()));
    assert_eq!(home.reason("greeter", "heartbeat"), (false, "notice-pending".to_owned()));
    tells(home.ask("greeter").shown().ends(1).shows("polite"));
    assert_eq!(consent(&home)["noticed"]["notice"].as_integer(), Some(2));
    assert_eq!(home.reason("greeter", "heartbeat"), (true, "noticed".to_owned()));
}

#[test]
fn another_meaning_holds_and_tells_again() {
    let home = told();
    home.declare_text(&telling(&first().replace("12 months", "7 years")));
    assert_eq!(home.reason("greeter", "usage"), (false, "changed".to_owned()));
    tells(home.ask("greeter").shown().ends(1).shows("kept 7 years"));
    assert_eq!(home.reason("greeter", "usage"), (true, "noticed".to_owned()));
}

#[test]
fn whoever_lets_tools_tell_no_longer_is_told_nothing() {
    for (default, asks) in [("off", false), ("ask", true)] {
        let home = told();
        home.run(&["default", default]).ends(0);
        home.declare_text(&telling(&first().replace("12 months", "7 years")));
        if asks {
            home.ask("greeter").answer("n").ends(1).shows("Greeter asks");
        } else {
            home.ask("greeter").shown().ends(1).shows_nothing();
        }
    }
}

#[track_caller]
fn tells(shown: Shown) {
    let shown = shown.shows("Greeter collects data about how you use it, from its next run on.");
    shown.shows("To switch it off: sayso disable greeter").hides(QUESTION);
}

fn consent(home: &Home) -> toml::Table {
    home.read(CONSENT).parse().expect("TOML")
}

fn greeter(declaration: &str) -> Home {
    let home = Home::new();
    home.declare_text(declaration);
    home
}

/// A person who said yes to the first notice.
fn agreed() -> Home {
    let home = greeter(&first());
    home.ask("greeter").answer("y").ends(0);
    home
}

/// A person who lets tools tell, and one that does.
fn teller() -> Home {
    let home = greeter(&telling(&first()));
    home.lets_tools_tell();
    assert_eq!(home.reason("greeter", "usage"), (false, "notice-pending".to_owned()));
    home
}

/// A person whom the tool told. The run that shows the notice allows nothing.
fn told() -> Home {
    let home = teller();
    tells(home.ask("greeter").shown().ends(1));
    home
}

fn first() -> String {
    FIRST.to_owned()
}

fn second() -> String {
    let fields = FIRST.replace("#2 ", "").replace("notice = 1", "notice = 2");
    fields.replace("\"usage\", \"errors\"", "\"usage\", \"errors\", \"heartbeat\"") + HEARTBEAT
}

fn third() -> String {
    second().replace("#3 ", "").replace("notice = 2", "notice = 3")
}

fn telling(declaration: &str) -> String {
    declaration.replace("default = \"ask\"", "default = \"notice\"")
}
