//! INI as Python's configparser and ConfigObj read it: only what both take for the same is changed.

use crate::catalogue::formats::format::{Format, Leaves, Refused, Scalar};
use crate::catalogue::formats::syntax::assignments::{
    Assignment, File, Section, Writing, are_plain, plain, unfitting, unreadable,
};
use crate::fs::text_lines as lines;

pub(super) struct Ini;

impl Format for Ini {
    fn read(&self, text: &str, key: &[String]) -> Result<Option<Scalar>, Refused> {
        let file = parse(text)?;
        Ok(find(text, &file, key)?.map(|one| Scalar::Text(one.means.clone())))
    }

    fn set(&self, text: &str, key: &[String], value: &Scalar) -> Result<String, Refused> {
        let file = parse(text)?;
        let value = plain(value)?;
        if let Some(one) = find(text, &file, key)? {
            return Ok(File::replace(text, one, " = ", &value));
        }
        are_plain(key)?;
        let header = (key.len() == 2).then(|| format!("[{}]", key[0]));
        file.add(
            text,
            key,
            &value,
            &Writing {
                name: &key[key.len() - 1],
                indent: "",
                equals: " = ",
                header,
                is_spaced: true,
            },
        )
    }

    fn remove(&self, text: &str, key: &[String]) -> Result<String, Refused> {
        let file = parse(text)?;
        let one = find(text, &file, key)?;
        file.remove(text, one, |without, value| self.set(without, key, value))
    }

    fn leaves(&self, text: &str) -> Result<Leaves, Refused> {
        Ok(parse(text)?.leaves())
    }
}

fn parse(text: &str) -> Result<File, Refused> {
    let mut file = File::default();
    let mut section: Vec<String> = Vec::new();
    let mut last_indent: Option<usize> = None;
    for line in lines::all(text) {
        let written = text[line.clone()].trim_end();
        let indent = lines::blanks(written).len();
        let at = line.start + indent;
        let rest = &written[indent..];
        if rest.is_empty() || rest.starts_with(['#', ';']) {
            continue;
        }
        if let (Some(before), Some(last)) = (last_indent, file.assignments.last_mut())
            && indent > before
        {
            // More of the value above to one reader, a key of its own to the other.
            last.value.end = line.start + written.len();
            last.means += &["\n", rest].concat();
            continue;
        }
        if rest.starts_with('[') {
            section = vec![header(text, at, rest)?];
            last_indent = None;
            file.sections.push(Section { path: section.clone(), line });
            continue;
        }
        let Some(equals) = rest.find(['=', ':']).filter(|equals| *equals > 0) else {
            return Err(unreadable(text, at));
        };
        let name = rest[..equals].trim_end();
        let value = rest[equals + 1..].trim_start();
        last_indent = Some(indent);
        file.assignments.push(Assignment {
            path: section.iter().cloned().chain([name.to_owned()]).collect(),
            name: at..at + name.len(),
            value: at + rest.len() - value.len()..at + rest.len(),
            means: value.to_owned(),
        });
    }
    Ok(file)
}

/// The name of a section; `[[a]]`, a section in a section, is `[a]`.
fn header(text: &str, at: usize, written: &str) -> Result<String, Refused> {
    let depth = written.len() - written.trim_start_matches('[').len();
    let closing = "]".repeat(depth);
    let end = written.find(&closing).ok_or_else(|| unreadable(text, at))?;
    let after = written[end + depth..].trim_start();
    if !(after.is_empty() || after.starts_with(['#', ';']) && !after.contains(']')) {
        return Err(unreadable(text, at));
    }
    Ok(written[1..end + depth - 1].to_owned())
}

/// The assignment of a key, if all who read this file would see the same.
fn find<'a>(text: &str, file: &'a File, key: &[String]) -> Result<Option<&'a Assignment>, Refused> {
    let (1 | 2) = key.len() else {
        return Err(unfitting());
    };
    let name = &key[key.len() - 1];
    let sections = file
        .sections
        .iter()
        .filter(|section| key.len() == 2 && section.path.iter().all(|path| path.trim() == key[0]));
    for (number, section) in sections.enumerate() {
        if number > 0 || section.path[0] != key[0] {
            let why = format!("has the section `{}` in two ways; keep one of them", key[0]);
            return Err(Refused::at(text, section.line.start, why));
        }
    }
    for one in &file.assignments {
        let [place @ .., own] = &one.path[..] else { continue };
        if *place != key[..key.len() - 1] {
            continue;
        }
        if own != name && own.eq_ignore_ascii_case(name) {
            let why = format!("has `{own}`, which some read as `{name}`; change it by hand");
            return Err(Refused::at(text, one.name.start, why));
        }
        let is_below =
            |line: &str| line.split(['=', ':']).next().is_some_and(|own| own.trim() == name);
        if own == name && one.means.contains('\n') || one.means.split('\n').skip(1).any(is_below) {
            let why =
                format!("has `{name}` among lines that some read as one value; change it by hand");
            return Err(Refused::at(text, one.name.start, why));
        }
    }
    let one = file.one(text, key)?;
    if let Some(one) = one
        && [" #", "\t#", " ;", "\t;"].iter().any(|comment| one.means.contains(comment))
    {
        let why = "has a comment behind the value, which some read as part of it; \
                   move it to a line of its own";
        return Err(Refused::at(text, one.name.start, why));
    }
    Ok(one)
}
