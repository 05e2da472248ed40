//! A declaration prepared: what a decision and a record need of it, worked out once, in a form that
//! is read in a microsecond. The digests are part of it, so nothing has to be hashed again.
//!
//! `PREP`, the version of this form, a checksum, then [postcard](https://postcard.jamesmunns.com).
//! What not every question needs stands for itself, and is read by the one that does. The checksum finds
//! damage, not malice: whoever can write the file could as well write the answer. (The same as JSON
//! was turned down: it takes ten times as long to read. So was a form that lies in memory as it lies
//! in the file: it cannot be read without unsafe code.)

use crate::domain::decision::Declared;
use crate::domain::declaration::{Declaration, Event, Identity, Manner, Terms, canonical};
use crate::domain::event;
use crate::domain::signals::{self, Environment, Value, Variable};
use crate::domain::switch::{Switches, Withdrawal};
use crate::domain::tool_id::{Purpose, ToolId};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::ops::RangeInclusive;

/// Where the form begins, and its version.
const MARK: [u8; 8] = *b"PREP\x05\0\0\0";

/// The mark and the checksum.
const HEAD: usize = 16;

/// Digests stand one after the other: those under notice 1, 2, and so on.
const DIGEST: usize = "sha256:".len() + 64;

/// Notices beyond this are not prepared: their digests would be longer than the declaration.
const MOST_NOTICES: u32 = 64;

/// A prepared declaration. The order of its parts is the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared<'a> {
    tool: &'a str,
    notice: u32,
    manner: Manner,
    wait: u64,
    log_file: Option<&'a str>,
    needs_project: bool,
    needs_automation: bool,
    #[serde(borrow)]
    variables: Variables<'a>,
    #[serde(borrow)]
    purposes: Vec<PreparedPurpose<'a>>,
    /// The digests of all purposes together.
    digests: &'a [u8],
    /// Names, and each event for itself.
    events: &'a [u8],
    commands: &'a [u8],
    options: &'a [u8],
    text: &'a [u8],
}

/// Switches, with what they promise worked out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Variables<'a> {
    /// Values that do not say no, for each variable.
    #[serde(borrow)]
    harmless: Vec<(&'a str, Vec<&'a str>)>,
    /// Variables that must be there.
    requires: Vec<&'a str>,
    /// Values that say yes where the owner decides, for each variable.
    on: &'a [u8],
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PreparedPurpose<'a> {
    name: &'a str,
    since: u32,
    operator: bool,
    identity: Identity,
    asked_only: bool,
    #[serde(borrow)]
    variables: Variables<'a>,
    /// The digests under notice `since` and those after it.
    digests: &'a [u8],
}

/// What has to be worked out of the switches and digests of a tool or a purpose.
struct Worked {
    promise: Withdrawal,
    requires: Vec<String>,
    on: Vec<u8>,
    digests: String,
}

impl Worked {
    fn out(
        switches: &Switches,
        promise: Withdrawal,
        digest: impl FnMut(u32) -> Option<String>,
        notices: RangeInclusive<u32>,
    ) -> Option<Self> {
        let on = postcard::to_allocvec(&switches.on).ok()?;
        let requires = switches.requires.clone();
        Some(Self { promise, requires, on, digests: notices.filter_map(digest).collect() })
    }

    fn variables<'a>(&'a self) -> Variables<'a> {
        let list = |(name, values): (&'a String, &'a Vec<String>)| {
            (name.as_str(), values.iter().map(String::as_str).collect())
        };
        Variables {
            harmless: self.promise.0.iter().map(list).collect(),
            requires: self.requires.iter().map(String::as_str).collect(),
            on: &self.on,
        }
    }
}

