//! `state/prepared/TOOL`: what was prepared of a registered declaration, for `check` and `record`,
//! which scripts call often.
//!
//! In front of it stand the version of the program, and device, inode, size and time of change of the
//! declaration file it was made from. Whoever finds one of them different, or the file damaged or
//! missing, reads the declaration. The file is made by what registers or answers, and made anew by a
//! check that found it stale; nothing is lost with it. (One file for all tools was turned down: it
//! would be written by several processes at once, and read whole for one tool.)

use crate::consent::World;
use crate::domain::declaration::{Prepared, prepared};
use crate::domain::tool_id::ToolId;
use crate::fs::file::{self, Trust};
use crate::fs::layout::Layout;
use crate::fs::platform::{self, Stamp};
use crate::fs::{Error, folder};
use crate::registry::declarations::{self, Registered};
use jiff::Timestamp;
use std::io::ErrorKind;
use std::time::Duration;

const LIMIT: u64 = 2 * 1024 * 1024;

/// The program that made it: another version may understand the declaration otherwise.
const MAKER: &[u8] = concat!("sayso ", env!("CARGO_PKG_VERSION"), "\n").as_bytes();

/// What was prepared of the declaration that counts for the tool; `None` where there is no such thing
/// or it may no longer be true.
pub(crate) fn read(layout: &Layout, tool: &ToolId) -> Option<Prepared<'static>> {
    let (bytes, _) = file::read_bytes(&layout.prepared(tool), LIMIT, Trust::Own).ok()??;
    let (stamp, body) = bytes.strip_prefix(MAKER)?.split_at_checked(platform::STAMP)?;
    if stamp != stamp_of_declaration(layout, tool)?.bytes() {
        return None;
    }
    let start = bytes.len() - body.len();
    // It lives as long as the process, which was started to answer one question.
    let bytes: &'static [u8] = Vec::leak(bytes);
    let prepared = Prepared::read(&bytes[start..])?;
    (prepared.name() == tool.as_str()).then_some(prepared)
}

/// The stamp of the file in which [`declarations::find`] would look.
fn stamp_of_declaration(layout: &Layout, tool: &ToolId) -> Option<Stamp> {
    for path in layout.declarations(tool) {
        match std::fs::metadata(&path) {
            Ok(metadata) => return platform::stamp(&metadata).filter(|_| metadata.is_file()),
            Err(error) if error.kind() == ErrorKind::NotFound && !path.is_symlink() => {}
            Err(_) => return None,
        }
    }
    None
}

/// Prepares a declaration that was read at that time or later. Nobody is told where it fails.
pub(crate) fn write(world: &World, found: &Registered, read_at: Timestamp) {
    let Some(stamp) = found.stamp.filter(|stamp| !is_young(stamp, read_at)) else { return };
    if let Ok(layout) = world.layout() {
        let _ = put(layout, found, &stamp);
    }
}

/// Prepares the declaration of a tool, if it is not, for whoever just changed something about the tool.
pub fn refresh(world: &World, tool: &ToolId) {
    let Ok(layout) = world.layout() else { return };
    if read(layout, tool).is_some() {
        return;
    }
    let found = |read_at| {
        let found = declarations::find(layout, tool).ok().flatten()?;
        Some((found, read_at))
    };
    let Some((first, read_at)) = found(world.clock()) else { return };
    let settled = match first.stamp.is_some_and(|stamp| is_young(&stamp, read_at)) {
        true => {
            // May end early; then nothing is prepared this time.
            std::thread::park_timeout(Duration::from_nanos(TICK));
            found(world.clock())
        }
        false => Some((first, read_at)),
    };
    if let Some((found, read_at)) = settled {
        write(world, &found, read_at);
    }
}

/// Forgets what was prepared.
pub(crate) fn remove(layout: &Layout, tool: &ToolId) -> Result<(), Error> {
    file::remove(&layout.prepared(tool))
}

/// Longer than the clock of any usual kernel stands still, in nanoseconds.
const TICK: u64 = 20_000_000;

/// Whether the file changed so short a time before it was read that it could have changed once more
/// without its stamp showing it: times of change move in ticks, and on some file systems in seconds.
fn is_young(stamp: &Stamp, read_at: Timestamp) -> bool {
    let (age, is_coarse) = stamp.age(read_at.as_nanosecond());
    age < if is_coarse { 3_000_000_000 } else { i128::from(TICK) }
}

pub(crate) fn put(layout: &Layout, found: &Registered, stamp: &Stamp) -> Result<(), Error> {
    let Some(body) = prepared::prepare(&found.declaration, "") else { return Ok(()) };
    let path = layout.prepared(&found.declaration.tool);
    folder::make(path.parent().unwrap_or(&path))?;
    file::replace_here(&path, &[MAKER, &stamp.bytes(), &body].concat())
}
