//! Where everything in a YAML text stands.

use crate::catalogue::formats::format::{Refused, Scalar};
use crate::catalogue::formats::syntax::tree::{Kind, Member, Node};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use std::ops::Range;

/// Deeper than any configuration, and not so deep that walking it could run out of stack.
const DEEPEST: usize = 100;

/// A hindrance: the text in lines of `|` and `>`.
pub(super) const LINES: &str = "a text over several lines";

/// The one document of a text; nothing where there is only an empty one.
pub(super) fn parse(text: &str) -> Result<Option<Node>, Refused> {
    let mut builder = Builder { text, bytes: places(text), open: Vec::new(), root: None };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| invalid(&error))?;
        let is_second = matches!(event, Event::DocumentStart(_)) && builder.root.is_some();
        if is_second {
            let why = "has more than one document; change it by hand".to_owned();
            return Err(Refused { line: Some(span.start.line()), why });
        }
        builder.take(event, span)?;
    }
    let root = builder.root.take();
    Ok(root.filter(|root| root.kind != Kind::Null || !root.span.is_empty()))
}

fn invalid(error: &ScanError) -> Refused {
    let why = format!("is not valid YAML: {}", error.info());
    Refused { line: Some(error.marker().line()), why }
}

/// The end of what a brace or bracket closes behind its last value.
fn closed(text: &str, last: usize) -> Option<usize> {
    let at = skip(text, last);
    let at = if text[at..].starts_with(',') { skip(text, at + 1) } else { at };
    text[at..].starts_with(['}', ']']).then_some(at + 1)
}

/// Skips blanks and comments between braces.
pub(super) fn skip(text: &str, mut at: usize) -> usize {
    loop {
        at = text.len() - text[at..].trim_start().len();
        if !text[at..].starts_with('#') {
            return at;
        }
        at += text[at..].find('\n').unwrap_or(text.len() - at);
    }
}

/// The byte of each character; the parser counts characters.
fn places(text: &str) -> Vec<usize> {
    text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect()
}

/// A mapping or list that has begun.
struct Open {
    start: usize,
    hindrance: Option<&'static str>,
    is_table: bool,
    /// A name that waits for its value.
    name: Option<(String, Range<usize>)>,
    members: Vec<Member>,
    items: Vec<Node>,
}

struct Builder<'a> {
    text: &'a str,
    bytes: Vec<usize>,
    open: Vec<Open>,
    root: Option<Node>,
}

