//! The folder in which the events of a tool wait.
//!
//! One folder for each purpose, and in it one file of JSON lines, named after the yes it rests on.
//! Both are made by that yes and by nobody else. A writer opens the file to append, writes one line with one
//! write, and closes it: no lock, no sync, no listing. A line begins with a line end as well as
//! ending with one, so that what a full disk cut off swallows nothing. A short write is not
//! continued: the reader leaves out what is not whole.
//!
//! A no renames the folder away and then deletes it. Writers make nothing, so from the rename on they
//! find nothing to write to; what they hold open is deleted with the rest. (Deleting the file alone
//! was turned down: a writer that opens it with "create" at that moment leaves an event behind.) The
//! name ties an event to one yes: a writer that decided under an older yes finds the folder of a
//! newer one, but no file of its own in it.

use super::error::Error;
use super::layout::Layout;
use super::{file, folder, platform, random};
use crate::domain::consent::Consent;
use crate::domain::tool_id::{Purpose, ToolId};
use jiff::Timestamp;
use std::fs::{File, Metadata};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// How many bytes may wait for one purpose where the host says nothing.
pub const BOUND: u64 = 1024 * 1024;

/// The longest line, in bytes: appends of this size stay whole and fast even in a crowd.
pub const LONGEST_LINE: usize = 64 * 1024;

/// How long an event may wait, in milliseconds: 90 days.
pub const AGE: i64 = 90 * 24 * 60 * 60 * 1000;

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It waits.
    Waits,
    /// The spool is full, so it was dropped and counted.
    Dropped,
    /// There is no spool, or it cannot be written.
    Lost,
}

/// The name of the file that events under this yes go to: its second, and a part of the salt.
fn file_name(consent: &Consent, purpose: &Purpose) -> String {
    let at = consent.word_on(purpose).at().map_or(0, |at| at.as_second());
    let salt = consent.salt.as_deref().unwrap_or_default();
    format!("{at}-{}.jsonl", salt.get(..8).unwrap_or("00000000"))
}

/// The file that counts dropped events, a byte for each.
const DROPPED: &str = "dropped";

/// Makes the files of purposes. Called by what allows them, and by nobody else.
pub(super) fn prepare(
    layout: &Layout,
    tool: &ToolId,
    purposes: &[Purpose],
    consent: &Consent,
) -> Result<(), Error> {
    purposes.iter().try_for_each(|purpose| {
        file::ensure(&layout.spool(tool, purpose).join(file_name(consent, purpose)))
    })
}

/// Adds an event. Never fails, never waits, never makes a folder.
pub(super) fn append(
    layout: &Layout,
    tool: &ToolId,
    purpose: &Purpose,
    consent: &Consent,
    line: &str,
    bound: u64,
    now: i64,
) -> Appended {
    let folder = layout.spool(tool, purpose);
    let line = format!("\n{line}\n");
    if line.len() > LONGEST_LINE {
        return Appended::Lost;
    }
    let path = folder.join(file_name(consent, purpose));
    let Some((mut file, metadata)) = open(&path, false) else { return Appended::Lost };
    let mut length = metadata.len();
    // Nothing was added for so long that all of it is too old to leave. (Two writers at that moment
    // may empty it twice, and one of their two events is lost: once in ninety days, at worst.)
    if length > 0 && is_older_than_any_event(&metadata, now) && file.set_len(0).is_ok() {
        length = 0;
    }
    if length + line.len() as u64 > bound {
        count_a_drop(&folder);
        return Appended::Dropped;
    }
    if platform::may_write(length + line.len() as u64).is_err() {
        return Appended::Lost;
    }
    match file.write(line.as_bytes()) {
        Ok(written) if written == line.len() => Appended::Waits,
        _ => Appended::Lost,
    }
}

/// Whether the last write was longer ago than an event may wait.
fn is_older_than_any_event(metadata: &Metadata, now: i64) -> bool {
    let written = metadata.modified().ok().and_then(|at| Timestamp::try_from(at).ok());
    written.is_some_and(|at| now - at.as_millisecond() > AGE)
}

/// Opens a file to append, if it is a regular one.
fn open(path: &Path, create: bool) -> Option<(File, Metadata)> {
    let file = platform::careful_options(false).append(true).create(create).open(path).ok()?;
    let metadata = file.metadata().ok().filter(Metadata::is_file)?;
    Some((file, metadata))
}

fn count_a_drop(folder: &Path) {
    if let Some((mut file, metadata)) = open(&folder.join(DROPPED), true)
        && platform::may_write(metadata.len() + 1).is_ok()
    {
        let _ = file.write(b".");
    }
}

/// Whether an event that happens once was recorded before; marks it as recorded.
pub(super) fn is_repeated(layout: &Layout, tool: &ToolId, purpose: &Purpose, event: &str) -> bool {
    let mark = layout.spool(tool, purpose).join(format!("once-{event}"));
    let made = platform::careful_options(false).write(true).create_new(true).open(mark);
    made.is_err_and(|error| error.kind() == ErrorKind::AlreadyExists)
}

