//! What an update check is answered, as go-checkpoint's services do (github.com/hashicorp/go-checkpoint
//! `check.go`; the fork of weaveworks spells the date of the release differently, and Go takes keys in
//! any case).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The newest version of a tool, and what its vendor has to say about the one in use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// The newest version.
    pub current_version: String,
    /// Whether the one in use is older.
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

/// Reads an answer; `None` where it is none: not an object, or without a version.
pub fn parse(body: &str) -> Option<Update> {
    let whole = Keys::of(serde_json::from_str(body).ok()?)?;
    Some(Update {
        current_version: whole.text("current_version")?,
        outdated: whole.0.get("outdated").and_then(Value::as_bool).unwrap_or(false),
        released: whole.number("current_release").or_else(|| whole.number("current_release_date")),
        download_url: whole.address("current_download_url"),
        changelog_url: whole.address("current_changelog_url"),
        website: whole.address("project_website"),
        alerts: match whole.0.get("alerts") {
            Some(Value::Array(alerts)) => alerts.iter().cloned().filter_map(alert).collect(),
            _ => Vec::new(),
        },
    })
}

fn alert(alert: Value) -> Option<Alert> {
    let keys = Keys::of(alert)?;
    Some(Alert {
        id: keys.number("id"),
        date: keys.number("date"),
        message: keys.text("message")?,
        url: keys.address("url"),
        level: keys.text("level"),
    })
}

/// An object whose keys are taken in any case.
struct Keys(Map<String, Value>);

impl Keys {
    fn of(value: Value) -> Option<Self> {
        let Value::Object(map) = value else { return None };
        Some(Self(map.into_iter().map(|(key, value)| (key.to_lowercase(), value)).collect()))
    }

    fn text(&self, key: &str) -> Option<String> {
        let text = self.0.get(key)?.as_str()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn number(&self, key: &str) -> Option<i64> {
        self.0.get(key)?.as_i64()
    }

    /// Only addresses of web pages: nobody should be led to run anything else.
    fn address(&self, key: &str) -> Option<String> {
        self.text(key).filter(|url| url.starts_with("https://") || url.starts_with("http://"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_and_any_case_are_read() {
        let hashicorp = r#"{"product":"x","current_version":"1.2.3","current_release":1700000000,
            "current_download_url":"https://x.example/d","outdated":true,
            "alerts":[{"id":7,"date":1700000001,"message":"Leak","url":"https://x.example/7","level":"warn"}]}"#;
        let update = parse(hashicorp).expect("an answer");
        assert_eq!((update.current_version.as_str(), update.outdated), ("1.2.3", true));
        assert_eq!(update.released, Some(1_700_000_000));
        assert_eq!(update.alerts[0].message, "Leak");
        let weaveworks =
            r#"{"CurrentVersion":1,"Current_Version":"1.2.4","current_release_date":1700000009}"#;
        let update = parse(weaveworks).expect("an answer");
        assert_eq!((update.released, update.outdated), (Some(1_700_000_009), false));
    }

    #[test]
    fn what_is_no_answer_says_nothing() {
        for body in ["", "[]", "{}", "<html>", r#"{"current_version":""}"#, r#"{"outdated":true}"#]
        {
            assert_eq!(parse(body), None, "{body}");
        }
        let led_astray = r#"{"current_version":"2","current_download_url":"javascript:x"}"#;
        assert_eq!(parse(led_astray).expect("an answer").download_url, None);
    }
}
