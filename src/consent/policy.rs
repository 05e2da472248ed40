//! Reads the administrator's policy.

use crate::domain::policy::{Default, DeniedBy, Pattern, Policy};
use crate::fs::Error;
use crate::fs::file::{self, Trust};
use crate::fs::folder;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

const LIMIT: u64 = 64 * 1024;

/// Unknown keys are refused: one may be a limit that would not be kept.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed {
    version: i64,
    #[serde(default)]
    deny: Vec<String>,
    default: Option<Default>,
    reason: Option<String>,
}

/// Reads `policy.toml` and every `*.toml` in `policy.d` beside it. Where there is none, nothing is
/// forbidden.
///
/// # Errors
/// Where one of them is there and cannot be read or understood as a whole. Everything holds then.
pub(crate) fn read(path: &Path) -> Result<Policy, Error> {
    // Most machines have not even the folder, and one look says so.
    let Some(folder) = path.parent() else { return Ok(Policy::default()) };
    match folder.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Policy::default()),
        // A link to nowhere: what it was to lead to cannot be known.
        Ok(found) if found.is_symlink() => {
            folder.metadata().map_err(|error| Error::io("read", folder, error))?;
        }
        _ => {}
    }
    let mut policy = Policy::default();
    for path in std::iter::once(path.to_owned()).chain(further(&folder_of_further(path))?) {
        if let Some(text) = file::read(&path, LIMIT, Trust::Shared)? {
            policy = policy.and(parse(&path, &text)?);
        }
    }
    Ok(policy)
}

/// The folder of further files.
pub fn folder_of_further(path: &Path) -> PathBuf {
    path.with_file_name("policy.d")
}

/// Those in it, in the order of their names. What begins with a dot is some editor's.
fn further(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut paths = folder::entries(folder)?;
    if paths.is_empty() && folder.is_symlink() && !folder.exists() {
        return Err(Error::io("read", folder, ErrorKind::NotFound.into()));
    }
    paths.retain(|path| {
        let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes()[0] == b'.');
        path.extension().is_some_and(|end| end == "toml") && !is_hidden
    });
    paths.sort();
    Ok(paths)
}

fn parse(path: &Path, text: &str) -> Result<Policy, Error> {
    let damaged = |what: String| Error::damaged(path, format!("is damaged: {what}"));
    let typed: Typed = toml::from_str(text).map_err(|error| damaged(error.message().to_owned()))?;
    crate::consent::record::check_version(path, Some(typed.version))?;
    if typed.default == Some(Default::Declared) {
        return Err(damaged("a policy cannot let tools tell instead of ask".to_owned()));
    }
    let reason = typed.reason.map(|reason| reason.replace(char::is_control, " "));
    let denied = |entry: &String| {
        let pattern = Pattern::parse(entry).ok_or_else(|| {
            damaged(format!(
                "deny holds {entry:?}, which is not \"*\", TOOL, TOOL/PURPOSE or */PURPOSE"
            ))
        })?;
        Ok(DeniedBy { pattern, reason: reason.clone() })
    };
    let deny = typed.deny.iter().map(denied).collect::<Result<_, _>>()?;
    Ok(Policy { deny, default: typed.default })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(text: &str) -> Result<Policy, Error> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("policy.toml");
        std::fs::write(&path, text).expect("a file");
        read(&path)
    }

    #[test]
    fn a_policy_restricts() {
        let read = policy(
            "version = 1\ndeny = [\"*\", \"werf/usage\"]\ndefault = \"off\"\nreason = \"rules\"",
        );
        let read = read.expect("whole");
        assert_eq!(read.deny.len(), 2);
        assert_eq!(read.default, Some(Default::Off));
    }

    #[test]
    fn what_is_not_understood_is_an_error_and_never_ignored() {
        for bad in [
            "",
            "version = 2",
            "version = 1\ndeny = \"*\"",
            "version = 1\ndenny = [\"*\"]",
            "version = 1\ndeny = [\"Werf\"]",
            "version = 1\ndefault = \"declared\"",
            "version = 1\nallow = [\"*\"]",
        ] {
            assert!(policy(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn further_files_forbid_as_well_and_each_has_to_be_understood() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("policy.toml");
        let write = |name: &str, text: &str| {
            let file = folder.path().join("policy.d").join(name);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            std::fs::write(file, text).expect("a file");
        };
        write("10-a.toml", "version = 1\ndeny = [\"*/update-check\"]\nreason = \"first\"");
        write("20-b.toml", "version = 1\ndeny = [\"werf\"]\ndefault = \"off\"");
        write("README", "no policy");
        write("c.toml.old", "no policy");
        write(".c.toml", "no policy");
        let policy = read(&path).expect("whole");
        assert_eq!(policy.default, Some(Default::Off));
        let said: Vec<String> = policy.deny.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["deny = \"*/update-check\": first", "deny = \"werf\""]);
        std::fs::write(&path, "version = 1\ndefault = \"ask\"\ndeny = [\"go\"]").expect("a file");
        let policy = read(&path).expect("whole");
        assert_eq!((policy.deny.len(), policy.default), (3, Some(Default::Off)));
        write("30-c.toml", "version = 1\ndenny = []");
        let error = read(&path).expect_err("damaged");
        assert!(error.path().is_some_and(|path| path.ends_with("policy.d/30-c.toml")), "{error:?}");
    }

    #[test]
    fn no_file_forbids_nothing() {
        assert_eq!(read(Path::new("/nonexistent/policy.toml")).expect("none"), Policy::default());
    }
}
