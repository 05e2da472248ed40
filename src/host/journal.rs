//! What waits and what has left, for people and for programs. One event or request is held in memory
//! at a time.

use crate::consent::World;
use crate::domain::legible;
use crate::domain::tool_id::{Purpose, ToolId};
use crate::events::schedule::{self, Pause};
use crate::events::sent::{self, Entry, Outcome};
use crate::events::spool::{self, Waiting};
use crate::fs::Error;
use crate::host::event_in_words::event_in_words;
use crate::registry::Subject;
use crate::view::text;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// Tools, with the purposes of each.
pub struct Journal<'a> {
    world: &'a Arc<World>,
    tools: Vec<(ToolId, Vec<Purpose>)>,
}

/// Takes one line, and says whether somebody still reads.
pub type Reader<'r, E> = &'r mut dyn FnMut(&str) -> Result<bool, E>;

impl<'a> Journal<'a> {
    /// The journal of some tools.
    pub fn of(world: &'a Arc<World>, subjects: impl Iterator<Item = Subject>) -> Self {
        let tools = subjects.map(|subject| (subject.tool.clone(), subject.purposes())).collect();
        Self { world, tools }
    }

    /// Reads out what waits, oldest first; whether there was anything. Without a time zone, byte for
    /// byte.
    ///
    /// # Errors
    /// Where a folder cannot be listed, or the reader fails.
    pub fn waiting<E: From<Error>>(
        &self,
        zone: Option<&TimeZone>,
        reader: Reader<'_, E>,
    ) -> Result<bool, E> {
        let layout = self.world.layout()?;
        let mut sources = Vec::new();
        for (tool, purpose) in self.purposes() {
            let events = spool::waiting(layout, tool, purpose, self.world.now())?;
            let mut source = Source { events, zone, words: String::new() };
            source.go_on();
            sources.push(source);
        }
        let mut was_any = false;
        while let Some(next) = oldest(&sources) {
            let Some((_, line)) = sources[next].current() else { break };
            was_any = true;
            if !reader(line)? {
                break;
            }
            sources[next].go_on();
        }
        Ok(was_any)
    }

    /// Reads out what has left, oldest first, tool by tool; whether there was anything. Without a time
    /// zone, whole requests with their answers as JSON.
    ///
    /// # Errors
    /// Where a folder cannot be listed, or the reader fails.
    pub fn sent<E: From<Error>>(
        &self,
        zone: Option<&TimeZone>,
        reader: Reader<'_, E>,
    ) -> Result<bool, E> {
        let layout = self.world.layout()?;
        let mut was_any = false;
        for (tool, _) in &self.tools {
            for entry in sent::entries(layout, tool)? {
                was_any = true;
                let line = match zone {
                    None => serde_json::to_string(&entry).unwrap_or_default(),
                    Some(zone) => request_in_a_line(&entry, zone),
                };
                if !reader(&line)? {
                    return Ok(was_any);
                }
            }
        }
        Ok(was_any)
    }

    /// What else a person should know: what was dropped, and who could not be reached.
    ///
    /// # Errors
    /// Where there is no usable home.
    pub fn notes(&self, zone: &TimeZone) -> Result<Vec<String>, Error> {
        let layout = self.world.layout()?;
        let mut notes = Vec::new();
        for (tool, purpose) in self.purposes() {
            let dropped = spool::dropped(layout, tool, purpose);
            if dropped > 0 {
                notes.push(format!(
                    "{tool}: {dropped} more for {purpose} were dropped, because the spool was full."
                ));
            }
            let too_old = spool::too_old(layout, tool, purpose);
            if too_old > 0 {
                notes.push(format!(
                    "{tool}: {too_old} more for {purpose} were dropped, because they became too old."
                ));
            }
            let not_covered = spool::not_covered(layout, tool, purpose);
            if not_covered > 0 {
                notes.push(format!(
                    "{tool}: {not_covered} more for {purpose} were dropped, because your yes does not cover them."
                ));
            }
        }
        let ahead = |pause: &&Pause| pause.until > self.world.now();
        for (tool, _) in &self.tools {
            for pause in schedule::state(layout, tool).pauses.values().filter(ahead) {
                notes.push(format!(
                    "{tool}: {} did not take what waits ({}). The next try is not before {}.",
                    legible::on_one_line(&pause.recipient),
                    legible::on_one_line(&pause.why),
                    text::local_time(pause.until, zone)
                ));
            }
        }
        Ok(notes)
    }

    fn purposes(&self) -> impl Iterator<Item = (&ToolId, &Purpose)> {
        self.tools.iter().flat_map(|(tool, purposes)| purposes.iter().map(move |p| (tool, p)))
    }
}

/// What waits for one purpose of a tool, event by event.
struct Source<'z> {
    events: Waiting,
    /// Where it is to be told in words.
    zone: Option<&'z TimeZone>,
    /// The words for the current event.
    words: String,
}

impl Source<'_> {
    fn go_on(&mut self) {
        let Self { events, zone, words } = self;
        match zone {
            None => events.next_event(),
            Some(zone) => events.next_read_by(&mut |line| {
                let (ts, told) = event_in_words(line, zone)?;
                *words = told;
                Some(ts)
            }),
        };
    }

    /// The time of the current event, and its line; `None` at the end.
    fn current(&self) -> Option<(i64, &str)> {
        let (ts, line) = self.events.current()?;
        Some((ts, if self.zone.is_some() { &self.words } else { line }))
    }
}

/// The one whose current event is the oldest; `None` where all are at their ends.
fn oldest(sources: &[Source<'_>]) -> Option<usize> {
    let current = |(n, source): (usize, &Source<'_>)| Some((source.current()?.0, n));
    sources.iter().enumerate().filter_map(current).min().map(|(_, n)| n)
}

/// One request on one line: local time, tool, how much, to whom, and what came of it.
fn request_in_a_line(entry: &Entry, zone: &TimeZone) -> String {
    let at =
        entry.sent.parse().map_or_else(|_| entry.sent.clone(), |at| text::local_time(at, zone));
    let purpose = &entry.purpose;
    let events = match entry.events {
        _ if entry.request.method == "GET" => "update check".to_owned(),
        1 => format!("1 event for {purpose}"),
        count => format!("{count} events for {purpose}"),
    };
    let why = entry.answer.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    let outcome = match (entry.answer.outcome, entry.answer.status) {
        (Outcome::Taken, _) if entry.answer.turned_down > 0 => {
            format!("taken, except for {}", entry.answer.turned_down)
        }
        (Outcome::Taken, Some(status)) => format!("taken ({status})"),
        (Outcome::Taken, None) => "taken".to_owned(),
        (Outcome::Refused, _) => format!("refused{why}"),
        (Outcome::Later, _) => format!("tried again later{why}"),
    };
    let place = entry.request.url.split('?').next().unwrap_or_default();
    let line =
        format!("{at}  {}  {events} to {} ({place}): {outcome}", entry.tool, entry.recipient);
    legible::on_one_line(line)
}
