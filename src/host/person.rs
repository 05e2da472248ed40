//! The question to a person at a terminal. Everything goes to standard error, so that no pipe and no
//! script ever sees it.

use super::act;
use super::first_run::{self, Plan};
use super::speak::aside;
use super::terminal::{self, PATIENCE, Pressed, width};
use crate::domain::consent::Via;
use crate::domain::declaration::Declaration;
use crate::domain::notice::{self, Ways};
use crate::domain::text::WIDEST;
use crate::domain::tool_id::Purpose;
use crate::store::answers::{self, Scope, Stored};
use crate::store::{Error, Subject, asked};

/// Whether to store what comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Ask, and store the answer.
    Store,
    /// Only show what would be asked.
    Show,
}

/// What came of a first-run point.
#[derive(Debug)]
pub enum Outcome {
    /// There was nothing to ask or to tell.
    Nothing,
    /// Something was asked or answered.
    Spoke,
    /// A notice without a question was shown: what it is about is allowed from the next run on.
    Told,
    /// Ctrl-C.
    Interrupted,
}

/// Does what the first-run point is for: asks, tells, or nothing.
///
/// # Errors
/// Where an answer could not be stored. The person was told.
pub fn ask(
    subject: &Subject,
    purposes: &[Purpose],
    ways: &Ways,
    mode: Mode,
) -> Result<Outcome, Error> {
    let Some(declaration) = subject.declaration() else { return Ok(Outcome::Nothing) };
    let plan = first_run::plan(subject, purposes);
    let text = match &plan {
        Plan::Nothing => return Ok(Outcome::Nothing),
        Plan::Ask { purposes } => act::notice_for(declaration, purposes, ways, width()),
        Plan::AskForMore { read, additions, .. } => {
            notice::additions(declaration, *read, additions, ways, width())
        }
        Plan::Tell { purposes } => {
            let purposes: Vec<&Purpose> = purposes.iter().collect();
            notice::told(declaration, &purposes, ways, width())
        }
    };
    // What nobody could read was neither told nor asked.
    if !aside(&text) {
        return Ok(Outcome::Nothing);
    }
    if mode == Mode::Show {
        return Ok(Outcome::Spoke);
    }
    let question = Question { subject, declaration, ways };
    let outcome = match plan {
        Plan::Nothing => Ok(Outcome::Nothing),
        Plan::Tell { .. } => answers::notice_shown(subject.world(), declaration).map(|stored| {
            question.done(stored);
            Outcome::Told
        }),
        Plan::Ask { purposes } => question.put(&purposes, &[]),
        Plan::AskForMore { granted, undecided, .. } => question.put(&undecided, &granted),
    };
    if let Err(error) = &outcome {
        aside(&format!("error: {error}\nhint: {}\n", error.hint()));
    }
    outcome
}

struct Question<'a> {
    subject: &'a Subject,
    declaration: &'a Declaration,
    ways: &'a Ways,
}

