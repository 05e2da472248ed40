//! What other tools' own switches are, and how they are read and changed. Imports only `domain` and
//! `store`.
//!
//! Everything that is known of a tool is data: `tools.toml`, and the person's own files. [`state`]
//! tells from variables and files whether a tool is on; nothing of a vendor's is ever run for that.

pub mod change;
pub mod changes_in_words;
pub mod conflict;
pub mod entry;
pub mod executables;
pub mod formats;
pub mod keyword;
pub mod place;
pub mod reading;
pub mod rule;
pub mod setting;
pub mod shell_syntax;
pub mod shells;
pub mod source;
pub mod start_files;
pub mod start_lines;
pub mod state;
#[cfg(test)]
mod state_tests;
pub mod taking_back;
pub mod variables;
pub mod vendor_command;
pub mod wording;

use crate::consent::World;
use crate::domain::tool_id::ToolId;
use crate::fs::{Error, external};
use crate::registry::diagnostics::Trouble;
use entry::Entry;
use executables::Programs;
use source::Machine;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The project's own catalogue.
const OWN: &str = include_str!("tools.toml");

/// Everything that is known of other people's tools. Made at most once in a run, and only where it
/// is needed: reading it costs more than most commands do.
#[derive(Debug, Default)]
pub struct Catalogue {
    entries: BTreeMap<ToolId, Entry>,
    /// Files of the person's that could not be understood; what they would correct stands.
    pub problems: Vec<Trouble>,
}

impl Catalogue {
    /// The project's entries, and the person's in place of those with the same id.
    pub fn read(world: &World) -> Self {
        let mut catalogue = Self::default();
        match reading::read(OWN) {
            Ok(entries) => catalogue.add(entries, None),
            Err(problems) => catalogue.problems.push(Trouble {
                path: None,
                problem: format!("sayso's own catalogue: {}", first(&problems)),
                hint: "please tell the makers of sayso".to_owned(),
            }),
        }
        if let Ok(layout) = world.layout() {
            match external::files_in(&layout.catalogues(), "toml") {
                Ok(files) => files.iter().for_each(|path| catalogue.add_file(path)),
                Err(error) => catalogue.problems.push(trouble(&error)),
            }
        }
        catalogue
    }

    fn add_file(&mut self, path: &Path) {
        match external::read_trusted(path) {
            Ok(None) => {}
            Ok(Some(text)) => match reading::read(&text) {
                Ok(entries) => self.add(entries, Some(path)),
                Err(problems) => self.problems.push(Trouble {
                    path: Some(path.to_owned()),
                    problem: format!("is no valid catalogue: {}", first(&problems)),
                    hint: format!("sayso lint {} says what to mend", path.display()),
                }),
            },
            Err(error) => self.problems.push(trouble(&error)),
        }
    }

    fn add(&mut self, entries: Vec<Entry>, from: Option<&Path>) {
        for mut entry in entries {
            entry.from = from.map(Path::to_owned);
            self.entries.insert(entry.id.clone(), entry);
        }
    }

    /// Every entry, sorted by id.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.values()
    }

    /// The entry of a tool.
    pub fn entry(&self, tool: &ToolId) -> Option<&Entry> {
        self.entries.get(tool)
    }

    /// The entry whose program is called that.
    pub fn entry_of_program(&self, name: &str) -> Option<&Entry> {
        self.entries.values().find(|entry| entry.exe.iter().any(|exe| exe == name))
    }

    /// This machine, with the programs of all entries looked for on `PATH`.
    pub fn look_around(&self, world: &Arc<World>) -> Machine {
        Machine::new(world, Programs::find(self.entries(), world.environment()))
    }
}

fn first(problems: &[reading::Problem]) -> String {
    let text = problems.first().map(ToString::to_string).unwrap_or_default();
    text.lines().next().unwrap_or_default().to_owned()
}

fn trouble(error: &Error) -> Trouble {
    Trouble { path: error.path().map(Path::to_owned), problem: error.why(), hint: error.hint() }
}
