//! The folder in which the events of a tool wait.

use super::error::Error;
use super::layout::Layout;
use super::{file, random};
use crate::domain::tool_id::ToolId;
use std::io::ErrorKind;

/// No tool id begins like this, so no writer and no delivery looks there.
const PURGED: &str = ".purged-";

/// Deletes everything of a tool that waits, and what an earlier purge that was killed left behind.
///
/// The folder is renamed away first: from then on no writer finds it, because writers never make
/// it, and what they still hold open is deleted with the rest.
pub(super) fn purge(layout: &Layout, tool: &ToolId) -> Result<(), Error> {
    let spool = layout.spool(tool);
    if !matches!(spool.try_exists(), Ok(false)) {
        let away = layout.spools().join(format!("{PURGED}{}", random::uuid(&spool)?));
        match std::fs::rename(&spool, &away) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Error::io("delete", &spool, error));
            }
            _ => {}
        }
    }
    let spools = layout.spools();
    let failed = |error| Error::io("read", &spools, error);
    let entries = match std::fs::read_dir(&spools) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_string_lossy().starts_with(PURGED) {
            file::remove_folder(&entry.path())?;
        }
    }
    Ok(())
}
