//! What a purpose means under one notice version, as canonical JSON, and the digest of it.
//!
//! Canonical: keys sorted, no white space, strings escaped as `serde_json` does, defaults filled
//! in. Explanatory texts are not part of it. `docs/consent-file.md` gives the keys and test vectors.

use super::field::{Field, FieldType};
use super::{Declaration, Event, Identity};
use crate::domain::hex::hex;
use crate::domain::tool_id::Purpose;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// What `purpose` means under notice version `notice`; `None` where it did not exist by then.
pub fn of_purpose(declaration: &Declaration, purpose: &Purpose, notice: u32) -> Option<Value> {
    let spec = declaration.purposes.get(purpose).filter(|spec| spec.since <= notice)?;
    let events: Map<String, Value> = declaration
        .events_of(purpose)
        .filter(|event| event.since <= notice)
        .map(|event| (event.name.clone(), event_meaning(event, notice)))
        .collect();
    let destinations: Vec<Value> = declaration
        .destinations_of(purpose)
        .filter(|to| to.since <= notice)
        .map(|to| {
            json!({
                "address": to.address(),
                "kind": to.kind.name,
                "recipient": to.recipient,
                "retention": to.retention.as_ref().or(declaration.retention.as_ref()),
            })
        })
        .collect();
    let elsewhere: Vec<Value> = declaration
        .elsewhere_for(purpose)
        .filter(|item| item.since <= notice)
        .map(|item| json!({ "to": item.to, "what": item.what }))
        .collect();
    Some(json!({
        "destinations": sorted(destinations),
        "elsewhere": sorted(elsewhere),
        "events": events,
        "identity": Identity::as_str(spec.identity),
        "notice": notice,
        "purpose": purpose.as_str(),
        "retention": declaration.retention,
        "tool": declaration.tool.as_str(),
        "vendor": declaration.vendor,
        "wait": declaration.wait,
    }))
}

/// `sha256:` and 64 hex digits: the digest of what one purpose means under a notice version.
pub fn digest_of_purpose(
    declaration: &Declaration,
    purpose: &Purpose,
    notice: u32,
) -> Option<String> {
    of_purpose(declaration, purpose, notice).map(|meaning| digest(&meaning))
}

/// The digest of all purposes together, for a notice that was shown and not answered.
pub fn digest_of_notice(declaration: &Declaration, notice: u32) -> String {
    let all: Map<String, Value> = declaration
        .purposes
        .keys()
        .filter_map(|purpose| {
            Some((purpose.to_string(), of_purpose(declaration, purpose, notice)?))
        })
        .collect();
    digest(&Value::Object(all))
}

fn event_meaning(event: &Event, notice: u32) -> Value {
    let fields: Map<String, Value> = event
        .fields
        .iter()
        .filter(|field| field.since <= notice)
        .map(|field| (format!("{}.{}", field.place.as_str(), field.name), field_meaning(field)))
        .collect();
    json!({ "fields": fields, "once": event.once })
}

fn field_meaning(field: &Field) -> Value {
    let parameters = match &field.kind {
        FieldType::Integer { min, max, buckets } => {
            json!({ "buckets": buckets, "max": max, "min": min })
        }
        FieldType::Enum { values } | FieldType::ErrorCode { values } => json!({ "values": values }),
        FieldType::Constant { value } => json!({ "value": value }),
        FieldType::Command { verbs } => json!({ "verbs": verbs }),
        FieldType::Hash { key } | FieldType::Project { key } => json!({ "key": key.as_str() }),
        _ => json!({}),
    };
    json!({ "parameters": parameters, "type": field.kind.name() })
}

/// The order in which an author lists destinations means nothing.
fn sorted(mut values: Vec<Value>) -> Vec<Value> {
    values.sort_by_key(canonical);
    values
}

fn digest(meaning: &Value) -> String {
    format!("sha256:{}", hex(&Sha256::digest(canonical(meaning).as_bytes())))
}

/// Canonical JSON: see the head of this file. Sorted here, because the order of `serde_json`'s map
/// depends on a feature that any crate of a host may switch on.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let inner: Vec<String> = entries
                .into_iter()
                .map(|(key, value)| format!("{}:{}", json!(key), canonical(value)))
                .collect();
            format!("{{{}}}", inner.join(","))
        }
        Value::Array(items) => {
            let inner: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", inner.join(","))
        }
        leaf => leaf.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::super::samples::{GREETER, edited};
    use super::*;

    fn digest_of(text: &str, purpose: &str, notice: u32) -> Option<String> {
        let purpose = purpose.parse().expect("a purpose");
        digest_of_purpose(&parse(text).expect("valid"), &purpose, notice)
    }

    #[test]
    fn the_canonical_form_is_this() {
        let greeter = parse(GREETER).expect("valid");
        let meaning = of_purpose(&greeter, &"usage".parse().expect("a purpose"), 1);
        assert_eq!(
            canonical(&meaning.expect("declared")),
            r#"{"destinations":[{"address":"https://telemetry.greeters.example/v1/logs","kind":"otlp","recipient":"Greeters","retention":"12 months"}],"elsewhere":[{"to":"Pendo","what":"Clicks on the web page"}],"events":{"Greeted":{"fields":{"attributes.os":{"parameters":{},"type":"os"},"event.command":{"parameters":{"verbs":null},"type":"command"}},"once":false}},"identity":"none","notice":1,"purpose":"usage","retention":"12 months","tool":"greeter","vendor":"Greeters","wait":86400}"#
        );
    }

    #[test]
    fn what_came_later_does_not_change_what_was_read_before() {
        let before = digest_of(GREETER, "usage", 1);
        let wider = edited(
            "options = { type = \"options\", since = 2",
            "exit = { type = \"exit-code\", since = 2",
        );
        assert_eq!(digest_of(&wider, "usage", 1), before);
        assert_ne!(digest_of(&wider, "usage", 2), digest_of(GREETER, "usage", 2));
        assert_eq!(digest_of(GREETER, "heartbeat", 1), None);
    }

    #[test]
    fn explanations_and_order_mean_nothing_and_the_rest_does() {
        let before = digest_of(GREETER, "usage", 1);
        for (from, to) in [
            ("To know where it runs.", "To know the systems."),
            ("name = \"Greeter\"", "name = \"The Greeter\""),
            ("\"greeter bye\"", "\"greeter good-bye\""),
        ] {
            assert_eq!(digest_of(&edited(from, to), "usage", 1), before, "{to}");
        }
        for (from, to) in [
            ("vendor = \"Greeters\"", "vendor = \"Others\""),
            ("wait = \"24h\"", "wait = \"1h\""),
            ("retention = \"12 months\"", "retention = \"7 years\""),
            ("to = \"Pendo\"", "to = \"Others\""),
            ("telemetry.greeters", "telemetry.others"),
            ("type = \"os\", in = \"attributes\"", "type = \"os\""),
            ("purpose = \"usage\"\n[events", "purpose = \"usage\"\nonce = true\n[events"),
        ] {
            assert_ne!(digest_of(&edited(from, to), "usage", 1), before, "{to}");
        }
    }
}
