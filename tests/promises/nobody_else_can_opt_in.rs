//! Only a user who is present opts in: no automation, no coding agent, no terminal that nobody looks at.
//! Opting out takes nobody.
#![cfg(unix)]

use crate::support::{Home, QUESTION, Ran, Terminal, example, program};
use crate::switching::Machine;
use sayso::domain::agents::AGENTS;
use std::process::{Command, Stdio};

const CONSENT: &str = ".config/sayso/consent/werf.toml";

/// What opts in, as a program is called for it and what it is called with.
const OPTING_IN: [(&str, &[&str]); 7] = [
    ("sayso", &["enable", "werf"]),
    ("sayso", &["enable", "werf", "--notice", "1"]),
    ("sayso", &["default", "declared"]),
    ("werf", &["telemetry", "enable"]),
    ("werf", &["telemetry", "enable", "--notice", "1"]),
    ("werf", &["set", "config", "analytics", "true"]),
    ("werf", &["enable", "telemetry", "--notice", "1"]),
];

fn home() -> Home {
    let home = Home::new();
    home.declare("werf");
    home
}

fn path_of(name: &str) -> std::path::PathBuf {
    if name == "sayso" { program() } else { example(name) }
}

/// Nothing that could allow anything was stored.
fn nothing_is_stored(home: &Home) {
    assert!(!home.path().join(CONSENT).exists());
    assert!(!home.path().join(".config/sayso/config.toml").exists());
}

#[test]
fn an_agent_at_a_terminal_cannot_opt_in() {
    for agent in AGENTS {
        for value in ["1", "true", "x"] {
            for (name, arguments) in OPTING_IN {
                let home = home();
                let variables = [(agent.variable, value)];
                let path = path_of(name);
                let shown = Terminal::start_with(&home, &path, arguments, &variables, 80).shown();
                let shown = shown.ends(1).shows(&format!("{} is set", agent.variable));
                shown.shows(&format!("env -u {} {name} ", agent.variable));
                nothing_is_stored(&home);
            }
            // One is enough to see that the value makes no difference.
            if agent.variable != "CLAUDECODE" {
                break;
            }
        }
    }
}

#[test]
fn an_agent_is_asked_nothing() {
    for (name, arguments) in [("sayso", &["ask", "werf"][..]), ("werf", &["build"])] {
        let home = home();
        let variables = [("CLAUDECODE", "1")];
        let shown = Terminal::start_with(&home, &path_of(name), arguments, &variables, 80).shown();
        shown.hides(QUESTION);
        nothing_is_stored(&home);
    }
}

#[test]
fn a_variable_that_is_cleared_is_no_agent() {
    for value in ["", "0", "false"] {
        let home = home();
        let variables = [("CLAUDECODE", value), ("AGENT", value)];
        Terminal::start_with(&home, &program(), &["enable", "werf"], &variables, 80)
            .shown()
            .ends(0);
        assert_eq!(home.reason("werf", "usage"), (true, "granted".to_owned()));
    }
}

#[test]
fn an_agent_counts_as_no_automation() {
    let home = home();
    home.run_with(&[("CLAUDECODE", "1"), ("WERF_TELEMETRY", "1")], &["check", "werf"]).ends(1);
}

#[test]
fn an_agent_can_opt_out_and_puts_no_third_party_switch_on() {
    let home = home();
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    home.run_with(&[("CLAUDECODE", "1")], &["disable", "werf"]).ends(0);
    assert_eq!(home.reason("werf", "usage"), (false, "denied".to_owned()));

    let machine = Machine::with(&["turbo"]);
    machine.run_with(&[("CLAUDECODE", "1")], &["disable", "turborepo"]).ends(0);
    let before = machine.tree();
    for arguments in [&["enable", "turborepo"][..], &["undo"], &["undo", "turborepo"]] {
        let ran = machine.run_with(&[("CLAUDECODE", "1")], arguments).ends(1);
        assert!(ran.stderr.contains("CLAUDECODE is set"), "{ran:#?}");
        crate::switching::assert_same(&before, &machine.tree());
    }
    machine.run(&["undo"]).ends(0);
}

#[test]
fn automation_is_named_and_needs_the_version_that_was_read() {
    for (variable, value, said) in [
        ("CI", "1", "CI=1"),
        ("CI", "secret", "CI is set"),
        ("GITHUB_ACTIONS", "true", "GITHUB_ACTIONS=true"),
        ("JENKINS_URL", "https://user:word@ci.example", "JENKINS_URL is set"),
    ] {
        let home = home();
        let variables = [(variable, value)];
        let shown = Terminal::start_with(&home, &program(), &["enable", "werf"], &variables, 80);
        let shown = shown.shown().ends(2).shows(said).shows("--notice 1");
        shown.shows(&format!("env -u {variable} sayso enable werf")).hides("secret").hides("word@");
        nothing_is_stored(&home);
        home.run_with(&variables, &["enable", "werf", "--notice", "1"]).ends(0);
    }
}

#[test]
fn what_is_missing_is_named() {
    let home = home();
    let mut sayso = home.sayso(&["enable", "werf"]);
    let ran = Ran::of(&sayso.stdin(Stdio::null()).output().expect("it runs")).ends(2);
    assert!(ran.stderr.contains("standard input is not a terminal"), "{ran:#?}");
    let shown = Terminal::start_script(&home, "$SAYSO_UNDER_TEST enable werf > out").shown();
    shown.ends(2).shows("standard output is not a terminal");
    let shown = Terminal::start_script(&home, "$SAYSO_UNDER_TEST enable werf 2> err").shown();
    shown.ends(2);
    assert!(home.read("err").contains("standard error is not a terminal"));
    nothing_is_stored(&home);
}

#[test]
fn nobody_looks_at_a_terminal_without_a_size() {
    for (rows, columns) in [(0, 0), (24, 0), (0, 80)] {
        for (name, arguments) in [("sayso", &["ask", "werf"][..]), ("werf", &["build"])] {
            let home = home();
            let shown =
                Terminal::start_sized(&home, &path_of(name), arguments, &[], (rows, columns));
            shown.shown().hides(QUESTION);
            nothing_is_stored(&home);
        }
        let home = home();
        let shown =
            Terminal::start_sized(&home, &program(), &["enable", "werf"], &[], (rows, columns));
        shown.shown().ends(2).shows("the terminal has no size").shows("--notice 1");
        nothing_is_stored(&home);
    }
}

#[test]
fn a_job_in_the_background_is_asked_nothing() {
    let home = home();
    let script =
        "set -m; $SAYSO_UNDER_TEST ask werf & wait $!; $SAYSO_UNDER_TEST enable werf & wait $!";
    let shown = Terminal::start_script(&home, script).shown();
    shown.hides(QUESTION).shows("not in the terminal's foreground");
    nothing_is_stored(&home);
}

#[test]
fn opting_out_takes_nobody() {
    for (name, arguments) in [
        ("sayso", &["disable", "werf"][..]),
        ("sayso", &["disable"]),
        ("werf", &["telemetry", "disable"]),
        ("werf", &["set", "config", "analytics", "false"]),
    ] {
        let home = home();
        let mut command: Command = home.command(path_of(name));
        command.args(arguments).env("CI", "1").env("CLAUDECODE", "1").stdin(Stdio::null());
        Ran::of(&command.output().expect("it runs")).ends(0);
        assert_eq!(home.reason("werf", "usage"), (false, "denied".to_owned()));
    }
}
