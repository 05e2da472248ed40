//! HCL, such as Terraform's CLI configuration: `name = value` lines outside of all blocks. What is
//! in blocks is left alone.

use super::assignments::{Assignment, File, Writing, are_plain};
use super::{Format, Leaves, Refused, Scalar};

pub(super) const FORMAT: Format = Format {
    name: "hcl",
    read,
    set,
    remove,
    leaves,
    path: <[String]>::to_vec,
    is_as_asked: |is, asked| is == asked,
};

fn parse(text: &str) -> Result<File, Refused> {
    let mut file = File::default();
    let mut at = skip(text, 0)?;
    while at < text.len() {
        let end = statement(text, at)?;
        let written = text[at..end].trim_end();
        match assignment(written) {
            Some((name, bare, value)) => file.assignments.push(Assignment {
                path: vec![bare.to_owned()],
                name: at..at + name.len(),
                value: at + written.len() - value.len()..at + written.len(),
                means: value.to_owned(),
            }),
            None => file.other.push(written.to_owned()),
        }
        at = skip(text, end)?;
    }
    Ok(file)
}

/// The name as it is written, the name, and the value, if a statement gives a value to a name.
fn assignment(written: &str) -> Option<(&str, &str, &str)> {
    let (name, value) = written.split_once('=')?;
    let (name, value) = (name.trim_end(), value.trim_start());
    let bare = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
    let is_name = !bare.is_empty()
        && bare.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    (is_name && !value.is_empty()).then_some((name, bare, value))
}

/// Skips blanks and comments.
fn skip(text: &str, mut at: usize) -> Result<usize, Refused> {
    loop {
        at = text.len() - text[at..].trim_start().len();
        match comment(text, at)? {
            Some(end) => at = end,
            None => return Ok(at),
        }
    }
}

/// The end of the comment that begins here.
fn comment(text: &str, at: usize) -> Result<Option<usize>, Refused> {
    let rest = &text[at..];
    if rest.starts_with('#') || rest.starts_with("//") {
        return Ok(Some(at + rest.find(['\r', '\n']).unwrap_or(rest.len())));
    }
    if let Some(inside) = rest.strip_prefix("/*") {
        return match inside.find("*/") {
            Some(end) => Ok(Some(at + 2 + end + 2)),
            None => Err(Refused::at(text, at, "has a comment without an end")),
        };
    }
    Ok(None)
}

/// The end of the statement that begins here: of its line, or of the block that begins on it.
fn statement(text: &str, start: usize) -> Result<usize, Refused> {
    let wrong = |at, what: &str| Err(Refused::at(text, at, format!("is not valid HCL: {what}")));
    let mut open: Vec<char> = Vec::new();
    let mut at = start;
    while let Some(c) = text[at..].chars().next() {
        if let Some(end) = comment(text, at)? {
            if open.is_empty() {
                return Ok(at);
            }
            at = end;
            continue;
        }
        match c {
            '\n' if open.is_empty() => return Ok(at),
            '"' => {
                at = string(text, at)?;
                continue;
            }
            '<' if text[at..].starts_with("<<") => {
                return Err(Refused::at(text, at, "has a text over several lines (`<<`)"));
            }
            '{' | '[' | '(' => open.push(c),
            '}' | ']' | ')' => match (open.pop(), c) {
                (Some('{'), '}') | (Some('['), ']') | (Some('('), ')') => {}
                _ => return wrong(at, "a closing bracket without its opening one"),
            },
            _ => {}
        }
        at += c.len_utf8();
    }
    if open.is_empty() { Ok(at) } else { wrong(start, "a block without its closing bracket") }
}

/// The end of a text in quotes.
fn string(text: &str, start: usize) -> Result<usize, Refused> {
    let mut chars = text[start + 1..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '"' => return Ok(start + 1 + at + 1),
            '\n' => break,
            // Quotes in here would not end the text.
            '$' | '%' if text[start + 1 + at + 1..].starts_with('{') => {
                return Err(Refused::at(text, start, "has a text with a template in it"));
            }
            _ => {}
        }
    }
    Err(Refused::at(text, start, "is not valid HCL: a text without an end"))
}

fn find<'a>(
    text: &str,
    file: &'a File,
    key: &[String],
) -> Result<Option<(&'a Assignment, Scalar)>, Refused> {
    let [name] = key else {
        return Err(Refused::new("has the value in a block; change it by hand"));
    };
    if let Some(block) = file.other.iter().find(|other| {
        other
            .trim_start_matches('"')
            .strip_prefix(name.as_str())
            .is_some_and(|rest| rest.starts_with([' ', '\t', '"', '{', '=', ',']))
    }) {
        let line = block.lines().next().unwrap_or_default();
        return Err(Refused::new(format!("has `{line}`, which is no `{name} = value`")));
    }
    let Some(one) = file.one(text, key)? else { return Ok(None) };
    let value = match one.means.as_str() {
        "true" => Scalar::Bool(true),
        "false" => Scalar::Bool(false),
        means => match (means.parse(), serde_json::from_str(means)) {
            (Ok(number), _) => Scalar::Integer(number),
            (_, Ok(serde_json::Value::String(text))) => Scalar::Text(text),
            _ => {
                let why = format!("has `{name} = {means}` where one value is expected");
                return Err(Refused::at(text, one.name.start, why));
            }
        },
    };
    Ok(Some((one, value)))
}

fn read(text: &str, key: &[String]) -> Result<Option<Scalar>, Refused> {
    let file = parse(text)?;
    Ok(find(text, &file, key)?.map(|(_, value)| value))
}

fn leaves(text: &str) -> Result<Leaves, Refused> {
    Ok(parse(text)?.leaves())
}

fn set(text: &str, key: &[String], value: &Scalar) -> Result<String, Refused> {
    let file = parse(text)?;
    let value = match value {
        Scalar::Text(value) if value.contains(['$', '%']) => {
            return Err(Refused::new(format!("cannot hold {value:?} safely; change it by hand")));
        }
        Scalar::Text(value) => serde_json::Value::from(value.as_str()).to_string(),
        other => other.to_text(),
    };
    if let Some((one, _)) = find(text, &file, key)? {
        return Ok(File::replace(text, one, " = ", &value));
    }
    are_plain(key)?;
    let writing =
        Writing { name: &key[0], indent: "", equals: " = ", header: None, is_spaced: false };
    file.add(text, key, &value, &writing)
}

fn remove(text: &str, key: &[String]) -> Result<String, Refused> {
    let file = parse(text)?;
    match find(text, &file, key)? {
        Some((one, _)) => file.remove(text, one, |_| Err(super::not_safe())),
        None => Ok(text.to_owned()),
    }
}
