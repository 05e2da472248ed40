//! A declaration as its author typed it. Parsing never acts and never judges: [`super::parse`]
//! says what it means. Unknown keys are refused, because a key that is not understood may be a
//! limit that would not be kept.

use indexmap::IndexMap;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Declaration {
    pub(super) tool: String,
    pub(super) name: String,
    pub(super) vendor: String,
    pub(super) homepage: Option<String>,
    pub(super) policy: Option<String>,
    pub(super) contact: Option<String>,
    #[serde(default)]
    pub(super) source: Vec<String>,
    pub(super) feedback: Option<String>,
    #[serde(default = "first_notice")]
    pub(super) notice: u32,
    pub(super) default: Option<String>,
    pub(super) retention: Option<String>,
    pub(super) wait: Option<String>,
    pub(super) why: String,
    #[serde(default)]
    pub(super) opt_out: Vec<String>,
    pub(super) deletion: Option<String>,
    #[serde(default)]
    pub(super) commands: Vec<String>,
    #[serde(default)]
    pub(super) options: Vec<String>,
    #[serde(default)]
    pub(super) environment: Environment,
    #[serde(default)]
    pub(super) purposes: IndexMap<String, Purpose>,
    #[serde(default)]
    pub(super) common: Common,
    #[serde(default)]
    pub(super) events: IndexMap<String, Event>,
    #[serde(default)]
    pub(super) destinations: Vec<Destination>,
    #[serde(default)]
    pub(super) elsewhere: Vec<Elsewhere>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Environment {
    #[serde(default)]
    pub(super) off: BTreeMap<String, Off>,
    #[serde(default)]
    pub(super) on: BTreeMap<String, Vec<String>>,
    pub(super) log_file: Option<String>,
    #[serde(default)]
    pub(super) requires: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Off {
    Word(String),
    Listed(Vec<String>),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Purpose {
    pub(super) why: String,
    pub(super) example: Option<String>,
    pub(super) identity: Option<String>,
    #[serde(default)]
    pub(super) operator: bool,
    #[serde(default = "first_notice")]
    pub(super) since: u32,
    #[serde(default)]
    pub(super) environment: Environment,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Common {
    #[serde(default)]
    pub(super) fields: IndexMap<String, Field>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Event {
    pub(super) purpose: String,
    pub(super) why: Option<String>,
    #[serde(default)]
    pub(super) once: bool,
    #[serde(default = "first_notice")]
    pub(super) since: u32,
    #[serde(default)]
    pub(super) fields: IndexMap<String, Field>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Field {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(rename = "in")]
    pub(super) place: Option<String>,
    pub(super) why: Option<String>,
    #[serde(default = "first_notice")]
    pub(super) since: u32,
    pub(super) min: Option<i64>,
    pub(super) max: Option<i64>,
    pub(super) buckets: Option<Vec<i64>>,
    pub(super) values: Option<Vec<String>>,
    pub(super) value: Option<String>,
    pub(super) verbs: Option<u32>,
    pub(super) key: Option<String>,
}

impl Field {
    /// The parameters that were typed, by name.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &'static str> {
        [
            ("min", self.min.is_some()),
            ("max", self.max.is_some()),
            ("buckets", self.buckets.is_some()),
            ("values", self.values.is_some()),
            ("value", self.value.is_some()),
            ("verbs", self.verbs.is_some()),
            ("key", self.key.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, typed)| typed.then_some(name))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Destination {
    pub(super) kind: String,
    pub(super) url: Option<String>,
    pub(super) recipient: String,
    pub(super) retention: Option<String>,
    pub(super) purposes: Vec<String>,
    #[serde(default = "first_notice")]
    pub(super) since: u32,
    pub(super) write_key: Option<String>,
    pub(super) key: Option<String>,
    pub(super) measurement_id: Option<String>,
    pub(super) api_secret: Option<String>,
    pub(super) product: Option<String>,
    pub(super) headers: Option<BTreeMap<String, String>>,
}

impl Destination {
    /// The keys of single kinds that were typed, by name.
    pub(super) fn settings(&self) -> BTreeMap<String, String> {
        [
            ("write-key", &self.write_key),
            ("key", &self.key),
            ("measurement-id", &self.measurement_id),
            ("api-secret", &self.api_secret),
            ("product", &self.product),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
        .collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Elsewhere {
    pub(super) what: String,
    pub(super) to: String,
    pub(super) purpose: String,
    #[serde(default = "first_notice")]
    pub(super) since: u32,
}

fn first_notice() -> u32 {
    1
}
