//! Pseudonyms: what a recipient sees instead of a person.
//!
//! HMAC-SHA256 (RFC 2104) under the sixteen bytes of the person's id, over a label that states the use,
//! salt, tool, purpose and period, each with its length before it; the first sixteen bytes written as a
//! UUID of version 8 (RFC 9562, section 5.8). Two tools, two purposes or two periods cannot be joined
//! by it, and nothing that is made for one use is ever equal to what is made for another.

use crate::domain::declaration::Identity;
use crate::domain::tool_id::{Purpose, ToolId};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::Sha256;
use uuid::Uuid;

/// What stands for every automation.
pub const AUTOMATION: &str = "automation";

/// The period in which two events carry the same pseudonym: empty for a stable one; `None` where
/// the purpose has no identity at all.
pub fn period(identity: Identity, at: Timestamp) -> Option<String> {
    let date = at.to_zoned_datetime(TimeZone::UTC).date();
    match identity {
        Identity::None => None,
        Identity::Day => Some(date.to_string()),
        Identity::Month => Some(format!("{:04}-{:02}", date.year(), date.month())),
        Identity::Stable => Some(String::new()),
    }
}

/// The period in which events of one run carry the same id: that of the purpose's identity, or a day
/// (UTC) where it has none.
pub fn period_of_run(identity: Identity, at: Timestamp) -> String {
    period(identity, at).or_else(|| period(Identity::Day, at)).unwrap_or_default()
}

/// What an id is for: no two uses are ever made of the same input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// What a recipient sees instead of a person.
    Pseudonym,
    /// A field that is a hash keyed by the person, or by the run.
    Field,
    /// A field that is a hash keyed by the tool: the same on every machine, for every purpose.
    ToolField,
    /// The id of one run.
    Run,
    /// The secret of a run that a script named.
    NamedRun,
    /// What stands where a receiver requires an id and the purpose has none.
    Placeholder,
}

impl Use {
    const fn label(self) -> &'static str {
        match self {
            Self::Pseudonym => "sayso pseudonymous id 1",
            Self::Field => "sayso hash field 1",
            Self::ToolField => "sayso tool hash field 1",
            Self::Run => "sayso run id 1",
            Self::NamedRun => "sayso named run 1",
            Self::Placeholder => "sayso placeholder 1",
        }
    }
}

/// HMAC-SHA256 over a label and parts, each with its length in bytes before it (64 bits, big-endian).
pub fn keyed(key: &[u8], for_use: Use, parts: &[&str]) -> [u8; 32] {
    let mut mac = match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac,
        // HMAC takes keys of every length; the type cannot say so.
        Err(_) => unreachable!("HMAC takes keys of every length"),
    };
    for part in std::iter::once(&for_use.label()).chain(parts) {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

/// The first sixteen of those bytes as a UUID of version 8.
pub fn uuid(key: &[u8], for_use: Use, parts: &[&str]) -> Uuid {
    let mut first = [0; 16];
    first.copy_from_slice(&keyed(key, for_use, parts)[..16]);
    uuid::Builder::from_custom_bytes(first).into_uuid()
}

/// The pseudonym of a person towards one tool, for one purpose, in one period.
pub fn pseudonym(id: Uuid, salt: &str, tool: &ToolId, purpose: &Purpose, period: &str) -> Uuid {
    uuid(id.as_bytes(), Use::Pseudonym, &[salt, tool.as_str(), purpose.as_str(), period])
}

/// What stands for nobody where a receiver requires an id: another one for each event, the same for
/// each repeat of it.
pub fn placeholder(event_id: &str) -> Uuid {
    uuid(event_id.as_bytes(), Use::Placeholder, &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "6f1c2a34-9d0e-4b7a-8f11-2a3b4c5d6e7f";

    fn of(id: &str, salt: &str, tool: &str, purpose: &str, period: &str) -> String {
        let id: Uuid = id.parse().expect("an id");
        let tool = tool.parse().expect("a tool");
        let purpose = purpose.parse().expect("a purpose");
        pseudonym(id, salt, &tool, &purpose, period).to_string()
    }

    #[test]
    fn nothing_that_differs_can_be_joined() {
        let base = of(ID, "aa", "werf", "usage", "2026-11-20");
        assert_eq!(base, of(ID, "aa", "werf", "usage", "2026-11-20"));
        for other in [
            of("6f1c2a34-9d0e-4b7a-8f11-2a3b4c5d6e70", "aa", "werf", "usage", "2026-11-20"),
            of(ID, "ab", "werf", "usage", "2026-11-20"),
            of(ID, "aa", "gitops", "usage", "2026-11-20"),
            of(ID, "aa", "werf", "errors", "2026-11-20"),
            of(ID, "aa", "werf", "usage", "2026-11-21"),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn it_is_a_uuid_of_version_8() {
        let uuid: Uuid = of(ID, "aa", "werf", "usage", "").parse().expect("a uuid");
        assert_eq!(uuid.get_version_num(), 8);
        assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122);
    }

    #[test]
    fn periods_are_utc() {
        let at: Timestamp = "2026-11-20T23:59:59Z".parse().expect("a time");
        assert_eq!(period(Identity::None, at), None);
        assert_eq!(period(Identity::Day, at).as_deref(), Some("2026-11-20"));
        assert_eq!(period(Identity::Month, at).as_deref(), Some("2026-11"));
        assert_eq!(period(Identity::Stable, at).as_deref(), Some(""));
    }
}
