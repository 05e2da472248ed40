//! Events: what a tool recorded, held to its declaration.

pub mod environment;
pub mod given;
pub mod project;

pub use given::{Given, NotAsDeclared, OptionUse};

use crate::domain::declaration::field::{Field, FieldType, HashKey, Place};
use crate::domain::declaration::{Declaration, Event, Identity, Terms};
use crate::domain::hex::hex;
use crate::domain::pseudonym::{self, Use, period_of_run};
use crate::domain::tool_id::{Purpose, ToolId};
use given::Vocabulary;
use jiff::Timestamp;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What is the same for all events of one run.
#[derive(Debug, Clone)]
pub struct Run {
    /// Sixteen random bytes that never leave this machine: ids and hashes of the run are made of them.
    pub secret: [u8; 16],
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

/// What keys the hashes of one person, where the purpose has an identity.
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
    /// The hash, as in the spool. Without the person's secret, those that it keys are left out; where the
    /// purpose has no identity, the run's secret keys them.
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
pub fn assemble<'a>(
    (tool, terms): (&ToolId, &dyn Terms),
    event: &'a Event,
    given: &BTreeMap<String, Given>,
    run: &Run,
    notice: u32,
    stamp: &Stamp,
    hashes: Hashes<'_>,
) -> Result<Assembled<'a>, NotAsDeclared> {
    let refuse = |field: &str, why: &'static str| NotAsDeclared {
        tool: tool.to_string(),
        event: event.name.clone(),
        field: field.to_owned(),
        why,
    };
    if let Some(stranger) = given.keys().find(|name| event.fields.iter().all(|f| f.name != **name))
    {
        return Err(refuse(&given::visible(stranger), "is not declared"));
    }
    let holds = |list: &[String], word: &str| list.iter().any(|known| known == word);
    let vocabulary = Vocabulary {
        knows_command: &|word| holds(&run.commands, word) || terms.knows_command(word),
        now: stamp.ts,
        knows_option: &|word| holds(&run.options, word) || terms.knows_option(word),
    };
    let identity = terms.identity(&event.purpose);
    let at = Timestamp::from_millisecond(stamp.ts).unwrap_or_default();
    let context = Context { tool, purpose: &event.purpose, period: &period_of_run(identity, at) };
    let execution = context.run_id(run);
    let mut body = Assembled::new(tool, event, &execution, stamp);
    for field in event.fields.iter().filter(|field| field.since <= notice) {
        let value = match given.get(&field.name) {
            Some(given) => Some(
                given
                    .accepted_as(&field.kind, &vocabulary)
                    .map_err(|why| refuse(&field.name, why))?,
            ),
            None if field.kind == FieldType::RunId => Some(json!(execution)),
            None => environment::value_of(&field.kind, run, stamp),
        };
        let Some(value) = value else { continue };
        match &field.kind {
            FieldType::Hash { key } | FieldType::Project { key } => {
                let Some(text) = value.as_str() else { continue };
                let hash = match hashes {
                    Hashes::Made(secret) => {
                        let secret = match identity {
                            Identity::None => Some(Secret { id: &run.secret, salt: "" }),
                            _ => secret,
                        };
                        context.hashed(*key, field, text, secret)
                    }
                    Hashes::Named => Some(format!("<{} of {}>", field.kind.name(), field.name)),
                };
                if let Some(hash) = hash {
                    body.put(field, json!(hash));
                }
            }
            _ => body.put(field, value),
        }
    }
    body.notice = notice;
    Ok(body)
}

/// When an event happened, and its own random id.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// Milliseconds since 1970, UTC.
    pub ts: i64,
    /// A random UUID: a repeat of the same event carries it again.
    pub event_id: String,
}

/// An event, in the order in which its keys are written.
pub struct Assembled<'a> {
    whole: Vec<(&'a str, Value)>,
    attributes: Keys<'a>,
    data: Keys<'a>,
    notice: u32,
}

/// A part of it. A list, and not a map: each key comes once, and a map of `serde_json` would ask the
/// system for random numbers.
struct Keys<'a>(Vec<(&'a str, Value)>);

