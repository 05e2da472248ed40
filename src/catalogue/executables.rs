//! Which of the catalogued tools are on `PATH`. Nothing is run, and each folder is read once.

use crate::catalogue::entry::Entry;
use crate::domain::signals::Environment;
use crate::fs::external;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// The programs that were found, by the names they are called by.
#[derive(Debug, Default)]
pub struct Programs(HashMap<String, PathBuf>);

impl Programs {
    /// Looks for the programs of these entries. Relative and empty folders of `PATH` are ignored:
    /// what they name depends on where one stands.
    pub fn find<'e>(entries: impl Iterator<Item = &'e Entry>, from: &dyn Environment) -> Self {
        let wanted: HashSet<&str> =
            entries.flat_map(|entry| &entry.exe).map(String::as_str).collect();
        let endings = if cfg!(windows) { from.get("PATHEXT") } else { None };
        let mut found = HashMap::new();
        let mut seen = HashSet::new();
        for folder in std::env::split_paths(&from.get("PATH").unwrap_or_default()) {
            if !folder.is_absolute() || !seen.insert(folder.clone()) {
                continue;
            }
            external::each_name(&folder, &mut |name| {
                let Some(file) = name.to_str() else { return };
                let called = external::called_by(file, endings.as_deref());
                let Some(called) = called.filter(|called| wanted.contains(called)) else { return };
                let path = folder.join(file);
                if !found.contains_key(called) && external::is_program(&path) {
                    found.insert(called.to_owned(), path);
                }
            });
        }
        Self(found)
    }

    /// Where the program with this name is.
    pub fn named(&self, name: &str) -> Option<&Path> {
        self.0.get(name).map(PathBuf::as_path)
    }

    /// Where the program of an entry is.
    pub fn of(&self, entry: &Entry) -> Option<&Path> {
        entry.exe.iter().find_map(|name| self.0.get(name)).map(PathBuf::as_path)
    }
}
