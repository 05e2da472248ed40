//! JSON, also with the comments and trailing commas that people write into it.

mod parse;

use crate::catalogue::formats::format::{Format, Leaves, Refused, Scalar};
use crate::catalogue::formats::syntax::braces::Writing;
use crate::catalogue::formats::syntax::tree::{Kind, Node};
use crate::fs::text_lines as lines;
use parse::{parse, skip};

pub(super) struct Json;

impl Format for Json {
    fn read(&self, text: &str, key: &[String]) -> Result<Option<Scalar>, Refused> {
        match parse(text)? {
            Some(root) => root.find(text, key)?.value(text),
            None => Ok(None),
        }
    }

    fn set(&self, text: &str, key: &[String], value: &Scalar) -> Result<String, Refused> {
        let literal = literal(value);
        let Some(root) = parse(text)? else {
            let writing = Writing { skip, name: &quoted, colon: ": ", unit: "  ", padding: "" };
            let table = writing.nested(key, &literal, Some((lines::ending(text), "")));
            return Ok(lines::inserted(text, text.len(), &table));
        };
        let found = root.find(text, key)?;
        if found.missing.is_empty() {
            return Ok(lines::spliced(text, found.node.span.clone(), &literal));
        }
        let (table, place) = match (&found.node.kind, found.passed.last()) {
            (Kind::Null, Some((table, place))) => (*table, *place),
            (Kind::Null, None) => return Err(Refused::new("is `null`, and no object")),
            _ => (found.node, 0),
        };
        let colon = colon(text, table);
        let unit = unit(text, &root);
        let padding = if text[table.span.start..].starts_with("{ ") { " " } else { "" };
        let writing = Writing { skip, name: &quoted, colon, unit, padding };
        if matches!(found.node.kind, Kind::Null) {
            let indent = lines::indent(text, table.members()[place].key.start);
            let lines = indent.map(|indent| (lines::ending(text), indent));
            let written = writing.nested(found.missing, &literal, lines);
            return Ok(lines::spliced(text, found.node.span.clone(), &written));
        }
        Ok(writing.insert(text, table, found.missing, &literal))
    }

    fn remove(&self, text: &str, key: &[String]) -> Result<String, Refused> {
        let Some(root) = parse(text)? else { return Ok(text.to_owned()) };
        let mut found = root.find(text, key)?;
        if !found.missing.is_empty() {
            return Ok(text.to_owned());
        }
        let writing = Writing { skip, name: &quoted, colon: ": ", unit: "  ", padding: "" };
        while let Some((table, place)) = found.passed.pop() {
            if found.passed.is_empty() || !writing.is_only(text, table) {
                return Ok(writing.remove(text, table, place));
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

fn literal(value: &Scalar) -> String {
    match value {
        Scalar::Text(value) => quoted(value),
        other => other.to_text(),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The colon as the last member of the table has it, with its blanks.
fn colon<'a>(text: &'a str, table: &Node) -> &'a str {
    match table.members().last() {
        Some(last) => {
            let between = &text[last.key.end..last.value.span.start];
            if between.trim_matches([' ', '\t']) == ":" { between } else { ": " }
        }
        None => ": ",
    }
}

/// One step of indentation, as the members of the whole file have it.
fn unit<'a>(text: &'a str, root: &Node) -> &'a str {
    let first = root.members().first();
    let indent = first.and_then(|first| lines::indent(text, first.key.start));
    indent.filter(|indent| !indent.is_empty()).unwrap_or("  ")
}

#[cfg(test)]
mod tests;
