//! Which of the events that wait go into the next request to one destination.

use super::wire::{Outgoing, Wire};
use crate::domain::declaration::destination::Destination;
use crate::domain::tool_id::Purpose;
use crate::store::lines::Lines;
use crate::store::{Subject, spool};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

/// What may leave at this moment.
pub(super) struct Window<'a> {
    /// The tool, as consent stands now.
    pub(super) subject: &'a Subject,
    /// Why it was collected.
    pub(super) purpose: &'a Purpose,
    /// Where it goes.
    pub(super) destination: &'a Destination,
    /// What the destination takes.
    pub(super) wire: &'static Wire,
    /// The time of now.
    pub(super) now: Timestamp,
    /// How long events rest.
    pub(super) wait: SignedDuration,
}

/// Events for one request, oldest first.
#[derive(Default)]
pub(super) struct Gathered {
    /// The events.
    pub(super) events: Vec<Outgoing>,
    /// Where the file goes on after each of them.
    ends: Vec<u64>,
    /// Where it goes on after what was left out behind the last of them.
    end: u64,
    /// How many were left out because they are too old.
    pub(super) too_old: u64,
}

impl Gathered {
    /// Where the file goes on once the first `count` events are settled.
    pub(super) fn end_of(&self, count: usize) -> u64 {
        match count < self.events.len() {
            true => self.ends.get(count.wrapping_sub(1)).copied().unwrap_or(0),
            false => self.end,
        }
    }

    /// Whether there is nothing to send, though there may be something to pass over.
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

impl Window<'_> {
    /// Whether an event of that time has rested long enough.
    pub(super) fn has_rested(&self, ts: i64) -> bool {
        let rested = self.now.saturating_sub(self.wait).unwrap_or(Timestamp::MIN);
        ts <= rested.as_millisecond()
    }

    /// Reads the next events that may leave, and no more than fit into one request.
    pub(super) fn gather(&self, mut lines: Lines) -> Gathered {
        let mut gathered = Gathered { end: lines.position(), ..Gathered::default() };
        let mut bytes = 0;
        while let Some(line) = lines.next_event() {
            if !self.has_rested(line.ts) {
                break;
            }
            if self.is_too_old(line.ts) {
                gathered.too_old += 1;
            } else if let Some(outgoing) = self.outgoing(line.text, line.ts) {
                bytes += line.text.len();
                let is_full = gathered.events.first().is_some_and(|first| {
                    gathered.events.len() >= self.wire.most_events
                        || bytes > self.wire.most_bytes
                        || !(self.wire.together)(first, &outgoing)
                });
                if is_full {
                    break;
                }
                gathered.events.push(outgoing);
                gathered.ends.push(line.end);
            }
            gathered.end = line.end;
        }
        gathered
    }

    fn is_too_old(&self, ts: i64) -> bool {
        let age = self.now.as_millisecond() - ts;
        let limit = self.wire.most_hours.map(|hours| hours * 60 * 60 * 1000);
        age > limit.unwrap_or(spool::AGE).min(spool::AGE)
    }

    /// The event with its pseudonym, if it is covered by what the person agreed to: recorded after
    /// the yes, and under a notice that named this destination.
    fn outgoing(&self, line: &str, ts: i64) -> Option<Outgoing> {
        let event: Map<String, Value> = serde_json::from_str(line).ok()?;
        let yes = self.subject.consent.word_on(self.purpose).at();
        let is_after_yes = yes.is_none_or(|yes| ts >= yes.as_millisecond());
        let notice = event.get("notice").and_then(Value::as_u64).unwrap_or(0);
        let is_covered = notice >= u64::from(self.destination.since);
        let is_ours = event.get("tool").and_then(Value::as_str) == Some(self.subject.tool.as_str());
        let at = Timestamp::from_millisecond(ts).ok()?;
        (is_after_yes && is_covered && is_ours)
            .then(|| Outgoing { event, pseudonym: self.subject.pseudonym(self.purpose, at) })
    }
}
