//! What kind of tool a name means: answered here, once, for every use case.

use crate::app::third_party::ThirdParty;
use crate::catalogue::entry::Entry;
use crate::registry::Subject;

/// What sayso has to do with a tool.
#[derive(Debug, Clone, Copy)]
pub enum ToolKind<'e> {
    /// It asks sayso, or would: it is declared, or the user decided about it here.
    Native,
    /// It does not ask sayso: all there is of it is its vendor's own switch. Without an entry, the catalogue
    /// that knew the switch is gone.
    ThirdParty(Option<&'e Entry>),
    /// It asks sayso, and its vendor has a switch of its own as well.
    Both(&'e Entry),
}

impl<'e> ToolKind<'e> {
    /// The kind of a tool, by what this machine holds of it and what the catalogue knows.
    pub fn of(subject: &Subject, third_party: &'e ThirdParty) -> Self {
        let entry = third_party.catalogue.entry(&subject.tool);
        match (asks_sayso(subject), entry) {
            (true, Some(entry)) => Self::Both(entry),
            (true, None) => Self::Native,
            (false, None) if !subject.consent.catalogued => Self::Native,
            (false, entry) => Self::ThirdParty(entry),
        }
    }

    /// Whether all there is of it is its vendor's own switch.
    pub fn is_third_party(self) -> bool {
        matches!(self, Self::ThirdParty(_))
    }

    /// The entry of a tool of which a new choice concerns its vendor's switch alone: nothing is declared of
    /// it, and at most an opt-out of all of it is stored, which stays.
    pub fn vendor_alone(self, subject: &Subject) -> Option<&'e Entry> {
        let choice = &subject.consent;
        match self {
            Self::ThirdParty(entry) => entry,
            Self::Both(entry) => (subject.terms().is_none()
                && subject.unreadable().is_none()
                && choice.answers.is_empty()
                && choice.noticed.is_none())
            .then_some(entry),
            Self::Native => None,
        }
    }

    /// The entry of a tool that asks sayso, and whose vendor's own switch is on this machine as well.
    pub fn vendor_beside(self, third_party: &ThirdParty) -> Option<&'e Entry> {
        match self {
            Self::Both(entry) if third_party.is_here(entry) => Some(entry),
            _ => None,
        }
    }
}

/// Whether a tool asks sayso, as far as can be told: what is there and cannot be read may ask.
fn asks_sayso(subject: &Subject) -> bool {
    let choice = &subject.consent;
    let is_decided = choice.refused.is_some()
        || choice.noticed.is_some()
        || !choice.answers.is_empty()
        || !choice.unclear.is_empty();
    subject.declaration().is_some()
        || subject.unreadable().is_some()
        || (is_decided && !choice.catalogued)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::World;
    use crate::domain::declaration::samples::GREETER;
    use std::collections::BTreeMap;
    use std::fs;
    use std::sync::Arc;

    /// The kind of a tool in a home with these files.
    fn kind(tool: &str, files: &[(&str, &str)]) -> String {
        let home = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = home.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
            fs::write(path, text).expect("a file");
        }
        let folder = home.path().to_string_lossy().into_owned();
        let variables = BTreeMap::from([("SAYSO_HOME".to_owned(), folder)]);
        let world = World::new(Arc::new(variables), jiff::Timestamp::UNIX_EPOCH);
        let subject = Subject::registered(&world, &tool.parse().expect("an id"));
        match ToolKind::of(&subject, &ThirdParty::look(&world)) {
            ToolKind::Native => "native".to_owned(),
            ToolKind::ThirdParty(entry) => format!("third-party {}", entry.is_some()),
            ToolKind::Both(entry) => format!("both {}", entry.id),
        }
    }

    const DENIED: &str = "version = 1\ntool = \"turborepo\"\nchoice = \"denied\"\n\
        at = 2026-01-01T00:00:00Z\nvia = \"command\"\n";

    #[test]
    fn a_tool_is_native_third_party_or_both() {
        assert_eq!(kind("turborepo", &[]), "third-party true");
        assert_eq!(kind("greeter", &[("tools/greeter.toml", GREETER)]), "native");
        let declared = GREETER.replace("\"greeter\"", "\"turborepo\"");
        assert_eq!(kind("turborepo", &[("tools/turborepo.toml", &declared)]), "both turborepo");
        assert_eq!(kind("nowhere", &[]), "native", "it may ask one day");
    }

    #[test]
    fn a_choice_stored_for_a_tool_that_asks_makes_it_one() {
        assert_eq!(kind("turborepo", &[("consent/turborepo.toml", DENIED)]), "both turborepo");
        let wish = format!("{DENIED}kind = \"catalogued\"\n");
        assert_eq!(kind("turborepo", &[("consent/turborepo.toml", &wish)]), "third-party true");
        let gone = wish.replace("turborepo", "nowhere");
        assert_eq!(kind("nowhere", &[("consent/nowhere.toml", &gone)]), "third-party false");
    }

    #[test]
    fn what_cannot_be_read_may_ask() {
        assert_eq!(kind("turborepo", &[("consent/turborepo.toml", "=")]), "both turborepo");
        assert_eq!(kind("turborepo", &[("tools/turborepo.toml", "=")]), "both turborepo");
    }
}
