//! What people read about other tools' switches. Every such sentence stands here.

use crate::catalogue::entry::{Default, Entry, Evidence, File, Honours, System};
use crate::catalogue::formats::FormatKind;
use crate::catalogue::formats::format::Scalar;
use crate::catalogue::keyword::Keyword;
use crate::catalogue::reading::in_text;
use crate::catalogue::rule::Said;
use crate::catalogue::source::{Machine, Source, Switch};
use crate::catalogue::state::{ChannelState, Reason, State};
use crate::domain::signals::Environment;
use std::path::Path;

/// A path as a person writes it, with `~` for the home.
pub fn short(machine: &Machine, path: &Path) -> String {
    short_in(machine.world().environment(), path)
}

/// The same, from the variables alone.
pub fn short_in(environment: &dyn Environment, path: &Path) -> String {
    let home = environment.get("HOME").filter(|home| home.len() > 1);
    let below = home.and_then(|home| Some(path.strip_prefix(home).ok()?.to_owned()));
    match below {
        Some(below) => format!("~/{}", below.display()),
        None => path.display().to_string(),
    }
}

/// The name of a switch: the variable, or the file with the key in it.
pub fn switch(machine: &Machine, source: &Source<'_>) -> String {
    match source.switch {
        Switch::Variable(variable) => variable.name.clone(),
        Switch::File(_) => {
            let path = path_of(machine, source);
            format!("{path} {}", source.key.join(".")).trim().to_owned()
        }
    }
}

/// What a switch holds, short enough for a table.
pub fn holds(machine: &Machine, source: &Source<'_>) -> String {
    let value = source.shown().unwrap_or_default();
    match (source.switch, &source.path) {
        (Switch::Variable(variable), _) if source.value.as_ref() != Some(&value) => {
            format!("{} is {value}", variable.name)
        }
        (Switch::Variable(variable), _) => format!("{}={value}", variable.name),
        (Switch::File(file), Some(path)) if is_marker(file) => {
            format!("{} is there", short(machine, path))
        }
        (Switch::File(_), path) => {
            let path = path.as_ref().map(|path| short(machine, path)).unwrap_or_default();
            match &source.problem {
                Some(why) => format!("{path} {why}"),
                None => format!("{path} says {value}"),
            }
        }
    }
}

/// What a source says, in a word.
pub fn says(said: Said) -> &'static str {
    match said {
        Said::Off => "off",
        Said::On => "on",
        Said::Nothing => "nothing",
        Said::Unclear => "not understood",
    }
}

/// Why, short enough for a table.
pub fn because(machine: &Machine, entry: &Entry, is: &ChannelState<'_>) -> String {
    let held = is.winner().map(|source| holds(machine, source)).unwrap_or_default();
    let is_sure = is.winner().is_none_or(|source| source.basis().is_certain());
    match is.reason {
        Reason::Conflict => format!("{held}, and another variable says on"),
        Reason::NotUnderstood if held.ends_with(" is set") => format!("{held}, and not understood"),
        Reason::NotUnderstood => format!("{held} is not understood"),
        Reason::Evidence if is.decided_by.is_some() => format!("{held}, as listed by others"),
        Reason::Evidence if entry.evidence == Evidence::Listed => "only known from a list".into(),
        Reason::Evidence => "only known from hearsay".to_owned(),
        Reason::Removed => {
            format!("gone since {}, not before", entry.removed_in.as_deref().unwrap_or("?"))
        }
        Reason::Unseen if is.decided_by.is_some() => held,
        Reason::Unseen => match &entry.elsewhere {
            Some(elsewhere) => elsewhere.clone(),
            None => "its own file is not known".to_owned(),
        },
        Reason::NotAsked if is.state == State::Off => "it asks first; not answered".into(),
        Reason::NotAsked => "it asks when first used".to_owned(),
        Reason::VendorDefault => by_itself(entry.default_of(is.channel)).to_owned(),
        _ if !is_sure => format!("{held} (as listed)"),
        _ => held,
    }
}

fn by_itself(default: Default) -> &'static str {
    match default {
        Default::On => "nobody decided; on by itself",
        Default::Off => "nobody decided; off by itself",
        Default::Ask => "nobody decided; it asks when first used",
        Default::Local => "nobody decided; it counts here and sends nothing",
        Default::Auto => "nobody decided; it sends for some uses",
        Default::Unknown => "nobody decided; what it then does is not known",
    }
}

/// Why, in full.
pub fn detail(machine: &Machine, entry: &Entry, is: &ChannelState<'_>) -> String {
    let mut detail = because(machine, entry, is);
    if is.reason == Reason::Removed
        && let Some(note) = &entry.note
    {
        detail += &format!(" ({})", note.trim_end_matches('.'));
    }
    if machine.program(entry).is_none() {
        detail += "; not found on PATH";
    }
    detail
}

