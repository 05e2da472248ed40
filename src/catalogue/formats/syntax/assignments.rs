//! Files of lines that give names to values, some of them below headers: how one is found, changed,
//! added as its neighbours are written, or taken out.

use crate::catalogue::formats::format::{Leaves, Refused, Scalar, not_safe};
use crate::fs::text_lines as lines;
use std::ops::Range;

/// A name with its value.
#[derive(Debug)]
pub(crate) struct Assignment {
    /// Where it belongs, and its name, as the format compares them.
    pub(crate) path: Vec<String>,
    pub(crate) name: Range<usize>,
    /// The value as it is written, quotes included.
    pub(crate) value: Range<usize>,
    pub(crate) means: String,
}

/// The line a section begins with.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) path: Vec<String>,
    pub(crate) line: Range<usize>,
}

/// Everything in a file.
#[derive(Debug, Default)]
pub(crate) struct File {
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) sections: Vec<Section>,
    /// Everything else that counts.
    pub(crate) other: Vec<String>,
}

/// How new lines are written where there is no neighbour to be imitated.
pub(crate) struct Writing<'a> {
    pub(crate) name: &'a str,
    pub(crate) indent: &'a str,
    pub(crate) equals: &'a str,
    /// The header of the section.
    pub(crate) header: Option<String>,
    /// Whether an empty line stands before a section.
    pub(crate) is_spaced: bool,
}

impl File {
    pub(crate) fn leaves(self) -> Leaves {
        let other = self.other.into_iter().map(|text| (Vec::new(), text));
        let sections = self.sections.into_iter().map(|section| (section.path, String::new()));
        let named = self.assignments.into_iter().map(|one| (one.path, format!("= {}", one.means)));
        named.chain(sections).chain(other).collect()
    }

