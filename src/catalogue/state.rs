//! Whether a channel of a tool is on, and which switch decides. A function of what the switches say.

use crate::catalogue::entry::{Channel, Default, Entry, Precedence, System};
use crate::catalogue::rule::Said;
use crate::catalogue::source::{ACTIVE, Machine, Source, Switch};

/// What a vendor's switch comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Off.
    Off,
    /// Nobody can tell without running the tool.
    Unknown,
    /// On. The order is from the best to the worst.
    On,
}

impl State {
    /// The word in JSON, and on the screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Unknown => "unknown",
            Self::On => "on",
        }
    }
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A variable of the tool's own says so.
    Variable,
    /// `DO_NOT_TRACK` does.
    DoNotTrack,
    /// A file of the project does.
    ProjectFile,
    /// A file of the person does.
    File,
    /// A file of the system does.
    SystemFile,
    /// Two switches of the same strength contradict each other.
    Conflict,
    /// The strongest switch that is set holds a value nobody understands.
    NotUnderstood,
    /// A file that might say something cannot be read.
    Unreadable,
    /// What is known of the tool is not certain enough.
    Evidence,
    /// Newer versions have nothing to switch; which version this is, nobody asked.
    Removed,
    /// A choice may be stored where it cannot be read.
    Unseen,
    /// Nobody decided, and it asks.
    NotAsked,
    /// Nobody decided, and this is what the vendor does then.
    VendorDefault,
}

impl Reason {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Variable => "variable",
            Self::DoNotTrack => "do-not-track",
            Self::ProjectFile => "project-file",
            Self::File => "file",
            Self::SystemFile => "system-file",
            Self::Conflict => "conflict",
            Self::NotUnderstood => "not-understood",
            Self::Unreadable => "unreadable",
            Self::Evidence => "evidence",
            Self::Removed => "removed",
            Self::Unseen => "unseen",
            Self::NotAsked => "not-asked",
            Self::VendorDefault => "vendor-default",
        }
    }
}

/// A channel: what it comes to, why, and everything that was looked at.
#[derive(Debug, Clone)]
pub struct ChannelState<'e> {
    /// The channel.
    pub channel: Channel,
    /// What it comes to.
    pub state: State,
    /// Why.
    pub reason: Reason,
    /// Which source decided; `None` where none did.
    pub decided_by: Option<usize>,
    /// Every source, the strongest first.
    pub sources: Vec<Source<'e>>,
}

impl<'e> ChannelState<'e> {
    /// The source that decided.
    pub fn winner(&self) -> Option<&Source<'e>> {
        self.sources.get(self.decided_by?)
    }

    /// The switch that lasts longest and touches least: a file of the person's, or of the system
    /// where there is no other, or else a variable. `DO_NOT_TRACK` only where nothing else is.
    pub fn easiest(&self) -> Option<&Source<'e>> {
        let is_out_of_reach = |source: &Source<'_>| {
            let has_no_profile = source.key.iter().any(|name| name == ACTIVE);
            source.is_of_a_project()
                || source.is_unread()
                || source.path.is_none()
                || has_no_profile
        };
        let reach = |source: &&Source<'_>| match source.switch {
            Switch::File(_) if is_out_of_reach(source) => None,
            Switch::File(file) => Some(file.scope as usize),
            Switch::Variable(_) if source.is_do_not_track() => Some(usize::MAX),
            Switch::Variable(_) => Some(usize::MAX - 1),
        };
        self.sources.iter().filter(|source| reach(source).is_some()).min_by_key(reach)
    }
}

/// The state of every channel of a tool on this machine. Runs nothing and writes nothing.
pub fn of<'e>(machine: &Machine, entry: &'e Entry) -> Vec<ChannelState<'e>> {
    let state = |channel| {
        let sources = machine.sources(entry, channel);
        let (state, reason, decided_by) = decide(entry, channel, &sources);
        ChannelState { channel, state, reason, decided_by, sources }
    };
    entry.channels().into_iter().map(state).collect()
}

type Verdict = (State, Reason, Option<usize>);

/// The strongest switch that says anything; where none does, what the vendor does by itself.
pub fn decide(entry: &Entry, channel: Channel, sources: &[Source<'_>]) -> Verdict {
    let rank = |source: &Source<'_>| match entry.precedence {
        Precedence::Strongest => source.rank(),
        Precedence::AnyOff => 0,
    };
    let strongest = sources.iter().filter(|source| source.says != Said::Nothing).map(rank).min();
    let Some(strongest) = strongest else {
        let (state, reason) = undecided(entry, channel);
        return (state, reason, None);
    };
    let first = |said: Said| {
        let is = |source: &Source<'_>| rank(source) == strongest && source.says == said;
        sources.iter().position(is)
    };
    let may_contradict = entry.precedence == Precedence::Strongest;
    match (first(Said::Off), first(Said::On), first(Said::Unclear)) {
        (Some(off), Some(_), _) if may_contradict => (State::Unknown, Reason::Conflict, Some(off)),
        (Some(off), ..) => (State::Off, named(&sources[off]), Some(off)),
        (None, _, Some(unclear)) => {
            let reason = match &sources[unclear] {
                source if source.is_unread() => Reason::Unseen,
                source if source.problem.is_some() => Reason::Unreadable,
                _ => Reason::NotUnderstood,
            };
            (State::Unknown, reason, Some(unclear))
        }
        (None, Some(on), None) if !sources[on].basis().is_certain() => {
            (State::Unknown, Reason::Evidence, Some(on))
        }
        (None, Some(on), None) => (State::On, named(&sources[on]), Some(on)),
        (None, None, None) => (State::Unknown, Reason::Evidence, None),
    }
}

fn named(source: &Source<'_>) -> Reason {
    match source.switch {
        Switch::Variable(_) if source.is_do_not_track() => Reason::DoNotTrack,
        Switch::Variable(_) => Reason::Variable,
        Switch::File(_) if source.is_of_a_project() => Reason::ProjectFile,
        Switch::File(file) if file.scope == super::entry::Scope::System => Reason::SystemFile,
        Switch::File(_) => Reason::File,
    }
}

fn undecided(entry: &Entry, channel: Channel) -> (State, Reason) {
    let unknown = |reason| (State::Unknown, reason);
    let default = entry.default_of(channel);
    match default {
        _ if entry.removed_in.is_some() => unknown(Reason::Removed),
        _ if !entry.evidence.is_certain() => unknown(Reason::Evidence),
        _ if entry.may_hide_a_choice(channel, System::here()) => unknown(Reason::Unseen),
        Default::On => (State::On, Reason::VendorDefault),
        Default::Off | Default::Local => (State::Off, Reason::VendorDefault),
        Default::Ask if entry.off_until_asked => (State::Off, Reason::NotAsked),
        Default::Ask => unknown(Reason::NotAsked),
        Default::Auto => unknown(Reason::VendorDefault),
        Default::Unknown => unknown(Reason::Evidence),
    }
}
