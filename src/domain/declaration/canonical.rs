//! What a purpose means under one notice version, as canonical JSON, and the digest of it.
//!
//! Canonical: keys sorted, no white space, strings escaped as `serde_json` does, defaults filled
//! in. Explanatory texts and the lists of commands and options are not part of it.
//! `docs/consent-file.md` gives the keys and test vectors; the tests name every key that a
//! declaration accepts, and say why those are left out that are.

use crate::domain::declaration::destination::Destination;
use crate::domain::declaration::field::{Field, FieldType};
use crate::domain::declaration::{Declaration, Event, Identity};
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
                "account": account(to),
                "address": to.address(),
                "kind": to.kind.name(),
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
        "deletion": declaration.deletion,
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

/// The account at a destination: `sha256:` and 64 hex digits, over the canonical JSON of every value of
/// its table that has no name of its own in the digest. Keys, ids and headers are secrets, so only a
/// hash of them is shown and stored.
pub fn account(to: &Destination) -> String {
    let mut rest: Map<String, Value> =
        to.settings.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    rest.insert("headers".to_owned(), json!(to.headers));
    digest(&Value::Object(rest))
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
#[path = "canonical_tests.rs"]
mod tests;
