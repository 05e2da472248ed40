//! The door for tools: open a declaration, reach the first-run point, ask what is allowed.
//!
//! Nothing here fails, prints outside the first-run point and the ready subcommands, or changes
//! what the host exits with, but for Ctrl-C at the question.

#[cfg(feature = "prompt")]
pub mod act;
pub mod build;
#[cfg(feature = "clap")]
pub mod commands;
pub mod detach;
#[cfg(feature = "clap")]
mod event_in_words;
pub mod first_run;
#[cfg(feature = "clap")]
pub mod guard;
pub mod heartbeat;
#[cfg(feature = "clap")]
pub mod journal;
#[cfg(all(feature = "prompt", unix))]
mod keys;
#[cfg(feature = "delivery")]
mod own_delivery;
#[cfg(feature = "prompt")]
pub mod person;
#[cfg(feature = "prompt")]
pub mod presence;
pub mod report;
#[cfg(feature = "prompt")]
mod speak;
#[cfg(feature = "prompt")]
pub mod terminal;

use crate::consent::World;
#[cfg(feature = "delivery")]
use crate::delivery::update::{self, Question};
use crate::domain::consent::{Answer, Choice};
use crate::domain::decision::{Decision, Reason};
#[cfg(feature = "prompt")]
use crate::domain::declaration::diff;
use crate::domain::declaration::{self, Prepared};
use crate::domain::event::{Given, NotAsDeclared};
use crate::domain::tool_id::Purpose;
#[cfg(feature = "delivery")]
use crate::domain::update::Update;
use crate::events::recorder::{Outcome, Recorder};
#[cfg(feature = "prompt")]
use crate::registry::declarations;
use crate::registry::{Subject, carried};
#[cfg(feature = "prompt")]
use crate::view::notice;
use crate::view::notice::Ways;
use detach::Program;
use std::borrow::Cow;
use std::sync::OnceLock;

/// A tool that carries its own declaration.
pub struct Host {
    subject: Option<Subject>,
    recorder: Option<Recorder>,
    text: Cow<'static, [u8]>,
    /// The host's own; those of `sayso` where it named none.
    ways: OnceLock<Ways>,
    fields: Vec<(String, Given)>,
    delivery: Program,
}

/// Opens the door with the text of the host's declaration.
///
/// Reads a few variables and the tool's consent file, once. A declaration that is not valid holds
/// everything; `sayso lint` tells its author why.
pub fn open(declaration: &str) -> Host {
    let world = World::of_this_process();
    let subject =
        declaration::parse(declaration).ok().map(|parsed| Subject::embedded(&world, parsed));
    Host::of(subject, declaration.as_bytes().to_vec().into())
}

/// Opens the door with a declaration that [`prepare`](crate::build::prepare) prepared when the host was
/// built: nothing of it has to be parsed, and no digest to be computed, when the host runs.
///
/// ```ignore
/// let consent = sayso::open_prepared(include_bytes!(concat!(env!("OUT_DIR"), "/werf.sayso")));
/// ```
///
/// What another version of sayso prepared holds everything: a host takes the same one in both places.
pub fn open_prepared(prepared: &'static [u8]) -> Host {
    let prepared = Prepared::read_embedded(prepared);
    let text = prepared.as_ref().map(Prepared::text).unwrap_or_default();
    let world = World::of_this_process();
    Host::of(prepared.and_then(|known| Subject::embedded_prepared(&world, known)), text.into())
}

impl Host {
    fn of(subject: Option<Subject>, text: Cow<'static, [u8]>) -> Self {
        let recorder = subject.as_ref().map(Recorder::new);
        Self {
            subject,
            recorder,
            text,
            ways: OnceLock::new(),
            fields: Vec::new(),
            delivery: Program::Installed,
        }
    }

    /// The commands that notices name, in the host's own words.
    #[must_use]
    pub fn with_ways(mut self, ways: Ways) -> Self {
        self.ways = ways.into();
        self
    }

    #[cfg(feature = "prompt")]
    fn ways(&self) -> &Ways {
        let tool = || self.subject.as_ref().map_or("TOOL", |subject| subject.tool.as_str());
        self.ways.get_or_init(|| Ways::sayso(tool()))
    }

    /// The host's own version, for fields of type `version` and `pre-release`.
    #[must_use]
    pub fn with_version(mut self, version: &str) -> Self {
        if let Some(recorder) = &mut self.recorder {
            recorder.version(version);
        }
        self
    }

