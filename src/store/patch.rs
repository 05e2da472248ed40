//! Changes to a TOML file that a person may have edited: only the bytes of the changed values
//! change. Comments, order, line ends, unknown keys and a byte order mark stay.
//!
//! `toml` says where a value stands; its bytes are replaced there. Then the result is read again
//! and compared with what was meant. If it is anything else, the change is refused. (Assigning
//! through `toml_edit` was turned down: it loses CRLF, the byte order mark and comments at the
//! ends of lines.)

use jiff::Timestamp;
use std::ops::Range;
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

/// One change to a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The key has this value.
    Set {
        /// Tables down to the key, and the key.
        path: Vec<String>,
        /// The value.
        value: Value,
    },
    /// The key is not there.
    Remove {
        /// Tables down to the key, and the key.
        path: Vec<String>,
    },
}

impl Change {
    /// Sets a key.
    pub fn set(path: &[&str], value: impl Into<Value>) -> Self {
        Self::Set { path: owned(path), value: value.into() }
    }

    /// Removes a key.
    pub fn remove(path: &[&str]) -> Self {
        Self::Remove { path: owned(path) }
    }
}

fn owned(path: &[&str]) -> Vec<String> {
    path.iter().map(|part| (*part).to_owned()).collect()
}

/// The change cannot be made without touching other bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

/// Applies changes to a text.
///
/// # Errors
/// [`Refused`] where the text is no TOML, or the result would not be exactly what was meant.
pub fn apply(text: &str, changes: &[Change]) -> Result<String, Refused> {
    let mut meant: Table = toml::from_str(text).map_err(|_| Refused)?;
    let mut edited = text.to_owned();
    for change in changes {
        edited = match change {
            Change::Set { path, value } => {
                insert(&mut meant, path, value)?;
                set(&edited, path, value)?
            }
            Change::Remove { path } => {
                delete(&mut meant, path);
                remove(&edited, path)?
            }
        };
    }
    let is: Table = toml::from_str(&edited).map_err(|_| Refused)?;
    if is_same(&is, &meant) { Ok(edited) } else { Err(Refused) }
}

/// Equal, where a person's own `nan` equals itself.
fn is_same(one: &Table, other: &Table) -> bool {
    fn same(one: &Value, other: &Value) -> bool {
        match (one, other) {
            (Value::Float(one), Value::Float(other)) => one.to_bits() == other.to_bits(),
            (Value::Array(one), Value::Array(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same(a, b))
            }
            (Value::Table(one), Value::Table(other)) => is_same(one, other),
            _ => one == other,
        }
    }
    one.len() == other.len()
        && one.iter().all(|(key, value)| other.get(key).is_some_and(|there| same(value, there)))
}

fn insert(table: &mut Table, path: &[String], value: &Value) -> Result<(), Refused> {
    let (key, tables) = path.split_last().ok_or(Refused)?;
    let mut table = table;
    for name in tables {
        let next = table.entry(name).or_insert_with(|| Value::Table(Table::new()));
        table = next.as_table_mut().ok_or(Refused)?;
    }
    table.insert(key.clone(), value.clone());
    Ok(())
}

fn delete(table: &mut Table, path: &[String]) {
    let Some((key, tables)) = path.split_last() else { return };
    let mut table = table;
    for name in tables {
        let Some(next) = table.get_mut(name).and_then(Value::as_table_mut) else { return };
        table = next;
    }
    table.remove(key);
}

fn set(text: &str, path: &[String], value: &Value) -> Result<String, Refused> {
    let literal = value.to_string();
    let root = DeTable::parse(text).map_err(|_| Refused)?;
    if let Some(entry) = find(root.get_ref(), path) {
        return Ok(spliced(text, entry.value, &literal));
    }
    let (key, tables) = path.split_last().ok_or(Refused)?;
    let assignment = format!("{} = {literal}", key_literal(key));
    let Some(table) = find_table(text, root.get_ref(), tables)? else {
        return Ok(with_new_table(text, tables, &assignment));
    };
    Ok(match table {
        Place::AfterLine { position, prefix } => {
            let line = format!("{prefix}{assignment}");
            insert_line(text, position, &line)
        }
        Place::Inline { position, first } => {
            let separator = if first { " " } else { ", " };
            let closing = if first { " " } else { "" };
            spliced(text, position..position, &format!("{separator}{assignment}{closing}"))
        }
    })
}