/// Prepares a declaration; with its text, where nothing else keeps that. `None` where it has too
/// many notices.
pub fn prepare(declaration: &Declaration, text: &str) -> Option<Vec<u8>> {
    if declaration.notice > MOST_NOTICES {
        return None;
    }
    let notices = 1..=declaration.notice;
    let whole = Worked::out(
        &declaration.switches,
        declaration.withdrawal(),
        |notice| Some(canonical::digest_of_notice(declaration, notice)),
        notices.clone(),
    )?;
    let each = declaration.purposes.iter().map(|(purpose, spec)| {
        let digest = |notice| canonical::digest_of_purpose(declaration, purpose, notice);
        Worked::out(&spec.switches, spec.switches.withdrawal(), digest, notices.clone())
    });
    let each = each.collect::<Option<Vec<Worked>>>()?;
    let purposes = declaration.purposes.iter().zip(&each);
    let purposes = purposes.map(|((name, spec), worked)| PreparedPurpose {
        name: name.as_str(),
        since: spec.since,
        operator: spec.operator,
        identity: spec.identity,
        asked_only: declaration.is_asked_only(name),
        variables: worked.variables(),
        digests: worked.digests.as_bytes(),
    });
    let events = declaration.events.iter().map(|event| {
        let whole = postcard::to_allocvec(&without_words(event))?;
        Ok((event.name.as_str(), whole))
    });
    let events = events.collect::<Result<Vec<(&str, Vec<u8>)>, postcard::Error>>().ok()?;
    let prepared = Prepared {
        tool: declaration.tool.as_str(),
        notice: declaration.notice,
        manner: declaration.manner,
        wait: declaration.wait,
        log_file: declaration.log_file.as_deref(),
        needs_project: event::needs_project(declaration),
        needs_automation: event::needs_automation(declaration),
        variables: whole.variables(),
        purposes: purposes.collect(),
        digests: whole.digests.as_bytes(),
        events: &postcard::to_allocvec(&events).ok()?,
        commands: &postcard::to_allocvec(&declaration.commands).ok()?,
        options: &postcard::to_allocvec(&declaration.options).ok()?,
        text: text.as_bytes(),
    };
    let body = postcard::to_allocvec(&prepared).ok()?;
    let mut bytes = MARK.to_vec();
    bytes.extend(checksum(&body).to_le_bytes());
    bytes.extend(body);
    Some(bytes)
}

/// The event without what only people read, which is most of it.
fn without_words(event: &Event) -> Event {
    let mut bare = event.clone();
    bare.why = None;
    bare.fields.iter_mut().for_each(|field| field.why = None);
    bare
}

impl<'a> Prepared<'a> {
    /// Reads the form; `None` where it is damaged or of another version.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (head, body) = bytes.split_at_checked(HEAD)?;
        if head[..8] != MARK || head[8..] != checksum(body).to_le_bytes() {
            return None;
        }
        postcard::from_bytes(body).ok()
    }

    /// Reads what was compiled into a program, which is damaged only where the program is: without
    /// looking at the checksum.
    pub fn read_embedded(bytes: &'a [u8]) -> Option<Self> {
        let (head, body) = bytes.split_at_checked(HEAD)?;
        (head[..8] == MARK).then(|| postcard::from_bytes(body).ok())?
    }

    /// The tool, as a word.
    pub fn name(&self) -> &'a str {
        self.tool
    }

    /// The tool.
    pub fn tool(&self) -> Option<ToolId> {
        self.tool.parse().ok()
    }

    /// The text it was made from; empty where that is kept elsewhere.
    pub fn text(&self) -> &'a [u8] {
        self.text
    }

    fn purpose(&self, purpose: &Purpose) -> Option<&PreparedPurpose<'a>> {
        self.purposes.iter().find(|prepared| prepared.name == purpose.as_str())
    }
}

impl Variables<'_> {
    fn says_no(&self, outside: &dyn Environment) -> Option<String> {
        self.harmless.iter().find_map(|(name, harmless)| {
            let value = outside.get(name)?;
            let says_no = !value.is_empty() && !harmless.contains(&value.as_str());
            says_no.then(|| (*name).to_owned())
        })
    }

    fn lacks(&self, outside: &dyn Environment) -> Option<Variable> {
        self.requires.iter().find_map(|name| signals::lacking(outside, name))
    }

    fn says_yes(&self, outside: &dyn Environment) -> Option<Variable> {
        let on: Vec<(&str, Vec<&str>)> = postcard::from_bytes(self.on).ok()?;
        on.iter().find_map(|(name, values)| {
            let value = outside.get(name)?;
            let says_yes = values.contains(&value.as_str());
            says_yes.then(|| Variable { name: (*name).to_owned(), value: Value::Known(value) })
        })
    }
}

