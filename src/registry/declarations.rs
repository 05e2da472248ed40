//! Declarations registered on this machine: the person's own, then those of the system's packages.

use crate::domain::declaration::{self, Declaration, Problems};
use crate::domain::tool_id::ToolId;
use crate::fs::Error;
use crate::fs::file::{self, Replacement, Trust};
use crate::fs::folder;
use crate::fs::layout::Layout;
use crate::fs::platform::{self, Stamp};
use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

const LIMIT: u64 = declaration::BYTES as u64;

/// A declaration and where it stands.
#[derive(Debug, Clone)]
pub struct Registered {
    /// What it says.
    pub declaration: Declaration,
    /// Where.
    pub path: PathBuf,
    /// By what a change of that file would show.
    pub(crate) stamp: Option<Stamp>,
}

/// Finds the declaration of a tool: the first one counts, even if it is damaged.
///
/// # Errors
/// Where it is there and cannot be read or understood.
pub fn find(layout: &Layout, tool: &ToolId) -> Result<Option<Registered>, Error> {
    for path in layout.declarations(tool) {
        if let Some((bytes, metadata)) = file::read_bytes(&path, LIMIT, Trust::Shared)? {
            let declaration = understand(&path, &file::text(&path, bytes)?)?;
            if declaration.tool != *tool {
                return Err(Error::damaged(&path, "declares another tool than its name says"));
            }
            let stamp = platform::stamp(&metadata);
            return Ok(Some(Registered { declaration, path, stamp }));
        }
    }
    Ok(None)
}

fn understand(path: &Path, text: &str) -> Result<Declaration, Error> {
    declaration::parse(text).map_err(|Problems(problems)| {
        let first = problems.first().map(ToString::to_string).unwrap_or_default();
        let first = first.lines().next().unwrap_or_default().to_owned();
        Error::damaged(path, format!("is no valid declaration: {first}"))
    })
}

/// The ids of all registered tools, sorted.
///
/// # Errors
/// Where a folder is there and cannot be listed.
pub fn list(layout: &Layout) -> Result<BTreeSet<ToolId>, Error> {
    let mut tools = BTreeSet::new();
    for folder in layout.all_tools() {
        tools.extend(folder::tools_in(&folder, ".toml")?);
    }
    Ok(tools)
}

/// Reads a declaration that is not registered, problems and all.
///
/// # Errors
/// The outer error where the file cannot be read, the inner one where it is no valid declaration.
pub fn read_file(path: &Path) -> Result<(String, Result<Declaration, Problems>), Error> {
    let nothing = || io::Error::new(ErrorKind::NotFound, "there is no such file");
    let missing = || Error::io("read", path, nothing());
    if path.is_dir() {
        return Err(Error::io("read", path, ErrorKind::IsADirectory.into()));
    }
    let text = file::read(path, LIMIT, Trust::Anyone)?.ok_or_else(missing)?;
    let parsed = declaration::parse(&text);
    Ok((text, parsed))
}

/// Registers a declaration for this person, byte for byte.
///
/// # Errors
/// Where the file cannot be written.
pub fn register(layout: &Layout, tool: &ToolId, text: &str) -> Result<(), Error> {
    Replacement::of(&layout.declaration(tool))?.commit(text)
}
