//! `sayso man`: the manual page, made from the same tree of commands as the help.

use crate::cli::failure::Failure;
use crate::cli::help::{GROUPS, members};
use crate::cli::{Entry, Exit, Group, Session};
use clap::{ArgMatches, Command};
use roff::{Inline, Roff, bold, roman};

pub(super) const ENTRY: Entry = Entry { group: Group::Authors, define, run };

/// The date of the page: when its words last changed, so that the same program makes the same page.
const DATE: &str = "2026-11-21";

fn define() -> Command {
    Command::new("man")
        .about("Print the manual page")
        .after_help("Examples:\n  sayso man > sayso.1\n  sayso man | man -l -")
}

fn run(_: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    session.terminal.say(&page())?;
    Ok(Exit::Done)
}

/// The page, as roff.
fn page() -> String {
    let mut out = Roff::new();
    let version = format!("sayso {}", env!("CARGO_PKG_VERSION"));
    out.control("TH", ["SAYSO", "1", DATE, version.as_str(), "User Commands"]);
    section(&mut out, "NAME");
    out.text([roman("sayso - see what command-line tools collect, and switch it off")]);
    section(&mut out, "SYNOPSIS");
    out.text([bold("sayso"), roman(" [command]")]);
    section(&mut out, "DESCRIPTION");
    for (n, paragraph) in DESCRIPTION.iter().enumerate() {
        if n > 0 {
            out.control("PP", []);
        }
        out.text([roman(*paragraph)]);
    }
    for (group, heading) in GROUPS {
        section(&mut out, &heading.to_uppercase());
        for member in members(group) {
            describe(&mut out, &member, "sayso");
        }
    }
    list(&mut out, "EXIT STATUS", EXIT_STATUS);
    list(&mut out, "ENVIRONMENT", ENVIRONMENT);
    list(&mut out, "FILES", FILES);
    section(&mut out, "SEE ALSO");
    out.text([roman(
        "The formats of declarations and answers, for authors and for other languages, are \
         described in the documentation that comes with sayso.",
    )]);
    out.to_roff()
}

const DESCRIPTION: &[&str] = &[
    "One place where a person decides what the command-line tools on this machine may collect, and \
     the one answer that every tool can trust. Nothing is on without a yes. A no takes effect at \
     once, works without a network, and nobody is told.",
    "Without a command, sayso shows every tool that asks it, what it may collect, whether that is \
     on, and why. sayso itself collects nothing.",
];

const EXIT_STATUS: &[(&str, &str)] = &[
    ("0", "done, or allowed"),
    ("1", "not done, or held"),
    ("2", "used wrongly"),
    ("130", "interrupted"),
];

const ENVIRONMENT: &[(&str, &str)] = &[
    ("DO_NOT_TRACK", "anything but empty, 0, false, no and off holds every purpose of every tool"),
    ("SAYSO", "anything but empty, 1, true, yes and on (in any case) holds likewise"),
    ("SAYSO_HOME", "an absolute path: all files of this person live there"),
    ("NO_COLOR", "if not empty, nothing is coloured"),
    ("CI and markers of single services", "nobody is asked, and undecided is held"),
];

const FILES: &[(&str, &str)] = &[
    ("~/.config/sayso/config.toml", "id and default"),
    ("~/.config/sayso/consent/TOOL.toml", "the answers for one tool"),
    ("~/.local/state/sayso/", "history, and what waits"),
    ("~/.local/share/sayso/tools/TOOL.toml", "the declaration of a tool"),
    ("/etc/sayso/policy.toml", "what the administrator forbids"),
    ("/etc/sayso/policy.d/*.toml", "what the administrator forbids besides"),
];

fn section(out: &mut Roff, title: &str) {
    out.control("SH", [title]);
}

fn list(out: &mut Roff, title: &str, entries: &[(&str, &str)]) {
    section(out, title);
    for (term, words) in entries {
        item(out, vec![bold(*term)], words);
    }
}

fn item(out: &mut Roff, term: Vec<Inline>, words: &str) {
    out.control("TP", []);
    out.text(term);
    out.text([roman(words)]);
}

/// A command: how it is typed, what it does, its arguments, its examples.
fn describe(out: &mut Roff, command: &Command, prefix: &str) {
    let name = format!("{prefix} {}", command.get_name());
    let usage = command.clone().bin_name(&name).render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").replace('\n', " ");
    let usage = usage.split_whitespace().collect::<Vec<_>>().join(" ");
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    item(out, vec![bold(usage)], &format!("{about}."));
    out.control("RS", []);
    for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let values = argument.get_value_names().map(|names| names.join(" ")).unwrap_or_default();
        let term = match argument.get_long() {
            Some(long) if argument.get_action().takes_values() => format!("--{long} {values}"),
            Some(long) => format!("--{long}"),
            None => values,
        };
        item(out, vec![bold(term)], &format!("{help}."));
    }
    for inner in command.get_subcommands() {
        describe(out, inner, &name);
    }
    if let Some(examples) = command.get_after_help() {
        out.control("PP", []);
        out.control("nf", []);
        for line in examples.to_string().lines().filter(|line| !line.is_empty()) {
            out.text([roman(line)]);
        }
        out.control("fi", []);
    }
    out.control("RE", []);
}
