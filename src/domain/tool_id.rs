//! Names of tools and purposes, valid by construction.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// Names that Windows keeps for devices, whatever the extension (Microsoft, "Naming Files, Paths,
/// and Namespaces"). A consent file with such a name could not exist there.
const WINDOWS_DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Keys of a consent file, which no purpose may shadow.
const RESERVED_PURPOSES: [&str; 9] =
    ["version", "tool", "choice", "at", "via", "salt", "noticed", "withdraw", "kind"];

const LONGEST: usize = 64;

/// Why a name is no name. Its text never holds the name itself: that may be anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Empty, too long, or with a character outside `[a-z0-9._-]`, or one of `._-` first.
    #[error("use 1 to 64 of a-z, 0-9, '.', '_' and '-', a letter or digit first")]
    Pattern,
    /// Windows would open a device.
    #[error("Windows keeps this name for a device")]
    Device,
    /// The consent file uses the word as a key of its own.
    #[error("the consent file needs this word for itself")]
    Reserved,
}

fn check_pattern(name: &str) -> Result<(), InvalidName> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let first_is_plain = name.bytes().next().is_some_and(plain);
    let rest_is_known = name.bytes().all(|b| plain(b) || matches!(b, b'.' | b'_' | b'-'));
    if first_is_plain && rest_is_known && name.len() <= LONGEST {
        Ok(())
    } else {
        Err(InvalidName::Pattern)
    }
}

/// The id of a tool: `[a-z0-9][a-z0-9._-]{0,63}`, no name of a Windows device.
///
/// Such a name is safe as a file name on every system, so the tool's files are named after it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ToolId(String);

impl ToolId {
    /// The id as written in commands and file names.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as variables bear it: capitals, with `_` for `-` and `.`.
    pub fn as_variable(&self) -> String {
        self.0.to_ascii_uppercase().replace(['-', '.'], "_")
    }
}

impl FromStr for ToolId {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, InvalidName> {
        check_pattern(name)?;
        let stem = name.split('.').next().unwrap_or(name);
        if WINDOWS_DEVICES.contains(&stem) {
            return Err(InvalidName::Device);
        }
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for ToolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The name of a purpose: one reason to collect, with a consent of its own.
///
/// The same pattern as [`ToolId`], without the words that a consent file uses itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Purpose(String);

impl Purpose {
    /// The name as written in commands, declarations and consent files.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The purpose a question is about when none is named: `usage` if there is one, else the only
    /// one. `None` where that leaves a choice.
    pub fn implied(purposes: Vec<Self>) -> Option<Self> {
        let (mut only, mut several) = (None, false);
        for purpose in purposes {
            if purpose.as_str() == "usage" {
                return Some(purpose);
            }
            several |= only.replace(purpose).is_some();
        }
        only.filter(|_| !several)
    }
}

impl FromStr for Purpose {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, InvalidName> {
        check_pattern(name)?;
        if RESERVED_PURPOSES.contains(&name) {
            return Err(InvalidName::Reserved);
        }
        Ok(Self(name.to_owned()))
    }
}

impl Serialize for Purpose {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Purpose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tool_ids_follow_the_pattern() {
        for good in ["werf", "a", "0", "next.js", "aws-sam_cli", &"x".repeat(64), "console"] {
            assert!(good.parse::<ToolId>().is_ok(), "{good}");
        }
        for bad in ["", "Werf", ".werf", "-x", "a/b", "a\\b", "a b", "é", &"x".repeat(65)] {
            assert_eq!(bad.parse::<ToolId>(), Err(InvalidName::Pattern), "{bad}");
        }
    }

    #[test]
    fn no_tool_is_a_windows_device() {
        for device in ["con", "nul", "com1", "lpt9", "aux.toml", "nul.x.y"] {
            assert_eq!(device.parse::<ToolId>(), Err(InvalidName::Device), "{device}");
        }
    }

    #[test]
    fn purposes_do_not_shadow_keys_of_the_consent_file() {
        for word in RESERVED_PURPOSES {
            assert_eq!(word.parse::<Purpose>(), Err(InvalidName::Reserved), "{word}");
        }
        assert!("usage".parse::<Purpose>().is_ok());
    }

    #[test]
    fn the_implied_purpose_is_usage_or_the_only_one() {
        let names = |list: &[&str]| -> Vec<Purpose> {
            list.iter().map(|n| n.parse().expect("a purpose")).collect()
        };
        let implied = |list: &[&str]| Purpose::implied(names(list)).map(|p| p.to_string());
        assert_eq!(implied(&["errors", "usage"]).as_deref(), Some("usage"));
        assert_eq!(implied(&["heartbeat"]).as_deref(), Some("heartbeat"));
        assert_eq!(implied(&["errors", "heartbeat"]), None);
        assert_eq!(implied(&[]), None);
    }
}
