//! The tree of commands, and its help: people first.

use crate::cli::{COMMANDS, Group, completions};
use clap::Command;
use std::fmt::Write;

/// What stands above each group in help, in the order of the groups.
pub(super) const GROUPS: [(Group, &str); 4] = [
    (Group::People, "For people"),
    (Group::Settings, "Settings and looking closer"),
    (Group::Scripts, "For scripts and tools in other languages"),
    (Group::Authors, "For authors and packagers"),
];

/// The whole program as clap knows it.
pub(super) fn command() -> Command {
    let commands: Vec<Command> =
        COMMANDS.iter().map(|entry| completions::with_candidates((entry.define)())).collect();
    Command::new("sayso")
        .version(env!("CARGO_PKG_VERSION"))
        .about("See what your command-line tools collect, and switch it off")
        .after_help("Examples:\n  sayso                what may the tools here collect, and why?\n  sayso disable        no to everything\n  sayso show werf      everything that one tool declares")
        .help_template("{about}\n\n{usage-heading} {usage}\n\n{before-help}Options:\n{options}{after-help}\n")
        .before_help(by_group(&commands))
        .infer_subcommands(false)
        .subcommands(commands)
}

fn by_group(commands: &[Command]) -> String {
    let mut out = String::new();
    let longest = commands.iter().map(|command| command.get_name().len()).max();
    let width = longest.unwrap_or_default() + 1;
    for (group, heading) in GROUPS {
        let _ = writeln!(out, "{heading}:");
        let members = COMMANDS.iter().zip(commands).filter(|(entry, _)| entry.group == group);
        for (_, command) in members {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(out, "  {:<width$} {about}", command.get_name());
        }
        out.push('\n');
    }
    out
}

/// The commands of a group, in their order.
pub(super) fn members(group: Group) -> impl Iterator<Item = Command> {
    COMMANDS.iter().filter(move |entry| entry.group == group).map(|entry| (entry.define)())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn every_command_is_in_one_group_and_has_an_example() {
        let listed: usize = GROUPS.iter().map(|(group, _)| members(*group).count()).sum();
        assert_eq!(listed, COMMANDS.len());
        for entry in COMMANDS {
            let command = (entry.define)();
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("sayso "), "{} has no example", command.get_name());
        }
    }

    #[test]
    fn a_paragraph_is_one_line_that_is_broken_where_the_terminal_ends() {
        for entry in COMMANDS {
            let help = (entry.define)().get_after_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            let paragraphs = help.split("Examples:").next().unwrap_or_default().trim_end();
            assert!(!paragraphs.replace("\n\n", "").contains('\n'), "{paragraphs}");
        }
    }
}
