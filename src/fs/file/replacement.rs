//! The right to replace a file, and how it is replaced.
//!
//! A writer takes `.NAME.new` beside the file, which is its lock and its draft at once: it is locked
//! by the operating system, so a killed process frees it; it is filled and made to last; and it is
//! renamed into place. There is nothing to clean up after a success, and what a killed writer left is
//! taken over by the next one. A lock on the file itself would be lost with every rename, and a lock
//! file of its own would be litter for every tool.
//!
//! Where the file system has no locks, whoever created the draft holds the right. One that a killed
//! writer left there keeps everybody out but an opt-out, which removes it after a moment.

use crate::fs::file::{Trust, check, check_folder_of};
use crate::fs::platform::{self, Stamp};
use crate::fs::{Error, file, folder};
use std::fs::{self, File};
use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a writer waits for another one before it gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long an opt-out waits for a draft that nobody can lock, before it takes it for a leftover.
const PATIENCE_WITHOUT_LOCKS: Duration = Duration::from_secs(2);

/// The right to replace one file, held against every other writer until it is dropped.
pub(crate) struct Replacement {
    path: PathBuf,
    draft_path: PathBuf,
    draft: File,
    /// Whether the folders that were made for it will last.
    folders: Result<(), Error>,
    done: bool,
}

/// What the new content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intent {
    /// Anything.
    Any,
    /// An opt-out, which a leftover must not keep out.
    OptOut,
}

/// What came of a try to take the right.
enum Try {
    Taken(File),
    /// Another writer has it, or has just renamed the draft away.
    Busy,
    /// This draft is there, and the file system cannot tell whether anybody has the right.
    There(Option<Stamp>),
}

impl Replacement {
    /// Takes the right to replace `path`, making its folder where there is none.
    pub(crate) fn of(path: &Path) -> Result<Self, Error> {
        Self::take(path, Intent::Any)
    }

    /// The same for what an opt-out needs.
    pub(crate) fn for_an_opt_out(path: &Path) -> Result<Self, Error> {
        Self::take(path, Intent::OptOut)
    }

    /// The same for what the user decided. A link that can be trusted stays: the file behind it is
    /// replaced, in its own folder. Any other link is itself what is replaced.
    pub(crate) fn of_choice(path: &Path, intent: Intent) -> Result<Self, Error> {
        let is_link = path.is_symlink();
        let place = is_link.then(|| trusted_target(path)).flatten();
        let place = place.unwrap_or_else(|| path.to_owned());
        Self::take(&place, intent).map_err(|error| {
            // The folder may be a link as well, or the one above it.
            let is_led_elsewhere = path.ancestors().take(3).any(Path::is_symlink);
            match error.is_forbidden() && is_led_elsewhere {
                true => Error::Managed {
                    place: place.canonicalize().unwrap_or(place),
                    path: path.to_owned(),
                },
                false => error,
            }
        })
    }

    /// Where the file really is.
    pub(crate) fn place(&self) -> &Path {
        &self.path
    }

