//! Files, read with care and replaced whole.
//!
//! A reader never waits and sees the old file or the new one. A writer takes `.NAME.new` beside
//! the file, which is its lock and its draft at once: it is locked by the operating system, so a
//! killed process frees it; it is filled and made to last; and it is renamed into place. There is
//! nothing to clean up after a success, and what a killed writer left is taken over by the next
//! one. A lock on the file itself would be lost with every rename, and a lock file of its own
//! would be litter for every tool.

use super::{Error, folder, platform};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Whom a file must come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// It speaks for a person, so it must be that person's own: no link, no other owner, not
    /// writable by everybody.
    Own,
    /// It can only restrict or describe, so links and other owners do no harm.
    Anyone,
}

/// Reads a whole text of at most `limit` bytes; `None` where there is none.
pub(super) fn read(path: &Path, limit: u64, trust: Trust) -> Result<Option<String>, Error> {
    let Some((bytes, _)) = read_bytes(path, limit, trust)? else { return Ok(None) };
    text(path, bytes).map(Some)
}

/// The text that a file holds.
pub(super) fn text(path: &Path, bytes: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|_| Error::damaged(path, "is not UTF-8 text"))
}

/// Reads a whole file of at most `limit` bytes, and what the system knew of it before that.
pub(super) fn read_bytes(
    path: &Path,
    limit: u64,
    trust: Trust,
) -> Result<Option<(Vec<u8>, fs::Metadata)>, Error> {
    let mut options = platform::careful_options(trust == Trust::Anyone);
    let file = match options.read(true).open(path) {
        Ok(file) => file,
        // A link to nothing is a file that cannot be read, and not the absence of one. (Where links
        // are not followed, that is another error.)
        Err(error)
            if error.kind() == ErrorKind::NotFound
                && (trust == Trust::Own || !path.is_symlink()) =>
        {
            return Ok(None);
        }
        Err(error) if platform::is_link_error(&error) => {
            return Err(Error::Untrusted { path: path.to_owned(), why: "is a link" });
        }
        Err(error) => return Err(Error::io("read", path, error)),
    };
    let metadata = file.metadata().map_err(|error| Error::io("read", path, error))?;
    check(path, &metadata, trust)?;
    if metadata.len() > limit {
        return Err(Error::damaged(path, format!("is larger than {limit} bytes")));
    }
    let bytes = read_whole(file, metadata.len()).map_err(|error| Error::io("read", path, error))?;
    Ok(Some((bytes, metadata)))
}

