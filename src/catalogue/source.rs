//! What each switch of a tool holds on this machine, and what that says. Reads, and nothing else.

use crate::catalogue::entry::{Channel, Entry, Evidence, File, Scope, System, Variable};
use crate::catalogue::executables::Programs;
use crate::catalogue::formats::FormatKind;
use crate::catalogue::formats::format::Scalar;
use crate::catalogue::place::Surroundings;
use crate::catalogue::reading::in_text;
use crate::catalogue::rule::{EXACT, Said};
use crate::consent::World;
use crate::domain::legible::on_one_line;
use crate::domain::signals::Value;
use crate::fs::external;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// A switch of a tool.
#[derive(Debug, Clone, Copy)]
pub enum Switch<'e> {
    /// A variable.
    Variable(&'e Variable),
    /// A value in a file.
    File(&'e File),
}

/// A switch, and what it says.
#[derive(Debug, Clone)]
pub struct Source<'e> {
    /// The switch.
    pub switch: Switch<'e>,
    /// Where its file is, or would be; `None` for a variable, or where no place can be named.
    pub path: Option<PathBuf>,
    /// The names that lead to the value in the file.
    pub key: Vec<String>,
    /// What it holds; `None` where it holds nothing.
    pub value: Option<String>,
    /// What that says.
    pub says: Said,
    /// Why the file could not be understood.
    pub problem: Option<String>,
}

impl Source<'_> {
    /// How it is known that this is a switch at all.
    pub fn basis(&self) -> Evidence {
        match self.switch {
            Switch::Variable(variable) => variable.basis,
            Switch::File(file) => file.basis,
        }
    }

    /// How strong it is: the smaller, the stronger.
    pub fn rank(&self) -> usize {
        match self.switch {
            Switch::Variable(_) => 0,
            Switch::File(file) => 1 + file.scope as usize,
        }
    }

    /// What it holds, as it may be printed: a variable's value only if it is a known one.
    pub fn shown(&self) -> Option<String> {
        let value = self.value.as_deref()?;
        Some(match self.switch {
            Switch::Variable(variable)
                if !variable.rule.knows(value, &variable.off, variable.on.as_deref()) =>
            {
                Value::Set.to_string()
            }
            _ => on_one_line(value),
        })
    }

    /// Whether it is the variable that speaks to all tools.
    pub fn is_do_not_track(&self) -> bool {
        matches!(self.switch, Switch::Variable(variable) if variable.name == "DO_NOT_TRACK")
    }

    /// Whether its file is in a format that sayso does not read.
    pub fn is_unread(&self) -> bool {
        matches!(self.switch, Switch::File(file) if file.format.is_none())
    }

    /// Whether its file speaks for a project.
    pub fn is_of_a_project(&self) -> bool {
        matches!(self.switch, Switch::File(file) if file.scope == Scope::Project)
    }
}

/// What was read of a file: its text, nothing, or why not.
type Text = Rc<Result<Option<String>, String>>;

/// This machine, as far as other tools' switches are concerned. Each file is read at most once.
pub struct Machine {
    world: Arc<World>,
    programs: Programs,
    working_folder: Option<PathBuf>,
    files: RefCell<HashMap<PathBuf, Text>>,
}

impl Machine {
    /// This machine with these programs on it.
    pub fn new(world: &Arc<World>, programs: Programs) -> Self {
        Self {
            world: Arc::clone(world),
            programs,
            working_folder: world.working_folder(),
            files: RefCell::default(),
        }
    }

    /// The world it is in.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Files are read again from now on: something was changed.
    pub fn forget_files(&self) {
        self.files.borrow_mut().clear();
    }

    /// Where the program of an entry is, if it is installed.
    pub fn program(&self, entry: &Entry) -> Option<&Path> {
        self.programs.of(entry)
    }

    /// Where the program with this name is, if a tool of the catalogue has it.
    pub fn program_called(&self, name: &str) -> Option<&Path> {
        self.programs.named(name)
    }

