//! OTLP/HTTP logs in JSON (OpenTelemetry protocol specification 1.x, "OTLP/HTTP"): one log record
//! for each event, all of its keys as attributes. 64-bit integers are decimal strings, as the JSON
//! mapping of Protocol Buffers has them.
//!
//! A pseudonym stands in `enduser.pseudo.id`, the name that OpenTelemetry's attribute registry has
//! for a random id that is not linked with the person. No id of the installation goes with it.

use crate::delivery::protocols::fields::of_type;
use crate::delivery::protocols::protocol::{Batch, Limits, Outgoing, Protocol};
use crate::delivery::request::Request;
use serde_json::{Value, json};

/// The kind. Receivers are asked to take 20 MiB; we stay far below.
pub(super) struct Otlp;

impl Protocol for Otlp {
    fn limits(&self) -> Limits {
        Limits { most_events: 512, most_bytes: 1024 * 1024, most_hours: None, requires_id: false }
    }

    fn request(&self, batch: &Batch<'_>) -> Request {
        // The version belongs to the resource: after an update, events of both may wait.
        let version =
            |outgoing: &Outgoing| of_type(batch.declaration, outgoing, "version").cloned();
        let resources: Vec<Value> = batch
            .events
            .chunk_by(|one, next| version(one) == version(next))
            .map(|events| {
                json!({
                    "resource": { "attributes": resource(batch, version(&events[0])) },
                    "scopeLogs": [{
                        "scope": { "name": "sayso", "version": VERSION },
                        "logRecords": events.iter().map(|event| record(event, batch)).collect::<Vec<_>>(),
                    }],
                })
            })
            .collect();
        Request::post(&batch.destination.url, json!({ "resourceLogs": resources }).to_string())
            .compressed()
            .with_declared(batch.destination)
    }

    /// `partialSuccess.rejectedLogRecords`, a number or its decimal string.
    fn rejected_count(&self, answer: &str) -> u64 {
        let answer: Value = serde_json::from_str(answer).unwrap_or_default();
        let rejected = &answer["partialSuccess"]["rejectedLogRecords"];
        let as_text = || rejected.as_str().and_then(|text| text.parse().ok());
        rejected.as_u64().or_else(as_text).unwrap_or_default()
    }

