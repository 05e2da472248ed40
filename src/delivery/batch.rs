//! Which of the events that wait go into the next request to one destination.

use crate::delivery::protocols::protocol::{Outgoing, Protocol};
use crate::domain::consent::Read;
use crate::domain::declaration::destination::Destination;
use crate::domain::declaration::field::{ENVELOPE, Place};
use crate::domain::declaration::{Declaration, Event};
use crate::domain::tool_id::Purpose;
use crate::events::spool;
use crate::fs::lines::Lines;
use crate::registry::Subject;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

/// What may leave at this moment.
pub(super) struct Window<'a> {
    /// The tool, as consent stands now.
    pub(super) subject: &'a Subject,
    /// What its author declares.
    pub(super) declaration: &'a Declaration,
    /// Why it was collected.
    pub(super) purpose: &'a Purpose,
    /// What the yes says that the events rest on: when it was said, and what was read. Nothing leaves
    /// without.
    pub(super) yes: Option<(Timestamp, Read)>,
    /// Where it goes.
    pub(super) destination: &'a Destination,
    /// What the destination takes.
    pub(super) protocol: &'static dyn Protocol,
    /// The time of now.
    pub(super) now: Timestamp,
    /// How long events rest.
    pub(super) wait: SignedDuration,
    /// The most events to take.
    pub(super) most: usize,
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
    /// How many were left out because the yes does not cover them.
    pub(super) not_covered: u64,
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

/// An event of a time to come by more than this was written while the clock was wrong.
const AHEAD: i64 = 24 * 60 * 60 * 1000;

/// Whether an event of that time has rested long enough. One of a time to come would rest for ever, and
/// all behind it, so it has.
pub(super) fn has_rested(ts: i64, now: Timestamp, wait: SignedDuration) -> bool {
    let rested = now.saturating_sub(wait).unwrap_or(Timestamp::MIN).as_millisecond();
    ts <= rested || ts > now.as_millisecond().saturating_add(AHEAD)
}

impl Window<'_> {
    /// Reads the next events that may leave, and no more than fit into one request. What leaves under
    /// one pseudonym never travels with what leaves under another.
    pub(super) fn gather(&self, mut lines: Lines) -> Gathered {
        let mut gathered = Gathered { end: lines.position(), ..Gathered::default() };
        let mut bytes = 0;
        while let Some(line) = lines.next_event() {
            if !has_rested(line.ts, self.now, self.wait) {
                break;
            }
            if self.is_too_old(line.ts) {
                gathered.too_old += 1;
            } else if let Some((outgoing, notice)) = self.outgoing(line.text, line.ts) {
                if notice >= self.destination.since {
                    bytes += line.text.len();
                    let is_full = gathered.events.first().is_some_and(|first| {
                        gathered.events.len() >= self.most.min(self.protocol.limits().most_events)
                            || bytes > self.protocol.limits().most_bytes
                            || first.pseudonym != outgoing.pseudonym
                            || !self.protocol.can_share_request(first, &outgoing)
                    });
                    if is_full {
                        break;
                    }
                    gathered.events.push(outgoing);
                    gathered.ends.push(line.end);
                }
            } else {
                gathered.not_covered += 1;
            }
            gathered.end = line.end;
        }
        gathered
    }

    fn is_too_old(&self, ts: i64) -> bool {
        let age = self.now.as_millisecond().saturating_sub(ts);
        let limit = self.protocol.limits().most_hours.map(|hours| hours * 60 * 60 * 1000);
        age > limit.unwrap_or(spool::AGE).min(spool::AGE)
    }

    /// The event with its pseudonym and its notice, if it is covered by what the person agreed to:
    /// recorded after the yes, declared for this purpose, under a notice that was agreed to. What is not
    /// declared is left out of it, whoever wrote it there.
    fn outgoing(&self, line: &str, ts: i64) -> Option<(Outgoing, u32)> {
        let mut event: Map<String, Value> = serde_json::from_str(line).ok()?;
        let text = |key: &str| event.get(key).and_then(Value::as_str);
        let notice = event.get("notice").and_then(Value::as_u64)?;
        let (yes, read) = self.yes.as_ref()?;
        let notice = u32::try_from(notice).ok().filter(|notice| *notice <= read.notice)?;
        let name = text("eventType")?;
        let declared = self
            .declaration
            .events_of(self.purpose)
            .find(|event| event.name == name && event.since <= notice)?;
        let is_ours = text("tool") == Some(self.subject.tool.as_str());
        let is_after_yes = ts >= yes.as_millisecond();
        if !is_ours || !is_after_yes || text("eventID").is_none() {
            return None;
        }
        keep_declared(&mut event, declared, notice);
        let at = Timestamp::from_millisecond(ts).ok()?;
        let pseudonym = self.subject.pseudonym(self.purpose, at);
        Some((Outgoing { event, pseudonym }, notice))
    }
}

/// Takes out of an event what its declaration does not name under that notice.
fn keep_declared(event: &mut Map<String, Value>, declared: &Event, notice: u32) {
    let is_declared = |place: Place, name: &str| {
        let mut fields = declared.fields.iter();
        fields.any(|field| field.place == place && field.name == name && field.since <= notice)
    };
    event.retain(|key, _| ENVELOPE.contains(&key.as_str()) || is_declared(Place::Event, key));
    for (key, place) in [("attributes", Place::Attributes), ("eventData", Place::EventData)] {
        if let Some(Value::Object(inner)) = event.get_mut(key) {
            inner.retain(|name, _| is_declared(place, name));
        }
    }
}