impl Question<'_> {
    /// Asks about undecided purposes and about more for granted ones.
    fn put(&self, undecided: &[Purpose], granted: &[Purpose]) -> Result<Outcome, Error> {
        let all: Vec<Purpose> = undecided.iter().chain(granted).cloned().collect();
        let can_choose = all.len() > 1;
        let keys: &[&str] = match can_choose {
            true => &["y yes to all", "n no to all", "c choose"],
            false => &["y yes", "n no"],
        };
        aside(&format!("\n{}", question("Allow it?", keys)));
        match terminal::read_key(PATIENCE) {
            Pressed::Interrupt => Ok(self.interrupted()),
            Pressed::Key('y') => self.yes(&all),
            Pressed::Key('n') => self.no(undecided, granted),
            Pressed::Key('c') if can_choose => self.one_by_one(undecided, granted),
            _ => self.not_now(&all),
        }
    }

    fn one_by_one(&self, undecided: &[Purpose], granted: &[Purpose]) -> Result<Outcome, Error> {
        aside("\n");
        let (mut yes, mut no, mut more_no, mut open) = (vec![], vec![], vec![], vec![]);
        for purpose in undecided.iter().chain(granted) {
            let why = self.declaration.purposes.get(purpose).map_or("", |spec| spec.why.as_str());
            let why = textwrap::fill(&format!("{purpose}: {why}"), width().clamp(20, WIDEST));
            let asked = question(&format!("Allow {purpose}?"), &["y yes", "n no"]);
            aside(&format!("{why}\n{asked}"));
            match terminal::read_key(PATIENCE) {
                Pressed::Interrupt => return Ok(self.interrupted()),
                Pressed::Key('y') => yes.push(purpose.clone()),
                Pressed::Key('n') if granted.contains(purpose) => more_no.push(purpose.clone()),
                Pressed::Key('n') => no.push(purpose.clone()),
                _ => open.push(purpose.clone()),
            }
            aside("\n");
        }
        let mut outcome = Ok(Outcome::Nothing);
        if !no.is_empty() || !more_no.is_empty() {
            outcome = self.no(&no, &more_no);
        }
        if !yes.is_empty() && outcome.is_ok() {
            outcome = self.yes(&yes);
        }
        if !open.is_empty() && outcome.is_ok() {
            outcome = self.not_now(&open);
        }
        outcome
    }

    fn yes(&self, purposes: &[Purpose]) -> Result<Outcome, Error> {
        let stored = act::agree(self.subject, self.declaration, purposes, Via::Prompt)?;
        aside(&format!(
            "\nYes to {}, from the next run on. To take it back: {}\n",
            act::names(purposes.iter()),
            self.ways.disable
        ));
        Ok(self.done(stored))
    }

    fn no(&self, undecided: &[Purpose], granted: &[Purpose]) -> Result<Outcome, Error> {
        let world = self.subject.world();
        if !undecided.is_empty() {
            let scope = Scope::Purposes(undecided);
            let notice = Some(self.declaration.notice);
            let stored = answers::refuse(world, &self.subject.tool, scope, notice, Via::Prompt)?;
            let names = act::names(undecided.iter());
            aside(&format!("\nNo to {names}. You will not be asked again.\n"));
            self.done(stored);
        }
        if !granted.is_empty() {
            let stored = answers::decline(world, self.declaration, granted, Via::Prompt)?;
            aside("\nNo to what is new. What you agreed to before stays as it was.\n");
            self.done(stored);
        }
        Ok(Outcome::Spoke)
    }

    fn not_now(&self, purposes: &[Purpose]) -> Result<Outcome, Error> {
        let world = self.subject.world();
        let purposes: Vec<&Purpose> = purposes.iter().collect();
        asked::mark(world.layout()?, &self.subject.tool, &purposes, world.now())?;
        aside("\nNot now, so it stays off. You will not be asked again for a day.\n");
        Ok(Outcome::Spoke)
    }

    fn interrupted(&self) -> Outcome {
        let is_dumb = self.subject.world().environment().get("TERM").is_some_and(|t| t == "dumb");
        if !is_dumb {
            terminal::show_cursor();
        }
        aside("\n");
        Outcome::Interrupted
    }

    fn done(&self, stored: Stored) -> Outcome {
        for unfinished in &stored.unfinished {
            let (what, hint) = act::left_to_do(unfinished);
            aside(&format!("error: {what}\nhint: {hint}\n"));
        }
        Outcome::Spoke
    }
}

/// A question and its keys: on one line where that fits, else each on its own.
fn question(words: &str, keys: &[&str]) -> String {
    let keys = [keys, &["any other key: not now"]].concat();
    let line = format!("{words}  {} ", keys.join("  "));
    if line.len() <= width() { line } else { format!("{words}\n  {} ", keys.join("\n  ")) }
}
