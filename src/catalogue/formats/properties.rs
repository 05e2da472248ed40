//! Lines of `name=value`, the name with dots in it, such as Nuxt's `.nuxtrc`. A comment stands on a
//! line of its own only.

use crate::catalogue::formats::format::{Format, Leaves, Refused, Scalar, not_safe};
use crate::catalogue::formats::syntax::assignments::{Assignment, File, Writing, are_plain, plain};
use crate::fs::text_lines as lines;

pub(super) struct Properties;

impl Format for Properties {
    fn read(&self, text: &str, key: &[String]) -> Result<Option<Scalar>, Refused> {
        let file = parse(text);
        Ok(find(text, &file, &key.join("."))?.map(|one| Scalar::Text(one.means.clone())))
    }

    fn set(&self, text: &str, key: &[String], value: &Scalar) -> Result<String, Refused> {
        let (file, name) = (parse(text), key.join("."));
        let value = plain(value)?;
        if let Some(one) = find(text, &file, &name)? {
            return Ok(File::replace(text, one, "=", &value));
        }
        let path = [name];
        are_plain(&path)?;
        let writing =
            Writing { name: &path[0], indent: "", equals: "=", header: None, is_spaced: false };
        file.add(text, &path, &value, &writing)
    }

    fn remove(&self, text: &str, key: &[String]) -> Result<String, Refused> {
        let file = parse(text);
        let one = find(text, &file, &key.join("."))?;
        file.remove(text, one, |_, _| Err(not_safe()))
    }

    fn leaves(&self, text: &str) -> Result<Leaves, Refused> {
        Ok(parse(text).leaves())
    }

    fn path(&self, key: &[String]) -> Vec<String> {
        path(key)
    }
}

fn parse(text: &str) -> File {
    let mut file = File::default();
    for line in lines::all(text) {
        let written = text[line.clone()].trim_end();
        let at = line.start + lines::blanks(written).len();
        let rest = &text[at.min(line.start + written.len())..line.start + written.len()];
        if rest.is_empty() || rest.starts_with(['#', '!', ';']) {
            continue;
        }
        let assigned =
            rest.split_once('=').map(|(name, value)| (name.trim_end(), value.trim_start()));
        match assigned.filter(|(name, _)| !name.is_empty() && !name.contains([' ', '\t', ':'])) {
            Some((name, value)) => file.assignments.push(Assignment {
                path: vec![name.to_owned()],
                name: at..at + name.len(),
                value: at + rest.len() - value.len()..at + rest.len(),
                means: value.to_owned(),
            }),
            None => file.other.push(rest.to_owned()),
        }
    }
    file
}

/// The assignment of a key, whose names are joined by dots.
fn find<'a>(text: &str, file: &'a File, name: &str) -> Result<Option<&'a Assignment>, Refused> {
    let is_within = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
    };
    for one in &file.assignments {
        let own = &one.path[0];
        if is_within(own, name) || is_within(name, own) {
            let why = format!(
                "has `{own}` besides `{name}`, and only one of them can be; change it by hand"
            );
            return Err(Refused::at(text, one.name.start, why));
        }
        if one.means.ends_with('\\') {
            let why = "has a line that some read as going on below; change it by hand";
            return Err(Refused::at(text, one.name.start, why));
        }
    }
    let word = |line: &str| line.split([' ', '\t', ':', '=']).next() == Some(name);
    if let Some(line) = file.other.iter().find(|line| word(line)) {
        let why = format!("has `{line}`, which is no `name=value`; change it by hand");
        return Err(Refused::new(why));
    }
    file.one(text, &[name.to_owned()])
}

fn path(key: &[String]) -> Vec<String> {
    vec![key.join(".")]
}
