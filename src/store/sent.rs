//! What has left, exactly: every request with its answer, one file a day and tool, for 90 days.
//!
//! It is opened before the first request of a delivery: where it cannot be, nothing leaves. A
//! delivery under way holds its file open and makes no other, so that what a person deletes meanwhile
//! stays deleted.

use super::error::Error;
use super::layout::Layout;
use super::{file, folder, platform, random};
use crate::domain::tool_id::ToolId;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

/// How long it is kept, in days.
const DAYS: i32 = 90;

/// The most bytes that are kept of one tool: the oldest days go first.
const MOST: u64 = 64 * 1024 * 1024;

/// The longest line that is read again: a request of the largest kind, escaped.
const LONGEST: u64 = 16 * 1024 * 1024;

/// One request, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it left: RFC 3339, UTC.
    pub sent: String,
    /// Whose it was.
    pub tool: String,
    /// For which purpose; `None` for a deletion request.
    pub purpose: Option<String>,
    /// Who got it.
    pub recipient: String,
    /// What kind of receiver.
    pub kind: String,
    /// How many events were in it.
    pub events: u64,
    /// Their ids.
    #[serde(rename = "eventIDs")]
    pub event_ids: Vec<String>,
    /// The pseudonyms it named.
    pub pseudonyms: Vec<String>,
    /// The request: the body byte for byte, before compression; keys in address and headers masked.
    pub request: Sent,
    /// What came back.
    pub answer: Answer,
}

/// A request that has left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// `GET` or `POST`.
    pub method: String,
    /// The address.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The HTTP status; `None` where none came.
    pub status: Option<u16>,
    /// What that means for the events: `taken`, `refused` or `later`.
    pub outcome: Outcome,
    /// How many of the events the receiver said it did not keep.
    #[serde(rename = "turnedDown", default)]
    pub turned_down: u64,
    /// What went wrong, for a person.
    pub why: Option<String>,
}

/// What an answer means for the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The receiver has them.
    Taken,
    /// The receiver does not want them, now or ever.
    Refused,
    /// They are tried again.
    Later,
}

/// The log of one tool, open for what leaves now.
pub struct SentLog {
    file: File,
    path: PathBuf,
}

impl SentLog {
    /// Opens the file of the day, and removes what is older than it is kept.
    ///
    /// # Errors
    /// Where it cannot be made or written to: then nothing may leave.
    pub fn open(layout: &Layout, tool: &ToolId, now: Timestamp) -> Result<Self, Error> {
        let folder = layout.sent_log(tool);
        let today = now.to_zoned(TimeZone::UTC).date();
        let oldest = today.saturating_sub(DAYS.days()).to_string();
        let path = folder.join(format!("{today}.jsonl"));
        file::ensure(&path)?;
        let mut total = 0;
        for day in days(&folder)?.into_iter().rev() {
            total += std::fs::symlink_metadata(&day).map_or(0, |found| found.len());
            let is_old = day.file_stem().is_some_and(|date| *date.to_string_lossy() < *oldest);
            if day != path && (is_old || total > MOST) {
                file::remove(&day)?;
            }
        }
        let opened = platform::careful_options(false).append(true).open(&path);
        let file = opened.map_err(|error| Error::io("write", &path, error))?;
        Ok(Self { file, path })
    }

    /// Notes a request and its answer.
    ///
    /// # Errors
    /// Where that cannot be written.
    pub fn note(&mut self, entry: &Entry) -> Result<(), Error> {
        let failed = |error| Error::io("write", &self.path, error);
        let mut line = serde_json::to_vec(entry).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        let length = self.file.metadata().map_err(failed)?.len();
        platform::may_write(length + line.len() as u64).map_err(failed)?;
        self.file.write_all(&line).map_err(failed)
    }
}

/// The files of one tool, oldest first.
fn days(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut days = folder::entries(folder)?;
    days.retain(|path| path.extension().is_some_and(|end| end == "jsonl"));
    days.sort();
    Ok(days)
}

/// Everything that has left for one tool, oldest first. One request is held in memory at a time; what
/// is torn is left out.
///
/// # Errors
/// Where the folder is there and cannot be listed.
pub fn entries(layout: &Layout, tool: &ToolId) -> Result<impl Iterator<Item = Entry>, Error> {
    let days = days(&layout.sent_log(tool))?;
    let opened = days.into_iter().filter_map(|path| {
        let file = platform::careful_options(false).read(true).open(path).ok()?;
        file.metadata().ok()?.is_file().then(|| BufReader::new(file))
    });
    Ok(opened.flat_map(|mut reader| {
        std::iter::from_fn(move || {
            let mut line = Vec::new();
            let read = reader.by_ref().take(LONGEST).read_until(b'\n', &mut line).ok()?;
            (read > 0).then(|| serde_json::from_slice::<Entry>(&line).ok())
        })
        .flatten()
    }))
}

/// The pseudonyms that the log of one tool holds.
///
/// # Errors
/// As [`entries`].
pub fn pseudonyms(layout: &Layout, tool: &ToolId) -> Result<BTreeSet<String>, Error> {
    Ok(entries(layout, tool)?.flat_map(|entry| entry.pseudonyms).collect())
}

/// Deletes the log of one tool. A delivery under way writes on into what nobody sees any more.
pub(super) fn forget(layout: &Layout, tool: &ToolId) -> Result<(), Error> {
    let folder = layout.sent_log(tool);
    let away = layout.sent_logs().join(format!(".forgotten-{}", random::uuid(&folder)?));
    match std::fs::rename(&folder, &away) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(Error::io("delete", &folder, error)),
        Ok(()) => {}
    }
    // What an earlier try that was killed left behind goes with it.
    let is_away = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".forgotten-"))
    };
    folder::entries(&layout.sent_logs())?
        .iter()
        .filter(|path| is_away(path))
        .try_for_each(|path| folder::remove(path))
}
