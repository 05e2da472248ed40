//! Changes of mind, each with everything that follows from it, in the order that keeps a no safe.

mod deny;
mod grant;
mod preference;

pub use deny::{Scope, after_many, decline, forget, refuse, refuse_one_of_many};
pub use grant::{grant, notice_shown};
pub use preference::{take_back, want};

use crate::consent::World;
use crate::consent::record::{self, IfDamaged};
use crate::consent::{config, history};
use crate::domain::consent::{Consent, Via};
use crate::domain::policy::Default;
use crate::domain::receipt::{Change, Entry};
use crate::domain::tool_id::{Purpose, ToolId};
use crate::fs::Error;
use crate::fs::layout::Layout;
use crate::fs::toml_edit::ValueEdit as Edit;
use crate::fs::{folder, random};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// An answer that is stored, and what came of the steps after that.
#[derive(Debug, Default)]
pub struct Stored {
    /// Where a damaged file, or one of a newer sayso, lies now.
    pub set_aside: Option<PathBuf>,
    /// An opt-in to a vendor's switch left the opt-out of the whole tool in force.
    pub opt_out_stays: bool,
    /// The later steps that failed: the answer stands, and this is left to do.
    pub unfinished: Vec<Unfinished>,
}

/// A step that failed after an answer was stored.
#[derive(Debug)]
pub struct Unfinished {
    /// What is left to do, as in "could not …".
    pub what: &'static str,
    /// Why.
    pub error: Error,
}

impl Stored {
    /// Where the old file lies now, in words; `None` where it was changed in place.
    pub fn kept_file(&self) -> Option<String> {
        let aside = self.set_aside.as_ref()?;
        let is_newer = aside.file_name().is_some_and(|n| n.to_string_lossy().contains(".newer-"));
        let what = if is_newer { "file of a newer sayso" } else { "damaged file" };
        Some(format!("The {what} was kept as {}", aside.display()))
    }

    fn then(&mut self, what: &'static str, step: Result<(), Error>) {
        if let Err(error) = step {
            self.unfinished.push(Unfinished { what, error });
        }
    }
}

/// What came of removing everything.
#[derive(Debug, Default)]
pub struct Removed {
    /// What is gone.
    pub places: Vec<PathBuf>,
    /// Why other places are not, or not for certain.
    pub errors: Vec<Error>,
}

/// Ends every opt-in, and makes that last. Where one cannot be ended, removing its file does so.
///
/// # Errors
/// Where there is no home, or the choices cannot be listed.
pub fn end_every_opt_in(world: &World) -> Result<(), Error> {
    let layout = world.layout()?;
    for tool in record::list(&layout.consents())? {
        let is_in_use = record::read(&layout.consent(&tool), &tool)
            .is_ok_and(|consent| consent.may_use_an_id());
        if is_in_use {
            let _ = deny::refuse_one_of_many(world, &tool, Scope::WholeTool, None, Via::Command);
        }
    }
    // Behind a link, the file with the id stays when the link is removed.
    after_many(world).map(drop)
}

/// Removes every file that sayso ever made for this user.
///
/// Every opt-in is ended first: a power cut may bring back any of the files that are removed after that,
/// and none of them allows anything. The choices are removed last.
///
/// # Errors
/// As [`end_every_opt_in`]; then nothing was removed.
pub fn forget_everything(world: &World) -> Result<Removed, Error> {
    end_every_opt_in(world)?;
    let layout = world.layout()?;
    let mut removed = Removed::default();
    for place in everything(layout) {
        match folder::remove(&place) {
            Ok(()) => removed.places.push(place),
            Err(error) => removed.errors.push(error),
        }
    }
    for folder in [layout.config.as_path(), &layout.state, above(&layout.tools)] {
        // What is left in it was put there by somebody else, and stays.
        removed.errors.extend(folder::remove_if_empty(folder).err());
    }
    Ok(removed)
}

/// The folder of sayso that holds the declarations, where it has one of its own.
fn above(tools: &Path) -> &Path {
    tools.parent().filter(|folder| folder.ends_with("sayso")).unwrap_or(tools)
}

/// The places that [`forget_everything`] removes, in this order, as far as there is anything.
pub fn everything(layout: &Layout) -> Vec<PathBuf> {
    let mut places =
        vec![layout.state.clone(), layout.config_file(), layout.tools.clone(), layout.consents()];
    places.retain(|place| place.symlink_metadata().is_ok());
    places
}

/// Makes the pseudonyms of one tool anew; `false` where it has none.
///
/// # Errors
/// Where the new salt could not be stored.
pub fn reset_tool(world: &World, tool: &ToolId) -> Result<bool, Error> {
    let layout = world.layout()?;
    let salt = random::salt(&layout.consent(tool))?;
    let changed = record::update(&layout.consent(tool), tool, IfDamaged::Refuse, &|before| {
        before.salt.iter().map(|_| Edit::set(&["salt"], salt.as_str())).collect()
    })?;
    if changed.before.salt.is_some() {
        let entry = entry(world, tool, None, Change::Reset, Via::Command);
        history::append(layout, tool, entry)?;
    }
    changed.lasts?;
    Ok(changed.before.salt.is_some())
}

/// Makes all pseudonyms anew.
///
/// # Errors
/// Where the new id could not be stored.
pub fn reset_all(world: &World) -> Result<(), Error> {
    config::renew_id(&world.layout()?.config_file())
}

/// Sets what holds for tools without a choice.
///
/// # Errors
/// Where it could not be stored.
pub fn set_default(world: &World, default: Default) -> Result<(), Error> {
    config::set_default(&world.layout()?.config_file(), default)
}

/// The tools that a file with answers is there for.
///
/// # Errors
/// Where the folder is there and cannot be listed.
pub fn answered_tools(layout: &Layout) -> Result<Vec<ToolId>, Error> {
    record::list(&layout.consents())
}

/// What was said of every tool; `None` where a file cannot be understood.
///
/// # Errors
/// Where the folder is there and cannot be listed.
pub fn every(layout: &Layout) -> Result<BTreeMap<ToolId, Option<Consent>>, Error> {
    let tools = record::list(&layout.consents())?;
    let said = |tool: ToolId| (tool.clone(), record::read(&layout.consent(&tool), &tool).ok());
    Ok(tools.into_iter().map(said).collect())
}

/// A line for the history, which gives it its id.
fn entry(
    world: &World,
    tool: &ToolId,
    purpose: Option<&Purpose>,
    change: Change,
    via: Via,
) -> Entry {
    Entry {
        record: String::new(),
        at: world.now().to_string(),
        tool: tool.to_string(),
        purpose: purpose.map(Purpose::to_string),
        change,
        notice: None,
        digest: None,
        via: Some(via.as_str().to_owned()),
        terms: None,
        kind: None,
    }
}
