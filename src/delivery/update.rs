//! Asks whether a newer version exists, under consent for the purpose that the declaration names.
//!
//! A host is answered from what the last question brought and never waits; the next question is
//! asked by a process of its own. What goes with the question is an event like any other: only declared
//! fields, of which the command is one only while `usage` is allowed too.

use crate::delivery::outcome;
use crate::delivery::parcel;
use crate::delivery::protocols;
use crate::delivery::protocols::protocol::{Batch, Outgoing, to_the_second};
use crate::delivery::request::Request;
use crate::delivery::transport::{Line, Reply};
use crate::domain::decision::Decision;
use crate::domain::declaration::destination::Destination;
use crate::domain::declaration::field::FieldType;
use crate::domain::declaration::{Declaration, Event};
use crate::domain::event::{Given, environment};
use crate::domain::tool_id::Purpose;
use crate::domain::update::{self, Update};
use crate::events::recorder::Recorder;
use crate::events::sent::{Entry, SentLog, Writer};
use crate::events::updates::{self, Remembered};
use crate::fs::{Error, random};
use crate::registry::Subject;
use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::Duration;

/// The longest that a question may take.
const LIMIT: Duration = Duration::from_secs(3);

/// How long an answer holds, at most; between three and five fifths of it, so that machines that were
/// started together do not ask together.
const FRESH: Duration = Duration::from_secs(48 * 60 * 60);

/// How long nobody asks again after a question that was not answered.
const AFTER_A_FAILURE: SignedDuration = SignedDuration::from_hours(1);

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The version in use.
    pub version: String,
    /// The command that runs, the tool's name first.
    pub command: Option<String>,
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// The tool declares no update check.
    Undeclared,
    /// It may not be asked.
    Held(Purpose, Decision),
    /// The answer, of now or of less than 48 hours ago.
    Known(Update),
    /// No answer, and why.
    Unanswered(String),
}

/// Where a tool asks, and for which purpose.
struct Service<'a> {
    declaration: &'a Declaration,
    destination: &'a Destination,
    purpose: &'a Purpose,
}

impl<'a> Service<'a> {
    fn of(subject: &'a Subject) -> Option<Self> {
        let declaration = subject.declaration()?;
        let destination = declaration.destinations.iter().find(|to| to.is_update_check())?;
        let named = destination.purposes.iter().find(|purpose| purpose.as_str() == "update-check");
        let purpose = named.or(destination.purposes.first())?;
        Some(Self { declaration, destination, purpose })
    }

    /// Whether it may be asked now, under a notice that named it.
    fn decide(&self, subject: &Subject) -> (Decision, bool) {
        let decision = subject.decide(Some(self.purpose));
        let is_covered = decision.notice.is_some_and(|notice| self.destination.since <= notice);
        (decision, decision.allows() && is_covered)
    }

    fn event(&self, notice: u32) -> Option<&'a Event> {
        self.declaration.events_of(self.purpose).find(|event| event.since <= notice)
    }
}

/// What is known already: the answer for this version, and whether it is time to ask again.
pub fn known(subject: &Subject, version: &str) -> (Option<Update>, bool) {
    let nothing = (None, false);
    let Some(service) = Service::of(subject) else { return nothing };
    let Ok(layout) = subject.world().layout() else { return nothing };
    if !service.decide(subject).1 {
        return nothing;
    }
    let now = subject.world().clock();
    match updates::read(layout, &subject.tool, service.purpose, version) {
        None => (None, true),
        Some(remembered) => {
            let is_fresh = remembered.asked <= now && now < remembered.fresh_until;
            let holds = remembered.asked.saturating_add(FRESH).is_ok_and(|end| now < end);
            let update = remembered.update.filter(|_| holds);
            (update.map(|update| update.seen_from(version)), !is_fresh)
        }
    }
}

/// What a process of its own is told that asks, as further arguments; puts the next question off.
/// `None` where there is nobody to ask, or it cannot be remembered that somebody does.
pub fn hand_over(subject: &Subject, question: &Question) -> Option<Vec<String>> {
    let service = Service::of(subject)?;
    let layout = subject.world().layout().ok()?;
    let now = subject.world().clock();
    let before = updates::read(layout, &subject.tool, service.purpose, &question.version);
    let put_off = Remembered {
        version: question.version.clone(),
        asked: before.as_ref().map_or(now, |before| before.asked),
        fresh_until: now.saturating_add(AFTER_A_FAILURE).unwrap_or(now),
        update: before.and_then(|before| before.update),
    };
    updates::write(layout, &subject.tool, service.purpose, &put_off).ok()?;
    Some(question.as_arguments())
}

const FROM: &str = "--update-from";
const COMMAND: &str = "--update-command";

impl Question {
    /// The question as arguments of the process that is to ask it.
    fn as_arguments(&self) -> Vec<String> {
        let mut arguments = vec![FROM.to_owned(), self.version.clone()];
        if let Some(command) = &self.command {
            arguments.extend([COMMAND.to_owned(), command.clone()]);
        }
        arguments
    }

    /// The question that arguments carry; `None` where they carry none.
    pub fn of_arguments(arguments: &mut dyn Iterator<Item = OsString>) -> Option<Self> {
        let mut text = || arguments.next()?.into_string().ok();
        let (mut version, mut command) = (None, None);
        while let Some(name) = text() {
            match name.as_str() {
                FROM => version = text(),
                COMMAND => command = text(),
                _ => {}
            }
        }
        version.map(|version| Self { version, command })
    }
}

