//! Ready clap subcommands for host tools, in the three wordings that users know.

use crate::choices::Stored;
use crate::domain::consent::Via;
use crate::domain::legible;
use crate::fs::Error;
use crate::host::act::{self, NotStored, Reader, Refusal};
use crate::host::journal::Journal;
use crate::host::speak::{answer, aside};
use crate::host::{Host, presence, report, terminal};
use crate::registry::Subject;
use crate::view::notice::{self, Ways};
use crate::view::reasons;
use crate::view::text;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use jiff::tz::TimeZone;
use std::process::ExitCode;

/// The words for the same three acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wording {
    /// `tool telemetry enable|disable|status`
    Telemetry,
    /// `tool set config analytics true|false`, `tool get config`
    Config,
    /// `tool enable|disable|status telemetry`
    Verbs,
}

/// What a command of ours does. Each carries it in an argument of its own, by which [`Host::run`]
/// recognises it: a host may have commands of the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Enable,
    Disable,
    Status,
    Show,
    Log,
    Set,
}

/// No host's argument has this ID.
const ACT: &str = "sayso::act";

impl Act {
    const fn name(self) -> &'static str {
        match self {
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::Status => "status",
            Self::Show => "show",
            Self::Log => "log",
            Self::Set => "set",
        }
    }

    fn mark(self, command: Command) -> Command {
        // Nobody has to type it: all that it can hold is its default.
        let only = move |typed: &str| match typed == self.name() {
            true => Ok(self),
            false => Err("this marks a command of sayso's library, and is not typed"),
        };
        let mark = Arg::new(ACT).hide(true).last(true).default_value(self.name());
        command.arg(mark.value_parser(only).help("Marks a command of sayso's library"))
    }

    /// The one that was typed, and its own matches.
    fn of(matches: &ArgMatches) -> Option<(Self, &ArgMatches)> {
        let (_, outer) = matches.subcommand()?;
        let (_, inner) = outer.subcommand()?;
        Some((*inner.try_get_one::<Self>(ACT).ok()??, inner))
    }
}

impl Wording {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Telemetry, Self::Config, Self::Verbs];

    /// The commands that notices name.
    pub fn ways(self, tool: &str) -> Ways {
        let [enable, disable, status] = match self {
            Self::Telemetry => ["telemetry enable", "telemetry disable", "telemetry status"],
            Self::Config => {
                ["set config analytics true", "set config analytics false", "get config"]
            }
            Self::Verbs => ["enable telemetry", "disable telemetry", "status telemetry"],
        };
        let way = |words: &str| format!("{tool} {words}");
        Ways { enable: way(enable), disable: way(disable), status: way(status) }
    }

    fn commands(self) -> Vec<Command> {
        match self {
            Self::Telemetry => vec![
                Command::new("telemetry")
                    .about("See and change what may be collected")
                    .subcommand_required(true)
                    .arg_required_else_help(true)
                    .subcommands([
                        Act::Enable
                            .mark(with_purposes(with_notice(Command::new("enable"))))
                            .about("Say yes"),
                        Act::Disable.mark(with_purposes(Command::new("disable"))).about("Say no"),
                        Act::Status
                            .mark(with_json(Command::new("status")))
                            .about("Say what holds, and why"),
                        Act::Show
                            .mark(Command::new("show"))
                            .about("Show everything that would be collected"),
                        Act::Log
                            .mark(with_json(Command::new("log")))
                            .about("Show what waits and what has left"),
                    ]),
            ],
            Self::Config => vec![
                inside(
                    "set",
                    "Change a setting",
                    Act::Set.mark(
                        with_notice(Command::new("config").about("Change the configuration")).args(
                            [
                                Arg::new("key")
                                    .value_name("KEY")
                                    .required(true)
                                    .value_parser(["analytics"]),
                                Arg::new("value")
                                    .value_name("VALUE")
                                    .required(true)
                                    .value_parser(value_parser!(bool)),
                            ],
                        ),
                    ),
                ),
                inside(
                    "get",
                    "Show a setting",
                    Act::Status.mark(Command::new("config").about("Show the configuration")),
                ),
            ],
            Self::Verbs => vec![
                inside(
                    "enable",
                    "Switch something on",
                    Act::Enable.mark(with_purposes(with_notice(telemetry()))),
                ),
                inside(
                    "disable",
                    "Switch something off",
                    Act::Disable.mark(with_purposes(telemetry())),
                ),
                inside("status", "Say what holds", Act::Status.mark(with_json(telemetry()))),
            ],
        }
    }
}

