//! PostHog's `batch` (posthog.com/docs/api/capture). Its service refuses a whole batch for one event
//! without a name or an id, and takes 20 MB; its own clients send 100 events at once.
//!
//! `$process_person_profile: false` makes no profile of anybody, `$geoip_disable: true` looks no
//! place up. An id is required, so events without a pseudonym go under a placeholder; it tells
//! repeats by `uuid`, `distinct_id`, `event` and `timestamp` together.

use crate::delivery::protocols::fields::{properties, twins};
use crate::delivery::protocols::protocol::{Batch, Limits, Outgoing, Protocol, id_of};
use crate::delivery::request::Request;
use crate::domain::declaration::Declaration;
use crate::domain::declaration::destination::Destination;
use serde_json::{Value, json};

/// The kind.
pub(super) struct PostHog;

impl Protocol for PostHog {
    fn limits(&self) -> Limits {
        Limits { most_events: 100, most_bytes: 1024 * 1024, most_hours: None, requires_id: true }
    }

    fn request(&self, batch: &Batch<'_>) -> Request {
        let document = json!({
            "api_key": batch.destination.settings.get("key"),
            "sent_at": batch.now.to_string(),
            "batch": batch.events.iter().map(event).collect::<Vec<_>>(),
        });
        Request::post(&batch.destination.url, document.to_string()).compressed()
    }

    fn objections(&self, declaration: &Declaration, destination: &Destination) -> Vec<String> {
        twins(declaration, destination)
    }
}

fn event(outgoing: &Outgoing) -> Value {
    let mut properties = properties(outgoing);
    // A field cannot be called so: its name begins with a letter.
    for (name, value) in [
        ("$process_person_profile", json!(false)),
        ("$geoip_disable", json!(true)),
        ("$lib", json!("sayso")),
        ("$lib_version", json!(env!("CARGO_PKG_VERSION"))),
    ] {
        properties.insert(name.to_owned(), value);
    }
    json!({
        "event": outgoing.text("eventType"),
        "distinct_id": id_of(outgoing),
        "uuid": outgoing.text("eventID"),
        "timestamp": outgoing.at().to_string(),
        "properties": properties,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{
        PLACEHOLDER, PSEUDONYM, body, greeter_to, keys, outgoing, request_to,
    };
    use super::*;

    #[test]
    fn nobody_gets_a_profile() {
        let text = greeter_to("kind = \"posthog\"\nkey = \"phc_x\"");
        let greeter = crate::domain::declaration::parse(&text).expect("valid");
        let events = [outgoing(None), outgoing(Some(PSEUDONYM))];
        let request = request_to("posthog", &greeter, &events);
        assert_eq!(request.url, "https://us.i.posthog.com/batch/");
        assert!(request.is_compressed());
        let body = body(&request);
        assert_eq!(keys(&body), ["api_key", "sent_at", "batch"]);
        assert_eq!(body["api_key"], "phc_x");
        let [first, second] = [&body["batch"][0], &body["batch"][1]];
        assert_eq!(keys(first), ["event", "distinct_id", "uuid", "timestamp", "properties"]);
        assert_eq!(
            (&first["distinct_id"], &second["distinct_id"]),
            (&json!(PLACEHOLDER), &json!(PSEUDONYM))
        );
        assert_eq!(first["properties"]["$process_person_profile"], false);
        assert_eq!(first["properties"]["$geoip_disable"], true);
        assert_eq!(first["properties"]["$lib"], "sayso");
        assert_eq!(first["properties"]["command"], "greeter hello");
        assert_eq!(first["properties"]["options"][0]["name"], "loud");
    }
}
