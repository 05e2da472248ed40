//! How large fields can get, as far as a declaration tells.

use crate::domain::declaration::Declaration;
use crate::domain::declaration::field::{Field, FieldType};
use crate::domain::signals;
use serde_json::Value;

/// The longest value of a field, in bytes of JSON; `None` where a clap host brings the words.
///
/// Numbers are as long as 64 bits allow; versions, times and durations as long as their form does; systems and processors are names of Rust's targets, none of which has 16 letters.
pub(super) fn longest(declaration: &Declaration, field: &Field) -> Option<usize> {
    let of_words = |words: &[String]| words.iter().map(|word| quoted(word)).max();
    match &field.kind {
        FieldType::Boolean | FieldType::PreRelease | FieldType::Ci => Some(5),
        FieldType::Integer { min, max, .. } => {
            let ends = [min.unwrap_or(i64::MIN), max.unwrap_or(i64::MAX)];
            ends.iter().map(|end| end.to_string().len()).max()
        }
        FieldType::DurationMs | FieldType::Timestamp => Some(13),
        FieldType::ExitCode => Some(11),
        FieldType::Enum { values } | FieldType::ErrorCode { values } => of_words(values),
        FieldType::Constant { value } => Some(quoted(value)),
        FieldType::Command { verbs } => {
            let kept = verbs.map_or(usize::MAX, |verbs| verbs as usize + 1);
            let cut = |command: &String| {
                command.split_whitespace().take(kept).collect::<Vec<_>>().join(" ")
            };
            of_words(&declaration.commands.iter().map(cut).collect::<Vec<_>>())
        }
        FieldType::Options => {
            let sizes = declaration.options.iter().map(|name| one_option(name));
            (!declaration.options.is_empty()).then(|| sizes.sum::<usize>() + 2)
        }
        FieldType::Version => Some(2 + 1 + 4 * 5 + 3 + 1 + 7 + 1 + 4),
        FieldType::Os | FieldType::Arch => Some(2 + 16),
        FieldType::CiName => signals::automations().map(|word| word.len() + 2).max(),
        FieldType::RunId => Some(2 + 36),
        FieldType::Hash { .. } | FieldType::Project { .. } => Some(2 + 64),
    }
}

/// An option as an event holds it, with the comma behind it.
fn one_option(name: &str) -> usize {
    quoted(name) + r#"{"name":,"asCli":false,"asEnv":false,"count":},"#.len() + 20
}

/// A text in JSON.
pub(super) fn quoted(text: &str) -> usize {
    Value::from(text).to_string().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::declaration::parse;
    use crate::domain::declaration::samples::GREETER;

    #[test]
    fn no_sample_is_longer_than_the_longest_value() {
        let greeter = parse(GREETER).expect("valid");
        let fields: Vec<&Field> = greeter.events.iter().flat_map(|event| &event.fields).collect();
        assert!(fields.len() > 2);
        for field in fields {
            let sample = field.kind.sample(&greeter.commands, &greeter.options).to_string();
            let longest = longest(&greeter, field).expect("everything is declared");
            assert!(sample.len() <= longest, "{}: {sample}", field.name);
        }
    }
}
