//! Records that a command started and how it ended, from clap's own command and matches.

use crate::domain::declaration::field::FieldType;
use crate::domain::event::{Given, OptionUse};
use crate::host::Host;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::process::ExitCode;
use std::time::Instant;

/// A run of a command. Records `CommandStarted` when it is made, and `CommandExited` when it ends:
/// with an exit code where the host says one, without where it returns early or panics.
///
/// Both carry one run id. Fields are found by their type, so an author may call them anything.
pub struct CommandGuard<'h> {
    host: &'h Host,
    command: String,
    started: Instant,
    code: Option<i64>,
}

/// The event that a guard records first.
pub const STARTED: &str = "CommandStarted";
/// The event that a guard records last.
pub const EXITED: &str = "CommandExited";

impl Host {
    /// Lets commands and options of clap's own tree be recorded, as if they were declared.
    #[must_use]
    pub fn with_command(mut self, command: &Command) -> Self {
        let (mut commands, mut options) = (Vec::new(), Vec::new());
        walk(command, "", &mut commands, &mut options);
        if let Some(recorder) = &mut self.recorder {
            recorder.know(commands, options);
        }
        self
    }

    /// Records that the command in `matches` started, and, when what this returns is dropped, that
    /// it ended.
    pub fn watch(&self, command: &Command, matches: &ArgMatches) -> CommandGuard<'_> {
        let (name, used) = typed(command, matches);
        let guard = CommandGuard { host: self, command: name, started: Instant::now(), code: None };
        guard.record(STARTED, &|kind| match kind {
            FieldType::Options => Some(Given::Options(used.clone())),
            _ => None,
        });
        guard
    }
}

impl CommandGuard<'_> {
    /// Says how the command ended, and gives that back for `main` to return.
    pub fn exit(mut self, code: u8) -> ExitCode {
        self.code = Some(code.into());
        ExitCode::from(code)
    }

    fn record(&self, name: &str, value: &dyn Fn(&FieldType) -> Option<Given>) {
        let declaration = self.host.subject.as_ref().and_then(|subject| subject.declaration());
        let Some(event) =
            declaration.and_then(|declaration| declaration.events.iter().find(|e| e.name == name))
        else {
            return;
        };
        let fields: Vec<(&str, Given)> = event
            .fields
            .iter()
            .filter_map(|field| {
                let given = match &field.kind {
                    FieldType::Command { .. } => Some(Given::Text(self.command.clone())),
                    kind => value(kind),
                };
                Some((field.name.as_str(), given?))
            })
            .collect();
        self.host.record(name, &fields);
    }
}

impl Drop for CommandGuard<'_> {
    fn drop(&mut self) {
        let duration = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.record(EXITED, &|kind| match kind {
            FieldType::ExitCode => self.code.map(Given::Integer),
            FieldType::DurationMs => Some(Given::Integer(duration)),
            _ => None,
        });
    }
}

/// Every command and option of a tree, by name.
fn walk(command: &Command, prefix: &str, commands: &mut Vec<String>, options: &mut Vec<String>) {
    let name = format!("{prefix}{}", command.get_name());
    options.extend(command.get_arguments().filter_map(option_name));
    for inner in command.get_subcommands() {
        walk(inner, &format!("{name} "), commands, options);
    }
    commands.push(name);
}

/// The command that was typed, and the options that were used with it: each once, from the innermost
/// command that knows it.
fn typed(command: &Command, matches: &ArgMatches) -> (String, Vec<OptionUse>) {
    let mut name = command.get_name().to_owned();
    let mut used: Vec<OptionUse> = Vec::new();
    let (mut command, mut matches) = (command, matches);
    loop {
        for option in command.get_arguments().filter_map(|arg| option_use(arg, matches)) {
            used.retain(|known| known.name != option.name);
            used.push(option);
        }
        let Some((inner_name, inner_matches)) = matches.subcommand() else { break };
        let Some(inner) = command.find_subcommand(inner_name) else { break };
        name = format!("{name} {}", inner.get_name());
        (command, matches) = (inner, inner_matches);
    }
    (name, used)
}

/// An option that was given on the command line or by a variable; `None` for one that was not, and
/// for arguments without a name of their own.
fn option_use(arg: &Arg, matches: &ArgMatches) -> Option<OptionUse> {
    let id = arg.get_id().as_str();
    // Panics for an argument that only help and version know: those never get here.
    let source = matches.try_contains_id(id).ok().and_then(|_| matches.value_source(id))?;
    let as_cli = source == ValueSource::CommandLine;
    let as_env = source == ValueSource::EnvVariable;
    if !(as_cli || as_env) {
        return None;
    }
    let count = match arg.get_action() {
        ArgAction::Count => u64::from(matches.get_count(id)),
        _ => matches.get_raw_occurrences(id).map_or(1, |times| times.count() as u64),
    };
    Some(OptionUse { name: option_name(arg)?, as_cli, as_env, count })
}

/// The long name, or else the short one.
fn option_name(arg: &Arg) -> Option<String> {
    arg.get_long().map(str::to_owned).or_else(|| arg.get_short().map(String::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> Command {
        let verbose = Arg::new("verbose").short('v').action(ArgAction::Count).global(true);
        let level = Arg::new("level").long("level").value_parser(clap::value_parser!(u8));
        let set = Arg::new("set").long("set").action(ArgAction::Append);
        let dry = Arg::new("dry-run").long("dry-run").action(ArgAction::SetTrue);
        let chart = Arg::new("chart");
        let fallback = Arg::new("mode").long("mode").default_value("fast");
        Command::new("probe")
            .arg(verbose)
            .subcommand(Command::new("run").args([level, set, dry, chart, fallback]))
    }

    fn used(arguments: &str) -> (String, Vec<(String, bool, bool, u64)>) {
        let matches = command().get_matches_from(arguments.split_whitespace());
        let (name, used) = typed(&command(), &matches);
        (name, used.into_iter().map(|o| (o.name, o.as_cli, o.as_env, o.count)).collect())
    }

    #[test]
    fn options_are_counted_as_they_were_given() {
        let (name, used) = used("probe run -vvv --level 7 --set a --set b --dry-run ./secret");
        assert_eq!(name, "probe run");
        let expected = [("v", 3), ("level", 1), ("set", 2), ("dry-run", 1)];
        for (name, count) in expected {
            assert!(used.contains(&(name.to_owned(), true, false, count)), "{name}: {used:?}");
        }
        assert_eq!(used.len(), expected.len(), "{used:?}");
    }

    #[test]
    fn a_global_option_is_counted_once_wherever_it_stands() {
        assert_eq!(used("probe -v run").1, [("v".to_owned(), true, false, 1)]);
    }

    #[test]
    fn defaults_are_no_use_of_an_option() {
        assert_eq!(used("probe run").1, []);
    }
}
