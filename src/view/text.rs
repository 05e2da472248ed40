//! Text for a screen: lines of a bounded width, with hanging indents and a second column.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthStr;

/// The widest line that is still easy to read, in columns.
pub const WIDEST: usize = 80;

/// One paragraph, in lines of a bounded width.
pub fn paragraph(words: &str, width: usize) -> String {
    let mut text = Text::new(width);
    text.paragraph(words);
    text.finish()
}

/// A time as people read it where they are, to the second.
pub fn local_time(at: Timestamp, zone: &TimeZone) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().separator(b' ').precision(Some(0));
    PRINTER.datetime_to_string(&zone.to_datetime(at))
}

/// Lines of a bounded width, with hanging indents.
#[derive(Clone)]
pub(super) struct Text {
    width: usize,
    lines: Vec<String>,
}

/// Where the second column begins, measured from the row's own indent.
const COLUMN: usize = 13;

impl Text {
    pub(super) fn new(width: usize) -> Self {
        Self { width: width.clamp(30, WIDEST), lines: Vec::new() }
    }

    pub(super) fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    pub(super) fn paragraph(&mut self, words: &str) {
        self.line(0, words);
    }

    pub(super) fn line(&mut self, indent: usize, words: &str) {
        self.wrap(&" ".repeat(indent), &" ".repeat(indent + 2 * usize::from(indent > 0)), words);
    }

    pub(super) fn row(&mut self, indent: usize, label: &str, words: &str) {
        self.row_at(COLUMN, indent, label, words);
    }

    /// Rows whose second column begins behind the longest label, as far as that leaves room.
    pub(super) fn rows(&mut self, indent: usize, rows: &[(&str, String)]) {
        let longest = rows.iter().map(|(label, _)| label.width()).max().unwrap_or(0);
        let column = (longest + 2).min(self.width / 3).max(COLUMN);
        for (label, words) in rows {
            self.row_at(column, indent, label, words);
        }
    }

    fn row_at(&mut self, column: usize, indent: usize, label: &str, words: &str) {
        let pad = column.saturating_sub(label.width()).max(2);
        let first = format!("{}{label}{}", " ".repeat(indent), " ".repeat(pad));
        self.wrap(&first, &" ".repeat(indent + column), words);
    }

    fn wrap(&mut self, first: &str, rest: &str, words: &str) {
        let options = textwrap::Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        self.lines.extend(textwrap::wrap(words, options).into_iter().map(|line| line.into_owned()));
    }

    pub(super) fn finish(self) -> String {
        self.lines.join("\n") + "\n"
    }
}
