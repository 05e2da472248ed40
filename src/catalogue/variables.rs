//! The variables that carry a person's noes to other people's tools.
//!
//! All of a refused channel's own variables are set, whether or not its file is set as well: a
//! variable reaches further than a file, over those of projects too. A variable that several tools
//! hear is set only where it silences nobody else: never while one of them was said yes to, and,
//! unless everything undecided is off, only where a tool has no variable of its own. For
//! `DO_NOT_TRACK`, which all tools may hear, any yes at all is one too many.

use crate::catalogue::Catalogue;
use crate::catalogue::entry::{Channel, Entry, Variable};
use crate::catalogue::executables::Programs;
use crate::catalogue::keyword::Keyword;
use crate::catalogue::rule::Said;
use crate::choices;
use crate::consent::World;
use crate::domain::consent::{Choice, Consent};
use crate::domain::policy::{Default, DeniedBy, Pattern, Policy};
use crate::domain::tool_id::{Purpose, ToolId};
use crate::domain::variable;
use crate::fs::Error;
use std::collections::{BTreeMap, BTreeSet};

const DO_NOT_TRACK: &str = "DO_NOT_TRACK";
const TRACK_NOT: &str = "1";

/// One variable, its value, and the tools that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// The value that switches off.
    pub value: String,
    /// For which tools; none where it is for whatever may come.
    pub tools: BTreeSet<ToolId>,
    /// What this process has instead.
    pub here: Here,
}

/// How a variable is set in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// To this value, or to one that its tools take for the same.
    Same,
    /// To another one.
    Different,
    /// Not at all.
    Missing,
}

/// What there is to set, and what cannot be.
#[derive(Debug, Clone, PartialEq, Eq, std::default::Default)]
pub struct Variables {
    /// What there is to set, by name.
    pub settings: Vec<Setting>,
    /// What was left out and why, as sentences.
    pub left_out: Vec<String>,
}

/// What the person said, of all tools.
struct Choices {
    undecided_is_off: bool,
    /// `None` where the file cannot be understood, which is a no.
    said: BTreeMap<ToolId, Option<Consent>>,
    /// What the administrator forbids is off, whatever was said. One that cannot be understood forbids
    /// everything.
    policy: Policy,
}

impl Choices {
    fn read(world: &World) -> Result<Self, Error> {
        let said = choices::every(world.layout()?)?;
        let everything = DeniedBy { pattern: Pattern::Everything, reason: None };
        let unreadable = |_| Policy { deny: vec![everything], default: None };
        let policy = world.policy().cloned().unwrap_or_else(unreadable);
        // A config that cannot be understood allows nothing.
        let undecided_is_off = world
            .config()
            .map_or(true, |config| config.default.or(policy.default) == Some(Default::Off));
        Ok(Self { undecided_is_off, said, policy })
    }

    fn is_no_anywhere(&self) -> bool {
        let is_no = |said: &Option<Consent>| match said {
            Some(consent) => {
                let denied = |choice: Choice| choice == Choice::Denied;
                consent.refused.is_some()
                    || consent.answers.values().any(|answer| denied(answer.choice))
            }
            None => true,
        };
        self.undecided_is_off || !self.policy.deny.is_empty() || self.said.values().any(is_no)
    }

    fn is_yes_anywhere(&self) -> bool {
        let is_yes = |consent: &Consent| {
            consent.may_use_an_id()
                || consent.answers.values().any(|answer| answer.choice == Choice::Granted)
        };
        let may_be = |tool: &ToolId| self.policy.denies(tool, None).is_none();
        let said = self.said.iter().filter(|(tool, _)| may_be(tool));
        said.filter_map(|(_, said)| said.as_ref()).any(is_yes)
    }

    fn on(&self, tool: &ToolId, channel: Channel) -> Option<Choice> {
        let purpose: Option<Purpose> = channel.as_str().parse().ok();
        if self.policy.denies(tool, purpose.as_ref()).is_some() {
            return Some(Choice::Denied);
        }
        let consent = match self.said.get(tool)? {
            Some(consent) => consent,
            None => return Some(Choice::Denied),
        };
        consent.wish_on(&purpose?)
    }

    /// Names that would take back a yes to a tool that asks sayso.
    fn ways_out(&self) -> BTreeSet<&str> {
        let granting = self.said.values().flatten().filter(|consent| consent.may_use_an_id());
        let promised = granting.flat_map(|consent| {
            let own = consent.answers.values().map(|answer| &answer.withdraw);
            own.chain([&consent.withdraw])
        });
        promised.flat_map(|promise| promise.0.keys()).map(String::as_str).collect()
    }
}

/// The variables that carry the person's noes. The catalogue is asked for only where there are any.
///
/// # Errors
/// Where there is no home, or the answers cannot be listed.
pub fn of<'c>(
    world: &World,
    catalogue: impl FnOnce() -> &'c Catalogue,
) -> Result<Variables, Error> {
    let choices = Choices::read(world)?;
    if !choices.is_no_anywhere() {
        return Ok(Variables::default());
    }
    let catalogue = catalogue();
    let programs = match choices.undecided_is_off {
        true => Programs::find(catalogue.entries(), world.environment()),
        false => Programs::default(),
    };
    let is_off = |entry: &Entry, channel| match choices.on(&entry.id, channel) {
        Some(choice) => choice == Choice::Denied,
        None => choices.undecided_is_off && programs.of(entry).is_some(),
    };
    let mut heard = Heard::default();
    for entry in catalogue.entries() {
        for channel in entry.channels() {
            let choice = choices.on(&entry.id, channel);
            heard.add(entry, channel, is_off(entry, channel), choice);
        }
    }
    Ok(heard.settled(world, &choices))
}

