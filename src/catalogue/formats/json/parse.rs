//! Where everything in a JSON text stands.

use crate::catalogue::formats::format::{Refused, Scalar};
use crate::catalogue::formats::syntax::tree::{Kind, Member, Node};
use std::ops::Range;

/// Deeper than any configuration, and not so deep that reading it could run out of stack.
const DEEPEST: usize = 100;

/// The one value of a text; nothing where there are only blanks and comments.
pub(super) fn parse(text: &str) -> Result<Option<Node>, Refused> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    parser.skip()?;
    if parser.at == text.len() {
        return Ok(None);
    }
    let root = parser.value()?;
    parser.skip()?;
    if parser.at < text.len() {
        return Err(parser.wrong("something after its end"));
    }
    Ok(Some(root))
}

/// Skips blanks and comments. A comment that does not end is not skipped.
pub(super) fn skip(text: &str, mut at: usize) -> usize {
    loop {
        at = text.len() - text[at..].trim_start_matches([' ', '\t', '\r', '\n']).len();
        let rest = &text[at..];
        let length = match rest.as_bytes() {
            [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
            [b'/', b'*', ..] => match rest[2..].find("*/") {
                Some(end) => end + 4,
                None => return at,
            },
            _ => return at,
        };
        at += length;
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn wrong(&self, what: &str) -> Refused {
        Refused::at(self.text, self.at, format!("is not valid JSON: it has {what}"))
    }

    fn skip(&mut self) -> Result<(), Refused> {
        self.at = skip(self.text, self.at);
        match self.text[self.at..].starts_with("/*") {
            true => Err(self.wrong("a comment without an end")),
            false => Ok(()),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn value(&mut self) -> Result<Node, Refused> {
        let start = self.at;
        let kind = match self.peek() {
            Some(open @ (b'{' | b'[')) => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(self.wrong("too many values inside values"));
                }
                self.at += 1;
                let kind = if open == b'{' { self.members()? } else { self.items()? };
                self.depth -= 1;
                kind
            }
            Some(b'"') => Kind::Value(Scalar::Text(self.string()?.0)),
            _ => self.word()?,
        };
        Ok(Node::new(start..self.at, kind))
    }

    fn members(&mut self) -> Result<Kind, Refused> {
        let mut members = Vec::new();
        loop {
            self.skip()?;
            match self.peek() {
                Some(b'}') => break,
                Some(b'"') => {}
                Some(_) => return Err(self.wrong("a name without quotes")),
                None => return Err(self.wrong("an object without its closing brace")),
            }
            let (name, key) = self.string()?;
            self.skip()?;
            if self.peek() != Some(b':') {
                return Err(self.wrong("a name without a colon after it"));
            }
            self.at += 1;
            self.skip()?;
            let value = self.value()?;
            members.push(Member { name, key, value });
            if !self.goes_on(b'}')? {
                break;
            }
        }
        self.at += 1;
        Ok(Kind::Table(members))
    }

    fn items(&mut self) -> Result<Kind, Refused> {
        let mut items = Vec::new();
        loop {
            self.skip()?;
            if self.peek() == Some(b']') {
                break;
            }
            items.push(self.value()?);
            if !self.goes_on(b']')? {
                break;
            }
        }
        self.at += 1;
        Ok(Kind::List(items))
    }

    /// Past a comma, or before the closing bracket.
    fn goes_on(&mut self, closing: u8) -> Result<bool, Refused> {
        self.skip()?;
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(found) if found == closing => Ok(false),
            _ => Err(self.wrong("no comma or closing bracket where one is expected")),
        }
    }

    fn string(&mut self) -> Result<(String, Range<usize>), Refused> {
        let start = self.at;
        let mut is_escaped = false;
        let inside = self.text[start + 1..].bytes().position(|byte| {
            let is_end = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            is_end
        });
        let Some(length) = inside else { return Err(self.wrong("a text without an end")) };
        let span = start..start + length + 2;
        let string = serde_json::from_str(&self.text[span.clone()])
            .map_err(|_| self.wrong("a text with something in it that cannot be there"))?;
        self.at = span.end;
        Ok((string, span))
    }

    fn word(&mut self) -> Result<Kind, Refused> {
        let rest = &self.text[self.at..];
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let word = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        let kind = match serde_json::from_str(word) {
            Ok(serde_json::Value::Bool(value)) => Kind::Value(Scalar::Bool(value)),
            Ok(serde_json::Value::Null) => Kind::Null,
            Ok(serde_json::Value::Number(number)) => match number.as_i64() {
                Some(number) => Kind::Value(Scalar::Integer(number)),
                None => Kind::Other("another kind of number", word.to_owned()),
            },
            _ => return Err(self.wrong("something that is no value")),
        };
        self.at += word.len();
        Ok(kind)
    }
}
