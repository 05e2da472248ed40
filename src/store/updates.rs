//! What the last update check was answered. Lies with the purpose that allows it, so that a no takes
//! it away with the rest.

use super::error::Error;
use super::file;
use super::layout::Layout;
use crate::domain::tool_id::{Purpose, ToolId};
use crate::domain::update::Update;
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

/// What is remembered for this version. Damage is as good as nothing.
pub fn read(
    layout: &Layout,
    tool: &ToolId,
    purpose: &Purpose,
    version: &str,
) -> Option<Remembered> {
    let text = file::read(&path(layout, tool, purpose), LIMIT, file::Trust::Own).ok().flatten()?;
    let remembered: Remembered = serde_json::from_str(&text).ok()?;
    (remembered.version == version).then_some(remembered)
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
    let text =
        serde_json::to_vec(remembered).map_err(|error| Error::io("write", &path, error.into()))?;
    file::replace_here(&path, &text)
}
