//! What one declaration asks for beyond another, in the words that a person will see.

use super::destination::Destination;
use super::words;
use super::{Declaration, Identity};
use crate::domain::tool_id::Purpose;

/// One thing that a declaration asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The purpose it serves.
    pub purpose: Purpose,
    /// The notice version that introduced it.
    pub since: u32,
    /// The thing in words.
    pub words: String,
}

/// Everything a declaration asks for, one purpose after the other.
pub fn items(declaration: &Declaration) -> Vec<Item> {
    let mut items = Vec::new();
    for (purpose, spec) in &declaration.purposes {
        let mut add = |since: u32, words: String| {
            items.push(Item { purpose: purpose.clone(), since, words });
        };
        add(spec.since, format!("a purpose of its own, for {}", declaration.vendor));
        if spec.identity != Identity::None {
            add(spec.since, words::identity_in_words(spec.identity).to_owned());
        }
        add(
            spec.since,
            format!("events may leave after {}", words::wait_in_words(declaration.wait)),
        );
        for event in declaration.events_of(purpose) {
            add(event.since, format!("{} {}", event.name, words::occasion(event)));
            for field in &event.fields {
                let words = field.kind.in_words();
                add(field.since, format!("{} in {}: {words}", field.name, event.name));
            }
        }
        for to in declaration.destinations_of(purpose) {
            let words = words::sent_in_words(declaration, purpose, to);
            add(to.since.max(spec.since), format!("sent to {words}"));
        }
        for item in declaration.elsewhere_for(purpose) {
            add(item.since, format!("outside sayso, to {}: {}", item.to, item.what));
        }
    }
    items
}

/// What `new` asks for and `old` did not, in the order of `new`.
///
/// Asking for less is no addition: an event that rests longer, an id that lasts shorter.
pub fn beyond(new: &Declaration, old: &Declaration) -> Vec<Item> {
    let before = items(old);
    let mut additions = items(new);
    additions.retain(|item| {
        !before.iter().any(|known| known.purpose == item.purpose && known.words == item.words)
            && !asks_for_less(item, new, old)
    });
    additions
}

fn asks_for_less(item: &Item, new: &Declaration, old: &Declaration) -> bool {
    let identity = |declaration: &Declaration| {
        declaration.purposes.get(&item.purpose).map(|spec| spec.identity)
    };
    let rests_longer = new.wait > old.wait
        && old.purposes.contains_key(&item.purpose)
        && item.words == format!("events may leave after {}", words::wait_in_words(new.wait));
    let lasts_shorter = identity(new).is_some_and(|kind| {
        item.words == words::identity_in_words(kind)
            && identity(old).is_some_and(|before| rank(before) > rank(kind))
    });
    rests_longer || lasts_shorter
}

fn rank(identity: Identity) -> usize {
    Identity::ALL.iter().position(|(kind, _)| *kind == identity).unwrap_or(0)
}

/// Explanatory texts that differ, by key: people read them, but no consent rests on them.
pub fn changed_texts(new: &Declaration, old: &Declaration) -> Vec<String> {
    let mut changed = Vec::new();
    let mut compare = |key: &str, same: bool| {
        if !same {
            changed.push(key.to_owned());
        }
    };
    compare("name", new.name == old.name);
    compare("homepage", new.homepage == old.homepage);
    compare("policy", new.policy == old.policy);
    compare("contact", new.contact == old.contact);
    compare("source", new.source == old.source);
    compare("feedback", new.feedback == old.feedback);
    compare("why", new.why == old.why);
    compare("opt-out", new.opt_out == old.opt_out);
    compare("deletion", new.deletion == old.deletion);
    compare("commands", new.commands == old.commands);
    compare("options", new.options == old.options);
    compare("default", new.manner == old.manner);
    compare("environment", new.switches == old.switches && new.log_file == old.log_file);
    for (purpose, spec) in &new.purposes {
        let Some(before) = old.purposes.get(purpose) else { continue };
        compare(&format!("purposes.{purpose}.why"), spec.why == before.why);
        compare(&format!("purposes.{purpose}.example"), spec.example == before.example);
        compare(&format!("purposes.{purpose}.environment"), spec.switches == before.switches);
    }
    for event in &new.events {
        let Some(before) = old.events.iter().find(|known| known.name == event.name) else {
            continue;
        };
        compare(&format!("events.{}.why", event.name), event.why == before.why);
        for field in &event.fields {
            let known = before.fields.iter().find(|known| known.name == field.name);
            let at = format!("events.{}.fields.{}.why", event.name, field.name);
            compare(&at, known.is_none_or(|known| known.why == field.why));
        }
    }
    for (number, to) in (1..).zip(&new.destinations) {
        let is_known = |known: &&Destination| known.kind == to.kind && known.url == to.url;
        let mut known = old.destinations.iter().filter(is_known).peekable();
        let same = known.peek().is_none()
            || known.any(|known| known.settings == to.settings && known.headers == to.headers);
        compare(&format!("destinations.{number}: keys or headers"), same);
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::super::samples::{GREETER, edited};
    use super::*;

    fn words(new: &str, old: &str) -> Vec<String> {
        let read = |text: &str| parse(text).expect("valid");
        beyond(&read(new), &read(old)).into_iter().map(|item| item.words).collect()
    }

    #[test]
    fn nothing_new_is_nothing() {
        assert_eq!(words(GREETER, GREETER), Vec::<String>::new());
    }

    #[test]
    fn additions_are_told_in_words() {
        let field =
            edited("[events.Beat]", "exit = { type = \"exit-code\", since = 2 }\n[events.Beat]");
        assert_eq!(words(&field, GREETER), ["exit in Greeted: the exit code"]);
        let kept = edited("retention = \"12 months\"", "retention = \"7 years\"");
        assert!(words(&kept, GREETER)[0].contains("kept 7 years"), "{:?}", words(&kept, GREETER));
    }

    #[test]
    fn every_text_that_changed_is_named() {
        let texts = |from: &str, to: &str| {
            let read = |text: &str| parse(text).expect("valid");
            changed_texts(&read(&edited(from, to)), &read(GREETER))
        };
        let url = "url = \"https://telemetry.greeters.example/v1/logs\"\n";
        for (from, to, key) in [
            ("To count greetings.", "To count people.", "events.Greeted.fields.command.why"),
            ("notice = 2\n", "notice = 2\ndefault = \"notice\"\n", "default"),
            (
                url,
                &format!("{url}headers = {{ tenant = \"x\" }}\n"),
                "destinations.1: keys or headers",
            ),
            ("[events.Beat]\n", "[events.Beat]\nwhy = \"To count.\"\n", "events.Beat.why"),
        ] {
            assert_eq!(texts(from, to), [key]);
        }
    }

    #[test]
    fn asking_for_less_is_no_addition() {
        let less = edited("identity = \"month\"", "identity = \"day\"");
        assert_eq!(words(&less, GREETER), Vec::<String>::new());
        assert_eq!(words(GREETER, &less).len(), 1);
        let longer = edited("wait = \"24h\"", "wait = \"48h\"");
        assert_eq!(words(&longer, GREETER), Vec::<String>::new());
        assert_eq!(words(GREETER, &longer).len(), 2);
    }
}
