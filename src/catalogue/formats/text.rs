//! A file that is one value, such as Go's `mode`. The first word counts: Go writes a date behind it.

use crate::catalogue::formats::format::{Format, Leaves, Refused, Scalar};

pub(super) struct Text;

impl Format for Text {
    fn read(&self, text: &str, _key: &[String]) -> Result<Option<Scalar>, Refused> {
        if text.trim().lines().nth(1).is_some() {
            return Err(Refused::new("has more than the one line that is expected"));
        }
        Ok(text.split_whitespace().next().map(|word| Scalar::Text(word.to_owned())))
    }

    fn set(&self, text: &str, key: &[String], value: &Scalar) -> Result<String, Refused> {
        self.read(text, key)?;
        let end = &text[text.trim_end().len()..];
        let end = if text.trim().is_empty() { "" } else { end };
        Ok(format!("{}{end}", value.to_text()))
    }

    fn remove(&self, _text: &str, _key: &[String]) -> Result<String, Refused> {
        Ok(String::new())
    }

    fn leaves(&self, _text: &str) -> Result<Leaves, Refused> {
        Ok(Leaves::new())
    }
}
