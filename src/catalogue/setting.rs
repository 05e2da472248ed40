//! How a tool is switched off or on: for each channel the way that lasts longest and touches least.
//!
//! A file of the person's first; then a variable, which sayso cannot set in the shell that called
//! it, so the line is told; the vendor's own command only where the person asks for it. What is
//! only listed is believed where the person names the tool, and never where all are switched: a
//! made-up key in a file helps nobody. (Setting every switch there is was turned down: what one
//! does is enough, and each further touch is one more to take back.)

use crate::catalogue::change::{self, Unchanged, Wanted};
use crate::catalogue::entry::{Channel, Default, Entry, Scope};
use crate::catalogue::formats::FormatKind;
use crate::catalogue::formats::format::Scalar;
use crate::catalogue::keyword::Keyword;
use crate::catalogue::reading::in_text;
use crate::catalogue::rule::Said;
use crate::catalogue::source::{Machine, Source, Switch};
use crate::catalogue::state::{ChannelState, State, of};
use crate::catalogue::{shells, taking_back, wording};
use crate::fs::backup;
use crate::fs::layout::Layout;

/// What the person wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Nothing is collected.
    Off,
    /// The vendor may collect.
    On,
}

/// What to switch, and how far to go for it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// Off or on.
    pub direction: Direction,
    /// Only these channels; all where none is named.
    pub channels: &'r [Channel],
    /// The person named the tool: what is only listed is believed, and files of the system are
    /// changed.
    pub is_named: bool,
    /// The vendor's own command may be run.
    pub may_run_command: bool,
}

/// How one channel is switched.
#[derive(Debug, Clone)]
pub enum Way {
    /// Its switch stands there already.
    Already,
    /// A value in a file, which holds `old` now.
    File {
        /// What to change.
        path: std::path::PathBuf,
        /// Where in it.
        place: FilePlace,
        /// What it holds.
        old: Option<String>,
    },
    /// A variable, which only the person's shell can set.
    Variable,
    /// What sayso changed is taken back, since nothing is known that switches on.
    TakeBack,
    /// The vendor's command.
    Command(Vec<String>),
    /// Nothing that sayso may do.
    ByHand {
        /// Why.
        why: String,
        /// What the person can do.
        hint: String,
    },
}

/// A value in a file.
#[derive(Debug, Clone)]
pub struct FilePlace {
    /// How the file is written.
    pub format: FormatKind,
    /// How it begins where there is none yet.
    pub new: Option<String>,
    /// The names that lead to the value.
    pub key: Vec<String>,
    /// What it shall be; `None` takes it out.
    pub value: Option<Scalar>,
}

/// One channel, and how it is switched.
#[derive(Debug, Clone)]
pub struct Step {
    /// The channel.
    pub channel: Channel,
    /// How.
    pub way: Way,
}

/// How a tool would be switched. Reads, and nothing else.
pub fn plan(machine: &Machine, entry: &Entry, request: &Request<'_>) -> Vec<Step> {
    let is_meant = |is: &ChannelState<'_>| {
        request.channels.is_empty() || request.channels.contains(&is.channel)
    };
    let step =
        |is: ChannelState<'_>| Step { channel: is.channel, way: way(machine, entry, request, &is) };
    of(machine, entry).into_iter().filter(is_meant).map(step).collect()
}

