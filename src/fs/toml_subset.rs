//! The plain shape of the files that this program writes: lines of `key = value`, tables with a
//! simple name, values on one line. It is a part of TOML, read a hundred times as fast as the whole.
//!
//! Whatever stands there in another shape, or twice, is left to the TOML reader, by `None`. So a file
//! that a person edited may cost more, and never means something else; a test holds both readers
//! to the same answer.

/// A line that says something.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'t> {
    /// `[name]`
    Table(&'t str),
    /// `key = value`
    Pair(&'t str, Plain<'t>),
}

/// A value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Plain<'t> {
    /// A text without escapes.
    Text(&'t str),
    /// A whole number that is not negative.
    Number(u32),
    /// A time in UTC, to the second.
    Time(&'t str),
    /// A list of texts.
    Texts(Vec<&'t str>),
    /// A table of lists, on one line.
    Lists(Vec<(&'t str, Vec<&'t str>)>),
}

/// What was read, and what follows it.
type Read<'t, T> = Option<(T, &'t str)>;

/// The lines; `None` and nothing more where one is of another shape.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Option<Line<'_>>> {
    let mut rest = text;
    let is_plain = is_plain(text);
    std::iter::from_fn(move || {
        while let Some(after) = rest.strip_prefix('\n') {
            rest = after;
        }
        if rest.is_empty() {
            return None;
        }
        let (line, after) = line(rest).filter(|_| is_plain).unzip();
        rest = after.unwrap_or_default();
        Some(line)
    })
}

/// Whether every byte stands for itself. (Without a branch in the loop, sixteen are looked at at once.)
fn is_plain(text: &str) -> bool {
    let is_plain = |byte| matches!(byte, b' '..=b'~' | b'\n') & (byte != b'\\');
    text.bytes().fold(true, |all, byte| all & is_plain(byte))
}

fn line(text: &str) -> Read<'_, Line<'_>> {
    if let Some(rest) = text.strip_prefix('[') {
        let (name, rest) = bare(rest)?;
        return Some((Line::Table(name), ended(rest.strip_prefix(']')?)?));
    }
    let (key, rest) = bare(text)?;
    let (value, rest) = value(rest.strip_prefix(" = ")?)?;
    Some((Line::Pair(key, value), ended(rest)?))
}

/// What follows the end of a line.
fn ended(rest: &str) -> Option<&str> {
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('\n') }
}

fn value(text: &str) -> Read<'_, Plain<'_>> {
    match text.as_bytes().first()? {
        b'"' => quoted(text).map(|(text, rest)| (Plain::Text(text), rest)),
        b'[' => texts(text).map(|(texts, rest)| (Plain::Texts(texts), rest)),
        b'{' => lists(text).map(|(lists, rest)| (Plain::Lists(lists), rest)),
        _ => {
            let (value, rest) = before(text, |byte| byte == b'\n').unwrap_or((text, ""));
            let value =
                if is_time(value) { Plain::Time(value) } else { Plain::Number(number(value)?) };
            Some((value, rest))
        }
    }
}

/// What stands before the first such byte, and what begins with it.
fn before(text: &str, is_end: impl Fn(u8) -> bool) -> Read<'_, &str> {
    text.split_at_checked(text.bytes().position(is_end)?)
}

/// The bytes of a key without quotes, and without the dots that would make it several. A table: each
/// byte of a key is looked up.
static BARE: [bool; 256] = {
    let mut bare = [false; 256];
    let mut byte = 0_u8;
    while byte < u8::MAX {
        bare[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        byte += 1;
    }
    bare
};

fn bare(text: &str) -> Read<'_, &str> {
    before(text, |byte| !BARE[usize::from(byte)]).filter(|(key, _)| !key.is_empty())
}

/// A text in quotes, which end on the same line.
fn quoted(text: &str) -> Read<'_, &str> {
    let (text, rest) = before(text.strip_prefix('"')?, |byte| matches!(byte, b'"' | b'\n'))?;
    Some((text, rest.strip_prefix('"')?))
}

fn number(value: &str) -> Option<u32> {
    let is_usual = value == "0" || !value.starts_with('0');
    let is_short = value.len() <= 9 && value.bytes().all(|b| b.is_ascii_digit());
    (is_usual && is_short).then(|| value.parse().ok())?
}

/// `2026-11-20T10:11:12Z`
fn is_time(value: &str) -> bool {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00Z";
    let fits = |(byte, shape): (u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        _ => byte == *shape,
    };
    value.len() == SHAPE.len() && value.bytes().zip(SHAPE).all(fits)
}

/// `["1", "true"]`
fn texts(text: &str) -> Read<'_, Vec<&str>> {
    let mut rest = text.strip_prefix('[')?;
    if let Some(rest) = rest.strip_prefix(']') {
        return Some((Vec::new(), rest));
    }
    let mut texts = Vec::with_capacity(4);
    loop {
        let (text, after) = quoted(rest)?;
        texts.push(text);
        match after.strip_prefix(']') {
            Some(rest) => return Some((texts, rest)),
            None => rest = after.strip_prefix(", ")?,
        }
    }
}

/// `{ NAME = ["1"], OTHER = [] }`
fn lists(text: &str) -> Read<'_, Vec<(&str, Vec<&str>)>> {
    let mut rest = text.strip_prefix("{ ")?;
    let mut lists: Vec<(&str, Vec<&str>)> = Vec::new();
    loop {
        let (key, after) = bare(rest)?;
        let (list, after) = texts(after.strip_prefix(" = ")?)?;
        let is_new = lists.iter().all(|(known, _)| *known != key);
        is_new.then(|| lists.push((key, list)))?;
        match after.strip_prefix(" }") {
            Some(rest) => return Some((lists, rest)),
            None => rest = after.strip_prefix(", ")?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Option<Line<'_>> {
        lines(text).next().expect("a line")
    }

    #[test]
    fn what_this_program_writes_is_plain() {
        assert_eq!(one("[usage]"), Some(Line::Table("usage")));
        assert_eq!(one("notice = 12"), Some(Line::Pair("notice", Plain::Number(12))));
        let time = "2026-11-20T10:11:12Z";
        assert_eq!(one("at = 2026-11-20T10:11:12Z"), Some(Line::Pair("at", Plain::Time(time))));
        assert_eq!(
            one("A = [\"1\", \"on\"]"),
            Some(Line::Pair("A", Plain::Texts(vec!["1", "on"])))
        );
        let lists = Plain::Lists(vec![("A", vec!["1", "x"]), ("B", vec![])]);
        assert_eq!(one("w = { A = [\"1\", \"x\"], B = [] }"), Some(Line::Pair("w", lists)));
    }

    #[test]
    fn anything_else_is_left_to_the_toml_reader() {
        for other in [
            "choice=\"denied\"",
            "choice = 'denied'",
            "choice = \"denied\" # no",
            "choice = \"den\\u0069ed\"",
            "choice = \"den\nied\"",
            "choice = \"denied\"\r",
            " choice = \"denied\"",
            "\"choice\" = \"denied\"",
            "usage.choice = \"denied\"",
            "[[usage]]",
            "[a.b]",
            "[ usage ]",
            "notice = 01",
            "notice = 1_0",
            "notice = -1",
            "at = 2026-11-20 10:11:12Z",
            "A = [\"1\",\"2\"]",
            "A = [\"1\", 2]",
            "A = { B = [\"1\"], B = [\"2\"] }",
            "# a comment",
        ] {
            assert_eq!(one(other), None, "{other}");
        }
    }
}
