//! The first-run point in a real terminal: what each key does.
#![cfg(unix)]

use crate::support::{Home, QUESTION, Screen, Terminal, have, program};

const INTERRUPT: &str = "\u{3}";
const SHOW_CURSOR: &str = "\u{1b}[?25h";
const WERF: &str = ".config/sayso/consent/werf.toml";
const GITOPS: &str = ".config/sayso/consent/gitops.toml";
const ASKED: &str = ".local/state/sayso/asked/werf.toml";

#[test]
fn a_yes_is_one_key() {
    let home = werf();
    home.ask("werf").answer("y").ends(0).shows("Yes to usage, from the next run on.");
    home.run(&["check", "werf"]).ends(0);
    home.ask("werf").shown().ends(0).shows_nothing();
}

#[test]
fn a_yes_is_stored_with_all_that_it_rests_on() {
    let home = werf();
    home.ask("werf").answer("y").ends(0);
    let consent: toml::Table = home.read(WERF).parse().expect("TOML");
    let usage = &consent["usage"];
    assert_eq!(usage["choice"].as_str(), Some("granted"));
    assert_eq!(usage["notice"].as_integer(), Some(1));
    assert_eq!(usage["via"].as_str(), Some("prompt"));
    assert!(usage["digest"].as_str().is_some_and(|digest| digest.starts_with("sha256:")));
    assert!(usage["at"].is_datetime());
    assert!(is_hex(consent["salt"].as_str().expect("a salt"), 32));
    let on: Vec<&str> = ["1", "true", "yes", "on"].to_vec();
    assert_eq!(consent["withdraw"]["WERF_TELEMETRY"], toml::Value::from(on));
    let config: toml::Table = home.read(".config/sayso/config.toml").parse().expect("TOML");
    let id: uuid::Uuid = config["id"].as_str().expect("an id").parse().expect("a UUID");
    assert_eq!(id.get_version_num(), 4);
    let history = home.read(".local/state/sayso/history/werf.jsonl");
    assert_eq!(history.lines().count(), 1, "{history}");
    assert!(history.contains("granted") && history.contains("prompt"), "{history}");
}

#[test]
fn a_no_is_one_key_and_leaves_nothing_to_recognise_a_person_by() {
    let home = werf();
    home.ask("werf").answer("n").ends(1).shows("You will not be asked again.");
    let consent: toml::Table = home.read(WERF).parse().expect("TOML");
    assert_eq!(consent["usage"]["choice"].as_str(), Some("denied"));
    assert_eq!(consent["usage"]["via"].as_str(), Some("prompt"));
    assert!(!consent.contains_key("salt"), "{consent}");
    assert!(!home.files().contains(&".config/sayso/config.toml".to_owned()));
    assert_eq!(home.reason("werf", "usage"), (false, "denied".to_owned()));
    home.ask("werf").shown().ends(1).shows_nothing();
}

#[test]
fn one_key_answers_for_all_purposes() {
    for (key, choice) in [("y", "granted"), ("n", "denied")] {
        let home = Home::new();
        home.declare("gitops");
        home.ask("gitops").answer(key);
        let consent: toml::Table = home.read(GITOPS).parse().expect("TOML");
        for purpose in ["usage", "update-check", "dashboard"] {
            assert_eq!(consent[purpose]["choice"].as_str(), Some(choice), "{key}: {purpose}");
        }
    }
}

#[test]
fn c_asks_about_one_purpose_after_the_other() {
    let home = Home::new();
    home.declare("gitops");
    let mut terminal = home.ask("gitops");
    terminal.wait_for(QUESTION).press("c");
    for (purpose, key) in [("usage", "y"), ("update-check", "n"), ("dashboard", "x")] {
        terminal.wait_for(&format!("Allow {purpose}?")).press(key);
    }
    terminal.shown().ends(1).shows("Yes to usage").shows("No to update-check").shows("Not now");
    let consent: toml::Table = home.read(GITOPS).parse().expect("TOML");
    assert_eq!(consent["usage"]["choice"].as_str(), Some("granted"));
    assert_eq!(consent["update-check"]["choice"].as_str(), Some("denied"));
    assert!(!consent.contains_key("dashboard"), "{consent}");
    let asked: toml::Table =
        home.read(".local/state/sayso/asked/gitops.toml").parse().expect("TOML");
    assert_eq!(asked["purposes"].as_array().map(Vec::len), Some(1), "{asked}");
    assert_eq!(asked["purposes"][0].as_str(), Some("dashboard"));
    home.ask("gitops").shown().ends(1).shows_nothing();
}

