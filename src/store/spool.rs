//! The folder in which the events of a tool wait.

use super::error::Error;
use super::file;
use super::layout::Layout;
use crate::domain::tool_id::ToolId;
use std::io::ErrorKind;
use uuid::Uuid;

/// Deletes everything of a tool that waits.
///
/// The folder is renamed away first: from then on no writer finds it, because writers never make
/// it, and what they still hold open is deleted with the rest.
pub(super) fn purge(layout: &Layout, tool: &ToolId) -> Result<(), Error> {
    let spool = layout.spool(tool);
    let away = layout.spools().join(format!(".purged-{}", Uuid::new_v4()));
    match std::fs::rename(&spool, &away) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io("delete", &spool, error)),
        Ok(()) => file::remove_folder(&away),
    }
}