fn way(machine: &Machine, entry: &Entry, request: &Request<'_>, is: &ChannelState<'_>) -> Way {
    let command = command(entry, request.direction);
    if request.may_run_command && is.channel == Channel::Usage && !command.is_empty() {
        return Way::Command(command.to_vec());
    }
    let Some(source) = is.easiest() else {
        return match (is.state, request.direction) {
            (State::Off, Direction::Off) | (State::On, Direction::On) => Way::Already,
            _ => by_hand(machine, entry, request.direction, is),
        };
    };
    let wanted = match request.direction {
        Direction::Off => Said::Off,
        Direction::On => Said::On,
    };
    match source.switch {
        _ if source.says == wanted => Way::Already,
        Switch::Variable(_) => match (request.direction, is.state) {
            (Direction::On, State::On) => Way::Already,
            _ => Way::Variable,
        },
        Switch::File(_) if source.problem.is_some() => Way::ByHand {
            why: wording::holds(machine, source),
            hint: match request.direction {
                Direction::Off => wording::set_off(machine, source),
                Direction::On => "change it by hand".to_owned(),
            },
        },
        Switch::File(file) if !request.is_named && !file.basis.is_certain() => Way::ByHand {
            why: "what is known of its file comes from others, not confirmed".to_owned(),
            hint: format!("sayso disable {} changes it all the same", entry.id),
        },
        Switch::File(file) if !request.is_named && file.scope == Scope::System => Way::ByHand {
            why: "its file speaks for everybody on this machine".to_owned(),
            hint: format!("sayso disable {} changes it all the same", entry.id),
        },
        Switch::File(file) => {
            let Some(format) = file.format else {
                return by_hand(machine, entry, request.direction, is);
            };
            let value = match (request.direction, &file.on) {
                (Direction::Off, _) => Some(file.off.clone()),
                (Direction::On, Some(on)) => Some(on.clone()),
                (Direction::On, None) if is.state == State::On => return Way::Already,
                (Direction::On, None) if is_ours(machine, entry, is) => return Way::TakeBack,
                // Without its no, the vendor's own default counts.
                (Direction::On, None) if entry.default_of(is.channel) == Default::On => None,
                (Direction::On, None) => return by_hand(machine, entry, request.direction, is),
            };
            let place = FilePlace { format, new: file.new.clone(), key: source.key.clone(), value };
            let path = source.path.clone().unwrap_or_default();
            Way::File { path, place, old: source.value.clone() }
        }
    }
}

/// Whether sayso changed something for this channel.
fn is_ours(machine: &Machine, entry: &Entry, is: &ChannelState<'_>) -> bool {
    let Ok(layout) = machine.world().layout() else { return false };
    let kept = backup::all(layout).unwrap_or_default().kept;
    let mut touches = kept.iter().flat_map(|kept| kept.touches());
    touches.any(|touch| touch.tool == entry.id.as_str() && touch.channel == is.channel.as_str())
}

/// The vendor's command for the person, where there is one that does not depend on a project.
fn command(entry: &Entry, direction: Direction) -> &[String] {
    match (entry.command.scope.as_deref(), direction) {
        (Some(scope), _) if scope != "user" => &[],
        (_, Direction::Off) => &entry.command.off,
        (_, Direction::On) => &entry.command.on,
    }
}

fn by_hand(machine: &Machine, entry: &Entry, direction: Direction, is: &ChannelState<'_>) -> Way {
    let unread = is.sources.iter().find_map(|source| match source.switch {
        Switch::File(file) if source.is_unread() => Some((source, file)),
        _ => None,
    });
    if let Some((source, file)) = unread {
        return Way::ByHand {
            why: match source.problem {
                Some(_) => wording::holds(machine, source),
                None => format!("sayso does not write {}", wording::path_of(machine, source)),
            },
            hint: match direction {
                Direction::Off => wording::by_hand(machine, source, Some(&file.off)),
                Direction::On => wording::by_hand(machine, source, file.on.as_ref()),
            },
        };
    }
    let verb = match direction {
        Direction::Off => "disable",
        Direction::On => "enable",
    };
    let words = command(entry, direction);
    let hint = match words {
        [] => format!("read {}", entry.homepage),
        _ => format!("sayso {verb} {} --run-vendor-command runs: {}", entry.id, words.join(" ")),
    };
    Way::ByHand { why: "sayso knows no file and no variable for that".to_owned(), hint }
}

/// Makes one step that changes files; `false` where there was nothing to change. Everything else a
/// step may be is the business of whoever asks.
///
/// # Errors
/// Where the file was left as it was.
pub fn take(
    machine: &Machine,
    layout: &Layout,
    entry: &Entry,
    step: &Step,
) -> Result<bool, Unchanged> {
    let own = machine.surroundings(entry).own_folders();
    let changed = match &step.way {
        Way::File { path, place, .. } => {
            let wanted = Wanted {
                tool: &entry.id,
                channel: step.channel.as_str(),
                path: path.clone(),
                format: place.format,
                key: place.key.clone(),
                value: place.value.clone(),
                new: place.new.as_deref(),
            };
            change::make(layout, &own, &wanted)?
        }
        Way::TakeBack => {
            let is_meant = |touch: &backup::Touch| touch.tool == entry.id.as_str();
            let (undone, unreadable) = taking_back::take_back(layout, &own, &is_meant, false)?;
            match unreadable.into_iter().next() {
                Some(error) if undone.is_empty() => return Err(error.into()),
                _ => !undone.is_empty(),
            }
        }
        Way::Already => {
            change::tidy(layout, &entry.id);
            false
        }
        _ => false,
    };
    machine.forget_files();
    Ok(changed)
}

