//! Files that a user keeps behind links, as managers of dotfiles make them.
//!
//! A link counts if it belongs to the user or to root, and so does everything on the way; the file at
//! its end is checked like any other. (To refuse all links was turned down: stow and home-manager make
//! nothing else.)

use crate::fs::Error;
use crate::fs::file::platform;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// More links one after the other than anybody makes; path_resolution(7) ends at 40.
const MOST: usize = 16;

/// Where a path leads that ends in a link: to something that is no link.
///
/// # Errors
/// [`Error::Untrusted`] where a link belongs to somebody else, leads to nothing or never ends.
pub(crate) fn target(path: &Path) -> Result<PathBuf, Error> {
    let untrusted = |why| Error::Untrusted { path: path.to_owned(), why };
    let mut place = path.to_owned();
    for _ in 0..MOST {
        let found = match fs::symlink_metadata(&place) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(untrusted("is a link to nothing"));
            }
            Err(error) => return Err(Error::io("read", &place, error)),
            Ok(found) if !found.is_symlink() => return Ok(place),
            Ok(found) => found,
        };
        if !platform::is_trusted(&found) {
            return Err(untrusted("is a link of another user"));
        }
        let to = fs::read_link(&place).map_err(|error| Error::io("read", &place, error))?;
        place = place.parent().unwrap_or(&place).join(to);
    }
    Err(untrusted("is a link that leads back to itself"))
}
