//! Asks a vendor to delete what has left, by the pseudonyms it left under.

use super::request::Request;
use super::transport::{LIMIT, Line, Reply};
use crate::domain::tool_id::ToolId;
use crate::store::World;
use serde_json::json;
use std::collections::BTreeSet;

/// Sends the declared deletion request: a JSON object with `schemaVersion`, `tool`, `request` (always
/// `delete`) and `pseudonyms`.
///
/// # Errors
/// Why the vendor was not asked, for a person.
pub fn ask(
    world: &World,
    tool: &ToolId,
    url: &str,
    pseudonyms: &BTreeSet<String>,
) -> Result<(), String> {
    if !url.starts_with("http") {
        return Err("its declaration names no address that a program can ask".to_owned());
    }
    let body = json!({
        "schemaVersion": 1,
        "tool": tool.as_str(),
        "request": "delete",
        "pseudonyms": pseudonyms,
    });
    let line = Line::to(url, world.environment())?;
    match line.send(&Request::post(url, body.to_string()), LIMIT) {
        Reply::Answered { status: 200..=299, .. } => Ok(()),
        Reply::Answered { status, .. } => Err(format!("it answered {status}")),
        Reply::Failed { why, .. } => Err(why),
    }
}
