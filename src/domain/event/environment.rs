//! What the surroundings may tell: closed words for systems, processors and automation.

use super::{Run, Stamp};
use crate::domain::declaration::field::FieldType;
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
        FieldType::PreRelease => json!(is_pre_release(run.version.as_deref()?)),
        FieldType::Timestamp => json!(stamp.ts),
        FieldType::RunId => json!(run.execution),
        FieldType::Constant { value } => json!(value),
        FieldType::Project { .. } => json!(run.project.as_deref()?),
        _ => return None,
    })
}

/// Whether a version is a pre-release (Semantic Versioning 2.0.0, section 9), or no release at all.
pub fn is_pre_release(version: &str) -> bool {
    let core = version.split('+').next().unwrap_or(version);
    core == "dev" || core.contains('-')
}

/// Whether a text is a version and nothing else: numbers, then at most one short label and one
/// short build, as Semantic Versioning writes them; or `dev`.
pub fn is_version(text: &str) -> bool {
    if text == "dev" {
        return true;
    }
    let (rest, build) = text.split_once('+').map_or((text, None), |(rest, b)| (rest, Some(b)));
    let (core, label) = rest.split_once('-').map_or((rest, None), |(core, l)| (core, Some(l)));
    let numbers: Vec<&str> = core.trim_start_matches('v').split('.').collect();
    let is_number =
        |part: &&str| (1..=9).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let is_label = |part: &str| {
        (1..=24).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
    };
    (1..=4).contains(&numbers.len())
        && numbers.iter().all(is_number)
        && label.is_none_or(is_label)
        && build.is_none_or(is_label)
}
