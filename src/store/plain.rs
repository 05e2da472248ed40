//! The plain shape of the files that this program writes: lines of `key = value`, tables with a
//! simple name, values on one line. It is a part of TOML, read a hundred times as fast as the whole.
//!
//! Whatever stands there in another shape, or twice, is left to the TOML reader, by `None`. So a file
//! that a person edited may cost more, and never means something else; a test holds both readers
//! to the same answer.

/// A line that says something.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'t> {
    /// `[name]`
    Table(&'t str),
    /// `key = value`
    Pair(&'t str, Plain<'t>),
}

/// A value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Plain<'t> {
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

/// The lines, or `None` where one is of another shape.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Option<Line<'_>>> {
    text.split('\n').filter(|line| !line.is_empty()).map(line)
}

fn line(line: &str) -> Option<Line<'_>> {
    if let Some(rest) = line.strip_prefix('[') {
        let name = rest.strip_suffix(']')?;
        return is_bare(name).then_some(Line::Table(name));
    }
    let (key, value) = pair(line)?;
    let value = match value.as_bytes().first()? {
        b'"' => Plain::Text(value.strip_prefix('"')?.strip_suffix('"').filter(|t| is_plain(t))?),
        b'[' => Plain::Texts(texts(value)?),
        b'{' => Plain::Lists(lists(value)?),
        _ if is_time(value) => Plain::Time(value),
        _ => Plain::Number(number(value)?),
    };
    Some(Line::Pair(key, value))
}

/// `key = value`, with a plain key. What follows the first `=` is the value: no key holds one.
fn pair(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|byte| byte == b'=')?;
    let key = text.get(..end)?.strip_suffix(' ')?;
    is_bare(key).then_some((key, text.get(end + 1..)?.strip_prefix(' ')?))
}

/// A key without quotes, and without the dots that would make it several.
fn is_bare(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// A text in quotes that stands for itself.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'"' && b != b'\\')
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
fn texts(value: &str) -> Option<Vec<&str>> {
    let inner = value.strip_prefix('[')?.strip_suffix(']')?;
    if inner.is_empty() {
        return Some(Vec::new());
    }
    let mut texts = Vec::with_capacity(4);
    let mut rest = inner;
    loop {
        let quoted = rest.strip_prefix('"')?;
        let end = quoted.bytes().position(|byte| byte == b'"')?;
        let text = quoted.get(..end)?;
        is_plain(text).then_some(())?;
        texts.push(text);
        match quoted.get(end + 1..)? {
            "" => return Some(texts),
            more => rest = more.strip_prefix(", ")?,
        }
    }
}

/// `{ NAME = ["1"], OTHER = [] }`
fn lists(value: &str) -> Option<Vec<(&str, Vec<&str>)>> {
    let inner = value.strip_prefix("{ ")?.strip_suffix("] }")?;
    let mut lists = Vec::new();
    for (place, part) in inner.split("], ").enumerate() {
        // What `split` took away stands behind every part; the last one lost it to the suffix.
        let start = part.as_ptr().addr() - value.as_ptr().addr();
        let whole = value.get(start..=start + part.len())?;
        let (key, list) = pair(whole)?;
        let is_new = !lists.iter().take(place).any(|(known, _)| *known == key);
        is_new.then_some(())?;
        lists.push((key, texts(list)?));
    }
    Some(lists)
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
