//! Records an event: checked against the declaration, one line, one append.

use crate::consent::World;
use crate::consent::config::Config;
use crate::domain::decision::Reason;
use crate::domain::declaration::{Event, Terms};
use crate::domain::event::{self, Given, Hashes, NotAsDeclared, Run, Secret, Stamp, project};
use crate::domain::pseudonym::{self, Use};
use crate::domain::signals;
use crate::events::spool;
use crate::events::transparency::{self, Log};
use crate::fs::{file, random};
use crate::registry::Subject;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It waits.
    Waits,
    /// It may not be recorded.
    Held(Reason),
    /// It came with a later notice than the one agreed to.
    NotCovered,
    /// It goes with an update check, and is made when that is asked.
    Asked,
    /// It happens once, and did.
    Repeated,
    /// The spool is full, so it was dropped and counted.
    Dropped,
    /// It could not be written.
    Lost,
}

/// Records events of one tool in one run.
pub struct Recorder {
    version: Option<String>,
    commands: Vec<String>,
    options: Vec<String>,
    project: Option<String>,
    bound: u64,
    /// The secret of a run that somebody named.
    named_secret: Option<[u8; 16]>,
    /// Made with the first event, since most runs of most tools may record none.
    run: OnceLock<Run>,
}

impl Recorder {
    /// A recorder for this run of a tool. Reads the project's git config if, and only if, the
    /// declaration has a field about it and something is allowed or the transparency log is asked for.
    pub fn new(subject: &Subject) -> Self {
        let wants_project = subject.terms().is_some_and(|terms| {
            terms.needs_project()
                && (subject.allows_anything()
                    || transparency::wanted(subject.world(), terms) != Log::None)
        });
        Self {
            version: None,
            commands: Vec::new(),
            options: Vec::new(),
            project: wants_project.then(|| origin(subject.world())).flatten(),
            bound: spool::BOUND,
            named_secret: None,
            run: OnceLock::new(),
        }
    }

    /// The same recorder for a run of which other processes record as well, by its name. Where there is a
    /// secret of the person's, nobody else can tell the name from the ids.
    #[must_use]
    pub fn of_run(self, subject: &Subject, name: &str) -> Self {
        let id = subject.world().config().ok().and_then(Config::id).unwrap_or_default();
        let salt = subject.consent.salt.as_deref().unwrap_or_default();
        let parts = [salt, subject.tool.as_str(), name];
        let secret = pseudonym::uuid(id.as_bytes(), Use::NamedRun, &parts).into_bytes();
        Self { named_secret: Some(secret), ..self }
    }

    /// Says which version of the tool this is. What is no version is called other.
    pub fn version(&mut self, version: &str) {
        self.version = Some(event::environment::version(version).to_owned());
        if let Some(run) = self.run.get_mut() {
            run.version.clone_from(&self.version);
        }
    }

    /// The same recorder, for another version of the tool.
    #[must_use]
    pub fn of_version(&self, version: &str) -> Self {
        let mut other = Self {
            version: None,
            commands: self.commands.clone(),
            options: self.options.clone(),
            project: self.project.clone(),
            bound: self.bound,
            named_secret: self.named_secret,
            run: self.run.clone(),
        };
        other.version(version);
        other
    }

    /// Whether a command is declared, or in the host's own tree.
    pub fn knows(&self, subject: &Subject, command: &str) -> bool {
        let declared = subject.declaration().into_iter().flat_map(|declared| &declared.commands);
        declared.chain(&self.commands).any(|known| known == command)
    }

    /// The version of the tool, where the host said it.
    pub fn own_version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Lets at most this many bytes wait for one purpose.
    pub fn bound(&mut self, bytes: u64) {
        self.bound = bytes;
    }

    /// Lets fields of type `command` and `options` hold these as well: a clap host's own tree.
    pub fn know(&mut self, commands: Vec<String>, options: Vec<String>) {
        (self.commands, self.options) = (commands, options);
        if let Some(run) = self.run.get_mut() {
            run.commands.clone_from(&self.commands);
            run.options.clone_from(&self.options);
        }
    }

    /// What is the same for all events of this run, and an id for the next one. `None` without random
    /// numbers: there is no id then that a repeat could be known by.
    fn next(&self, world: &World, terms: &dyn Terms) -> Option<(&Run, Stamp)> {
        let mut event_id = None;
        let run = self.run.get_or_init(|| {
            let (secret, first) = random::secret_and_id().unwrap_or_default();
            let secret = self.named_secret.unwrap_or(secret);
            event_id = Some(first);
            // Looked for only where an event tells of it: there are many markers.
            let is_automated = terms.needs_automation() && world.signals().automation.is_some();
            let name = || signals::automation(world.environment());
            Run {
                secret,
                version: self.version.clone(),
                automation: if is_automated { name() } else { None },
                is_automated,
                project: self.project.clone(),
                commands: self.commands.clone(),
                options: self.options.clone(),
            }
        });
        let event_id = event_id.or_else(random::id).filter(|id| !id.is_empty())?;
        Some((run, Stamp { ts: world.clock().as_millisecond(), event_id }))
    }

    /// Records an event, if it is allowed.
    ///
    /// # Errors
    /// Where it is allowed (or shown in the transparency log) and is not as declared.
    pub fn record(
        &self,
        subject: &Subject,
        name: &str,
        given: &BTreeMap<String, Given>,
    ) -> Result<Outcome, NotAsDeclared> {
        let Some(terms) = subject.terms() else {
            return Ok(Outcome::Held(subject.decide(None).reason));
        };
        match terms.event(name) {
            Some(event) => self.record_as(subject, terms, &event, given),
            None => self.undeclared(subject, terms, name),
        }
    }

