//! Folders of ours: made for their owner alone, and never in a home of somebody else.

use crate::domain::tool_id::ToolId;
use crate::fs::{Error, file, platform, random};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What is in a folder, in no order; nothing where it is not there.
pub(crate) fn entries(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |error| Error::io("read", path, error);
    match fs::read_dir(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(failed(error)),
        Ok(entries) => entries.map(|entry| Ok(entry.map_err(failed)?.path())).collect(),
    }
}

/// The ids that the files of a folder with this ending are named after. Other files are nobody's
/// business.
pub(crate) fn tools_in(path: &Path, ending: &str) -> Result<Vec<ToolId>, Error> {
    let id = |path: &PathBuf| path.file_name()?.to_str()?.strip_suffix(ending)?.parse().ok();
    Ok(entries(path)?.iter().filter_map(id).collect())
}

/// Removes a folder with everything in it, and makes that last; one that is not there is no error.
/// Links are removed and not followed.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Ok(found) if !found.is_dir() => return file::remove(path),
        _ => {}
    }
    remove_all(path)?;
    sync_around(path, "deleted")
}

/// How often a folder is emptied again that somebody put a file into meanwhile.
const MOST_TRIES: u32 = 5;

fn remove_all(path: &Path) -> Result<(), Error> {
    let mut removed = fs::remove_dir_all(path);
    for _ in 1..MOST_TRIES {
        match &removed {
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => {
                removed = fs::remove_dir_all(path);
            }
            _ => break,
        }
    }
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("remove", path, error)),
        _ => Ok(()),
    }
}

/// Makes it last that an entry was added to a folder or taken out of it.
///
/// # Errors
/// [`Error::NotDurable`], with what was done to the entry.
pub(crate) fn sync_around(entry: &Path, done: &'static str) -> Result<(), Error> {
    let folder = entry.parent().unwrap_or(entry);
    match platform::sync_folder(folder) {
        // Another process deleted the folder meanwhile, and with it the entry.
        Err(error) if error.kind() == ErrorKind::NotFound && done == "deleted" => Ok(()),
        Err(source) => Err(Error::NotDurable { path: entry.to_owned(), done, source }),
        Ok(()) => Ok(()),
    }
}

/// Removes a folder in which nothing is left, and makes that last; one with anything in it stays.
pub(crate) fn remove_if_empty(path: &Path) -> Result<(), Error> {
    match fs::remove_dir(path) {
        Ok(()) => sync_around(path, "deleted"),
        Err(_) => Ok(()),
    }
}

/// How the names begin of what was put away. No tool id does, so nobody takes it for a tool's folder.
const PUT_AWAY: &str = ".purged-";

/// Deletes a folder with everything in it, and makes that last; one that is not there is no error.
///
/// It is renamed first, to a hidden name in `aside`: deleting takes many steps, between which another
/// process could go on writing there. A rename is one step, after which nobody finds the folder. Where
/// the file system cannot rename it (overlayfs answers EXDEV for a folder of a lower layer, see
/// Documentation/filesystems/overlayfs.rst), it is emptied where it is.
pub(crate) fn delete(path: &Path, aside: &Path) -> Result<(), Error> {
    if matches!(path.try_exists(), Ok(false)) {
        return Ok(());
    }
    let away = aside.join(format!("{PUT_AWAY}{}", random::uuid(path)?));
    match fs::rename(path, &away) {
        Ok(()) => {
            let is_gone = remove(&away);
            if path.parent() == Some(aside) {
                is_gone
            } else {
                is_gone.and(sync_around(path, "deleted"))
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == ErrorKind::CrossesDevices => remove(path),
        Err(error) => Err(Error::io("delete", path, error)),
    }
}

/// Deletes what [`delete`] left in a folder when it was killed or failed.
pub(crate) fn delete_leftovers(aside: &Path) -> Result<(), Error> {
    let is_put_away = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PUT_AWAY))
    };
    entries(aside)?.iter().filter(|path| is_put_away(path)).try_for_each(|path| remove(path))
}

/// Makes a folder and those above it, each for its owner alone, and makes that last.
///
/// # Errors
/// Where one could not be made; [`Error::NotDurable`] where all are there, and may not last.
pub(crate) fn make(path: &Path) -> Result<(), Error> {
    let nearest = nearest_allowed(path)?;
    let missing: Vec<&Path> = path.ancestors().take_while(|folder| *folder != nearest).collect();
    let mut lasts = Ok(());
    for folder in missing.into_iter().rev() {
        match platform::make_private_folder(folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(Error::io("make", folder, error));
            }
            _ => lasts = lasts.and(sync_around(folder, "stored")),
        }
    }
    lasts
}

/// The nearest folder above (or at) the path that is there. Refuses one of another user, so that
/// sudo leaves nothing in a home that its owner could not change afterwards; and the top of the
/// file system, so that root does not make a home where somebody was meant to have none.
pub(crate) fn nearest_allowed(path: &Path) -> Result<&Path, Error> {
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
pub(crate) fn can_hold_files(path: &Path) -> bool {
    let nearest = existing_ancestor(path);
    nearest.is_dir() && platform::is_writable_folder(nearest)
}

pub(crate) fn existing_ancestor(path: &Path) -> &Path {
    path.ancestors().find(|folder| folder.exists()).unwrap_or(path)
}
