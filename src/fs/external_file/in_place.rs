//! How a new file takes the place of another program's: with its attributes, and so that what that
//! program writes in the meantime is noticed. Where a system has no such calls, it is a plain rename.

use crate::fs::external;
use crate::fs::file::{self, Trust};
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Attributes that describe the bytes of a file, which the new one gets from the system
/// (Documentation/security of Linux: IMA and EVM).
#[cfg(any(target_os = "linux", target_os = "macos"))]
const OF_THE_CONTENT: [&str; 2] = ["security.ima", "security.evm"];

/// Gives an open file the extended attributes of another one, access lists included (xattr(7), acl(5)).
///
/// # Errors
/// Where one could not be given to it.
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub(super) fn keep_attributes(from: &Path, to: &File) -> io::Result<()> {
    use rustix::fs::{fgetxattr, fsetxattr, getxattr, listxattr};
    use rustix::io::Errno;
    // The most that Linux lets a list or a value hold (limits.h: XATTR_LIST_MAX, XATTR_SIZE_MAX).
    let mut buffer = vec![0; 64 * 1024];
    let names = match listxattr(from, buffer.as_mut_slice()) {
        Ok(length) => buffer[..length].to_vec(),
        Err(Errno::NOTSUP | Errno::NOSYS) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        if OF_THE_CONTENT.iter().any(|of_the_content| of_the_content.as_bytes() == name) {
            continue;
        }
        let length = getxattr(from, name, buffer.as_mut_slice())?;
        let value = buffer[..length].to_vec();
        let has_it = fgetxattr(to, name, buffer.as_mut_slice())
            .is_ok_and(|length| buffer[..length] == value[..]);
        if !has_it {
            fsetxattr(to, name, &value, rustix::fs::XattrFlags::empty())?;
        }
    }
    Ok(())
}

/// The system has nothing of the kind that is known here.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(super) fn keep_attributes(_from: &Path, _to: &File) -> io::Result<()> {
    Ok(())
}

/// What became of an exchange.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Exchanged {
    /// The new file is in place; the old one was as expected, and is gone.
    Done,
    /// Somebody else wrote the file meanwhile; theirs is in place, and the new one is gone.
    Busy,
}

/// Puts `draft` in the place of `place`, which is expected to hold `text`; where that is `None`, of no
/// file. The two change places at once, so that whatever was there is still there to be looked at:
/// between looking at a file and renaming over it, another program's write would be lost.
///
/// # Errors
/// Where nothing could be put in place.
pub(super) fn exchange(draft: &Path, place: &Path, text: Option<&str>) -> io::Result<Exchanged> {
    let Some(text) = text else {
        return match without_replacing(draft, place) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::remove_file(draft).map(|()| Exchanged::Busy)
            }
            other => other.map(|()| Exchanged::Done),
        };
    };
    if !swap(draft, place)? {
        return fs::rename(draft, place).map(|()| Exchanged::Done);
    }
    let old = file::read(draft, external::LIMIT, Trust::Anyone);
    let is_as_expected = old.is_ok_and(|old| old.as_deref() == Some(text));
    if !is_as_expected {
        swap(draft, place)?;
    }
    fs::remove_file(draft)?;
    Ok(if is_as_expected { Exchanged::Done } else { Exchanged::Busy })
}

/// Lets two files change places; `false` where the system cannot.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn swap(one: &Path, other: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::NOSYS | Errno::INVAL | Errno::NOTSUP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Renames a file to a name that nothing has.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn without_replacing(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::NOSYS | Errno::INVAL | Errno::NOTSUP) => fs::rename(from, to),
        other => other.map_err(Into::into),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn swap(_one: &Path, _other: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn without_replacing(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn files(old: Option<&str>) -> (tempfile::TempDir, std::path::PathBuf, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let (place, draft) = (folder.path().join("place"), folder.path().join("draft"));
        fs::write(&draft, "new").expect("a draft");
        old.iter().for_each(|text| fs::write(&place, text).expect("a file"));
        (folder, place, draft)
    }

    #[test]
    fn what_somebody_wrote_meanwhile_stays() {
        for (is, expected, ended, then) in [
            (Some("old"), Some("old"), Exchanged::Done, "new"),
            (Some("theirs"), Some("old"), Exchanged::Busy, "theirs"),
            (None, None, Exchanged::Done, "new"),
            (Some("theirs"), None, Exchanged::Busy, "theirs"),
        ] {
            let (folder, place, draft) = files(is);
            assert_eq!(exchange(&draft, &place, expected).expect("it ends"), ended);
            assert_eq!(fs::read_to_string(&place).expect("a file"), then);
            assert_eq!(
                fs::read_dir(folder.path()).expect("a folder").count(),
                1,
                "nothing is left"
            );
        }
    }

    #[test]
    fn a_file_that_is_gone_is_not_made_again() {
        let (_folder, place, draft) = files(None);
        assert!(exchange(&draft, &place, Some("old")).is_err());
        assert!(!place.exists());
    }
}
