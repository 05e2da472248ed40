//! What an update check is answered, as go-checkpoint's services do (github.com/hashicorp/go-checkpoint
//! `check.go`; the fork of weaveworks spells the date of the release differently, and Go takes keys in
//! any case).
//!
//! Whether a version is newer is decided here, by Semantic Versioning 2.0.0, section 11, and not by what
//! the service says about it.

use semver::Prerelease;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::cmp::Ordering;
use unicode_width::UnicodeWidthChar;

/// The longest version, in bytes.
const VERSION: usize = 64;
/// The most alerts that are kept.
const ALERTS: usize = 10;
/// The longest message of an alert, in characters.
const MESSAGE: usize = 300;
/// The longest address, in bytes.
const ADDRESS: usize = 300;
/// How bad an alert can be.
const LEVELS: [&str; 5] = ["debug", "info", "warn", "error", "critical"];

/// The newest version of a tool, and what its vendor has to say about the one in use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// The newest version.
    pub current_version: String,
    /// Whether the one in use is older; `false` too where the two cannot be compared.
    pub outdated: bool,
    /// When the newest came out: seconds since 1970.
    pub released: Option<i64>,
    /// Where to get it.
    pub download_url: Option<String>,
    /// What is new in it.
    pub changelog_url: Option<String>,
    /// The tool's own site.
    pub website: Option<String>,
    /// Warnings, about security say.
    pub alerts: Vec<Alert>,
}

/// A warning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its number, by which it is the same again.
    pub id: Option<i64>,
    /// When it was written: seconds since 1970.
    pub date: Option<i64>,
    /// What it says.
    pub message: String,
    /// Where to read more.
    pub url: Option<String>,
    /// How bad it is: `debug`, `info`, `warn`, `error` or `critical`.
    pub level: Option<String>,
}

/// Reads an answer to the question of a version; `None` where it is none: not an object, or without a
/// version.
pub fn parse(body: &str, version: &str) -> Option<Update> {
    let whole = Keys::of(serde_json::from_str(body).ok()?)?;
    let current_version = whole.text("current_version").filter(|text| is_version(text))?;
    let update = Update {
        outdated: false,
        released: whole.number("current_release").or_else(|| whole.number("current_release_date")),
        download_url: whole.address("current_download_url"),
        changelog_url: whole.address("current_changelog_url"),
        website: whole.address("project_website"),
        alerts: match whole.0.get("alerts") {
            Some(Value::Array(alerts)) => {
                alerts.iter().cloned().filter_map(alert).take(ALERTS).collect()
            }
            _ => Vec::new(),
        },
        current_version,
    };
    Some(update.seen_from(version))
}

impl Update {
    /// The same for who uses that version.
    #[must_use]
    pub fn seen_from(self, version: &str) -> Self {
        let outdated = compare(version, &self.current_version) == Some(Ordering::Less);
        Self { outdated, ..self }
    }
}

/// Which of two versions comes first; `None` where one of them is none.
pub fn compare(one: &str, other: &str) -> Option<Ordering> {
    Some(precedence(one)?.cmp(&precedence(other)?))
}

/// Whether a text is a version: an optional `v`, a digit, and then letters, digits, dots, signs.
fn is_version(text: &str) -> bool {
    text.len() <= VERSION
        && numbered(text).starts_with(|c: char| c.is_ascii_digit())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+' | b'_' | b'~'))
}

/// A version from its first number on.
fn numbered(text: &str) -> &str {
    text.strip_prefix(['v', 'V']).unwrap_or(text)
}

/// What the order of versions depends on: up to four numbers, where later ones may be missing, and the
/// pre-release, which need not stand behind a hyphen. What was built of it does not matter.
fn precedence(text: &str) -> Option<([u64; 4], Prerelease)> {
    let text = numbered(text.trim());
    let text = text.split('+').next().filter(|text| is_version(text))?;
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (core, label) = text.split_at(end);
    let mut numbers = [0; 4];
    let mut places = numbers.iter_mut();
    for part in core.strip_suffix('.').filter(|_| !label.is_empty()).unwrap_or(core).split('.') {
        *places.next()? = part.parse().ok()?;
    }
    let pre_release = label.trim_start_matches(['-', '_', '~']).replace(['_', '~'], "-");
    if pre_release.is_empty() != label.is_empty() {
        return None;
    }
    Some((numbers, Prerelease::new(&pre_release).ok()?))
}

