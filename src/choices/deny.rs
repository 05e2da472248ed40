//! No, and everything that follows from it. The refusal is stored first: from that instant every
//! reader holds. Only then is anything deleted, so that a failure on the way loses no no.

use crate::choices::{Stored, entry};
use crate::consent::World;
use crate::consent::record::{self, Changed, IfDamaged};
use crate::consent::{config, history, last_prompt};
use crate::domain::consent::{Answer, Choice, Consent, Via};
use crate::domain::declaration::Declaration;
use crate::domain::receipt::{Change, Entry};
use crate::domain::switch::Withdrawal;
use crate::domain::tool_id::{Purpose, ToolId};
use crate::events::{schedule, spool};
use crate::fs::Error;
use crate::fs::backup;
use crate::fs::layout::Layout;
use crate::fs::toml_edit::ValueEdit as Edit;
use crate::registry::cache;

/// What a no is about.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// The whole tool, with purposes that its author will only invent.
    WholeTool,
    /// These purposes.
    Purposes(&'a [Purpose]),
}

/// Stores a no. It is in force from the instant in which the file is replaced; then what waits is
/// deleted. A damaged file is kept beside the new one.
///
/// # Errors
/// Where the no could not be stored. Where the system fails, as on a disk without any room,
/// what was on is off all the same if the old file could be overwritten; [`Stored::unfinished`] tells.
pub fn refuse(
    world: &World,
    tool: &ToolId,
    scope: Scope<'_>,
    notice: Option<u32>,
    via: Via,
) -> Result<Stored, Error> {
    let layout = world.layout()?;
    let (mut stored, changed) = store(world, tool, scope, notice, via)?;
    stored.then("delete what an earlier run left", spool::purge_leftovers(layout));
    if !changed.after.may_use_an_id() {
        let removed = remove_unused_id(layout);
        // Where nothing was on, this only repeats what an earlier run may not have got to.
        if changed.before.may_use_an_id() {
            stored.then("delete the id", removed);
        }
    }
    Ok(stored)
}

/// The same for one of many tools, each of which then costs the same: what is looked for among all of
/// them is left to [`after_many`].
///
/// # Errors
/// As [`refuse`].
pub fn refuse_one_of_many(
    world: &World,
    tool: &ToolId,
    scope: Scope<'_>,
    notice: Option<u32>,
    via: Via,
) -> Result<Stored, Error> {
    store(world, tool, scope, notice, via).map(|(stored, _)| stored)
}

/// Deletes what is no longer used after many opt-outs.
///
/// # Errors
/// Where there is no home.
pub fn after_many(world: &World) -> Result<Stored, Error> {
    let layout = world.layout()?;
    let mut stored = Stored::default();
    stored.then("delete what an earlier run left", spool::purge_leftovers(layout));
    stored.then("delete the id", remove_unused_id(layout));
    Ok(stored)
}

