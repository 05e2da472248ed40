//! The folder in which the events of a tool wait.
//!
//! One folder for each purpose, and in it one file of JSON lines, named after the yes it rests on: its
//! second, a part of the salt, the notice that was read and a part of its digest.
//! Both are made by that yes, and by no writer. A writer opens the file to append, writes one line with one
//! write, and closes it: no lock, no sync, no listing. A line begins with a line end as well as
//! ending with one, so that what a full disk cut off swallows nothing. A short write is not
//! continued: the reader leaves out what is not whole.
//!
//! A no deletes the whole folder at once (`folder::delete`). Writers make nothing, so from then on they
//! find nothing to write to. (Deleting the file alone was turned down: a writer that opens it with
//! "create" at that moment leaves an event behind.) The name ties an event to one yes: a writer that
//! decided under an older yes finds the folder of a newer one, but no file of its own in it.

use crate::domain::consent::{Consent, Noticed, Read, Word};
use crate::domain::declaration::Terms;
use crate::domain::tool_id::{Purpose, ToolId};
use crate::events::positions::Positions;
use crate::fs::Error;
use crate::fs::layout::Layout;
use crate::fs::lines::{LONGEST_LINE, Lines, time_of};
use crate::fs::{file, folder, platform};
use jiff::Timestamp;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// How many bytes may wait for one purpose where the host says nothing.
pub const BOUND: u64 = 1024 * 1024;

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

/// The name of the file that events under this yes go to.
fn file_name(consent: &Consent, purpose: &Purpose, read: &Read) -> String {
    let at = consent.word_on(purpose).at().map_or(0, |at| at.as_second());
    format!("{at}-{}-{}-{}.jsonl", salt_of(consent), read.notice, part_of(&read.digest))
}

fn salt_of(consent: &Consent) -> &str {
    consent.salt.as_deref().and_then(|salt| salt.get(..8)).unwrap_or("00000000")
}

/// As much of a digest as nobody finds a second declaration for.
fn part_of(digest: &str) -> &str {
    digest.strip_prefix("sha256:").and_then(|hex| hex.get(..32)).unwrap_or_default()
}

/// The yes that a file is named after: when it was said, and what was read. `None` where a no came
/// between that and the answers of now, or the declaration means something else by now.
pub fn yes_behind(
    name: &str,
    consent: &Consent,
    purpose: &Purpose,
    terms: &dyn Terms,
) -> Option<(Timestamp, Read)> {
    let mut parts = name.split('.').next()?.split('-');
    let mut part = || parts.next();
    let (at, salt, notice, digest) = (part()?, part()?, part()?, part()?);
    let at = Timestamp::from_second(at.parse().ok()?).ok()?;
    let notice = notice.parse().ok()?;
    let meanings = [Some(purpose), None].into_iter();
    let mut meanings = meanings.filter_map(|of| terms.digest(of, notice));
    let digest = meanings.find(|meaning| !digest.is_empty() && part_of(meaning) == digest)?;
    let read = Read { notice, digest: digest.into_owned() };
    (salt == salt_of(consent)).then_some((at, read))
}

/// The file that counts events dropped for want of room, a byte for each.
pub(crate) const DROPPED: &str = "dropped";

/// The file that counts events that became too old to leave, a byte for each.
pub(crate) const TOO_OLD: &str = "too-old";

/// The file that counts events that the yes does not cover, a byte for each.
pub(crate) const NOT_COVERED: &str = "not-covered";

/// Makes the files of purposes. Called by what allows them, and by nobody else.
pub(crate) fn prepare(
    layout: &Layout,
    tool: &ToolId,
    purposes: &[Purpose],
    consent: &Consent,
) -> Result<(), Error> {
    let read = |purpose| match consent.word_on(purpose) {
        Word::Granted { read, .. } | Word::Noticed(Noticed { read, .. }) => Some(read),
        Word::Denied { .. } | Word::Nothing => None,
    };
    let mut allowed = purposes.iter().filter_map(|purpose| Some((purpose, read(purpose)?)));
    allowed.try_for_each(|(purpose, read)| prepare_for(layout, tool, purpose, consent, read))
}