    /// The retryable ones of the specification ("OTLP/HTTP Response", "Failures"); it forbids others.
    fn is_retryable(&self, status: u16) -> bool {
        matches!(status, 429 | 502 | 503 | 504)
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The number of `INFO` in the log data model.
const INFO: u8 = 9;

fn resource(batch: &Batch<'_>, version: Option<Value>) -> Vec<Value> {
    let mut attributes = vec![attribute("service.name", &json!(batch.declaration.tool.as_str()))];
    attributes.extend(version.map(|version| attribute("service.version", &version)));
    for (key, value) in [("name", "sayso"), ("language", "rust"), ("version", VERSION)] {
        attributes.push(attribute(&format!("telemetry.sdk.{key}"), &json!(value)));
    }
    attributes
}

fn record(outgoing: &Outgoing, batch: &Batch<'_>) -> Value {
    let mut attributes: Vec<Value> =
        outgoing.event.iter().map(|(key, value)| attribute(key, value)).collect();
    if let Some(pseudonym) = &outgoing.pseudonym {
        attributes.push(attribute("enduser.pseudo.id", &json!(pseudonym)));
    }
    json!({
        "timeUnixNano": outgoing.at().as_nanosecond().to_string(),
        "observedTimeUnixNano": batch.now.as_nanosecond().to_string(),
        "severityNumber": INFO,
        "severityText": "INFO",
        "eventName": outgoing.text("eventType"),
        "attributes": attributes,
    })
}

fn attribute(key: &str, value: &Value) -> Value {
    json!({ "key": key, "value": any_value(value) })
}

/// A value as the protocol's `AnyValue`; the empty one stands for `null`.
fn any_value(value: &Value) -> Value {
    match value {
        Value::Null => json!({}),
        Value::Bool(value) => json!({ "boolValue": value }),
        Value::Number(number) if number.is_f64() => json!({ "doubleValue": number }),
        Value::Number(number) => json!({ "intValue": number.to_string() }),
        Value::String(text) => json!({ "stringValue": text }),
        Value::Array(items) => {
            let values: Vec<Value> = items.iter().map(any_value).collect();
            json!({ "arrayValue": { "values": values } })
        }
        Value::Object(map) => {
            let values: Vec<Value> = map.iter().map(|(key, item)| attribute(key, item)).collect();
            json!({ "kvlistValue": { "values": values } })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{PSEUDONYM, body, example, request_to, sample};
    use super::*;

    /// From attributes back to what they were made of.
    fn back(attributes: &Value) -> Value {
        let pairs = attributes.as_array().expect("a list").iter();
        pairs
            .map(|one| (one["key"].as_str().expect("a key").to_owned(), value(&one["value"])))
            .collect()
    }

    fn value(any: &Value) -> Value {
        let (kind, inner) = any.as_object().and_then(|one| one.iter().next()).expect("a value");
        match kind.as_str() {
            "intValue" => {
                inner.as_str().expect("a string").parse::<i64>().expect("a number").into()
            }
            "arrayValue" => inner["values"].as_array().expect("a list").iter().map(value).collect(),
            "kvlistValue" => back(&inner["values"]),
            _ => inner.clone(),
        }
    }

    /// An object by its keys, sorted, and the types of its values, all the way down.
    fn shape(value: &Value) -> String {
        match value {
            Value::Object(map) => {
                let mut entries: Vec<String> =
                    map.iter().map(|(key, value)| format!("{key}:{}", shape(value))).collect();
                entries.sort();
                format!("{{{}}}", entries.join(","))
            }
            Value::Array(items) => format!("[{}]", items.first().map(shape).unwrap_or_default()),
            Value::Bool(_) => "bool".to_owned(),
            Value::Number(_) => "number".to_owned(),
            _ => "string".to_owned(),
        }
    }

    /// The two documents on werf's telemetry page, with `ci` where the first spells it `CI`.
    fn on_the_page() -> [(&'static str, Value); 2] {
        let page = |kind: &str, data: Value| {
            json!({
                "ts": 1_658_231_825_280_i64,
                "executionID": "2f75d020-684e-4224-9013-35e95e1b7721",
                "projectID": "b4c2d019070529344a6967d8c73d578101c6554fcdcae3d00bb93a9692523cb1",
                "command": "werf converge",
                "attributes": { "arch": "amd64", "os": "linux", "version": "dev", "ci": true, "ciName": "gitlab" },
                "eventType": kind,
                "eventData": data,
                "schemaVersion": 1,
            })
        };
        let option = json!({ "name": "repo", "asCli": false, "asEnv": false, "count": 0 });
        [
            ("CommandStarted", page("CommandStarted", json!({ "commandOptions": [option] }))),
            ("CommandExited", page("CommandExited", json!({ "exitCode": 0, "durationMs": 10827 }))),
        ]
    }

    #[test]
    fn werfs_events_keep_their_keys_and_shapes() {
        let werf = example("werf");
        for (kind, page) in on_the_page() {
            let request = request_to("otlp", &werf, &[sample(&werf, kind, None)]);
            let body = body(&request);
            let record = &body["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0];
            assert_eq!(record["eventName"], kind);
            let mut sent = back(&record["attributes"]);
            let whole = sent.as_object_mut().expect("an object");
            // What sayso's events have beyond the page's, and a field that its text names.
            for added in ["eventID", "tool", "notice"] {
                assert!(whole.remove(added).is_some(), "{added}");
            }
            let attributes = whole["attributes"].as_object_mut().expect("attributes");
            assert!(attributes.remove("groupChannel").is_some());
            assert_eq!(shape(&sent), shape(&page));
        }
    }

    #[test]
    fn the_envelope_is_that_of_the_protocol() {
        let werf = example("werf");
        let mut newer = sample(&werf, "CommandExited", Some(PSEUDONYM));
        newer.event["attributes"]["version"] = json!("2.0.0");
        let events = [sample(&werf, "CommandStarted", None), newer];
        let request = request_to("otlp", &werf, &events);
        assert!(request.is_compressed());
        assert_eq!(request.url, "https://telemetry.werf.io/v1/logs");
        let body = body(&request);
        let resources = body["resourceLogs"].as_array().expect("a list");
        assert_eq!(resources.len(), 2, "one for each version");
        let resource = back(&resources[1]["resource"]["attributes"]);
        assert_eq!(resource["service.name"], "werf");
        assert_eq!(resource["service.version"], "2.0.0");
        assert_eq!(resource.get("service.instance.id"), None);
        let scope = &resources[1]["scopeLogs"][0];
        assert_eq!(scope["scope"]["name"], "sayso");
        let record = &scope["logRecords"][0];
        assert_eq!(record["timeUnixNano"], "1795219872000000000");
        assert_eq!(record["observedTimeUnixNano"], "1795341072000000000");
        assert_eq!(
            (&record["severityNumber"], &record["severityText"]),
            (&json!(9), &json!("INFO"))
        );
        assert_eq!(back(&record["attributes"])["enduser.pseudo.id"], PSEUDONYM);
    }

    #[test]
    fn what_a_collector_turned_down_is_counted() {
        for (answer, count) in [
            ("{}", 0),
            ("", 0),
            ("{\"partialSuccess\":null}", 0),
            ("{\"partialSuccess\":{\"rejectedLogRecords\":\"3\",\"errorMessage\":\"x\"}}", 3),
            ("{\"partialSuccess\":{\"rejectedLogRecords\":2}}", 2),
            ("{\"partialSuccess\":{\"rejectedLogRecords\":-2}}", 0),
            ("not JSON", 0),
        ] {
            assert_eq!(Otlp.rejected_count(answer), count, "{answer}");
        }
    }
}
