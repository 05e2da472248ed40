//! A file that says something by being there. Whoever writes files creates it for what is set, and
//! deletes it for what is removed.

use super::{Format, Leaves, Refused, Scalar};

pub(super) const FORMAT: Format = Format {
    name: "marker",
    read: |_, _| Ok(Some(Scalar::Bool(true))),
    set,
    remove: |_, _| Ok(String::new()),
    leaves: |_| Ok(Leaves::new()),
    path: <[String]>::to_vec,
    is_as_asked,
};

/// `true` and `present` are the file; nothing else can be written into it.
fn is_as_asked(_is: &Scalar, asked: &Scalar) -> bool {
    *asked == Scalar::Bool(true) || *asked == Scalar::Text("present".to_owned())
}

fn set(text: &str, _key: &[String], value: &Scalar) -> Result<String, Refused> {
    if is_as_asked(value, value) {
        return Ok(text.to_owned());
    }
    Err(Refused::new("says something by being there; delete it to take that back"))
}
