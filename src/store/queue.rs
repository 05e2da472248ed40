//! What leaves the spool. Writers add to one open file; delivery takes it away whole, under another
//! name, and reads that.
//!
//! The open file is there at every instant, because writers make none: it gets its second name by a
//! link, and an empty file is renamed over the first. What a writer that opened it before still adds
//! goes to the closed file, which is read to its end. Positions in closed files stand beside them,
//! one for each destination. Only who holds the tool's [`super::schedule::Schedule`] may do any of this.

use super::error::Error;
use super::layout::Layout;
use super::lines::Lines;
use super::positions::Positions;
use super::spool;
use super::{file, platform};
use crate::domain::tool_id::{Purpose, ToolId};
use std::fs;
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
        let size = |path: &PathBuf| fs::symlink_metadata(path).map_or(0, |found| found.len());
        let mut total: u64 = closed.iter().map(size).sum();
        for path in open {
            finish_what_was_begun(&path, &closed)?;
            let has_something = Lines::open(&path, 0).is_some_and(|mut lines| {
                lines.next_event().is_some_and(|event| may_leave(event.ts))
            });
            if has_something && total < MOST {
                total += size(&path);
                closed.push(close_file(&path, &closed)?);
            }
        }
        closed.sort();
        Ok(closed.iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect())
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
        self.positions.write(&self.folder)
    }

    /// Removes a closed file that every destination has everything of.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn remove_if_done(&mut self, name: &str) -> Result<(), Error> {
        let path = self.folder.join(name);
        let length = fs::symlink_metadata(&path).map_or(0, |found| found.len());
        if self.destinations.is_empty() || self.positions.of_all(name) < length {
            return Ok(());
        }
        file::remove(&path)?;
        self.positions.forget(name);
        match self.folder.exists() {
            true => self.positions.write(&self.folder),
            false => Ok(()),
        }
    }

    /// Adds to the number of events that were dropped because they became too old.
    pub fn count_too_old(&self, number: u64) {
        spool::add_to(&self.folder, spool::TOO_OLD, number);
    }
}

/// `NAME.NUMBER.jsonl`: the open file has no number.
fn is_closed(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| Path::new(stem).extension().is_some())
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
