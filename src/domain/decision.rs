//! The decision: one pure function, used by the library, every command and delivery.
//!
//! Any source may say no; only the person may say yes. [`Reason`] lists the sources in the order
//! in which they are heard, and the first that applies decides.

use crate::domain::consent::{Via, Word};
use crate::domain::declaration::Manner;
use crate::domain::policy::{Default, DeniedBy};
use crate::domain::signals::{Signals, Variable};
use jiff::Timestamp;
use std::path::PathBuf;

/// Why something is allowed or held. The order of the variants is the order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A file that the decision needs cannot be understood, or there is no usable home.
    Unreadable,
    /// Nobody declared this tool, or it declares no such purpose.
    Undeclared,
    /// `DO_NOT_TRACK`.
    DoNotTrack,
    /// A variable of the tool, one that it requires and that is missing, or `SAYSO`.
    EnvironmentOff,
    /// The administrator's file.
    Policy,
    /// The person said no.
    Denied,
    /// The declaration means something else than what the person read.
    Changed,
    /// The person said yes.
    Granted,
    /// The default of the person, or of the policy, is `off`.
    DefaultOff,
    /// A declared variable says on, where the owner of a pipeline or a server decides.
    EnvironmentOn,
    /// A marker of automation, and nobody decided.
    Automation,
    /// The notice was not yet shown in an earlier run.
    NoticePending,
    /// The notice was shown in an earlier run and not objected to.
    Noticed,
    /// Nobody has decided.
    Unasked,
}

impl Reason {
    /// All reasons, first to last.
    pub const ALL: [Self; 14] = [
        Self::Unreadable,
        Self::Undeclared,
        Self::DoNotTrack,
        Self::EnvironmentOff,
        Self::Policy,
        Self::Denied,
        Self::Changed,
        Self::Granted,
        Self::DefaultOff,
        Self::EnvironmentOn,
        Self::Automation,
        Self::NoticePending,
        Self::Noticed,
        Self::Unasked,
    ];

    /// The word in `--json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Undeclared => "undeclared",
            Self::DoNotTrack => "do-not-track",
            Self::EnvironmentOff => "environment-off",
            Self::Policy => "policy",
            Self::Denied => "denied",
            Self::Changed => "changed",
            Self::Granted => "granted",
            Self::DefaultOff => "default-off",
            Self::EnvironmentOn => "environment-on",
            Self::Automation => "automation",
            Self::NoticePending => "notice-pending",
            Self::Noticed => "noticed",
            Self::Unasked => "unasked",
        }
    }

    /// Whether a decision for this reason allows. Three do; every other one holds.
    pub fn allows(self) -> bool {
        matches!(self, Self::Granted | Self::EnvironmentOn | Self::Noticed)
    }

    /// Whether the reason applies, no matter what comes before it.
    fn applies(self, facts: &Facts<'_>) -> bool {
        let by_default = facts.default.choice == Some(Default::Declared)
            && facts.declared.is_some_and(|d| d.manner == Manner::Notice && !d.operator);
        // A purpose that a newer notice introduced was not told of by an older one.
        let was_told = matches!(facts.word, Word::Noticed(noticed)
            if facts.declared.is_some_and(|declared| declared.since <= noticed.read.notice));
        match self {
            Self::Unreadable => facts.unreadable.is_some(),
            Self::Undeclared => facts.declared.is_none(),
            Self::DoNotTrack => facts.signals.do_not_track_says_no(),
            Self::EnvironmentOff => {
                facts.off.is_some() || facts.lacking.is_some() || facts.signals.sayso_says_no()
            }
            Self::Policy => facts.denied_by.is_some(),
            Self::Denied => matches!(facts.word, Word::Denied { .. }),
            Self::Changed => {
                matches!(facts.word, Word::Granted { .. } | Word::Noticed(_)) && !facts.unchanged
            }
            Self::Granted => matches!(facts.word, Word::Granted { .. }),
            Self::DefaultOff => facts.default.choice == Some(Default::Off),
            Self::EnvironmentOn => {
                let owner_decides =
                    |declared: Declared| facts.signals.automation.is_some() || declared.operator;
                facts.on.is_some()
                    && facts.declared.is_some_and(|d| d.since == 1 && owner_decides(d))
            }
            Self::Automation => facts.signals.automation.is_some(),
            Self::NoticePending => by_default && !was_told,
            Self::Noticed => by_default && was_told,
            Self::Unasked => true,
        }
    }
}

/// What the declaration says about the purpose in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declared {
    /// Whether the tool asks, would rather tell, or waits to be asked.
    pub manner: Manner,
    /// Whether the operator of a server decides about it, and no user is asked.
    pub operator: bool,
    /// The notice version that introduced the purpose.
    pub since: u32,
    /// The notice version of now.
    pub notice: u32,
}

/// What holds for tools without a choice, and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, std::default::Default)]
pub struct Standing {
    /// The default; `None` where nobody set one, or nobody had to look.
    pub choice: Option<Default>,
    /// The policy set it, not the person.
    pub by_policy: bool,
}

/// A file that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Which; `None` where there is no home to look in.
    pub path: Option<PathBuf>,
    /// What it is to the person, as the beginning of a sentence.
    pub what: &'static str,
    /// Why.
    pub why: String,
}

