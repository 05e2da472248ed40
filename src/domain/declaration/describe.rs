//! Parts of a declaration in words, the same wherever people read them.

use crate::domain::declaration::destination::Destination;
use crate::domain::declaration::{Declaration, Event, Identity, Manner, PurposeSpec};
use crate::domain::switch::Switches;
use crate::domain::tool_id::Purpose;

/// When an event is recorded.
pub fn occasion(event: &Event) -> &'static str {
    if event.once { "(once)" } else { "(each time)" }
}

/// Where events go, who gets them there, how, and how long they are kept. What a request does comes
/// first, in our words; the recipient is what its author says.
pub fn destination_in_words(declaration: &Declaration, to: &Destination) -> String {
    let kept = to.retention.as_ref().or(declaration.retention.as_ref());
    let kept = kept.map(|time| format!(", kept {time}")).unwrap_or_default();
    let kind = match to.kind.facts().words {
        same if same == to.recipient || to.is_on_this_machine() => String::new(),
        other => format!(", {other}"),
    };
    format!("{} ({}{kind}){kept}", to.place_in_words(), to.recipient)
}

/// Where the events of a purpose go, with what a request there names beyond them.
pub fn sent_in_words(declaration: &Declaration, purpose: &Purpose, to: &Destination) -> String {
    let there = destination_in_words(declaration, to);
    match unlisted_in_words(declaration, purpose, to) {
        Some(unlisted) => format!("{there}; each request also names {unlisted}"),
        None => there,
    }
}

/// What every request to a destination names although no event of the purpose lists it.
pub fn unlisted_in_words(
    declaration: &Declaration,
    purpose: &Purpose,
    to: &Destination,
) -> Option<String> {
    let words: Vec<&str> =
        declaration.unlisted(purpose, to).into_iter().map(|spec| spec.words).collect();
    let (last, rest) = words.split_last()?;
    Some(if rest.is_empty() {
        (*last).to_owned()
    } else {
        format!("{} and {last}", rest.join(", "))
    })
}

/// Every purpose and destination whose requests name something that no event lists.
pub fn everything_unlisted(declaration: &Declaration) -> Vec<(&Purpose, &Destination, String)> {
    let pairs =
        declaration.destinations.iter().flat_map(|to| to.purposes.iter().map(move |p| (p, to)));
    let unlisted =
        |(purpose, to)| Some((purpose, to, unlisted_in_words(declaration, purpose, to)?));
    pairs.filter_map(unlisted).collect()
}

/// What an identity lets the recipient do.
pub fn identity_in_words(identity: Identity) -> &'static str {
    match identity {
        Identity::None => "not at all",
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

/// What has to be set for anything to be collected; `None` where nothing has.
pub fn required_in_words(switches: &Switches) -> Option<String> {
    let (last, rest) = switches.requires.split_last()?;
    let are = if rest.is_empty() { "is" } else { "are" };
    let names: Vec<&str> = rest.iter().chain([last]).map(String::as_str).collect();
    Some(format!("{} {are} set, and not to 0, false, no or off", names.join(" and ")))
}

/// Who decides about a purpose that is no user's.
pub fn operator_in_words(declaration: &Declaration, spec: &PurposeSpec) -> String {
    let ways = [spec.switches.ways_on(), declaration.switches.ways_on()].concat();
    let by = if ways.is_empty() { String::new() } else { format!(" ({})", ways.join(" or ")) };
    format!(
        "the operator of the server{by}: no user is asked, and its events may then leave at once"
    )
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
    use super::super::{parse, samples::edited};
    use super::*;

    #[test]
    fn an_update_check_says_what_it_names_anyway() {
        let check = edited("kind = \"otlp\"", "kind = \"checkpoint\"\nproduct = \"greeter\"");
        let greeter = parse(&check).expect("valid");
        let usage = "usage".parse().expect("a purpose");
        assert_eq!(
            unlisted_in_words(&greeter, &usage, &greeter.destinations[0]).as_deref(),
            Some("the version of the tool and the processor architecture")
        );
        let words = sent_in_words(&greeter, &usage, &greeter.destinations[0]);
        assert!(
            words.ends_with(
                "; each request also names the version of the tool and the processor architecture"
            ),
            "{words}"
        );
    }

    #[test]
    fn times_are_said_in_the_largest_unit() {
        for (seconds, words) in
            [(0, "0 seconds"), (60, "1 minute"), (86_400, "1 day"), (90_000, "25 hours")]
        {
            assert_eq!(wait_in_words(seconds), words);
        }
    }
}
