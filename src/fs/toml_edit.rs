//! Changes to a TOML file that a user may have edited, sayso's own or a third-party tool's: only the
//! bytes of the changed values change. Comments, order, line ends, the kind of quotes, a missing
//! newline at the end, unknown keys and a byte order mark stay.
//!
//! `toml` says where a value stands; its bytes are replaced there. Then the result is read again
//! and compared with what was meant. If it is anything else, the change is refused. (Assigning
//! through `toml_edit` was turned down: it loses CRLF, the byte order mark and comments at the
//! ends of lines.)

use crate::fs::text_lines as lines;
use jiff::Timestamp;
use std::borrow::Cow;
use std::ops::Range;
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

/// One change to a file.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueEdit {
    /// The key has this value.
    Set {
        /// Tables down to the key, and the key.
        path: Vec<String>,
        /// The value.
        value: Value,
    },
    /// The key is not there, nor its table where nothing else is in it.
    Remove {
        /// Tables down to the key, and the key.
        path: Vec<String>,
    },
}

impl ValueEdit {
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
pub struct EditError;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Applies edits to a text.
///
/// # Errors
/// [`EditError`] where the text is no TOML, or the result would not be exactly what was meant.
pub fn apply(text: &str, edits: &[ValueEdit]) -> Result<String, EditError> {
    let (mark, text) = match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => (BYTE_ORDER_MARK, rest),
        None => ("", text),
    };
    let mut meant: Table = toml::from_str(text).map_err(|_| EditError)?;
    let mut edited = text.to_owned();
    for edit in edits {
        edited = match edit {
            ValueEdit::Set { path, value } => {
                insert(&mut meant, path, value)?;
                set(&edited, path, value)?
            }
            ValueEdit::Remove { path } => {
                delete(&mut meant, path);
                remove(&edited, path)?
            }
        };
    }
    let mut is: Table = toml::from_str(&edited).map_err(|_| EditError)?;
    for edit in edits {
        if let ValueEdit::Remove { path } = edit {
            prune(&mut is, path);
            prune(&mut meant, path);
        }
    }
    if is_same(&is, &meant) { Ok([mark, &edited].concat()) } else { Err(EditError) }
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

fn insert(table: &mut Table, path: &[String], value: &Value) -> Result<(), EditError> {
    let (key, tables) = path.split_last().ok_or(EditError)?;
    let mut table = table;
    for name in tables {
        let next = table.entry(name).or_insert_with(|| Value::Table(Table::new()));
        table = next.as_table_mut().ok_or(EditError)?;
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

/// Takes out the tables on the way to a removed key that hold nothing.
fn prune(table: &mut Table, path: &[String]) {
    let [name, rest @ ..] = path else { return };
    if let Some(inner) = table.get_mut(name).and_then(Value::as_table_mut) {
        prune(inner, rest);
        if inner.is_empty() && !rest.is_empty() {
            table.remove(name);
        }
    }
}

fn set(text: &str, path: &[String], value: &Value) -> Result<String, EditError> {
    let root = DeTable::parse(text).map_err(|_| EditError)?;
    if let Some(entry) = find(root.get_ref(), path) {
        let literal = literal(value, &text[entry.value.clone()]);
        return Ok(lines::spliced(text, entry.value, &literal));
    }
    let (key, tables) = path.split_last().ok_or(EditError)?;
    let assignment = format!("{} = {value}", key_literal(key));
    Ok(match place_in(text, root.get_ref(), tables)? {
        Place::Line { at, prefix } => lines::inserted(text, at, &[prefix, &assignment].concat()),
        Place::Inline { at, is_first: true } => {
            lines::spliced(text, at..at, &format!(" {assignment} "))
        }
        Place::Inline { at, is_first: false } => {
            lines::spliced(text, at..at, &format!(", {assignment}"))
        }
        Place::NewTable => with_new_table(text, tables, &assignment),
    })
}

/// A value in the quotes of the one it replaces.
fn literal(value: &Value, replaced: &str) -> String {
    let is_single = replaced.starts_with('\'') && !replaced.starts_with("'''");
    match value.as_str() {
        Some(text) if is_single && !text.contains(|c: char| c == '\'' || c.is_control()) => {
            format!("'{text}'")
        }
        _ => value.to_string(),
    }
}

fn remove(text: &str, path: &[String]) -> Result<String, EditError> {
    let root = DeTable::parse(text).map_err(|_| EditError)?;
    let Some(entry) = find(root.get_ref(), path) else { return Ok(text.to_owned()) };
    let line = lines::start(text, entry.key.start)..lines::end(text, entry.value.end);
    let before = &text[line.start..entry.key.start];
    let after = text[entry.value.end..line.end].trim();
    let is_inline = before.contains(['{', ',', '=']);
    if !is_inline && after.is_empty() {
        let header = header_of(text, &entry, line.start).filter(|_| before.trim().is_empty());
        let start = header.unwrap_or(line.start);
        return Ok(lines::cut(text, start..line.end));
    }
    if !is_inline && after.starts_with('#') {
        let comment = text[entry.value.end..].find('#').map_or(line.end, |n| entry.value.end + n);
        return Ok(lines::spliced(text, line.start..comment, ""));
    }
    // Inside an inline table: with the comma after it, or else the one before it.
    let end = match text[entry.value.end..].trim_start().strip_prefix(',') {
        Some(more) => text.len() - more.trim_start_matches(' ').len(),
        None => entry.value.end,
    };
    let kept = text[..entry.key.start].trim_end();
    let start = match kept.strip_suffix(',') {
        Some(shorter) if end == entry.value.end => shorter.len(),
        _ => entry.key.start,
    };
    Ok(lines::spliced(text, start..end, ""))
}

/// Where the header of a table begins that stands right above its only line, with the empty line that
/// parts it from the rest where both are the end of the file.
fn header_of(text: &str, entry: &Entry<'_>, line: usize) -> Option<usize> {
    let mut own = entry.table.iter().filter(|(key, _)| !is_in_header(text, key));
    let (Some(_), None) = (own.next(), own.next()) else { return None };
    let header = lines::start(text, line.checked_sub(1)?);
    let written = text[header..line].trim();
    if !written.starts_with('[') || written.starts_with("[[") || !written.ends_with(']') {
        return None;
    }
    let above = lines::without_ending(&text[..header]);
    let is_last = lines::end(text, entry.value.end) == text.len();
    Some(if is_last && above.ends_with('\n') { above.len() } else { header })
}

/// Where a key and its value stand, and in which table.
struct Entry<'t> {
    table: &'t DeTable<'t>,
    key: Range<usize>,
    value: Range<usize>,
}

fn find<'t>(root: &'t DeTable<'t>, path: &[String]) -> Option<Entry<'t>> {
    let (key, tables) = path.split_last()?;
    let mut table = root;
    for name in tables {
        table = child(table, name)?.1.get_ref().as_table()?;
    }
    let (key, value) = child(table, key)?;
    Some(Entry { table, key: key.span(), value: value.span() })
}

type Child<'t> = (&'t Spanned<Cow<'t, str>>, &'t Spanned<DeValue<'t>>);

fn child<'t>(table: &'t DeTable<'t>, name: &str) -> Option<Child<'t>> {
    table.iter().find(|(key, _)| key.get_ref() == name)
}

/// Where a new key of a table is written.
enum Place<'t> {
    /// On a line of its own that begins at this byte, behind a prefix.
    Line { at: usize, prefix: &'t str },
    /// Between braces, at this byte.
    Inline { at: usize, is_first: bool },
    /// Below a header of its own, at the end.
    NewTable,
}

fn place_in<'t>(
    text: &'t str,
    root: &DeTable<'_>,
    path: &[String],
) -> Result<Place<'t>, EditError> {
    let mut table = root;
    let mut last = None;
    for name in path {
        let Some((key, value)) = child(table, name) else { return Ok(Place::NewTable) };
        table = value.get_ref().as_table().ok_or(EditError)?;
        last = Some((key.span(), value.span()));
    }
    if let Some((_, braces)) = &last
        && text[braces.clone()].starts_with('{')
    {
        let end = table.iter().map(|(_, value)| end_of(text, value)).max();
        let at = end.unwrap_or(braces.start + 1);
        return Ok(Place::Inline { at, is_first: end.is_none() });
    }
    // After the last key that stands in the table itself, written as that one is (`a.b.` before a
    // dotted key, the same indent), or else below its header.
    let own = table.iter().filter(|(key, _)| !is_in_header(text, key));
    Ok(match own.max_by_key(|(_, value)| end_of(text, value)) {
        Some((key, value)) => Place::Line {
            at: lines::end(text, end_of(text, value).saturating_sub(1)),
            prefix: &text[lines::start(text, key.span().start)..key.span().start],
        },
        None => match last {
            // Only the headers of the tables in it name it.
            Some((key, _)) if text[key.end..].trim_start().starts_with('.') => Place::NewTable,
            Some((key, _)) => Place::Line { at: lines::end(text, key.end), prefix: "" },
            None => Place::Line { at: 0, prefix: "" },
        },
    })
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
    text[lines::start(text, key.span().start)..].trim_start_matches([' ', '\t']).starts_with('[')
}

fn with_new_table(text: &str, path: &[String], assignment: &str) -> String {
    let names: Vec<String> = path.iter().map(|name| key_literal(name)).collect();
    let eol = lines::ending(text);
    let gap = if text.is_empty() { "" } else { eol };
    lines::inserted(text, text.len(), &format!("{gap}[{}]{eol}{assignment}", names.join(".")))
}

fn key_literal(key: &str) -> String {
    let bare = !key.is_empty()
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if bare { key.to_owned() } else { Value::String(key.to_owned()).to_string() }
}

/// A time as TOML writes it: RFC 3339, UTC, to the second.
pub(crate) fn datetime(at: Timestamp) -> Value {
    let written = at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    match written.parse() {
        Ok(datetime) => Value::Datetime(datetime),
        Err(_) => Value::String(written),
    }
}

#[cfg(test)]
mod tests;
