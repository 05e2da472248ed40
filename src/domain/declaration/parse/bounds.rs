//! How much a declaration may hold. Counted on what was typed, before anything is made of it: common
//! fields stand once in the file and in every event afterwards.

use crate::domain::declaration::parse::{Problem, visible};
use crate::domain::declaration::typed;

/// The most bytes of a declaration.
pub const BYTES: usize = 64 * 1024;

const PURPOSES: usize = 12;
const EVENTS: usize = 200;
const DESTINATIONS: usize = 16;
const FIELDS_OF_AN_EVENT: usize = 100;
const FIELDS: usize = 4_000;
const COMMANDS: usize = 500;
const OPTIONS: usize = 500;
const LONG_LIST: usize = 100;
const LIST: usize = 20;

/// What the text is too long for; nothing of it is read then.
pub(super) fn of_text(text: &str) -> Option<Problem> {
    let what = || format!("has more than {BYTES} bytes, which is the most for a declaration");
    (text.len() > BYTES).then(|| Problem { at: String::new(), what: what() })
}

/// Every key that holds more than it may.
pub(super) fn of(declaration: &typed::Declaration) -> Vec<Problem> {
    let mut counts = Counts(Vec::new());
    let common = declaration.common.fields.len();
    counts.at_most(PURPOSES, declaration.purposes.len(), "purposes", "purposes");
    counts.at_most(EVENTS, declaration.events.len(), "events", "events");
    counts.at_most(DESTINATIONS, declaration.destinations.len(), "destinations", "destinations");
    counts.at_most(LONG_LIST, declaration.elsewhere.len(), "elsewhere", "entries");
    counts.at_most(COMMANDS, declaration.commands.len(), "commands", "commands");
    counts.at_most(OPTIONS, declaration.options.len(), "options", "options");
    counts.at_most(LIST, declaration.source.len(), "source", "entries");
    counts.at_most(LIST, declaration.opt_out.len(), "opt-out", "entries");
    counts.environment(&declaration.environment, "environment");
    for (name, purpose) in &declaration.purposes {
        let at = format!("purposes.{}.environment", visible(name));
        counts.environment(&purpose.environment, &at);
    }
    counts.at_most(FIELDS_OF_AN_EVENT, common, "common.fields", "fields");
    counts.fields(&declaration.common.fields, "common.fields");
    for (name, event) in &declaration.events {
        let at = format!("events.{}.fields", visible(name));
        let all = event.fields.len() + common;
        counts.at_most(FIELDS_OF_AN_EVENT, all, &at, "fields, common ones included");
        counts.fields(&event.fields, &at);
    }
    let own: usize = declaration.events.values().map(|event| event.fields.len()).sum();
    let all = own.saturating_add(common.saturating_mul(declaration.events.len()));
    counts.at_most(FIELDS, all, "events", "fields in all, common ones counted in each event");
    for (number, to) in declaration.destinations.iter().enumerate() {
        let at = format!("destinations.{}", number + 1);
        counts.at_most(LIST, to.purposes.len(), &format!("{at}.purposes"), "entries");
        let headers = to.headers.as_ref().map_or(0, |headers| headers.len());
        counts.at_most(LIST, headers, &format!("{at}.headers"), "entries");
    }
    counts.0
}

struct Counts(Vec<Problem>);

impl Counts {
    fn at_most(&mut self, limit: usize, count: usize, at: &str, what: &str) {
        if count > limit {
            let what = format!("holds {count}; at most {limit} {what}");
            self.0.push(Problem { at: at.to_owned(), what });
        }
    }

    fn environment(&mut self, environment: &typed::Environment, at: &str) {
        let key = |key: &str| format!("{at}.{key}");
        self.at_most(LIST, environment.off.len(), &key("off"), "entries");
        self.at_most(LIST, environment.on.len(), &key("on"), "entries");
        self.at_most(LIST, environment.requires.len(), &key("requires"), "entries");
        for (name, off) in &environment.off {
            if let typed::Off::Listed(values) = off {
                let at = format!("{at}.off.{}", visible(name));
                self.at_most(LIST, values.len(), &at, "entries");
            }
        }
        for (name, values) in &environment.on {
            self.at_most(LIST, values.len(), &format!("{at}.on.{}", visible(name)), "entries");
        }
    }

    fn fields(&mut self, fields: &indexmap::IndexMap<String, typed::Field>, at: &str) {
        for (name, field) in fields {
            let key = |key: &str| format!("{at}.{}.{key}", visible(name));
            let values = field.values.as_ref().map_or(0, Vec::len);
            self.at_most(LONG_LIST, values, &key("values"), "entries");
            let buckets = field.buckets.as_ref().map_or(0, Vec::len);
            self.at_most(LIST, buckets, &key("buckets"), "entries");
        }
    }
}
