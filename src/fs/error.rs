//! What can go wrong on disk: the operation, the path, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// An operation on a file of ours that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No variable names a usable home folder.
    #[error("there is no usable home folder")]
    NoHome,
    /// The system refused an operation.
    #[error("could not {operation} {}", path.display())]
    Io {
        /// A verb, such as "read".
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The file is there and cannot be understood.
    #[error("{} {why}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// Why, as the end of a sentence that begins with the path.
        why: String,
    },
    /// A newer program wrote the file.
    #[error("{} was written by a newer sayso (version {version})", path.display())]
    Newer {
        /// Which.
        path: PathBuf,
        /// The version of its format.
        version: i64,
    },
    /// The file is of a kind that this program does not know, so a newer one wrote it.
    #[error("{} is of a kind that only a newer sayso knows", path.display())]
    NewerKind {
        /// Which.
        path: PathBuf,
    },
    /// The file is there and nobody should rely on it.
    #[error("{} {why}", path.display())]
    Untrusted {
        /// Which.
        path: PathBuf,
        /// Why, as the end of a sentence that begins with the path.
        why: &'static str,
    },
    /// The file is behind a link, where this user cannot change it.
    #[error("{} is managed: it leads to {}, which cannot be changed here", path.display(), place.display())]
    Managed {
        /// The link.
        path: PathBuf,
        /// Where it leads.
        place: PathBuf,
    },
    /// The folder belongs to somebody else, as the user's home does under sudo.
    #[error("{} belongs to another user", path.display())]
    Foreign {
        /// Which.
        path: PathBuf,
        /// The process runs as root.
        as_root: bool,
    },
    /// The file is written in a way that cannot be changed without touching more than one value.
    #[error("{} cannot be changed without touching other parts of it", path.display())]
    NotEditable {
        /// Which.
        path: PathBuf,
    },
    /// The file is another program's, and cannot be changed without harm.
    #[error("{} {why}", path.display())]
    LeftAlone {
        /// Which.
        path: PathBuf,
        /// Why, as the end of a sentence that begins with the path.
        why: String,
    },
    /// Another process keeps the file for itself.
    #[error("another process is changing {}", path.display())]
    Busy {
        /// Which.
        path: PathBuf,
    },
    /// The change is in force, but the disk did not confirm it.
    #[error("{} is {done}, but a power cut may undo that", path.display())]
    NotDurable {
        /// Which.
        path: PathBuf,
        /// "stored" or "deleted".
        done: &'static str,
        /// The system's words.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn io(operation: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { operation, path: path.to_owned(), source }
    }

    pub(crate) fn damaged(path: &Path, why: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), why: why.into() }
    }

    /// The file the error is about; `None` where there is no home.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::NoHome => None,
            Self::Io { path, .. }
            | Self::Damaged { path, .. }
            | Self::Newer { path, .. }
            | Self::NewerKind { path }
            | Self::Untrusted { path, .. }
            | Self::Managed { path, .. }
            | Self::Foreign { path, .. }
            | Self::NotEditable { path }
            | Self::LeftAlone { path, .. }
            | Self::Busy { path }
            | Self::NotDurable { path, .. } => Some(path),
        }
    }

    /// Why, without the path: for sentences that begin with it.
    pub fn why(&self) -> String {
        match self {
            Self::NoHome => self.to_string(),
            Self::Io { operation, source, .. } => {
                format!("could not be {}: {source}", past(operation))
            }
            Self::Damaged { why, .. } | Self::LeftAlone { why, .. } => why.clone(),
            Self::Newer { version, .. } => {
                format!("was written by a newer sayso (version {version})")
            }
            Self::NewerKind { .. } => "is of a kind that only a newer sayso knows".to_owned(),
            Self::Untrusted { why, .. } => (*why).to_owned(),
            Self::Managed { place, .. } => {
                format!("is managed: it leads to {}, which cannot be changed here", place.display())
            }
            Self::Foreign { .. } => "belongs to another user".to_owned(),
            Self::NotEditable { .. } => "cannot be changed without touching other parts".to_owned(),
            Self::Busy { .. } => "is being changed by another process".to_owned(),
            Self::NotDurable { done, .. } => format!("is {done}, but a power cut may undo that"),
        }
    }

    /// What a person can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::NoHome => {
                "set HOME to your home folder, or SAYSO_HOME to an absolute path".into()
            }
            Self::Io { path, source, .. } => match source.kind() {
                io::ErrorKind::IsADirectory => "name a file".into(),
                io::ErrorKind::NotFound => "check the path".into(),
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    format!("check who may write in {}", folder_of(path).display())
                }
                _ if self.is_full() => {
                    format!("make room on the disk of {}", folder_of(path).display())
                }
                _ => format!("check {} and the disk it is on", folder_of(path).display()),
            },
            Self::Damaged { path, .. } => {
                format!("correct {0} by hand, or remove it and decide again", path.display())
            }
            Self::Newer { .. } | Self::NewerKind { .. } => "update this sayso".into(),
            Self::Untrusted { path, why } if why.starts_with("can be changed by") => {
                format!("chmod go-w {}", path.display())
            }
            Self::Untrusted { path, why } if why.starts_with("is in a folder") => {
                format!("chmod go-w {}", folder_of(path).display())
            }
            Self::Untrusted { path, .. } => {
                format!("look at {}, then remove it and decide again", path.display())
            }
            Self::Managed { path, .. } => format!(
                "change it where {} comes from, such as the configuration of home-manager",
                path.display()
            ),
            Self::Foreign { as_root: true, .. } => {
                "run it without sudo: a choice belongs to the person who makes it".into()
            }
            Self::Foreign { .. } => "only its owner can change that".into(),
            Self::NotEditable { path } | Self::LeftAlone { path, .. } => {
                format!("change {} by hand", path.display())
            }
            Self::Busy { .. } => "try again when that process has ended".into(),
            Self::NotDurable { .. } => {
                "it holds from now on; run the command again to be sure".into()
            }
        }
    }

    /// Whether the change is in force all the same.
    pub(crate) fn is_in_place(&self) -> bool {
        matches!(self, Self::NotDurable { .. })
    }

    /// Whether the system failed, or lets nobody write there.
    pub(crate) fn is_failure(&self) -> bool {
        matches!(self, Self::Io { .. } | Self::Managed { .. })
    }

    /// Whether the user may not write there.
    pub(crate) fn is_forbidden(&self) -> bool {
        match self {
            Self::Io { source, .. } => matches!(
                source.kind(),
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
            ),
            Self::Managed { .. } => true,
            _ => false,
        }
    }

    /// Whether there was no room for a new file.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self, Self::Io { source, .. } if matches!(
            source.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
        ))
    }
}

fn past(operation: &str) -> &str {
    match operation {
        "read" => "read",
        "lock" => "locked",
        other => other,
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
