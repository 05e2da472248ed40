//! Events and their fields.

use crate::domain::declaration::field::{ENVELOPE, Field, FieldType, HashKey, Place, TYPES};
use crate::domain::declaration::parse::texts::NAME;
use crate::domain::declaration::parse::{Reader, visible};
use crate::domain::declaration::{Event, PurposeSpec, typed};
use crate::domain::tool_id::Purpose;
use indexmap::IndexMap;

/// The most values of an integer without buckets: more of them could tell one machine from another.
const MOST_VALUES: i64 = 1_000_000;

impl Reader {
    pub(super) fn events(
        &mut self,
        typed: IndexMap<String, typed::Event>,
        common: IndexMap<String, typed::Field>,
        purposes: &IndexMap<Purpose, PurposeSpec>,
        notice: u32,
    ) -> Vec<Event> {
        let common = self.fields(common, "common.fields", 1, notice);
        let mut events = Vec::new();
        for (name, typed) in typed {
            let at = format!("events.{}", visible(&name));
            if !is_name(&name) {
                self.problem(
                    &at,
                    "use up to 60 letters, digits, '.', '_' and '-' in the name, a letter first",
                );
            }
            let Some(purpose) = self.declared(&typed.purpose, purposes, &format!("{at}.purpose"))
            else {
                continue;
            };
            let first = purposes[&purpose].since;
            let since = self.since(typed.since, notice, &at).max(first);
            let own = self.fields(typed.fields, &format!("{at}.fields"), since, notice);
            let shared = common
                .iter()
                .cloned()
                .map(|field| Field { since: field.since.max(since), ..field });
            let mut fields: Vec<Field> = shared.collect();
            for field in own {
                let twin = fields.iter().any(|f| f.name == field.name && f.place == field.place);
                if twin {
                    let at = format!("{at}.fields.{}", field.name);
                    self.problem(&at, "a common field of that name stands in the same place");
                }
                fields.push(field);
            }
            let why = self.explanation(typed.why, &format!("{at}.why"));
            events.push(Event { name, purpose, why, once: typed.once, since, fields });
        }
        events
    }

    fn fields(
        &mut self,
        typed: IndexMap<String, typed::Field>,
        at: &str,
        first: u32,
        notice: u32,
    ) -> Vec<Field> {
        let mut fields = Vec::new();
        for (name, typed) in typed {
            let at = format!("{at}.{}", visible(&name));
            let place = self.word(&Place::ALL, typed.place.as_deref(), &at, "in");
            if !is_name(&name) {
                self.problem(
                    &at,
                    "use up to 60 letters, digits, '.', '_' and '-' in the name, a letter first",
                );
            }
            if place == Place::Event && ENVELOPE.contains(&name.as_str()) {
                self.problem(&at, "every event has a key of that name already");
            }
            let since = self.since(typed.since, notice, &at).max(first);
            let Some(kind) = self.field_type(&typed, &at) else { continue };
            let why = self.explanation(typed.why, &format!("{at}.why"));
            fields.push(Field { name, kind, place, why, since });
        }
        fields
    }

    fn field_type(&mut self, typed: &typed::Field, at: &str) -> Option<FieldType> {
        let Some(spec) = TYPES.iter().find(|spec| spec.name == typed.kind) else {
            let names: Vec<&str> = TYPES.iter().map(|spec| spec.name).collect();
            self.problem(at, format!("there is no such type; there are {}", names.join(", ")));
            return None;
        };
        for parameter in typed.parameters().filter(|name| !spec.parameters.contains(name)) {
            self.problem(at, format!("type {} takes no {parameter}", spec.name));
        }
        let values = |reader: &mut Self| {
            let values = reader.texts(typed.values.clone().unwrap_or_default(), at);
            if values.is_empty() {
                reader.problem(at, format!("type {} needs values", spec.name));
            }
            values
        };
        let key = |reader: &mut Self| reader.word(&HashKey::ALL, typed.key.as_deref(), at, "key");
        Some(match spec.name {
            "boolean" => FieldType::Boolean,
            "integer" => self.integer(typed, at),
            "duration-ms" => FieldType::DurationMs,
            "exit-code" => FieldType::ExitCode,
            "enum" => FieldType::Enum { values: values(self) },
            "constant" => FieldType::Constant {
                value: self.said(typed.value.clone().unwrap_or_default(), at),
            },
            "command" => FieldType::Command { verbs: typed.verbs },
            "options" => FieldType::Options,
            "version" => FieldType::Version,
            "pre-release" => FieldType::PreRelease,
            "os" => FieldType::Os,
            "arch" => FieldType::Arch,
            "ci" => FieldType::Ci,
            "ci-name" => FieldType::CiName,
            "timestamp" => FieldType::Timestamp,
            "run-id" => FieldType::RunId,
            "hash" => FieldType::Hash { key: key(self) },
            "project" => FieldType::Project { key: key(self) },
            _ => FieldType::ErrorCode { values: values(self) },
        })
    }

    fn integer(&mut self, typed: &typed::Field, at: &str) -> FieldType {
        let buckets = typed.buckets.clone().unwrap_or_default();
        if !buckets.is_sorted_by(|a, b| a < b) {
            self.problem(at, "buckets rise");
        }
        if typed.min.zip(typed.max).is_some_and(|(min, max)| min > max) {
            self.problem(at, "min is above max");
        }
        let span = typed.max.zip(typed.min).and_then(|(max, min)| max.checked_sub(min));
        if buckets.is_empty() && span.is_none_or(|span| span >= MOST_VALUES) {
            self.problem(
                at,
                format!("without buckets, min and max span at most {MOST_VALUES} values"),
            );
        }
        FieldType::Integer { min: typed.min, max: typed.max, buckets }
    }
}

/// Names of events and fields: letters, digits, `.`, `_`, `-`, a letter first, [`NAME`] at most.
fn is_name(name: &str) -> bool {
    name.len() <= NAME
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}
