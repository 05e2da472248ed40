//! Events: what a tool recorded, held to its declaration.

pub mod environment;
pub mod given;
pub mod project;

pub use given::{Given, NotAsDeclared, OptionUse};

use super::declaration::field::{Field, FieldType, HashKey, Place};
use super::declaration::{Declaration, Event};
use given::Vocabulary;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// What is the same for all events of one run.
#[derive(Debug, Clone)]
pub struct Run {
    /// A random id of this run.
    pub execution: String,
    /// The tool's version, where the host said it.
    pub version: Option<String>,
    /// Which automation it runs under.
    pub automation: Option<&'static str>,
    /// Whether it runs under automation at all.
    pub is_automated: bool,
    /// The address of the project's git origin, without user and password; `None` where the
    /// declaration asks for no such field, or there is none.
    pub project: Option<String>,
    /// Commands beyond the declared ones: a clap host's own tree.
    pub commands: Vec<String>,
    /// Options beyond the declared ones.
    pub options: Vec<String>,
}

/// What keys the hashes of one person.
#[derive(Clone, Copy)]
pub struct Secret<'a> {
    /// The sixteen bytes of the person's id.
    pub id: &'a [u8],
    /// The salt of the tool.
    pub salt: &'a str,
}

/// What stands where a field is a hash.
#[derive(Clone, Copy)]
pub enum Hashes<'a> {
    /// The hash, as in the spool. Without the person's secret, those that it keys are left out.
    Made(Option<Secret<'a>>),
    /// Words that say so, as in the transparency log.
    Named,
}

/// Puts an event together from what the host gave and what its declaration asks for.
///
/// Only fields with `since` up to the accepted notice are in it. Fields that the host was not asked
/// for and did not give are left out.
///
/// # Errors
/// Where the host gave a field that is not declared, or a value outside its type. The error names
/// tool, event and field, never the value.
pub fn assemble(
    declaration: &Declaration,
    event: &Event,
    given: &BTreeMap<String, Given>,
    run: &Run,
    notice: u32,
    stamp: &Stamp,
    hashes: Hashes<'_>,
) -> Result<Value, NotAsDeclared> {
    let refuse = |field: &str, why: &'static str| NotAsDeclared {
        tool: declaration.tool.to_string(),
        event: event.name.clone(),
        field: field.to_owned(),
        why,
    };
    if let Some(stranger) = given.keys().find(|name| event.fields.iter().all(|f| f.name != **name))
    {
        return Err(refuse(&given::visible(stranger), "is not declared"));
    }
    let vocabulary = Vocabulary {
        commands: &[&declaration.commands, &run.commands],
        options: &[&declaration.options, &run.options],
    };
    let mut body = Body::new(declaration, event, run, stamp);
    for field in event.fields.iter().filter(|field| field.since <= notice) {
        let value = match given.get(&field.name) {
            Some(given) => Some(
                given
                    .accepted_as(&field.kind, &vocabulary)
                    .map_err(|why| refuse(&field.name, why))?,
            ),
            None => environment::value_of(&field.kind, run, stamp),
        };
        let Some(value) = value else { continue };
        match &field.kind {
            FieldType::Hash { key } | FieldType::Project { key } => {
                let Some(text) = value.as_str() else { continue };
                let hash = match hashes {
                    Hashes::Made(secret) => hashed(*key, declaration, field, text, secret),
                    Hashes::Named => Some(format!("<{} of {}>", field.kind.name(), field.name)),
                };
                if let Some(hash) = hash {
                    body.put(field, json!(hash));
                }
            }
            _ => body.put(field, value),
        }
    }
    Ok(body.finish(notice))
}

/// When an event happened, and its own random id.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// Milliseconds since 1970, UTC.
    pub ts: i64,
    /// A random UUID: a repeat of the same event carries it again.
    pub event_id: String,
}

/// An event under construction, in the order in which its keys are written.
struct Body {
    whole: Map<String, Value>,
    attributes: Map<String, Value>,
    data: Map<String, Value>,
}

impl Body {
    fn new(declaration: &Declaration, event: &Event, run: &Run, stamp: &Stamp) -> Self {
        let mut whole = Map::new();
        whole.insert("ts".into(), json!(stamp.ts));
        whole.insert("eventID".into(), json!(stamp.event_id));
        whole.insert("executionID".into(), json!(run.execution));
        whole.insert("tool".into(), json!(declaration.tool.as_str()));
        whole.insert("eventType".into(), json!(event.name));
        Self { whole, attributes: Map::new(), data: Map::new() }
    }

    fn put(&mut self, field: &Field, value: Value) {
        let object = match field.place {
            Place::Event => &mut self.whole,
            Place::Attributes => &mut self.attributes,
            Place::EventData => &mut self.data,
        };
        object.insert(field.name.clone(), value);
    }

    fn finish(mut self, notice: u32) -> Value {
        self.whole.insert("attributes".into(), Value::Object(self.attributes));
        self.whole.insert("eventData".into(), Value::Object(self.data));
        self.whole.insert("schemaVersion".into(), json!(1));
        self.whole.insert("notice".into(), json!(notice));
        Value::Object(self.whole)
    }
}

/// A hash in hex. Keyed by the person (HMAC-SHA256, RFC 2104), it tells nothing to anybody; keyed
/// by the tool, it is equal on all machines; without a key it is a plain SHA-256.
fn hashed(
    key: HashKey,
    declaration: &Declaration,
    field: &Field,
    text: &str,
    secret: Option<Secret<'_>>,
) -> Option<String> {
    let tool = &declaration.tool;
    let keyed = |key: &[u8], message: String| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        mac.update(message.as_bytes());
        Some(hex(&mac.finalize().into_bytes()))
    };
    match key {
        HashKey::None => Some(hex(&Sha256::digest(text.as_bytes()))),
        HashKey::Tool => keyed(tool.as_str().as_bytes(), format!("{}\n{text}\n", field.name)),
        HashKey::Person => {
            let Secret { id, salt } = secret?;
            keyed(id, format!("{salt}\n{tool}\n{}\n{text}\n", field.name))
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether any field of the event needs the person's secret.
pub fn needs_secret(event: &Event) -> bool {
    event.fields.iter().any(|field| {
        matches!(
            field.kind,
            FieldType::Hash { key: HashKey::Person } | FieldType::Project { key: HashKey::Person }
        )
    })
}

/// Whether any event of the declaration has a field that is about the project.
pub fn needs_project(declaration: &Declaration) -> bool {
    declaration
        .events
        .iter()
        .flat_map(|event| &event.fields)
        .any(|field| matches!(field.kind, FieldType::Project { .. }))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
