//! What a person wants of a vendor's own switch. It never allows anything here: it is remembered so
//! that `env` can pass it on and `doctor` can tell when something else says otherwise.

use crate::choices::{Stored, entry};
use crate::consent::World;
use crate::consent::history;
use crate::consent::record::{self, IfDamaged};
use crate::domain::consent::{Choice, Consent, Via};
use crate::domain::receipt::{Change, Entry};
use crate::domain::tool_id::{Purpose, ToolId};
use crate::fs::Error;
use crate::fs::backup::{KeptAnswers, Turn};
use crate::fs::file::{self, Intent, Replacement, Trust};
use crate::fs::layout::Layout;
use crate::fs::toml_edit::{self, ValueEdit as Edit};

/// The word that marks such a file, and such a line of the history.
const KIND: &str = "catalogued";

const LIMIT: u64 = 64 * 1024;

/// Remembers what the person wants of these channels; with `whole` also of those that its vendor
/// will only invent. What the file was before is kept for [`take_back`].
///
/// # Errors
/// Where it could not be stored.
pub fn want(
    world: &World,
    tool: &ToolId,
    channels: &[Purpose],
    whole: bool,
    choice: Choice,
) -> Result<Stored, Error> {
    let layout = world.layout()?;
    let path = layout.consent(tool);
    keep_what_was(layout, tool)?;
    let now = world.now();
    let if_damaged = match choice {
        Choice::Denied => IfDamaged::SetAside { now, via: Via::Command },
        Choice::Granted => IfDamaged::Refuse,
    };
    let changed = record::update(&path, tool, if_damaged, &|before| {
        wishes(world, before, channels, whole, choice)
    })?;
    let mut stored = Stored {
        set_aside: changed.set_aside.clone(),
        opt_out_stays: choice == Choice::Granted && changed.after.refused.is_some(),
        ..Stored::default()
    };
    stored.then("make the wish last", changed.lasts);
    let choice_of = |consent: &Consent, channel: &Purpose| {
        consent.answers.get(channel).map(|answer| answer.choice)
    };
    for channel in channels {
        let (old, new) = (choice_of(&changed.before, channel), choice_of(&changed.after, channel));
        if old == new {
            continue;
        }
        let change = match choice {
            Choice::Denied => Change::Denied,
            Choice::Granted => Change::Granted,
        };
        let line = of_a_wish(entry(world, tool, Some(channel), change, Via::Command));
        stored.then("write the history", history::append(layout, tool, line));
    }
    Ok(stored)
}

fn of_a_wish(entry: Entry) -> Entry {
    Entry { kind: Some(KIND.to_owned()), ..entry }
}

/// The first time only: what is there later was written by sayso. A damaged file is kept as it is.
fn keep_what_was(layout: &Layout, tool: &ToolId) -> Result<(), Error> {
    let _turn = Turn::take(layout)?;
    if matches!(KeptAnswers::of(layout, tool), Ok(Some(_))) {
        return Ok(());
    }
    let before = file::read(&layout.consent(tool), LIMIT, Trust::Choice).ok().flatten();
    KeptAnswers::keep(layout, tool, before)
}

fn wishes(
    world: &World,
    before: &Consent,
    channels: &[Purpose],
    whole: bool,
    choice: Choice,
) -> Vec<Edit> {
    let has_answers = !before.answers.is_empty() || before.noticed.is_some();
    if !before.catalogued && has_answers {
        // The tool asks sayso itself; its answers are no business of this.
        return Vec::new();
    }
    let mut edits = Vec::new();
    if !before.catalogued {
        edits.push(Edit::set(&["kind"], KIND));
    }
    match choice {
        Choice::Denied if whole && before.refused.is_none() => {
            edits.extend(record::whole_no(world.now(), Via::Command));
        }
        // An opt-out of the whole tool stays: it is about what the tool may ask sayso one day, too.
        _ => {}
    }
    for channel in channels {
        if before.answers.get(channel).is_some_and(|answer| answer.choice == choice) {
            continue;
        }
        let channel = channel.as_str();
        edits.push(Edit::set(&[channel, "choice"], choice.as_str()));
        edits.push(Edit::set(&[channel, "at"], toml_edit::datetime(world.now())));
        edits.push(Edit::set(&[channel, "via"], Via::Command.as_str()));
    }
    edits
}

/// Puts the file back as it was before the first wish; `false` where none was remembered, or the
/// tool has answers of its own by now, which stay.
///
/// # Errors
/// Where it could not be put back.
pub fn take_back(world: &World, tool: &ToolId) -> Result<bool, Error> {
    let layout = world.layout()?;
    let _turn = Turn::take(layout)?;
    let Some(kept) = KeptAnswers::of(layout, tool)? else { return Ok(false) };
    let path = layout.consent(tool);
    let replacement = Replacement::of_choice(&path, Intent::Any)?;
    let is_ours = record::read(&path, tool).is_ok_and(|consent| consent.catalogued);
    if is_ours {
        match &kept.before {
            Some(text) => replacement.commit(text)?,
            None => file::remove(&path)?,
        }
        let line = of_a_wish(entry(world, tool, None, Change::Undone, Via::Command));
        history::append(layout, tool, line)?;
    }
    KeptAnswers::forget(layout, tool)?;
    Ok(is_ours)
}
