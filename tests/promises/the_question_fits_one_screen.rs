//! The question says on one screen who asks, why, what is collected, who gets it and how to opt out; where
//! the terminal cannot show all of it, it cannot be allowed.
#![cfg(unix)]

use crate::support::{Home, QUESTION, Terminal, declaration, example, program};

const SEEDS: [&str; 3] = ["werf", "gitops", "testkube"];

fn ask(home: &Home, tool: &str, rows: u16, columns: u16) -> Terminal {
    home.declare(tool);
    Terminal::start_sized(home, &program(), &["ask", tool], &[], (rows, columns))
}

/// The lines of a terminal that a screen took.
fn height(screen: &str, columns: usize) -> usize {
    screen.lines().map(|line| line.chars().count().div_ceil(columns).max(1)).sum()
}

#[test]
fn every_seed_is_asked_about_on_one_screen() {
    for tool in SEEDS {
        for (rows, columns) in [(24, 80), (40, 120), (18, 80)] {
            let home = Home::new();
            let mut terminal = ask(&home, tool, rows, columns);
            terminal.wait_for(QUESTION).press("x");
            let screen = terminal.shown().screen;
            let question =
                screen.split("Not now").next().expect("a question").trim_end().to_owned();
            assert!(height(&question, 80) <= 18, "{tool}: {question}");
            for part in [
                "asks to collect telemetry",
                "Collects",
                "Identifier",
                "Sent to",
                "Opt out",
                "Allow ",
            ] {
                assert!(question.contains(part), "{part:?} is missing in:\n{question}");
            }
            assert!(question.contains('"'), "the author's words are quoted: {question}");
        }
    }
}

#[test]
fn the_readme_shows_the_question_as_it_is() {
    let readme = include_str!("../../README.md");
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &example("werf"), &["build"]);
    terminal.wait_for(QUESTION).press("x");
    let screen = terminal.shown().screen.replace("\r\n", "\n");
    let question = screen.split("\nNot now").next().expect("a question").trim_end();
    assert!(readme.contains(&format!("```text\n{question}\n```")), "{question}");
}

#[test]
fn a_clipped_question_can_be_turned_down_and_not_allowed() {
    for tool in SEEDS {
        for (rows, columns) in [(10, 80), (17, 40), (5, 20), (24, 30)] {
            for key in ["y", "Y", "c", "d", "\r"] {
                let home = Home::new();
                let mut terminal = ask(&home, tool, rows, columns);
                terminal.wait_for(QUESTION).press(key);
                let shown = terminal.shown().ends(1).shows("too small for this question");
                shown.shows(&format!("sayso enable {tool}")).hides("y yes").hides("y all");
                assert!(!home.consent(tool).exists(), "{tool} {rows}x{columns} {key:?}");
            }
            let home = Home::new();
            let mut terminal = ask(&home, tool, rows, columns);
            terminal.wait_for(QUESTION).press("n");
            terminal.shown().ends(1);
            assert!(home.consent(tool).exists(), "an opt-out counts");
            home.run(&["check", tool, "usage"]).ends(1);
        }
    }
}

#[test]
fn d_shows_every_field_in_pages_and_asks_again() {
    let home = Home::new();
    let mut terminal = ask(&home, "werf", 24, 80);
    terminal.wait_for(QUESTION).press("d");
    terminal.wait_for("projectID").wait_for("next page").clear().press(" ");
    terminal.wait_for("any key: back").clear().press("\u{1b}").wait_for(QUESTION).press("y");
    terminal.shown().ends(0);
    assert_eq!(home.reason("werf", "usage"), (true, "granted".to_owned()));
    // Every key is no answer to a page.
    let home = Home::new();
    let mut terminal = ask(&home, "werf", 24, 80);
    terminal.wait_for(QUESTION).clear().press("D");
    terminal.wait_for("next page").clear().press("y");
    terminal.wait_for("any key: back").clear().press("y").wait_for(QUESTION).press("x");
    terminal.shown().ends(1);
    assert_eq!(home.reason("werf", "usage"), (false, "unasked".to_owned()));
}

#[test]
fn ctrl_c_in_the_pages_ends_it_as_anywhere() {
    let home = Home::new();
    let mut terminal = ask(&home, "werf", 24, 80);
    terminal.wait_for(QUESTION).press("d");
    terminal.wait_for("next page").press("\u{3}");
    terminal.shown().ends(130);
    assert!(!home.consent("werf").exists());
}

#[test]
fn a_port_is_shown_wherever_it_is_not_443() {
    let werf = std::fs::read_to_string(declaration("werf")).expect("a declaration");
    for (url, shown) in [
        ("https://telemetry.werf.io:8443/v1", "telemetry.werf.io, port 8443"),
        ("http://localhost:2375/v1", "this machine, port 2375"),
        ("http://127.0.0.1:9/v1", "this machine, port 9"),
    ] {
        let home = Home::new();
        let start = werf.find("url = \"").expect("an address") + 7;
        let end = start + werf[start..].find('"').expect("its end");
        home.declare_text(&[&werf[..start], url, &werf[end..]].concat());
        let mut terminal = Terminal::start(&home, &program(), &["ask", "werf"]);
        terminal.wait_for(QUESTION).press("x");
        terminal.shown().shows(shown);
    }
}

#[test]
fn lint_refuses_a_question_that_does_not_fit() {
    let home = Home::new();
    let werf = std::fs::read_to_string(declaration("werf")).expect("a declaration");
    let long = werf.replacen(
        "[purposes.usage]\nwhy = \"",
        &format!("[purposes.usage]\nwhy = \"{}", "word ".repeat(80)),
        1,
    );
    assert_ne!(long, werf);
    home.write("long.toml", &long);
    let ran = home.run(&["lint", "long.toml"]).ends(1);
    assert!(ran.stderr.contains("the question takes"), "{ran:#?}");
    assert!(ran.stderr.contains("room for 18"), "{ran:#?}");
    for tool in SEEDS {
        let file = declaration(tool).display().to_string();
        home.run(&["lint", &file]).ends(0);
    }
}

#[test]
fn what_is_new_is_told_as_fully_as_all_of_it() {
    let home = Home::new();
    let werf = std::fs::read_to_string(declaration("werf")).expect("a declaration");
    home.declare_text(&werf);
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    let event = "[events.CommandExited.fields]\n";
    for (field, words) in [
        (
            "who = { type = \"hash\", key = \"none\", since = 2, why = \"Your user name and host.\" }\n",
            &[
                "who",
                "Your user name and host.",
                "a plain SHA-256",
                "anyone who knows the text can recognise it",
            ][..],
        ),
        (
            "who = { type = \"enum\", values = [\"one\", \"two\"], since = 2, why = \"Which of two.\" }\n",
            &["who", "one of one, two", "Which of two."],
        ),
        (
            "who = { type = \"integer\", min = 1, max = 9, since = 2, why = \"How many.\" }\n",
            &["who", "1 to 9", "How many."],
        ),
    ] {
        let newer = werf.replace("notice = 1\n", "notice = 2\n");
        let newer = newer.replacen(event, &format!("{event}{field}"), 1);
        assert_ne!(newer, werf);
        home.run(&["forget", "werf"]).code.expect("it ends");
        home.declare_text(&werf);
        home.run(&["enable", "werf", "--notice", "1"]).ends(0);
        home.declare_text(&newer);
        let mut terminal = Terminal::start(&home, &program(), &["ask", "werf"]);
        terminal.wait_for(QUESTION).press("x");
        let mut shown = terminal.shown();
        for words in words {
            shown = shown.shows(words);
        }
    }
}