    /// The same, by the declaration of the event, for whoever looked it up.
    ///
    /// # Errors
    /// As [`Self::record`].
    pub fn record_as(
        &self,
        subject: &Subject,
        terms: &dyn Terms,
        event: &Event,
        given: &BTreeMap<String, Given>,
    ) -> Result<Outcome, NotAsDeclared> {
        let decision = subject.decide(Some(&event.purpose));
        let log = transparency::wanted(subject.world(), terms);
        if !decision.allows() && !matches!(log, Log::In(_)) {
            return Ok(Outcome::Held(decision.reason));
        }
        let notice = decision.notice.filter(|_| decision.allows()).unwrap_or(terms.notice());
        if event.since > notice {
            return Ok(Outcome::NotCovered);
        }
        if terms.is_asked_only(&event.purpose) {
            return Ok(Outcome::Asked);
        }
        let Some((run, stamp)) = self.next(subject.world(), terms) else {
            return Ok(Outcome::Lost);
        };
        let assembled = |hashes: Hashes<'_>| {
            let declared = (&subject.tool, terms);
            event::assemble(declared, event, given, run, notice, &stamp, hashes)
        };
        if let Log::In(path) = &log {
            let held = (!decision.allows()).then_some(decision.reason);
            if !transparency::append(
                path,
                &subject.tool,
                assembled(Hashes::Named)?.document(),
                held,
            ) {
                return Ok(Outcome::Lost);
            }
        }
        if !decision.allows() {
            return Ok(Outcome::Held(decision.reason));
        }
        let id = subject.secret_for(event);
        let salt = subject.consent.salt.as_deref();
        let secret = id.as_ref().zip(salt).map(|(id, salt)| Secret { id: id.as_bytes(), salt });
        let line = assembled(Hashes::Made(secret))?.line();
        if log == Log::Nowhere {
            return Ok(Outcome::Lost);
        }
        Ok(self.spool(subject, event, &line, decision.reason, stamp.ts))
    }

    /// An event as it would be recorded, for what goes with an update check; `None` where it is not
    /// allowed or not as declared.
    pub fn assembled(
        &self,
        subject: &Subject,
        event: &Event,
        given: &BTreeMap<String, Given>,
    ) -> Option<serde_json::Value> {
        let terms = subject.terms()?;
        let decision = subject.decide(Some(&event.purpose));
        let notice = decision.notice.filter(|_| decision.allows())?;
        let (run, stamp) = self.next(subject.world(), terms)?;
        let id = subject.secret_for(event);
        let salt = subject.consent.salt.as_deref();
        let secret = id.as_ref().zip(salt).map(|(id, salt)| Secret { id: id.as_bytes(), salt });
        let hashes = Hashes::Made(secret);
        let declared = (&subject.tool, terms);
        let event = event::assemble(declared, event, given, run, notice, &stamp, hashes).ok()?;
        Some(event.document())
    }

    fn spool(
        &self,
        subject: &Subject,
        event: &Event,
        line: &str,
        reason: Reason,
        now: i64,
    ) -> Outcome {
        let Ok(layout) = subject.world().layout() else { return Outcome::Lost };
        let (tool, purpose) = (&subject.tool, &event.purpose);
        let Some(read) = subject.read_for(purpose, reason) else { return Outcome::Lost };
        // Under automation the owner's variable is the yes: there is no other that makes the folder.
        if reason == Reason::EnvironmentOn {
            let made = spool::prepare_for(layout, tool, purpose, &subject.consent, &read);
            if made.is_err() {
                return Outcome::Lost;
            }
        }
        if event.once && spool::is_repeated(layout, tool, purpose, &event.name) {
            return Outcome::Repeated;
        }
        match spool::append(layout, tool, purpose, (&subject.consent, &read), line, self.bound, now)
        {
            spool::Appended::Waits => Outcome::Waits,
            spool::Appended::Dropped => Outcome::Dropped,
            spool::Appended::Lost => Outcome::Lost,
        }
    }

    /// An event that nobody declared serves no purpose, so it is an error only where anything at
    /// all is allowed.
    fn undeclared(
        &self,
        subject: &Subject,
        terms: &dyn Terms,
        name: &str,
    ) -> Result<Outcome, NotAsDeclared> {
        if !subject.allows_anything() {
            let first = terms.purposes().into_iter().next();
            return Ok(Outcome::Held(subject.decide(first.as_ref()).reason));
        }
        let plain = |c: char| if c.is_ascii_graphic() { c } else { '?' };
        Err(NotAsDeclared {
            tool: subject.tool.to_string(),
            event: name.chars().take(64).map(plain).collect(),
            field: "the event".to_owned(),
            why: "is not declared",
        })
    }
}

/// The address of the git origin of the folder that the process runs in, or of one above it,
/// without user and password. Read from the file: no program is started.
fn origin(world: &World) -> Option<String> {
    let here = world.working_folder()?;
    here.ancestors().find_map(|folder| {
        let config = git_config(&folder.join(".git"))?;
        Some(project::origin_in(&config).and_then(|origin| project::normalised(&origin)))
    })?
}

/// The text of a repository's config; for a work tree or a submodule, of the repository that its
/// `.git` file names (gitrepository-layout(5)).
fn git_config(git: &Path) -> Option<String> {
    const LIMIT: u64 = 1024 * 1024;
    let read = |path: &Path| file::read(path, LIMIT, file::Trust::Anyone).ok().flatten();
    if git.is_dir() {
        return read(&git.join("config"));
    }
    let pointer = read(git)?;
    let target = git.parent()?.join(pointer.strip_prefix("gitdir:")?.trim());
    let common = read(&target.join("commondir")).map(|common| target.join(common.trim()));
    read(&common.unwrap_or(target).join("config"))
}