/// Reads as many bytes as the file has. Files of ours are replaced whole and never grow, so there is
/// no second read to see the end; one that is shorter by now is read as it is.
fn read_whole(file: File, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn check(path: &Path, metadata: &fs::Metadata, trust: Trust) -> Result<(), Error> {
    let untrusted = |why| Err(Error::Untrusted { path: path.to_owned(), why });
    if !metadata.is_file() {
        return untrusted("is not a regular file");
    }
    if trust == Trust::Own {
        if platform::owner(metadata) != platform::effective_user() {
            return untrusted("belongs to another user");
        }
        if platform::mode(metadata).is_some_and(|mode| mode & 0o002 != 0) {
            return untrusted("can be changed by every user");
        }
    }
    Ok(())
}

/// How long a writer waits for another one before it gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// The right to replace one file, held against every other writer until it is dropped.
pub(super) struct Replacement {
    path: PathBuf,
    draft_path: PathBuf,
    draft: File,
    done: bool,
}

impl Replacement {
    /// Takes the right to replace `path`, making its folder where there is none.
    pub(super) fn of(path: &Path) -> Result<Self, Error> {
        let folder = path.parent().unwrap_or(path);
        folder::make(folder)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let draft_path = folder.join(format!(".{name}.new"));
        let mut waited = Duration::ZERO;
        loop {
            if let Some(draft) = try_lock(&draft_path)? {
                return Ok(Self { path: path.to_owned(), draft_path, draft, done: false });
            }
            if waited >= PATIENCE {
                return Err(Error::Busy { path: path.to_owned() });
            }
            let pause = Duration::from_millis(1 + waited.as_millis().min(20) as u64 / 4);
            std::thread::sleep(pause);
            waited += pause;
        }
    }

    /// Puts the new content in place, whole.
    pub(super) fn commit(mut self, content: &str) -> Result<(), Error> {
        self.fill(content)?;
        self.put_in_place()?;
        self.make_last()
    }

    /// Puts the new content in place and keeps what is there beside it, whatever it is. Says where
    /// that lies now, and whether all this will last.
    pub(super) fn commit_beside(
        mut self,
        content: &str,
        suffix: &str,
    ) -> Result<(PathBuf, Result<(), Error>), Error> {
        self.fill(content)?;
        let aside = self.free_name(suffix);
        // A second name, so that there is no instant without a file: none at all could be taken
        // for no answer. What cannot have two names, such as a folder, is moved.
        let is_linked = fs::hard_link(&self.path, &aside).is_ok();
        if !is_linked {
            fs::rename(&self.path, &aside)
                .map_err(|error| Error::io("set aside", &self.path, error))?;
        }
        if let Err(error) = self.put_in_place() {
            let _ = match is_linked {
                true => fs::remove_file(&aside),
                false => fs::rename(&aside, &self.path),
            };
            return Err(error);
        }
        Ok((aside, self.make_last()))
    }

    fn fill(&mut self, content: &str) -> Result<(), Error> {
        let written = (|| {
            platform::may_write(content.len() as u64)?;
            self.draft.set_len(0)?;
            self.draft.seek(SeekFrom::Start(0))?;
            self.draft.write_all(content.as_bytes())?;
            self.draft.sync_all()
        })();
        written.map_err(|error| Error::io("write", &self.draft_path, error))
    }

    fn put_in_place(&mut self) -> Result<(), Error> {
        fs::rename(&self.draft_path, &self.path)
            .map_err(|error| Error::io("replace", &self.path, error))?;
        self.done = true;
        Ok(())
    }

    fn make_last(&self) -> Result<(), Error> {
        let folder = self.path.parent().unwrap_or(&self.path);
        platform::sync_folder(folder)
            .map_err(|source| Error::NotDurable { path: self.path.clone(), source })
    }

    /// A name beside the path that nothing has yet.
    fn free_name(&self, suffix: &str) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let mut aside = self.path.with_file_name(format!("{name}.damaged-{suffix}"));
        let mut number = 1;
        while aside.symlink_metadata().is_ok() {
            number += 1;
            aside = self.path.with_file_name(format!("{name}.damaged-{suffix}-{number}"));
        }
        aside
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.done {
            // The lock is still held, so the draft at this path is ours.
            let _ = fs::remove_file(&self.draft_path);
        }
    }
}

/// Opens and locks the draft; `None` where another writer has it, or has just renamed it away.
fn try_lock(path: &Path) -> Result<Option<File>, Error> {
    let mut options = platform::careful_options(false);
    let draft = match options.read(true).write(true).create(true).truncate(false).open(path) {
        Ok(draft) => draft,
        Err(error) if platform::is_link_error(&error) => {
            return Err(Error::Untrusted { path: path.to_owned(), why: "is a link" });
        }
        Err(error) => return Err(Error::io("write", path, error)),
    };
    match draft.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => return Ok(None),
        Err(fs::TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => {
            return Ok(None);
        }
        Err(fs::TryLockError::Error(error)) => return Err(Error::io("lock", path, error)),
    }
    let metadata = draft.metadata().map_err(|error| Error::io("read", path, error))?;
    check(path, &metadata, Trust::Own)?;
    match fs::symlink_metadata(path) {
        // Its last owner renamed it: this handle is of the file in place, which is not ours to write.
        Ok(there) if !platform::is_same_file(&metadata, &there) => return Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("read", path, error)),
        Ok(_) => {}
    }
    platform::make_private(&draft, &metadata).map_err(|error| Error::io("write", path, error))?;
    Ok(Some(draft))
}