    /// What the places of an entry depend on here.
    pub fn surroundings(&self, entry: &Entry) -> Surroundings<'_> {
        Surroundings {
            environment: self.world.environment(),
            working_folder: self.working_folder.as_deref(),
            program: self.programs.of(entry),
        }
    }

    /// Every switch of a channel with what it says, the strongest first.
    pub fn sources<'e>(&self, entry: &'e Entry, channel: Channel) -> Vec<Source<'e>> {
        let variables = entry.variables_of(channel).map(|variable| self.variable(variable));
        let files = entry.files_of(channel, System::here()).map(|file| self.file(entry, file));
        let mut sources: Vec<Source<'e>> = variables.chain(files).collect();
        // In the home folder itself, the file of a project there is the person's own.
        let own: Vec<PathBuf> = sources
            .iter()
            .filter(|source| !source.is_of_a_project())
            .filter_map(|source| source.path.clone())
            .collect();
        sources.retain(|source| {
            let is_own = source.path.as_ref().is_some_and(|path| own.contains(path));
            !source.is_of_a_project() || !is_own
        });
        sources.sort_by_key(Source::rank);
        sources
    }

    fn variable<'e>(&self, variable: &'e Variable) -> Source<'e> {
        let value = self.world.environment().get(&variable.name);
        let on = variable.on.as_deref();
        let rule = if variable.basis.is_certain() { variable.rule } else { &EXACT };
        let says = value.as_ref().map(|value| rule.says(value, &variable.off, on));
        Source {
            switch: Switch::Variable(variable),
            path: None,
            key: Vec::new(),
            value,
            says: says.unwrap_or(Said::Nothing),
            problem: None,
        }
    }

    fn file<'e>(&self, entry: &Entry, file: &'e File) -> Source<'e> {
        let (path, text) = self.nearest(self.surroundings(entry).find(&file.place));
        let mut source = Source {
            switch: Switch::File(file),
            path,
            key: file.key.clone(),
            value: None,
            says: Said::Nothing,
            problem: None,
        };
        match text.as_deref() {
            None | Some(Ok(None)) => {
                // The profile that is active until there is a file.
                if let Some(new) = &file.new {
                    let _ = held(file, new, &mut source.key);
                }
            }
            Some(Err(why)) => source.problem = Some(why.clone()),
            Some(Ok(Some(text))) => match held(file, text, &mut source.key) {
                Ok(Some(value)) => {
                    source.says = says(file, &value);
                    source.value = Some(in_text(&value));
                }
                Ok(None) => {}
                Err(why) => source.problem = Some(why),
            },
        }
        if source.problem.is_some() {
            source.says = Said::Unclear;
        }
        source
    }

    /// The first of these paths at which there is a file; where there is none, the only path.
    fn nearest(&self, paths: Vec<PathBuf>) -> (Option<PathBuf>, Option<Text>) {
        let is_one = paths.len() == 1;
        let first = paths.first().cloned();
        for path in paths {
            let text = self.text(&path);
            if !matches!(*text, Ok(None)) {
                return (Some(path), Some(text));
            }
        }
        // Of several folders, none is the one.
        (if is_one { first } else { None }, None)
    }

    fn text(&self, path: &Path) -> Text {
        let mut files = self.files.borrow_mut();
        let text = files
            .entry(path.to_owned())
            .or_insert_with(|| Rc::new(external::read(path).map_err(|error| error.why())));
        Rc::clone(text)
    }
}

/// Stands in a key for the name of the active profile, which the same file tells.
pub(super) const ACTIVE: &str = "{active}";

/// What the file holds under the key, which then names the active profile.
fn held(file: &File, text: &str, key: &mut [String]) -> Result<Option<Scalar>, String> {
    let Some(format) = file.format else {
        return Err("is in a format that sayso does not read".to_owned());
    };
    let read = |format: FormatKind, key: &[String]| {
        format.read(text.as_bytes(), key).map_err(|refused| match refused.line {
            Some(line) => format!("{} (line {line})", refused.why),
            None => refused.why,
        })
    };
    if let Some(place) = key.iter().position(|name| name == ACTIVE) {
        let Some(active) = read(format, &["active".to_owned()])? else { return Ok(None) };
        key[place] = in_text(&active);
    }
    read(format, key)
}

/// The value itself first, since the tool wants its type; then its text, if there is a rule for it.
fn says(file: &File, value: &Scalar) -> Said {
    match value {
        _ if *value == file.off => Said::Off,
        _ if Some(value) == file.on.as_ref() => Said::On,
        _ if file.rule.name.is_empty() || !file.basis.is_certain() => Said::Unclear,
        _ => {
            let on = file.on.as_ref().map(in_text);
            file.rule.says(&in_text(value), &in_text(&file.off), on.as_deref())
        }
    }
}
