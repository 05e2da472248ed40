//! The question to a person at a terminal. Everything goes to standard error, so that no pipe and no
//! script ever sees it.

use crate::choices::{self, Scope, Stored};
use crate::consent::last_prompt;
use crate::domain::consent::Via;
use crate::domain::declaration::Declaration;
use crate::domain::tool_id::Purpose;
use crate::fs::Error;
use crate::host::act;
use crate::host::first_run::{self, Plan};
use crate::host::speak::aside;
use crate::host::terminal::{self, Answer, PATIENCE, Pressed, READING, width};
use crate::registry::Subject;
use crate::view::notice::{self, Ways};
use crate::view::short_notice;
use crate::view::text::{self, WIDEST};
use std::time::Duration;

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
        Plan::Ask { purposes } => {
            let purposes: Vec<&Purpose> = purposes.iter().collect();
            short_notice::short_notice(declaration, &purposes, ways, width())
        }
        Plan::AskForMore { read, additions, .. } => {
            notice::additions(declaration, *read, additions, ways, width())
        }
        Plan::Tell { purposes } => {
            let purposes: Vec<&Purpose> = purposes.iter().collect();
            notice::told(declaration, &purposes, ways, width())
        }
    };
    if mode == Mode::Show {
        aside(&text);
        return Ok(Outcome::Spoke);
    }
    let question = Question { subject, declaration, ways, text };
    let outcome = match plan {
        Plan::Nothing => Ok(Outcome::Nothing),
        Plan::Tell { .. } => question.tell(),
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
    /// The notice.
    text: String,
}

