//! `sayso log`: what waits and what has left, exactly. Events are read and printed one at a time.

use super::failure::Failure;
use super::{Entry, Exit, Group, Session, tools};
use crate::domain::tool_id::ToolId;
use crate::store::Subject;
use crate::store::spool::{self, Waiting};
use clap::{ArgMatches, Args, Command, FromArgMatches};
use jiff::Timestamp;
use serde_json::{Map, Value};

pub(super) const ENTRY: Entry = Entry { group: Group::People, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// Only this tool
    tool: Option<String>,
    /// Only what waits
    #[arg(long, conflicts_with = "sent")]
    waiting: bool,
    /// Only what has left
    #[arg(long)]
    sent: bool,
    /// Print the events themselves, byte for byte, one JSON object a line
    #[arg(long)]
    json: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("log"))
        .about("Show what waits and what has left, exactly")
        .after_help("Examples:\n  sayso log\n  sayso log werf --waiting --json")
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let world = &session.world;
    let chosen: Vec<ToolId> = match &typed.tool {
        Some(name) => vec![tools::find(world, name)?],
        None => tools::known(world)?.into_iter().collect(),
    };
    let mut printed = false;
    // Nothing leaves yet, so what has left is nothing.
    if !typed.sent {
        let mut sources = waiting(session, &chosen)?;
        let mut out = session.terminal.stream();
        while let Some(next) = oldest(&mut sources) {
            let Some((ts, line)) = sources[next].take() else { continue };
            printed = true;
            let somebody_reads = match typed.json {
                true => out.line(line)?,
                false => out.line(&for_people(session, ts, line))?,
            };
            if !somebody_reads {
                break;
            }
            sources[next].advance();
        }
        out.end()?;
    }
    tell_of_drops(session, &chosen)?;
    if !printed && !typed.json {
        session.terminal.note(match typed.sent {
            true => "Nothing has left.",
            false => "Nothing waits, and nothing has left.",
        });
    }
    Ok(Exit::Done)
}

/// One stream of events, with the one that comes next.
struct Source {
    events: Waiting,
    next: Option<(i64, String)>,
}

impl Source {
    fn advance(&mut self) {
        let mut buffer = self.next.take().map(|(_, line)| line).unwrap_or_default();
        self.next = self.events.next_event().map(|(ts, line)| {
            buffer.clear();
            buffer.push_str(line);
            (ts, buffer)
        });
    }

    fn take(&self) -> Option<(i64, &str)> {
        self.next.as_ref().map(|(ts, line)| (*ts, line.as_str()))
    }
}

fn waiting(session: &Session, tools: &[ToolId]) -> Result<Vec<Source>, Failure> {
    let layout = session.world.layout()?;
    let mut sources = Vec::new();
    for tool in tools {
        for purpose in Subject::registered(&session.world, tool).purposes() {
            let mut source = Source {
                events: spool::waiting(layout, tool, &purpose, session.world.now)?,
                next: None,
            };
            source.advance();
            sources.push(source);
        }
    }
    Ok(sources)
}

/// The stream whose next event is the oldest.
fn oldest(sources: &mut [Source]) -> Option<usize> {
    let times = sources.iter().enumerate().filter_map(|(n, source)| Some((source.take()?.0, n)));
    times.min().map(|(_, n)| n)
}

fn tell_of_drops(session: &Session, chosen: &[ToolId]) -> Result<(), Failure> {
    let layout = session.world.layout()?;
    for tool in chosen {
        for purpose in Subject::registered(&session.world, tool).purposes() {
            let dropped = spool::dropped(layout, tool, &purpose);
            if dropped > 0 {
                session.terminal.note(&format!(
                    "{tool}: {dropped} more for {purpose} were dropped, because the spool was full."
                ));
            }
        }
    }
    Ok(())
}

/// One event on one line: local time, tool, what happened, and every field with its value.
fn for_people(session: &Session, ts: i64, line: &str) -> String {
    let at = Timestamp::from_millisecond(ts).unwrap_or_default();
    let at = at.to_zoned(session.terminal.zone.clone()).strftime("%Y-%m-%d %H:%M:%S");
    let event: Map<String, Value> = serde_json::from_str(line).unwrap_or_default();
    let text = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default();
    let mut out = format!("{at}  {}  {}", text("tool"), text("eventType"));
    let own = event
        .iter()
        .filter(|(key, _)| !crate::domain::declaration::field::ENVELOPE.contains(&key.as_str()));
    let inner =
        ["attributes", "eventData"].into_iter().filter_map(|key| event.get(key)?.as_object());
    for (key, value) in own.chain(inner.flatten()) {
        out.push_str(&format!("  {key}={}", short(value)));
    }
    out
}

/// A value without what a person can do without: quotes around words, and, of an option, all but its
/// name and how often it was given.
fn short(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(options) => {
            let names = options.iter().filter_map(|option| {
                let name = option.get("name")?.as_str()?;
                let source =
                    if option.get("asEnv") == Some(&Value::Bool(true)) { ":env" } else { "" };
                match option.get("count").and_then(Value::as_u64) {
                    Some(1) | None => Some(format!("{name}{source}")),
                    Some(count) => Some(format!("{name}{source}:{count}")),
                }
            });
            names.collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    }
}
