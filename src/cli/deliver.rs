//! `sayso deliver`: sends what is due, in the foreground.

use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session, tools};
use crate::delivery::background;
use crate::delivery::deliver;
use crate::delivery::report::{Delivered, Manner, Report};
use crate::delivery::update::Question;
use crate::domain::tool_id::ToolId;
use crate::events::recorder::Recorder;
use crate::registry::Subject;
use crate::view::text;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use std::time::Duration;

pub(super) const ENTRY: Entry = Entry { group: Group::Scripts, define, run };

/// The longest that a person is kept waiting.
const LIMIT: Duration = Duration::from_secs(600);

/// What is typed.
#[derive(Args)]
struct Typed {
    /// Only this tool
    tool: Option<String>,
    /// Do not let events rest first
    #[arg(long)]
    now: bool,
    /// In a session of its own, without a word
    #[arg(long, hide = true, requires = "tool", conflicts_with = "now")]
    detached: bool,
    /// Ask for updates first, from this version
    #[arg(long, hide = true, value_name = "VERSION", requires = "detached")]
    update_from: Option<String>,
    /// The command that runs
    #[arg(long, hide = true, value_name = "COMMAND", requires = "update_from")]
    update_command: Option<String>,
}

fn define() -> Command {
    Typed::augment_args(Command::new("deliver"))
        .about("Send what you agreed to and what has rested, now")
        .after_help(
            "Hosts start this by themselves, in the background. What left: sayso log --sent\n\n\
             Exit 0 if nothing is left to do, 1 if something was held or not taken.\n\n\
             Examples:\n  sayso deliver\n  sayso deliver werf --now",
        )
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let world = &session.world;
    if typed.detached {
        if let Some(tool) = typed.tool.as_deref().and_then(|name| name.parse::<ToolId>().ok()) {
            let command = typed.update_command;
            let question = typed.update_from.map(|version| Question { version, command });
            let subject = Subject::registered(world, &tool);
            background::run(&subject, &Recorder::new(&subject), question.as_ref());
        }
        return Ok(Exit::Done);
    }
    let chosen: Vec<ToolId> = match &typed.tool {
        Some(name) => vec![tools::find_asking(session, name)?],
        None => tools::known(world)?.into_iter().collect(),
    };
    let mut exit = Exit::Done;
    let mut lines = Vec::new();
    for tool in &chosen {
        let subject = Subject::registered(world, tool);
        let manner = Manner { now: typed.now, limit: LIMIT };
        let mut progress = |so_far: &Delivered| {
            let count = so_far.taken + so_far.refused;
            session.terminal.progress(&format!("{tool} to {}: {count} events", so_far.recipient));
        };
        let report = deliver::deliver(&subject, manner, &mut progress);
        session.terminal.progress("");
        match report {
            Ok(report) => {
                let is_left =
                    report.delivered.iter().any(|to| to.later.is_some() || to.refused > 0);
                if is_left || !report.held.is_empty() {
                    exit = Exit::NotDone;
                }
                lines.extend(in_words(session, tool, &report, typed.now));
            }
            // One tool's broken files keep no other from its delivery.
            Err(error) => {
                Failure::from(error).report(&session.terminal);
                exit = Exit::NotDone;
                lines.push(format!("{tool}: nothing left."));
            }
        }
    }
    if lines.is_empty() {
        lines.push("Nothing waits.".to_owned());
    }
    session.terminal.say(&lines.join("\n"))?;
    Ok(exit)
}

fn in_words(session: &Session, tool: &ToolId, report: &Report, now: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if report.is_busy {
        lines.push(format!("{tool}: another delivery is at work."));
    }
    for (purpose, decision) in &report.held {
        let reason = decision.reason.as_str();
        lines.push(format!("{tool}: what waits for {purpose} stays here ({reason})."));
    }
    for to in &report.delivered {
        let whom = format!("{} ({})", to.recipient, to.host);
        if to.taken > 0 {
            lines.push(format!("{tool}: {} to {whom}.", events(to.taken)));
        }
        if to.refused > 0 {
            let why = to.why_refused.as_deref().unwrap_or("no reason was given");
            let what = format!("{} for {}", events(to.refused), to.purpose);
            let gone = if to.refused == 1 { "it is gone" } else { "they are gone" };
            lines.push(format!("{tool}: {whom} refused {what} ({why}); {gone}."));
        }
        if let Some(why) = &to.later {
            lines.push(format!("{tool}: the rest waits, {whom} did not take it: {why}."));
        }
    }
    if let Some(next) = report.next {
        let at = text::local_time(next, &session.terminal.zone);
        let hurry = if now { "" } else { ", or go at once with --now" };
        lines.push(format!("{tool}: what is new rests until {at}{hurry}."));
    }
    lines
}

fn events(count: u64) -> String {
    match count {
        1 => "1 event".to_owned(),
        count => format!("{count} events"),
    }
}
