//! Segment's HTTP tracking API, `batch` (segment.com/docs/connections/sources/catalog/libraries/server/http-api):
//! a `track` call for each event, at most 32 KB each and 500 KB together.
//!
//! Segment requires an id, so events without a pseudonym go under a placeholder. It would note the sender's address from the connection; `context.ip` puts zeros there.

use crate::delivery::protocols::fields::{properties, twins};
use crate::delivery::protocols::protocol::{Batch, Limits, Outgoing, Protocol, id_of};
use crate::delivery::protocols::size::{longest, quoted};
use crate::delivery::request::{Request, basic};
use crate::domain::declaration::destination::Destination;
use crate::domain::declaration::{Declaration, Event};
use serde_json::{Value, json};

/// The kind.
pub(super) struct Segment;

impl Protocol for Segment {
    fn limits(&self) -> Limits {
        Limits { most_events: 100, most_bytes: 500_000, most_hours: None, requires_id: true }
    }

    fn request(&self, batch: &Batch<'_>) -> Request {
        let document = json!({
            "batch": batch.events.iter().map(track).collect::<Vec<_>>(),
            "sentAt": batch.now.to_string(),
        });
        let key =
            batch.destination.settings.get("write-key").map(String::as_str).unwrap_or_default();
        Request::post(&batch.destination.url, document.to_string())
            .with("Authorization", basic(key))
    }

    fn objections(&self, declaration: &Declaration, destination: &Destination) -> Vec<String> {
        let mut found = twins(declaration, destination);
        for event in declaration.events_to(destination) {
            let most = largest(declaration, event);
            if most > MOST_OF_ONE {
                found.push(format!(
                    "events.{}: Segment takes events of {MOST_OF_ONE} bytes, and this one may have {most}",
                    event.name
                ));
            }
        }
        found
    }
}

/// The largest event.
const MOST_OF_ONE: usize = 32_000;

fn track(outgoing: &Outgoing) -> Value {
    json!({
        "type": "track",
        "event": outgoing.text("eventType"),
        "anonymousId": id_of(outgoing),
        "messageId": outgoing.text("eventID"),
        "timestamp": outgoing.at().to_string(),
        "properties": properties(outgoing),
        "integrations": {},
        "context": {
            "library": { "name": "sayso", "version": env!("CARGO_PKG_VERSION") },
            "ip": "0.0.0.0",
        },
    })
}

/// The largest that an event can get, as far as the declaration tells.
fn largest(declaration: &Declaration, event: &Event) -> usize {
    // Everything but the fields, with the longest name.
    const AROUND: usize = 600;
    let of_one = |field| longest(declaration, field).unwrap_or_default();
    event.fields.iter().map(|field| quoted(&field.name) + 2 + of_one(field)).sum::<usize>() + AROUND
}

#[cfg(test)]
mod tests {
    use super::super::fields::fields;
    use super::super::tests::*;
    use super::*;
    use std::collections::BTreeSet;

    /// The document on Testkube's page is what Segment stored: these are of its own making.
    const ADDED_BY_SEGMENT: [&str; 2] = ["originalTimestamp", "receivedAt"];
    const ON_THE_PAGE: [&str; 10] = [
        "anonymousId",
        "context",
        "event",
        "integrations",
        "messageId",
        "originalTimestamp",
        "receivedAt",
        "sentAt",
        "timestamp",
        "type",
    ];

    #[test]
    fn testkubes_heartbeat_has_the_keys_of_its_page() {
        let testkube = example("testkube");
        let beat = sample(&testkube, "testkube-heartbeat", None);
        let request = request_to("segment", &testkube, &[beat]);
        assert_eq!(request.url, "https://api.segment.io/v1/batch");
        // base64 of `PLACEHOLDER-WRITE-KEY:`
        let authorization =
            ("Authorization".to_owned(), "Basic UExBQ0VIT0xERVItV1JJVEUtS0VZOg==".to_owned());
        assert!(request.headers.contains(&authorization), "{request:?}");
        let body = body(&request);
        let beat = &body["batch"][0];
        let mut sent: BTreeSet<&str> = keys(beat).into_iter().chain(["sentAt"]).collect();
        assert!(sent.remove("properties"), "the cluster stands there");
        let expected: BTreeSet<&str> =
            ON_THE_PAGE.into_iter().filter(|key| !ADDED_BY_SEGMENT.contains(key)).collect();
        assert_eq!(sent, expected);
        assert_eq!(
            (&beat["event"], &beat["type"]),
            (&json!("testkube-heartbeat"), &json!("track"))
        );
        assert_eq!(keys(&beat["context"]["library"]), ["name", "version"]);
        assert_eq!(beat["integrations"], json!({}));
        assert_eq!(beat["timestamp"], "2026-11-21T00:11:12Z");
        assert_eq!(body["sentAt"], "2026-11-22T09:51:12Z");
        assert_eq!(beat["messageId"], "0b54e9a1-7d21-4c3f-9a5e-5d1f0c9b8a77");
        assert_eq!(beat["anonymousId"], PLACEHOLDER);
        assert_eq!(
            keys(&beat["properties"]),
            ["executionID", "schemaVersion", "notice", "cluster"]
        );
    }

    #[test]
    fn a_pseudonym_goes_before_a_placeholder() {
        let testkube = example("testkube");
        let beat = sample(&testkube, "testkube-heartbeat", Some("automation"));
        let request = request_to("segment", &testkube, &[beat]);
        assert_eq!(body(&request)["batch"][0]["anonymousId"], "automation");
    }

    #[test]
    fn an_event_that_could_be_too_large_is_told_of() {
        let text = greeter_to("kind = \"segment\"\nwrite-key = \"k\"");
        assert!(limits_of(&text).is_empty());
        let options: Vec<String> = (0..500).map(|n| format!("\"option-{n}\"")).collect();
        let many = text.replace("[\"loud\"]", &format!("[{}]", options.join(",")));
        let limits = limits_of(&many);
        assert_eq!(limits.len(), 1, "{limits:?}");
        assert!(limits[0].starts_with("events.Greeted: Segment takes events of 32000 bytes"));
    }

    #[test]
    fn what_is_around_the_fields_is_not_larger_than_said() {
        let greeter =
            crate::domain::declaration::parse(&greeter_to("kind = \"segment\"\nwrite-key = \"k\""))
                .expect("valid");
        let event = sample(&greeter, "Greeted", Some(PSEUDONYM));
        let request = request_to("segment", &greeter, std::slice::from_ref(&event));
        let fields: usize = fields(&event).map(|(k, v)| k.len() + v.to_string().len()).sum();
        assert!(request.body.len() - fields + 64 <= 600, "{}", request.body.len() - fields);
    }
}
