//! Members between braces, as JSON writes all of them and YAML some: one is put in as its
//! neighbours are written, or taken out with its comma.

use crate::catalogue::formats::syntax::tree::{Member, Node};
use crate::fs::text_lines as lines;
use std::ops::Range;

/// How members are written.
pub(crate) struct Writing<'a> {
    /// Skips blanks and comments.
    pub(crate) skip: fn(&str, usize) -> usize,
    /// A name as it is written.
    pub(crate) name: &'a dyn Fn(&str) -> String,
    /// What stands between a name and its value.
    pub(crate) colon: &'a str,
    /// One step of indentation.
    pub(crate) unit: &'a str,
    /// What stands inside the braces of a table on one line.
    pub(crate) padding: &'a str,
}

impl Writing<'_> {
    /// A value behind these names: on lines of its own below `indent`, or else on this line.
    pub(crate) fn nested(
        &self,
        names: &[String],
        value: &str,
        lines: Option<(&str, &str)>,
    ) -> String {
        if names.is_empty() {
            return value.to_owned();
        }
        match lines {
            Some((eol, indent)) => {
                let inner = format!("{indent}{}", self.unit);
                let members = self.members(names, value, Some((eol, &inner)));
                format!("{{{eol}{inner}{members}{eol}{indent}}}")
            }
            None => format!("{{{0}{1}{0}}}", self.padding, self.members(names, value, None)),
        }
    }

    fn member(&self, name: &str, value: &str) -> String {
        [&(self.name)(name), self.colon, value].concat()
    }

    /// The first of the names with the others in it.
    fn members(&self, names: &[String], value: &str, lines: Option<(&str, &str)>) -> String {
        let Some((name, rest)) = names.split_first() else { return String::new() };
        self.member(name, &self.nested(rest, value, lines))
    }

    /// Adds a member, the first of the names, to a table. The others are created in it.
    pub(crate) fn insert(&self, text: &str, table: &Node, names: &[String], value: &str) -> String {
        let eol = lines::ending(text);
        let Some(last) = table.members().last() else {
            return self.insert_first(text, table, names, value);
        };
        let end = last.value.span.end;
        let comma = self.comma(text, last);
        let after = comma.unwrap_or(end);
        let tail = if comma.is_some() { "," } else { "" };
        let Some(indent) = lines::indent(text, last.key.start) else {
            let gap = self.gap(text, table);
            let member = self.members(names, value, None);
            let head = if comma.is_some() { "" } else { "," };
            return lines::spliced(text, after..after, &[head, &gap, &member, tail].concat());
        };
        let line = [eol, indent, &self.members(names, value, Some((eol, indent))), tail].concat();
        let at = self.end_of_line(text, after);
        if comma.is_some() {
            return lines::spliced(text, at..at, &line);
        }
        if text[end..at].trim().is_empty() {
            return lines::spliced(text, end..end, &[",", &line].concat());
        }
        [&text[..end], ",", &text[end..at], &line, &text[at..]].concat()
    }

    fn insert_first(&self, text: &str, table: &Node, names: &[String], value: &str) -> String {
        let closing = table.span.end - 1;
        let inside = &text[table.span.start + 1..closing];
        if let Some(indent) = lines::indent(text, closing).filter(|_| inside.contains('\n')) {
            let eol = lines::ending(text);
            let inner = format!("{indent}{}", self.unit);
            let line = [&inner, &self.members(names, value, Some((eol, &inner))), eol].concat();
            let at = lines::start(text, closing);
            return lines::spliced(text, at..at, &line);
        }
        let is_blank = !inside.is_empty() && inside.trim_matches([' ', '\t']).is_empty();
        let padding = if is_blank { inside } else { "" };
        lines::spliced(
            text,
            closing..closing,
            &[&self.members(names, value, None), padding].concat(),
        )
    }

    /// The byte behind the comma after a member.
    fn comma(&self, text: &str, member: &Member) -> Option<usize> {
        let at = (self.skip)(text, member.value.span.end);
        text[at..].starts_with(',').then_some(at + 1)
    }

    /// What stands between a comma and the next member on the same line.
    fn gap(&self, text: &str, table: &Node) -> String {
        let members = table.members();
        if let [.., before, last] = members
            && let Some(comma) = self.comma(text, before)
            && text[comma..last.key.start].trim_matches([' ', '\t']).is_empty()
        {
            return text[comma..last.key.start].to_owned();
        }
        if self.colon == ":" { String::new() } else { " ".to_owned() }
    }

    /// The end of this line, if nothing but blanks and comments stands up to there; else `at`.
    fn end_of_line(&self, text: &str, at: usize) -> usize {
        let next = (self.skip)(text, at);
        let mut line = lines::end(text, at);
        while line <= next {
            let end = text[..line].trim_end_matches(['\r', '\n']).len().max(at);
            if (self.skip)(&text[..end], at) >= end {
                return end;
            }
            // A comment goes on below.
            let below = lines::end(text, line);
            if below == line {
                break;
            }
            line = below;
        }
        at
    }

    /// Takes a member out of a table.
    pub(crate) fn remove(&self, text: &str, table: &Node, place: usize) -> String {
        let members = table.members();
        let member = &members[place];
        let comma = self.comma(text, member);
        let cut = member.key.start..comma.unwrap_or(member.value.span.end);
        let before = match (place.checked_sub(1), comma) {
            (Some(before), None) => self.comma(text, &members[before]),
            _ => None,
        };
        let Some(before) = before else {
            if let (Some(comma), true) = (comma, place > 0 && place + 1 == members.len())
                && let Some(before) = self.comma(text, &members[place - 1])
                && text[before..cut.start].trim_matches([' ', '\t']).is_empty()
            {
                return lines::spliced(text, before..comma, "");
            }
            return lines::spliced(text, self.widened(text, table, cut), "");
        };
        // The last one goes with the comma before it, and the line ending before its line.
        if text[before..cut.start].trim().is_empty() {
            return lines::spliced(text, before - 1..cut.end, "");
        }
        let start = match lines::indent(text, cut.start) {
            Some(_) => text[..lines::start(text, cut.start)].trim_end_matches(['\r', '\n']).len(),
            None => cut.start,
        };
        [&text[..before - 1], &text[before..start.max(before)], &text[cut.end..]].concat()
    }

    /// The whole line, if the member stands alone on it; else with the blanks up to what follows.
    fn widened(&self, text: &str, table: &Node, cut: Range<usize>) -> Range<usize> {
        let blank = lines::blanks(&text[cut.end..]).len();
        let is_end = text[cut.end + blank..].starts_with(['\r', '\n']);
        if is_end && lines::indent(text, cut.start).is_some() {
            return lines::start(text, cut.start)..lines::end(text, cut.end);
        }
        let is_alone = cut.start > table.span.start + 1;
        if text[cut.end + blank..].starts_with('}') && !is_alone {
            cut
        } else {
            cut.start..cut.end + blank
        }
    }

    /// Whether a table holds nothing but this one member: no comment either.
    pub(crate) fn is_only(&self, text: &str, table: &Node) -> bool {
        let [member] = table.members() else { return false };
        let end = self.comma(text, member).unwrap_or(member.value.span.end);
        let before = &text[table.span.start + 1..member.key.start];
        let after = &text[end..table.span.end - 1];
        before.trim().is_empty() && after.trim().is_empty()
    }
}
