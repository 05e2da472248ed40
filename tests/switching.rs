//! Vendors' own switches are set where they last, and put back byte for byte: every file of the
//! catalogue, files that tools share, links, owners, modes, and what others do in between.
#![cfg(unix)]

mod every_file;
mod surroundings;
mod telling;
mod undoing;

use crate::support::{Home, Ran, catalogue};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const TURBOREPO: &str = ".config/turborepo/telemetry.json";
const NUXT: &str = ".nuxtrc";

/// A home with the programs of some tools, none of which may be run, and the folders of a person
/// who has used other programs before.
pub struct Machine {
    pub home: Home,
}

impl Machine {
    pub fn with(programs: &[&str]) -> Self {
        let machine = Self { home: Home::new() };
        for folder in [".config", ".local/state", ".local/share"] {
            fs::create_dir_all(machine.home.path().join(folder)).expect("a folder");
        }
        programs.iter().for_each(|name| machine.install(name, "echo run > \"$HOME/was-run\""));
        machine
    }

    pub fn with_everything() -> Self {
        let entries = catalogue();
        let names: Vec<&str> =
            entries.iter().flat_map(|entry| &entry.exe).map(String::as_str).collect();
        Self::with(&names)
    }

    pub fn install(&self, name: &str, script: &str) {
        self.home.write(&format!("bin/{name}"), &format!("#!/bin/sh\n{script}\n"));
        let path = self.home.path().join("bin").join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a program");
    }

    #[must_use = "assert how it ended"]
    pub fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let bin = self.home.path().join("bin").display().to_string();
        let ran = self.home.run_with(&[&[("PATH", bin.as_str())], variables].concat(), arguments);
        assert!(!self.home.path().join("was-run").exists(), "a vendor's program was run");
        assert!(!ran.stderr.contains("panicked"), "{ran:#?}");
        ran
    }

    #[must_use = "assert how it ended"]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(&[], arguments)
    }

    /// Everything in the home that is not sayso's own.
    pub fn tree(&self) -> BTreeMap<PathBuf, Node> {
        tree(self.home.path())
    }
}

/// A file, a folder or a link, with its permission bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    Folder(u32),
    File(u32, Vec<u8>),
    Link(PathBuf),
    Other(u32),
}

/// Everything in a home that is not sayso's own.
pub fn tree(home: &Path) -> BTreeMap<PathBuf, Node> {
    let mut found = BTreeMap::new();
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let below = path.strip_prefix(home).expect("below").to_owned();
            if [".config/sayso", ".local/state/sayso"].iter().any(|own| below == Path::new(own)) {
                continue;
            }
            let metadata = path.symlink_metadata().expect("it is there");
            let mode = metadata.permissions().mode() & 0o7777;
            let kind = metadata.file_type();
            let node = if kind.is_symlink() {
                Node::Link(fs::read_link(&path).expect("a link"))
            } else if kind.is_dir() {
                folders.push(path);
                Node::Folder(mode)
            } else if kind.is_file() {
                Node::File(mode, fs::read(&path).expect("a file"))
            } else {
                Node::Other(mode)
            };
            found.insert(below, node);
        }
    }
    found
}

#[track_caller]
pub fn assert_same(before: &BTreeMap<PathBuf, Node>, after: &BTreeMap<PathBuf, Node>) {
    let differs = |path: &&PathBuf| before.get(*path) != after.get(*path);
    let paths: Vec<&PathBuf> = before.keys().chain(after.keys()).filter(differs).collect();
    assert!(paths.is_empty(), "{paths:?} is not as it was");
}
