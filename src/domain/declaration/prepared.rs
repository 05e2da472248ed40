//! A declaration prepared: what a decision and a record need of it, worked out once, in a form that
//! is read in a microsecond. The digests are part of it, so nothing has to be hashed again.
//!
//! `PREP`, the version of this form, a checksum, then [postcard](https://postcard.jamesmunns.com).
//! Each event stands for itself, so that a record reads the one it is about. The checksum finds
//! damage, not malice: whoever can write the file could as well write the answer. (The same as JSON
//! was turned down: it takes ten times as long to read. So was a form that lies in memory as it lies
//! in the file: it cannot be read without unsafe code.)

use super::{Declaration, Event, Manner, Terms, meaning};
use crate::domain::consent::Read;
use crate::domain::decision::Declared;
use crate::domain::event;
use crate::domain::signals::{Environment, Variable};
use crate::domain::switch::{Switches, Withdrawal};
use crate::domain::tool_id::{Purpose, ToolId};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Where the form begins, and its version.
const MARK: [u8; 8] = *b"PREP\x01\0\0\0";

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
    #[serde(borrow)]
    variables: Variables<'a>,
    #[serde(borrow)]
    purposes: Vec<PreparedPurpose<'a>>,
    /// The digests of all purposes together.
    digests: &'a str,
    #[serde(borrow)]
    events: Vec<PreparedEvent<'a>>,
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
    /// Values that say yes under automation, for each variable.
    #[serde(borrow)]
    on: Vec<(&'a str, Vec<&'a str>)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PreparedPurpose<'a> {
    name: &'a str,
    since: u32,
    asked_only: bool,
    #[serde(borrow)]
    variables: Variables<'a>,
    /// The digests under notice `since` and those after it.
    digests: &'a str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PreparedEvent<'a> {
    name: &'a str,
    whole: &'a [u8],
}