/// What a person can do about it, without running anything of the vendor's; `None` where nothing is
/// in the way of switching it on.
pub fn how_to_change(machine: &Machine, entry: &Entry, is: &ChannelState<'_>) -> Option<String> {
    match is.winner().filter(|_| is.reason != Reason::Evidence) {
        Some(winner) if winner.problem.is_some() => Some(look_at(machine, winner)),
        Some(winner) if is.state == State::Off => Some(match winner.switch {
            Switch::Variable(variable) => format!("unset {}", variable.name),
            Switch::File(_) => format!("change {}", switch(machine, winner)),
        }),
        Some(winner) => Some(set_off(machine, winner)),
        None if is.state == State::Off => None,
        None => Some(match is.easiest() {
            Some(source) => set_off(machine, source),
            None => by_command(entry),
        }),
    }
}

/// What to do about a file that cannot be understood.
pub fn look_at(machine: &Machine, source: &Source<'_>) -> String {
    let path = path_of(machine, source);
    match source.switch {
        Switch::File(file) if source.is_unread() => {
            let (key, off) = (file.key.join("."), in_text(&file.off));
            format!("look at {key} in {path}: {off} is off")
        }
        _ => format!("look at {path}"),
    }
}

/// What to change in a file that sayso does not change; `None` where a value is not known.
pub fn by_hand(machine: &Machine, source: &Source<'_>, value: Option<&Scalar>) -> String {
    let (key, path) = (source.key.join("."), path_of(machine, source));
    match value {
        Some(value) => format!("set {key} to {} in {path} by hand", in_text(value)),
        None => format!("take {key} out of {path} by hand"),
    }
}

/// Where the file of a switch is, or would be.
pub fn path_of(machine: &Machine, source: &Source<'_>) -> String {
    match (source.switch, &source.path) {
        (_, Some(path)) => short(machine, path),
        (Switch::File(file), None) => file.place.path.clone(),
        (Switch::Variable(_), None) => String::new(),
    }
}

fn is_marker(file: &File) -> bool {
    file.format == Some(FormatKind::Marker)
}

/// What to set to switch off.
pub fn set_off(machine: &Machine, source: &Source<'_>) -> String {
    match source.switch {
        Switch::Variable(variable) => format!("set {}={}", variable.name, variable.off),
        Switch::File(file) if is_marker(file) => {
            format!("make an empty file {}", switch(machine, source))
        }
        Switch::File(file) if source.is_unread() => by_hand(machine, source, Some(&file.off)),
        Switch::File(file) => {
            let value = match &file.off {
                Scalar::Text(text) => format!("\"{text}\""),
                other => in_text(other),
            };
            format!("set {} to {value}", switch(machine, source))
        }
    }
}

fn by_command(entry: &Entry) -> String {
    match entry.command.off.as_slice() {
        [] => format!("read {}", entry.homepage),
        words => format!("run {}", words.join(" ")),
    }
}

/// What is known of a tool, as labels and words.
pub fn facts(machine: &Machine, entry: &Entry) -> Vec<(&'static str, String)> {
    let version = entry.version.as_ref().map(|version| format!(", version {version}"));
    let mut facts = vec![
        ("Name", entry.name.clone()),
        ("Vendor", entry.vendor.clone()),
        ("Homepage", entry.homepage.clone()),
        (
            "Program",
            match machine.program(entry) {
                Some(path) => path.display().to_string(),
                None => format!("{}: not found on PATH", entry.exe.join(", ")),
            },
        ),
        ("By itself", by_itself(entry.default).replace("nobody decided; ", "")),
        (
            "DO_NOT_TRACK",
            match entry.do_not_track {
                Honours::Yes => "honoured",
                Honours::No if entry.evidence.is_certain() => "not honoured",
                _ => "not known",
            }
            .to_owned(),
        ),
        ("Known", format!("{}{}", entry.evidence.in_words(), version.unwrap_or_default())),
        ("From", entry.sources.join("; ")),
    ];
    facts.extend(entry.removed_in.iter().map(|version| ("Gone in", version.clone())));
    facts.extend(entry.note.iter().map(|note| ("Note", note.clone())));
    facts.extend(entry.from.iter().map(|path| ("Yours", path.display().to_string())));
    facts.retain(|(_, words)| !words.is_empty());
    facts
}

/// Every way to switch off, as channel and words.
pub fn ways_off(machine: &Machine, entry: &Entry) -> Vec<(&'static str, String)> {
    let mut ways = Vec::new();
    for channel in entry.channels() {
        for source in machine.sources(entry, channel) {
            ways.push((channel.as_str(), set_off(machine, &source)));
        }
    }
    if !entry.command.off.is_empty() {
        ways.push(("usage", by_command(entry)));
    }
    if ways.is_empty() && entry.files.iter().any(|file| !file.system.covers(System::here())) {
        ways.push(("usage", "its file on this system is not known".to_owned()));
    }
    ways
}