#[test]
fn a_tool_with_one_purpose_offers_no_choice_among_them() {
    let home = werf();
    home.ask("werf").answer("c").ends(1).hides("one by one").shows("Not now");
    assert!(!home.consent("werf").exists());
}

#[test]
fn every_other_key_means_not_now_and_leaves_only_a_date() {
    let keys = [
        ("Enter", "\r"),
        ("Esc", "\u{1b}"),
        ("end of input", "\u{4}"),
        ("x", "x"),
        ("an arrow", "\u{1b}[A"),
        ("an umlaut", "ÿ"),
        ("Del", "\u{1b}[3~"),
    ];
    for (name, key) in keys {
        let home = werf();
        let before = home.contents();
        home.ask("werf").answer(key).ends(1).shows("Not now, so it stays off.");
        let mut after = home.contents();
        let asked = after.remove(ASKED).unwrap_or_else(|| panic!("{name} leaves no date"));
        assert_eq!(after, before, "{name}");
        let asked = String::from_utf8(asked).expect("text");
        let dates: toml::Table = asked.parse().expect("TOML");
        assert!(dates.len() == 4 && dates["at"].is_datetime(), "{name}: {asked}");
        assert_eq!(dates["times"].as_integer(), Some(1), "{name}: {asked}");
        assert_eq!(dates["purposes"][0].as_str(), Some("usage"), "{name}: {asked}");
        assert_eq!(home.reason("werf", "usage"), (false, "unasked".to_owned()), "{name}");
    }
}

#[test]
fn not_now_holds_for_a_day() {
    let home = werf();
    home.ask("werf").answer("x").ends(1);
    for (hours, asks) in [(0, false), (-23, false), (-25, true), (-48, true), (23, false)] {
        home.asked_hours_ago("werf", -hours);
        let before = home.contents();
        if asks {
            home.ask("werf").answer("\u{1b}").ends(1);
        } else {
            home.ask("werf").shown().ends(1).shows_nothing();
            assert_eq!(home.contents(), before, "{hours}");
        }
    }
}

#[test]
fn a_date_far_in_the_future_or_damaged_silences_nobody() {
    let rest = "times = 1\ndigest = \"x\"\npurposes = [\"usage\"]\n";
    for date in ["at = 2999-01-01T00:00:00Z", "at = \"today\"", "at = ", "usage = 1", "\0"] {
        let home = werf();
        home.write(ASKED, &format!("{date}\n{rest}"));
        home.ask("werf").answer("x").ends(1);
        home.ask("werf").shown().ends(1).shows_nothing();
    }
}

#[test]
fn an_answer_leaves_the_date_and_nothing_unanswered() {
    for key in ["y", "n"] {
        let home = werf();
        home.ask("werf").answer("x");
        home.asked_hours_ago("werf", 48);
        home.ask("werf").answer(key);
        let asked: toml::Table = home.read(ASKED).parse().expect("TOML");
        assert_eq!(asked["times"].as_integer(), Some(0), "{key}: {asked}");
        assert_eq!(asked["purposes"].as_array().map(Vec::len), Some(0), "{key}: {asked}");
    }
}

#[test]
fn a_tool_asks_once_a_day_whatever_for() {
    for key in ["y", "n"] {
        let home = Home::new();
        home.declare("gitops");
        let ask = |purpose| Terminal::start(&home, &program(), &["ask", "gitops", purpose]);
        ask("usage").answer("x").ends(1);
        ask("dashboard").shown().ends(1).shows_nothing();
        home.asked_hours_ago("gitops", 25);
        ask("dashboard").answer(key);
        ask("usage").shown().ends(1).shows_nothing();
        home.asked_hours_ago("gitops", 25);
        ask("usage").answer(key);
    }
}

