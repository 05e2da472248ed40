//! How far each destination has got in the files of a spool. Kept beside them, and gone with them.
//!
//! A crash may lose the newest position: the events after it leave once more, under the same event
//! ids, so that a receiver can drop them.

use crate::fs::Error;
use crate::fs::file;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

const NAME: &str = "positions.json";
const LIMIT: u64 = 1024 * 1024;

/// Positions in all files of one folder, by file name.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Positions(BTreeMap<String, InFile>);

/// Positions in one file, in bytes from its start.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct InFile {
    /// Up to here, every destination has everything that is meant for it.
    #[serde(default)]
    all: u64,
    /// Each destination by its key.
    #[serde(default)]
    each: BTreeMap<String, u64>,
}

impl Positions {
    /// The positions of a folder; none where they cannot be read, so that rather something leaves
    /// twice than never.
    pub(crate) fn read(folder: &Path) -> Self {
        let text = file::read(&folder.join(NAME), LIMIT, file::Trust::Own).ok().flatten();
        text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// Up to where every destination has everything.
    pub(crate) fn of_all(&self, name: &str) -> u64 {
        self.0.get(name).map_or(0, |file| file.all)
    }

    /// Up to where one destination has everything.
    pub(crate) fn of(&self, name: &str, destination: &str) -> u64 {
        let file = self.0.get(name);
        file.and_then(|file| file.each.get(destination)).copied().unwrap_or(0)
    }

    /// Moves one destination on, and with it what all of them have.
    pub(crate) fn advance(&mut self, name: &str, destination: &str, to: u64, all: &[String]) {
        let file = self.0.entry(name.to_owned()).or_default();
        file.each.insert(destination.to_owned(), to);
        let least = all.iter().map(|key| file.each.get(key).copied().unwrap_or(0)).min();
        file.all = least.unwrap_or(0).max(file.all);
    }

    /// Forgets a file that is no longer there.
    pub(crate) fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Writes them down, without making the folder: that a no took it away is final.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(NAME);
        let text =
            serde_json::to_vec(self).map_err(|error| Error::io("write", &path, error.into()))?;
        file::replace_here(&path, &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_have_is_what_the_last_one_has() {
        let mut positions = Positions::default();
        let all = ["a".to_owned(), "b".to_owned()];
        positions.advance("f", "a", 10, &all);
        assert_eq!((positions.of("f", "a"), positions.of_all("f")), (10, 0));
        positions.advance("f", "b", 4, &all);
        assert_eq!(positions.of_all("f"), 4);
        positions.advance("f", "b", 10, &all);
        assert_eq!(positions.of_all("f"), 10);
    }

    #[test]
    fn damage_begins_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut positions = Positions::default();
        positions.advance("f", "a", 10, &["a".to_owned()]);
        positions.write(folder.path()).expect("written");
        assert_eq!(Positions::read(folder.path()), positions);
        std::fs::write(folder.path().join(NAME), "{").expect("damaged");
        assert_eq!(Positions::read(folder.path()), Positions::default());
        assert!(positions.write(&folder.path().join("gone")).is_err(), "no folder is made");
    }
}
