//! What tells a recipient that two events have to do with each other, as people read it: worked out of
//! the identity of a purpose and of its fields together.

use crate::domain::declaration::field::{FieldType, HashKey};
use crate::domain::declaration::{Declaration, Event, Identity};
use crate::domain::tool_id::Purpose;

/// Of the person, nothing.
pub const NONE: &str = "none for you";

/// What identifies the person, the run or a thing in the events of a purpose, in parts of a sentence.
pub fn in_words(declaration: &Declaration, purpose: &Purpose) -> String {
    let identity = declaration.purposes.get(purpose).map(|spec| spec.identity).unwrap_or_default();
    let mut parts = vec![of_the_person(identity).to_owned()];
    let events: Vec<&Event> = declaration.events_of(purpose).collect();
    if !events.is_empty() && !declaration.is_asked_only(purpose) {
        parts.push("one random ID per run".to_owned());
    }
    parts.extend(of_things(&events, identity));
    parts.join("; ")
}

/// The same in fewer words, where several purposes share a line: without the ID of each run.
pub fn briefly(declaration: &Declaration, purpose: &Purpose) -> String {
    let identity = declaration.purposes.get(purpose).map(|spec| spec.identity).unwrap_or_default();
    let of_the_person = match identity {
        Identity::None => NONE,
        Identity::Day => "a random ID a day",
        Identity::Month => "a random ID a month",
        Identity::Stable => "a random ID, until you opt out or reset it",
    };
    let events: Vec<&Event> = declaration.events_of(purpose).collect();
    let parts = [of_the_person.to_owned()].into_iter().chain(of_things(&events, identity));
    parts.collect::<Vec<_>>().join(", ")
}

/// What identifies a thing.
fn of_things(events: &[&Event], identity: Identity) -> Vec<String> {
    let mut parts = Vec::new();
    let list = |key| hashes(events, key).join(", ");
    for (key, says) in [
        (HashKey::Tool, "the same on every machine"),
        (HashKey::None, "a plain SHA-256"),
        (HashKey::Person, "keyed with a secret of yours"),
    ] {
        let (names, count) = (list(key), hashes(events, key).len());
        let are = if count == 1 { "is" } else { "are" };
        match (key, count, identity) {
            (_, 0, _) => {}
            (HashKey::Person, _, Identity::None) => parts.push(format!(
                "{names} {are} a hash keyed with a secret of the run: nobody can recognise the text, and \
                 other runs have another"
            )),
            (HashKey::Person, ..) => parts.push(format!(
                "{names} {are} a hash, {says}: nobody can recognise the text, and it lasts as long as \
                 that ID"
            )),
            _ => parts.push(format!(
                "{names} {are} a hash, {says}: it links events about the same text, and anyone who knows \
                 the text can recognise it"
            )),
        }
    }
    parts
}

fn of_the_person(identity: Identity) -> &'static str {
    match identity {
        Identity::None => NONE,
        Identity::Day => "a random-looking ID, a new one every day",
        Identity::Month => "a random-looking ID, a new one every month",
        Identity::Stable => "a random-looking ID, until you opt out or reset it",
    }
}

/// Names of the fields that are a hash with such a key, each once.
fn hashes<'a>(events: &[&'a Event], wanted: HashKey) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for field in events.iter().flat_map(|event| &event.fields) {
        let is_wanted = matches!(
            field.kind,
            FieldType::Hash { key } | FieldType::Project { key } if key == wanted
        );
        if is_wanted && !names.contains(&field.name.as_str()) {
            names.push(&field.name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::declaration::parse;

    fn words(identity: &str, fields: &str) -> String {
        let text = format!(
            "tool = \"t\"\nname = \"T\"\nvendor = \"V\"\nwhy = \"w\"\n[purposes.usage]\nwhy = \"w\"\n\
             identity = \"{identity}\"\n[events.E]\npurpose = \"usage\"\n[events.E.fields]\n{fields}"
        );
        let declaration = parse(&text).unwrap_or_else(|problems| panic!("{problems}"));
        in_words(&declaration, &"usage".parse().expect("a purpose"))
    }

    #[test]
    fn identity_and_fields_are_told_together() {
        assert_eq!(words("none", ""), "none for you; one random ID per run");
        assert_eq!(
            words("month", "os = { type = \"os\" }"),
            "a random-looking ID, a new one every month; one random ID per run"
        );
        for (key, kind) in
            [("tool", "hash"), ("none", "hash"), ("tool", "project"), ("none", "project")]
        {
            for identity in ["none", "day", "month", "stable"] {
                let told =
                    words(identity, &format!("mark = {{ type = \"{kind}\", key = \"{key}\" }}"));
                assert!(told.contains("mark is a hash"), "{told}");
                assert!(told.ends_with("anyone who knows the text can recognise it"), "{told}");
            }
        }
        let two = words(
            "none",
            "a = { type = \"hash\", key = \"none\" }\nb = { type = \"hash\", key = \"none\" }",
        );
        assert!(two.contains("a, b are a hash"), "{two}");
        assert!(words("none", "mine = { type = \"hash\" }").contains("a secret of the run"));
        assert!(words("day", "mine = { type = \"hash\" }").contains("as long as that ID"));
    }
}