#[test]
fn ctrl_c_stores_no_choice_and_ends_as_an_interrupt() {
    let home = werf();
    let before = home.contents();
    let shown = home.ask("werf").answer(INTERRUPT).ends(130);
    assert!(shown.screen.contains(SHOW_CURSOR), "{:?}", shown.screen);
    let mut after = home.contents();
    assert!(after.remove(ASKED).is_some(), "the date stays");
    assert_eq!(after, before);
    home.ask("werf").shown().ends(1).shows_nothing();
}

#[test]
fn ctrl_c_in_the_middle_of_several_answers_stores_none_of_them() {
    let home = Home::new();
    home.declare("gitops");
    let before: Vec<String> = home.contents().into_keys().collect();
    let mut terminal = home.ask("gitops");
    terminal.wait_for(QUESTION).press("c");
    terminal.wait_for("Allow usage?").press("y");
    terminal.wait_for("Allow update-check?").press("n");
    terminal.wait_for("Allow dashboard?").press(INTERRUPT);
    terminal.shown().ends(130);
    let mut after: Vec<String> = home.contents().into_keys().collect();
    after.retain(|file| file != ".local/state/sayso/asked/gitops.toml");
    assert_eq!(after, before);
}

#[test]
fn the_terminal_is_left_as_it_was() {
    if !have("stty") {
        return;
    }
    for key in ["y", "n", "x", INTERRUPT] {
        let home = werf();
        let script = "trap : INT; stty -g; $SAYSO_UNDER_TEST ask werf; stty -g";
        let shown = Terminal::start_script(&home, script).answer(key).ends(0);
        let mut lines = shown.screen.lines().filter(|line| !line.is_empty());
        assert_eq!(lines.next(), lines.next_back(), "{key:?}: {}", shown.screen);
    }
}

#[test]
fn a_key_typed_before_the_question_answers_nothing() {
    let home = werf();
    let mut terminal =
        Terminal::start_script(&home, "echo ready; read go; exec $SAYSO_UNDER_TEST ask werf");
    // The shell takes the line; the y stays behind for the program.
    terminal.wait_for("ready").type_ahead("go\ny");
    terminal.answer("n").ends(1).shows("No to usage");
    assert!(home.read(WERF).contains("choice = \"denied\""));
}

#[test]
fn standard_output_stays_empty() {
    for key in ["y", "n", "x", INTERRUPT] {
        let home = werf();
        let screen = Screen::new();
        let script = format!("$SAYSO_UNDER_TEST ask werf > {}", screen.device().display());
        Terminal::start_script(&home, &script).answer(key).shows("werf asks");
        assert_eq!(screen.finish(), "", "{key:?}");
    }
}

#[test]
fn a_dry_run_shows_the_question_and_asks_nothing() {
    let home = werf();
    let before = home.contents();
    let terminal = Terminal::start(&home, &program(), &["ask", "werf", "--dry-run"]);
    terminal.shown().ends(1).shows("werf asks to collect telemetry").hides("Allow werf");
    assert_eq!(home.contents(), before);
}

#[test]
fn a_narrow_terminal_is_not_agreed_to() {
    for columns in [40, 20, 3, 1] {
        let home = werf();
        let terminal = Terminal::start_with(&home, &program(), &["ask", "werf"], &[], columns);
        terminal.answer("y").ends(1).hides("panicked");
        assert_eq!(home.reason("werf", "usage"), (false, "unasked".to_owned()));
    }
}

#[test]
fn a_dumb_terminal_gets_no_escape_codes() {
    for key in ["y", "n", "x", "\u{3}"] {
        let home = werf();
        let dumb = [("TERM", "dumb")];
        let terminal = Terminal::start_with(&home, &program(), &["ask", "werf"], &dumb, 80);
        let shown = terminal.answer(key);
        assert!(!shown.screen.contains('\u{1b}'), "{key:?}: {:?}", shown.screen);
    }
}

#[test]
fn a_purpose_that_nobody_declares_is_refused_before_any_question() {
    let home = werf();
    let terminal = Terminal::start(&home, &program(), &["ask", "werf", "errors"]);
    terminal.shown().ends(1).shows("werf declares no purpose errors; it declares usage");
}

fn werf() -> Home {
    let home = Home::new();
    home.declare("werf");
    home
}

/// Moves the date of the last question by some hours from now.
fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
