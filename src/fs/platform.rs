//! Files as each system has them: owners, modes, and how to open without surprises. Which system this
//! is, only `layout` asks besides, in this layer.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Options that open a file without following a link at its end and without waiting for the other
/// end of a pipe.
pub(crate) fn careful_options(follow_links: bool) -> OpenOptions {
    #[cfg(unix)]
    return {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        if !follow_links {
            flags |= OFlags::NOFOLLOW;
        }
        let mut options = OpenOptions::new();
        options.custom_flags(flags.bits().cast_signed()).mode(0o600);
        options
    };
    #[cfg(not(unix))]
    return {
        let _ = follow_links;
        OpenOptions::new()
    };
}

/// Whether opening failed because there is a link at the end of the path.
pub(crate) fn is_link_error(error: &io::Error) -> bool {
    #[cfg(unix)]
    return error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error());
    #[cfg(not(unix))]
    return {
        let _ = error;
        false
    };
}

/// The user this process acts for, by number; `None` where the system has no such numbers.
pub(crate) fn effective_user() -> Option<u32> {
    #[cfg(unix)]
    return Some(rustix::process::geteuid().as_raw());
    #[cfg(not(unix))]
    return None;
}

/// To whom a file belongs, by number; `None` where the system has no such numbers.
pub(crate) fn owner(metadata: &Metadata) -> Option<u32> {
    #[cfg(unix)]
    return Some(std::os::unix::fs::MetadataExt::uid(metadata));
    #[cfg(not(unix))]
    return {
        let _ = metadata;
        None
    };
}

/// The permission bits of a file; `None` where the system has none.
pub(crate) fn mode(metadata: &Metadata) -> Option<u32> {
    #[cfg(unix)]
    return Some(std::os::unix::fs::MetadataExt::mode(metadata) & 0o7777);
    #[cfg(not(unix))]
    return {
        let _ = metadata;
        None
    };
}

/// Whether a file, folder or link belongs to this user or to root.
pub(crate) fn is_trusted(metadata: &Metadata) -> bool {
    owner(metadata) == effective_user() || owner(metadata).is_none_or(|user| user == 0)
}

/// Whether anybody but this user and root may write to a file, by its mode.
pub(crate) fn others_can_write(metadata: &Metadata) -> bool {
    let mode = mode(metadata).unwrap_or(0);
    mode & 0o002 != 0 || (mode & 0o020 != 0 && !has_private_group(metadata))
}

/// Whether the group of a file is this user's own.
fn has_private_group(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    return effective_user().is_some_and(|user| {
        let group = std::os::unix::fs::MetadataExt::gid(metadata);
        crate::fs::private_group::is_private(group, user)
    });
    #[cfg(not(unix))]
    return {
        let _ = metadata;
        false
    };
}

/// Whether anybody but this user and root may put files into a folder or replace those in it, by its
/// owner and mode. In a sticky folder only the owner of a file may replace it (rename(2), unlink(2)), as
/// in the store of Nix; one where everybody may make files, such as `/tmp`, is not to be relied on all
/// the same.
pub(crate) fn others_can_replace_in(folder: &Metadata) -> bool {
    let mode = mode(folder).unwrap_or(0);
    let is_everybodys = mode & 0o002 != 0;
    let is_sticky = mode & 0o1000 != 0;
    !is_trusted(folder) || is_everybodys || (others_can_write(folder) && !is_sticky)
}

/// How many names a file has.
pub(crate) fn names(metadata: &Metadata) -> u64 {
    #[cfg(unix)]
    return std::os::unix::fs::MetadataExt::nlink(metadata);
    #[cfg(not(unix))]
    return {
        let _ = metadata;
        1
    };
}

/// Gives an open file the mode, and the group of another one.
pub(crate) fn make_like(file: &File, mode: u32, like: Option<&Metadata>) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
        let group = file.metadata()?.gid();
        if let Some(like) = like.filter(|like| like.gid() != group) {
            fchown(file, None, Some(like.gid()))?;
        }
        file.set_permissions(std::fs::Permissions::from_mode(mode))
    }
    #[cfg(not(unix))]
    return {
        let _ = (file, mode, like);
        Ok(())
    };
}

/// By what a change of a file shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    seconds: i64,
    nanoseconds: i64,
}

/// How long a stamp is, written down.
pub(crate) const STAMP: usize = 40;

impl Stamp {
    /// The stamp as it is written down.
    pub(crate) fn bytes(&self) -> [u8; STAMP] {
        let (seconds, nanoseconds) = (self.seconds, self.nanoseconds);
        let parts = [self.device, self.inode, self.size, seconds.cast_unsigned()];
        let mut bytes = [0; STAMP];
        for (place, part) in
            bytes.chunks_exact_mut(8).zip(parts.into_iter().chain([nanoseconds.cast_unsigned()]))
        {
            place.copy_from_slice(&part.to_le_bytes());
        }
        bytes
    }

    /// How long before a time, in nanoseconds since 1970, the file was changed; and whether the file
    /// system keeps that in whole seconds only.
    pub(crate) fn age(&self, now: i128) -> (i128, bool) {
        let changed = i128::from(self.seconds) * 1_000_000_000 + i128::from(self.nanoseconds);
        (now - changed, self.nanoseconds == 0)
    }
}

