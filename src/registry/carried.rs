//! What a program declares of itself, where another declaration is registered for its tool.
//!
//! Inside the program its own declaration applies; outside, the registered one. Where the two name another
//! vendor, receiver, account or deletion address, neither takes the other's place unless a person agrees to
//! the program's own. Until then it lies in `state/carried/TOOL.toml`, so that `doctor` and `status` can
//! tell of it. It allows nothing.

use crate::domain::declaration::Declaration;
use crate::domain::declaration::diff::{self, Difference};
use crate::domain::tool_id::ToolId;
use crate::fs::Error;
use crate::fs::file::{self, Replacement};
use crate::fs::folder;
use crate::fs::layout::Layout;
use crate::registry::declarations;
use std::path::PathBuf;

/// A program's own declaration that is not the registered one.
#[derive(Debug)]
pub struct Carried {
    /// What it says.
    pub declaration: Declaration,
    /// How it differs from the registered one.
    pub difference: Difference,
    /// Where it lies.
    pub path: PathBuf,
}

/// Registers a program's own declaration: where a person agreed to it, or none is registered, or the
/// registered one has a lower notice and the same vendor, receivers, accounts and deletion address.
///
/// # Errors
/// Where a file could not be read or written.
pub fn offer(layout: &Layout, own: &Declaration, text: &str, is_agreed: bool) -> Result<(), Error> {
    let tool = &own.tool;
    let known = match declarations::find(layout, tool) {
        Ok(known) => known.map(|known| known.declaration),
        Err(_) if is_agreed => None,
        Err(error) => return Err(error),
    };
    let is_known = known.as_ref() == Some(own);
    let found = known.as_ref().map(|known| diff::between(own, known)).unwrap_or_default();
    let is_newer = known.as_ref().is_none_or(|known| known.notice < own.notice);
    if !is_known && (is_agreed || (is_newer && found.takeover.is_empty())) {
        declarations::register(layout, tool, text)?;
    } else if !is_known && !found.takeover.is_empty() {
        let path = layout.carried(tool);
        let is_told = declarations::read_file(&path).is_ok_and(|(told, _)| told == text);
        return if is_told { Ok(()) } else { Replacement::of(&path)?.commit(text) };
    }
    file::remove(&layout.carried(tool))
}

/// The program's own declaration of a tool, as far as it would take over from the registered one.
pub fn differing(layout: &Layout, tool: &ToolId) -> Option<Carried> {
    let path = layout.carried(tool);
    let (_, parsed) = declarations::read_file(&path).ok()?;
    let declaration = parsed.ok().filter(|declaration| declaration.tool == *tool)?;
    let known = declarations::find(layout, tool).ok()??.declaration;
    let difference = diff::between(&declaration, &known);
    (!difference.takeover.is_empty()).then_some(Carried { declaration, difference, path })
}

/// The tools of which a program declares something else than what is registered.
pub fn all(layout: &Layout) -> Vec<Carried> {
    let tools = folder::tools_in(&layout.all_carried(), ".toml").unwrap_or_default();
    tools.iter().filter_map(|tool| differing(layout, tool)).collect()
}
