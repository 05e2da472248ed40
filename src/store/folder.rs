//! Folders of ours: made for their owner alone, and never in a home of somebody else.

use super::{Error, file, platform, random};
use crate::domain::tool_id::ToolId;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What is in a folder, in no order; nothing where it is not there.
pub(super) fn entries(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |error| Error::io("read", path, error);
    match fs::read_dir(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(failed(error)),
        Ok(entries) => entries.map(|entry| Ok(entry.map_err(failed)?.path())).collect(),
    }
}

/// The ids that the files of a folder with this ending are named after. Other files are nobody's
/// business.
pub(super) fn tools_in(path: &Path, ending: &str) -> Result<Vec<ToolId>, Error> {
    let id = |path: &PathBuf| path.file_name()?.to_str()?.strip_suffix(ending)?.parse().ok();
    Ok(entries(path)?.iter().filter_map(id).collect())
}

/// Removes a folder with everything in it; one that is not there is no error. Links are removed
/// and not followed.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Ok(found) if !found.is_dir() => return file::remove(path),
        _ => {}
    }
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("remove", path, error)),
        _ => Ok(()),
    }
}

/// How the names begin of what was put away. No tool id does, so nobody takes it for a tool's folder.
const PUT_AWAY: &str = ".purged-";

/// Renames a folder into another one, under a name that nobody knows; one that is not there is no
/// error. To delete takes many steps, between which somebody else could go on writing there. A rename
/// is one: from here on nobody finds the folder, and what they hold open is deleted with the rest.
pub(super) fn put_away(path: &Path, to: &Path) -> Result<(), Error> {
    if matches!(path.try_exists(), Ok(false)) {
        return Ok(());
    }
    let away = to.join(format!("{PUT_AWAY}{}", random::uuid(path)?));
    match fs::rename(path, &away) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("delete", path, error)),
        _ => Ok(()),
    }
}

/// Deletes what was put away into a folder, also by somebody who was killed before they got here.
pub(super) fn remove_put_away(from: &Path) -> Result<(), Error> {
    let is_put_away = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PUT_AWAY))
    };
    entries(from)?.iter().filter(|path| is_put_away(path)).try_for_each(|path| remove(path))
}

/// Makes a folder and those above it, each for its owner alone.
pub(super) fn make(path: &Path) -> Result<(), Error> {
    let nearest = nearest_allowed(path)?;
    let missing: Vec<&Path> = path.ancestors().take_while(|folder| *folder != nearest).collect();
    for folder in missing.into_iter().rev() {
        match platform::make_private_folder(folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(Error::io("make", folder, error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The nearest folder above (or at) the path that is there. Refuses one of another user, so that
/// sudo leaves nothing in a home that its owner could not change afterwards; and the top of the
/// file system, so that root does not make a home where somebody was meant to have none.
pub(super) fn nearest_allowed(path: &Path) -> Result<&Path, Error> {
    let nearest = existing_ancestor(path);
    if nearest.parent().is_none() {
        return Err(Error::NoHome);
    }
    let metadata = fs::metadata(nearest).map_err(|error| Error::io("read", nearest, error))?;
    if let (Some(owner), Some(user)) = (platform::owner(&metadata), platform::effective_user()) {
        let systems_own = owner == 0 && user != 0;
        if owner != user && !systems_own {
            return Err(Error::Foreign { path: nearest.to_owned(), as_root: user == 0 });
        }
    }
    Ok(nearest)
}

/// Whether a file could be made in the folder, or in the one above it that is there. Writes nothing.
pub(super) fn can_hold_files(path: &Path) -> bool {
    let nearest = existing_ancestor(path);
    nearest.is_dir() && platform::is_writable_folder(nearest)
}

pub(super) fn existing_ancestor(path: &Path) -> &Path {
    path.ancestors().find(|folder| folder.exists()).unwrap_or(path)
}
