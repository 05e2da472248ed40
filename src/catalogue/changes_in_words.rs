//! What people read about a switch that is set.

use crate::catalogue::entry::Entry;
use crate::catalogue::reading::in_text;
use crate::catalogue::setting::{Direction, FilePlace, Step, Way};
use crate::catalogue::source::Machine;
use crate::catalogue::wording::short;
use crate::domain::legible::on_one_line;
use std::path::Path;

/// What a step would do.
pub fn would(machine: &Machine, entry: &Entry, direction: Direction, step: &Step) -> String {
    let channel = super::keyword::Keyword::as_str(step.channel);
    let word = match direction {
        Direction::Off => "off",
        Direction::On => "on",
    };
    match &step.way {
        Way::Already => format!("{channel} is {word} already; nothing would be touched"),
        Way::File { path, place, old } => {
            let (would, _) = change(machine, path, place, old.as_deref());
            format!("would {would}")
        }
        Way::Variable => {
            format!("would touch nothing; {channel} is switched {word} by a variable of your shell")
        }
        Way::TakeBack => format!("would take back what sayso changed for {}", entry.id),
        Way::Command(words) => format!("would run {}", words.join(" ")),
        Way::ByHand { why, hint } => format!("would touch nothing for {channel}: {why} ({hint})"),
    }
}

/// What a step did.
pub fn did(machine: &Machine, step: &Step) -> String {
    match &step.way {
        Way::File { path, place, old } => change(machine, path, place, old.as_deref()).1,
        _ => "what sayso had changed is taken back".to_owned(),
    }
}

/// A change in the future and in the past.
fn change(
    machine: &Machine,
    path: &Path,
    place: &FilePlace,
    old: Option<&str>,
) -> (String, String) {
    let file = short(machine, path);
    let key = place.key.join(".");
    let is_there = path.symlink_metadata().is_ok();
    let was = match old {
        Some(old) => format!(" (was {})", on_one_line(old)),
        None => String::new(),
    };
    let new = if is_there { "" } else { " (a new file)" };
    match (&place.value, key.as_str()) {
        (None, "") => (format!("remove {file}"), format!("removed {file}")),
        (None, key) => {
            let rest = format!("{key} out of {file}{was}");
            (format!("take {rest}"), format!("took {rest}"))
        }
        // A file that says something by being there has nothing in it.
        (Some(super::formats::format::Scalar::Bool(true)), "") => {
            (format!("make the empty file {file}"), format!("made the empty file {file}"))
        }
        (Some(value), "") => {
            let rest = format!("{} into {file}{was}", in_text(value));
            (format!("write {rest}{new}"), format!("wrote {rest}"))
        }
        (Some(value), key) => {
            let rest = format!("{key} to {} in {file}{was}", in_text(value));
            (format!("set {rest}{new}"), format!("set {rest}"))
        }
    }
}