fn remove(text: &str, path: &[String]) -> Result<String, Refused> {
    let root = DeTable::parse(text).map_err(|_| Refused)?;
    let Some(entry) = find(root.get_ref(), path) else { return Ok(text.to_owned()) };
    let line = line_around(text, entry.key.start);
    let before = text[line.start..entry.key.start].trim_start_matches('\u{feff}');
    let after = text[entry.value.end..].split('\n').next().unwrap_or_default();
    let comment = after.trim_start_matches([' ', '\t']).trim_end_matches('\r');
    let is_whole_line =
        !before.contains(['{', ',', '=']) && (comment.is_empty() || comment.starts_with('#'));
    if is_whole_line {
        let start = line.start + text[line.start..].len()
            - text[line.start..].trim_start_matches('\u{feff}').len();
        if comment.starts_with('#') {
            let comment_start =
                entry.value.end + (after.len() - after.trim_start_matches([' ', '\t']).len());
            return Ok(spliced(text, start..comment_start, ""));
        }
        return Ok(spliced(text, start..line_end(text, entry.value.end), ""));
    }
    // Inside an inline table: with the comma after it, or else the one before it.
    let rest = &text[entry.value.end..];
    let trimmed = rest.trim_start();
    let end = match trimmed.strip_prefix(',') {
        Some(more) => text.len() - more.trim_start_matches(' ').len(),
        None => entry.value.end,
    };
    let kept = text[..entry.key.start].trim_end();
    let start = match kept.strip_suffix(',') {
        Some(shorter) if end == entry.value.end => shorter.len(),
        _ => entry.key.start,
    };
    Ok(spliced(text, start..end, ""))
}

/// Where a key and its value stand.
struct Entry {
    key: Range<usize>,
    value: Range<usize>,
}

fn find(root: &DeTable<'_>, path: &[String]) -> Option<Entry> {
    let (key, tables) = path.split_last()?;
    let mut table = root;
    for name in tables {
        table = table.iter().find(|(k, _)| k.get_ref() == name.as_str())?.1.get_ref().as_table()?;
    }
    let (key, value) = table.iter().find(|(k, _)| k.get_ref() == key.as_str())?;
    Some(Entry { key: key.span(), value: value.span() })
}

/// Where a key could be added to a table.
enum Place {
    /// On a line of its own after the line that holds `position`, behind `prefix`.
    AfterLine { position: Position, prefix: String },
    /// Between braces, at this position.
    Inline { position: usize, first: bool },
}

/// A line to insert after.
enum Position {
    /// Before the first line (after a byte order mark).
    Start,
    /// After the line with this byte.
    After(usize),
}

fn find_table(text: &str, root: &DeTable<'_>, path: &[String]) -> Result<Option<Place>, Refused> {
    let Some((last, parents)) = path.split_last() else {
        return Ok(Some(after_children(text, root, Position::Start)));
    };
    let mut parent = root;
    for name in parents {
        let Some((_, value)) = parent.iter().find(|(k, _)| k.get_ref() == name.as_str()) else {
            return Ok(None);
        };
        parent = value.get_ref().as_table().ok_or(Refused)?;
    }
    let Some((key, value)) = parent.iter().find(|(k, _)| k.get_ref() == last.as_str()) else {
        return Ok(None);
    };
    let DeValue::Table(table) = value.get_ref() else { return Err(Refused) };
    if text[value.span()].starts_with('{') {
        let end = table.iter().map(|(_, value)| end_of(text, value)).max();
        let position = end.unwrap_or(value.span().start + 1);
        return Ok(Some(Place::Inline { position, first: end.is_none() }));
    }
    Ok(Some(after_children(text, table, Position::After(key.span().start))))
}

