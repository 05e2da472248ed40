//! One key in another tool's configuration file: read, set or taken out, with every other byte kept.
//!
//! Bytes in, bytes out. Each format finds the place; here the result is read again and compared
//! with what was meant, and whatever else came of it is refused.

pub mod format;
mod gitconfig;
mod ini;
mod json;
mod marker;
mod properties;
mod syntax;
mod text;
mod toml;
mod yaml;

use crate::catalogue::keyword::keywords;
use format::{Format, Leaves, Refused, Scalar, not_safe};

keywords! {
    /// How a file is written.
    FormatKind {
        /// JSON, with comments.
        Json = "json",
        /// TOML.
        Toml = "toml",
        /// YAML.
        Yaml = "yaml",
        /// Sections of `name = value`.
        Ini = "ini",
        /// Git's configuration.
        Gitconfig = "gitconfig",
        /// Lines of `name=value`, the name with dots in it.
        Properties = "properties",
        /// One word.
        Text = "text",
        /// A file that counts by being there.
        Marker = "marker",
    }
}

/// More than any configuration that a person writes.
const MOST_BYTES: usize = 1024 * 1024;
const BYTE_ORDER_MARK: &str = "\u{feff}";

impl FormatKind {
    fn format(self) -> &'static dyn Format {
        match self {
            Self::Json => &json::Json,
            Self::Toml => &toml::Toml,
            Self::Yaml => &yaml::Yaml,
            Self::Ini => &ini::Ini,
            Self::Gitconfig => &gitconfig::Gitconfig,
            Self::Properties => &properties::Properties,
            Self::Text => &text::Text,
            Self::Marker => &marker::Marker,
        }
    }

    /// What the key holds; nothing where it is not there, or is null.
    ///
    /// # Errors
    /// [`Refused`] where the file is not of this format, or what is there is no single value.
    pub fn read(self, bytes: &[u8], key: &[String]) -> Result<Option<Scalar>, Refused> {
        let (_, text) = text_of(bytes)?;
        self.format().read(text, key)
    }

    /// The file with the key at this value. An empty file stands for a missing one.
    ///
    /// # Errors
    /// [`Refused`] where that cannot be done without touching anything else.
    pub fn set(self, bytes: &[u8], key: &[String], value: &Scalar) -> Result<Vec<u8>, Refused> {
        let (mark, text) = text_of(bytes)?;
        let format = self.format();
        let is_there = !text.is_empty()
            && format.read(text, key)?.is_some_and(|is| format.is_as_asked(&is, value));
        if is_there {
            return Ok(bytes.to_vec());
        }
        let edited = format.set(text, key, value)?;
        let is = format.read(&edited, key).ok().flatten();
        if !is.is_some_and(|is| format.is_as_asked(&is, value)) {
            return Err(not_safe());
        }
        self.compare(text, &edited, key)?;
        Ok([mark, &edited].concat().into_bytes())
    }

    /// The file without the key. What it stood in goes too where nothing else is left there.
    ///
    /// # Errors
    /// [`Refused`] where that cannot be done without touching anything else.
    pub fn remove(self, bytes: &[u8], key: &[String]) -> Result<Vec<u8>, Refused> {
        let (mark, text) = text_of(bytes)?;
        let format = self.format();
        let edited = format.remove(text, key)?;
        if !matches!(format.read(&edited, key), Ok(None)) && !edited.is_empty() {
            return Err(not_safe());
        }
        self.compare(text, &edited, key)?;
        Ok([mark, &edited].concat().into_bytes())
    }

    /// Everything but the key, and the empty places it stood in, is the same.
    fn compare(self, before: &str, after: &str, key: &[String]) -> Result<(), Refused> {
        let key = self.format().path(key);
        let rest = |text| -> Result<Leaves, Refused> {
            let mut leaves = self.format().leaves(text)?;
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