impl Question<'_> {
    /// Shows the notice, and asks nothing. What nobody could read was not told.
    fn tell(&self) -> Result<Outcome, Error> {
        if !aside(&self.text) {
            return Ok(Outcome::Nothing);
        }
        let stored = choices::notice_shown(self.subject.world(), self.declaration)?;
        self.done(stored);
        Ok(Outcome::Told)
    }

    /// Asks about undecided purposes and about more for granted ones. The date is written first: a question
    /// that nobody answers, or that ends the program, does not come back today.
    fn put(&self, undecided: &[Purpose], granted: &[Purpose]) -> Result<Outcome, Error> {
        let all: Vec<Purpose> = undecided.iter().chain(granted).cloned().collect();
        let world = self.subject.world();
        if last_prompt::mark(world.layout()?, self.declaration, &all, world.now()).is_err() {
            return Ok(Outcome::Nothing);
        }
        let can_choose = all.len() > 1;
        let mut patience = PATIENCE;
        loop {
            let (shown, is_whole) = self.shown(&all);
            // What nobody could read was not asked.
            let Some(answer) = key_for(&shown, patience) else { return Ok(Outcome::Nothing) };
            match answer.pressed {
                Pressed::Interrupt => return Ok(self.interrupted()),
                Pressed::Key('n') => return self.no(undecided, granted),
                Pressed::Key('y') if is_whole => return self.yes(&all),
                Pressed::Key('c') if is_whole && can_choose => {
                    drop(answer);
                    return self.one_by_one(undecided, granted);
                }
                Pressed::Key('d') if is_whole => {
                    answer.at_once();
                    if self.every_field(&all) {
                        return Ok(self.interrupted());
                    }
                    patience = READING;
                }
                _ => {
                    self.not_now();
                    return Ok(Outcome::Spoke);
                }
            }
        }
    }

    /// The notice with its question and keys, and whether the terminal shows it whole. Where it does not, it
    /// can be turned down and not agreed to.
    fn shown(&self, purposes: &[Purpose]) -> (String, bool) {
        let named: Vec<&Purpose> = purposes.iter().collect();
        let question = short_notice::question(self.declaration, &named, width());
        let keys: &[&str] = match purposes.len() {
            1 => &["y yes", "n no", "d every field"],
            _ => &["y all of these", "n none", "c choose", "d every field"],
        };
        let whole = format!("{}\n{question}{}", self.text, keys_in_words(keys));
        let (rows, columns) = terminal::size().unwrap_or((usize::MAX, WIDEST));
        let needed = short_notice::lines(&whole, columns);
        if needed <= rows {
            return (whole, true);
        }
        let clipped = format!(
            "The terminal is too small for this question, which takes {needed} lines of {columns} columns, \
             so it cannot be allowed here. Make the terminal larger, or run: {}",
            self.ways.enable
        );
        let clipped = text::paragraph(&clipped, width());
        (format!("{}\n{clipped}{}", self.text, keys_in_words(&["n no"])), false)
    }

    /// Every field, in pages as high as the terminal; whether Ctrl-C ended it.
    fn every_field(&self, purposes: &[Purpose]) -> bool {
        let notice = act::notice_for(self.declaration, purposes, self.ways, width());
        let lines: Vec<&str> = notice.lines().collect();
        let rows = terminal::size().map_or(24, |(rows, _)| rows);
        let mut pages = lines.chunks(rows.saturating_sub(2).max(1)).peekable();
        while let Some(page) = pages.next() {
            let go_on = match pages.peek() {
                Some(_) => "-- any key: next page   Esc: back to the question --",
                None => "-- any key: back to the question --",
            };
            match key_for(&format!("\n{}\n{go_on}", page.join("\n")), READING).map(Answer::at_once)
            {
                Some(Pressed::Interrupt) => return true,
                Some(Pressed::Escape) | None => break,
                Some(_) => {}
            }
        }
        aside("\n\n");
        false
    }

    fn one_by_one(&self, undecided: &[Purpose], granted: &[Purpose]) -> Result<Outcome, Error> {
        aside("\n");
        let (mut yes, mut no, mut more_no, mut is_open) = (vec![], vec![], vec![], false);
        for purpose in undecided.iter().chain(granted) {
            let why = self.declaration.purposes.get(purpose).map_or("", |spec| spec.why.as_str());
            let why = text::paragraph(&format!("{purpose}: {why}"), width());
            let keys = keys_in_words(&["y yes", "n no"]);
            let asked = format!("Allow {purpose}?\n{keys}");
            let pressed = key_for(&format!("{why}{asked}"), PATIENCE).map(|answer| answer.pressed);
            match pressed {
                Some(Pressed::Interrupt) => return Ok(self.interrupted()),
                Some(Pressed::Key('y')) => yes.push(purpose.clone()),
                Some(Pressed::Key('n')) if granted.contains(purpose) => {
                    more_no.push(purpose.clone());
                }
                Some(Pressed::Key('n')) => no.push(purpose.clone()),
                _ => is_open = true,
            }
            aside("\n");
        }
        let mut outcome = Ok(Outcome::Spoke);
        if !no.is_empty() || !more_no.is_empty() {
            outcome = self.no(&no, &more_no);
        }
        if !yes.is_empty() && outcome.is_ok() {
            outcome = self.yes(&yes);
        }
        if is_open && outcome.is_ok() {
            self.not_now();
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
            let stored = choices::refuse(world, &self.subject.tool, scope, notice, Via::Prompt)?;
            let names = act::names(undecided.iter());
            aside(&format!("\nNo to {names}. You will not be asked again.\n"));
            self.done(stored);
        }
        if !granted.is_empty() {
            let stored = choices::decline(world, self.declaration, granted, Via::Prompt)?;
            aside("\nNo to what is new. What you agreed to before stays as it was.\n");
            self.done(stored);
        }
        Ok(Outcome::Spoke)
    }

    fn not_now(&self) {
        let last = self.subject.world().layout().ok();
        let last = last.and_then(|layout| last_prompt::last(layout, &self.subject.tool));
        aside(match last {
            Some(last) if last.times >= last_prompt::MOST => {
                "\nNot now, so it stays off. That was the last time you are asked about this notice.\n"
            }
            _ => "\nNot now, so it stays off. You will not be asked again for a day.\n",
        });
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

/// Shows a question and waits for a key; `None` where it could not be shown. After a suspension, whatever
/// was on the screen meanwhile, it is shown anew.
fn key_for(shown: &str, patience: Duration) -> Option<Answer> {
    loop {
        if !aside(shown) {
            return None;
        }
        let answer = terminal::read_key(patience);
        if answer.pressed != Pressed::Resumed {
            return Some(answer);
        }
        drop(answer);
        aside("\n");
    }
}

/// What keys mean: on one line where that fits, else each on its own.
fn keys_in_words(keys: &[&str]) -> String {
    let keys = [keys, &["any other key: not now"]].concat();
    let line = format!("  {} ", keys.join("   "));
    if line.len() <= width() { line } else { format!("  {} ", keys.join("\n  ")) }
}
