//! One tool as this machine knows it: its declaration and what the person said, each read once.
//! The only place where the facts for a decision are gathered.

use crate::consent::World;
use crate::consent::last_prompt;
use crate::domain::consent::{Consent, Noticed, Read, Word};
use crate::domain::decision::{
    self, Decision, Explanation, Facts, Reason, Source, Standing, Unreadable,
};
use crate::domain::declaration::{Declaration, Event, Prepared, Terms};
use crate::domain::event::needs_secret;
use crate::domain::policy::Policy;
use crate::domain::pseudonym;
use crate::domain::signals::{Value, Variable};
use crate::domain::tool_id::{Purpose, ToolId};
use crate::fs::Error;
use crate::registry::source::Known;
use crate::registry::{cache, declarations};
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, OnceLock};

/// A tool, ready to be decided about.
pub struct Subject {
    world: Arc<World>,
    /// The tool.
    pub tool: ToolId,
    known: Known,
    /// What the person said; empty where that cannot be understood.
    pub consent: Consent,
    policy: Policy,
    unreadable: Option<Unreadable>,
    /// Whether the declaration still means what was read, for each answer in turn; worked
    /// out at most once, since it costs more than all the rest of a decision. None where that was
    /// prepared, and is only compared.
    unchanged: Vec<OnceLock<bool>>,
    /// The same for a notice that was shown and not answered.
    notice_unchanged: OnceLock<bool>,
}

impl Subject {
    /// A tool by the declaration that is registered for it.
    pub fn registered(world: &Arc<World>, tool: &ToolId) -> Self {
        // Taken before the file is read: whoever prepares it has to know how old it was then.
        world.now();
        let found = world.layout().and_then(|layout| declarations::find(layout, tool));
        match found {
            Ok(Some(found)) => Self::new(world, tool, Known::Registered(Box::new(found))),
            Ok(None) => Self::new(world, tool, Known::Nothing),
            Err(error) => {
                let mut subject = Self::new(world, tool, Known::Nothing);
                subject.unreadable.get_or_insert_with(|| unreadable("its declaration", &error));
                subject
            }
        }
    }

    /// The same, from what was prepared of that declaration if it is still true; for programs that
    /// answer one question and end.
    pub fn registered_at_once(world: &Arc<World>, tool: &ToolId) -> Self {
        let prepared = world.layout().ok().and_then(|layout| cache::read(layout, tool));
        let subject = prepared.map(|prepared| Self::new(world, tool, Known::prepared(prepared)));
        match subject.filter(|subject| !subject.is_answered_later()) {
            Some(subject) => subject,
            None => Self::registered(world, tool),
        }
    }

    /// Prepares the declaration for the next time, where it had to be read and something is allowed.
    pub fn prepare(&self) {
        if let Known::Registered(found) = &self.known
            && self.allows_anything()
        {
            cache::write(&self.world, found, self.world.now());
        }
    }

    /// A tool by the declaration that it carries itself.
    pub fn embedded(world: &Arc<World>, declaration: Declaration) -> Self {
        let tool = declaration.tool.clone();
        Self::new(world, &tool, Known::Embedded(Box::new(declaration)))
    }

    /// A tool by what was prepared of the declaration that it carries, text and all.
    pub fn embedded_prepared(world: &Arc<World>, prepared: Prepared<'static>) -> Option<Self> {
        let tool = prepared.tool()?;
        let subject = Self::new(world, &tool, Known::prepared(prepared));
        match subject.is_answered_later() {
            true => Some(Self::embedded(world, subject.declaration()?.clone())),
            false => Some(subject),
        }
    }

    /// Whether an answer rests on a later notice than the one that is declared now. What that means
    /// under such a number is not prepared.
    fn is_answered_later(&self) -> bool {
        let Some(terms) = self.terms() else { return false };
        let answers = self.consent.answers.values().filter_map(|answer| answer.read.as_ref());
        let mut read = answers.chain(self.consent.noticed.as_ref().map(|noticed| &noticed.read));
        read.any(|read| read.notice > terms.notice())
    }