fn alert(alert: Value) -> Option<Alert> {
    let keys = Keys::of(alert)?;
    Some(Alert {
        id: keys.number("id"),
        date: keys.number("date"),
        message: shortened(keys.text("message")?),
        url: keys.address("url"),
        level: keys.text("level").filter(|level| LEVELS.contains(&level.as_str())),
    })
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(MESSAGE) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text,
    }
}

/// An object whose keys are taken in any case.
struct Keys(Map<String, Value>);

impl Keys {
    fn of(value: Value) -> Option<Self> {
        let Value::Object(map) = value else { return None };
        Some(Self(map.into_iter().map(|(key, value)| (key.to_lowercase(), value)).collect()))
    }

    /// A text on one line, of characters that can be seen.
    fn text(&self, key: &str) -> Option<String> {
        let text = self.0.get(key)?.as_str()?;
        let seen: String = text.chars().map(|c| if is_seen(c) { c } else { ' ' }).collect();
        let words: Vec<&str> = seen.split_whitespace().collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    fn number(&self, key: &str) -> Option<i64> {
        self.0.get(key)?.as_i64()
    }

    /// Only addresses of web pages: nobody should be led to run anything else.
    fn address(&self, key: &str) -> Option<String> {
        let url = self.0.get(key)?.as_str()?;
        let is_page = url.starts_with("https://") || url.starts_with("http://");
        let is_plain = url.len() <= ADDRESS && url.bytes().all(|b| b.is_ascii_graphic());
        (is_page && is_plain).then(|| url.to_owned())
    }
}

/// Whether a character makes a mark of its own. What has no width is a mark on another, turns text
/// around or is not seen; some that have one are blank (Hangul fillers, the empty Braille pattern).
fn is_seen(c: char) -> bool {
    const BLANK: [char; 5] = ['\u{115f}', '\u{1160}', '\u{2800}', '\u{3164}', '\u{ffa0}'];
    let has_width = c.width().is_some_and(|width| width > 0);
    has_width && !c.is_whitespace() && !BLANK.contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_and_any_case_are_read() {
        let hashicorp = r#"{"product":"x","current_version":"1.2.3","current_release":1700000000,
            "current_download_url":"https://x.example/d","outdated":true,
            "alerts":[{"id":7,"date":1700000001,"message":"Leak","url":"https://x.example/7","level":"warn"}]}"#;
        let update = parse(hashicorp, "1.2.2").expect("an answer");
        assert_eq!((update.current_version.as_str(), update.outdated), ("1.2.3", true));
        assert_eq!(update.released, Some(1_700_000_000));
        assert_eq!(update.alerts[0].message, "Leak");
        let weaveworks =
            r#"{"CurrentVersion":1,"Current_Version":"1.2.4","current_release_date":1700000009}"#;
        let update = parse(weaveworks, "1.2.4").expect("an answer");
        assert_eq!((update.released, update.outdated), (Some(1_700_000_009), false));
    }

    #[test]
    fn versions_are_in_the_order_of_semantic_versioning() {
        // Section 11 of the specification, and what is written beside it: each is newer than the one before.
        let rising = [
            "0.9",
            "1.0.0-alpha",
            "v1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "v1.0-rc.1",
            "1.0.0",
            "1.0.0.1",
            "1.0.1-dev",
            "1.0.1",
            "V1.2",
            "1.10",
            "1.10.1",
            "2",
            "2.0.1rc1",
            "2.0.1",
            "2024.01.5",
            "2024.1.10",
        ];
        for (at, one) in rising.iter().enumerate() {
            for (other_at, other) in rising.iter().enumerate() {
                assert_eq!(compare(one, other), Some(at.cmp(&other_at)), "{one} {other}");
            }
        }
        for (one, other) in
            [("1", "1.0.0"), ("v1.2", "1.2.0"), ("1.2.3+a", "1.2.3+b"), ("01.2", "1.2")]
        {
            assert_eq!(compare(one, other), Some(Ordering::Equal), "{one} {other}");
        }
        for none in [
            "dev",
            "",
            "v",
            "unknown",
            "1..2",
            "1.2.3.4.5",
            "1.2.3-",
            "1 2",
            "-1",
            "1.2.99999999999999999999",
        ] {
            assert_eq!(compare(none, "1.0.0"), None, "{none}");
            assert_eq!(compare("1.0.0", none), None, "{none}");
        }
    }

