//! Git's configuration: `[section "subsection"]`, names without case, and the last value wins.

use crate::catalogue::formats::format::{Format, Leaves, Refused, Scalar};
use crate::catalogue::formats::syntax::assignments::{
    Assignment, File, Section, Writing, are_plain, plain, unfitting, unreadable,
};
use crate::fs::text_lines as lines;

pub(super) struct Gitconfig;

impl Format for Gitconfig {
    fn read(&self, text: &str, key: &[String]) -> Result<Option<Scalar>, Refused> {
        let path = fitting(key)?;
        Ok(parse(text)?.last(&path).map(|one| Scalar::Text(one.means.clone())))
    }

    fn set(&self, text: &str, key: &[String], value: &Scalar) -> Result<String, Refused> {
        let file = parse(text)?;
        let (path, value) = (fitting(key)?, plain(value)?);
        if let Some(one) = file.last(&path) {
            let is_quoted = text[one.value.clone()].starts_with('"');
            let quote = if is_quoted { "\"" } else { "" };
            return Ok(File::replace(text, one, " = ", &[quote, &value, quote].concat()));
        }
        are_plain(key)?;
        let header = match key {
            [section, below, _] => format!("[{section} \"{below}\"]"),
            _ => format!("[{}]", key[0]),
        };
        let writing = Writing {
            name: &key[key.len() - 1],
            indent: "\t",
            equals: " = ",
            header: Some(header),
            is_spaced: false,
        };
        file.add(text, &path, &value, &writing)
    }

    fn remove(&self, text: &str, key: &[String]) -> Result<String, Refused> {
        let file = parse(text)?;
        let path = fitting(key)?;
        let one = file.one(text, &path)?;
        file.remove(text, one, |without, value| self.set(without, key, value))
    }

    fn leaves(&self, text: &str) -> Result<Leaves, Refused> {
        Ok(parse(text)?.leaves())
    }

    fn path(&self, key: &[String]) -> Vec<String> {
        path(key)
    }
}

/// A key as git compares it: only the subsection has its case.
fn path(key: &[String]) -> Vec<String> {
    let last = key.len().saturating_sub(1);
    let part = |(place, name): (usize, &String)| match place {
        place if place == 0 || place == last => name.to_ascii_lowercase(),
        _ => name.clone(),
    };
    key.iter().enumerate().map(part).collect()
}

fn fitting(key: &[String]) -> Result<Vec<String>, Refused> {
    match key.len() {
        2 | 3 => Ok(path(key)),
        _ => Err(unfitting()),
    }
}

fn parse(text: &str) -> Result<File, Refused> {
    let mut file = File::default();
    let mut section: Vec<String> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let line = at..lines::end(text, at);
        let rest = &text[line.clone()];
        at += rest.len() - rest.trim_start().len();
        if at >= line.end || text[at..].starts_with(['#', ';']) {
            at = line.end;
        } else if text[at..].starts_with('[') {
            let (path, length) = header(&text[at..line.end]).ok_or_else(|| unreadable(text, at))?;
            let start = lines::start(text, at);
            file.sections.push(Section { path: path.clone(), line: start..line.end });
            section = path;
            at += length;
        } else {
            if section.is_empty() {
                return Err(unreadable(text, at));
            }
            let one = assignment(text, at, &section).ok_or_else(|| unreadable(text, at))?;
            at = lines::end(text, one.value.end);
            file.assignments.push(one);
        }
    }
    Ok(file)
}

/// The path of a header, and how long it is.
fn header(written: &str) -> Option<(Vec<String>, usize)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let inside = &written[1..];
    let name = &inside[..inside.find(|c| !is_part(c))?];
    let rest = inside[name.len()..].trim_start_matches([' ', '\t']);
    if let Some(rest) = rest.strip_prefix(']') {
        let path = name.splitn(2, '.').map(str::to_ascii_lowercase).collect();
        return (!name.is_empty()).then_some((path, written.len() - rest.len()));
    }
    let mut below = String::new();
    let mut chars = rest.strip_prefix('"')?.chars();
    loop {
        match chars.next()? {
            '"' => break,
            '\\' => below.push(chars.next()?),
            '\r' | '\n' => return None,
            c => below.push(c),
        }
    }
    let rest = chars.as_str().strip_prefix(']')?;
    Some((vec![name.to_ascii_lowercase(), below], written.len() - rest.len()))
}

fn assignment(text: &str, at: usize, section: &[String]) -> Option<Assignment> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let rest = &text[at..];
    let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let name = at..at + length;
    let path = section.iter().cloned().chain([rest[..length].to_ascii_lowercase()]).collect();
    let after = rest[length..].trim_start_matches([' ', '\t']);
    if length == 0 || !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let Some(value) = after.strip_prefix('=') else {
        // A name alone is true.
        let is_end = after.is_empty() || after.starts_with(['\r', '\n', '#', ';']);
        let value = name.end..name.end;
        return is_end.then(|| Assignment { path, name, value, means: "true".to_owned() });
    };
    let value = value.trim_start_matches([' ', '\t']);
    let start = text.len() - value.len();
    let (means, length) = value_of(value)?;
    Some(Assignment { path, name, value: start..start + length, means })
}

/// What a value means, and how long it is without the blanks and the comment behind it. As git's own
/// reader (`parse_value` in its config.c): blanks before a line that goes on count, those before a
/// value do not.
fn value_of(written: &str) -> Option<(String, usize)> {
    let mut means = String::new();
    let mut is_quoted = false;
    let (mut kept, mut end) = (0, 0);
    let mut chars = written.chars();
    while let Some(c) = chars.next() {
        match c {
            '\n' if is_quoted => return None,
            '\n' => break,
            '#' | ';' if !is_quoted => break,
            ' ' | '\t' | '\r' if !is_quoted => {
                if !means.is_empty() {
                    means.push(c);
                }
                continue;
            }
            '"' => is_quoted = !is_quoted,
            '\\' => match chars.next()? {
                '\n' => {}
                '\r' if chars.next()? == '\n' => {}
                'n' => means.push('\n'),
                't' => means.push('\t'),
                'b' => means.push('\u{8}'),
                c @ ('\\' | '"') => means.push(c),
                _ => return None,
            },
            c => means.push(c),
        }
        kept = means.len();
        end = written.len() - chars.as_str().len();
    }
    means.truncate(kept);
    (!is_quoted).then_some((means, end))
}
