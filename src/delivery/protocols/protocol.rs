//! What every kind of receiver has: limits, and a request made of events.

use crate::delivery::request::Request;
use crate::domain::declaration::Declaration;
use crate::domain::declaration::destination::Destination;
use crate::domain::pseudonym::placeholder;
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// An event on its way, with the pseudonym that it leaves under.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// The event, as it waited.
    pub event: Map<String, Value>,
    /// The pseudonym, or the constant `automation`; `None` where the purpose has no identity.
    pub pseudonym: Option<String>,
}

impl Outgoing {
    /// A text at the top level of the event, empty where there is none.
    pub fn text(&self, key: &str) -> &str {
        self.event.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// When it happened.
    pub fn at(&self) -> Timestamp {
        let ts = self.event.get("ts").and_then(Value::as_i64).unwrap_or_default();
        Timestamp::from_millisecond(ts).unwrap_or_default()
    }
}

/// The id that an event goes under where the receiver requires one: a repeat goes under the same.
pub(super) fn id_of(outgoing: &Outgoing) -> Cow<'_, str> {
    match &outgoing.pseudonym {
        Some(pseudonym) => pseudonym.into(),
        None => placeholder(outgoing.text("eventID")).to_string().into(),
    }
}

/// Events for one request.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Whose events they are.
    pub declaration: &'a Declaration,
    /// Where they go.
    pub destination: &'a Destination,
    /// The events, oldest first; never none.
    pub events: &'a [Outgoing],
    /// The time of sending, in whole seconds: finer ones would join requests that were made together.
    pub now: Timestamp,
}

/// How much a receiver takes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most events that go into one request.
    pub most_events: usize,
    /// The largest body, in bytes before compression.
    pub most_bytes: usize,
    /// Events older than this are no longer taken, in hours.
    pub most_hours: Option<i64>,
    /// Whether the receiver takes nothing without an id, so that a placeholder goes with events that
    /// have no pseudonym.
    pub requires_id: bool,
}

/// What a kind of receiver takes, and in which shape.
pub trait Protocol: Sync {
    /// How much it takes.
    fn limits(&self) -> Limits;

    /// Whether a second event may travel in a request with the first one.
    fn can_share_request(&self, _first: &Outgoing, _second: &Outgoing) -> bool {
        true
    }

    /// Makes the request.
    fn request(&self, batch: &Batch<'_>) -> Request;

    /// How many events an answer says it did not keep although it took the request.
    fn rejected_count(&self, _answer: &str) -> u64 {
        0
    }

    /// Whether an HTTP status says that the same request may be taken later. Most receivers: where it
    /// is about the moment and not about the request: every redirect (none is followed), a proxy that
    /// asks for a password, a time-out, too early, too many, and whatever is wrong with the receiver
    /// itself (RFC 9110, RFC 8470, RFC 6585).
    fn is_retryable(&self, status: u16) -> bool {
        matches!(status, 300..=399 | 407 | 408 | 425 | 429 | 500..=599)
    }

    /// What in a declaration the receiver would not take, for its author.
    fn objections(&self, _: &Declaration, _: &Destination) -> Vec<String> {
        Vec::new()
    }
}

/// A time of sending as receivers learn it.
pub(in crate::delivery) fn to_the_second(now: Timestamp) -> Timestamp {
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
