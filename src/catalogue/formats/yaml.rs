//! YAML: mappings in lines, and mappings between braces. What anchors, aliases, tags or merges say
//! is left alone.

mod parse;

use crate::catalogue::formats::format::{Format, Leaves, Refused, Scalar, not_safe};
use crate::catalogue::formats::syntax::braces::Writing;
use crate::catalogue::formats::syntax::tree::{Found, Kind, Member, Node};
use crate::fs::text_lines as lines;
use parse::{LINES, means, parse, skip};

pub(super) struct Yaml;

impl Format for Yaml {
    fn read(&self, text: &str, key: &[String]) -> Result<Option<Scalar>, Refused> {
        match parse(text)? {
            Some(root) => root.find(text, key)?.value(text),
            None => Ok(None),
        }
    }

    fn set(&self, text: &str, key: &[String], value: &Scalar) -> Result<String, Refused> {
        let Some(root) = parse(text)? else {
            let lines = block(text, key, &literal(value, None), "", "  ");
            return Ok(lines::inserted(text, text.len(), &lines));
        };
        let found = root.find(text, key)?;
        let span = found.node.span.clone();
        if found.missing.is_empty() {
            let written = literal(value, text[span.clone()].chars().next().or(quote(text, &root)));
            let gap = if span.is_empty() { " " } else { "" };
            return Ok(lines::spliced(text, span, &[gap, &written].concat()));
        }
        let written = literal(value, quote(text, &root));
        let unit = unit(text, &root);
        match &found.node.kind {
            Kind::Null => Ok(into_nothing(text, &found, &written, unit)),
            _ if text[span.start..].starts_with('{') => {
                let quotes = found.node.members().last().map(|last| &text[last.key.start..]);
                let is_quoted = quotes.is_some_and(|key| key.starts_with('"'));
                let name = |name: &str| if is_quoted { quoted(name, '"') } else { name_of(name) };
                let writing = Writing { skip, name: &name, colon: ": ", unit, padding: "" };
                Ok(writing.insert(text, found.node, found.missing, &written))
            }
            _ => after_last(text, found.node, found.missing, &written, unit),
        }
    }

    fn remove(&self, text: &str, key: &[String]) -> Result<String, Refused> {
        let Some(root) = parse(text)? else { return Ok(text.to_owned()) };
        let mut found = root.find(text, key)?;
        if !found.missing.is_empty() {
            return Ok(text.to_owned());
        }
        let writing = Writing { skip, name: &name_of, colon: ": ", unit: "  ", padding: "" };
        while let Some((table, place)) = found.passed.pop() {
            let is_last = found.passed.is_empty();
            if text[table.span.start..].starts_with('{') {
                if is_last || !writing.is_only(text, table) {
                    return Ok(writing.remove(text, table, place));
                }
                continue;
            }
            let member = &table.members()[place];
            let above = found.passed.last().map(|(table, place)| &table.members()[*place]);
            if above.is_none_or(|above| !is_only(text, table, above)) {
                return Ok(without(text, member));
            }
        }
        Ok(text.to_owned())
    }

    fn leaves(&self, text: &str) -> Result<Leaves, Refused> {
        Ok(parse(text)?.map(|root| root.leaves()).unwrap_or_default())
    }

    fn is_as_asked(&self, is: &Scalar, asked: &Scalar) -> bool {
        is == asked
    }
}

/// The lines of a mapping, the last without its line ending.
fn block(text: &str, names: &[String], value: &str, indent: &str, unit: &str) -> String {
    let eol = lines::ending(text);
    let mut written = String::new();
    let mut indent = indent.to_owned();
    for (place, name) in names.iter().enumerate() {
        written += if place == 0 { "" } else { eol };
        written += &[&indent, &name_of(name), ":"].concat();
        indent += unit;
    }
    written + " " + value
}

/// Below a key that holds nothing, or in place of the word for nothing.
fn into_nothing(text: &str, found: &Found<'_>, value: &str, unit: &str) -> String {
    let span = found.node.span.clone();
    if let Some((table, place)) = found.passed.last() {
        let key = &table.members()[*place].key;
        let indent = lines::indent(text, key.start);
        if let Some(indent) = indent.filter(|_| span.is_empty()) {
            let inner = format!("{indent}{unit}");
            let lines = block(text, found.missing, value, &inner, unit);
            return lines::inserted(text, lines::end(text, key.end), &lines);
        }
    }
    let writing = Writing { skip, name: &name_of, colon: ": ", unit, padding: "" };
    let gap = if span.is_empty() { " " } else { "" };
    let written = writing.nested(found.missing, value, None);
    lines::spliced(text, span, &[gap, &written].concat())
}