fn store(
    world: &World,
    tool: &ToolId,
    scope: Scope<'_>,
    notice: Option<u32>,
    via: Via,
) -> Result<(Stored, Changed), Error> {
    let layout = world.layout()?;
    let path = layout.consent(tool);
    let if_damaged = IfDamaged::SetAside { now: world.now(), via };
    let update = record::update(&path, tool, if_damaged, &|before| {
        refusals(world, before, scope, notice, via)
    });
    let mut stored = Stored::default();
    let changed = match update {
        Ok(changed) => changed,
        Err(error) if error.is_failure() => {
            // A file in a folder that may not be written to is not written to either.
            let may_write = !error.is_forbidden();
            let attempts = |before: &Consent| match refusals(world, before, scope, notice, via) {
                nothing if nothing.is_empty() => vec![nothing],
                _ if may_write => without_room(world, before, scope, notice, via),
                _ => Vec::new(),
            };
            let Ok(changed) = record::update_in_place(&path, tool, &attempts) else {
                return Err(error);
            };
            if changed.before != changed.after {
                stored.then("replace the file; what was on is off all the same", Err(error));
            }
            changed
        }
        Err(error) => return Err(error),
    };
    let Changed { before, after, set_aside, lasts } = changed;
    stored.then("make the no last", lasts);
    // What the file was before a wish about a vendor's switch knows nothing of this opt-out.
    stored.then("forget what undo would put in its place", backup::forget_wish(layout, tool));
    stored.set_aside = set_aside;
    let purposes = match scope {
        Scope::WholeTool => None,
        Scope::Purposes(purposes) => Some(purposes),
    };
    stored.then("delete what waits", spool::purge(layout, tool, purposes));
    stored.then("make room for events of a newer yes", again_for_a_newer_yes(layout, tool));
    let forgotten = match scope {
        Scope::WholeTool => last_prompt::forget_all(layout, tool),
        Scope::Purposes(purposes) => last_prompt::forget(layout, tool, purposes),
    };
    stored.then("forget when you were asked", forgotten);
    for (purpose, change) in refused(&before, &after) {
        let entry = Entry { notice, ..entry(world, tool, purpose, change, via) };
        stored.then("write the history", history::append(layout, tool, entry));
    }
    schedule::wait_for_requests(layout, tool);
    let lasts = Ok(());
    Ok((stored, Changed { before, after, set_aside: None, lasts }))
}

/// A yes that somebody said right after the no has lost its folder to it.
fn again_for_a_newer_yes(layout: &Layout, tool: &ToolId) -> Result<(), Error> {
    let Ok(now) = record::read(&layout.consent(tool), tool) else { return Ok(()) };
    let is_granted = |(_, answer): &(&Purpose, &Answer)| answer.choice == Choice::Granted;
    let granted: Vec<Purpose> =
        now.answers.iter().filter(is_granted).map(|(purpose, _)| purpose.clone()).collect();
    spool::prepare(layout, tool, &granted, &now)
}

fn refusals(
    world: &World,
    before: &Consent,
    scope: Scope<'_>,
    notice: Option<u32>,
    via: Via,
) -> Vec<Edit> {
    let mut edits = Vec::new();
    let is_granted = |(_, answer): &(&Purpose, &Answer)| answer.choice == Choice::Granted;
    let granted: Vec<&Purpose> = before.answers.iter().filter(is_granted).map(|(p, _)| p).collect();
    let now_refused: Vec<&Purpose> = match scope {
        Scope::WholeTool => {
            if before.refused.is_none() {
                edits.extend(record::whole_no(world.now(), via));
            }
            // A newer program may read an opt-in in what this one does not understand.
            granted.iter().copied().chain(&before.unclear).collect()
        }
        Scope::Purposes(purposes) => {
            let is_new = |p: &&Purpose| {
                before.answers.get(p).is_none_or(|answer| answer.choice == Choice::Granted)
            };
            purposes.iter().filter(is_new).collect()
        }
    };
    for purpose in &now_refused {
        let refusal = Answer {
            choice: Choice::Denied,
            read: None,
            declined: None,
            at: Some(world.now()),
            via: Some(via),
            withdraw: Withdrawal::default(),
        };
        edits.extend(record::answered(before, purpose, &refusal));
        if let Some(notice) = notice {
            edits.push(Edit::set(&[purpose.as_str(), "notice"], i64::from(notice)));
        }
    }
    let still_granted = granted.iter().any(|purpose| !now_refused.contains(purpose));
    if before.salt.is_some() && !still_granted {
        edits.push(Edit::remove(&["salt"]));
    }
    edits
}

