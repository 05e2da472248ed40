//! A file that says something by being there. Whoever writes files creates it for what is set, and
//! deletes it for what is removed.

use crate::catalogue::formats::format::{Format, Leaves, Refused, Scalar};

pub(super) struct Marker;

impl Format for Marker {
    fn read(&self, _text: &str, _key: &[String]) -> Result<Option<Scalar>, Refused> {
        Ok(Some(Scalar::Bool(true)))
    }

    fn set(&self, text: &str, _key: &[String], value: &Scalar) -> Result<String, Refused> {
        if is_there(value) {
            return Ok(text.to_owned());
        }
        Err(Refused::new("says something by being there; delete it to take that back"))
    }

    fn remove(&self, _text: &str, _key: &[String]) -> Result<String, Refused> {
        Ok(String::new())
    }

    fn leaves(&self, _text: &str) -> Result<Leaves, Refused> {
        Ok(Leaves::new())
    }

    fn is_as_asked(&self, _is: &Scalar, asked: &Scalar) -> bool {
        is_there(asked)
    }
}

/// `true` and `present` are the file; nothing else can be written into it.
fn is_there(asked: &Scalar) -> bool {
    *asked == Scalar::Bool(true) || *asked == Scalar::Text("present".to_owned())
}