/// The stamp of a file; `None` where the system keeps nothing that no program can set back.
pub(crate) fn stamp(metadata: &Metadata) -> Option<Stamp> {
    #[cfg(unix)]
    return {
        use std::os::unix::fs::MetadataExt;
        Some(Stamp {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            seconds: metadata.ctime(),
            nanoseconds: metadata.ctime_nsec(),
        })
    };
    #[cfg(not(unix))]
    return {
        let _ = metadata;
        None
    };
}

/// Whether two handles are of one and the same file.
pub(crate) fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    #[cfg(unix)]
    return {
        use std::os::unix::fs::MetadataExt;
        one.dev() == other.dev() && one.ino() == other.ino()
    };
    // Nobody replaces a file that is open for writing there without failing.
    #[cfg(not(unix))]
    return {
        let _ = (one, other);
        true
    };
}

/// Whether two names are of one and the same file, where a file can have two.
pub(crate) fn has_two_names(one: &Metadata, other: &Metadata) -> bool {
    cfg!(unix) && is_same_file(one, other)
}

/// Whether an open file has no name any more; never where that cannot be told.
pub(crate) fn has_no_name(file: &std::fs::File) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        file.metadata().is_ok_and(|found| found.nlink() == 0)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}

/// Makes one folder for its owner alone, whatever the umask.
pub(crate) fn make_private_folder(path: &Path) -> io::Result<()> {
    let builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
        let mut builder = builder;
        builder.mode(0o700).create(path)?;
        let made = std::fs::symlink_metadata(path)?;
        if mode(&made) != Some(0o700) {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?;
        }
        Ok(())
    }
    #[cfg(not(unix))]
    builder.create(path)
}

/// Makes an open file its owner's alone, whatever the umask.
pub(crate) fn make_private(file: &File, metadata: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if mode(metadata) != Some(0o600) {
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
    }
    #[cfg(not(unix))]
    let _ = (file, metadata);
    Ok(())
}

/// Whether a file may become that long. Asked first, because a write beyond `RLIMIT_FSIZE` raises
/// SIGXFSZ (setrlimit(2)), which ends the process, and so our host.
pub(crate) fn may_write(length: u64) -> io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};
        if getrlimit(Resource::Fsize).current.is_some_and(|limit| limit < length) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
    }
    #[cfg(not(unix))]
    let _ = length;
    Ok(())
}

/// Makes what was written to a file last, as far as its file system can: one without fsync(2) has
/// nothing better to offer, and that keeps nobody from opting out.
pub(crate) fn sync(file: &File) -> io::Result<()> {
    match file.sync_all() {
        Err(error) if is_unsupported(&error) => Ok(()),
        synced => synced,
    }
}

/// Whether an error says that the file system does not have the operation (fsync(2): EINVAL for a file
/// that does not support it; fcntl(2): ENOLCK of a lock service that is not there; FUSE answers ENOSYS,
/// network file systems EOPNOTSUPP).
pub(crate) fn is_unsupported(error: &io::Error) -> bool {
    #[cfg(unix)]
    return {
        use rustix::io::Errno;
        let known = [Errno::INVAL, Errno::NOSYS, Errno::NOTSUP, Errno::OPNOTSUPP, Errno::NOLCK];
        known.iter().any(|known| error.raw_os_error() == Some(known.raw_os_error()))
    };
    #[cfg(not(unix))]
    return error.kind() == io::ErrorKind::Unsupported;
}

/// Makes changes to the entries of a folder last.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return sync(&File::open(path)?);
    // Windows has no such call; its file systems keep the order themselves.
    #[cfg(not(unix))]
    return {
        let _ = path;
        Ok(())
    };
}

/// Whether a file could be made in the folder now. Writes nothing.
pub(crate) fn is_writable_folder(path: &Path) -> bool {
    #[cfg(unix)]
    return {
        use rustix::fs::{Access, AtFlags, CWD, accessat};
        accessat(CWD, path, Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS).is_ok()
    };
    #[cfg(not(unix))]
    return std::fs::metadata(path).is_ok_and(|folder| !folder.permissions().readonly());
}

/// Whether the user who started this process may start a program.
pub(crate) fn may_start(path: &Path) -> bool {
    #[cfg(unix)]
    return rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok();
    #[cfg(not(unix))]
    return {
        let _ = path;
        true
    };
}

/// Whether the process acts for another user than the one who started it.
pub(crate) fn acts_for_another_user() -> bool {
    #[cfg(unix)]
    return rustix::process::getuid() != rustix::process::geteuid()
        || rustix::process::getgid() != rustix::process::getegid();
    #[cfg(not(unix))]
    false
}

/// The name a program is called by, from that of its file: elsewhere it is the same, on Windows it
/// has one of the endings that `PATHEXT` lists.
pub(crate) fn called_by<'n>(name: &'n str, endings: Option<&str>) -> Option<&'n str> {
    if cfg!(not(windows)) {
        return Some(name);
    }
    let (stem, ending) = name.rsplit_once('.')?;
    let mut endings = endings.unwrap_or(".COM;.EXE;.BAT;.CMD").split(';');
    endings.any(|known| known.trim_start_matches('.').eq_ignore_ascii_case(ending)).then_some(stem)
}