/// The no in fewer words, most of it first: for a file that cannot grow. Each takes something away
/// that a no makes meaningless, and at least turns every yes in question into a no: these words
/// have room for each other.
fn without_room(
    world: &World,
    before: &Consent,
    scope: Scope<'_>,
    notice: Option<u32>,
    via: Via,
) -> Vec<Vec<Edit>> {
    let whole = refusals(world, before, scope, notice, via);
    let mut shown: Vec<Edit> = Vec::new();
    if matches!(scope, Scope::WholeTool) && before.noticed.is_some() {
        shown.push(Edit::set(&["noticed", "digest"], ""));
    }
    let is_no = |(purpose, answer): &(&Purpose, &Answer)| {
        let is_meant = match scope {
            Scope::WholeTool => true,
            Scope::Purposes(purposes) => purposes.contains(*purpose),
        };
        is_meant && answer.choice == Choice::Granted
    };
    let least = before.answers.iter().filter(is_no);
    let least = least.map(|(purpose, _)| Edit::set(&[purpose.as_str(), "choice"], "denied"));
    let least: Vec<Edit> = least.chain(shown.clone()).collect();
    vec![whole.clone(), whole.into_iter().chain(shown).collect(), least]
}

/// What to write into the history: nothing where nothing changed.
fn refused<'a>(before: &Consent, after: &'a Consent) -> Vec<(Option<&'a Purpose>, Change)> {
    let whole_tool = before.refused.is_none() && after.refused.is_some();
    let mut all: Vec<(Option<&Purpose>, Change)> = Vec::new();
    all.extend(whole_tool.then_some((None, Change::Denied)));
    all.extend(after.answers.iter().filter_map(|(purpose, answer)| {
        let is_new = answer.choice == Choice::Denied && before.answers.get(purpose) != Some(answer);
        is_new.then_some((Some(purpose), Change::Denied))
    }));
    all
}

/// Stores that a notice's additions were turned down while the older yes stays.
///
/// # Errors
/// Where it could not be stored; then the question comes again.
pub fn decline(
    world: &World,
    declaration: &Declaration,
    purposes: &[Purpose],
    via: Via,
) -> Result<Stored, Error> {
    let layout = world.layout()?;
    let tool = &declaration.tool;
    let notice = declaration.notice;
    let changed = record::update(&layout.consent(tool), tool, IfDamaged::Refuse, &|_| {
        let declined =
            |purpose: &Purpose| Edit::set(&[purpose.as_str(), "declined"], i64::from(notice));
        purposes.iter().map(declined).collect()
    })?;
    let mut stored = Stored::default();
    stored.then("make the answer last", changed.lasts);
    for purpose in purposes {
        let entry = Entry {
            notice: Some(notice),
            ..entry(world, tool, Some(purpose), Change::Declined, via)
        };
        stored.then("write the history", history::append(layout, tool, entry));
    }
    Ok(stored)
}

/// Says no to the whole tool and deletes everything that it left here, but for two things: the history, the
/// proof of what was agreed to and what was not; and the log of what has left, which is needed until its
/// deletion was asked for ([`crate::events::sent::forget`]).
///
/// # Errors
/// Where the no could not be stored.
pub fn forget(world: &World, tool: &ToolId) -> Result<Stored, Error> {
    let layout = world.layout()?;
    let (mut stored, _) = store(world, tool, Scope::WholeTool, None, Via::Command)?;
    for unfinished in after_many(world)?.unfinished {
        stored.then(unfinished.what, Err(unfinished.error));
    }
    let entry = entry(world, tool, None, Change::Forgotten, Via::Command);
    stored.then("write the history", history::append(layout, tool, entry));
    stored.then("delete what is known of deliveries", schedule::forget(layout, tool));
    stored.then("delete what was prepared", cache::remove(layout, tool));
    Ok(stored)
}

/// Removes the id where nothing is granted or was noticed any more. A file that cannot be read may
/// hold a yes, so the id stays then. A yes is stored before its id is made, and one that is stored
/// meanwhile is seen here, so no yes loses its id.
fn remove_unused_id(layout: &Layout) -> Result<(), Error> {
    config::remove_id(&layout.config_file(), &|| {
        for tool in record::list(&layout.consents())? {
            match record::read(&layout.consent(&tool), &tool) {
                Ok(consent) if !consent.may_use_an_id() => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    })
}