fn after_last(
    text: &str,
    table: &Node,
    names: &[String],
    value: &str,
    unit: &str,
) -> Result<String, Refused> {
    let last = table.members().last().ok_or_else(not_safe)?;
    let indent = lines::indent(text, last.key.start).ok_or_else(not_safe)?;
    let end = last.value.span.end.max(last.key.end);
    let end = text[..end].trim_end().len().max(last.key.end);
    let lines = block(text, names, value, indent, unit);
    // A line ending behind a text in lines would become a part of it.
    let is_open = !text.ends_with('\n') && lines::end(text, end) == text.len();
    let at = match is_open && ends_in_lines(table) {
        true => lines::start(text, last.key.start),
        false => lines::end(text, end),
    };
    Ok(lines::inserted(text, at, &lines))
}

/// Whether the last value is a text in lines.
fn ends_in_lines(node: &Node) -> bool {
    let last = match &node.kind {
        Kind::Table(members) => members.last().map(|member| &member.value),
        Kind::List(items) => items.last(),
        _ => return node.hindrance == Some(LINES),
    };
    last.is_some_and(ends_in_lines)
}

/// Whether a mapping in lines holds nothing but one member: no comment either.
fn is_only(text: &str, table: &Node, above: &Member) -> bool {
    let [member] = table.members() else { return false };
    let between = &text[above.key.end..member.key.start];
    let end = member.value.span.end.max(member.key.end);
    let rest = &text[end..lines::end(text, end)];
    between.trim_matches([' ', '\t', '\r', '\n', ':']).is_empty()
        && rest.trim_matches([' ', '\t', '\r', '\n', ':']).is_empty()
}

/// The text without the lines of a member. A comment behind it stays.
fn without(text: &str, member: &Member) -> String {
    let end = member.value.span.end.max(member.key.end);
    let end = text[..end].trim_end().len();
    let line = lines::end(text, end);
    let rest = &text[end..line];
    match rest.find('#') {
        Some(comment) => lines::spliced(text, member.key.start..end + comment, ""),
        None => {
            let lines = lines::start(text, member.key.start)..line;
            let cut = lines::cut(text, lines.clone());
            // The line ending before them stays where it is a part of a text in lines.
            match parse(&cut) {
                Ok(Some(root)) if ends_in_lines(&root) => lines::spliced(text, lines, ""),
                _ => cut,
            }
        }
    }
}

/// A value as it is written: a text only as itself where no reader could take it for anything else.
fn literal(value: &Scalar, quote: Option<char>) -> String {
    match value {
        Scalar::Text(value) => match quote {
            Some('\'') if is_simple(value) => quoted(value, '\''),
            Some('"') | None => quoted(value, '"'),
            Some(_) if is_bare(value) => value.clone(),
            Some(_) => quoted(value, '"'),
        },
        other => other.to_text(),
    }
}

fn name_of(name: &str) -> String {
    if is_bare(name) { name.to_owned() } else { quoted(name, '"') }
}

fn quoted(value: &str, quote: char) -> String {
    match quote {
        '\'' => format!("'{value}'"),
        _ => serde_json::Value::from(value).to_string(),
    }
}

fn is_simple(value: &str) -> bool {
    !value.contains('\'') && !value.chars().any(char::is_control)
}

/// Words that some reader of YAML takes for something other than a text.
const SPOKEN_FOR: [&str; 10] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan"];

fn is_bare(value: &str) -> bool {
    let is_word = value.starts_with(|c: char| c.is_ascii_alphabetic())
        && value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'));
    is_word
        && !SPOKEN_FOR.contains(&value.to_ascii_lowercase().as_str())
        && means(value) == Kind::Value(Scalar::Text(value.to_owned()))
}

/// The kind of quote that the file uses, by its first quoted value.
fn quote(text: &str, node: &Node) -> Option<char> {
    match &node.kind {
        Kind::Table(members) => members.iter().find_map(|member| quote(text, &member.value)),
        Kind::List(nodes) => nodes.iter().find_map(|node| quote(text, node)),
        Kind::Value(Scalar::Text(_)) => {
            text[node.span.start..].chars().next().filter(|first| matches!(first, '"' | '\''))
        }
        _ => None,
    }
}

/// One step of indentation, by the first mapping inside a mapping.
fn unit<'a>(text: &'a str, node: &Node) -> &'a str {
    fn step<'a>(text: &'a str, node: &Node) -> Option<&'a str> {
        node.members().iter().find_map(|member| {
            let outer = lines::indent(text, member.key.start)?;
            let inner = member.value.members().first();
            let inner = inner.and_then(|first| lines::indent(text, first.key.start));
            let own = inner.and_then(|inner| inner.strip_prefix(outer));
            own.filter(|own| !own.is_empty()).or_else(|| step(text, &member.value))
        })
    }
    step(text, node).unwrap_or("  ")
}

#[cfg(test)]
mod tests;