/// Writes over the start of a file that has at least that many bytes: the one change that needs
/// no room on a full disk.
pub(super) fn overwrite(path: &Path, content: &str) -> Result<(), Error> {
    let failed = |error| Error::io("write", path, error);
    let mut file = platform::careful_options(false).write(true).open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    check(path, &metadata, Trust::Own)?;
    if metadata.len() != content.len() as u64 {
        return Err(Error::Busy { path: path.to_owned() });
    }
    platform::may_write(metadata.len()).map_err(failed)?;
    file.write_all(content.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}

/// Puts content in place, whole, in a folder that is there; makes none, and takes no care that it
/// outlives a power cut. For what can be made again.
pub(super) fn replace_here(path: &Path, content: &[u8]) -> Result<(), Error> {
    let failed = |error| Error::io("write", path, error);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!(".{name}.new"));
    platform::may_write(content.len() as u64).map_err(failed)?;
    let mut options = platform::careful_options(false);
    let opened = options.write(true).create(true).truncate(true).open(&draft);
    let mut file = opened.map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    platform::make_private(&file, &metadata).map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    fs::rename(&draft, path).map_err(failed)
}

/// Adds one line to a file with one write, so that lines of several processes never mix.
pub(super) fn append_line(path: &Path, line: &str) -> Result<(), Error> {
    let (mut file, metadata) = open_to_append(path)?;
    let failed = |error| Error::io("write", path, error);
    // A line end first as well: what a full disk once cut off then swallows nothing.
    let start = if metadata.len() == 0 { "" } else { "\n" };
    let line = format!("{start}{line}\n");
    platform::may_write(metadata.len() + line.len() as u64).map_err(failed)?;
    match file.write(line.as_bytes()) {
        Ok(written) if written == line.len() => file.sync_data().map_err(failed),
        Ok(_) => Err(failed(io::Error::from(ErrorKind::StorageFull))),
        Err(error) => Err(failed(error)),
    }
}

/// Makes an empty file where there is none, with the folders above it.
pub(super) fn ensure(path: &Path) -> Result<(), Error> {
    open_to_append(path).map(drop)
}

/// Opens a file of the person's own to append to it, made where there is none.
fn open_to_append(path: &Path) -> Result<(File, fs::Metadata), Error> {
    folder::make(path.parent().unwrap_or(path))?;
    let failed = |error| Error::io("write", path, error);
    let mut options = platform::careful_options(false);
    let file = options.append(true).create(true).open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    check(path, &metadata, Trust::Own)?;
    platform::make_private(&file, &metadata).map_err(failed)?;
    Ok((file, metadata))
}

/// Removes a file; one that is not there is no error.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("remove", path, error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_left_by_a_killed_writer_is_taken_over() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("file");
        fs::write(home.path().join(".file.new"), "half of someth").expect("a draft");
        let replacement = Replacement::of(&path).expect("the right");
        replacement.commit("whole").expect("in place");
        assert_eq!(fs::read_to_string(&path).expect("a file"), "whole");
        assert_eq!(fs::read_dir(home.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn giving_up_leaves_nothing_behind() {
        let home = tempfile::tempdir().expect("a folder");
        drop(Replacement::of(&home.path().join("file")).expect("the right"));
        assert_eq!(fs::read_dir(home.path()).expect("a folder").count(), 0);
    }

    #[test]
    fn reading_is_bounded_and_never_waits() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("file");
        assert!(matches!(read(&path, 4, Trust::Own), Ok(None)));
        fs::write(&path, "12345").expect("a file");
        assert!(matches!(read(&path, 4, Trust::Own), Err(Error::Damaged { .. })));
        assert!(matches!(read(home.path(), 4, Trust::Own), Err(Error::Untrusted { .. })));
        #[cfg(unix)]
        {
            let link = home.path().join("link");
            std::os::unix::fs::symlink("/nonexistent", &link).expect("a link");
            assert!(read(&link, 4, Trust::Anyone).is_err(), "a policy behind a dead link");
        }
    }
}