/// Makes the file of one purpose.
pub(crate) fn prepare_for(
    layout: &Layout,
    tool: &ToolId,
    purpose: &Purpose,
    consent: &Consent,
    read: &Read,
) -> Result<(), Error> {
    let path = layout.spool(tool, purpose).join(file_name(consent, purpose, read));
    // A no to another purpose may take the folder away between its making and that of the file.
    let mut made = file::ensure(&path);
    for _ in 0..MOST_TRIES {
        if made.is_ok() {
            break;
        }
        made = file::ensure(&path);
    }
    made
}

/// Adds an event. Never fails, never waits, never makes a folder.
///
/// Between opening and writing, a delivery may have read the file to its end and removed it: then the
/// event is written once more, to the file that took its place. After a no there is none.
pub(crate) fn append(
    layout: &Layout,
    tool: &ToolId,
    purpose: &Purpose,
    (consent, read): (&Consent, &Read),
    line: &str,
    bound: u64,
    now: i64,
) -> Appended {
    let folder = layout.spool(tool, purpose);
    let line = format!("\n{line}\n");
    if line.len() > LONGEST_LINE {
        return Appended::Lost;
    }
    let path = folder.join(file_name(consent, purpose, read));
    for _ in 0..MOST_TRIES {
        let Some((file, metadata)) = open(&path, false) else { return Appended::Lost };
        let appended = write(&folder, &file, &metadata, &line, bound, now);
        if appended != Appended::Waits || !platform::has_no_name(&file) {
            return appended;
        }
    }
    Appended::Lost
}

/// How often a writer tries that finds its file removed by a delivery, each time between two steps.
const MOST_TRIES: u32 = 5;

