//! Pendo's track events (support.pendo.io, "Track Events", server side): one event in a request. Names
//! of properties have letters, digits and underscores, 32 at most; all properties together have 512
//! bytes of JSON.
//!
//! Options become one property each, `flag_NAME` is true, as the CLI of Weave GitOps sends them. The
//! last ones are left out where they do not fit, and counted. A visitor is required: where there is
//! no pseudonym, a placeholder.

use crate::delivery::protocols::fields::{
    fields, has_options, is_word, key_of, option_names, twins,
};
use crate::delivery::protocols::protocol::{Batch, Limits, Outgoing, Protocol, id_of};
use crate::delivery::protocols::size::{longest, quoted};
use crate::delivery::request::Request;
use crate::domain::declaration::destination::Destination;
use crate::domain::declaration::{Declaration, Event};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The kind.
pub(super) struct Pendo;

impl Protocol for Pendo {
    fn limits(&self) -> Limits {
        Limits { most_events: 1, most_bytes: 64 * 1024, most_hours: None, requires_id: true }
    }

    fn can_share_request(&self, _: &Outgoing, _: &Outgoing) -> bool {
        false
    }

    fn request(&self, batch: &Batch<'_>) -> Request {
        let track = batch.events.first().map(|outgoing| {
            json!({
                "type": "track",
                "event": outgoing.text("eventType"),
                "visitorId": id_of(outgoing),
                "timestamp": outgoing.at().as_millisecond(),
                "properties": properties(outgoing),
                "context": {},
            })
        });
        let key = batch.destination.settings.get("key").cloned().unwrap_or_default();
        Request::post(&batch.destination.url, track.unwrap_or_default().to_string())
            .with("x-pendo-integration-key", key)
    }

    fn objections(&self, declaration: &Declaration, destination: &Destination) -> Vec<String> {
        let mut found = twins(declaration, destination);
        for event in declaration.events_to(destination) {
            for field in event.fields.iter().filter(|field| !is_word(&field.name, NAME)) {
                found.push(format!(
                    "{}: Pendo takes names of letters, digits and underscores only, {NAME} at most",
                    key_of(event, field)
                ));
            }
            let most = largest(declaration, event);
            if most > PROPERTIES {
                found.push(format!(
                    "events.{}: Pendo takes {PROPERTIES} bytes of fields, and these may have {most}",
                    event.name
                ));
            }
        }
        if declaration.events_to(destination).any(has_options) {
            found.extend(one_for_two(declaration));
        }
        found
    }
}

const NAME: usize = 32;
const PROPERTIES: usize = 512;
const LEFT_OUT: &str = "flags_left_out";
/// `"flags_left_out":NNN,` has its place kept.
const ROOM_FOR_LEFT_OUT: usize = LEFT_OUT.len() + 7;

/// All fields in one level, and as many flags as there is room for.
fn properties(outgoing: &Outgoing) -> Value {
    let mut properties = Map::new();
    let mut flags = Vec::new();
    for (name, value) in fields(outgoing) {
        match option_names(value) {
            Some(names) => flags.extend(names.map(flag)),
            None => {
                properties.insert(name.clone(), value.clone());
            }
        }
    }
    let mut left = flags.len();
    for flag in flags {
        let before = properties.insert(flag.clone(), json!(true));
        let size = Value::Object(properties.clone()).to_string().len();
        // The last one needs no room for the count of those behind it.
        let room = if left == 1 { PROPERTIES } else { PROPERTIES - ROOM_FOR_LEFT_OUT };
        if size > room && before.is_none() {
            properties.shift_remove(&flag);
            break;
        }
        left -= 1;
    }
    if left > 0 {
        properties.insert(LEFT_OUT.to_owned(), json!(left));
    }
    Value::Object(properties)
}

/// The property of an option.
fn flag(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    "flag_".chars().chain(name.chars().map(plain)).take(NAME).collect()
}

/// The largest that the fields of an event can get, without its flags.
fn largest(declaration: &Declaration, event: &Event) -> usize {
    let room = if has_options(event) { ROOM_FOR_LEFT_OUT } else { 0 };
    let plain = event.fields.iter().filter(|field| field.kind.name() != "options");
    let sizes = plain
        .map(|field| quoted(&field.name) + 2 + longest(declaration, field).unwrap_or_default());
    sizes.sum::<usize>() + 1 + room
}

