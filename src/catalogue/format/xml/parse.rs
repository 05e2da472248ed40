//! Where elements and attributes stand in an XML text.

use crate::catalogue::format::Refused;
use std::ops::Range;

/// Deeper than any configuration, and not so deep that walking it could run out of stack.
const DEEPEST: usize = 100;
/// More than any element has.
const MOST_ATTRIBUTES: usize = 200;

pub(super) struct Element {
    pub(super) name: String,
    pub(super) whole: Range<usize>,
    /// What is between its tags.
    pub(super) inside: Range<usize>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) children: Vec<Element>,
    /// Whether there is a comment or anything else in it that is no text.
    pub(super) has_more: bool,
}

pub(super) struct Attribute {
    pub(super) name: String,
    /// With the blank before it.
    pub(super) whole: Range<usize>,
    /// Without its quotes.
    pub(super) value: Range<usize>,
}

/// The outermost element; nothing where the text is blank.
pub(super) fn parse(text: &str) -> Result<Option<Element>, Refused> {
    let wrong = |at, what: &str| Refused::at(text, at, format!("is not valid XML: it has {what}"));
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    let mut at = 0;
    while let Some(length) = text[at..].find('<') {
        let between = text[at..at + length].trim();
        if open.is_empty() && !between.is_empty() {
            return Err(wrong(at, "a text outside of its elements"));
        }
        let start = at + length;
        let rest = &text[start..];
        if let Some(end) = aside(rest) {
            let end = end.ok_or_else(|| wrong(start, "something without an end"))?;
            if rest.starts_with("<!DOCTYPE") && rest[..end].contains('[') {
                return Err(wrong(start, "definitions of its own"));
            }
            if let Some(element) = open.last_mut() {
                element.has_more = true;
            }
            at = start + end;
            continue;
        }
        if let Some(closing) = rest.strip_prefix("</") {
            let end = closing.find('>').ok_or_else(|| wrong(start, "a tag without an end"))?;
            let name = closing[..end].trim_end();
            let element = open.pop().filter(|element| element.name == name);
            let Some(mut element) = element else {
                return Err(wrong(start, "a closing tag without its opening one"));
            };
            at = start + 2 + end + 1;
            element.inside.end = start;
            element.whole.end = at;
            close(element, &mut open, &mut root).map_err(|()| wrong(start, "two roots"))?;
            continue;
        }
        let (element, is_closed) = tag(text, start).ok_or_else(|| wrong(start, "an odd tag"))?;
        at = element.whole.end;
        if open.len() == DEEPEST {
            return Err(wrong(start, "too many elements inside elements"));
        }
        if is_closed {
            close(element, &mut open, &mut root).map_err(|()| wrong(start, "two roots"))?;
        } else {
            open.push(element);
        }
    }
    if !open.is_empty() || !text[at..].trim().is_empty() {
        return Err(wrong(text.len(), "no end, or something after it"));
    }
    Ok(root)
}

/// The length of a comment, an instruction or the like that begins here, if it has an end.
fn aside(rest: &str) -> Option<Option<usize>> {
    let kinds = [("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"), ("<!", ">")];
    let (begin, end) = kinds.into_iter().find(|(begin, _)| rest.starts_with(begin))?;
    Some(rest[begin.len()..].find(end).map(|at| begin.len() + at + end.len()))
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), ()> {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None if root.is_some() => return Err(()),
        None => *root = Some(element),
    }
    Ok(())
}

/// An opening tag, and whether it is closed at once.
fn tag(text: &str, start: usize) -> Option<(Element, bool)> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
    let name_at = |at: usize| {
        let rest = &text[at..];
        let name = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        (!name.is_empty()).then_some(name)
    };
    let name = name_at(start + 1)?;
    let mut at = start + 1 + name.len();
    let mut attributes: Vec<Attribute> = Vec::new();
    loop {
        let begin = at;
        at = text.len() - text[at..].trim_start().len();
        let end = match &text[at..] {
            rest if rest.starts_with('>') => Some((at + 1, false)),
            rest if rest.starts_with("/>") => Some((at + 2, true)),
            _ => None,
        };
        if let Some((end, is_closed)) = end {
            let element = Element {
                name: name.to_owned(),
                whole: start..end,
                inside: end..end,
                attributes,
                children: Vec::new(),
                has_more: false,
            };
            return Some((element, is_closed));
        }
        let name = name_at(at).filter(|_| at > begin)?;
        let rest = text[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let from = text.len() - rest.len() + 1;
        let to = from + text[from..].find(quote)?;
        at = to + 1;
        let is_too_many = attributes.len() == MOST_ATTRIBUTES;
        if is_too_many
            || text[from..to].contains('<')
            || attributes.iter().any(|one| one.name == name)
        {
            return None;
        }
        attributes.push(Attribute { name: name.to_owned(), whole: begin..at, value: from..to });
    }
}
