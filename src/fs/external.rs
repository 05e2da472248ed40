//! Files of other programs: looked at with the same care as our own, and never trusted.

use crate::fs::Error;
use crate::fs::file::{self, Trust};
use crate::fs::{folder, platform};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// More than any configuration that a person writes.
pub(crate) const LIMIT: u64 = 1024 * 1024;

/// The text of another program's file; `None` where there is none. Links are followed, whoever the
/// owner is; a pipe or a device is refused and never waited for.
///
/// # Errors
/// Where it is there and cannot be read.
pub fn read(path: &Path) -> Result<Option<String>, Error> {
    file::read(path, LIMIT, Trust::Anyone)
}

/// The text of a file that tells sayso what to do; `None` where there is none.
///
/// # Errors
/// Where it is there and cannot be read, or others than the user and root can change or replace it.
pub fn read_trusted(path: &Path) -> Result<Option<String>, Error> {
    file::read(path, LIMIT, Trust::Shared)
}

/// The beginning of a regular file, at most so many bytes; `None` where there is none or it cannot be read.
pub fn beginning(path: &Path, bytes: u64) -> Option<String> {
    let mut options = platform::careful_options(true);
    let (file, _) = file::open_regular(options.read(true), path)?;
    let mut beginning = Vec::new();
    file.take(bytes).read_to_end(&mut beginning).ok()?;
    Some(String::from_utf8_lossy(&beginning).into_owned())
}

/// The files of a folder with this ending, sorted.
///
/// # Errors
/// Where the folder is there and cannot be listed.
pub fn files_in(path: &Path, ending: &str) -> Result<BTreeSet<PathBuf>, Error> {
    let named = |path: &PathBuf| path.extension().is_some_and(|found| found == ending);
    Ok(folder::entries(path)?.into_iter().filter(named).collect())
}

/// Calls back with every name in a folder. Nothing is asked about the files themselves, and a folder
/// that cannot be listed has none.
pub fn each_name(path: &Path, see: &mut dyn FnMut(&OsStr)) {
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        see(&entry.file_name());
    }
}

/// Whether a path names a file that this person may start. As a shell looks: what may not be started
/// is passed over.
pub fn is_program(path: &Path) -> bool {
    platform::may_start(path) && path.is_file()
}

/// The name a program is called by, from that of its file.
pub fn called_by<'n>(name: &'n str, endings: Option<&str>) -> Option<&'n str> {
    platform::called_by(name, endings)
}

/// Where a file really is, behind all links.
pub fn real(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// Whether there is a file with anything in it.
pub fn holds_something(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() > 0)
}
