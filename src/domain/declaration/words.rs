//! Parts of a declaration in words, the same wherever people read them.

use super::destination::Destination;
use super::{Declaration, Event, Identity, Manner};

/// When an event is recorded.
pub fn occasion(event: &Event) -> &'static str {
    if event.once { "(once)" } else { "(each time)" }
}

/// Who gets events at a destination, how, and how long they are kept there.
pub fn destination_in_words(declaration: &Declaration, to: &Destination) -> String {
    let kept = to.retention.as_ref().or(declaration.retention.as_ref());
    let kept = kept.map(|time| format!(", kept {time}")).unwrap_or_default();
    let kind = match to.kind.words {
        same if same == to.recipient => String::new(),
        other => format!(" ({other})"),
    };
    format!("{} at {}{kind}{kept}", to.recipient, to.host())
}

/// What an identity lets the recipient do.
pub fn identity_in_words(identity: Identity) -> &'static str {
    match identity {
        Identity::None => "not at all: no id of yours goes with it",
        Identity::Day => "by a random-looking name that changes every day",
        Identity::Month => "by a random-looking name that changes every month",
        Identity::Stable => "by a random-looking name that stays until you say no or reset it",
    }
}

/// How a tool gets its answer.
pub fn manner_in_words(manner: Manner) -> &'static str {
    match manner {
        Manner::Ask => "once, when you run it",
        Manner::Notice => "not, where your default lets it tell you instead",
        Manner::Off => "never; it waits for you to switch it on",
    }
}

/// Seconds as a person says them, in the largest unit that fits without a rest.
pub fn wait_in_words(seconds: u64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let (size, name) = units
        .into_iter()
        .find(|(size, _)| seconds >= *size && seconds.is_multiple_of(*size))
        .unwrap_or((1, "second"));
    match seconds / size {
        1 => format!("1 {name}"),
        count => format!("{count} {name}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_the_largest_unit() {
        for (seconds, words) in
            [(0, "0 seconds"), (60, "1 minute"), (86_400, "1 day"), (90_000, "25 hours")]
        {
            assert_eq!(wait_in_words(seconds), words);
        }
    }
}