    /// A value for a field of this name in every event that declares one.
    #[must_use]
    pub fn with_field(mut self, name: &str, value: impl Into<Given>) -> Self {
        self.fields.push((name.to_owned(), value.into()));
        self
    }

    /// Lets at most this many bytes wait for one purpose; 1 MiB where the host says nothing.
    #[must_use]
    pub fn with_bound(mut self, bytes: u64) -> Self {
        if let Some(recorder) = &mut self.recorder {
            recorder.bound(bytes);
        }
        self
    }

    /// Whether a newer version of this tool is known, where the person allows to ask. Never waits: it is
    /// answered from what the last question brought, and the next one is asked in the background.
    /// `command` goes with the question only while `usage` is allowed too.
    #[cfg(feature = "delivery")]
    pub fn update(&self, command: Option<&str>) -> Option<Update> {
        let subject = self.subject.as_ref()?;
        let version = self.recorder.as_ref()?.own_version()?.to_owned();
        let (known, is_stale) = update::known(subject, &version);
        if is_stale {
            // It becomes an argument of another program, which everybody here can see.
            let is_known = |command: &&str| {
                self.recorder.as_ref().is_some_and(|recorder| recorder.knows(subject, command))
            };
            let command = command.filter(is_known).map(str::to_owned);
            let question = Question { version, command };
            if let Some(further) = update::hand_over(subject, &question) {
                detach::start(subject, self.delivery, &further);
            }
        }
        known
    }

    /// Starts a delivery in the background, if one is due: at most once an hour, and without
    /// waiting for anything. Happens by itself when the host is dropped; a program that ends by
    /// `std::process::exit` calls it before.
    pub fn deliver_if_due(&self) {
        if let Some(subject) = &self.subject {
            detach::start_if_due(subject, self.delivery);
        }
    }

    /// Records an event, if that is allowed. Takes microseconds, waits for nothing, and there is
    /// nothing to fail on: what is not as declared is not recorded.
    pub fn record(&self, event: &str, fields: &[(&str, Given)]) {
        let _ = self.try_record(event, fields);
    }

    /// The same, for an author's tests.
    ///
    /// # Errors
    /// Where the event is allowed (or shown in the transparency log) and is not as declared.
    pub fn try_record(
        &self,
        event: &str,
        fields: &[(&str, Given)],
    ) -> Result<Outcome, NotAsDeclared> {
        let (Some(subject), Some(recorder)) = (&self.subject, &self.recorder) else {
            return Ok(Outcome::Held(Reason::Unreadable));
        };
        let declared = match self.fields.is_empty() {
            true => None,
            false => subject.terms().and_then(|terms| terms.event(event)),
        };
        let shared = declared.iter().flat_map(|event| {
            let is_wanted = |name: &String| event.fields.iter().any(|field| field.name == *name);
            self.fields.iter().filter(move |(name, _)| is_wanted(name)).cloned()
        });
        let own = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        recorder.record(subject, event, &shared.chain(own).collect())
    }

    /// Whether data for the purpose may be collected, as it stood when the door was opened.
    pub fn allows(&self, purpose: &str) -> bool {
        self.decide(purpose).allows()
    }

    /// What holds for the purpose, and why.
    pub fn decide(&self, purpose: &str) -> Decision {
        match (&self.subject, purpose.parse::<Purpose>()) {
            (Some(subject), Ok(purpose)) => subject.decide(Some(&purpose)),
            (Some(_), Err(_)) => Decision::hold(Reason::Undeclared),
            (None, _) => Decision::hold(Reason::Unreadable),
        }
    }

    /// The first-run point for all purposes: where a person is present and something is undecided,
    /// shows the notice and asks. Otherwise nothing is printed and nothing is stored.
    ///
    /// The answer counts from the host's next run on: this run records nothing. Ctrl-C at the
    /// question ends the process as it would anywhere else, with exit code 130.
    #[cfg(feature = "prompt")]
    pub fn first_run(&self) {
        self.first_run_for(&[]);
    }

