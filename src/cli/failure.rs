//! Why a command did not do what it was asked: told once, with what to do next.

use crate::catalogue::shells;
use crate::cli::Exit;
use crate::cli::terminal::Terminal;
use crate::fs::Error;
use crate::host::act::{self, NotStored, Refusal};
use crate::registry::Subject;

/// An error for a person: what happened, why, and what to do next.
#[derive(Debug)]
pub(super) struct Failure {
    error: anyhow::Error,
    hints: Vec<String>,
    exit: Exit,
}

impl Failure {
    /// Something that was not done.
    pub(super) fn not_done(error: impl Into<anyhow::Error>) -> Self {
        Self { error: error.into(), hints: Vec::new(), exit: Exit::NotDone }
    }

    /// Something that cannot be meant.
    pub(super) fn misuse(what: impl Into<String>) -> Self {
        Self { error: anyhow::anyhow!(what.into()), hints: Vec::new(), exit: Exit::Misuse }
    }

    /// Adds what to do next.
    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// A refusal, with the hint that names this tool.
    pub(super) fn of_refusal(refusal: Refusal, tool: &str) -> Self {
        let hint = refusal.hint(tool);
        let exit = if refusal.is_misuse() { Exit::Misuse } else { Exit::NotDone };
        let error = match refusal {
            Refusal::Store(error) => error.into(),
            other => anyhow::Error::from(other),
        };
        Self { error, hints: vec![hint], exit }
    }

    /// An opt-out that could not be stored. What turns the tool off all the same comes first.
    pub(super) fn of_opt_out(error: Error, subject: &Subject) -> Self {
        if matches!(error, Error::Foreign { .. }) {
            // What holds for this user says nothing about the one whose files these are.
            return error.into();
        }
        let NotStored { what, variable } = act::not_stored(subject);
        let language = shells::language(subject.world().environment());
        let line = |(name, value): (String, String)| {
            format!("{} turns it off in this shell", language.set(&name, &value))
        };
        let hints = variable.map(line).into_iter().chain([error.hint()]).collect();
        Self { error: anyhow::Error::from(error).context(what), hints, exit: Exit::NotDone }
    }

    /// Tells the person, and says how the program ends.
    pub(super) fn report(&self, terminal: &Terminal) -> Exit {
        terminal.complain(&self.error, &self.hints);
        self.exit
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = error.hint();
        Self::not_done(error).hint(hint)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::not_done(error)
    }
}