    fn named<'a>(&'a self, path: &[String]) -> impl DoubleEndedIterator<Item = &'a Assignment> {
        self.assignments.iter().filter(move |one| one.path == path)
    }

    /// The one assignment of a key.
    pub(crate) fn one(&self, text: &str, path: &[String]) -> Result<Option<&Assignment>, Refused> {
        let mut named = self.named(path);
        let first = named.next();
        match named.next() {
            Some(again) => {
                let name = &text[again.name.clone()];
                let why = format!("has `{name}` twice in one place; keep one of them");
                Err(Refused::at(text, again.name.start, why))
            }
            None => Ok(first),
        }
    }

    /// The last assignment of a key, where the last one wins.
    pub(crate) fn last(&self, path: &[String]) -> Option<&Assignment> {
        self.named(path).next_back()
    }

    /// The text with a new line, in the last section of that name or one made for it.
    pub(crate) fn add(
        &self,
        text: &str,
        path: &[String],
        value: &str,
        writing: &Writing<'_>,
    ) -> Result<String, Refused> {
        let (_, place) = path.split_last().ok_or_else(not_safe)?;
        let header = self.sections.iter().rev().find(|section| section.path == place);
        let mut own =
            self.assignments.iter().filter(|one| one.path[..one.path.len() - 1] == *place);
        let neighbour = own.next_back().or(self.assignments.last());
        let indent = neighbour.and_then(|one| lines::indent(text, one.name.start));
        let indent = indent.unwrap_or(writing.indent);
        let neighbour = neighbour.filter(|one| !one.value.is_empty());
        let equals = neighbour.map(|one| &text[one.name.end..one.value.start]);
        let equals = equals.filter(|equals| equals.trim() == writing.equals.trim());
        let line = [indent, writing.name, equals.unwrap_or(writing.equals), value].concat();
        let begins = header.map_or(0, |header| header.line.start);
        let last =
            self.assignments.iter().rev().find(|one| one.path[..one.path.len() - 1] == *place);
        let at = match (last.filter(|last| last.name.start >= begins), header, &writing.header) {
            (Some(last), _, _) => self.end_of(text, last),
            (None, Some(header), _) => header.line.end,
            (None, None, Some(header)) => return Ok(self.add_section(text, header, &line, writing)),
            (None, None, None) => {
                self.sections.first().map_or(text.len(), |first| first.line.start)
            }
        };
        Ok(lines::inserted(text, at, &line))
    }

    /// The end of the lines of an assignment.
    fn end_of(&self, text: &str, one: &Assignment) -> usize {
        lines::end(text, one.value.end.max(one.name.end))
    }

    fn add_section(&self, text: &str, header: &str, line: &str, writing: &Writing<'_>) -> String {
        let eol = lines::ending(text);
        let is_spaced = match &self.sections[..] {
            [_, .., last] => text[..last.line.start].ends_with([eol, eol].concat().as_str()),
            _ => writing.is_spaced,
        };
        let gap = if is_spaced && !text.is_empty() { eol } else { "" };
        lines::inserted(text, text.len(), &[gap, header, eol, line].concat())
    }

    /// The text with another value in place of this one.
    pub(crate) fn replace(text: &str, one: &Assignment, equals: &str, value: &str) -> String {
        let between = &text[one.name.end..one.value.start];
        let gap = match (one.value.is_empty(), between.trim().is_empty()) {
            (true, true) => equals,
            (true, false) if between.starts_with(' ') && !between.ends_with([' ', '\t']) => " ",
            _ => "",
        };
        lines::spliced(text, one.value.clone(), &[gap, value].concat())
    }

    /// The text without the line of an assignment, nor its section where nothing else is left in
    /// it. `add` tells what a section was added with.
    pub(crate) fn remove(
        &self,
        text: &str,
        one: Option<&Assignment>,
        add: impl Fn(&str, &Scalar) -> Result<String, Refused>,
    ) -> Result<String, Refused> {
        let Some(one) = one else { return Ok(text.to_owned()) };
        let value = Scalar::Text(one.means.clone());
        if lines::indent(text, one.name.start).is_none() {
            let why = "has the value on one line with something else; take it out by hand";
            return Err(Refused::at(text, one.name.start, why));
        }
        let line = lines::start(text, one.name.start)..self.end_of(text, one);
        let header = self.sections.iter().find(|section| section.line.end == line.start);
        let is_only = text[line.end..].trim_start_matches(['\r', '\n', ' ', '\t']);
        let is_only = line.end == text.len() || is_only.starts_with('[');
        if let Some(header) = header.filter(|_| is_only) {
            let start = header.line.start;
            let above = lines::without_ending(&text[..start]).len();
            for start in [above, start] {
                let without = lines::cut(text, start..line.end);
                if add(&without, &value).is_ok_and(|again| again == text) {
                    return Ok(without);
                }
            }
            return Ok(lines::cut(text, start..line.end));
        }
        Ok(lines::cut(text, line))
    }
}

/// A value that means itself in every one of these formats, without quotes.
pub(crate) fn plain(value: &Scalar) -> Result<String, Refused> {
    let value = value.to_text();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-+/:@,".contains(c);
    if !value.is_empty() && value.chars().all(is_plain) {
        return Ok(value);
    }
    Err(Refused::new(format!("cannot hold {value:?} without quotes; change it by hand")))
}

/// Names that mean themselves in every one of these formats.
pub(crate) fn are_plain(names: &[String]) -> Result<(), Refused> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    match names.iter().find(|name| name.is_empty() || !name.chars().all(is_plain)) {
        Some(name) => Err(Refused::new(format!("cannot hold a key with {name:?} in it"))),
        None => Ok(()),
    }
}

/// What a key that is no name in a section is refused with.
pub(crate) fn unfitting() -> Refused {
    Refused::new("has sections and names in them only, which the key does not fit")
}

/// What a line that cannot be read is refused with.
pub(crate) fn unreadable(text: &str, at: usize) -> Refused {
    Refused::at(text, at, "has a line that is no `name = value`; change it by hand")
}

#[cfg(test)]
mod tests;
