//! Fields of events and their closed types. There is no type for free text: a path, the value of
//! an option, an error message cannot be represented.

use serde::{Deserialize, Serialize};

/// A field of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name, as sent.
    pub name: String,
    /// What it may hold.
    pub kind: FieldType,
    /// Where in the event it stands.
    pub place: Place,
    /// Why, in the author's words.
    pub why: Option<String>,
    /// The notice version that introduced it, or its event where that came later.
    pub since: u32,
}

impl Field {
    /// Whether it is a hash that the person's secret keys.
    pub fn is_keyed_by_the_person(&self) -> bool {
        matches!(
            self.kind,
            FieldType::Hash { key: HashKey::Person } | FieldType::Project { key: HashKey::Person }
        )
    }
}

/// Where in an event a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Place {
    /// In `eventData`.
    #[default]
    EventData,
    /// In `attributes`.
    Attributes,
    /// At the top level.
    Event,
}

impl Place {
    /// All places, with their words in a declaration.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::EventData, "eventData"), (Self::Attributes, "attributes"), (Self::Event, "event")];

    /// The word in a declaration.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(place, _)| *place == self).map_or("eventData", |(_, word)| word)
    }
}

/// Names at the top level of an event that no field may take.
pub const ENVELOPE: [&str; 9] = [
    "ts",
    "eventID",
    "executionID",
    "tool",
    "eventType",
    "attributes",
    "eventData",
    "schemaVersion",
    "notice",
];

/// What keys a hash, and so who can recognise it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum HashKey {
    /// The person's secret: nobody can compare it with anybody else's.
    #[default]
    Person,
    /// The tool: equal on all machines, so that a thing can be counted once.
    Tool,
    /// Nothing: a bare SHA-256, which anyone who knows the thing can compute.
    None,
}

impl HashKey {
    /// All keys, with their words in a declaration.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Person, "person"), (Self::Tool, "tool"), (Self::None, "none")];

    /// The word in a declaration.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(key, _)| *key == self).map_or("person", |(_, word)| word)
    }

    /// What that means for a person.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Person => {
                "scrambled with a secret that stays here, so that nobody can recognise it; equal ones \
                 are joined only for as long as the identifier lasts, or else within one run"
            }
            Self::Tool => {
                "scrambled alike on every machine, so that the same one is counted once; whoever \
                 knows it can recognise it"
            }
            Self::None => {
                "a plain SHA-256, so that what is about the same one can be joined; whoever knows it \
                 can recognise it"
            }
        }
    }
}

/// The closed types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldType {
    /// `true` or `false`.
    Boolean,
    /// A whole number, reduced to the bucket it falls in where buckets are declared.
    Integer {
        /// The least.
        min: Option<i64>,
        /// The greatest.
        max: Option<i64>,
        /// Lower ends of the buckets, rising.
        buckets: Vec<i64>,
    },
    /// How long something took, in milliseconds.
    DurationMs,
    /// The exit code of a process.
    ExitCode,
    /// One of the declared words.
    Enum {
        /// The words.
        values: Vec<String>,
    },
    /// Always the declared word.
    Constant {
        /// The word.
        value: String,
    },
    /// The command, out of the declared ones.
    Command {
        /// How many words after the tool's name are kept; all where not said.
        verbs: Option<u32>,
    },
    /// Names of the options used, each with where it came from and how often; never values.
    Options,
    /// The tool's version.
    Version,
    /// Whether that version is a pre-release.
    PreRelease,
    /// The operating system.
    Os,
    /// The processor architecture.
    Arch,
    /// Whether it ran under automation.
    Ci,
    /// Which automation.
    CiName,
    /// The time.
    Timestamp,
    /// A random id of this one run.
    RunId,
    /// A checksum of something.
    Hash {
        /// What keys it.
        key: HashKey,
    },
    /// A checksum of the address of the project's git origin.
    Project {
        /// What keys it.
        key: HashKey,
    },
    /// One of the declared codes.
    ErrorCode {
        /// The codes.
        values: Vec<String>,
    },
}

/// What the field types share: a name, the parameters they take, and words for people.
pub struct TypeSpec {
    /// The word after `type =`.
    pub name: &'static str,
    /// Parameters that may stand beside it.
    pub parameters: &'static [&'static str],
    /// What it holds, for a person.
    pub words: &'static str,
}

/// Every field type, in the order in which the documentation lists them.
pub const TYPES: &[TypeSpec] = &[
    TypeSpec { name: "boolean", parameters: &[], words: "yes or no" },
    TypeSpec { name: "integer", parameters: &["min", "max", "buckets"], words: "a number" },
    TypeSpec { name: "duration-ms", parameters: &[], words: "how long it took" },
    TypeSpec { name: "exit-code", parameters: &[], words: "the exit code" },
    TypeSpec { name: "enum", parameters: &["values"], words: "one of" },
    TypeSpec { name: "constant", parameters: &["value"], words: "always" },
    TypeSpec { name: "command", parameters: &["verbs"], words: "which command was run" },
    TypeSpec {
        name: "options",
        parameters: &[],
        words: "names of the options used, how often, and if by a variable; never their values",
    },
    TypeSpec { name: "version", parameters: &[], words: "the version of the tool" },
    TypeSpec { name: "pre-release", parameters: &[], words: "whether it is a pre-release" },
    TypeSpec { name: "os", parameters: &[], words: "the operating system" },
    TypeSpec { name: "arch", parameters: &[], words: "the processor architecture" },
    TypeSpec { name: "ci", parameters: &[], words: "whether it ran under automation (CI)" },
    TypeSpec { name: "ci-name", parameters: &[], words: "which automation (CI) it ran under" },
    TypeSpec { name: "timestamp", parameters: &[], words: "the time" },
    TypeSpec { name: "run-id", parameters: &[], words: "a random id of this one run" },
    TypeSpec { name: "hash", parameters: &["key"], words: "a checksum" },
    TypeSpec {
        name: "project",
        parameters: &["key"],
        words: "a checksum of the project's git address",
    },
    TypeSpec { name: "error-code", parameters: &["values"], words: "one of the error codes" },
];