    fn take(path: &Path, intent: Intent) -> Result<Self, Error> {
        let folder = path.parent().unwrap_or(path);
        let folders = match folder::make(folder) {
            Err(error) if !error.is_in_place() => return Err(error),
            made => made,
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let draft_path = folder.join(format!(".{name}.new"));
        let mut waited = Duration::ZERO;
        // The draft that keeps this writer out, and since when.
        let mut there = (None, Duration::ZERO);
        loop {
            match try_to_take(&draft_path)? {
                Try::Taken(draft) => {
                    let path = path.to_owned();
                    return Ok(Self { path, draft_path, draft, folders, done: false });
                }
                Try::There(stamp) if there.0 != stamp => there = (stamp, waited),
                Try::There(_)
                    if intent == Intent::OptOut && waited - there.1 >= PATIENCE_WITHOUT_LOCKS =>
                {
                    file::discard(&draft_path)?;
                }
                _ => {}
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
    pub(crate) fn commit(mut self, content: &str) -> Result<(), Error> {
        self.fill(content)?;
        self.put_in_place()?;
        self.make_last()
    }

    /// Puts the new content in place and keeps what is there beside it, whatever it is. Says where
    /// that lies now, and whether all this will last.
    pub(crate) fn commit_beside(
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
            platform::sync(&self.draft)
        })();
        written.map_err(|error| Error::io("write", &self.draft_path, error))
    }

    fn put_in_place(&mut self) -> Result<(), Error> {
        if !self.has_the_draft() {
            return Err(Error::Busy { path: self.path.clone() });
        }
        fs::rename(&self.draft_path, &self.path)
            .map_err(|error| Error::io("replace", &self.path, error))?;
        self.done = true;
        Ok(())
    }

    fn make_last(&mut self) -> Result<(), Error> {
        let folders = std::mem::replace(&mut self.folders, Ok(()));
        folder::sync_around(&self.path, "stored").and(folders)
    }

    /// Whether the draft at its path is still the one that is written here.
    fn has_the_draft(&self) -> bool {
        let there = fs::symlink_metadata(&self.draft_path);
        let here = self.draft.metadata();
        here.is_ok_and(|here| there.is_ok_and(|there| platform::is_same_file(&here, &there)))
    }

    /// A name beside the path that nothing has yet.
    fn free_name(&self, suffix: &str) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let mut aside = self.path.with_file_name(format!("{name}.{suffix}"));
        let mut number = 1;
        while aside.symlink_metadata().is_ok() {
            number += 1;
            aside = self.path.with_file_name(format!("{name}.{suffix}-{number}"));
        }
        aside
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.done && self.has_the_draft() {
            let _ = fs::remove_file(&self.draft_path);
        }
    }
}

/// The file behind a link, if it is one that may be read.
fn trusted_target(path: &Path) -> Option<PathBuf> {
    let place = file::target(path).ok()?;
    let found = fs::symlink_metadata(&place).ok()?;
    check(&place, &found, Trust::Choice).and_then(|()| check_folder_of(&place)).ok()?;
    Some(place)
}

/// Makes or opens the draft, and locks it.
fn try_to_take(path: &Path) -> Result<Try, Error> {
    let mut options = platform::careful_options(false);
    options.read(true).write(true);
    let (draft, is_new) = match options.clone().create_new(true).open(path) {
        Ok(draft) => (draft, true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => match options.open(path) {
            Ok(draft) => (draft, false),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Try::Busy),
            Err(error) if platform::is_link_error(&error) => {
                return Err(Error::Untrusted { path: path.to_owned(), why: "is a link" });
            }
            Err(error) => return Err(Error::io("write", path, error)),
        },
        Err(error) => return Err(Error::io("write", path, error)),
    };
    match draft.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => return Ok(Try::Busy),
        Err(fs::TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => {
            return Ok(Try::Busy);
        }
        // There are no locks here, but only one process makes a file.
        Err(fs::TryLockError::Error(error)) if platform::is_unsupported(&error) => {
            if !is_new {
                return Ok(Try::There(draft.metadata().ok().as_ref().and_then(platform::stamp)));
            }
        }
        Err(fs::TryLockError::Error(error)) => return Err(Error::io("lock", path, error)),
    }
    let metadata = draft.metadata().map_err(|error| Error::io("read", path, error))?;
    check(path, &metadata, Trust::Own)?;
    match fs::symlink_metadata(path) {
        // Its last owner renamed it: this handle is of the file in place, which is not ours to write.
        Ok(there) if !platform::is_same_file(&metadata, &there) => return Ok(Try::Busy),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Try::Busy),
        Err(error) => return Err(Error::io("read", path, error)),
        Ok(_) => {}
    }
    platform::make_private(&draft, &metadata).map_err(|error| Error::io("write", path, error))?;
    Ok(Try::Taken(draft))
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
}
