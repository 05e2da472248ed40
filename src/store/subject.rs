//! One tool as this machine knows it: its declaration and what the person said, each read once.
//! The only place where the facts for a decision are gathered.

use super::declarations;
use super::error::Error;
use super::world::World;
use crate::domain::consent::{Consent, Noticed, Word};
use crate::domain::decision::{
    self, Decision, Declared, DeniedBy, Facts, Source, Standing, Unreadable,
};
use crate::domain::declaration::{Declaration, Event, meaning};
use crate::domain::event::needs_secret;
use crate::domain::notice::Ways;
use crate::domain::policy::Policy;
use crate::domain::pseudonym;
use crate::domain::tool_id::{Purpose, ToolId};
use crate::domain::wording;
use indexmap::IndexMap;
use std::sync::{Arc, OnceLock};

/// A tool, ready to be decided about.
pub struct Subject {
    world: Arc<World>,
    /// The tool.
    pub tool: ToolId,
    /// What its author declares; `None` where nobody did, or not in a way that is understood.
    pub declaration: Option<Declaration>,
    /// What the person said; empty where that cannot be understood.
    pub consent: Consent,
    policy: Policy,
    unreadable: Option<Unreadable>,
    /// Whether the declaration still means what was read, for each purpose with an answer; worked
    /// out at most once, since it costs more than all the rest of a decision.
    unchanged: IndexMap<Purpose, OnceLock<bool>>,
    /// The same for a notice that was shown and not answered.
    notice_unchanged: OnceLock<bool>,
}

impl Subject {
    /// A tool by the declaration that is registered for it.
    pub fn registered(world: &Arc<World>, tool: &ToolId) -> Self {
        let found = world.layout().and_then(|layout| declarations::find(layout, tool));
        match found {
            Ok(found) => Self::new(world, tool, found.map(|found| found.declaration)),
            Err(error) => {
                let mut subject = Self::new(world, tool, None);
                subject.unreadable.get_or_insert_with(|| unreadable("its declaration", &error));
                subject
            }
        }
    }

    /// A tool by the declaration that it carries itself.
    pub fn embedded(world: &Arc<World>, declaration: Declaration) -> Self {
        let tool = declaration.tool.clone();
        Self::new(world, &tool, Some(declaration))
    }

    fn new(world: &Arc<World>, tool: &ToolId, declaration: Option<Declaration>) -> Self {
        let mut broken = None;
        let consent = world
            .layout()
            .and_then(|layout| super::consent::read(&layout.consent(tool), tool))
            .unwrap_or_else(|error| {
                broken.get_or_insert_with(|| unreadable("your answer", &error));
                Consent::default()
            });
        let policy = world.policy().cloned().unwrap_or_else(|error| {
            broken.get_or_insert_with(|| unreadable("the administrator's policy", &error));
            Policy::default()
        });
        let answered = consent.answers.keys().cloned();
        Self {
            world: Arc::clone(world),
            tool: tool.clone(),
            unchanged: answered.map(|purpose| (purpose, OnceLock::new())).collect(),
            notice_unchanged: OnceLock::new(),
            declaration,
            consent,
            policy,
            unreadable: broken,
        }
    }

    /// The world it was read in.
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// The same tool, read again.
    #[must_use]
    pub fn again(&self) -> Self {
        let world = self.world.again();
        match &self.declaration {
            Some(declaration) => Self::embedded(&world, declaration.clone()),
            None => Self::registered(&world, &self.tool),
        }
    }

    /// The purposes there is something to say about: those declared, then those only answered.
    pub fn purposes(&self) -> Vec<Purpose> {
        let declared = self.declaration.iter().flat_map(|declaration| declaration.purposes.keys());
        let mut purposes: Vec<Purpose> = declared.cloned().collect();
        for answered in self.consent.answers.keys() {
            if !purposes.contains(answered) {
                purposes.push(answered.clone());
            }
        }
        purposes
    }

    /// Whether a file about this tool cannot be understood.
    pub fn unreadable(&self) -> Option<&Unreadable> {
        self.unreadable.as_ref()
    }

    /// Whether any purpose is allowed.
    pub fn allows_anything(&self) -> bool {
        let mut declared = self.declaration.iter().flat_map(|declared| declared.purposes.keys());
        declared.any(|purpose| self.decide(Some(purpose)).allows())
    }

    /// Whether an event of this name may be recorded.
    pub fn allows_event(&self, name: &str) -> bool {
        let events = self.declaration.iter().flat_map(|declared| &declared.events);
        let mut named = events.filter(|event| event.name == name);
        named.any(|event| self.decide(Some(&event.purpose)).allows())
    }

    /// The person's id, read only where a field of the event is keyed by it.
    pub(super) fn secret_for(&self, event: &Event) -> Option<uuid::Uuid> {
        if !needs_secret(event) {
            return None;
        }
        self.world.config().ok()?.id()
    }