impl<'a> Assembled<'a> {
    fn new(tool: &ToolId, event: &'a Event, execution: &str, stamp: &Stamp) -> Self {
        let mut whole = Vec::with_capacity(8 + event.fields.len());
        whole.push(("ts", json!(stamp.ts)));
        whole.push(("eventID", json!(stamp.event_id)));
        whole.push(("executionID", json!(execution)));
        whole.push(("tool", json!(tool.as_str())));
        whole.push(("eventType", json!(event.name)));
        Self { whole, attributes: Keys(Vec::new()), data: Keys(Vec::new()), notice: 0 }
    }

    /// The event as one line.
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The event as a document.
    pub fn document(&self) -> Value {
        let object = |keys: &[(&str, Value)]| -> Map<String, Value> {
            keys.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
        };
        let mut whole = object(&self.whole);
        whole.insert("attributes".into(), Value::Object(object(&self.attributes.0)));
        whole.insert("eventData".into(), Value::Object(object(&self.data.0)));
        whole.insert("schemaVersion".into(), json!(SCHEMA));
        whole.insert("notice".into(), json!(self.notice));
        Value::Object(whole)
    }

    fn put(&mut self, field: &'a Field, value: Value) {
        let object = match field.place {
            Place::Event => &mut self.whole,
            Place::Attributes => &mut self.attributes.0,
            Place::EventData => &mut self.data.0,
        };
        object.push((&field.name, value));
    }
}

/// The version of the form of events.
const SCHEMA: u32 = 1;

impl Serialize for Assembled<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.whole.len() + 4))?;
        self.whole.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
        map.serialize_entry("attributes", &self.attributes)?;
        map.serialize_entry("eventData", &self.data)?;
        map.serialize_entry("schemaVersion", &SCHEMA)?;
        map.serialize_entry("notice", &self.notice)?;
        map.end()
    }
}

impl Serialize for Keys<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// What ids and hashes of one event are about: no two purposes and no two periods have one in common.
struct Context<'a> {
    tool: &'a ToolId,
    purpose: &'a Purpose,
    period: &'a str,
}

impl Context<'_> {
    fn run_id(&self, run: &Run) -> String {
        let parts = [self.tool.as_str(), self.purpose.as_str(), self.period];
        pseudonym::uuid(&run.secret, Use::Run, &parts).to_string()
    }

    /// A hash in hex. Keyed by the person (HMAC-SHA256, RFC 2104), it tells nothing to anybody; keyed
    /// by the tool, it is equal on all machines; without a key it is a plain SHA-256.
    fn hashed(
        &self,
        key: HashKey,
        field: &Field,
        text: &str,
        secret: Option<Secret<'_>>,
    ) -> Option<String> {
        let tool = self.tool.as_str();
        match key {
            HashKey::None => Some(hex(&Sha256::digest(text.as_bytes()))),
            HashKey::Tool => {
                Some(hex(&pseudonym::keyed(tool.as_bytes(), Use::ToolField, &[&field.name, text])))
            }
            HashKey::Person => {
                let Secret { id, salt } = secret?;
                let parts = [salt, tool, self.purpose.as_str(), self.period, &field.name, text];
                Some(hex(&pseudonym::keyed(id, Use::Field, &parts)))
            }
        }
    }
}

/// Whether any field of the event needs the person's secret.
pub fn needs_secret(terms: &dyn Terms, event: &Event) -> bool {
    event.fields.iter().any(Field::is_keyed_by_the_person)
        && terms.identity(&event.purpose) != Identity::None
}

/// Whether any event of the declaration has a field that is about the project.
pub fn needs_project(declaration: &Declaration) -> bool {
    has_field(declaration, |kind| matches!(kind, FieldType::Project { .. }))
}

/// Whether any event of the declaration has a field that is about automation.
pub fn needs_automation(declaration: &Declaration) -> bool {
    has_field(declaration, |kind| matches!(kind, FieldType::Ci | FieldType::CiName))
}

fn has_field(declaration: &Declaration, is_wanted: fn(&FieldType) -> bool) -> bool {
    let mut fields = declaration.events.iter().flat_map(|event| &event.fields);
    fields.any(|field| is_wanted(&field.kind))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