impl FieldType {
    /// The word after `type =`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer { .. } => "integer",
            Self::DurationMs => "duration-ms",
            Self::ExitCode => "exit-code",
            Self::Enum { .. } => "enum",
            Self::Constant { .. } => "constant",
            Self::Command { .. } => "command",
            Self::Options => "options",
            Self::Version => "version",
            Self::PreRelease => "pre-release",
            Self::Os => "os",
            Self::Arch => "arch",
            Self::Ci => "ci",
            Self::CiName => "ci-name",
            Self::Timestamp => "timestamp",
            Self::RunId => "run-id",
            Self::Hash { .. } => "hash",
            Self::Project { .. } => "project",
            Self::ErrorCode { .. } => "error-code",
        }
    }

    /// What the field can hold, in words for a person.
    pub fn in_words(&self) -> String {
        let words =
            TYPES.iter().find(|spec| spec.name == self.name()).map_or("", |spec| spec.words);
        match self {
            Self::Enum { values } | Self::ErrorCode { values } => {
                format!("{words} {}", values.join(", "))
            }
            Self::Constant { value } => format!("{words} {value}"),
            Self::Command { verbs: Some(1) } => format!("{words}: its first word"),
            Self::Command { verbs: Some(verbs) } => format!("{words}: its first {verbs} words"),
            Self::Integer { min, max, buckets } => integer_in_words(words, *min, *max, buckets),
            Self::Hash { key } | Self::Project { key } => format!("{words}, {}", key.in_words()),
            _ => words.to_owned(),
        }
    }

    /// A value such as the field could hold, for sample events.
    pub fn sample(&self, commands: &[String], options: &[String]) -> serde_json::Value {
        use serde_json::json;
        match self {
            Self::Boolean | Self::Ci => json!(true),
            Self::Integer { min, buckets, .. } => {
                json!(buckets.get(1).or(buckets.first()).copied().or(*min).unwrap_or(3))
            }
            Self::DurationMs => json!(10_827),
            Self::ExitCode => json!(0),
            Self::Enum { values } | Self::ErrorCode { values } => json!(values.first()),
            Self::Constant { value } => json!(value),
            Self::Command { verbs } => json!(first_words(commands.first(), *verbs)),
            Self::Options => {
                let name = options.first().map_or("verbose", String::as_str);
                json!([{ "name": name, "asCli": true, "asEnv": false, "count": 1 }])
            }
            Self::Version => json!("1.4.2"),
            Self::PreRelease => json!(false),
            Self::Os => json!("linux"),
            Self::Arch => json!("amd64"),
            Self::CiName => json!("gitlab"),
            Self::Timestamp => json!(1_795_219_872_000_i64),
            Self::RunId => json!("2c1f9a70-3d4e-4b5a-8f11-7e6d5c4b3a29"),
            Self::Hash { .. } | Self::Project { .. } => json!("3f1b".repeat(16)),
        }
    }
}

fn first_words(command: Option<&String>, verbs: Option<u32>) -> String {
    let command = command.map_or("tool command", String::as_str);
    let kept = verbs.map_or(usize::MAX, |verbs| verbs as usize + 1);
    command.split_whitespace().take(kept).collect::<Vec<_>>().join(" ")
}

fn integer_in_words(words: &str, min: Option<i64>, max: Option<i64>, buckets: &[i64]) -> String {
    let range = match (min, max) {
        (Some(min), Some(max)) => format!(" from {min} to {max}"),
        (Some(min), None) => format!(", {min} or more"),
        (None, Some(max)) => format!(", {max} or less"),
        (None, None) => String::new(),
    };
    if buckets.is_empty() {
        return format!("{words}{range}");
    }
    let ends: Vec<String> = buckets.iter().map(i64::to_string).collect();
    format!("{words}{range}, rounded down to one of {}", ends.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_people_name_the_bounds() {
        let integer = FieldType::Integer { min: Some(0), max: Some(9), buckets: vec![0, 5] };
        assert_eq!(integer.in_words(), "a number from 0 to 9, rounded down to one of 0, 5");
        let edition = FieldType::Enum { values: vec!["oss".to_owned(), "paid".to_owned()] };
        assert_eq!(edition.in_words(), "one of oss, paid");
        let command = FieldType::Command { verbs: Some(2) };
        assert_eq!(command.in_words(), "which command was run: its first 2 words");
    }

    #[test]
    fn a_sample_command_keeps_the_declared_number_of_words() {
        let commands = ["gitops add cluster".to_owned()];
        let command = FieldType::Command { verbs: Some(1) };
        assert_eq!(command.sample(&commands, &[]), "gitops add");
    }
}
