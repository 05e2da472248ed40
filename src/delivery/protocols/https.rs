//! The vendor's own address: the events as they waited, in one JSON document. Nothing is added but
//! the pseudonym, where the purpose has one.

use crate::delivery::protocols::protocol::{Batch, Limits, Outgoing, Protocol};
use crate::delivery::request::Request;
use serde_json::{Value, json};

/// The kind.
pub(super) struct Https;

impl Protocol for Https {
    fn limits(&self) -> Limits {
        Limits { most_events: 100, most_bytes: 512 * 1024, most_hours: None, requires_id: false }
    }

    fn request(&self, batch: &Batch<'_>) -> Request {
        let document = json!({
            "schemaVersion": 1,
            "tool": batch.declaration.tool.as_str(),
            "sentAt": batch.now.to_string(),
            "events": batch.events.iter().map(event).collect::<Vec<_>>(),
        });
        Request::post(&batch.destination.url, document.to_string()).with_declared(batch.destination)
    }
}

fn event(outgoing: &Outgoing) -> Value {
    let mut event = outgoing.event.clone();
    if let Some(pseudonym) = &outgoing.pseudonym {
        event.insert("pseudonym".to_owned(), json!(pseudonym));
    }
    Value::Object(event)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{PSEUDONYM, body, example, keys, request_to, sample};
    use super::*;

    #[test]
    fn events_leave_as_they_waited() {
        let testkube = example("testkube");
        let used = sample(&testkube, "testkube_cli_used", Some(PSEUDONYM));
        let failed = sample(&testkube, "testkube_cli_failed", None);
        let request = request_to("https", &testkube, &[used, failed.clone()]);
        assert_eq!((request.method, &*request.url), ("POST", "https://analytics.testkube.io"));
        let body = body(&request);
        assert_eq!(keys(&body), ["schemaVersion", "tool", "sentAt", "events"]);
        assert_eq!(body["sentAt"], "2026-11-22T09:51:12Z");
        assert_eq!(body["events"][0]["pseudonym"], PSEUDONYM);
        assert_eq!(body["events"][1], Value::Object(failed.event));
    }
}
