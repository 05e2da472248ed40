//! One key in another tool's configuration file: read, set or taken out, with every other byte kept.
//!
//! Bytes in, bytes out. Each format finds the place; here the result is read again and compared
//! with what was meant, and whatever else came of it is refused.

mod assignments;
mod braces;
mod gitconfig;
mod ini;
mod json;
mod lines;
mod marker;
mod properties;
mod text;
mod toml;
mod tree;
mod yaml;

use serde::{Deserialize, Serialize};

/// A value as a file stores it. Formats without types of their own read everything as text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Scalar {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
}

impl Scalar {
    /// The value as a format without types writes it.
    fn to_text(&self) -> String {
        match self {
            Self::Bool(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Text(value) => value.clone(),
        }
    }
}

/// Why a file cannot be read or changed safely.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Refused {
    /// The line it is about, from 1.
    pub line: Option<usize>,
    /// The end of a sentence that begins with the file's path.
    pub why: String,
}

impl Refused {
    fn new(why: impl Into<String>) -> Self {
        Self { line: None, why: why.into() }
    }

    /// About the line that holds this byte.
    fn at(text: &str, byte: usize, why: impl Into<String>) -> Self {
        let before = &text.as_bytes()[..byte.min(text.len())];
        let line = 1 + before.iter().filter(|b| **b == b'\n').count();
        Self { line: Some(line), why: why.into() }
    }
}

/// Everything a file says, each value behind the names that lead to it.
type Leaves = Vec<(Vec<String>, String)>;

/// One way of writing configuration. The functions get the text without its byte order mark.
#[derive(Debug)]
pub struct Format {
    /// The name, as the catalogue writes it.
    pub name: &'static str,
    read: fn(&str, &[String]) -> Result<Option<Scalar>, Refused>,
    set: fn(&str, &[String], &Scalar) -> Result<String, Refused>,
    remove: fn(&str, &[String]) -> Result<String, Refused>,
    leaves: fn(&str) -> Result<Leaves, Refused>,
    /// The key as the leaves have it.
    path: fn(&[String]) -> Vec<String>,
    /// Whether a value that was read is the one that was asked for.
    is_as_asked: fn(&Scalar, &Scalar) -> bool,
}

/// Every format.
pub static FORMATS: &[Format] = &[
    json::FORMAT,
    toml::FORMAT,
    yaml::FORMAT,
    ini::FORMAT,
    gitconfig::FORMAT,
    properties::FORMAT,
    text::FORMAT,
    marker::FORMAT,
];

/// More than any configuration that a person writes.
const MOST_BYTES: usize = 1024 * 1024;
const BYTE_ORDER_MARK: &str = "\u{feff}";

impl Format {
    /// The format with this name.
    pub fn named(name: &str) -> Option<&'static Format> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// What the key holds; nothing where it is not there, or is null.
    ///
    /// # Errors
    /// [`Refused`] where the file is not of this format, or what is there is no single value.
    pub fn read(&self, bytes: &[u8], key: &[String]) -> Result<Option<Scalar>, Refused> {
        let (_, text) = text_of(bytes)?;
        (self.read)(text, key)
    }

    /// The file with the key at this value. An empty file stands for a missing one.
    ///
    /// # Errors
    /// [`Refused`] where that cannot be done without touching anything else.
    pub fn set(&self, bytes: &[u8], key: &[String], value: &Scalar) -> Result<Vec<u8>, Refused> {
        let (mark, text) = text_of(bytes)?;
        let is_there = !text.is_empty()
            && (self.read)(text, key)?.is_some_and(|is| (self.is_as_asked)(&is, value));
        if is_there {
            return Ok(bytes.to_vec());
        }
        let edited = (self.set)(text, key, value)?;
        let is = (self.read)(&edited, key).ok().flatten();
        if !is.is_some_and(|is| (self.is_as_asked)(&is, value)) {
            return Err(not_safe());
        }
        self.compare(text, &edited, key)?;
        Ok([mark, &edited].concat().into_bytes())
    }

    /// The file without the key. What it stood in goes too where nothing else is left there.
    ///
    /// # Errors
    /// [`Refused`] where that cannot be done without touching anything else.
    pub fn remove(&self, bytes: &[u8], key: &[String]) -> Result<Vec<u8>, Refused> {
        let (mark, text) = text_of(bytes)?;
        let edited = (self.remove)(text, key)?;
        if !matches!((self.read)(&edited, key), Ok(None)) && !edited.is_empty() {
            return Err(not_safe());
        }
        self.compare(text, &edited, key)?;
        Ok([mark, &edited].concat().into_bytes())
    }

    /// Everything but the key, and the empty places it stood in, is the same.
    fn compare(&self, before: &str, after: &str, key: &[String]) -> Result<(), Refused> {
        let key = (self.path)(key);
        let rest = |text| -> Result<Leaves, Refused> {
            let mut leaves = (self.leaves)(text)?;
            leaves.retain(|(path, value)| {
                let is_its_place = value.is_empty() && key.starts_with(path);
                !is_its_place && !path.starts_with(&key)
            });
            Ok(leaves)
        };
        let after = rest(after).map_err(|_| not_safe())?;
        if rest(before)? == after { Ok(()) } else { Err(not_safe()) }
    }
}

fn not_safe() -> Refused {
    Refused::new("is written in a way that cannot be changed safely; change it by hand")
}

fn text_of(bytes: &[u8]) -> Result<(&'static str, &str), Refused> {
    if bytes.len() > MOST_BYTES {
        return Err(Refused::new("is larger than 1 MiB, more than a configuration file is"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        Refused { line: Some(line), why: "is not UTF-8 text".to_owned() }
    })?;
    Ok(match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => (BYTE_ORDER_MARK, rest),
        None => ("", text),
    })
}

#[cfg(test)]
mod tests;