impl Builder<'_> {
    fn bytes(&self, span: Span) -> Range<usize> {
        let byte = |index: usize| self.bytes.get(index).copied().unwrap_or(self.text.len());
        let (start, end) = (byte(span.start.index()), byte(span.end.index()));
        start..end.max(start)
    }

    /// The parser counts blanks and comments behind a quoted text to it.
    fn quoted(&self, span: Range<usize>) -> Range<usize> {
        let inside = &self.text[span.start..];
        let quote = inside.chars().next();
        let mut is_escaped = false;
        let mut rest = inside.char_indices().skip(1).peekable();
        while let Some((at, c)) = rest.next() {
            let is_doubled = c == '\'' && rest.peek().is_some_and(|(_, next)| *next == c);
            if Some(c) == quote && !is_escaped {
                if !(quote == Some('\'') && is_doubled) {
                    return span.start..span.start + at + 1;
                }
                rest.next();
            }
            is_escaped = quote == Some('"') && c == '\\' && !is_escaped;
        }
        span
    }

    /// A text in lines, up to this byte. Where the file's last line belongs to it and has no line ending,
    /// it ends in none, as other readers have it (YAML 1.2.2, section 8.1.1.2).
    fn without_final_newline(&self, value: &str, end: usize) -> String {
        let (_, last) = self.text.rsplit_once('\n').unwrap_or(("", self.text));
        let is_last = !last.trim().is_empty() && self.text[end..].trim().is_empty();
        let kept = value.strip_suffix('\n').filter(|_| is_last);
        kept.unwrap_or(value).to_owned()
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Refused> {
        let bytes = self.bytes(span);
        match event {
            Event::MappingStart(anchor, tag) => {
                self.begin(bytes, true, hindrance(anchor, tag.is_some()))
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(bytes, false, hindrance(anchor, tag.is_some()))
            }
            Event::MappingEnd | Event::SequenceEnd => {
                if let Some(open) = self.open.pop() {
                    let node = self.ended(open, bytes);
                    self.put(node);
                }
                Ok(())
            }
            Event::Alias(number) => {
                let kind = Kind::Other("an alias", format!("*{number}"));
                self.put(Node { span: bytes, kind, hindrance: Some("an alias") });
                Ok(())
            }
            Event::Scalar(value, style, anchor, tag) => {
                // Where nothing is written, the parser names what comes next.
                let is_nothing = style == ScalarStyle::Plain && value.is_empty();
                let bytes = if is_nothing { bytes.start..bytes.start } else { bytes };
                let is_lines = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let kind = match style {
                    ScalarStyle::Plain => means(&value),
                    _ if is_lines => {
                        Kind::Value(Scalar::Text(self.without_final_newline(&value, bytes.end)))
                    }
                    _ => Kind::Value(Scalar::Text(value.into_owned())),
                };
                let hindrance =
                    if is_lines { Some(LINES) } else { hindrance(anchor, tag.is_some()) };
                let is_quoted =
                    matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
                let span = if is_quoted { self.quoted(bytes) } else { bytes };
                self.put(Node { span, kind, hindrance });
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn begin(
        &mut self,
        span: Range<usize>,
        is_table: bool,
        hindrance: Option<&'static str>,
    ) -> Result<(), Refused> {
        if self.open.len() == DEEPEST {
            return Err(Refused::at(self.text, span.start, "has too many values inside values"));
        }
        let (members, items) = (Vec::new(), Vec::new());
        let start = span.start;
        self.open.push(Open { start, hindrance, is_table, name: None, members, items });
        Ok(())
    }

    fn ended(&self, open: Open, end: Range<usize>) -> Node {
        let is_flow = self.text[open.start..].starts_with(['{', '[']);
        let last = match open.members.last() {
            Some(member) => Some(member.value.span.end),
            None => open.items.last().map(|item| item.span.end),
        };
        let end = last.unwrap_or(if is_flow { open.start + 1 } else { end.end });
        // The parser's own end is before the braces that close, or behind the comment that follows.
        let closed = is_flow.then(|| closed(self.text, end));
        let unclosed = (closed == Some(None)).then_some("braces with a name but no value");
        let end = closed.flatten().unwrap_or(end);
        let start = match open.members.first() {
            Some(member) if !is_flow => member.key.start,
            _ => open.start,
        };
        let kind = if open.is_table { Kind::Table(open.members) } else { Kind::List(open.items) };
        Node { span: start..end.max(start), kind, hindrance: open.hindrance.or(unclosed) }
    }

    fn put(&mut self, mut node: Node) {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        if !open.is_table {
            open.items.push(node);
            return;
        }
        let Some((name, key)) = open.name.take() else {
            let name = match node.kind {
                Kind::Value(Scalar::Text(name)) => name,
                Kind::Table(_) | Kind::List(_) | Kind::Null => String::new(),
                _ => self.text[node.span.clone()].to_owned(),
            };
            if name == "<<" {
                open.hindrance = open.hindrance.or(Some("a merge (`<<`)"));
            }
            if node.hindrance.is_some() || name.is_empty() {
                open.hindrance = open.hindrance.or(Some("a name that is more than a word"));
            }
            open.name = Some((name, node.span));
            return;
        };
        if node.kind == Kind::Null && node.span.is_empty() {
            // Nothing is written: it stands behind the colon.
            let blanks = self.text[key.end..].len() - self.text[key.end..].trim_start().len();
            let colon = key.end + blanks;
            let is_there = self.text[colon..].starts_with(':');
            let at = if is_there { colon + 1 } else { key.end };
            node.span = at..at;
        }
        open.members.push(Member { name, key, value: node });
    }
}

fn hindrance(anchor: usize, is_tagged: bool) -> Option<&'static str> {
    match (anchor, is_tagged) {
        (0, false) => None,
        (0, true) => Some("a tag"),
        _ => Some("an anchor"),
    }
}

/// What a word without quotes means in YAML 1.2. `yes`, `no`, `on` and `off` are texts in it.
pub(super) fn means(word: &str) -> Kind {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Value(Scalar::Bool(true)),
        "false" | "False" | "FALSE" => return Kind::Value(Scalar::Bool(false)),
        _ => {}
    }
    if let Ok(number) = word.parse() {
        return Kind::Value(Scalar::Integer(number));
    }
    let is_number = word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
        && word.trim_start_matches(['+', '-', '.']).starts_with(|c: char| c.is_ascii_digit());
    if is_number || word.ends_with(".inf") || word.ends_with(".nan") {
        return Kind::Other("another kind of number", word.to_owned());
    }
    Kind::Value(Scalar::Text(word.to_owned()))
}