    /// The first-run point for some purposes: a dashboard's notice belongs to the command that
    /// creates the dashboard.
    #[cfg(feature = "prompt")]
    pub fn first_run_for(&self, purposes: &[&str]) {
        let Some(subject) = &self.subject else { return };
        let purposes: Vec<Purpose> = purposes.iter().filter_map(|name| name.parse().ok()).collect();
        if presence::of_user(subject.world()).is_err() {
            return;
        }
        if first_run::plan(subject, &purposes) != first_run::Plan::Nothing {
            self.tell_of_another_declaration();
        }
        match person::ask(subject, &purposes, self.ways(), person::Mode::Store) {
            Ok(person::Outcome::Interrupted) => terminal::end_by_interrupt(),
            // A failure to store was told to the person, who asked for it by pressing a key.
            Ok(_) | Err(_) => self.register(),
        }
    }

    /// Says how this declaration differs from the registered one, before somebody agrees to it.
    #[cfg(feature = "prompt")]
    fn tell_of_another_declaration(&self) {
        let registered = || {
            let subject = self.subject.as_ref()?;
            let layout = subject.world().layout().ok()?;
            let known = declarations::find(layout, &subject.tool).ok()??.declaration;
            let own = subject.declaration()?;
            Some((own, diff::between(own, &known).takeover))
        };
        let Some((own, takeover)) = registered().filter(|(_, found)| !found.is_empty()) else {
            return;
        };
        speak::aside(&notice::another_declaration(own, &takeover, terminal::width()));
    }

    /// Registers the declaration for this person, so that `sayso` shows the tool: if none is registered, or
    /// one of a lower notice by the same vendor with the same receivers; or if the person agreed to this
    /// very one since the door was opened. Silent, whatever comes of it; `sayso doctor` tells of a
    /// declaration that was not registered.
    pub fn register(&self) {
        self.register_if(self.is_agreed());
    }

    fn register_if(&self, is_agreed: bool) {
        let Some(subject) = &self.subject else { return };
        let Some(own) = subject.declaration() else { return };
        let Ok(layout) = subject.world().layout() else { return };
        let _ = carried::offer(layout, own, &String::from_utf8_lossy(&self.text), is_agreed);
    }

    /// Whether the person agreed to this declaration since the door was opened.
    fn is_agreed(&self) -> bool {
        let Some(subject) = &self.subject else { return false };
        let now = subject.again();
        let before = &subject.consent.answers;
        let is_new = |(purpose, answer): (&Purpose, &Answer)| {
            answer.choice == Choice::Granted
                && before.get(purpose) != Some(answer)
                && now.terms().zip(answer.read.as_ref()).is_some_and(|(t, r)| t.means(purpose, r))
        };
        now.consent.answers.iter().any(is_new)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.deliver_if_due();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::declaration::samples::GREETER;
    use crate::registry::declarations;
    use std::collections::BTreeMap;
    use std::sync::Arc;

    /// The notice and the vendor that are registered after a host of notice 2 met these.
    fn after_meeting(registered: &str) -> (u32, String) {
        let home = tempfile::tempdir().expect("a folder");
        let home = home.path().to_string_lossy().into_owned();
        let variables = BTreeMap::from([("SAYSO_HOME".to_owned(), home)]);
        let world = World::new(Arc::new(variables), jiff::Timestamp::UNIX_EPOCH);
        let subject = Subject::embedded(&world, declaration::parse(GREETER).expect("valid"));
        let tool = subject.tool.clone();
        let layout = world.layout().expect("a home");
        declarations::register(layout, &tool, registered).expect("registered");
        let ways = Ways::sayso("greeter");
        Host {
            subject: Some(subject),
            recorder: None,
            text: GREETER.as_bytes().into(),
            ways: ways.into(),
            fields: Vec::new(),
            delivery: Program::Installed,
        }
        .register();
        let found = declarations::find(layout, &tool).expect("readable").expect("registered");
        (found.declaration.notice, found.declaration.vendor)
    }

    #[test]
    fn a_host_replaces_an_older_declaration_of_its_own_vendor_only() {
        let older = GREETER.replace("notice = 2", "notice = 1").replace("since = 2", "since = 1");
        assert_eq!(after_meeting(&older), (2, "Greeters".to_owned()));
        let others = older.replace("vendor = \"Greeters\"", "vendor = \"Others\"");
        assert_eq!(after_meeting(&others), (1, "Others".to_owned()));
        let newer = GREETER.replace("notice = 2", "notice = 3");
        assert_eq!(after_meeting(&newer), (3, "Greeters".to_owned()));
    }
}
