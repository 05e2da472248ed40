//! What the surroundings may tell: closed words for systems, processors and automation.

use crate::domain::declaration::field::FieldType;
use crate::domain::event::{Run, Stamp};
use serde_json::{Value, json};

/// Names as Go spells them, since the receivers of today know those.
pub fn system() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    }
}

/// Likewise for processors.
pub fn processor() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    }
}

/// The value of a field that the host need not give; `None` where it must, or there is nothing.
pub fn value_of(kind: &FieldType, run: &Run, stamp: &Stamp) -> Option<Value> {
    Some(match kind {
        FieldType::Os => json!(system()),
        FieldType::Arch => json!(processor()),
        FieldType::Ci => json!(run.is_automated),
        FieldType::CiName => json!(run.automation?),
        FieldType::Version => json!(run.version.as_deref()?),
        FieldType::PreRelease => {
            json!(is_pre_release(run.version.as_deref().filter(|version| *version != OTHER)?))
        }
        FieldType::Timestamp => json!(stamp.ts),
        FieldType::Constant { value } => json!(value),
        FieldType::Project { .. } => json!(run.project.as_deref()?),
        _ => return None,
    })
}

/// What every text is sent as that is no version.
pub const OTHER: &str = "other";

/// The words of a version that is no release.
const LABELS: [&str; 8] = ["alpha", "beta", "rc", "pre", "dev", "nightly", "canary", "preview"];

/// A text as a version: itself, or [`OTHER`] where it could hold anything else.
pub fn version(text: &str) -> &str {
    if is_version(text) { text } else { OTHER }
}

/// Whether a version is a pre-release, or no release at all.
pub fn is_pre_release(version: &str) -> bool {
    version.trim_start_matches('v').bytes().any(|b| b.is_ascii_alphabetic())
}

/// Whether a text is a version and nothing else: `dev`, or an optional `v`, one to four numbers of at
/// most five digits, and at most one label, which one number of at most four digits may follow. Between
/// numbers and label, and between label and number, `-` or `.` may stand.
fn is_version(text: &str) -> bool {
    let core = text.strip_prefix('v').unwrap_or(text);
    let label = core.find(|c: char| c.is_ascii_lowercase()).unwrap_or(core.len());
    let (core, label) = core.split_at(label);
    let core = if label.is_empty() { core } else { core.strip_suffix(['-', '.']).unwrap_or(core) };
    let numbers: Vec<&str> = core.split('.').collect();
    let number = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    let is_label = |label: &str| {
        LABELS
            .iter()
            .filter_map(|word| label.strip_prefix(word))
            .any(|rest| rest.is_empty() || number(rest.strip_prefix(['-', '.']).unwrap_or(rest), 4))
    };
    text == "dev"
        || numbers.len() <= 4
            && numbers.iter().all(|part| number(part, 5))
            && (label.is_empty() || is_label(label))
}
