//! Every change of mind, append-only: one JSON line each, one file per tool.

use crate::domain::receipt::Entry;
use crate::domain::tool_id::ToolId;
use crate::fs::Error;
use crate::fs::file::{self, Trust};
use crate::fs::folder;
use crate::fs::layout::Layout;
use crate::fs::random;

/// Far more than a person will ever decide about one tool.
const LIMIT: u64 = 64 * 1024 * 1024;

/// Adds a change of mind, and gives it the random id of its record.
///
/// # Errors
/// Where the line cannot be stored.
pub(crate) fn append(layout: &Layout, tool: &ToolId, mut entry: Entry) -> Result<(), Error> {
    let path = layout.history(tool);
    entry.record = random::uuid(&path)?.to_string();
    let line = serde_json::to_string(&entry)
        .map_err(|error| Error::io("write", &path, std::io::Error::other(error)))?;
    file::append_line(&path, &line)
}

/// The changes of mind about one tool, oldest first. Lines that a full disk cut off are left out.
///
/// # Errors
/// Where the file is there and cannot be read.
pub fn read(layout: &Layout, tool: &ToolId) -> Result<Vec<Entry>, Error> {
    let text = file::read(&layout.history(tool), LIMIT, Trust::Own)?.unwrap_or_default();
    Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

/// The tools that have a history, sorted.
///
/// # Errors
/// Where the folder is there and cannot be listed.
pub fn list(layout: &Layout) -> Result<Vec<ToolId>, Error> {
    let mut tools = folder::tools_in(&layout.histories(), ".jsonl")?;
    tools.sort();
    Ok(tools)
}
