//! What the last update check was answered. Lies with the purpose that allows it, so that a no takes
//! it away with the rest.

use crate::domain::tool_id::{Purpose, ToolId};
use crate::domain::update::Update;
use crate::fs::Error;
use crate::fs::file;
use crate::fs::layout::Layout;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

const LIMIT: u64 = 1024 * 1024;

/// An answer that is remembered, or only that one was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The version that asked: another one has to ask for itself.
    pub version: String,
    /// When the last question left, or was about to.
    pub asked: Timestamp,
    /// Until when nobody asks again.
    pub fresh_until: Timestamp,
    /// The answer.
    pub update: Option<Update>,
}

fn path(layout: &Layout, tool: &ToolId, purpose: &Purpose) -> PathBuf {
    layout.spool(tool, purpose).join("update.json")
}

/// The most versions of one tool that answers are remembered for.
const MOST: usize = 8;

/// What is remembered for this version. Damage is as good as nothing.
pub fn read(
    layout: &Layout,
    tool: &ToolId,
    purpose: &Purpose,
    version: &str,
) -> Option<Remembered> {
    all(layout, tool, purpose).into_iter().find(|remembered| remembered.version == version)
}

fn all(layout: &Layout, tool: &ToolId, purpose: &Purpose) -> Vec<Remembered> {
    let text = file::read(&path(layout, tool, purpose), LIMIT, file::Trust::Own).ok().flatten();
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Remembers an answer, where the purpose has a folder: it is made by what allows it.
///
/// # Errors
/// Where it cannot be written.
pub fn write(
    layout: &Layout,
    tool: &ToolId,
    purpose: &Purpose,
    remembered: &Remembered,
) -> Result<(), Error> {
    let path = path(layout, tool, purpose);
    let mut all = all(layout, tool, purpose);
    all.retain(|other| other.version != remembered.version);
    all.insert(0, remembered.clone());
    all.truncate(MOST);
    let text = serde_json::to_vec(&all).map_err(|error| Error::io("write", &path, error.into()))?;
    file::replace_here(&path, &text)
}
