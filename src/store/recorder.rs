//! Records an event: checked against the declaration, one line, one append.

use super::subject::Subject;
use super::transparency::{self, Log};
use super::{file, random, spool};
use crate::domain::decision::Reason;
use crate::domain::declaration::{Declaration, Event};
use crate::domain::event::{self, Given, Hashes, NotAsDeclared, Run, Secret, Stamp, project};
use crate::domain::tool_id::Purpose;
use std::collections::BTreeMap;
use std::path::Path;

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
    run: Run,
    bound: u64,
}

impl Recorder {
    /// A recorder for this run of a tool. Reads the project's git config if, and only if, the
    /// declaration has a field about it and something is allowed or the transparency log is asked for.
    pub fn new(subject: &Subject) -> Self {
        let world = subject.world();
        let wants_project = subject.declaration.as_ref().is_some_and(|declaration| {
            event::needs_project(declaration)
                && (subject.allows_anything()
                    || transparency::wanted(world, declaration) != Log::None)
        });
        let run = Run {
            execution: random::id().unwrap_or_default(),
            version: None,
            automation: event::environment::automation(world.environment()),
            is_automated: world.signals.automation.is_some(),
            project: wants_project.then(origin).flatten(),
            commands: Vec::new(),
            options: Vec::new(),
        };
        Self { run, bound: spool::BOUND }
    }

    /// Says which version of the tool this is. What is no version is not kept.
    pub fn version(&mut self, version: &str) {
        self.run.version = event::environment::is_version(version).then(|| version.to_owned());
    }

    /// The version of the tool, where the host said it.
    pub fn own_version(&self) -> Option<&str> {
        self.run.version.as_deref()
    }

    /// Lets at most this many bytes wait for one purpose.
    pub fn bound(&mut self, bytes: u64) {
        self.bound = bytes;
    }

    /// Lets fields of type `command` and `options` hold these as well: a clap host's own tree.
    pub fn know(&mut self, commands: Vec<String>, options: Vec<String>) {
        self.run.commands = commands;
        self.run.options = options;
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
        let Some(declaration) = &subject.declaration else {
            return Ok(Outcome::Held(subject.decide(None).reason));
        };
        let Some(event) = declaration.events.iter().find(|event| event.name == name) else {
            return self.undeclared(subject, declaration, name);
        };
        let decision = subject.decide(Some(&event.purpose));
        let log = transparency::wanted(subject.world(), declaration);
        if !decision.allows() && !matches!(log, Log::In(_)) {
            return Ok(Outcome::Held(decision.reason));
        }
        let notice = decision.notice.filter(|_| decision.allows()).unwrap_or(declaration.notice);
        if event.since > notice {
            return Ok(Outcome::NotCovered);
        }
        if declaration.is_asked_only(&event.purpose) {
            return Ok(Outcome::Asked);
        }
        // Without random numbers there is no id that a repeat could be known by.
        let Some(event_id) = random::id().filter(|_| !self.run.execution.is_empty()) else {
            return Ok(Outcome::Lost);
        };
        let stamp = Stamp { ts: subject.world().clock().as_millisecond(), event_id };
        let assembled = |hashes: Hashes<'_>| {
            event::assemble(declaration, event, given, &self.run, notice, &stamp, hashes)
        };
        if let Log::In(path) = &log {
            let held = (!decision.allows()).then_some(decision.reason);
            if !transparency::append(path, assembled(Hashes::Named)?, held) {
                return Ok(Outcome::Lost);
            }
        }
        if !decision.allows() {
            return Ok(Outcome::Held(decision.reason));
        }
        let id = subject.secret_for(event);
        let salt = subject.consent.salt.as_deref();
        let secret = id.as_ref().zip(salt).map(|(id, salt)| Secret { id: id.as_bytes(), salt });
        let line = assembled(Hashes::Made(secret))?.to_string();
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
        let declaration = subject.declaration.as_ref()?;
        let decision = subject.decide(Some(&event.purpose));
        let notice = decision.notice.filter(|_| decision.allows())?;
        let stamp = Stamp { ts: subject.world().clock().as_millisecond(), event_id: random::id()? };
        let id = subject.secret_for(event);
        let salt = subject.consent.salt.as_deref();
        let secret = id.as_ref().zip(salt).map(|(id, salt)| Secret { id: id.as_bytes(), salt });
        let hashes = Hashes::Made(secret);
        event::assemble(declaration, event, given, &self.run, notice, &stamp, hashes).ok()
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
        // Under automation the owner's variable is the yes: there is no other that makes the folder.
        if reason == Reason::EnvironmentOn {
            let purposes = std::slice::from_ref(purpose);
            if spool::prepare(layout, tool, purposes, &subject.consent).is_err() {
                return Outcome::Lost;
            }
        }
        if event.once && spool::is_repeated(layout, tool, purpose, &event.name) {
            return Outcome::Repeated;
        }
        match spool::append(layout, tool, purpose, &subject.consent, line, self.bound, now) {
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
        declaration: &Declaration,
        name: &str,
    ) -> Result<Outcome, NotAsDeclared> {
        if !subject.allows_anything() {
            let first: Option<&Purpose> = declaration.purposes.keys().next();
            return Ok(Outcome::Held(subject.decide(first).reason));
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
fn origin() -> Option<String> {
    let here = std::env::current_dir().ok()?;
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
