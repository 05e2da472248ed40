//! The transparency log: a file that the person names, in which every event appears.

use crate::consent::World;
use crate::domain::decision::Reason;
use crate::domain::declaration::Terms;
use crate::domain::tool_id::ToolId;
use crate::fs::{file, platform};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the person asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Log {
    /// Nothing.
    None,
    /// A line for every event in this file.
    In(PathBuf),
    /// A file that cannot be named: the variable holds no absolute path.
    Nowhere,
}

/// Reads the variable that the declaration names. It is ignored where the process acts for another
/// user than the one who started it: that one could make it write where they may not.
pub fn wanted(world: &World, terms: &dyn Terms) -> Log {
    let set = |name: &str| world.environment().get(name).filter(|value| !value.is_empty());
    match terms.log_file().and_then(set).map(PathBuf::from) {
        None => Log::None,
        Some(_) if platform::acts_for_another_user() => Log::None,
        Some(path) if path.is_absolute() => Log::In(path),
        Some(_) => Log::Nowhere,
    }
}

/// Adds an event as it is shown to people; one that is held carries the reason. Says whether it
/// stands there now.
pub fn append(path: &Path, tool: &ToolId, mut shown: Value, held: Option<Reason>) -> bool {
    if let (Some(reason), Some(event)) = (held, shown.as_object_mut()) {
        event.insert("held".to_owned(), json!(reason.as_str()));
    }
    let line = format!("{shown}\n");
    let Some((mut file, length)) = open(path, tool) else { return false };
    platform::may_write(length + line.len() as u64).is_ok()
        && file.write(line.as_bytes()).is_ok_and(|written| written == line.len())
}

/// Opens the log to append, through no link on the whole way: a new file, or one that begins with an
/// event of this tool. Any other file is left alone, whoever named it. A link that is put there between
/// the look and the opening could only be put there by whoever may write in the folder already.
fn open(path: &Path, tool: &ToolId) -> Option<(File, u64)> {
    let folder = path.parent()?;
    if folder.canonicalize().ok()? != folder {
        return None;
    }
    let mut options = platform::careful_options(false);
    if let Ok(file) = options.append(true).create_new(true).open(path) {
        return Some((file, 0));
    }
    let mut options = platform::careful_options(false);
    let (file, metadata) = file::open_regular(options.read(true).append(true), path)?;
    let is_mine = platform::owner(&metadata) == platform::effective_user();
    (is_mine && begins_with_an_event(&file, tool)).then_some((file, metadata.len()))
}

/// Whether the first line is an event of this tool. Another run may have made the file a moment ago,
/// so the first line of an empty one is waited for, very shortly.
fn begins_with_an_event(file: &File, tool: &ToolId) -> bool {
    const LONGEST: u64 = 64 * 1024;
    const LOOKS: u32 = 5;
    let mut first = String::new();
    for _ in 0..LOOKS {
        let mut reader = BufReader::new(file.take(LONGEST));
        if reader.read_line(&mut first).is_err() {
            return false;
        }
        if !first.is_empty() {
            break;
        }
        std::thread::park_timeout(Duration::from_millis(1));
    }
    let event: Value = first
        .strip_suffix('\n')
        .and_then(|line| serde_json::from_str(line).ok())
        .unwrap_or_default();
    event["tool"] == tool.as_str() && event["eventID"].is_string() && event["eventType"].is_string()
}
