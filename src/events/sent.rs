//! What has left, exactly: every request with its answer, one file a day and tool, for 90 days.
//!
//! It is opened before the first request of a delivery: where it cannot be, nothing leaves. A
//! delivery under way holds its file open and makes no other, so that what a person deletes meanwhile
//! stays deleted.

use crate::domain::tool_id::ToolId;
use crate::fs::Error;
use crate::fs::layout::Layout;
use crate::fs::{file, folder, platform};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
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
    /// For which purpose.
    pub purpose: String,
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

/// Who writes: each kind has a file of its own, so that nobody writes between the lines of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// Deliveries, of which there is one at a time.
    Delivery,
    /// Update checks.
    Question,
}

/// The log of one tool, open for what leaves now.
pub struct SentLog {
    file: File,
    path: PathBuf,
    writer: Writer,
}

/// Room in the log for a request that is about to leave. It says "no answer yet" until it is settled.
#[must_use = "settle it, or the request stays without an answer"]
pub struct Reserved {
    start: u64,
    length: usize,
}

/// How much room an answer has in a line, in bytes.
const ANSWER: usize = 512;

impl SentLog {
    /// Opens the file of the day, and removes what is older than it is kept.
    ///
    /// # Errors
    /// Where it cannot be made or opened: then nothing may leave.
    pub fn open(
        layout: &Layout,
        tool: &ToolId,
        now: Timestamp,
        writer: Writer,
    ) -> Result<Self, Error> {
        let folder = layout.sent_log(tool);
        let today = now.to_zoned_datetime(TimeZone::UTC).date();
        let oldest = today.saturating_sub(DAYS.days()).to_string();
        let name = match writer {
            Writer::Delivery => format!("{today}.jsonl"),
            Writer::Question => format!("{today}-questions.jsonl"),
        };
        let path = folder.join(name);
        file::ensure(&path)?;
        let mut total = 0;
        for day in days(&folder)?.into_iter().rev() {
            total += file::length(&day);
            let is_old = day.file_stem().is_some_and(|date| *date.to_string_lossy() < *oldest);
            if day != path && (is_old || total > MOST) {
                file::discard(&day)?;
            }
        }
        let opened = platform::careful_options(false).read(true).write(true).open(&path);
        let file = opened.map_err(|error| Error::io("write", &path, error))?;
        Ok(Self { file, path, writer })
    }

    /// Writes a request down before it leaves.
    ///
    /// # Errors
    /// Where there is no room for it: then it may not leave.
    pub fn reserve(&mut self, entry: &Entry) -> Result<Reserved, Error> {
        let text = self.text(entry)?;
        let start = self.file.metadata().map_err(|error| self.failed(error))?.len();
        // A line end first, so that what a full disk once cut off swallows nothing.
        let line = format!("\n{text}{}\n", " ".repeat(ANSWER));
        if start > MOST {
            return Err(self.failed(std::io::ErrorKind::FileTooLarge.into()));
        }
        let written = platform::may_write(start + line.len() as u64).and_then(|()| {
            self.file.seek(SeekFrom::Start(start))?;
            self.file.write_all(line.as_bytes())
        });
        if let Err(error) = written {
            let _ = self.file.set_len(start);
            return Err(self.failed(error));
        }
        Ok(Reserved { start: start + 1, length: text.len() + ANSWER })
    }

    /// Writes the answer into the line; or takes the line out, where nothing can have left.
    ///
    /// # Errors
    /// Where that cannot be written: then the line says that there is no answer yet.
    pub fn settle(&mut self, reserved: &Reserved, entry: Option<&Entry>) -> Result<(), Error> {
        let Reserved { start, length } = *reserved;
        let end = start + length as u64 + 1;
        let is_last = self.file.metadata().is_ok_and(|found| found.len() == end);
        let text = entry.map(|entry| self.text(entry)).transpose()?.unwrap_or_default();
        if entry.is_none() && is_last && self.writer == Writer::Delivery {
            return self.file.set_len(start - 1).map_err(|error| self.failed(error));
        }
        // An answer has room: its words are ours and short.
        let padded = format!("{text:<length$}");
        let written = self
            .file
            .seek(SeekFrom::Start(start))
            .and_then(|_| self.file.write_all(&padded.as_bytes()[..length.min(padded.len())]));
        written.map_err(|error| self.failed(error))
    }

    fn text(&self, entry: &Entry) -> Result<String, Error> {
        serde_json::to_string(entry).map_err(|error| self.failed(error.into()))
    }

    fn failed(&self, error: std::io::Error) -> Error {
        Error::io("write", &self.path, error)
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
        let (file, _) = file::open_regular(platform::careful_options(false).read(true), &path)?;
        Some(BufReader::new(file))
    });
    Ok(opened.flat_map(|mut reader| {
        std::iter::from_fn(move || next_line(&mut reader).ok()?).filter_map(|line| entry(&line))
    }))
}

/// The next line of a log, torn or not; `None` at the end.
fn next_line(reader: &mut BufReader<File>) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let read = reader.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
    Ok((read > 0).then_some(line))
}

fn entry(line: &[u8]) -> Option<Entry> {
    serde_json::from_slice(line.trim_ascii()).ok()
}

/// Deletes the log of one tool. A delivery under way writes on into what nobody sees any more.
///
/// # Errors
/// Where it cannot be deleted.
pub fn forget(layout: &Layout, tool: &ToolId) -> Result<(), Error> {
    let deleted = folder::delete(&layout.sent_log(tool), &layout.sent_logs());
    deleted.and(folder::delete_leftovers(&layout.sent_logs()))
}
