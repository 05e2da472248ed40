//! What leaves the spool. Writers add to one open file; delivery takes it away whole, under another
//! name, and reads that.
//!
//! The open file is there at every instant, because writers make none: it gets its second name by a
//! link, and an empty file is renamed over the first. What a writer that opened it before still adds
//! goes to the closed file, which is read to its end; what comes even later, while that is removed, is
//! written again to the open one. Positions in closed files stand beside them,
//! one for each destination. Only who holds the tool's [`super::schedule::Schedule`] may do any of this.

use crate::domain::tool_id::{Purpose, ToolId};
use crate::events::positions::Positions;
use crate::events::spool;
use crate::fs::Error;
use crate::fs::layout::Layout;
use crate::fs::lines::Lines;
use crate::fs::{file, platform};
use jiff::{SignedDuration, Timestamp};
use std::fs;
use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The most bytes in closed files before no further one is closed: a receiver that is away lets
/// what is new wait where its amount is bounded.
const MOST: u64 = spool::BOUND;

/// The events of one purpose, ready to leave.
pub struct Queue {
    folder: PathBuf,
    positions: Positions,
    destinations: Vec<String>,
}

impl Queue {
    /// The queue of one purpose, whose destinations have these keys.
    pub fn of(
        layout: &Layout,
        tool: &ToolId,
        purpose: &Purpose,
        destinations: Vec<String>,
    ) -> Self {
        let folder = layout.spool(tool, purpose);
        Self { positions: Positions::read(&folder), folder, destinations }
    }

    /// Closes the open files in which the first event is one that may leave now, and gives all closed
    /// ones, oldest first.
    ///
    /// # Errors
    /// Where the folder cannot be listed or changed.
    pub fn close(&mut self, may_leave: &dyn Fn(i64) -> bool) -> Result<Vec<String>, Error> {
        let (mut closed, open): (Vec<PathBuf>, Vec<PathBuf>) =
            spool::files_in(&self.folder)?.into_iter().partition(|path| is_closed(path));
        closed.sort();
        let mut total: u64 = closed.iter().map(|path| file::length(path)).sum();
        for path in open {
            finish_what_was_begun(&path, &closed)?;
            let has_something = Lines::open(&path, 0).is_some_and(|mut lines| {
                lines.next_event().is_some_and(|event| may_leave(event.ts))
            });
            if has_something && total >= MOST {
                total -= self.give_up_the_oldest(&closed)?;
                closed.retain(|path| path.exists());
            }
            if has_something && total < MOST {
                total += file::length(&path);
                closed.push(close_file(&path, &closed)?);
            }
        }
        closed.sort();
        Ok(closed.iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect())
    }

    /// Removes the oldest closed file, if some destinations have all of it: those that do not must not
    /// keep from the others what is new. Says how many bytes that were.
    fn give_up_the_oldest(&mut self, closed: &[PathBuf]) -> Result<u64, Error> {
        let Some(path) = closed.first() else { return Ok(0) };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let length = file::length(path);
        if !self.destinations.iter().any(|key| self.positions.of(&name, key) >= length) {
            return Ok(0);
        }
        let mut lines = Lines::open(path, self.positions.of_all(&name));
        let mut dropped = 0;
        while lines.as_mut().and_then(Lines::next_event).is_some() {
            dropped += 1;
        }
        spool::add_to(&self.folder, spool::DROPPED, dropped);
        file::discard(path)?;
        self.positions.forget(&name);
        self.write_positions()?;
        Ok(length)
    }

    /// The events in a closed file that one destination has not got yet.
    pub fn events(&self, name: &str, destination: &str) -> Option<Lines> {
        Lines::open(&self.folder.join(name), self.positions.of(name, destination))
    }

    /// Remembers that a destination has everything up to here.
    ///
    /// # Errors
    /// Where that cannot be written: then nothing more may leave, or it would leave again and again.
    pub fn advance(&mut self, name: &str, destination: &str, to: u64) -> Result<(), Error> {
        self.positions.advance(name, destination, to, &self.destinations);
        self.write_positions()
    }

