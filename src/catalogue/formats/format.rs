//! What a format is: a text in, a value or another text out.

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
    pub(super) fn to_text(&self) -> String {
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
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self { line: None, why: why.into() }
    }

    /// About the line that holds this byte.
    pub(super) fn at(text: &str, byte: usize, why: impl Into<String>) -> Self {
        let before = &text.as_bytes()[..byte.min(text.len())];
        let line = 1 + before.iter().filter(|b| **b == b'\n').count();
        Self { line: Some(line), why: why.into() }
    }
}

/// Everything a file says, each value behind the names that lead to it.
pub(super) type Leaves = Vec<(Vec<String>, String)>;

/// One way of writing configuration. Texts come without their byte order mark.
pub(super) trait Format {
    /// What the key holds; nothing where it is not there, or is null.
    fn read(&self, text: &str, key: &[String]) -> Result<Option<Scalar>, Refused>;

    /// The text with the key at this value.
    fn set(&self, text: &str, key: &[String], value: &Scalar) -> Result<String, Refused>;

    /// The text without the key.
    fn remove(&self, text: &str, key: &[String]) -> Result<String, Refused>;

    /// Everything that the text says.
    fn leaves(&self, text: &str) -> Result<Leaves, Refused>;

    /// The key as the leaves have it.
    fn path(&self, key: &[String]) -> Vec<String> {
        key.to_vec()
    }

    /// Whether a value that was read is the one that was asked for: the same text, in formats without
    /// types of their own.
    fn is_as_asked(&self, is: &Scalar, asked: &Scalar) -> bool {
        is.to_text() == asked.to_text()
    }
}

pub(super) fn not_safe() -> Refused {
    Refused::new("is written in a way that cannot be changed safely; change it by hand")
}
