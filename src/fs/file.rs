//! Files, read with care and replaced whole: a reader never waits and sees the old file or the new one.

mod links;
mod replacement;

pub(crate) use links::target;
pub(crate) use replacement::{Intent, Replacement};

use crate::fs::{Error, folder, platform};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

/// Whom a file must come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// It is sayso's own: no link, no other owner than this user or root, and nobody else may write to
    /// it (but for the user's own private group).
    Own,
    /// It says what the user decided: as [`Trust::Own`], also behind links of the user's or root's.
    Choice,
    /// It says what a tool may collect, or what is forbidden: as [`Trust::Choice`], and in a folder where
    /// nobody else may replace it.
    Shared,
    /// It is another program's, and nothing rests on it.
    Anyone,
}

/// Reads a whole text of at most `limit` bytes; `None` where there is none.
pub(crate) fn read(path: &Path, limit: u64, trust: Trust) -> Result<Option<String>, Error> {
    let Some((bytes, _)) = read_bytes(path, limit, trust)? else { return Ok(None) };
    text(path, bytes).map(Some)
}

/// The text that a file holds.
pub(crate) fn text(path: &Path, bytes: Vec<u8>) -> Result<String, Error> {
    // The byte order marks of the Unicode Standard, 2.6, table 2-4.
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let why = if is_utf16 { "is UTF-16 text: save it as UTF-8" } else { "is not UTF-8 text" };
    String::from_utf8(bytes).map_err(|_| Error::damaged(path, why))
}