/// Who hears each variable, of those that were said no to, those that were said yes to, and all.
#[derive(std::default::Default)]
struct Heard<'e> {
    refused: BTreeMap<&'e str, Vec<(&'e Entry, &'e Variable)>>,
    granted: BTreeMap<&'e str, &'e ToolId>,
    all: BTreeMap<&'e str, BTreeSet<&'e ToolId>>,
    /// The refused channels, each with the names of its variables.
    channels: Vec<Vec<&'e str>>,
}

impl<'e> Heard<'e> {
    /// What is only known from others' lists is set where the person named the tool.
    fn add(&mut self, entry: &'e Entry, channel: Channel, is_off: bool, choice: Option<Choice>) {
        let is_named = choice == Some(Choice::Denied);
        let mut names = Vec::new();
        for variable in entry.variables_of(channel) {
            let name = variable.name.as_str();
            self.all.entry(name).or_default().insert(&entry.id);
            if choice == Some(Choice::Granted) {
                self.granted.insert(name, &entry.id);
            }
            // DO_NOT_TRACK has one value for all, which a few do not listen to.
            let is_of_use = name != DO_NOT_TRACK || says_off(variable, TRACK_NOT);
            if is_off && is_of_use && (variable.basis.is_certain() || is_named) {
                self.refused.entry(name).or_default().push((entry, variable));
                names.push(name);
            }
        }
        self.channels.push(names);
    }

    /// Whether only this one tool hears the variable, or it is all that some channel hears, or
    /// nobody undecided may be on anyway.
    fn is_due(&self, name: &str, undecided_is_off: bool) -> bool {
        let is_shared = |name: &str| {
            name == DO_NOT_TRACK || self.all.get(name).is_some_and(|all| all.len() > 1)
        };
        let needs =
            |names: &Vec<&str>| names.contains(&name) && names.iter().all(|name| is_shared(name));
        undecided_is_off || !is_shared(name) || self.channels.iter().any(needs)
    }

    fn settled(mut self, world: &World, choices: &Choices) -> Variables {
        if choices.undecided_is_off {
            self.refused.entry(DO_NOT_TRACK).or_default();
        }
        let ways_out = choices.ways_out();
        let is_yes_anywhere = choices.is_yes_anywhere();
        let mut variables = Variables::default();
        for (name, heard) in &self.refused {
            let name = *name;
            let is_one_too_many = name == DO_NOT_TRACK && is_yes_anywhere;
            if is_one_too_many || !self.is_due(name, choices.undecided_is_off) {
                continue;
            }
            match self.value(name, heard, &ways_out) {
                Ok(value) => variables.settings.push(Setting {
                    name: name.to_owned(),
                    value: value.to_owned(),
                    tools: match name == DO_NOT_TRACK && choices.undecided_is_off {
                        true => BTreeSet::new(),
                        false => heard.iter().map(|(entry, _)| entry.id.clone()).collect(),
                    },
                    here: here(world, name, value, heard),
                }),
                Err(why) => variables.left_out.push(format!("{name} is left out: {why}")),
            }
        }
        variables
    }

    /// The one value that all who refuse take for off.
    fn value(
        &self,
        name: &str,
        heard: &[(&'e Entry, &'e Variable)],
        ways_out: &BTreeSet<&str>,
    ) -> Result<&'e str, String> {
        if name == DO_NOT_TRACK {
            return Ok(TRACK_NOT);
        }
        if let Some(granted) = self.granted.get(name) {
            return Err(format!("it would switch off {granted} too, which you said yes to"));
        }
        if ways_out.contains(name) {
            return Err("it would take back a yes of yours".to_owned());
        }
        let begins_with_a_digit = name.starts_with(|c: char| c.is_ascii_digit());
        if variable::is_taken(name) || begins_with_a_digit {
            return Err("it means something else to every program".to_owned());
        }
        let mut values = heard.iter().map(|(_, variable)| variable.off.as_str());
        let suits_all = |value: &&str| heard.iter().all(|(_, variable)| says_off(variable, value));
        values.find(suits_all).ok_or_else(|| {
            let tools: BTreeSet<&str> = heard.iter().map(|(entry, _)| entry.id.as_str()).collect();
            let tools: Vec<&str> = tools.into_iter().collect();
            format!("{} want different values of it", tools.join(" and "))
        })
    }
}

fn says_off(variable: &Variable, value: &str) -> bool {
    variable.rule.says(value, &variable.off, variable.on.as_deref()) == Said::Off
}

fn here(world: &World, name: &str, value: &str, heard: &[(&Entry, &Variable)]) -> Here {
    let Some(here) = world.environment().get(name) else { return Here::Missing };
    let is_off = || heard.iter().all(|(_, variable)| says_off(variable, &here));
    match here == value || !heard.is_empty() && is_off() {
        true => Here::Same,
        false => Here::Different,
    }
}

impl Variables {
    /// Names and values.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.settings.iter().map(|setting| (setting.name.as_str(), setting.value.as_str()))
    }

    /// Those that this process does not have.
    pub fn missing(&self) -> impl Iterator<Item = &Setting> {
        self.settings.iter().filter(|setting| setting.here != Here::Same)
    }
}