fn telemetry() -> Command {
    Command::new("telemetry").about("What may be collected")
}

fn inside(verb: &'static str, about: &'static str, command: Command) -> Command {
    Command::new(verb)
        .about(about)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(command)
}

fn with_purposes(command: Command) -> Command {
    command.arg(
        Arg::new("purpose")
            .value_name("PURPOSE")
            .num_args(0..)
            .help("Only these; all if none is named"),
    )
}

fn with_notice(command: Command) -> Command {
    command.arg(
        Arg::new("notice")
            .long("notice")
            .value_name("N")
            .value_parser(value_parser!(u32))
            .help("The notice that was read, where nobody is at the terminal"),
    )
}

fn with_json(command: Command) -> Command {
    command.arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print JSON"))
}

/// Adds the subcommands to the host's own command. Where the host has a subcommand of the same
/// name (its own `enable`, say), the new one is added inside it.
#[must_use]
pub fn add_to(host: Command, wordings: &[Wording]) -> Command {
    wordings.iter().flat_map(|wording| wording.commands()).fold(host, |host, command| {
        let name = command.get_name().to_owned();
        if host.find_subcommand(&name).is_none() {
            return host.subcommand(command);
        }
        host.mut_subcommand(name, |own| own.subcommands(command.get_subcommands().cloned()))
    })
}

impl Host {
    /// Runs one of the subcommands that [`add_to`] added; `None` where the host was asked for
    /// something of its own, whatever that is called.
    pub fn run(&self, matches: &ArgMatches) -> Option<ExitCode> {
        let (act, matches) = Act::of(matches)?;
        let json = || matches.try_get_one("json").ok().flatten().copied().unwrap_or_default();
        let done = match act {
            Act::Enable => self.enable(&purposes(matches), matches),
            Act::Disable => self.disable(&purposes(matches)),
            Act::Status => self.status(json()),
            Act::Show => self.show(),
            Act::Log => self.log(json()),
            Act::Set => self.set_analytics(matches),
        };
        Some(match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(Told { misuse: false }) => ExitCode::from(1),
            Err(Told { misuse: true }) => ExitCode::from(2),
        })
    }

    fn set_analytics(&self, matches: &ArgMatches) -> Result<(), Told> {
        if matches.get_one::<bool>("value") == Some(&true) {
            self.enable(&["usage".to_owned()], matches)?;
            self.say_what_remains("is not part of it");
            Ok(())
        } else {
            self.disable(&[])?;
            aside("That covers every purpose, also those to come.\n");
            Ok(())
        }
    }

    fn say_what_remains(&self, how: &str) {
        let Some(subject) = self.subject.as_ref().map(Subject::again) else { return };
        for purpose in subject.purposes() {
            let explained = reasons::explain(&subject.explanation(Some(&purpose)), self.ways());
            if !explained.decision.allows() && purpose.as_str() != "usage" {
                aside(&format!("{purpose} {how}: {}\n", explained.because));
            }
        }
    }

    fn enable(&self, named: &[String], matches: &ArgMatches) -> Result<(), Told> {
        let subject = self.subject()?;
        let presence = presence::of_user(subject.world());
        let reader = Reader { presence, notice: matches.get_one("notice").copied() };
        let (declaration, purposes) =
            act::agreeable(subject, named, reader).map_err(|refusal| self.tell(&refusal))?;
        self.tell_of_another_declaration();
        aside(&act::notice_for(declaration, &purposes, self.ways(), terminal::width()));
        let stored = act::agree(subject, declaration, &purposes, Via::Command)
            .map_err(|error| self.tell(&Refusal::Store(error)))?;
        self.register_if(true);
        aside("\n");
        finish(&stored, &act::after_yes(subject, &purposes, self.ways()))
    }

    fn disable(&self, named: &[String]) -> Result<(), Told> {
        let subject = self.subject()?;
        let stored =
            act::refuse(subject, named, Via::Command).map_err(|refusal| match refusal {
                Refusal::Store(error) => not_stored(subject, &error),
                other => self.tell(&other),
            })?;
        self.register();
        finish(&stored, &act::after_no(subject, named, &stored))
    }

    fn status(&self, json: bool) -> Result<(), Told> {
        let subject = self.subject()?;
        self.register();
        let report = report::of_tool(subject, self.ways());
        if json {
            let document = serde_json::to_string_pretty(&report).unwrap_or_default();
            say(&format!("{document}\n"))
        } else {
            let plain = |text: &str, _| text.to_owned();
            let width = text::WIDEST.min(terminal::width());
            let said = say(&report::table(&[report], &TimeZone::system(), width, &plain));
            let (enable, disable) = (&self.ways().enable, &self.ways().disable);
            aside(&format!("\nChange it with {enable} or {disable}\n"));
            said
        }
    }

    fn show(&self) -> Result<(), Told> {
        let subject = self.subject()?;
        let Some(declaration) = subject.declaration() else { return Ok(()) };
        say(&notice::everything(declaration, self.ways(), text::WIDEST.min(terminal::width())))
    }

    fn log(&self, json: bool) -> Result<(), Told> {
        let subject = self.subject()?;
        let journal = Journal::of(subject.world(), std::iter::once(subject.again()));
        let zone = TimeZone::system();
        let shown_in = (!json).then_some(&zone);
        let mut print = |line: &str| say(&format!("{line}\n")).map(|()| true);
        let mut was_any = journal.sent(shown_in, &mut print)?;
        was_any |= journal.waiting(shown_in, &mut print)?;
        for note in journal.notes(&zone)? {
            aside(&format!("{note}\n"));
        }
        if !was_any && !json {
            aside("Nothing waits, and nothing has left.\n");
        }
        Ok(())
    }

    fn subject(&self) -> Result<&Subject, Told> {
        self.subject.as_ref().ok_or_else(|| {
            aside("error: the declaration of this program is not valid, so nothing is collected\n");
            Told { misuse: false }
        })
    }

    fn tell(&self, refusal: &Refusal) -> Told {
        let hint = match refusal {
            Refusal::NobodyReads { notice, absence } => {
                let enable = &self.ways().enable;
                let at_a_terminal = absence.without(enable);
                format!(
                    "read the notice with {at_a_terminal} at a terminal, or add --notice {notice}"
                )
            }
            Refusal::Absent(absence) => {
                format!("run it yourself, at a terminal: {}", absence.without(&self.ways().enable))
            }
            other => {
                other.hint(self.subject.as_ref().map_or("TOOL", |subject| subject.tool.as_str()))
            }
        };
        aside(&legible::visible(format!("error: {refusal}\nhint: {hint}\n")));
        Told { misuse: refusal.is_misuse() }
    }
}