/// Everything the decision rests on, gathered by whoever asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The first needed file that could not be understood.
    pub unreadable: Option<Unreadable>,
    /// The purpose as declared.
    pub declared: Option<Declared>,
    /// The tool is declared, with this purpose or without.
    pub tool_is_declared: bool,
    /// The general variables.
    pub signals: &'a Signals,
    /// The tool's own variable that says off.
    pub off: Option<Variable>,
    /// A variable that the tool requires and that is missing.
    pub lacking: Option<Variable>,
    /// The tool's own variable that says on.
    pub on: Option<Variable>,
    /// The policy's entry that forbids it.
    pub denied_by: Option<DeniedBy>,
    /// What the person said.
    pub word: Word<'a>,
    /// The declaration still means what the person read.
    pub unchanged: bool,
    /// What holds for tools without a choice.
    pub default: Standing,
}

/// What holds at this moment, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Why.
    pub reason: Reason,
    /// The notice version that an answer rests on. An allow covers what was introduced up to it.
    pub notice: Option<u32>,
}

impl Decision {
    /// A decision against, for use where the facts cannot even be gathered.
    pub fn hold(reason: Reason) -> Self {
        debug_assert!(!reason.allows(), "only facts can allow");
        Self { reason, notice: None }
    }

    /// Whether it may be done now.
    pub fn allows(self) -> bool {
        self.reason.allows()
    }
}

/// Decides. The first reason that applies, from the top.
pub fn decide(facts: &Facts<'_>) -> Decision {
    let reason =
        Reason::ALL.into_iter().find(|reason| reason.applies(facts)).unwrap_or(Reason::Unreadable);
    let notice = match (reason, facts.word) {
        (Reason::EnvironmentOn, _) => Some(1),
        (_, Word::Granted { read, .. }) => Some(read.notice),
        (_, Word::Noticed(noticed)) => Some(noticed.read.notice),
        _ => None,
    };
    Decision { reason, notice }
}

/// What one source says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// It would allow.
    Yes,
    /// It holds.
    No,
    /// It has no word on this.
    Nothing,
}

impl Says {
    /// The word in `--json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Nothing => "nothing",
        }
    }
}

/// One source of a decision, for people who want to know why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Named by the reason it would give.
    pub reason: Reason,
    /// What it holds, in the form in which it stands there.
    pub value: Option<String>,
    /// What that comes to.
    pub says: Says,
}

/// Every source, in the order in which it is heard, with its value and what that comes to.
pub fn sources(facts: &Facts<'_>) -> Vec<Source> {
    Reason::ALL
        .into_iter()
        .map(|reason| {
            let says = match (reason.applies(facts), reason.allows()) {
                (true, true) => Says::Yes,
                (true, false) => Says::No,
                (false, _) => Says::Nothing,
            };
            Source { reason, value: value_of(reason, facts), says }
        })
        .collect()
}

fn value_of(reason: Reason, facts: &Facts<'_>) -> Option<String> {
    match reason {
        Reason::Unreadable => facts.unreadable.as_ref().map(|file| match &file.path {
            Some(path) => format!("{} {}", path.display(), file.why),
            None => file.why.clone(),
        }),
        Reason::Undeclared => None,
        Reason::DoNotTrack => facts.signals.do_not_track.as_ref().map(|v| v.value.to_string()),
        Reason::EnvironmentOff => off(facts).map(Variable::to_string),
        Reason::Policy => facts.denied_by.as_ref().map(|entry| entry.pattern.to_string()),
        Reason::Denied => match facts.word {
            Word::Denied { at, via, .. } => Some(said("denied", None, at, via)),
            _ => None,
        },
        Reason::Changed => None,
        Reason::Granted => match facts.word {
            Word::Granted { answer, read } => {
                Some(said("granted", Some(read.notice), answer.at, answer.via))
            }
            _ => None,
        },
        Reason::DefaultOff => facts.default.choice.map(|choice| choice.as_str().to_owned()),
        Reason::EnvironmentOn => facts.on.as_ref().map(Variable::to_string),
        Reason::Automation => facts.signals.automation.as_ref().map(Variable::to_string),
        Reason::NoticePending => None,
        Reason::Noticed => match facts.word {
            Word::Noticed(noticed) => {
                Some(said("noticed", Some(noticed.read.notice), noticed.at, None))
            }
            _ => None,
        },
        Reason::Unasked => None,
    }
}

/// The variable behind [`Reason::EnvironmentOff`].
pub fn off<'f>(facts: &'f Facts<'_>) -> Option<&'f Variable> {
    facts.off.as_ref().or(facts.lacking.as_ref()).or(facts.signals.sayso.as_ref())
}

fn said(word: &str, notice: Option<u32>, at: Option<Timestamp>, via: Option<Via>) -> String {
    let mut parts = vec![word.to_owned()];
    parts.extend(notice.map(|version| format!("notice {version}")));
    parts.extend(at.map(|at| at.to_string()));
    parts.extend(via.map(|via| via.as_str().to_owned()));
    parts.join(", ")
}

/// A decision, with all that its words for people are made of.
#[derive(Debug)]
pub struct Explanation<'a> {
    /// What holds.
    pub decision: Decision,
    /// What it was made of, with the facts that cannot change it.
    pub facts: Facts<'a>,
    /// When the user was asked and did not answer, where that is why it is undecided; and whether they will be
    /// asked again.
    pub asked: Option<(Timestamp, bool)>,
    /// When the user decided.
    pub decided: Option<Timestamp>,
    /// The same where it is in the future: the clock was wrong then, or is now.
    pub ahead: Option<Timestamp>,
}

#[cfg(test)]
#[path = "decision_tests.rs"]
mod tests;