/// How many events were dropped because the spool was full.
pub fn dropped(layout: &Layout, tool: &ToolId, purpose: &Purpose) -> u64 {
    let counter = layout.spool(tool, purpose).join(DROPPED);
    std::fs::symlink_metadata(counter).map_or(0, |counter| counter.len())
}

/// The events of one purpose that wait, oldest first, one line at a time. Those that are too old
/// to leave are left out.
///
/// # Errors
/// Where the folder is there and cannot be listed, or a file in it cannot be opened.
pub fn waiting(
    layout: &Layout,
    tool: &ToolId,
    purpose: &Purpose,
    now: Timestamp,
) -> Result<Waiting, Error> {
    let mut files = files_in(&layout.spool(tool, purpose))?;
    files.sort();
    files.reverse();
    let oldest = now.as_millisecond() - AGE;
    Ok(Waiting { files, current: None, line: String::new(), oldest })
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut paths = folder::entries(folder)?;
    paths.retain(|path| path.extension().is_some_and(|end| end == "jsonl"));
    Ok(paths)
}

/// Lines that wait. One is held in memory at a time.
pub struct Waiting {
    files: Vec<PathBuf>,
    current: Option<BufReader<File>>,
    line: String,
    oldest: i64,
}

impl Waiting {
    /// The next whole event, with its time; `None` at the end. What is torn or too long is left out.
    pub fn next_event(&mut self) -> Option<(i64, &str)> {
        loop {
            if self.current.is_none() {
                let path = self.files.pop()?;
                let opened = platform::careful_options(false).read(true).open(path);
                let is_file = |file: &File| file.metadata().is_ok_and(|found| found.is_file());
                self.current = opened.ok().filter(is_file).map(BufReader::new);
            }
            let Some(reader) = &mut self.current else { continue };
            match read_line(reader, &mut self.line) {
                Some(true) => {
                    let ts = time_of(&self.line).filter(|ts| *ts >= self.oldest);
                    if let Some(ts) = ts {
                        return Some((ts, self.line.trim_end()));
                    }
                }
                Some(false) => {}
                None => self.current = None,
            }
        }
    }
}

/// Reads one line; `None` at the end, `false` where it is no text or longer than any event.
fn read_line(reader: &mut BufReader<File>, line: &mut String) -> Option<bool> {
    let mut bytes = std::mem::take(line).into_bytes();
    bytes.clear();
    let mut is_whole = true;
    loop {
        let available = reader.fill_buf().ok()?;
        if available.is_empty() {
            return None;
        }
        let end = available.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(available.len(), |end| end + 1);
        if bytes.len() + taken <= LONGEST_LINE {
            bytes.extend_from_slice(&available[..taken]);
        } else {
            is_whole = false;
        }
        reader.consume(taken);
        if end.is_some() {
            break;
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) => {
            *line = text;
            Some(is_whole)
        }
        Err(_) => Some(false),
    }
}

/// The time of an event, if the line is a whole one.
fn time_of(line: &str) -> Option<i64> {
    #[derive(serde::Deserialize)]
    struct Thin {
        ts: i64,
    }
    serde_json::from_str::<Thin>(line).ok().map(|event| event.ts)
}

/// How many events of one purpose wait.
///
/// # Errors
/// As [`waiting`].
pub fn count(
    layout: &Layout,
    tool: &ToolId,
    purpose: &Purpose,
    now: Timestamp,
) -> Result<u64, Error> {
    let mut events = waiting(layout, tool, purpose, now)?;
    let mut count = 0;
    while events.next_event().is_some() {
        count += 1;
    }
    Ok(count)
}

/// No tool id begins like this, so no writer and no delivery looks there.
const PURGED: &str = ".purged-";

/// Deletes everything of a tool that waits, or of some of its purposes, and what an earlier purge
/// that was killed left behind.
pub(super) fn purge(
    layout: &Layout,
    tool: &ToolId,
    purposes: Option<&[Purpose]>,
) -> Result<(), Error> {
    match purposes {
        None => move_away(layout, &layout.spool_of(tool))?,
        Some(purposes) => purposes
            .iter()
            .try_for_each(|purpose| move_away(layout, &layout.spool(tool, purpose)))?,
    }
    let is_purged = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PURGED))
    };
    folder::entries(&layout.spools())?
        .iter()
        .filter(|path| is_purged(path))
        .try_for_each(|path| folder::remove(path))
}

/// From here on no writer finds the folder.
fn move_away(layout: &Layout, folder: &Path) -> Result<(), Error> {
    if matches!(folder.try_exists(), Ok(false)) {
        return Ok(());
    }
    let away = layout.spools().join(format!("{PURGED}{}", random::uuid(folder)?));
    match std::fs::rename(folder, &away) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Error::io("delete", folder, error))
        }
        _ => Ok(()),
    }
}