/// Something went wrong, and the person was told.
struct Told {
    /// The command was used wrongly, as opposed to not having worked.
    misuse: bool,
}

impl From<Error> for Told {
    fn from(error: Error) -> Self {
        aside(&legible::visible(format!("error: {error}\nhint: {}\n", error.hint())));
        Self { misuse: false }
    }
}

/// An opt-out that could not be stored. What turns the tool off all the same comes first.
fn not_stored(subject: &Subject, error: &Error) -> Told {
    let NotStored { what, variable } = act::not_stored(subject);
    let causes =
        std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    let mut text = format!("error: {what}\n");
    text.extend(causes.map(|cause| format!("caused by: {cause}\n")));
    text.extend(
        variable
            .map(|(name, value)| format!("hint: {name}={value} in its environment turns it off\n")),
    );
    aside(&legible::visible(format!("{text}hint: {}\n", error.hint())));
    Told { misuse: false }
}

fn purposes(matches: &ArgMatches) -> Vec<String> {
    matches.get_many::<String>("purpose").into_iter().flatten().cloned().collect()
}

fn say(text: &str) -> Result<(), Told> {
    answer(text).map_err(|error| {
        aside(&format!("error: could not print the answer: {error}\n"));
        Told { misuse: false }
    })
}

/// Says what holds now, and what is left to do.
fn finish(stored: &Stored, lines: &[String]) -> Result<(), Told> {
    let said = say(&format!("{}\n", lines.join("\n")));
    for unfinished in &stored.unfinished {
        let (what, hint) = act::left_to_do(unfinished);
        aside(&format!("error: {what}\nhint: {hint}\n"));
    }
    if stored.unfinished.is_empty() { said } else { Err(Told { misuse: false }) }
}