/// Reads a whole file of at most `limit` bytes, and what the system knew of it before that.
pub(crate) fn read_bytes(
    path: &Path,
    limit: u64,
    trust: Trust,
) -> Result<Option<(Vec<u8>, fs::Metadata)>, Error> {
    let mut options = platform::careful_options(trust == Trust::Anyone);
    let opened = options.read(true).open(path);
    let is_link = opened.as_ref().is_err_and(platform::is_link_error);
    let behind = is_link && matches!(trust, Trust::Choice | Trust::Shared);
    let place = if behind { target(path)? } else { path.to_owned() };
    let opened = if behind { options.open(&place) } else { opened };
    let file = match opened {
        Ok(file) => file,
        // A link to nothing is a file that cannot be read, and not the absence of one. (Where links
        // are not followed, that is another error.)
        Err(error)
            if error.kind() == ErrorKind::NotFound
                && !behind
                && (trust != Trust::Anyone || !path.is_symlink()) =>
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
    if trust == Trust::Shared {
        check_folder_of(path)?;
    }
    if behind {
        check_folder_of(&place)?;
    }
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

/// Opens a regular file, with what the system knows of it; `None` where there is none, or something
/// else that has its name.
pub(crate) fn open_regular(options: &OpenOptions, path: &Path) -> Option<(File, fs::Metadata)> {
    let file = options.open(path).ok()?;
    let metadata = file.metadata().ok().filter(fs::Metadata::is_file)?;
    Some((file, metadata))
}

/// How many bytes a file has, and none where it is not there.
pub(crate) fn length(path: &Path) -> u64 {
    fs::symlink_metadata(path).map_or(0, |found| found.len())
}

fn check(path: &Path, metadata: &fs::Metadata, trust: Trust) -> Result<(), Error> {
    let untrusted = |why| Err(Error::Untrusted { path: path.to_owned(), why });
    if !metadata.is_file() {
        return untrusted("is not a regular file");
    }
    if trust != Trust::Anyone {
        if !platform::is_trusted(metadata) {
            return untrusted("belongs to another user");
        }
        if platform::others_can_write(metadata) {
            return untrusted("can be changed by other users");
        }
    }
    Ok(())
}

/// Refuses a file that others may replace.
fn check_folder_of(path: &Path) -> Result<(), Error> {
    // Where it cannot be looked at, nothing could be read from it either.
    let folder = path.parent().and_then(|folder| fs::metadata(folder).ok());
    if folder.is_some_and(|folder| platform::others_can_replace_in(&folder)) {
        let why = "is in a folder that can be changed by other users";
        return Err(Error::Untrusted { path: path.to_owned(), why });
    }
    Ok(())
}

/// Writes over the start of a file that has at least that many bytes: the one change that needs
/// no room on a full disk.
///
/// # Errors
/// [`Error::NotDurable`] where it is written, and may not last.
pub(crate) fn overwrite(path: &Path, content: &str) -> Result<(), Error> {
    let failed = |error| Error::io("write", path, error);
    let place = if path.is_symlink() { target(path)? } else { path.to_owned() };
    let mut file = platform::careful_options(false).write(true).open(place).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    check(path, &metadata, Trust::Choice)?;
    if metadata.len() != content.len() as u64 {
        return Err(Error::Busy { path: path.to_owned() });
    }
    platform::may_write(metadata.len()).map_err(failed)?;
    file.write_all(content.as_bytes()).map_err(failed)?;
    let done = "stored";
    platform::sync(&file).map_err(|source| Error::NotDurable {
        path: path.to_owned(),
        done,
        source,
    })
}

/// Puts content in place, whole, in a folder that is there; makes none, and takes no care that it
/// outlives a power cut. For what can be made again.
pub(crate) fn replace_here(path: &Path, content: &[u8]) -> Result<(), Error> {
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

/// Adds one line to a file with one write, so that lines of several processes never mix, and makes it
/// last.
pub(crate) fn append_line(path: &Path, line: &str) -> Result<(), Error> {
    let (mut file, metadata) = open_to_append(path)?;
    let failed = |error| Error::io("write", path, error);
    // A line end first as well: what a full disk once cut off then swallows nothing.
    let start = if metadata.len() == 0 { "" } else { "\n" };
    let line = format!("{start}{line}\n");
    platform::may_write(metadata.len() + line.len() as u64).map_err(failed)?;
    match file.write(line.as_bytes()) {
        Ok(written) if written == line.len() => {
            platform::sync(&file).map_err(failed)?;
            if metadata.len() == 0 { folder::sync_around(path, "stored") } else { Ok(()) }
        }
        Ok(_) => Err(failed(io::Error::from(ErrorKind::StorageFull))),
        Err(error) => Err(failed(error)),
    }
}

/// Makes an empty file where there is none, with the folders above it.
pub(crate) fn ensure(path: &Path) -> Result<(), Error> {
    open_to_append(path).map(drop)
}

/// Opens a file of the person's own to append to it, made where there is none.
fn open_to_append(path: &Path) -> Result<(File, fs::Metadata), Error> {
    match folder::make(path.parent().unwrap_or(path)) {
        Err(error) if !error.is_in_place() => return Err(error),
        _ => {}
    }
    let failed = |error| Error::io("write", path, error);
    let mut options = platform::careful_options(false);
    let file = options.append(true).create(true).open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    check(path, &metadata, Trust::Own)?;
    platform::make_private(&file, &metadata).map_err(failed)?;
    Ok((file, metadata))
}

/// Removes a file and makes that last; one that is not there is no error.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    if unlink(path)? { folder::sync_around(path, "deleted") } else { Ok(()) }
}

/// Removes a file that would do no harm if a power cut brought it back.
pub(crate) fn discard(path: &Path) -> Result<(), Error> {
    unlink(path).map(drop)
}

fn unlink(path: &Path) -> Result<bool, Error> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::io("remove", path, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_another_encoding_is_called_what_it_is() {
        for (bytes, why) in [
            (&b"\xff\xfe[\0"[..], "is UTF-16 text: save it as UTF-8"),
            (b"\xfe\xff\0[", "is UTF-16 text: save it as UTF-8"),
            (b"caf\xe9", "is not UTF-8 text"),
        ] {
            let error = text(Path::new("x"), bytes.to_vec()).expect_err(why);
            assert_eq!(error.why(), why);
        }
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
