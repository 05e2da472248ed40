//! Events in a file of JSON lines, one at a time. What is torn, no text or too long is left out.

use crate::fs::{file, platform};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// The longest line, in bytes: appends of this size stay whole and fast even in a crowd.
pub const LONGEST_LINE: usize = 64 * 1024;

/// The events of one file. One is held in memory at a time.
pub struct Lines {
    reader: BufReader<File>,
    line: String,
    ts: i64,
    at: u64,
}

/// A whole event, as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'l> {
    /// When it happened: milliseconds since 1970.
    pub ts: i64,
    /// The event.
    pub text: &'l str,
    /// Where the file goes on after it, in bytes from its start.
    pub end: u64,
}

impl Lines {
    /// Opens a regular file, to be read from a place in it; `None` where there is none.
    pub fn open(path: &Path, from: u64) -> Option<Self> {
        let (mut file, _) = file::open_regular(platform::careful_options(false).read(true), path)?;
        if from > 0 {
            file.seek(SeekFrom::Start(from)).ok()?;
        }
        Some(Self { reader: BufReader::new(file), line: String::new(), ts: 0, at: from })
    }

    /// The next whole event; `None` at the end.
    pub fn next_event(&mut self) -> Option<Line<'_>> {
        self.next_read_by(&mut time_of)
    }

    /// The same for somebody who reads each line anyway, and knows from that when it happened; `None`
    /// from there means that the line is not a whole event.
    pub fn next_read_by(&mut self, read: &mut dyn FnMut(&str) -> Option<i64>) -> Option<Line<'_>> {
        loop {
            if self.read_line()?
                && let Some(ts) = read(&self.line)
            {
                self.ts = ts;
                return Some(self.current());
            }
        }
    }

    /// How far it was read, in bytes from the start of the file.
    pub fn position(&self) -> u64 {
        self.at
    }

    /// The event that was read last.
    pub fn current(&self) -> Line<'_> {
        Line { ts: self.ts, text: self.line.trim_end(), end: self.at }
    }

    /// Reads one line; `None` at the end, `false` where it is no text or longer than any event.
    fn read_line(&mut self) -> Option<bool> {
        let mut bytes = std::mem::take(&mut self.line).into_bytes();
        bytes.clear();
        let mut start = self.reader.by_ref().take(LONGEST_LINE as u64);
        let length = start.read_until(b'\n', &mut bytes).ok()?;
        self.at += length as u64;
        let is_whole = bytes.ends_with(b"\n");
        if !is_whole {
            if length < LONGEST_LINE {
                return None;
            }
            self.at += self.reader.skip_until(b'\n').ok()? as u64;
        }
        match String::from_utf8(bytes) {
            Ok(text) => {
                self.line = text;
                Some(is_whole)
            }
            Err(_) => Some(false),
        }
    }
}

/// The time of an event, in milliseconds since 1970, if the line is a whole one.
pub fn time_of(line: &str) -> Option<i64> {
    #[derive(serde::Deserialize)]
    struct Thin {
        ts: i64,
    }
    serde_json::from_str::<Thin>(line).ok().map(|event| event.ts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_whole_and_has_a_time() {
        let whole = [
            (r#"{"ts":12,"tool":"a","eventData":{}}"#, 12),
            (r#"{"ts":-1,"a":[]}"#, -1),
            (r#"{"ts":3}"#, 3),
            (r#" {"tool":"a", "ts" : 5}"#, 5),
        ];
        for (line, ts) in whole {
            assert_eq!(time_of(line), Some(ts), "{line}");
        }
        for torn in [
            r#"{"ts":12,"tool":"a","eventData":{}"#,
            r#"{"ts":12,"tool":"a"}}"#,
            r#"{"ts":+12,"tool":"a"}"#,
            r#"{"ts":1.5,"tool":"a"}"#,
            r#"{"ts":"12","tool":"a"}"#,
            r#"{"ts":12,"#,
            r#"{"tool":"a"}"#,
            "",
        ] {
            assert_eq!(time_of(torn), None, "{torn}");
        }
    }
}