    fn new(world: &Arc<World>, tool: &ToolId, known: Known) -> Self {
        let mut broken = None;
        let consent = world
            .layout()
            .and_then(|layout| crate::consent::record::read(&layout.consent(tool), tool))
            .unwrap_or_else(|error| {
                broken.get_or_insert_with(|| unreadable("your answer", &error));
                Consent::default()
            });
        let policy = world.policy().cloned().unwrap_or_else(|error| {
            broken.get_or_insert_with(|| unreadable("the administrator's policy", &error));
            Policy::default()
        });
        Self {
            world: Arc::clone(world),
            tool: tool.clone(),
            unchanged: match known {
                Known::Prepared(..) => Vec::new(),
                _ => vec![OnceLock::new(); consent.answers.len()],
            },
            notice_unchanged: OnceLock::new(),
            known,
            consent,
            policy,
            unreadable: broken,
        }
    }

    /// The world it was read in.
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// What its author declares; `None` where nobody did, or not in a way that is understood.
    pub fn declaration(&self) -> Option<&Declaration> {
        self.known.declaration(&self.world, &self.tool)
    }

    /// What a decision and a record need of that.
    pub fn terms(&self) -> Option<&dyn Terms> {
        self.known.terms()
    }

    /// The same tool, with the same declaration, read again.
    #[must_use]
    pub fn again(&self) -> Self {
        let world = self.world.again();
        match &self.known {
            Known::Nothing => Self::registered(&world, &self.tool),
            known => Self::new(&world, &self.tool, known.clone()),
        }
    }