    /// What a recipient sees instead of the person, for events of that time; `None` where the purpose
    /// has no identity, or nothing to make one of. Automations are nobody, so all of them are one.
    pub fn pseudonym(&self, purpose: &Purpose, at: jiff::Timestamp) -> Option<String> {
        let identity = self.declaration.as_ref()?.purposes.get(purpose)?.identity;
        let period = pseudonym::period(identity, at)?;
        if self.world.signals.automation.is_some() {
            return Some(pseudonym::AUTOMATION.to_owned());
        }
        let id = self.world.config().ok()?.id()?;
        let salt = self.consent.salt.as_deref()?;
        Some(pseudonym::pseudonym(id, salt, &self.tool, purpose, &period).to_string())
    }

    /// What holds for one purpose; without one, for a tool that has none.
    pub fn decide(&self, purpose: Option<&Purpose>) -> Decision {
        decision::decide(&self.facts(purpose))
    }

    /// Every source of that decision, the default too where an answer comes before it.
    pub fn sources(&self, purpose: Option<&Purpose>) -> Vec<Source> {
        let mut facts = self.facts(purpose);
        facts.default = self.default().unwrap_or_default();
        decision::sources(&facts)
    }

    /// The decision, and its words for people.
    pub fn explain(&self, purpose: Option<&Purpose>, ways: &Ways) -> Explained {
        let facts = self.facts(purpose);
        let decision = decision::decide(&facts);
        Explained {
            decision,
            because: wording::because(decision, &facts),
            detail: wording::detail(decision, &facts),
            hint: wording::how_to_change(decision, &facts, ways),
            decided: facts.word.at(),
        }
    }

    fn facts(&self, purpose: Option<&Purpose>) -> Facts<'_> {
        let environment = self.world.environment();
        let declaration = self.declaration.as_ref();
        let spec = purpose.and_then(|purpose| declaration?.purposes.get(purpose));
        let word = match purpose {
            Some(purpose) => self.consent.word_on(purpose),
            None => self.consent.word_on_the_tool(),
        };
        // The default is looked up only where nobody said yes or no: a check of what was answered
        // reads no other file, and damage to that one does not touch it.
        let (default, broken_config) = match word {
            Word::Granted { .. } | Word::Denied { .. } => (Standing::default(), None),
            Word::Noticed(_) | Word::Nothing => match self.default() {
                Ok(standing) => (standing, None),
                Err(error) => (Standing::default(), Some(unreadable("your config", &error))),
            },
        };
        let off = [
            Some(&self.consent.withdraw),
            purpose.and_then(|p| self.consent.answers.get(p)).map(|answer| &answer.withdraw),
        ]
        .into_iter()
        .flatten()
        .find_map(|promise| promise.says_no(environment))
        .or_else(|| declaration?.withdrawal().says_no(environment))
        .or_else(|| spec?.switches.withdrawal().says_no(environment));
        let on = declaration
            .and_then(|declaration| declaration.switches.says_yes(environment))
            .or_else(|| spec?.switches.says_yes(environment));
        Facts {
            unreadable: self.unreadable.clone().or(broken_config),
            declared: spec.zip(declaration).map(|(spec, declaration)| Declared {
                manner: declaration.manner,
                since: spec.since,
                notice: declaration.notice,
            }),
            tool_is_declared: declaration.is_some(),
            signals: &self.world.signals,
            off,
            on,
            denied_by: self.policy.denies(&self.tool, purpose).map(|pattern| DeniedBy {
                pattern: pattern.clone(),
                reason: self.policy.reason.clone(),
            }),
            unchanged: self.is_unchanged(purpose, &word),
            word,
            default,
        }
    }

    /// What holds for tools without a choice: the person's own default, or else the policy's.
    ///
    /// # Errors
    /// Where `config.toml` is there and cannot be understood.
    pub fn default(&self) -> Result<Standing, Arc<Error>> {
        Ok(match self.world.config()?.default {
            Some(own) => Standing { choice: Some(own), by_policy: false },
            None => Standing { choice: self.policy.default, by_policy: true },
        })
    }

    /// Whether the declaration still means what was read.
    fn is_unchanged(&self, purpose: Option<&Purpose>, word: &Word<'_>) -> bool {
        let Some(declaration) = &self.declaration else { return false };
        match (word, purpose) {
            (Word::Granted { read, .. }, Some(purpose)) => {
                let compare = || {
                    let now = meaning::digest_of_purpose(declaration, purpose, read.notice);
                    now.as_ref() == Some(&read.digest)
                };
                match self.unchanged.get(purpose) {
                    Some(known) => *known.get_or_init(compare),
                    None => compare(),
                }
            }
            (Word::Noticed(Noticed { read, .. }), _) => *self
                .notice_unchanged
                .get_or_init(|| meaning::digest_of_notice(declaration, read.notice) == read.digest),
            _ => true,
        }
    }
}

/// A decision with its words for people.
pub struct Explained {
    /// What holds.
    pub decision: Decision,
    /// Why, short enough for a table.
    pub because: String,
    /// Why, in full.
    pub detail: String,
    /// What a person can do about it.
    pub hint: String,
    /// When the person said something about it.
    pub decided: Option<jiff::Timestamp>,
}

fn unreadable(what: &'static str, error: &Error) -> Unreadable {
    Unreadable { path: error.path().map(std::borrow::ToOwned::to_owned), what, why: error.why() }
}
