//! The fields of an event for receivers that know one level of properties only, and what the kinds
//! share in judging names.

use crate::delivery::protocols::protocol::Outgoing;
use crate::domain::declaration::destination::Destination;
use crate::domain::declaration::field::{ENVELOPE, Field, FieldType};
use crate::domain::declaration::{Declaration, Event};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Names and values of the fields: those at the top level, then `attributes`, then `eventData`.
pub(super) fn fields(outgoing: &Outgoing) -> impl Iterator<Item = (&String, &Value)> {
    let top = outgoing.event.iter().filter(|(name, _)| !ENVELOPE.contains(&name.as_str()));
    let inner = ["attributes", "eventData"]
        .into_iter()
        .filter_map(|place| outgoing.event.get(place)?.as_object())
        .flatten();
    top.chain(inner)
}

/// The fields in one level, before them what tells the receiver how to read them: the random id of
/// the run, the schema, and the notice that was agreed to.
pub(super) fn properties(outgoing: &Outgoing) -> Map<String, Value> {
    let around = ["executionID", "schemaVersion", "notice"]
        .into_iter()
        .filter_map(|name| outgoing.event.get_key_value(name));
    around.chain(fields(outgoing)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The value of the first field of a type (its name in a declaration).
pub(super) fn of_type<'a>(
    declaration: &Declaration,
    outgoing: &'a Outgoing,
    kind: &str,
) -> Option<&'a Value> {
    let event = declaration.events.iter().find(|event| event.name == outgoing.text("eventType"))?;
    let field = event.fields.iter().find(|field| field.kind.name() == kind)?;
    fields(outgoing).find(|(name, _)| **name == field.name).map(|(_, value)| value)
}

/// The names in the value of a field of type `options`; `None` for any other value.
pub(super) fn option_names(value: &Value) -> Option<impl Iterator<Item = &str>> {
    let used = value.as_array()?;
    Some(used.iter().filter_map(|option| option.get("name")?.as_str()))
}

/// The key of a field in a declaration.
pub(super) fn key_of(event: &Event, field: &Field) -> String {
    format!("events.{}.fields.{}", event.name, field.name)
}

/// The key of a destination in a declaration.
pub(super) fn key_of_destination(declaration: &Declaration, destination: &Destination) -> String {
    let place = declaration.destinations.iter().position(|one| one == destination);
    format!("destinations.{}", place.map_or(0, |place| place + 1))
}

/// Fields that would stand in each other's place once there is one level only.
pub(super) fn twins(declaration: &Declaration, destination: &Destination) -> Vec<String> {
    let mut found = Vec::new();
    for event in declaration.events_to(destination) {
        let mut names = BTreeSet::new();
        for field in event.fields.iter().filter(|field| !names.insert(&field.name)) {
            found.push(format!(
                "{}: {} takes one field of a name, wherever in the event it stands",
                key_of(event, field),
                destination.kind.facts().words
            ));
        }
    }
    found
}

/// Whether a name holds letters, digits and underscores only, a letter first, and is no longer than
/// `longest`.
pub(super) fn is_word(name: &str, longest: usize) -> bool {
    name.len() <= longest
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether an event has a field of type `options`.
pub(super) fn has_options(event: &Event) -> bool {
    event.fields.iter().any(|field| field.kind == FieldType::Options)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{greeter_to, outgoing};
    use super::*;

    #[test]
    fn fields_of_one_name_are_told_of() {
        let two = greeter_to("kind = \"segment\"\nwrite-key = \"k\"")
            .replace("[events.Greeted.fields]", "[events.Greeted.fields]\nos = { type = \"os\" }");
        let declaration = crate::domain::declaration::parse(&two).expect("valid");
        assert_eq!(
            twins(&declaration, &declaration.destinations[0]),
            [
                "events.Greeted.fields.os: Segment takes one field of a name, wherever in the event it stands"
            ]
        );
    }

    #[test]
    fn properties_are_one_level() {
        let names: Vec<String> = properties(&outgoing(None)).into_iter().map(|(k, _)| k).collect();
        assert_eq!(names, ["executionID", "schemaVersion", "notice", "command", "os", "options"]);
    }
}
