//! Reads the administrator's policy.

use super::error::Error;
use super::file::{self, Trust};
use crate::domain::policy::{Default, Pattern, Policy};
use std::io::ErrorKind;
use std::path::Path;

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

/// Reads the policy; one that is not there forbids nothing.
///
/// # Errors
/// Where it is there and cannot be read or understood as a whole. Everything holds then.
pub(super) fn read(path: &Path) -> Result<Policy, Error> {
    // Most machines have none, and one look says so.
    if path.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        return Ok(Policy::default());
    }
    let Some(text) = file::read(path, LIMIT, Trust::Anyone)? else {
        return Ok(Policy::default());
    };
    let damaged = |what: String| Error::damaged(path, format!("is damaged: {what}"));
    let typed: Typed =
        toml::from_str(&text).map_err(|error| damaged(error.message().to_owned()))?;
    super::consent::check_version(path, Some(typed.version))?;
    if typed.default == Some(Default::Declared) {
        return Err(damaged("a policy cannot let tools tell instead of ask".to_owned()));
    }
    let pattern = |entry: &String| {
        Pattern::parse(entry).ok_or_else(|| {
            damaged(format!("deny holds {entry:?}, which is not \"*\", TOOL or TOOL/PURPOSE"))
        })
    };
    Ok(Policy {
        deny: typed.deny.iter().map(pattern).collect::<Result<_, _>>()?,
        default: typed.default,
        reason: typed.reason.map(|reason| reason.replace(char::is_control, " ")),
    })
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
    fn no_file_forbids_nothing() {
        assert_eq!(read(Path::new("/nonexistent/policy.toml")).expect("none"), Policy::default());
    }
}