/// Options that would become the same flag.
fn one_for_two(declaration: &Declaration) -> Vec<String> {
    let mut flags: BTreeMap<String, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for name in &declaration.options {
        if let Some(other) = flags.insert(flag(name), name) {
            found.push(format!("options: for Pendo, {other} and {name} are both {}", flag(name)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::tests::*;
    use super::*;

    fn used(names: &[&str]) -> Value {
        let one = |name: &&str| json!({ "name": name, "asCli": true, "asEnv": false, "count": 1 });
        names.iter().map(one).collect()
    }

    /// The newer page: the subcommand, the names of the flags, a random id, the edition, `app=cli`.
    #[test]
    fn the_event_of_weave_gitops_has_what_its_page_lists() {
        let gitops = example("gitops");
        let mut event = sample(&gitops, "CommandStarted", Some(PSEUDONYM));
        event.event["command"] = json!("gitops get bcrypt-hash");
        event.event["eventData"]["flags"] = used(&["password", "dry-run"]);
        let request = request_to("pendo", &gitops, &[event]);
        assert_eq!(request.url, "https://app.pendo.io/data/track");
        let key =
            ("x-pendo-integration-key".to_owned(), "PLACEHOLDER-TRACK-EVENT-SECRET".to_owned());
        assert!(request.headers.contains(&key));
        assert_eq!(
            body(&request),
            json!({
                "type": "track",
                "event": "CommandStarted",
                "visitorId": PSEUDONYM,
                "timestamp": 1_795_219_872_000_i64,
                "properties": {
                    "command": "gitops get bcrypt-hash",
                    "version": "1.4.2",
                    "edition": "oss",
                    "app": "cli",
                    "flag_password": true,
                    "flag_dry_run": true,
                },
                "context": {},
            })
        );
    }

    #[test]
    fn without_a_pseudonym_the_visitor_is_a_placeholder() {
        let gitops = example("gitops");
        let event = sample(&gitops, "CommandStarted", None);
        assert_eq!(body(&request_to("pendo", &gitops, &[event]))["visitorId"], PLACEHOLDER);
    }

    #[test]
    fn flags_that_do_not_fit_are_left_out_and_counted() {
        let gitops = example("gitops");
        let names: Vec<&str> = gitops.options.iter().map(String::as_str).collect();
        for count in 0..=names.len() {
            let mut event = sample(&gitops, "CommandStarted", Some(PSEUDONYM));
            event.event["eventData"]["flags"] = used(&names[..count]);
            let properties = properties(&event);
            assert!(properties.to_string().len() <= PROPERTIES, "{properties}");
            let flags = keys(&properties).iter().filter(|name| name.starts_with("flag_")).count();
            let left_out = properties[LEFT_OUT].as_u64().unwrap_or_default();
            assert_eq!(flags as u64 + left_out, count as u64);
        }
    }

    #[test]
    fn flags_have_short_plain_names() {
        assert_eq!(flag("allow-k8s-context"), "flag_allow_k8s_context");
        assert_eq!(flag("a.b-c"), "flag_a_b_c");
        assert_eq!(flag(&"x".repeat(40)).len(), 32);
    }

    #[test]
    fn what_pendo_would_not_take_is_told_to_the_author() {
        let text = greeter_to("kind = \"pendo\"\nkey = \"k\"");
        assert_eq!(limits_of(&text), [] as [&str; 0]);
        let named = text.replace("command = {", "\"the.command\" = {");
        assert_eq!(
            limits_of(&named),
            [
                "events.Greeted.fields.the.command: Pendo takes names of letters, digits and underscores only, 32 at most"
            ]
        );
        let twice = text.replace("[\"loud\"]", "[\"dry-run\", \"dry.run\"]");
        assert_eq!(
            limits_of(&twice),
            ["options: for Pendo, dry-run and dry.run are both flag_dry_run"]
        );
        let hashes: String = (0..6).map(|n| format!("hash{n} = {{ type = \"hash\" }}\n")).collect();
        let wide = text
            .replace("[events.Greeted.fields]\n", &format!("[events.Greeted.fields]\n{hashes}"));
        let limits = limits_of(&wide);
        assert!(
            limits[0]
                .starts_with("events.Greeted: Pendo takes 512 bytes of fields, and these may have"),
            "{limits:?}"
        );
    }
}
