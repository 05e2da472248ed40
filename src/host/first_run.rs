//! What the first-run point would do: decided here, done in `person`.

use crate::consent::last_prompt;
use crate::domain::consent::Word;
use crate::domain::decision::Reason;
use crate::domain::declaration::diff::Item;
use crate::domain::declaration::{Declaration, Manner};
use crate::domain::policy::Default;
use crate::domain::tool_id::Purpose;
use crate::registry::Subject;
use crate::view::notice;

/// What to do at the first-run point, where a person is present.
#[derive(Debug, PartialEq, Eq)]
pub enum Plan {
    /// There is nothing to say.
    Nothing,
    /// Show the notice for these purposes, and ask.
    Ask {
        /// Undecided ones, and those that mean something else by now.
        purposes: Vec<Purpose>,
    },
    /// Show what a newer notice added, and ask.
    AskForMore {
        /// The oldest notice that a yes rests on.
        read: u32,
        /// Purposes granted under an older notice.
        granted: Vec<Purpose>,
        /// Purposes without an answer.
        undecided: Vec<Purpose>,
        /// What is new.
        additions: Vec<Item>,
    },
    /// Show the notice; no question.
    Tell {
        /// All purposes that would be allowed from the next run on.
        purposes: Vec<Purpose>,
    },
}

/// Decides what to do for some purposes, or for all where none are named. Nothing is asked about a tool
/// that asked within a day, or three times without an answer.
pub fn plan(subject: &Subject, only: &[Purpose]) -> Plan {
    let (Some(declaration), Ok(layout)) = (subject.declaration(), subject.world().layout()) else {
        return Plan::Nothing;
    };
    let default = match subject.default() {
        Ok(default) if default.choice != Some(Default::Off) => default.choice,
        _ => return Plan::Nothing,
    };
    if declaration.manner == Manner::Off || !last_prompt::could_remember(layout) {
        return Plan::Nothing;
    }
    let may_tell = declaration.manner == Manner::Notice && default == Some(Default::Declared);
    let now = subject.world().now();
    let last = last_prompt::last(layout, &subject.tool);
    let may_ask = last.is_none_or(|last| last.may_ask_again(declaration, now));
    let candidates: Vec<&Purpose> = declaration
        .purposes_of_users()
        .filter(|purpose| only.is_empty() || only.contains(purpose))
        .collect();
    let of_kind = |kind: Kind| -> Vec<Purpose> {
        let is_kind =
            |purpose: &&&Purpose| kind_of(subject, declaration, purpose, may_tell) == Some(kind);
        let candidates = candidates.iter().filter(|_| may_ask || kind == Kind::Tell);
        candidates.filter(is_kind).map(|purpose| (*purpose).clone()).collect()
    };
    let (undecided, granted, told) = (of_kind(Kind::Ask), of_kind(Kind::More), of_kind(Kind::Tell));
    if !granted.is_empty() {
        return ask_for_more(subject, declaration, granted, undecided);
    }
    match (undecided.is_empty(), told.is_empty()) {
        (false, _) => Plan::Ask { purposes: undecided },
        (true, false) => Plan::Tell { purposes: all_to_tell(subject, declaration) },
        (true, true) => Plan::Nothing,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ask,
    More,
    Tell,
}

fn kind_of(
    subject: &Subject,
    declaration: &Declaration,
    purpose: &Purpose,
    may_tell: bool,
) -> Option<Kind> {
    let decision = subject.decide(Some(purpose));
    let is_older = decision.notice.is_some_and(|read| read < declaration.notice);
    match (decision.reason, subject.consent.word_on(purpose)) {
        (Reason::Changed, Word::Noticed(_)) if may_tell => Some(Kind::Tell),
        (Reason::Unasked | Reason::Changed, _) => Some(Kind::Ask),
        (Reason::NoticePending, _) => Some(Kind::Tell),
        (Reason::Noticed, _) if is_older => Some(Kind::Tell),
        (Reason::Granted, Word::Granted { answer, read })
            if is_older
                && answer.declined != Some(declaration.notice)
                && !notice::since(declaration, &[purpose], read.notice).is_empty() =>
        {
            Some(Kind::More)
        }
        _ => None,
    }
}

/// Everything that is allowed once a notice was shown, whatever it was shown for: what is switched
/// off for the moment, and what another command of the tool is about, too.
fn all_to_tell(subject: &Subject, declaration: &Declaration) -> Vec<Purpose> {
    let is_answered = |purpose: &&Purpose| {
        matches!(subject.consent.word_on(purpose), Word::Granted { .. } | Word::Denied { .. })
    };
    declaration.purposes_of_users().filter(|purpose| !is_answered(purpose)).cloned().collect()
}

fn ask_for_more(
    subject: &Subject,
    declaration: &Declaration,
    granted: Vec<Purpose>,
    undecided: Vec<Purpose>,
) -> Plan {
    let read_for = |purpose: &Purpose| match subject.consent.word_on(purpose) {
        Word::Granted { read, .. } => read.notice,
        _ => 0,
    };
    let additions = declaration
        .purposes
        .keys()
        .filter(|purpose| granted.contains(purpose) || undecided.contains(purpose))
        .flat_map(|purpose| notice::since(declaration, &[purpose], read_for(purpose)))
        .collect();
    let read = granted.iter().map(read_for).min().unwrap_or(declaration.notice);
    Plan::AskForMore { read, granted, undecided, additions }
}