/// After the last key that stands in the table itself, written as that one is (`a.b.` before a
/// dotted key, the same indent), or else at `empty`.
fn after_children(text: &str, table: &DeTable<'_>, empty: Position) -> Place {
    let last = table
        .iter()
        .filter(|(key, _)| !is_in_header(text, key))
        .max_by_key(|(_, value)| end_of(text, value));
    match last {
        Some((key, value)) => {
            let line = line_around(text, key.span().start);
            let prefix = text[line.start..key.span().start].trim_start_matches('\u{feff}');
            let position = Position::After(end_of(text, value).saturating_sub(1));
            Place::AfterLine { position, prefix: prefix.to_owned() }
        }
        None => Place::AfterLine { position: empty, prefix: String::new() },
    }
}

/// Where a value ends; for a table of dotted keys, where the last of them does (not a table with a
/// header of its own, which may stand anywhere below).
fn end_of(text: &str, value: &Spanned<DeValue<'_>>) -> usize {
    let inner = match value.get_ref() {
        DeValue::Table(table) => table
            .iter()
            .filter(|(key, _)| !is_in_header(text, key))
            .map(|(_, value)| end_of(text, value))
            .max(),
        _ => None,
    };
    inner.unwrap_or(0).max(value.span().end)
}

fn is_in_header<T>(text: &str, key: &Spanned<T>) -> bool {
    let line = line_around(text, key.span().start);
    text[line].trim_start_matches(['\u{feff}', ' ', '\t']).starts_with('[')
}

fn with_new_table(text: &str, path: &[String], assignment: &str) -> String {
    let names: Vec<String> = path.iter().map(|name| key_literal(name)).collect();
    let eol = line_ending(text);
    let mut out = text.to_owned();
    if !out.is_empty() && !out.ends_with('\n') {
        out.push_str(eol);
    }
    if !out.trim_start_matches('\u{feff}').is_empty() {
        out.push_str(eol);
    }
    out + &format!("[{}]{eol}{assignment}{eol}", names.join("."))
}

fn insert_line(text: &str, position: Position, line: &str) -> String {
    let eol = line_ending(text);
    let at = match position {
        Position::Start => {
            if text.starts_with('\u{feff}') {
                '\u{feff}'.len_utf8()
            } else {
                0
            }
        }
        Position::After(byte) => line_end(text, byte),
    };
    let starts_a_line = at == 0 || text[..at].ends_with(['\n', '\u{feff}']);
    let before = if starts_a_line { "" } else { eol };
    spliced(text, at..at, &format!("{before}{line}{eol}"))
}

fn spliced(text: &str, range: Range<usize>, replacement: &str) -> String {
    [&text[..range.start], replacement, &text[range.end..]].concat()
}

fn line_around(text: &str, byte: usize) -> Range<usize> {
    let start = text[..byte].rfind('\n').map_or(0, |newline| newline + 1);
    start..line_end(text, byte)
}

/// The end of the line that holds this byte, its line end included.
fn line_end(text: &str, byte: usize) -> usize {
    text[byte..].find('\n').map_or(text.len(), |newline| byte + newline + 1)
}

/// The line ending of the file, by its first line.
fn line_ending(text: &str) -> &'static str {
    match text.find('\n') {
        Some(newline) if text[..newline].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

fn key_literal(key: &str) -> String {
    let bare = !key.is_empty()
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if bare { key.to_owned() } else { Value::String(key.to_owned()).to_string() }
}

/// A time as TOML writes it: RFC 3339, UTC, to the second.
pub(super) fn datetime(at: Timestamp) -> Value {
    let written = at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    match written.parse() {
        Ok(datetime) => Value::Datetime(datetime),
        Err(_) => Value::String(written),
    }
}

#[cfg(test)]
#[path = "patch_tests.rs"]
mod tests;
