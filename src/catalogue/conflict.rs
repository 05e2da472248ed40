//! Switches that do not do what a person meant by them.

use crate::catalogue::entry::{Channel, Entry, Honours, Variable};
use crate::catalogue::rule::{Said, looks};
use crate::catalogue::source::{Machine, Source, Switch};
use crate::catalogue::state::{self, ChannelState, Reason, State};
use crate::catalogue::wording;
use crate::domain::legible::on_one_line;
use crate::fs::external;
use crate::registry::diagnostics::Trouble;

/// Everything about one tool that a person would want to know of.
pub fn of(machine: &Machine, entry: &Entry) -> Vec<Trouble> {
    let states = state::of(machine, entry);
    let mut troubles = Vec::new();
    for is in &states {
        troubles.extend(is.sources.iter().filter_map(|source| misleading(machine, entry, source)));
        troubles.extend(overridden(machine, entry, is));
        troubles.extend(unreadable(entry, is));
    }
    troubles.extend(deaf(machine, entry, &states));
    troubles.extend(left_behind(machine, entry, &states));
    troubles
}

/// A variable whose value does the opposite of what it looks like.
fn misleading(machine: &Machine, entry: &Entry, source: &Source<'_>) -> Option<Trouble> {
    let Switch::Variable(variable) = source.switch else { return None };
    // What looks like yes or no is a known value.
    let value = source.value.as_deref()?;
    let looks_off = looks(value)? == looks(&variable.off)?;
    let does = match (looks_off, source.says) {
        (true, Said::Off) | (false, Said::On | Said::Nothing) => return None,
        // What is only listed may well be understood.
        (_, Said::Unclear) if !variable.basis.is_certain() => return None,
        (_, Said::Unclear) => "is not understood",
        (true, _) => "looks like off, and does not switch off",
        (false, Said::Off) => "looks like on, and switches off",
    };
    let hint = match looks_off {
        // A value of DO_NOT_TRACK for this tool alone might turn another one on again.
        true if source.is_do_not_track() => match own_variable(entry, variable.channel) {
            Some(own) => format!("set {}={}", own.name, own.off),
            None => wording::set_off(machine, source),
        },
        true => wording::set_off(machine, source),
        false => format!("unset {}", variable.name),
    };
    Some(Trouble {
        path: None,
        problem: format!("{}: {}={} {does}", entry.id, variable.name, on_one_line(value)),
        hint,
    })
}

fn own_variable(entry: &Entry, channel: Channel) -> Option<&Variable> {
    entry.variables_of(channel).find(|variable| variable.name != "DO_NOT_TRACK")
}

/// A file of the project that says on where the person's own says off.
fn overridden(machine: &Machine, entry: &Entry, is: &ChannelState<'_>) -> Option<Trouble> {
    let winner = is.winner().filter(|winner| winner.is_of_a_project() && is.state == State::On)?;
    let own = is
        .sources
        .iter()
        .find(|source| source.says == Said::Off && source.rank() > winner.rank())?;
    Some(Trouble {
        path: winner.path.clone(),
        problem: format!(
            "switches {} on, although {} says off",
            entry.id,
            wording::switch(machine, own)
        ),
        hint: wording::set_off(machine, winner),
    })
}

fn unreadable(entry: &Entry, is: &ChannelState<'_>) -> Option<Trouble> {
    let source = is.winner().filter(|_| is.reason == Reason::Unreadable)?;
    Some(Trouble {
        path: source.path.clone(),
        problem: source.problem.clone()?,
        hint: format!("look at it; until then nobody can tell whether {} is off", entry.id),
    })
}

/// `DO_NOT_TRACK` is set, and the tool takes no notice.
fn deaf(machine: &Machine, entry: &Entry, states: &[ChannelState<'_>]) -> Option<Trouble> {
    let signals = machine.world().signals();
    let is_deaf = entry.do_not_track == Honours::No && entry.evidence.is_certain();
    if !is_deaf || !signals.do_not_track_says_no() {
        return None;
    }
    let usage = |is: &&ChannelState<'_>| is.channel != Channel::UpdateCheck;
    let is_on = states.iter().filter(usage).any(|is| is.state == State::On);
    is_on.then(|| Trouble {
        path: None,
        problem: format!("{}: takes no notice of DO_NOT_TRACK, and is on", entry.id),
        hint: format!("sayso disable {}", entry.id),
    })
}

/// Events that wait although the tool was switched off.
fn left_behind(machine: &Machine, entry: &Entry, states: &[ChannelState<'_>]) -> Option<Trouble> {
    let is_off = states.iter().all(|is| is.state == State::Off);
    let places = machine.surroundings(entry).find(entry.queue.as_ref()?);
    let path = places.into_iter().find(|path| is_off && external::holds_something(path))?;
    Some(Trouble {
        hint: format!("remove {} so that they never leave", path.display()),
        path: Some(path),
        problem: format!("holds what {} has not sent yet, although it is off now", entry.id),
    })
}
