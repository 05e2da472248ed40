//! From what the author typed to what it means, with every problem found on the way.

mod bounds;
mod events;
mod places;
mod switches;
mod texts;

pub use bounds::BYTES;
use texts::visible;

use crate::domain::declaration::destination;
use crate::domain::declaration::{Declaration, Identity, Manner, PurposeSpec};
use crate::domain::declaration::{describe, typed};
use crate::domain::legible;
use crate::domain::tool_id::{Purpose, ToolId};
use indexmap::IndexMap;
use std::fmt;
use std::str::FromStr;

/// Something wrong with a declaration, or advice about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key it is about, dotted; empty where it is about the file.
    pub at: String,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.is_empty() {
            f.write_str(&self.what)
        } else {
            write!(f, "{}: {}", self.at, self.what)
        }
    }
}

/// All problems of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Problem::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Problems {}

/// Reads a declaration.
///
/// # Errors
/// Everything that is wrong with it, at once; a file that is not TOML or lacks a key is one problem. What
/// holds more than a declaration may is not looked at any further.
pub fn parse(text: &str) -> Result<Declaration, Problems> {
    if let Some(problem) = bounds::of_text(text) {
        return Err(Problems(vec![problem]));
    }
    let typed: typed::Declaration = toml::from_str(text).map_err(|error| {
        Problems(vec![Problem { at: String::new(), what: error.to_string().trim_end().to_owned() }])
    })?;
    let exceeded = bounds::of(&typed);
    if !exceeded.is_empty() {
        return Err(Problems(exceeded));
    }
    let mut reader = Reader { problems: Vec::new() };
    let declaration = reader.declaration(typed);
    match declaration {
        Some(declaration) if reader.problems.is_empty() => Ok(declaration),
        _ => Err(Problems(reader.problems)),
    }
}

/// What is allowed but leaves people with less than they should get.
pub fn advice(declaration: &Declaration) -> Vec<Problem> {
    let mut advice = Vec::new();
    let mut missing = |at: &str, absent: bool, what: &str| {
        if absent {
            advice.push(Problem { at: at.to_owned(), what: what.to_owned() });
        }
    };
    missing("policy", declaration.policy.is_none(), "people look for a privacy policy");
    missing("contact", declaration.contact.is_none(), "people need somewhere to ask");
    missing("retention", declaration.retention.is_none(), "say how long it is kept");
    missing("deletion", declaration.deletion.is_none(), "say where a deletion request goes");
    missing("source", declaration.source.is_empty(), "say where the collecting code can be read");
    for purpose in declaration.purposes.keys() {
        let nothing = declaration.events_of(purpose).next().is_none()
            && declaration.elsewhere_for(purpose).next().is_none();
        missing(
            &format!("purposes.{purpose}"),
            nothing,
            "nothing is collected for it: declare an event or what is collected elsewhere",
        );
        let nowhere = declaration.events_of(purpose).next().is_some()
            && declaration.destinations_of(purpose).next().is_none();
        missing(&format!("purposes.{purpose}"), nowhere, "its events go nowhere");
        for to in declaration.destinations_of(purpose) {
            let unlisted =
                describe::unlisted_in_words(declaration, purpose, to).unwrap_or_default();
            missing(
                &format!("purposes.{purpose}"),
                !unlisted.is_empty(),
                &format!(
                    "{} always names {unlisted}: list them in its event",
                    to.kind.facts().words
                ),
            );
        }
    }
    for event in &declaration.events {
        let identity = declaration.purposes.get(&event.purpose).map(|spec| spec.identity);
        let is_of_a_run = identity == Some(Identity::None);
        for field in
            event.fields.iter().filter(|field| is_of_a_run && field.is_keyed_by_the_person())
        {
            missing(
                &format!("events.{}.fields.{}", event.name, field.name),
                true,
                "its purpose has no identity, so this hash is another one in each run: nothing can be \
                 counted with it",
            );
        }
    }
    let has_type = |name: &str| {
        declaration.events.iter().flat_map(|e| &e.fields).any(|field| field.kind.name() == name)
    };
    for (list, kind) in [(&declaration.commands, "command"), (&declaration.options, "options")] {
        let at = if kind == "command" { "commands" } else { kind };
        let absent = list.is_empty() && has_type(kind);
        missing(at, absent, "list what these fields may hold, unless a clap host brings its own");
    }
    for event in &declaration.events {
        for field in event.fields.iter().filter(|field| field.why.is_none()) {
            let at = format!("events.{}.fields.{}", event.name, field.name);
            missing(&at, true, "say why it is collected");
        }
    }
    advice
}

/// The most words of a command.
const COMMAND: usize = 5;

struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn problem(&mut self, at: &str, what: impl Into<String>) {
        self.problems.push(Problem { at: at.to_owned(), what: what.into() });
    }

    fn declaration(&mut self, typed: typed::Declaration) -> Option<Declaration> {
        let tool: Option<ToolId> = self.parsed(&typed.tool, "tool");
        if let Some(flaw) = tool.as_ref().and_then(|id| legible::flaw_of_name(id.as_str())) {
            self.problem("tool", flaw);
        }
        if typed.notice == 0 {
            self.problem("notice", "versions count from 1");
        }
        let notice = typed.notice;
        let manner = match typed.default.as_deref() {
            None | Some("ask") => Manner::Ask,
            Some("notice") => Manner::Notice,
            Some("off") => Manner::Off,
            Some(_) => {
                self.problem("default", "use \"ask\", \"notice\" or \"off\"");
                Manner::Off
            }
        };
        let wait = self.wait(typed.wait.as_deref());
        let switches = self.switches(&typed.environment, tool.as_ref(), "environment");
        if let Some(name) = &typed.environment.log_file {
            self.log_file(name, tool.as_ref());
        }
        let purposes = self.purposes(typed.purposes, tool.as_ref(), notice);
        if purposes.is_empty() {
            self.problem("purposes", "declare at least one, such as [purposes.usage]");
        }
        let events = self.events(typed.events, typed.common.fields, &purposes, notice);
        let destinations = typed
            .destinations
            .into_iter()
            .enumerate()
            .filter_map(|(n, typed)| self.destination(typed, n + 1, &purposes, notice))
            .collect();
        let elsewhere = typed
            .elsewhere
            .into_iter()
            .enumerate()
            .filter_map(|(n, typed)| self.elsewhere(typed, n + 1, &purposes, notice))
            .collect();
        let declaration = Declaration {
            tool: tool?,
            name: self.name(typed.name, "name"),
            vendor: self.name(typed.vendor, "vendor"),
            homepage: self.text(typed.homepage, "homepage"),
            policy: self.text(typed.policy, "policy"),
            contact: self.text(typed.contact, "contact"),
            source: self.texts(typed.source, "source"),
            feedback: self.text(typed.feedback, "feedback"),
            notice,
            manner,
            retention: self.text(typed.retention, "retention"),
            wait,
            why: self.explained(typed.why, "why"),
            opt_out: self.texts(typed.opt_out, "opt-out"),
            deletion: self.text(typed.deletion, "deletion"),
            commands: self.words(typed.commands, COMMAND, "commands"),
            options: self.words(typed.options, 1, "options"),
            switches,
            log_file: typed.environment.log_file,
            purposes,
            events,
            destinations,
            elsewhere,
        };
        if declaration.deletion.as_ref().is_some_and(|url| !destination::is_allowed(url)) {
            self.problem("deletion", "use an https address");
        }
        Some(declaration)
    }

    fn purposes(
        &mut self,
        typed: IndexMap<String, typed::Purpose>,
        tool: Option<&ToolId>,
        notice: u32,
    ) -> IndexMap<Purpose, PurposeSpec> {
        let mut purposes = IndexMap::new();
        for (name, typed) in typed {
            let at = format!("purposes.{}", visible(&name));
            let identity = self.word(&Identity::ALL, typed.identity.as_deref(), &at, "identity");
            let spec = PurposeSpec {
                why: self.explained(typed.why, &format!("{at}.why")),
                example: self.explanation(typed.example, &format!("{at}.example")),
                identity,
                operator: typed.operator,
                since: self.since(typed.since, notice, &at),
                switches: self.switches(&typed.environment, tool, &format!("{at}.environment")),
            };
            if typed.environment.log_file.is_some() {
                self.problem(&at, "the transparency log belongs to [environment]");
            }
            if let Some(purpose) = self.parsed::<Purpose>(&name, &at) {
                purposes.insert(purpose, spec);
            }
        }
        purposes
    }

    fn wait(&mut self, typed: Option<&str>) -> u64 {
        const DAY: u64 = 86_400;
        let Some(typed) = typed else { return DAY };
        let split = typed.find(|c: char| !c.is_ascii_digit()).unwrap_or(typed.len());
        let (number, unit) = typed.split_at(split);
        let unit = match unit.trim() {
            "s" => Some(1),
            "m" => Some(60),
            "h" => Some(3_600),
            "d" => Some(DAY),
            _ => None,
        };
        let seconds =
            number.parse::<u64>().ok().zip(unit).and_then(|(n, unit)| n.checked_mul(unit));
        let Some(seconds) = seconds else {
            self.problem("wait", "use a number and s, m, h or d, such as \"24h\"");
            return DAY;
        };
        if seconds >= 90 * DAY {
            self.problem("wait", "events are kept for 90 days, so let them rest for less");
        }
        seconds
    }

    fn since(&mut self, since: u32, notice: u32, at: &str) -> u32 {
        if since == 0 || since > notice {
            self.problem(at, format!("since is a notice version, from 1 to {notice}"));
        }
        since
    }

    fn declared(
        &mut self,
        name: &str,
        purposes: &IndexMap<Purpose, PurposeSpec>,
        at: &str,
    ) -> Option<Purpose> {
        let found = purposes.keys().find(|purpose| purpose.as_str() == name).cloned();
        if found.is_none() {
            self.problem(at, format!("there is no [purposes.{}]", visible(name)));
        }
        found
    }

    fn parsed<T: FromStr<Err: fmt::Display>>(&mut self, name: &str, at: &str) -> Option<T> {
        name.parse().map_err(|error: T::Err| self.problem(at, error.to_string())).ok()
    }

    fn word<T: Copy + Default>(
        &mut self,
        words: &[(T, &str)],
        typed: Option<&str>,
        at: &str,
        key: &str,
    ) -> T {
        let Some(typed) = typed else { return T::default() };
        if let Some((value, _)) = words.iter().find(|(_, word)| *word == typed) {
            return *value;
        }
        let known: Vec<&str> = words.iter().map(|(_, word)| *word).collect();
        self.problem(at, format!("{key} is one of {}", known.join(", ")));
        T::default()
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