/// The answer: a remembered one, or else the service's own.
///
/// # Errors
/// Where the sent log cannot be written: then nothing is asked.
pub fn check(
    subject: &Subject,
    recorder: &Recorder,
    question: &Question,
) -> Result<Checked, Error> {
    if let (Some(update), false) = known(subject, &question.version) {
        return Ok(Checked::Known(update));
    }
    ask(subject, recorder, question)
}

/// Asks the service, whatever is remembered.
///
/// # Errors
/// As [`check`].
pub fn ask(subject: &Subject, recorder: &Recorder, question: &Question) -> Result<Checked, Error> {
    let subject = subject.again();
    let world = subject.world();
    let Some(service) = Service::of(&subject) else { return Ok(Checked::Undeclared) };
    let (decision, may_ask) = service.decide(&subject);
    if !may_ask {
        return Ok(Checked::Held(service.purpose.clone(), decision));
    }
    let layout = world.layout()?;
    let now = world.clock();
    let mut log = SentLog::open(layout, &subject.tool, now, Writer::Question)?;
    let notice = decision.notice.unwrap_or(service.declaration.notice);
    let outgoing = Outgoing {
        event: event(&subject, recorder, &service, question, notice),
        pseudonym: subject.pseudonym(service.purpose, now),
    };
    let events = [outgoing];
    let request = protocols::of(service.destination.kind).request(&Batch {
        declaration: service.declaration,
        destination: service.destination,
        events: &events,
        now: to_the_second(now),
    });
    let read = subject.read_for(service.purpose, decision.reason);
    let request = read.iter().fold(request, Request::with_consent);
    let line = match Line::to(&service.destination.url, world.environment()) {
        Ok(line) => line,
        Err(why) => return Ok(Checked::Unanswered(why)),
    };
    let parcel = parcel::Parcel { events: &events, request };
    let (purpose, to) = (service.purpose, service.destination);
    let entry = parcel.entry_for(&subject, purpose, to, now, outcome::no_answer_yet());
    let reserved = log.reserve(&entry)?;
    let watched = subject.again();
    let may_leave = Box::new(move || {
        let now = watched.again();
        Service::of(&now).is_some_and(|service| service.decide(&now).1)
    });
    let Ok(reply) = line.send(&parcel.request, LIMIT, may_leave, None) else {
        log.settle(&reserved, None)?;
        return Ok(Checked::Held(service.purpose.clone(), decision));
    };
    let verdict = outcome::judge(&reply, 1, protocols::of(service.destination.kind), now);
    let answer = outcome::for_the_log(&reply, &verdict);
    log.settle(&reserved, answer.map(|answer| Entry { answer, ..entry }).as_ref())?;
    let update = match &reply {
        Reply::Failed { why, .. } => return Ok(Checked::Unanswered(why.clone())),
        Reply::Answered { status: 200, body, .. } => update::parse(body, &question.version),
        Reply::Answered { status, .. } => {
            return Ok(Checked::Unanswered(format!("it answered {status}")));
        }
    };
    let Some(update) = update else {
        return Ok(Checked::Unanswered("its answer is none that could be understood".to_owned()));
    };
    let fresh = random::jittered(FRESH).mul_f64(0.8);
    let remembered = Remembered {
        version: question.version.clone(),
        asked: now,
        fresh_until: now.saturating_add(fresh).unwrap_or(now),
        update: Some(update.clone()),
    };
    // Not to be able to remember it only means to ask again.
    let _ = updates::write(layout, &subject.tool, service.purpose, &remembered);
    Ok(Checked::Known(update))
}

/// What goes with the question: the declared event, and what such a question always names.
fn event(
    subject: &Subject,
    recorder: &Recorder,
    service: &Service<'_>,
    question: &Question,
    notice: u32,
) -> Map<String, Value> {
    let mut event = service
        .event(notice)
        .and_then(|event| assembled(subject, recorder, event, question))
        .unwrap_or_default();
    let attributes = event.entry("attributes").or_insert_with(|| json!({}));
    if let Value::Object(attributes) = attributes {
        let mut always = |name: &str, value: &str| {
            attributes.entry(name).or_insert_with(|| json!(value));
        };
        always("version", environment::version(&question.version));
        always("os", environment::system());
        always("arch", environment::processor());
    }
    event
}

/// The declared event. A command that is neither declared nor in the host's own tree is left out, like
/// one that may not be told.
fn assembled(
    subject: &Subject,
    recorder: &Recorder,
    event: &Event,
    question: &Question,
) -> Option<Map<String, Value>> {
    let usage: Purpose = "usage".parse().ok()?;
    let recorder = recorder.of_version(&question.version);
    let command = question.command.as_ref().filter(|_| subject.decide(Some(&usage)).allows());
    let with = event.fields.iter().filter_map(|field| match (&field.kind, command) {
        (FieldType::Command { .. }, Some(command)) => {
            Some((field.name.clone(), Given::Text(command.clone())))
        }
        _ => None,
    });
    let whole = recorder.assembled(subject, event, &with.collect());
    match whole.or_else(|| recorder.assembled(subject, event, &BTreeMap::new()))? {
        Value::Object(event) => Some(event),
        _ => None,
    }
}