/// Prepares a declaration; with its text, where nothing else keeps that. `None` where it has too
/// many notices.
pub fn prepare(declaration: &Declaration, text: &str) -> Option<Vec<u8>> {
    if declaration.notice > MOST_NOTICES {
        return None;
    }
    let notices = 1..=declaration.notice;
    let promises: Vec<Withdrawal> =
        declaration.purposes.values().map(|spec| spec.switches.withdrawal()).collect();
    let digests: Vec<String> = declaration
        .purposes
        .keys()
        .map(|purpose| {
            let digest = |notice| meaning::digest_of_purpose(declaration, purpose, notice);
            notices.clone().filter_map(digest).collect()
        })
        .collect();
    let purposes = declaration.purposes.iter().zip(promises.iter().zip(&digests));
    let purposes = purposes.map(|((name, spec), (promise, digests))| PreparedPurpose {
        name: name.as_str(),
        since: spec.since,
        asked_only: declaration.is_asked_only(name),
        variables: Variables::of(promise, &spec.switches),
        digests,
    });
    let all: String =
        notices.clone().map(|notice| meaning::digest_of_notice(declaration, notice)).collect();
    let wholes =
        declaration.events.iter().map(postcard::to_allocvec).collect::<Result<Vec<_>, _>>();
    let wholes = wholes.ok()?;
    let events = declaration.events.iter().zip(&wholes);
    let promise = declaration.withdrawal();
    let prepared = Prepared {
        tool: declaration.tool.as_str(),
        notice: declaration.notice,
        manner: declaration.manner,
        wait: declaration.wait,
        log_file: declaration.log_file.as_deref(),
        needs_project: event::needs_project(declaration),
        variables: Variables::of(&promise, &declaration.switches),
        purposes: purposes.collect(),
        digests: &all,
        events: events.map(|(event, whole)| PreparedEvent { name: &event.name, whole }).collect(),
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

impl<'a> Prepared<'a> {
    /// Reads the form; `None` where it is damaged or of another version.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (head, body) = bytes.split_at_checked(HEAD)?;
        if head[..8] != MARK || head[8..] != checksum(body).to_le_bytes() {
            return None;
        }
        postcard::from_bytes(body).ok()
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

impl<'a> Variables<'a> {
    fn of(promise: &'a Withdrawal, switches: &'a Switches) -> Self {
        let list = |(name, values): (&'a String, &'a Vec<String>)| {
            (name.as_str(), values.iter().map(String::as_str).collect())
        };
        Self {
            harmless: promise.0.iter().map(list).collect(),
            on: switches.on.iter().map(list).collect(),
        }
    }

    fn says_no(&self, outside: &dyn Environment) -> Option<Variable> {
        self.harmless.iter().find_map(|(name, harmless)| {
            let value = outside.get(name)?;
            let says_no = !value.is_empty() && !harmless.contains(&value.as_str());
            says_no.then(|| Variable { name: (*name).to_owned(), value })
        })
    }

    fn says_yes(&self, outside: &dyn Environment) -> Option<Variable> {
        self.on.iter().find_map(|(name, values)| {
            let value = outside.get(name)?;
            let says_yes = values.contains(&value.as_str());
            says_yes.then(|| Variable { name: (*name).to_owned(), value })
        })
    }
}

impl Terms for Prepared<'_> {
    fn purposes(&self) -> Vec<Purpose> {
        self.purposes.iter().filter_map(|purpose| purpose.name.parse().ok()).collect()
    }

    fn declared(&self, purpose: &Purpose) -> Option<Declared> {
        let since = self.purpose(purpose)?.since;
        Some(Declared { manner: self.manner, since, notice: self.notice })
    }

    fn says_no(&self, purpose: Option<&Purpose>, outside: &dyn Environment) -> Option<Variable> {
        let of_purpose = || self.purpose(purpose?)?.variables.says_no(outside);
        self.variables.says_no(outside).or_else(of_purpose)
    }

    fn says_yes(&self, purpose: Option<&Purpose>, outside: &dyn Environment) -> Option<Variable> {
        let of_purpose = || self.purpose(purpose?)?.variables.says_yes(outside);
        self.variables.says_yes(outside).or_else(of_purpose)
    }

    fn means(&self, purpose: &Purpose, read: &Read) -> bool {
        let digest = |purpose: &PreparedPurpose<'_>| {
            // A later notice than the declaration's means what this one does, under its own number.
            let later = read.notice.checked_sub(purpose.since)?;
            nth_digest(purpose.digests, later).map(|digest| digest == read.digest)
        };
        self.purpose(purpose).and_then(digest).unwrap_or(false)
    }

    fn means_all(&self, read: &Read) -> bool {
        let earlier = read.notice.checked_sub(1);
        let digest = earlier.and_then(|earlier| nth_digest(self.digests, earlier));
        digest == Some(read.digest.as_str())
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

    fn is_asked_only(&self, purpose: &Purpose) -> bool {
        self.purpose(purpose).is_some_and(|purpose| purpose.asked_only)
    }

    fn event(&self, name: &str) -> Option<Cow<'_, Event>> {
        let event = self.events.iter().find(|event| event.name == name)?;
        postcard::from_bytes(event.whole).ok().map(Cow::Owned)
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

fn nth_digest(digests: &str, number: u32) -> Option<&str> {
    let start = usize::try_from(number).ok()?.checked_mul(DIGEST)?;
    digests.get(start..start.checked_add(DIGEST)?)
}

/// FNV-1a over words of eight bytes instead of single ones: it is there to find damage, quickly.
fn checksum(bytes: &[u8]) -> u64 {
    let mut words = bytes.chunks_exact(8);
    let mix =
        |sum: u64, word: u64| (sum ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29);
    let sum = words.by_ref().fold(0xcbf2_9ce4_8422_2325 ^ bytes.len() as u64, |sum, word| {
        mix(sum, word.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)))
    });
    words.remainder().iter().fold(sum, |sum, byte| mix(sum, u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::super::samples::{GREETER, edited};
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// Declarations with one purpose, two, and switches of both kinds.
    fn samples() -> Vec<(String, Declaration)> {
        let own = "[purposes.heartbeat]\nenvironment.off = { BEAT = \"any\" }\nenvironment.on = { BEAT_ON = [\"on\", \"1\"] }";
        let texts = [
            GREETER.to_owned(),
            edited("[purposes.heartbeat]", own),
            edited("wait = \"24h\"", "wait = \"1h\"\ndefault = \"notice\""),
            include_str!("../../../examples/tools/werf.toml").to_owned(),
            include_str!("../../../examples/tools/gitops.toml").to_owned(),
            include_str!("../../../examples/tools/testkube.toml").to_owned(),
        ];
        texts
            .map(|text| {
                let declaration = parse(&text).unwrap_or_else(|why| panic!("{why}\n{text}"));
                (text, declaration)
            })
            .to_vec()
    }

    fn purposes_of(declaration: &Declaration) -> Vec<Purpose> {
        let stranger = "stranger".parse().expect("a purpose");
        declaration.purposes.keys().cloned().chain([stranger]).collect()
    }

    #[test]
    fn a_prepared_declaration_says_what_the_parsed_one_says() {
        for (text, parsed) in samples() {
            let bytes = prepare(&parsed, &text).expect("prepared");
            let prepared = Prepared::read(&bytes).expect("whole");
            assert_eq!(prepared.tool().as_ref(), Some(&parsed.tool));
            assert_eq!(prepared.text(), text.as_bytes());
            let (one, other): (&dyn Terms, &dyn Terms) = (&parsed, &prepared);
            assert_eq!(one.purposes(), other.purposes());
            assert_eq!(one.notice(), other.notice());
            assert_eq!(one.wait(), other.wait());
            assert_eq!(one.log_file(), other.log_file());
            assert_eq!(one.needs_project(), other.needs_project());
            for purpose in &purposes_of(&parsed) {
                assert_eq!(one.declared(purpose), other.declared(purpose));
                assert_eq!(one.is_asked_only(purpose), other.is_asked_only(purpose));
                for notice in 1..=parsed.notice {
                    let digest = meaning::digest_of_purpose(&parsed, purpose, notice);
                    let read = Read { notice, digest: digest.unwrap_or_default() };
                    assert_eq!(one.means(purpose, &read), other.means(purpose, &read), "{notice}");
                    let all = meaning::digest_of_notice(&parsed, notice);
                    let read = Read { notice, digest: all };
                    assert!(one.means_all(&read) && other.means_all(&read));
                    assert!(!other.means(purpose, &read));
                }
            }
            for event in &parsed.events {
                assert_eq!(other.event(&event.name).as_deref(), Some(event));
            }
            assert_eq!(other.event("Stranger"), None);
            assert!(parsed.commands.iter().all(|command| other.knows_command(command)));
            assert!(parsed.options.iter().all(|option| other.knows_option(option)));
            assert!(!other.knows_command("stranger") && !other.knows_option("stranger"));
        }
    }

    #[test]
    fn damage_is_found() {
        let (text, parsed) = samples().remove(0);
        let whole = prepare(&parsed, &text).expect("prepared");
        for place in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[place] ^= 1;
            assert_eq!(Prepared::read(&damaged), None, "{place}");
            assert_eq!(Prepared::read(&whole[..place]), None, "{place}");
        }
    }

    proptest! {
        /// Whatever the variables say, both forms hear the same.
        #[test]
        fn both_forms_hear_the_same_variables(
            name in prop_oneof![
                Just("GREETER_TELEMETRY"), Just("BEAT"), Just("BEAT_ON"), Just("WERF_TELEMETRY"),
                Just("OTHER"),
            ],
            value in prop_oneof![
                Just(String::new()), "[01]", Just("on".to_owned()), Just("true".to_owned()), "[a-z]{1,4}",
            ],
        ) {
            let outside = BTreeMap::from([(name.to_owned(), value)]);
            for (_, parsed) in samples() {
                let bytes = prepare(&parsed, "").expect("prepared");
                let prepared = Prepared::read(&bytes).expect("whole");
                let (one, other): (&dyn Terms, &dyn Terms) = (&parsed, &prepared);
                let all = purposes_of(&parsed).into_iter().map(Some).chain([None]);
                for purpose in all {
                    let purpose = purpose.as_ref();
                    prop_assert_eq!(one.says_no(purpose, &outside), other.says_no(purpose, &outside));
                    prop_assert_eq!(one.says_yes(purpose, &outside), other.says_yes(purpose, &outside));
                }
            }
        }
    }
}