    fn write_positions(&self) -> Result<(), Error> {
        match self.positions.write(&self.folder) {
            // A no took the folder away.
            Err(_) if !self.folder.exists() => Ok(()),
            done => done,
        }
    }

    /// Removes a closed file that every destination has everything of. What is torn at its end goes
    /// with it, once nobody can be writing there any more.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn remove_if_done(&mut self, name: &str, now: Timestamp) -> Result<(), Error> {
        let path = self.folder.join(name);
        let settled = self.positions.of_all(name);
        let opened = platform::careful_options(false).read(true).open(&path).ok();
        let length =
            || opened.as_ref().and_then(|file| file.metadata().ok()).map_or(0, |m| m.len());
        let is_done = settled >= length() || is_torn(&path, settled, now);
        if self.destinations.is_empty() || !is_done {
            return Ok(());
        }
        file::discard(&path)?;
        // From here on writers see that it is gone; those before did not.
        if length() > settled
            && let Some(mut file) = opened
            && file.seek(SeekFrom::Start(settled)).is_ok()
        {
            spool::rescue(&open_name(&path), file);
        }
        self.positions.forget(name);
        self.write_positions()
    }

    /// Adds to the numbers of events that were dropped: because they became too old, and because the
    /// yes does not cover them.
    pub fn count_dropped(&self, too_old: u64, not_covered: u64) {
        spool::add_to(&self.folder, spool::TOO_OLD, too_old);
        spool::add_to(&self.folder, spool::NOT_COVERED, not_covered);
    }
}

/// `NAME.NUMBER.jsonl`: the open file has no number.
fn is_closed(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| Path::new(stem).extension().is_some())
}

/// Whether no whole event is left in a file that was last written to a while ago.
fn is_torn(path: &Path, from: u64, now: Timestamp) -> bool {
    const WHILE: SignedDuration = SignedDuration::from_mins(10);
    let written = fs::symlink_metadata(path).and_then(|found| found.modified()).ok();
    let written = written.and_then(|at| Timestamp::try_from(at).ok());
    written.is_some_and(|at| now.duration_since(at) > WHILE)
        && Lines::open(path, from).is_some_and(|mut lines| lines.next_event().is_none())
}

/// The open file that a closed one was.
fn open_name(closed: &Path) -> PathBuf {
    closed.with_extension("").with_extension("jsonl")
}

/// A delivery that was killed between link and rename left one file with both names.
fn finish_what_was_begun(open: &Path, closed: &[PathBuf]) -> Result<(), Error> {
    let Ok(here) = fs::symlink_metadata(open) else { return Ok(()) };
    let is_twice = closed.iter().any(|path| {
        fs::symlink_metadata(path).is_ok_and(|there| platform::has_two_names(&here, &there))
    });
    if is_twice { replace_by_empty(open) } else { Ok(()) }
}

fn close_file(open: &Path, closed: &[PathBuf]) -> Result<PathBuf, Error> {
    let stem = open.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let number = |path: &PathBuf| -> Option<u64> {
        path.file_stem()?.to_str()?.strip_prefix(&stem)?.strip_prefix('.')?.parse().ok()
    };
    let next = closed.iter().filter_map(number).max().map_or(1, |last| last + 1);
    let path = open.with_file_name(format!("{stem}.{next:08}.jsonl"));
    if fs::hard_link(open, &path).is_ok() {
        replace_by_empty(open)?;
        return Ok(path);
    }
    // No second names here (FAT has none). Between these two steps a writer finds no file, and its
    // event is lost.
    fs::rename(open, &path).map_err(|error| Error::io("close", open, error))?;
    replace_by_empty(open)?;
    Ok(path)
}

fn replace_by_empty(open: &Path) -> Result<(), Error> {
    match file::replace_here(open, b"") {
        // A no took the folder away.
        Err(_) if !open.parent().is_some_and(Path::exists) => Ok(()),
        done => done,
    }
}