impl Terms for Prepared<'_> {
    fn purposes(&self) -> Vec<Purpose> {
        self.purposes.iter().filter_map(|purpose| purpose.name.parse().ok()).collect()
    }

    fn declared(&self, purpose: &Purpose) -> Option<Declared> {
        let PreparedPurpose { since, operator, .. } = *self.purpose(purpose)?;
        Some(Declared { manner: self.manner, operator, since, notice: self.notice })
    }

    fn says_no(&self, purpose: Option<&Purpose>, outside: &dyn Environment) -> Option<String> {
        let of_purpose = || self.purpose(purpose?)?.variables.says_no(outside);
        self.variables.says_no(outside).or_else(of_purpose)
    }

    fn lacks(&self, purpose: Option<&Purpose>, outside: &dyn Environment) -> Option<Variable> {
        let of_purpose = || self.purpose(purpose?)?.variables.lacks(outside);
        self.variables.lacks(outside).or_else(of_purpose)
    }

    fn says_yes(&self, purpose: Option<&Purpose>, outside: &dyn Environment) -> Option<Variable> {
        let of_purpose = || self.purpose(purpose?)?.variables.says_yes(outside);
        self.variables.says_yes(outside).or_else(of_purpose)
    }

    /// A later notice than the declaration's means what this one does, under its own number, and is
    /// not prepared.
    fn digest(&self, purpose: Option<&Purpose>, notice: u32) -> Option<Cow<'_, str>> {
        let (digests, first) = match purpose {
            Some(purpose) => {
                let purpose = self.purpose(purpose)?;
                (purpose.digests, purpose.since)
            }
            None => (self.digests, 1),
        };
        let digest = nth_digest(digests, notice.checked_sub(first)?)?;
        std::str::from_utf8(digest).ok().map(Cow::Borrowed)
    }

    fn notice(&self) -> u32 {
        self.notice
    }

    fn wait(&self) -> u64 {
        self.wait
    }

    fn log_file(&self) -> Option<&str> {
        self.log_file
    }

    fn needs_project(&self) -> bool {
        self.needs_project
    }

    fn needs_automation(&self) -> bool {
        self.needs_automation
    }

    fn identity(&self, purpose: &Purpose) -> Identity {
        self.purpose(purpose).map(|purpose| purpose.identity).unwrap_or_default()
    }

    fn is_asked_only(&self, purpose: &Purpose) -> bool {
        self.purpose(purpose).is_some_and(|purpose| purpose.asked_only)
    }

    fn event(&self, name: &str) -> Option<Cow<'_, Event>> {
        let events: Vec<(&str, &[u8])> = postcard::from_bytes(self.events).ok()?;
        let (_, whole) = events.into_iter().find(|(known, _)| *known == name)?;
        postcard::from_bytes(whole).ok().map(Cow::Owned)
    }

    fn knows_command(&self, command: &str) -> bool {
        holds(self.commands, command)
    }

    fn knows_option(&self, option: &str) -> bool {
        holds(self.options, option)
    }
}

fn holds(list: &[u8], word: &str) -> bool {
    postcard::from_bytes::<Vec<&str>>(list).is_ok_and(|words| words.contains(&word))
}

fn nth_digest(digests: &[u8], number: u32) -> Option<&[u8]> {
    let start = usize::try_from(number).ok()?.checked_mul(DIGEST)?;
    digests.get(start..start.checked_add(DIGEST)?)
}

/// Four lanes of words of eight bytes, which do not wait for each other: it is there to find damage,
/// quickly. No step loses anything, so one changed word is always seen. (A hash that multiplies, such as
/// FNV, takes three times as long.)
fn checksum(bytes: &[u8]) -> u64 {
    const LANE: u64 = 0xcbf2_9ce4_8422_2325;
    let mix = |sum: u64, word: u64| (sum ^ word).rotate_left(29).wrapping_add(LANE);
    let mut lanes = [LANE, LANE ^ 1, LANE ^ 2, bytes.len() as u64];
    let (blocks, rest) = bytes.as_chunks::<32>();
    for block in blocks {
        let (words, _) = block.as_chunks::<8>();
        for (lane, word) in lanes.iter_mut().zip(words) {
            *lane = mix(*lane, u64::from_le_bytes(*word));
        }
    }
    let sum = lanes.into_iter().fold(LANE, mix);
    rest.iter().fold(sum, |sum, byte| mix(sum, u64::from(*byte)))
}

#[cfg(test)]
#[path = "prepared_tests.rs"]
mod tests;
