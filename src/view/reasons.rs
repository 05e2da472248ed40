//! What people read about decisions. Every such sentence stands here.

use crate::domain::consent::Word;
use crate::domain::decision::{self, Decision, Explanation, Facts, Reason};
use crate::domain::declaration::Manner;
use crate::domain::legible::on_one_line;
use crate::view::notice::Ways;
use crate::view::table::Tone;
use jiff::Timestamp;

/// A decision with its words for people.
pub struct Explained {
    /// What holds.
    pub decision: Decision,
    /// Why, short enough for a table.
    pub because: String,
    /// Why, in full.
    pub detail: String,
    /// What a person can do about it.
    pub hint: String,
    /// When the person said something about it.
    pub decided: Option<Timestamp>,
    /// The same where it is in the future: the clock was wrong then, or is now.
    pub ahead: Option<Timestamp>,
}

/// The words for a decision.
pub fn explain(explanation: &Explanation<'_>, ways: &Ways) -> Explained {
    let Explanation { decision, facts, asked, decided, ahead } = explanation;
    let unanswered = asked.map(|(at, comes_again)| unanswered(at, comes_again));
    Explained {
        decision: *decision,
        because: unanswered.clone().unwrap_or_else(|| because(*decision, facts)),
        detail: unanswered.unwrap_or_else(|| detail(*decision, facts)),
        hint: how_to_change(*decision, facts, ways),
        decided: *decided,
        ahead: *ahead,
    }
}

/// The state in a word: on, off, not asked yet.
pub fn state(decision: Decision) -> (&'static str, Tone) {
    match decision.reason {
        reason if reason.allows() => ("on", Tone::On),
        Reason::Unasked | Reason::Automation | Reason::NoticePending => {
            ("not asked yet", Tone::Open)
        }
        _ => ("off", Tone::Off),
    }
}

/// Why, short enough for a table.
pub fn because(decision: Decision, facts: &Facts<'_>) -> String {
    match decision.reason {
        Reason::Unreadable => match &facts.unreadable {
            Some(file) if file.path.is_some() => {
                format!("{} cannot be used; see sayso doctor", file.what)
            }
            _ => "there is no usable home folder".into(),
        },
        Reason::Undeclared => match facts.word {
            _ if facts.tool_is_declared => "it declares no such purpose".into(),
            Word::Denied { .. } => "you said no in advance; nothing declares it here".into(),
            _ => "nothing declares it on this machine".into(),
        },
        Reason::DoNotTrack => match &facts.signals.do_not_track {
            Some(said) => said.to_string(),
            None => "DO_NOT_TRACK is set".into(),
        },
        Reason::EnvironmentOff => match decision::off(facts) {
            Some(variable) => variable.to_string(),
            None => "a variable says off".into(),
        },
        Reason::Policy => match facts.denied_by.as_ref().and_then(|entry| entry.reason.as_ref()) {
            Some(words) => format!("the administrator forbids it: {}", on_one_line(words)),
            None => "the administrator forbids it".into(),
        },
        Reason::Denied => match facts.word {
            Word::Denied { whole_tool: true, .. } => "you said no to all of it".into(),
            _ => "you said no".into(),
        },
        Reason::Changed => "it asks for something else now than you agreed to".into(),
        Reason::Granted => {
            match (decision.notice, facts.declared.map(|declared| declared.notice)) {
                (Some(read), Some(now)) if now > read => {
                    format!("you said yes to notice {read}; {now} asks for more")
                }
                (Some(read), _) => format!("you said yes to notice {read}"),
                (None, _) => "you said yes".into(),
            }
        }
        Reason::DefaultOff if facts.default.by_policy => {
            "the administrator's default is off".into()
        }
        Reason::DefaultOff => "your default is off".into(),
        Reason::EnvironmentOn => match &facts.on {
            Some(on) if facts.signals.automation.is_some() => format!("{on} under automation"),
            Some(on) => format!("{on}, and its operator decides"),
            None => "a variable says on, and its owner decides".into(),
        },
        Reason::Automation => match &facts.signals.automation {
            Some(marker) => format!("automation ({}); nobody decided", marker.name),
            None => "automation; nobody decided".into(),
        },
        Reason::NoticePending => "it will tell you first".into(),
        Reason::Noticed => "it told you, and your default lets it".into(),
        Reason::Unasked if facts.declared.is_some_and(|declared| declared.operator) => {
            "its operator decides: no user is asked".into()
        }
        Reason::Unasked => match facts.declared.map(|declared| declared.manner) {
            Some(Manner::Off) => "it waits for you to switch it on".into(),
            Some(Manner::Notice) => "it tells you, but your default is to be asked".into(),
            _ => "it asks you, once a day at most".into(),
        },
    }
}

/// Why nothing is decided where the user was asked: when, or that it was the last time.
pub fn unanswered(at: Timestamp, may_ask_again: bool) -> String {
    match may_ask_again {
        true => format!("asked on {}, not answered", at.strftime("%F")),
        false => "asked three times, not answered".to_owned(),
    }
}

/// Why, in full: which source decided, with what it holds.
pub fn detail(decision: Decision, facts: &Facts<'_>) -> String {
    let unreadable = facts.unreadable.as_ref().filter(|_| decision.reason == Reason::Unreadable);
    let short = match unreadable {
        Some(file) => match &file.path {
            Some(path) => on_one_line(format!("{} {}", path.display(), file.why)),
            None => file.why.clone(),
        },
        None => because(decision, facts),
    };
    match facts
        .word
        .at()
        .filter(|_| matches!(decision.reason, Reason::Granted | Reason::Denied | Reason::Noticed))
    {
        Some(at) => format!("{short}, on {at}"),
        None => short,
    }
}

/// What a person can do about it.
pub fn how_to_change(decision: Decision, facts: &Facts<'_>, ways: &Ways) -> String {
    let unset = |name: &str| format!("unset {name}");
    match decision.reason {
        Reason::Unreadable => "run sayso doctor, which says how to mend it".into(),
        Reason::Undeclared if facts.tool_is_declared => {
            "name one of its purposes: sayso show lists them".into()
        }
        Reason::Undeclared => "register its declaration with sayso declare FILE".into(),
        Reason::DoNotTrack => "unset DO_NOT_TRACK, and your own choices count again".into(),
        Reason::EnvironmentOff => match (&facts.off, &facts.lacking) {
            (Some(off), _) => unset(&off.name),
            (None, Some(lacking)) => format!("set {}=1", lacking.name),
            (None, None) => unset("SAYSO"),
        },
        Reason::Policy => "ask the administrator".into(),
        Reason::Denied => format!("run {}", ways.enable),
        Reason::Changed => format!("run {} to read the new notice and agree to it", ways.enable),
        Reason::Granted | Reason::Noticed => format!("run {}", ways.disable),
        Reason::EnvironmentOn => match &facts.on {
            Some(on) => unset(&on.name),
            None => format!("run {}", ways.disable),
        },
        Reason::DefaultOff | Reason::Automation | Reason::NoticePending | Reason::Unasked => {
            format!("run {} or {}", ways.enable, ways.disable)
        }
    }
}