/// What is still otherwise than the person wants, and what would mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Why.
    pub why: String,
    /// What to do; a line for the person's shell where a variable is in the way or has to be set.
    pub mend: String,
    /// The line is one that `sayso env` would make last.
    pub is_variable: bool,
}

/// Whether sayso would change a file for this channel if the tool were named.
pub fn can_set(
    machine: &Machine,
    entry: &Entry,
    direction: Direction,
    is: &ChannelState<'_>,
) -> bool {
    let request = Request { direction, channels: &[], is_named: true, may_run_command: false };
    matches!(way(machine, entry, &request, is), Way::File { .. } | Way::TakeBack)
}

/// What keeps a channel from being as the person wants it; `None` where it is.
pub fn left(
    machine: &Machine,
    entry: &Entry,
    direction: Direction,
    is: &ChannelState<'_>,
) -> Option<Left> {
    let wanted = match direction {
        Direction::Off => Said::Off,
        Direction::On => Said::On,
    };
    let is_done = match direction {
        Direction::Off => is.state == State::Off,
        // What is only listed cannot be shown to be on; its switch says so all the same.
        Direction::On => {
            is.state == State::On
                || is
                    .winner()
                    .is_some_and(|winner| winner.says == Said::On && !winner.basis().is_certain())
        }
    };
    if is_done {
        return None;
    }
    let why = wording::because(machine, entry, is);
    let told = |mend: String| Some(Left { why: why.clone(), mend, is_variable: false });
    let language = shells::language(machine.world().environment());
    let is_said = is.sources.iter().any(|source| source.says == wanted);
    let by_file = is
        .sources
        .iter()
        .any(|source| source.says == wanted && matches!(source.switch, Switch::File(_)));
    let in_the_way =
        is.sources.iter().filter(|source| source.says != wanted && source.says != Said::Nothing);
    let obstacle = is.winner().filter(|winner| winner.says != wanted);
    let obstacle = obstacle.or_else(|| is.winner().and(in_the_way.min_by_key(|s| s.rank())));
    match obstacle.map(|source| (source, source.switch)) {
        Some((_, Switch::Variable(variable)))
            if is_said || value(variable, direction).is_none() =>
        {
            told(language.unset(&variable.name))
        }
        Some((source, Switch::File(_))) if source.problem.is_some() && !source.is_unread() => {
            told(wording::look_at(machine, source))
        }
        Some((source, Switch::File(file))) if source.rank() > 0 && by_file => {
            let value = match direction {
                Direction::Off => Some(&file.off),
                Direction::On => file.on.as_ref(),
            };
            let value = value.map(in_text).unwrap_or_default();
            told(format!("set {} to {value}", wording::switch(machine, source)))
        }
        _ => match variable_to_set(is, direction) {
            Some((name, value)) => {
                Some(Left { why, mend: language.set(name, value), is_variable: true })
            }
            None => match by_hand(machine, entry, direction, is) {
                Way::ByHand { hint, .. } => told(hint),
                _ => None,
            },
        },
    }
}

fn value(variable: &super::entry::Variable, direction: Direction) -> Option<&str> {
    match direction {
        Direction::Off => Some(&variable.off),
        Direction::On => variable.on.as_deref(),
    }
}

/// The variable of the tool's own to set, before the one that speaks to all.
fn variable_to_set<'s>(
    is: &'s ChannelState<'_>,
    direction: Direction,
) -> Option<(&'s str, &'s str)> {
    let own_first = |source: &&Source<'_>| source.is_do_not_track();
    let variables = is.sources.iter().filter(|source| match source.switch {
        Switch::Variable(variable) => value(variable, direction).is_some(),
        Switch::File(_) => false,
    });
    let first = variables.min_by_key(own_first)?;
    match first.switch {
        Switch::Variable(variable) => Some((&variable.name, value(variable, direction)?)),
        Switch::File(_) => None,
    }
}
