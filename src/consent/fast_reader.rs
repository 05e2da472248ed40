//! What a person said, from a file in the plain shape that this program gives it.
//!
//! The usual reader of `consent/ID.toml`; [`super::consent`] has the one for all of TOML.

use crate::domain::consent::{Answer, Choice, Consent, Noticed, Read, Refusal, Via};
use crate::domain::switch::Withdrawal;
use crate::domain::tool_id::{Purpose, ToolId};
use crate::fs::toml_subset::{Line, Plain, lines};
use jiff::Timestamp;

/// What the file says about the tool; `None` where it has another shape, or is damaged.
pub(crate) fn read(text: &str, tool: &ToolId) -> Option<Consent> {
    let mut consent = Consent::default();
    let mut top = Table::default();
    let mut table: Option<(&str, Table<'_>)> = None;
    let mut is_noticed = false;
    let mut withdraws = false;
    for line in lines(text) {
        match line? {
            Line::Table(name) => {
                if let Some((name, table)) = table.take() {
                    finish(&mut consent, name, &table)?;
                }
                let seen = match name {
                    "noticed" => std::mem::replace(&mut is_noticed, true),
                    "withdraw" => std::mem::replace(&mut withdraws, true),
                    _ => false,
                };
                (!seen).then_some(())?;
                table = Some((name, Table::default()));
            }
            Line::Pair(key, value) => match &mut table {
                None => top.put(key, value)?,
                Some(("withdraw", _)) => {
                    let Plain::Texts(values) = value else { return None };
                    promise(&mut consent.withdraw, key, &values)?;
                }
                Some((_, table)) => table.put(key, value)?,
            },
        }
    }
    if let Some((name, table)) = table {
        finish(&mut consent, name, &table)?;
    }
    if let Some(lists) = &top.withdraw {
        (!withdraws).then_some(())?;
        lists.iter().try_for_each(|(name, list)| promise(&mut consent.withdraw, name, list))?;
    }
    // What has no meaning at the top is kept for the reader that knows about it.
    let is_usual = top.notice.is_none() && top.digest.is_none() && top.declined.is_none();
    (is_usual && top.version == Some(1) && top.tool == Some(tool.as_str())).then_some(())?;
    consent.salt = top.salt.map(str::to_owned);
    consent.refused = match top.choice {
        None => None,
        Some("denied") => Some(Refusal { at: top.at, via: top.via }),
        Some(_) => return None,
    };
    Some(consent)
}

fn finish(consent: &mut Consent, name: &str, table: &Table<'_>) -> Option<()> {
    let is_usual = table.version.is_none()
        && table.tool.is_none()
        && table.salt.is_none()
        && (name != "noticed" || table.choice.is_none());
    is_usual.then_some(())?;
    match name {
        "withdraw" => {}
        // Keys of the file itself, which no table is expected under.
        "at" | "via" => return None,
        "noticed" => {
            let is_usual = table.withdraw.is_none() && table.declined.is_none();
            is_usual.then_some(())?;
            consent.noticed = Some(Noticed { read: table.read()??, at: table.at });
        }
        _ => {
            let purpose: Purpose = name.parse().ok()?;
            let read = table.read()?;
            let choice = match table.choice? {
                "granted" => Choice::Granted,
                "denied" => Choice::Denied,
                _ => return None,
            };
            let is_whole = read.is_some() && table.at.is_some() && table.via.is_some();
            (choice == Choice::Denied || is_whole).then_some(())?;
            let mut withdraw = Withdrawal::default();
            let lists = table.withdraw.iter().flatten();
            for (name, list) in lists {
                promise(&mut withdraw, name, list)?;
            }
            let (at, via, declined) = (table.at, table.via, table.declined);
            let answer = Answer { choice, read, declined, at, via, withdraw };
            consent.answers.insert(purpose, answer).is_none().then_some(())?;
        }
    }
    Some(())
}

/// Adds a promise that is not there yet.
fn promise(promises: &mut Withdrawal, name: &str, values: &[&str]) -> Option<()> {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    promises.0.insert(name.to_owned(), values).is_none().then_some(())
}

/// The keys of one table, each at most once.
#[derive(Default)]
struct Table<'t> {
    version: Option<u32>,
    tool: Option<&'t str>,
    salt: Option<&'t str>,
    choice: Option<&'t str>,
    notice: Option<u32>,
    digest: Option<&'t str>,
    declined: Option<u32>,
    at: Option<Timestamp>,
    via: Option<Via>,
    withdraw: Option<Vec<(&'t str, Vec<&'t str>)>>,
}

impl<'t> Table<'t> {
    fn put(&mut self, key: &str, value: Plain<'t>) -> Option<()> {
        match (key, value) {
            ("version", Plain::Number(version)) => once(&mut self.version, version),
            ("tool", Plain::Text(tool)) => once(&mut self.tool, tool),
            ("salt", Plain::Text(salt)) => once(&mut self.salt, salt),
            ("choice", Plain::Text(choice)) => once(&mut self.choice, choice),
            ("notice", Plain::Number(notice @ 1..)) => once(&mut self.notice, notice),
            ("digest", Plain::Text(digest)) => once(&mut self.digest, digest),
            ("declined", Plain::Number(notice @ 1..)) => once(&mut self.declined, notice),
            ("at", Plain::Time(at)) => once(&mut self.at, time(at)?),
            ("via", Plain::Text(via)) => {
                once(&mut self.via, Via::ALL.into_iter().find(|way| way.as_str() == via)?)
            }
            ("withdraw", Plain::Lists(lists)) => once(&mut self.withdraw, lists),
            _ => None,
        }
    }

    /// What was read; the outer `None` where only half of it stands there.
    fn read(&self) -> Option<Option<Read>> {
        match (self.notice, self.digest) {
            (Some(notice), Some(digest)) => Some(Some(Read { notice, digest: digest.to_owned() })),
            // A no may say under which notice it was given.
            (_, None) => Some(None),
            (None, Some(_)) => None,
        }
    }
}

fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

/// The time of twenty characters in the one shape.
fn time(at: &str) -> Option<Timestamp> {
    let part = |start: usize, end: usize| at.get(start..end)?.parse::<i16>().ok();
    let two = |start: usize| part(start, start + 2).and_then(|number| i8::try_from(number).ok());
    let time =
        jiff::civil::DateTime::new(part(0, 4)?, two(5)?, two(8)?, two(11)?, two(14)?, two(17)?, 0);
    jiff::tz::Offset::UTC.to_timestamp(time.ok()?).ok()
}
