//! `sayso history`: every change of mind, and consent receipts made from it.

use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session, tools};
use crate::consent::history;
use crate::domain::receipt::{self, Change};
use crate::domain::tool_id::ToolId;
use crate::view::table::{self, Cell, Tone};
use crate::view::text;
use clap::{ArgMatches, Args, Command, FromArgMatches};

pub(super) const ENTRY: Entry = Entry { group: Group::Settings, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// Only this tool
    tool: Option<String>,
    /// Print consent receipts, as one JSON document
    #[arg(long, conflicts_with = "json")]
    receipts: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("history"))
        .about("Show every change of mind, oldest first")
        .after_help("Examples:\n  sayso history\n  sayso history werf --receipts > receipts.json")
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let world = &session.world;
    let layout = world.layout()?;
    let chosen: Vec<ToolId> = match &typed.tool {
        Some(name) => {
            let tool = tools::parse(session, name)?;
            let is_known = history::list(layout)?.contains(&tool);
            vec![if is_known { tool } else { tools::find(session, name)? }]
        }
        None => history::list(layout)?,
    };
    let mut entries = Vec::new();
    for tool in &chosen {
        entries.extend(in_order(history::read(layout, tool)?));
    }
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    let entries: Vec<receipt::Entry> = entries.into_iter().map(|(_, entry)| entry).collect();
    if typed.receipts {
        session.terminal.say_json(&receipt::receipts(&entries))?;
    } else if typed.json {
        session.terminal.say_json(&entries)?;
    } else if entries.is_empty() {
        session.terminal.say("Nothing was decided yet.")?;
    } else {
        session.terminal.say(&for_people(session, &entries))?;
    }
    Ok(Exit::Done)
}

/// The entries of one tool, in the order in which they were written, each with the time to sort it by:
/// its own, or that of a later one that is earlier, where the clock was set back in between.
fn in_order(entries: Vec<receipt::Entry>) -> Vec<(String, receipt::Entry)> {
    let mut keyed: Vec<(String, receipt::Entry)> = Vec::with_capacity(entries.len());
    for entry in entries.into_iter().rev() {
        let own = entry.at.clone();
        let later = keyed.last().map_or(own.clone(), |(later, _)| later.clone());
        keyed.push((own.min(later), entry));
    }
    keyed.reverse();
    keyed
}

fn for_people(session: &Session, entries: &[receipt::Entry]) -> String {
    let rows: Vec<Vec<Cell>> = entries
        .iter()
        .map(|entry| {
            let at = entry.at.parse().map(|at| text::local_time(at, &session.terminal.zone));
            let (word, tone) = in_words(entry.change);
            let notice = entry.notice.map(|notice| notice.to_string());
            vec![
                Cell::plain(at.unwrap_or_else(|_| entry.at.clone())),
                Cell::plain(entry.tool.as_str()),
                Cell::plain(entry.purpose.as_deref().unwrap_or("(all)")),
                Cell::toned(word, tone),
                Cell::plain(notice.unwrap_or_default()),
                Cell::plain(entry.via.as_deref().unwrap_or_default()),
            ]
        })
        .collect();
    let paint = |text: &str, tone: Tone| session.terminal.paint(text, tone);
    let headings = ["WHEN", "TOOL", "PURPOSE", "WHAT", "NOTICE", "BY"];
    table::lay_out(&headings, &rows, session.terminal.width(), &paint)
}

fn in_words(change: Change) -> (&'static str, Tone) {
    match change {
        Change::Granted => ("yes", Tone::On),
        Change::Denied => ("no", Tone::Off),
        Change::Declined => ("no to what was new", Tone::Off),
        Change::Noticed => ("was told", Tone::Open),
        Change::Reset => ("new pseudonyms", Tone::Plain),
        Change::Forgotten => ("forgotten", Tone::Off),
        Change::Undone => ("undone", Tone::Plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_wrong_once_changes_no_order() {
        let entry = |at: &str| -> receipt::Entry {
            let line =
                format!("{{\"record\":\"\",\"at\":\"{at}\",\"tool\":\"t\",\"change\":\"denied\"}}");
            serde_json::from_str(&line).expect("an entry")
        };
        let written = ["2026-01-01", "2030-01-01", "2026-02-01", "2026-03-01"];
        let mut keyed = in_order(written.map(entry).into());
        keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
        let shown: Vec<String> = keyed.into_iter().map(|(_, entry)| entry.at).collect();
        assert_eq!(shown, written);
    }
}
