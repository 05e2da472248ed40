//! What a tool's author declares: who would collect, why, what exactly, where to, for how long.
//! What is not declared cannot be recorded.

pub mod canonical;
pub mod describe;
pub mod destination;
pub mod diff;
pub mod field;
mod parse;
pub mod prepared;
pub mod terms;
mod typed;

pub use parse::{BYTES, Problem, Problems, advice, parse};
pub use prepared::Prepared;
pub use terms::Terms;

use crate::domain::switch::{Switches, Withdrawal};
use crate::domain::tool_id::{Purpose, ToolId};
use destination::Destination;
use field::{Field, TYPES, TypeSpec};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// How a tool would like to get its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Manner {
    /// It asks.
    #[default]
    Ask,
    /// It would rather tell than ask, where the person's `default` lets it.
    Notice,
    /// It waits until the person switches it on.
    Off,
}

impl Manner {
    /// The word in a declaration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Notice => "notice",
            Self::Off => "off",
        }
    }
}

/// Whether, and for how long, a recipient can tell that two events come from the same person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Identity {
    /// Never.
    #[default]
    None,
    /// Within one day (UTC).
    Day,
    /// Within one month (UTC).
    Month,
    /// Until the person takes the yes back or asks for a new id.
    Stable,
}

impl Identity {
    /// All kinds, with their words in a declaration.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::None, "none"),
        (Self::Day, "day"),
        (Self::Month, "month"),
        (Self::Stable, "stable"),
    ];

    /// The word in a declaration.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("none", |(_, word)| word)
    }
}

/// One reason to collect, with a consent of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurposeSpec {
    /// Why, in the author's words.
    pub why: String,
    /// What was learned from it, or is hoped to be.
    pub example: Option<String>,
    /// What the recipient may join.
    pub identity: Identity,
    /// Whether it is a purpose of a server or its dashboard, about which the operator decides: no user is
    /// asked.
    pub operator: bool,
    /// The notice version that introduced it.
    pub since: u32,
    /// Switches for this purpose alone.
    pub switches: Switches,
}

/// Something that a tool records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its name, as sent.
    pub name: String,
    /// The purpose it serves.
    pub purpose: Purpose,
    /// Why, in the author's words.
    pub why: Option<String>,
    /// Recorded once per installation, not each time.
    pub once: bool,
    /// The notice version that introduced it, or its purpose where that came later.
    pub since: u32,
    /// Its fields: those of its own and the common ones, in the author's order. The `since` of
    /// each is never before the event's.
    pub fields: Vec<Field>,
}

/// Something that is collected outside sayso, by a web page's script, say. It is told to people
/// and can never be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// What.
    pub what: String,
    /// Who gets it.
    pub to: String,
    /// The purpose it serves.
    pub purpose: Purpose,
    /// The notice version that introduced it.
    pub since: u32,
}

/// A declaration, whole and valid. Made by [`parse`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The tool.
    pub tool: ToolId,
    /// Its name as people know it.
    pub name: String,
    /// Who makes it, and answers for what is collected.
    pub vendor: String,
    /// Its home page.
    pub homepage: Option<String>,
    /// The privacy policy.
    pub policy: Option<String>,
    /// Where to ask.
    pub contact: Option<String>,
    /// Where the collecting code can be read.
    pub source: Vec<String>,
    /// Where to say what one thinks.
    pub feedback: Option<String>,
    /// The version of what people agree to.
    pub notice: u32,
    /// How the tool would like to get its answer.
    pub manner: Manner,
    /// How long it is kept, in the author's words.
    pub retention: Option<String>,
    /// How many seconds events rest on this machine before they may leave.
    pub wait: u64,
    /// Why, in the author's words.
    pub why: String,
    /// Ways out beyond sayso's reach, in words.
    pub opt_out: Vec<String>,
    /// Where a deletion request goes.
    pub deletion: Option<String>,
    /// What a field of type `command` may hold.
    pub commands: Vec<String>,
    /// What a field of type `options` may name.
    pub options: Vec<String>,
    /// Switches for all purposes.
    pub switches: Switches,
    /// The variable that names the transparency log.
    pub log_file: Option<String>,
    /// The purposes, in the author's order.
    pub purposes: IndexMap<Purpose, PurposeSpec>,
    /// The events, in the author's order.
    pub events: Vec<Event>,
    /// Where events go.
    pub destinations: Vec<Destination>,
    /// What is collected outside sayso.
    pub elsewhere: Vec<Elsewhere>,
}

impl Declaration {
    /// The purposes about which a user decides, in the author's order.
    pub fn purposes_of_users(&self) -> impl Iterator<Item = &Purpose> {
        self.purposes.iter().filter(|(_, spec)| !spec.operator).map(|(purpose, _)| purpose)
    }

    /// The way out that the notice promises for all purposes.
    pub fn withdrawal(&self) -> Withdrawal {
        self.switches.withdrawal()
    }

    /// The way out that the notice promises for this purpose alone.
    pub fn withdrawal_of(&self, purpose: &Purpose) -> Withdrawal {
        self.purposes.get(purpose).map(|spec| spec.switches.withdrawal()).unwrap_or_default()
    }

    /// The events that serve a purpose.
    pub fn events_of<'a>(&'a self, purpose: &'a Purpose) -> impl Iterator<Item = &'a Event> {
        self.events.iter().filter(move |event| event.purpose == *purpose)
    }

    /// The destinations that a purpose's events go to.
    pub fn destinations_of<'a>(
        &'a self,
        purpose: &'a Purpose,
    ) -> impl Iterator<Item = &'a Destination> {
        self.destinations.iter().filter(move |to| to.purposes.contains(purpose))
    }

    /// The events that go to a destination.
    pub fn events_to<'a>(&'a self, to: &'a Destination) -> impl Iterator<Item = &'a Event> {
        self.events.iter().filter(move |event| to.purposes.contains(&event.purpose))
    }

    /// What every request to a destination names although no event of the purpose lists it.
    pub fn unlisted(&self, purpose: &Purpose, to: &Destination) -> Vec<&'static TypeSpec> {
        let is_listed = |name: &str| {
            self.events_of(purpose).flat_map(|e| &e.fields).any(|field| field.kind.name() == name)
        };
        let inherent = to.kind.facts().inherent.iter().filter(|name| !is_listed(name));
        inherent.filter_map(|name| TYPES.iter().find(|spec| spec.name == *name)).collect()
    }

    /// Whether a purpose has no destination but update checks: its events go with the question and
    /// never wait.
    pub fn is_asked_only(&self, purpose: &Purpose) -> bool {
        let mut destinations = self.destinations_of(purpose).peekable();
        destinations.peek().is_some() && destinations.all(Destination::is_update_check)
    }

    /// What is collected outside sayso for a purpose.
    pub fn elsewhere_for<'a>(
        &'a self,
        purpose: &'a Purpose,
    ) -> impl Iterator<Item = &'a Elsewhere> {
        self.elsewhere.iter().filter(move |item| item.purpose == *purpose)
    }
}

#[cfg(test)]
pub(crate) mod samples;