    #[test]
    fn the_order_decides_and_not_what_the_service_says() {
        for (used, newest, is_older) in [
            ("0.32.0", "0.30.0", false),
            ("0.30.0", "0.30.0", false),
            ("v0.30", "0.30.0", false),
            ("0.30.0", "v0.32.0", true),
            ("0.9.0", "0.10.0", true),
            ("1.0.0", "1.0.0-rc.1", false),
            ("1.0.0-rc.1", "1.0.0", true),
            ("dev", "1.0.0", false),
            ("0.32", "0.32.1", true),
        ] {
            for said in ["true", "false", "null", "\"yes\""] {
                let body = format!(r#"{{"current_version":"{newest}","outdated":{said}}}"#);
                let update = parse(&body, used).expect("an answer");
                assert_eq!(update.outdated, is_older, "{used}: {body}");
            }
        }
    }

    #[test]
    fn a_version_has_only_version_characters() {
        for none in [
            "2\\nDownload: https://evil",
            "2.0 (run curl evil)",
            "2.0/../x",
            "latest",
            "",
            "２.0",
            "2.0\\u200b",
            "<b>2</b>",
            "2.0;x",
        ] {
            let body = format!(r#"{{"current_version":"{none}"}}"#);
            let read = parse(&body, "1.0").map(|update| update.current_version);
            assert!(read.is_none() || read.as_deref() == Some("2.0"), "{body}: {read:?}");
        }
        let long = format!(r#"{{"current_version":"1.{}"}}"#, "0".repeat(VERSION));
        assert_eq!(parse(&long, "1.0"), None);
    }

    #[test]
    fn what_is_no_answer_says_nothing() {
        for body in ["", "[]", "{}", "<html>", r#"{"current_version":""}"#, r#"{"outdated":true}"#]
        {
            assert_eq!(parse(body, "1.0"), None, "{body}");
        }
    }

    #[test]
    fn alerts_are_bounded_in_number_length_and_characters() {
        let message = |text: &str| {
            let alert = serde_json::json!({ "message": text, "url": text, "level": text });
            let body = serde_json::json!({ "current_version": "2", "alerts": [alert] }).to_string();
            parse(&body, "1").expect("an answer").alerts.pop()
        };
        for (text, seen) in [
            ("a\u{1b}[2J\u{9b}b", "a [2J b"),
            ("Leak\nwarn: run this", "Leak warn: run this"),
            ("a\u{202e}b\u{2066}c", "a b c"),
            ("a\u{3164}\u{2800}\u{2003}b", "a b"),
            ("Sicherheitslücke: 安全 é", "Sicherheitslücke: 安全 é"),
        ] {
            assert_eq!(message(text).expect("an alert").message, seen, "{text:?}");
        }
        assert_eq!(message("\u{200b}\u{3164}"), None);
        let long = message(&"ä".repeat(1000)).expect("an alert").message;
        assert_eq!(long.chars().count(), MESSAGE + 1);
        let many = vec![serde_json::json!({ "message": "x" }); 100];
        let body = serde_json::json!({ "current_version": "2", "alerts": many }).to_string();
        assert_eq!(parse(&body, "1").expect("an answer").alerts.len(), ALERTS);
    }

    #[test]
    fn nobody_is_led_to_run_anything() {
        for bad in [
            "javascript:x",
            "https://x.example/a b",
            "https://x.example/\u{202e}",
            "file:///x",
            "ssh://x",
        ] {
            let body = serde_json::json!({ "current_version": "2", "current_download_url": bad });
            assert_eq!(
                parse(&body.to_string(), "1").expect("an answer").download_url,
                None,
                "{bad}"
            );
        }
        let long = format!("https://x.example/{}", "a".repeat(ADDRESS));
        let body = serde_json::json!({ "current_version": "2", "current_download_url": long });
        assert_eq!(parse(&body.to_string(), "1").expect("an answer").download_url, None);
    }
}
