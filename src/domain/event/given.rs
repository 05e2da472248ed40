//! What a host gives for a field, and whether that is what it declared.

use crate::domain::declaration::field::FieldType;
use crate::domain::event::environment;
use crate::domain::signals;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// An option that was used: its name, where it came from, how often. Never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionUse {
    /// The long name, or the short one where there is no long one.
    pub name: String,
    /// It stood on the command line.
    pub as_cli: bool,
    /// It came from a variable.
    pub as_env: bool,
    /// How often it was given.
    pub count: u64,
}

/// A value for a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// For `boolean`, `ci` and `pre-release`.
    Boolean(bool),
    /// For `integer`, `duration-ms`, `exit-code` and `timestamp`.
    Integer(i64),
    /// For the types with a closed list of words, and what a `hash` is made of.
    Text(String),
    /// For `options`.
    Options(Vec<OptionUse>),
}

impl From<bool> for Given {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i64> for Given {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<i32> for Given {
    fn from(value: i32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<&str> for Given {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

/// An event is not as its tool declared it. Names tool, event and field, never the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{tool}: {event}: {field} {why}")]
pub struct NotAsDeclared {
    /// The tool.
    pub tool: String,
    /// The event.
    pub event: String,
    /// The field.
    pub field: String,
    /// What is wrong with it, as the end of a sentence that begins with its name.
    pub why: &'static str,
}

/// A day, in milliseconds.
const DAY: i64 = 86_400_000;

/// The longest duration: no run of a command takes a year.
const YEAR: i64 = 366 * DAY;

/// The earliest time, 2000-01-01 UTC: what is before it was given in another unit, or is no time.
const EARLIEST: i64 = 946_684_800_000;

/// What values are held to beyond their type.
pub struct Vocabulary<'a> {
    /// The time of the event, in milliseconds: a timestamp is at most a day later, which clocks differ.
    pub now: i64,
    /// Whether it is a command, from the tool's name on.
    pub knows_command: &'a dyn Fn(&str) -> bool,
    /// Whether it is an option, without dashes.
    pub knows_option: &'a dyn Fn(&str) -> bool,
}

impl Given {
    /// Reads a value as typed after `FIELD=`, by the type of the field.
    pub fn typed(text: &str, kind: &FieldType) -> Self {
        let number = || text.parse().map(Self::Integer).ok();
        let word = match kind {
            FieldType::Boolean | FieldType::Ci | FieldType::PreRelease => {
                text.parse().map(Self::Boolean).ok()
            }
            FieldType::Integer { .. }
            | FieldType::DurationMs
            | FieldType::ExitCode
            | FieldType::Timestamp => number(),
            FieldType::Options => Some(Self::Options(typed_options(text))),
            _ => None,
        };
        word.unwrap_or_else(|| Self::Text(text.to_owned()))
    }

    /// The value in the form in which it is stored, if the type allows it; for a hash, what it is
    /// to be made of.
    ///
    /// # Errors
    /// What is wrong, as the end of a sentence that begins with the field's name.
    pub fn accepted_as(
        &self,
        kind: &FieldType,
        vocabulary: &Vocabulary<'_>,
    ) -> Result<Value, &'static str> {
        match (kind, self) {
            (FieldType::Boolean | FieldType::Ci | FieldType::PreRelease, Self::Boolean(value)) => {
                Ok(json!(value))
            }
            (FieldType::Integer { min, max, buckets }, Self::Integer(value)) => {
                in_bucket(*value, *min, *max, buckets)
            }
            (FieldType::DurationMs, Self::Integer(value)) if (0..=YEAR).contains(value) => {
                Ok(json!(value))
            }
            (FieldType::Timestamp, Self::Integer(value))
                if (EARLIEST..=vocabulary.now.saturating_add(DAY)).contains(value) =>
            {
                Ok(json!(value))
            }
            (FieldType::ExitCode, Self::Integer(value))
                if (i64::from(i32::MIN)..=i64::from(u32::MAX)).contains(value) =>
            {
                Ok(json!(value))
            }
            (FieldType::Enum { values } | FieldType::ErrorCode { values }, Self::Text(word)) => {
                listed(word, values)
            }
            (FieldType::Constant { value }, Self::Text(word)) if word == value => Ok(json!(word)),
            (FieldType::Command { verbs }, Self::Text(command)) => {
                command_of(command, *verbs, vocabulary.knows_command)
            }
            (FieldType::Options, Self::Options(used)) => options_of(used, vocabulary.knows_option),
            (FieldType::Version, Self::Text(text)) => Ok(json!(environment::version(text))),
            (FieldType::Os, Self::Text(text)) if text == environment::system() => Ok(json!(text)),
            (FieldType::Arch, Self::Text(text)) if text == environment::processor() => {
                Ok(json!(text))
            }
            (FieldType::CiName, Self::Text(text)) if signals::automations().any(|a| a == text) => {
                Ok(json!(text))
            }
            (FieldType::Hash { .. } | FieldType::Project { .. }, Self::Text(text)) => {
                Ok(json!(text))
            }
            (FieldType::RunId, _) => Err("is made by sayso and cannot be given"),
            _ => Err("holds a value outside its type"),
        }
    }
}

fn in_bucket(
    value: i64,
    min: Option<i64>,
    max: Option<i64>,
    buckets: &[i64],
) -> Result<Value, &'static str> {
    if min.is_some_and(|min| value < min) || max.is_some_and(|max| value > max) {
        return Err("is out of its range");
    }
    if buckets.is_empty() {
        return Ok(json!(value));
    }
    let bucket = buckets.iter().rev().find(|start| **start <= value);
    bucket.map(|start| json!(start)).ok_or("is below its first bucket")
}

fn listed(word: &str, values: &[String]) -> Result<Value, &'static str> {
    if values.iter().any(|value| value == word) {
        Ok(json!(word))
    } else {
        Err("holds a word that is not declared")
    }
}

fn command_of(
    command: &str,
    verbs: Option<u32>,
    is_known: &dyn Fn(&str) -> bool,
) -> Result<Value, &'static str> {
    if !is_known(command) {
        return Err("holds a command that is not declared");
    }
    let kept = verbs.map_or(usize::MAX, |verbs| verbs as usize + 1);
    Ok(json!(command.split_whitespace().take(kept).collect::<Vec<_>>().join(" ")))
}

