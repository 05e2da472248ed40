//! What a decision and a record need to know of a declaration, whichever form it comes in.
//!
//! Two forms know it: a [`Declaration`] that was parsed, and a [`Prepared`](super::Prepared) one.
//! Whoever decides asks through here and cannot tell them apart.

use crate::domain::consent::Read;
use crate::domain::decision::Declared;
use crate::domain::declaration::{Declaration, Event, Identity, canonical};
use crate::domain::signals::{Environment, Variable};
use crate::domain::tool_id::Purpose;
use jiff::SignedDuration;
use std::borrow::Cow;

/// The terms of a tool.
pub trait Terms {
    /// The purposes, in the author's order.
    fn purposes(&self) -> Vec<Purpose>;

    /// What is declared of a purpose; `None` where it is not.
    fn declared(&self, purpose: &Purpose) -> Option<Declared>;

    /// The name of the first variable that says no, for all purposes or for this one.
    fn says_no(&self, purpose: Option<&Purpose>, outside: &dyn Environment) -> Option<String>;

    /// The first variable that is required and not there.
    fn lacks(&self, purpose: Option<&Purpose>, outside: &dyn Environment) -> Option<Variable>;

    /// The first variable that says yes where the owner of a pipeline or a server decides.
    fn says_yes(&self, purpose: Option<&Purpose>, outside: &dyn Environment) -> Option<Variable>;

    /// The digest of what a purpose means under a notice version, or of what all purposes together
    /// mean; `None` where that is not known.
    fn digest(&self, purpose: Option<&Purpose>, notice: u32) -> Option<Cow<'_, str>>;

    /// Whether the purpose still means what was read.
    fn means(&self, purpose: &Purpose, read: &Read) -> bool {
        self.digest(Some(purpose), read.notice).is_some_and(|digest| digest == read.digest)
    }

    /// Whether all purposes together still mean what was read.
    fn means_all(&self, read: &Read) -> bool {
        self.digest(None, read.notice).is_some_and(|digest| digest == read.digest)
    }

    /// The version of what people agree to.
    fn notice(&self) -> u32;

    /// How many seconds events rest on this machine before they may leave.
    fn wait(&self) -> u64;

    /// The same, to reckon with.
    fn rest(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::try_from(self.wait()).unwrap_or(i64::MAX))
    }

    /// The variable that names the transparency log.
    fn log_file(&self) -> Option<&str>;

    /// Whether any event has a field that is about the project.
    fn needs_project(&self) -> bool;

    /// Whether any event has a field that is about automation.
    fn needs_automation(&self) -> bool;

    /// Whether, and for how long, events of a purpose are told to come from one person.
    fn identity(&self, purpose: &Purpose) -> Identity;

    /// Whether a purpose's events go with update checks and never wait.
    fn is_asked_only(&self, purpose: &Purpose) -> bool;

    /// An event by its name. What its author says about it to people may be left out.
    fn event(&self, name: &str) -> Option<Cow<'_, Event>>;

    /// Whether a field of type `command` may hold this.
    fn knows_command(&self, command: &str) -> bool;

    /// Whether a field of type `options` may name this.
    fn knows_option(&self, option: &str) -> bool;
}

impl Terms for Declaration {
    fn purposes(&self) -> Vec<Purpose> {
        self.purposes.keys().cloned().collect()
    }

    fn declared(&self, purpose: &Purpose) -> Option<Declared> {
        let spec = self.purposes.get(purpose)?;
        Some(Declared {
            manner: self.manner,
            operator: spec.operator,
            since: spec.since,
            notice: self.notice,
        })
    }

    fn says_no(&self, purpose: Option<&Purpose>, outside: &dyn Environment) -> Option<String> {
        let of_purpose = || self.withdrawal_of(purpose?).says_no(outside).map(str::to_owned);
        self.withdrawal().says_no(outside).map(str::to_owned).or_else(of_purpose)
    }

    fn lacks(&self, purpose: Option<&Purpose>, outside: &dyn Environment) -> Option<Variable> {
        let of_purpose = || self.purposes.get(purpose?)?.switches.lacks(outside);
        self.switches.lacks(outside).or_else(of_purpose)
    }

    fn says_yes(&self, purpose: Option<&Purpose>, outside: &dyn Environment) -> Option<Variable> {
        let of_purpose = || self.purposes.get(purpose?)?.switches.says_yes(outside);
        self.switches.says_yes(outside).or_else(of_purpose)
    }

    fn digest(&self, purpose: Option<&Purpose>, notice: u32) -> Option<Cow<'_, str>> {
        match purpose {
            Some(purpose) => canonical::digest_of_purpose(self, purpose, notice).map(Cow::Owned),
            None => Some(Cow::Owned(canonical::digest_of_notice(self, notice))),
        }
    }

    fn notice(&self) -> u32 {
        self.notice
    }

    fn wait(&self) -> u64 {
        self.wait
    }

    fn log_file(&self) -> Option<&str> {
        self.log_file.as_deref()
    }

    fn needs_project(&self) -> bool {
        crate::domain::event::needs_project(self)
    }

    fn needs_automation(&self) -> bool {
        crate::domain::event::needs_automation(self)
    }

    fn identity(&self, purpose: &Purpose) -> Identity {
        self.purposes.get(purpose).map(|spec| spec.identity).unwrap_or_default()
    }

    fn is_asked_only(&self, purpose: &Purpose) -> bool {
        Self::is_asked_only(self, purpose)
    }

    fn event(&self, name: &str) -> Option<Cow<'_, Event>> {
        self.events.iter().find(|event| event.name == name).map(Cow::Borrowed)
    }

    fn knows_command(&self, command: &str) -> bool {
        self.commands.iter().any(|known| known == command)
    }

    fn knows_option(&self, option: &str) -> bool {
        self.options.iter().any(|known| known == option)
    }
}
