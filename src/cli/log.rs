//! `sayso log`: what waits and what has left, exactly.

use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session, tools};
use crate::domain::tool_id::ToolId;
use crate::host::journal::Journal;
use crate::registry::Subject;
use clap::{ArgMatches, Args, Command, FromArgMatches};

pub(super) const ENTRY: Entry = Entry { group: Group::People, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// Only this tool
    tool: Option<String>,
    /// Only what waits
    #[arg(long, conflicts_with = "sent")]
    waiting: bool,
    /// Only what has left: when, to whom, and what was answered
    #[arg(long)]
    sent: bool,
    /// Print events and requests themselves, byte for byte, one JSON object a line
    #[arg(long)]
    json: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("log"))
        .about("Show what waits and what has left, exactly")
        .after_help("Examples:\n  sayso log\n  sayso log werf --waiting --json\n  sayso log --sent")
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let world = &session.world;
    let chosen: Vec<ToolId> = match &typed.tool {
        Some(name) => vec![tools::find_asking(session, name)?],
        None => tools::known(world)?.into_iter().collect(),
    };
    let journal = Journal::of(world, chosen.iter().map(|tool| Subject::registered(world, tool)));
    let zone = &session.terminal.zone;
    let shown_in = (!typed.json).then_some(zone);
    let mut out = session.terminal.stream();
    let mut read = |line: &str| out.line(line);
    let mut was_any = false;
    if !typed.waiting {
        was_any |= journal.sent(shown_in, &mut read)?;
    }
    if !typed.sent {
        was_any |= journal.waiting(shown_in, &mut read)?;
    }
    out.end()?;
    for note in journal.notes(zone)? {
        session.terminal.note(&note);
    }
    if !was_any && !typed.json {
        session.terminal.note(match (typed.waiting, typed.sent) {
            (true, _) => "Nothing waits.",
            (_, true) => "Nothing has left.",
            _ => "Nothing waits, and nothing has left.",
        });
    }
    Ok(Exit::Done)
}
