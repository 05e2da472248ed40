//! Lines of `NAME=value` that a shell reads, such as `/etc/popularity-contest.conf`.

use super::assignments::{Assignment, File, Writing, plain};
use super::{Format, Leaves, Refused, Scalar, lines};

pub(super) const FORMAT: Format = Format {
    name: "shell",
    read,
    set,
    remove,
    leaves,
    path: <[String]>::to_vec,
    is_as_asked: |is, asked| is.to_text() == asked.to_text(),
};

fn parse(text: &str) -> Result<File, Refused> {
    let mut file = File::default();
    for line in lines::all(text) {
        let written = text[line.clone()].trim_end();
        let indent = lines::blanks(written).len();
        let code = without_comment(text, line.start, written)?;
        let rest = code[indent.min(code.len())..].trim_end();
        if rest.is_empty() {
            continue;
        }
        if rest.ends_with('\\') || rest.contains("<<") {
            let why = "has a command over several lines; change it by hand";
            return Err(Refused::at(text, line.start, why));
        }
        match assignment(rest) {
            Some((name, value, means)) if indent == 0 => {
                let at = line.start + rest.len() - value.len();
                let start = at - 1 - name.len();
                file.assignments.push(Assignment {
                    path: vec![name.to_owned()],
                    name: start..at - 1,
                    value: at..at + value.len(),
                    means: means.to_owned(),
                });
            }
            _ => file.other.push(rest.to_owned()),
        }
    }
    Ok(file)
}

/// A line up to its comment. Every quote that begins on it ends on it.
fn without_comment<'a>(text: &str, start: usize, line: &'a str) -> Result<&'a str, Refused> {
    let mut quote = None;
    let mut before = ' ';
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (None, '#') if before.is_whitespace() => return Ok(&line[..at]),
            (None, '\'' | '"' | '`') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None | Some('"' | '`'), '\\') => {
                chars.next();
            }
            _ => {}
        }
        before = c;
    }
    match quote {
        Some(_) => {
            Err(Refused::at(text, start, "has a quote that goes on below; change it by hand"))
        }
        None => Ok(line),
    }
}

/// The name, the value as it is written, and what it means, if this is nothing but an assignment.
fn assignment(written: &str) -> Option<(&str, &str, &str)> {
    let bare = written.strip_prefix("export ").unwrap_or(written);
    let (name, value) = bare.split_once('=')?;
    let inside = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let inside = value[1..].strip_suffix(quote)?;
            let is_plain = !inside.contains(['"', '\'', '$', '`', '\\']);
            is_plain.then_some(inside)?
        }
        _ => {
            let special = |c: char| c.is_whitespace() || "\"'$`\\;&|<>(){}*?~!".contains(c);
            (!value.contains(special)).then_some(value)?
        }
    };
    is_name(name).then_some((name, value, inside))
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The assignment of a key, if it is the only place where the name could get a value.
fn find<'a>(
    text: &str,
    file: &'a File,
    key: &'a [String],
) -> Result<(&'a str, Option<&'a Assignment>), Refused> {
    let [name] = key else {
        return Err(Refused::new("has plain names only, which the key does not fit"));
    };
    if !is_name(name) {
        return Err(Refused::new(format!("cannot hold a name like `{name}`")));
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let has_name = |line: &String| line.split(|c| !is_part(c)).any(|word| word == name);
    if let Some(line) = file.other.iter().find(|line| has_name(line)) {
        return Err(Refused::new(format!("has `{name}` in `{line}`; change it by hand")));
    }
    Ok((name, file.one(text, key)?))
}

fn read(text: &str, key: &[String]) -> Result<Option<Scalar>, Refused> {
    let file = parse(text)?;
    Ok(find(text, &file, key)?.1.map(|one| Scalar::Text(one.means.clone())))
}

fn leaves(text: &str) -> Result<Leaves, Refused> {
    Ok(parse(text)?.leaves())
}

fn set(text: &str, key: &[String], value: &Scalar) -> Result<String, Refused> {
    let file = parse(text)?;
    let value = plain(value)?;
    let (_, found) = find(text, &file, key)?;
    // In the quotes of the value it replaces, or of the line above.
    let like = found.or(file.assignments.last()).map(|one| &text[one.value.clone()]);
    let quote = like.and_then(|like| like.get(..1)).filter(|quote| ["\"", "'"].contains(quote));
    let written = [quote.unwrap_or(""), &value, quote.unwrap_or("")].concat();
    if let Some(one) = found {
        return Ok(File::replace(text, one, "=", &written));
    }
    let writing =
        Writing { name: &key[0], indent: "", equals: "=", header: None, is_spaced: false };
    file.add(text, key, &written, &writing)
}

fn remove(text: &str, key: &[String]) -> Result<String, Refused> {
    let file = parse(text)?;
    match find(text, &file, key)?.1 {
        Some(one) => {
            // `export` goes with it.
            let start = lines::start(text, one.name.start);
            Ok(lines::cut(text, start..lines::end(text, one.value.end)))
        }
        None => Ok(text.to_owned()),
    }
}