    /// The purposes there is something to say about: those declared, then those only answered.
    pub fn purposes(&self) -> Vec<Purpose> {
        let mut purposes = self.terms().map(Terms::purposes).unwrap_or_default();
        for answered in self.consent.answers.purposes() {
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
        let declared = self.terms().map(Terms::purposes).unwrap_or_default();
        declared.iter().any(|purpose| self.decide(Some(purpose)).allows())
    }

    /// Whether an event of this name may be recorded.
    pub fn allows_event(&self, name: &str) -> bool {
        let event = self.terms().and_then(|terms| terms.event(name));
        event.is_some_and(|event| self.decide(Some(&event.purpose)).allows())
    }

    /// The person's id, read only where a field of the event is keyed by it.
    pub(crate) fn secret_for(&self, event: &Event) -> Option<uuid::Uuid> {
        if !needs_secret(self.terms()?, event) {
            return None;
        }
        self.world.config().ok()?.id()
    }

    /// What a recipient sees instead of the person, for events of that time; `None` where the purpose
    /// has no identity, or nothing to make one of. Automations are nobody, so all of them are one.
    pub fn pseudonym(&self, purpose: &Purpose, at: Timestamp) -> Option<String> {
        let identity = self.declaration()?.purposes.get(purpose)?.identity;
        let period = pseudonym::period(identity, at)?;
        if self.world.signals().automation.is_some() {
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

    /// How long the events of a purpose rest: not at all where the owner of a pipeline or a server
    /// decided, since a rest is for a change of mind.
    pub fn rest(&self, purpose: &Purpose) -> SignedDuration {
        match self.terms() {
            Some(terms) if self.decide(Some(purpose)).reason != Reason::EnvironmentOn => {
                terms.rest()
            }
            _ => SignedDuration::ZERO,
        }
    }

    /// What an allow for this reason rests on: the notice that was read, or the first one where the
    /// owner of a pipeline allows it.
    pub fn read_for(&self, purpose: &Purpose, reason: Reason) -> Option<Read> {
        match self.consent.word_on(purpose) {
            Word::Granted { read, .. } | Word::Noticed(Noticed { read, .. })
                if reason != Reason::EnvironmentOn =>
            {
                Some(read.clone())
            }
            _ => {
                let digest = self.terms()?.digest(Some(purpose), 1)?.into_owned();
                Some(Read { notice: 1, digest })
            }
        }
    }

    /// Every source of that decision, the default too where an answer comes before it.
    pub fn sources(&self, purpose: Option<&Purpose>) -> Vec<Source> {
        let mut facts = self.all_facts(purpose);
        facts.default = self.default().unwrap_or_default();
        decision::sources(&facts)
    }

    /// The decision, with all that its words for people are made of.
    pub fn explanation(&self, purpose: Option<&Purpose>) -> Explanation<'_> {
        let facts = self.all_facts(purpose);
        let decision = decision::decide(&facts);
        let decided = facts.word.at();
        Explanation {
            decision,
            asked: purpose.and_then(|purpose| self.asked(purpose, decision)),
            decided,
            ahead: decided.filter(|at| decision.allows() && *at > self.world.now()),
            facts,
        }
    }

    /// When the user was asked about a purpose, where that is why it is undecided; and whether they will be
    /// asked again.
    fn asked(&self, purpose: &Purpose, decision: Decision) -> Option<(Timestamp, bool)> {
        let declaration = self.declaration().filter(|_| decision.reason == Reason::Unasked)?;
        let asked = last_prompt::last(self.world.layout().ok()?, &self.tool)?;
        let is_meant = asked.purposes.iter().any(|name| name == purpose.as_str())
            && asked.is_about(declaration);
        is_meant.then_some((asked.at, asked.times < last_prompt::MOST))
    }

    /// The facts, with those that cannot change the decision.
    fn all_facts(&self, purpose: Option<&Purpose>) -> Facts<'_> {
        let on = self.says_yes(purpose);
        let mut facts = Facts { signals: self.world.signals(), on, ..self.facts(purpose) };
        if let Some(off) = &mut facts.off {
            off.value = self.value_of(purpose, &off.name);
        }
        facts
    }

    /// The value of a variable, if the declaration lists it.
    fn value_of(&self, purpose: Option<&Purpose>, name: &str) -> Value {
        let declared = self.declaration();
        let of_purpose = || declared?.purposes.get(purpose?).map(|spec| &spec.switches);
        let value = self.world.environment().get(name);
        let is_known = |value: &String| {
            let mut all = declared.map(|d| &d.switches).into_iter().chain(of_purpose());
            all.any(|switches| switches.knows(name, value))
        };
        value.filter(is_known).map_or(Value::Set, Value::Known)
    }

    fn says_yes(&self, purpose: Option<&Purpose>) -> Option<Variable> {
        self.terms()?.says_yes(purpose, self.world.environment())
    }

    fn facts(&self, purpose: Option<&Purpose>) -> Facts<'_> {
        let environment = self.world.environment();
        let terms = self.terms();
        let word = match purpose {
            Some(purpose) => self.consent.word_on(purpose),
            None => self.consent.word_on_the_tool(),
        };
        // The default is looked up only where nobody said yes or no: a check of what was answered
        // reads no other file, and damage to that one does not touch it.
        let is_decided = matches!(word, Word::Granted { .. } | Word::Denied { .. });
        let (default, broken_config) = match is_decided {
            true => (Standing::default(), None),
            false => match self.default() {
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
        .find_map(|promise| promise.says_no(environment).map(str::to_owned))
        .or_else(|| terms?.says_no(purpose, environment));
        Facts {
            unreadable: self.unreadable.clone().or(broken_config),
            declared: purpose.and_then(|purpose| terms?.declared(purpose)),
            tool_is_declared: terms.is_some(),
            // Automation, and what its owner says by a variable, changes nothing about an answer.
            signals: match is_decided {
                true => self.world.signals_for_the_decided(),
                false => self.world.signals(),
            },
            off: off.map(|name| Variable { name, value: Value::Set }),
            lacking: terms.and_then(|terms| terms.lacks(purpose, environment)),
            on: if is_decided { None } else { self.says_yes(purpose) },
            denied_by: self.policy.denies(&self.tool, purpose).cloned(),
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
        let Some(terms) = self.terms() else { return false };
        match (word, purpose) {
            (Word::Granted { read, .. }, Some(purpose)) => {
                let compare = || terms.means(purpose, read);
                let place = self.consent.answers.place(purpose);
                match place.and_then(|place| self.unchanged.get(place)) {
                    Some(known) => *known.get_or_init(compare),
                    None => compare(),
                }
            }
            (Word::Noticed(Noticed { read, .. }), _) => {
                *self.notice_unchanged.get_or_init(|| terms.means_all(read))
            }
            _ => true,
        }
    }
}

fn unreadable(what: &'static str, error: &Error) -> Unreadable {
    Unreadable { path: error.path().map(std::borrow::ToOwned::to_owned), what, why: error.why() }
}
