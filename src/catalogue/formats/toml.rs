//! TOML. A value is replaced where `toml` says it stands; new keys are `store::patch`'s work.

use super::format::{Format, Leaves, Refused, Scalar, not_safe};
use super::syntax::lines;
use super::syntax::tree::{Kind, Member, Node};
use crate::store::patch::{self, Change};
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Value};

pub(super) struct Toml;

impl Format for Toml {
    fn read(&self, text: &str, key: &[String]) -> Result<Option<Scalar>, Refused> {
        parse(text)?.find(text, key)?.value(text)
    }

    fn set(&self, text: &str, key: &[String], value: &Scalar) -> Result<String, Refused> {
        let root = parse(text)?;
        let found = root.find(text, key)?;
        let asked = match value {
            Scalar::Bool(value) => Value::Boolean(*value),
            Scalar::Integer(value) => Value::Integer(*value),
            Scalar::Text(value) => Value::String(value.clone()),
        };
        if found.missing.is_empty() {
            let span = found.node.span.clone();
            return Ok(lines::spliced(text, span.clone(), &literal(&asked, &text[span])));
        }
        let path: Vec<&str> = key.iter().map(String::as_str).collect();
        let edited = match patch::apply(text, &[Change::set(&path, asked.clone())]) {
            Ok(edited) => edited,
            // A table without a header of its own, which only the headers of those in it name.
            Err(patch::Refused) => patch::apply("", &[Change::set(&path, asked)])
                .map(|table| [text, &gap(text), &table.replace('\n', lines::ending(text))].concat())
                .map_err(|_| not_safe())?,
        };
        if text.is_empty() || text.ends_with('\n') {
            return Ok(edited);
        }
        // A file without a final newline stays one.
        let whole = edited.strip_suffix(lines::ending(text));
        Ok(whole.map(str::to_owned).unwrap_or(edited))
    }

    fn remove(&self, text: &str, key: &[String]) -> Result<String, Refused> {
        let root = parse(text)?;
        let found = root.find(text, key)?;
        let (true, Some((table, place))) = (found.missing.is_empty(), found.passed.last()) else {
            return Ok(text.to_owned());
        };
        let member = &table.members()[*place];
        let line = lines::start(text, member.key.start)..lines::end(text, member.value.span.end);
        let before = &text[line.start..member.key.start];
        let is_alone = text[member.value.span.end..line.end].trim().is_empty();
        if !is_alone || before.contains(['{', '=']) {
            let path: Vec<&str> = key.iter().map(String::as_str).collect();
            return patch::apply(text, &[Change::remove(&path)]).map_err(|_| not_safe());
        }
        if let Some(header) = header_of(text, table, line.start) {
            let kept = text[..header].strip_suffix('\n').unwrap_or(&text[..header]);
            let kept = kept.strip_suffix('\r').unwrap_or(kept);
            let has_blank_line = kept.ends_with('\n') && line.end == text.len();
            let start = if has_blank_line { kept.len() } else { header };
            return Ok(lines::cut(text, start..line.end));
        }
        Ok(lines::cut(text, line))
    }

    fn leaves(&self, text: &str) -> Result<Leaves, Refused> {
        // Tables are not always read in the order they stand in.
        let mut leaves = parse(text)?.leaves();
        leaves.sort();
        Ok(leaves)
    }

    fn is_as_asked(&self, is: &Scalar, asked: &Scalar) -> bool {
        is == asked
    }
}

fn parse(text: &str) -> Result<Node, Refused> {
    let root = DeTable::parse(text).map_err(|error| {
        let why = format!("is not valid TOML: {}", error.message());
        let at = error.span().map_or(0, |span| span.start);
        Refused::at(text, at, why)
    })?;
    Ok(Node::new(0..text.len(), Kind::Table(members(text, root.get_ref()))))
}

fn members(text: &str, table: &DeTable<'_>) -> Vec<Member> {
    let member = |(key, value): (&Spanned<_>, _)| {
        let key: &Spanned<std::borrow::Cow<'_, str>> = key;
        Member {
            name: key.get_ref().clone().into_owned(),
            key: key.span(),
            value: node(text, value),
        }
    };
    table.iter().map(member).collect()
}

fn node(text: &str, value: &Spanned<DeValue<'_>>) -> Node {
    let other = |what| Kind::Other(what, text[value.span()].to_owned());
    let kind = match value.get_ref() {
        DeValue::Boolean(value) => Kind::Value(Scalar::Bool(*value)),
        DeValue::String(value) => Kind::Value(Scalar::Text(value.clone().into_owned())),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Kind::Value(Scalar::Integer(number)),
            Err(_) => other("another kind of number"),
        },
        DeValue::Float(_) => other("another kind of number"),
        DeValue::Datetime(_) => other("a date"),
        DeValue::Array(items) => Kind::List(items.iter().map(|item| node(text, item)).collect()),
        DeValue::Table(table) => Kind::Table(members(text, table)),
    };
    Node::new(value.span(), kind)
}

/// What stands between a text and a table below it: the end of its line, and an empty line.
fn gap(text: &str) -> String {
    let eol = lines::ending(text);
    if text.ends_with('\n') { eol.to_owned() } else { [eol, eol].concat() }
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

/// Where the header of a table begins that stands right above its only line.
fn header_of(text: &str, table: &Node, line: usize) -> Option<usize> {
    let is_in_header = |at| text[lines::start(text, at)..].trim_start().starts_with('[');
    let own = table.members().iter().filter(|member| !is_in_header(member.key.start));
    if own.count() != 1 || line == 0 {
        return None;
    }
    let header = lines::start(text, line - 1);
    let written = text[header..line].trim();
    let is_header = written.starts_with('[') && !written.starts_with("[[");
    (is_header && written.ends_with(']')).then_some(header)
}

#[cfg(test)]
mod tests;
