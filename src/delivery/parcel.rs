//! What goes to one destination, and what is noted of it.

use crate::delivery::batch::Window;
use crate::delivery::protocols::protocol::Outgoing;
use crate::delivery::report::Delivered;
use crate::delivery::request::Request;
use crate::delivery::transport::Line;
use crate::domain::declaration::canonical;
use crate::domain::declaration::destination::Destination;
use crate::domain::hex::hex;
use crate::domain::tool_id::Purpose;
use crate::events::sent::{self, Entry};
use crate::registry::Subject;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// A destination, for as long as a delivery takes.
pub(super) struct Target<'a> {
    pub(super) destination: &'a Destination,
    pub(super) key: String,
    pub(super) line: Option<Line>,
    pub(super) result: Delivered,
    /// Single events that were refused in a row.
    pub(super) refusals: u32,
    /// How many events the receiver takes at once, where it was found out.
    pub(super) most: usize,
    /// Events that were left out, because they are too old or not covered.
    pub(super) too_old: u64,
    pub(super) not_covered: u64,
    pub(super) is_over: bool,
}

impl<'a> Target<'a> {
    pub(super) fn new(destination: &'a Destination, purpose: &Purpose) -> Self {
        Self {
            destination,
            key: key_of(destination),
            line: None,
            result: Delivered {
                purpose: purpose.clone(),
                recipient: destination.recipient.clone(),
                host: destination.host().to_owned(),
                taken: 0,
                refused: 0,
                why_refused: None,
                later: None,
            },
            refusals: 0,
            most: usize::MAX,
            too_old: 0,
            not_covered: 0,
            is_over: false,
        }
    }
}

/// What leaves a trace in the files of a person, by a name that stays the same: kind, address and
/// account.
pub(super) fn key_of(destination: &Destination) -> String {
    let account = canonical::account(destination);
    let name = format!("{}\n{}\n{account}", destination.kind.name(), destination.address());
    hex(&Sha256::digest(name.as_bytes())[..8])
}

/// A request, and what is in it.
pub(super) struct Parcel<'a> {
    pub(super) events: &'a [Outgoing],
    pub(super) request: Request,
}

/// A yes, as it was when a delivery began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Yes {
    salt: Option<String>,
    at: Option<Timestamp>,
}

impl Yes {
    pub(super) fn of(subject: &Subject, purpose: &Purpose) -> Self {
        let at = subject.consent.word_on(purpose).at();
        Self { salt: subject.consent.salt.clone(), at }
    }
}

impl Parcel<'_> {
    /// A line for the sent log.
    pub(super) fn entry(&self, window: &Window<'_>, answer: sent::Answer) -> Entry {
        self.entry_for(window.subject, window.purpose, window.destination, window.now, answer)
    }

    /// The same, for what is no window on a spool.
    pub(super) fn entry_for(
        &self,
        subject: &Subject,
        purpose: &Purpose,
        destination: &Destination,
        now: Timestamp,
        answer: sent::Answer,
    ) -> Entry {
        let pseudonyms: BTreeSet<String> =
            self.events.iter().filter_map(|event| event.pseudonym.clone()).collect();
        let shown = self.request.masked(destination);
        Entry {
            sent: Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now).to_string(),
            tool: subject.tool.to_string(),
            purpose: purpose.to_string(),
            recipient: destination.recipient.clone(),
            kind: destination.kind.name().to_owned(),
            events: self.events.len() as u64,
            event_ids: self.events.iter().map(|e| e.text("eventID").to_owned()).collect(),
            pseudonyms: pseudonyms.into_iter().collect(),
            request: sent::Sent {
                method: shown.method.to_owned(),
                url: shown.url,
                headers: shown.headers,
                body: self.request.body.clone(),
            },
            answer,
        }
    }
}