/// An option that was given more often was given so often: a count is to carry nothing else.
const MOST_USES: u64 = 100;

fn options_of(used: &[OptionUse], is_known: &dyn Fn(&str) -> bool) -> Result<Value, &'static str> {
    if used.iter().any(|option| !is_known(&option.name)) {
        return Err("names an option that is not declared");
    }
    let names: BTreeSet<&str> = used.iter().map(|option| option.name.as_str()).collect();
    if names.len() < used.len() {
        return Err("names an option twice");
    }
    let written = |option: &OptionUse| {
        json!({
            "name": option.name,
            "asCli": option.as_cli,
            "asEnv": option.as_env,
            "count": option.count.min(MOST_USES),
        })
    };
    Ok(Value::Array(used.iter().map(written).collect()))
}

/// `repo,verbose:3,level:env`: names, each with how often, or with `env` where a variable gave it.
fn typed_options(text: &str) -> Vec<OptionUse> {
    let one = |part: &str| {
        let (name, how) = part.split_once(':').unwrap_or((part, "1"));
        let as_env = how == "env";
        OptionUse {
            name: name.to_owned(),
            as_cli: !as_env,
            as_env,
            count: if as_env { 1 } else { how.parse().unwrap_or(1) },
        }
    };
    text.split(',').filter(|part| !part.is_empty()).map(one).collect()
}

/// A name as it may be printed, even where it is not valid.
pub(super) fn visible(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_graphic() { c } else { '?' };
    name.chars().take(64).map(plain).collect()
}
