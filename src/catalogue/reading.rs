//! From a catalogue file to entries, with every problem found on the way and the line it is on.

use crate::catalogue::entry::{
    Channel, Command, Default, Entry, Evidence, File, Honours, Place, Precedence, Scope, System,
    Variable,
};
use crate::catalogue::formats::FormatKind;
use crate::catalogue::formats::format::Scalar;
use crate::catalogue::keyword::Keyword;
use crate::catalogue::place;
use crate::catalogue::rule::{EXACT, Rule, Said};
use crate::domain::legible;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use toml::Spanned;

/// Something wrong with a catalogue file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line it is about, from 1; `None` where the text itself says so.
    pub line: Option<usize>,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed {
    #[serde(default)]
    tool: Vec<Spanned<TypedTool>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TypedTool {
    id: String,
    name: String,
    vendor: String,
    homepage: String,
    exe: Vec<String>,
    default: String,
    #[serde(default)]
    defaults: BTreeMap<String, String>,
    until_asked: Option<String>,
    do_not_track: Option<String>,
    evidence: String,
    version: Option<String>,
    #[serde(default)]
    sources: Vec<String>,
    removed_in: Option<String>,
    elsewhere: Option<String>,
    note: Option<String>,
    queue: Option<String>,
    queue_moved: Option<String>,
    precedence: Option<String>,
    #[serde(default)]
    variable: Vec<Spanned<TypedVariable>>,
    #[serde(default)]
    file: Vec<Spanned<TypedFile>>,
    #[serde(default)]
    command: TypedCommand,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedVariable {
    name: String,
    off: String,
    on: Option<String>,
    parse: Option<String>,
    channel: Option<String>,
    basis: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedFile {
    os: Option<String>,
    path: String,
    moved: Option<String>,
    format: String,
    new: Option<String>,
    #[serde(default)]
    key: Vec<String>,
    off: Scalar,
    on: Option<Scalar>,
    parse: Option<String>,
    basis: Option<String>,
    channel: Option<String>,
    scope: Option<String>,
}

#[derive(Deserialize, std::default::Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct TypedCommand {
    off: Vec<String>,
    on: Vec<String>,
    status: Vec<String>,
    status_off: Option<String>,
    status_on: Option<String>,
    scope: Option<String>,
}

/// Whether a file is a catalogue, and no declaration.
pub fn is_catalogue(text: &str) -> bool {
    let header = |line: &str| line.split_whitespace().collect::<String>();
    text.lines().any(|line| header(line).starts_with("[[tool]]"))
}

/// The most names in a key: a file as deep as that is nobody's configuration.
const DEEPEST: usize = 16;

/// Every format that sayso does not read: what is to be set is told, for people to do.
const OTHER: &str = "other";

/// Reads a catalogue file.
///
/// # Errors
/// Everything that is wrong with it; what is not TOML or has a key that nobody knows is one problem.
pub fn read(text: &str) -> Result<Vec<Entry>, Vec<Problem>> {
    let typed: Typed = toml::from_str(text).map_err(|error| {
        vec![Problem { line: None, what: error.to_string().trim_end().to_owned() }]
    })?;
    let mut reader = Reader { text, start: 0, about: String::new(), problems: Vec::new() };
    let mut known = BTreeSet::new();
    let mut entries = Vec::with_capacity(typed.tool.len());
    for tool in typed.tool {
        let start = tool.span().start;
        let tool = tool.into_inner();
        reader.about.clone_from(&tool.id);
        reader.start = start;
        if !known.insert(tool.id.clone()) {
            reader.problem("there is an entry of this id already");
        }
        entries.extend(reader.entry(tool));
    }
    if reader.problems.is_empty() { Ok(entries) } else { Err(reader.problems) }
}

struct Reader<'t> {
    text: &'t str,
    /// The byte at which the table begins that is being read.
    start: usize,
    about: String,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn problem(&mut self, what: impl fmt::Display) {
        let before = &self.text.as_bytes()[..self.start.min(self.text.len())];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let what = format!("{}: {what}", legible::visible(&self.about));
        self.problems.push(Problem { line: Some(line), what });
    }

    fn word<T: Keyword>(&mut self, key: &str, typed: Option<&str>, absent: T) -> T {
        let Some(typed) = typed else { return absent };
        T::named(typed).unwrap_or_else(|| {
            let known: Vec<&str> = T::ALL.iter().map(|(_, word)| *word).collect();
            self.problem(format_args!("{key} is one of {}", known.join(", ")));
            absent
        })
    }

    fn entry(&mut self, typed: TypedTool) -> Option<Entry> {
        for (key, value) in [("name", &typed.name), ("vendor", &typed.vendor)] {
            if value.trim().is_empty() {
                self.problem(format_args!("{key} may not be empty"));
            }
        }
        if typed.exe.is_empty() || typed.exe.iter().any(|name| name.contains(['/', '\\'])) {
            self.problem("exe is at least one name, as it stands on PATH");
        }
        let evidence = self.word("evidence", Some(&typed.evidence), Evidence::Listed);
        let default = self.word("default", Some(&typed.default), Default::Unknown);
        let mut defaults = Vec::new();
        for (channel, default) in &typed.defaults {
            let channel = self.word("a key of defaults", Some(channel), Channel::Usage);
            defaults.push((channel, self.word("a default", Some(default), Default::Unknown)));
        }
        if typed.until_asked.as_deref().is_some_and(|word| word != "off") {
            self.problem("until-asked is off, or left out");
        }
        let do_not_track =
            self.word("do-not-track", typed.do_not_track.as_deref(), Honours::Unknown);
        let precedence =
            self.word("precedence", typed.precedence.as_deref(), Precedence::Strongest);
        let queue = typed.queue.map(|path| self.place(path, typed.queue_moved));
        let id = typed.id.parse().map_err(|error| self.problem(format_args!("id: {error}"))).ok();
        let start = self.start;
        let mut variables = Vec::new();
        for variable in typed.variable {
            self.start = variable.span().start;
            variables.push(self.variable(variable.into_inner(), evidence));
        }
        let mut files = Vec::new();
        for file in typed.file {
            self.start = file.span().start;
            files.push(self.file(file.into_inner(), evidence));
        }
        self.start = start;
        let honours = variables.iter().any(|variable| variable.name == "DO_NOT_TRACK");
        if (do_not_track == Honours::Yes) != honours {
            self.problem("do-not-track = \"yes\" and a variable DO_NOT_TRACK belong together");
        }
        let TypedCommand { off, on, status, status_off, status_on, scope } = typed.command;
        Some(Entry {
            id: id?,
            name: typed.name,
            vendor: typed.vendor,
            homepage: typed.homepage,
            exe: typed.exe,
            default,
            defaults,
            off_until_asked: typed.until_asked.is_some(),
            do_not_track,
            evidence,
            version: typed.version,
            sources: typed.sources,
            removed_in: typed.removed_in,
            elsewhere: typed.elsewhere,
            note: typed.note,
            queue,
            precedence,
            variables,
            files,
            command: Command { off, on, status, status_off, status_on, scope },
            from: None,
        })
    }

    fn variable(&mut self, typed: TypedVariable, evidence: Evidence) -> Variable {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if typed.name.is_empty() || !typed.name.chars().all(is_name) {
            self.problem("a variable's name is of A-Z, a-z, 0-9 and _");
        }
        // A person copies the line that sets it, so what is read there has to be what it is.
        if [Some(&typed.off), typed.on.as_ref()].into_iter().flatten().any(|v| !is_plain(v)) {
            self.problem("a variable's value is of letters that can be seen");
        }
        let rule = self.rule(typed.parse.as_deref());
        self.values(rule, &typed.off, typed.on.as_deref());
        Variable {
            rule,
            channel: self.word("channel", typed.channel.as_deref(), Channel::Usage),
            basis: self.word("basis", typed.basis.as_deref(), evidence),
            name: typed.name,
            off: typed.off,
            on: typed.on,
        }
    }

    fn file(&mut self, typed: TypedFile, evidence: Evidence) -> File {
        let format = FormatKind::named(&typed.format);
        if format.is_none() && typed.format != OTHER {
            let known: Vec<&str> = FormatKind::ALL.iter().map(|(_, name)| *name).collect();
            self.problem(format_args!("format is one of {}, {OTHER}", known.join(", ")));
        }
        if let Some(new) = &typed.new
            && format.is_none_or(|format| format.read(new.as_bytes(), &typed.key) != Ok(None))
        {
            self.problem("new is a whole file without the key, in a format that sayso reads");
        }
        if typed.key.len() > DEEPEST || typed.key.iter().any(|name| name.contains(char::is_control))
        {
            self.problem(format_args!(
                "key is at most {DEEPEST} names, of letters that can be seen"
            ));
        }
        let rule = self.rule(typed.parse.as_deref());
        let on = typed.on.as_ref().map(in_text);
        self.values(rule, &in_text(&typed.off), on.as_deref());
        File {
            place: self.place(typed.path, typed.moved),
            system: self.word("os", typed.os.as_deref(), System::Any),
            format,
            new: typed.new,
            key: typed.key,
            off: typed.off,
            on: typed.on,
            rule,
            channel: self.word("channel", typed.channel.as_deref(), Channel::Usage),
            scope: self.word("scope", typed.scope.as_deref(), Scope::User),
            basis: self.word("basis", typed.basis.as_deref(), evidence),
        }
    }

    fn rule(&mut self, typed: Option<&str>) -> &'static Rule {
        let Some(name) = typed else { return &EXACT };
        Rule::named(name).unwrap_or_else(|| {
            let known: Vec<&str> = super::rule::RULES.iter().map(|rule| rule.name).collect();
            self.problem(format_args!("parse is one of {}", known.join(", ")));
            &EXACT
        })
    }

    fn values(&mut self, rule: &Rule, off: &str, on: Option<&str>) {
        if off.is_empty() {
            self.problem("off may not be empty");
        }
        if on == Some(off) {
            self.problem("off and on are the same value");
        }
        if on.is_some_and(|on| rule.says(on, off, None) == Said::Off && rule.name != "else-off") {
            self.problem(format_args!("under {}, the value of on switches off", rule.name));
        }
    }

    fn place(&mut self, path: String, moved: Option<String>) -> Place {
        for path in std::iter::once(&path).chain(&moved) {
            if let Err(why) = place::check(path) {
                self.problem(format_args!("{}: {why}", legible::visible(path)));
            }
        }
        Place { path, moved }
    }
}

fn is_plain(value: &str) -> bool {
    value.chars().all(legible::is_plain)
}

/// A value as text, which rules understand.
pub fn in_text(value: &Scalar) -> String {
    match value {
        Scalar::Bool(value) => value.to_string(),
        Scalar::Integer(value) => value.to_string(),
        Scalar::Text(value) => value.clone(),
    }
}
