//! A file that is one value, such as Go's `mode`. The first word counts: Go writes a date behind it.

use super::{Format, Leaves, Refused, Scalar};

pub(super) const FORMAT: Format = Format {
    name: "text",
    read,
    set,
    remove,
    leaves,
    path: <[String]>::to_vec,
    is_as_asked: |is, asked| is.to_text() == asked.to_text(),
};

fn read(text: &str, _key: &[String]) -> Result<Option<Scalar>, Refused> {
    if text.trim().lines().nth(1).is_some() {
        return Err(Refused::new("has more than the one line that is expected"));
    }
    Ok(text.split_whitespace().next().map(|word| Scalar::Text(word.to_owned())))
}

fn set(text: &str, key: &[String], value: &Scalar) -> Result<String, Refused> {
    read(text, key)?;
    let end = &text[text.trim_end().len()..];
    let end = if text.trim().is_empty() { "" } else { end };
    Ok(format!("{}{end}", value.to_text()))
}

fn remove(_text: &str, _key: &[String]) -> Result<String, Refused> {
    Ok(String::new())
}

fn leaves(_text: &str) -> Result<Leaves, Refused> {
    Ok(Leaves::new())
}