fn write(
    folder: &Path,
    mut file: &File,
    metadata: &Metadata,
    line: &str,
    bound: u64,
    now: i64,
) -> Appended {
    let mut length = metadata.len();
    // Nothing was added for so long that all of it is too old to leave. (Two writers at that moment
    // may empty it twice, and one of their two events is lost: once in ninety days, at worst.)
    if length > 0 && is_older_than_any_event(metadata, now) && file.set_len(0).is_ok() {
        length = 0;
    }
    if length + line.len() as u64 > bound {
        add_to(folder, DROPPED, 1);
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

/// Adds what a writer left in a file that is gone, to the file that took its place.
pub(crate) fn rescue(path: &Path, mut rest: impl std::io::Read) {
    if let Some((mut file, _)) = open(path, false) {
        let _ = std::io::copy(&mut rest, &mut file);
    }
}

/// Opens a file to append, if it is a regular one.
fn open(path: &Path, create: bool) -> Option<(File, Metadata)> {
    file::open_regular(platform::careful_options(false).append(true).create(create), path)
}

/// Adds to one of the counters.
pub(crate) fn add_to(folder: &Path, counter: &str, number: u64) {
    if number == 0 {
        return;
    }
    let bytes = vec![b'.'; usize::try_from(number).unwrap_or(0)];
    if let Some((mut file, metadata)) = open(&folder.join(counter), true)
        && platform::may_write(metadata.len() + number).is_ok()
    {
        let _ = file.write(&bytes);
    }
}

/// Whether an event that happens once was recorded before; marks it as recorded.
pub(crate) fn is_repeated(layout: &Layout, tool: &ToolId, purpose: &Purpose, event: &str) -> bool {
    let mark = layout.spool(tool, purpose).join(format!("once-{event}"));
    let made = platform::careful_options(false).write(true).create_new(true).open(mark);
    made.is_err_and(|error| error.kind() == ErrorKind::AlreadyExists)
}

/// How many events were dropped because the spool was full.
pub fn dropped(layout: &Layout, tool: &ToolId, purpose: &Purpose) -> u64 {
    counted(layout, tool, purpose, DROPPED)
}

/// How many events were dropped because they became too old to leave.
pub fn too_old(layout: &Layout, tool: &ToolId, purpose: &Purpose) -> u64 {
    counted(layout, tool, purpose, TOO_OLD)
}

/// How many events were dropped because the yes does not cover them.
pub fn not_covered(layout: &Layout, tool: &ToolId, purpose: &Purpose) -> u64 {
    counted(layout, tool, purpose, NOT_COVERED)
}

fn counted(layout: &Layout, tool: &ToolId, purpose: &Purpose, counter: &str) -> u64 {
    file::length(&layout.spool(tool, purpose).join(counter))
}

/// The events of one purpose that wait, oldest first, one line at a time. Those that are too old
/// to leave are left out, and those that every destination has.
///
/// # Errors
/// Where the folder is there and cannot be listed.
pub fn waiting(
    layout: &Layout,
    tool: &ToolId,
    purpose: &Purpose,
    now: Timestamp,
) -> Result<Waiting, Error> {
    let folder = layout.spool(tool, purpose);
    let mut files = files_in(&folder)?;
    files.sort();
    files.reverse();
    // Most spools were never delivered from, and have no positions.
    let positions = if files.len() > 1 { Positions::read(&folder) } else { Positions::default() };
    let oldest = now.as_millisecond() - AGE;
    Ok(Waiting { files, positions, current: None, oldest })
}

/// The files of a folder that hold events, in no order.
pub(crate) fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut paths = folder::entries(folder)?;
    paths.retain(|path| path.extension().is_some_and(|end| end == "jsonl"));
    Ok(paths)
}

/// Lines that wait. One is held in memory at a time.
pub struct Waiting {
    files: Vec<PathBuf>,
    positions: Positions,
    current: Option<Lines>,
    oldest: i64,
}

impl Waiting {
    /// The next whole event, with its time; `None` at the end.
    pub fn next_event(&mut self) -> Option<(i64, &str)> {
        self.next_read_by(&mut time_of)
    }

    /// The same, as [`Lines::next_read_by`].
    pub fn next_read_by(
        &mut self,
        read: &mut dyn FnMut(&str) -> Option<i64>,
    ) -> Option<(i64, &str)> {
        loop {
            let mut lines = match self.current.take() {
                Some(lines) => lines,
                None => {
                    let path = self.files.pop()?;
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    match Lines::open(&path, self.positions.of_all(&name)) {
                        Some(lines) => lines,
                        None => continue,
                    }
                }
            };
            let is_young = match lines.next_read_by(read) {
                Some(line) => line.ts >= self.oldest,
                None => continue,
            };
            self.current = Some(lines);
            if is_young {
                break;
            }
        }
        self.current()
    }

    /// The event that was read last, with its time; `None` before the first, and at the end.
    pub fn current(&self) -> Option<(i64, &str)> {
        let line = self.current.as_ref()?.current();
        Some((line.ts, line.text))
    }
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

/// Deletes everything of a tool that is queued, or of some of its purposes.
pub(crate) fn purge(
    layout: &Layout,
    tool: &ToolId,
    purposes: Option<&[Purpose]>,
) -> Result<(), Error> {
    let spools = layout.spools();
    match purposes {
        None => folder::delete(&layout.spool_of(tool), &spools),
        Some(purposes) => {
            let mut all = Ok(());
            for purpose in purposes {
                all = all.and(folder::delete(&layout.spool(tool, purpose), &spools));
            }
            all
        }
    }
}

/// Deletes what a purge that was killed left behind, of any tool.
pub(crate) fn purge_leftovers(layout: &Layout) -> Result<(), Error> {
    folder::delete_leftovers(&layout.spools())
}
