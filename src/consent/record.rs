//! `consent/ID.toml`: what a person said about one tool. One small file per tool, so that two
//! tools never wait for each other and damage stays where it is.

use crate::domain::consent::{Answer, Choice, Consent, Noticed, Read, Refusal, Via};
use crate::domain::switch::Withdrawal;
use crate::domain::tool_id::{Purpose, ToolId};
use crate::fs::Error;
use crate::fs::file::{self, Intent, Replacement, Trust};
use crate::fs::toml_edit::{self, ValueEdit};
use jiff::Timestamp;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

const LIMIT: u64 = 64 * 1024;

/// The version of the format that this program reads and writes.
const VERSION: i64 = 1;

/// Reads what the person said about the tool; empty where nothing was said.
pub(crate) fn read(path: &Path, tool: &ToolId) -> Result<Consent, Error> {
    match file::read(path, LIMIT, Trust::Choice)? {
        None => Ok(Consent::default()),
        Some(text) => parse(path, tool, &text),
    }
}

fn parse(path: &Path, tool: &ToolId, text: &str) -> Result<Consent, Error> {
    crate::consent::fast_reader::read(text, tool).map_or_else(|| parse_toml(path, tool, text), Ok)
}

fn parse_toml(path: &Path, tool: &ToolId, text: &str) -> Result<Consent, Error> {
    let table: Table = toml::from_str(text)
        .map_err(|error| Error::damaged(path, format!("is damaged: {}", error.message())))?;
    check_version(path, table.get("version").and_then(Value::as_integer))?;
    if table.get("kind").is_some_and(|kind| kind.as_str() != Some("catalogued")) {
        return Err(Error::NewerKind { path: path.to_owned() });
    }
    let damaged = |what: &str| Error::damaged(path, format!("is damaged: {what}"));
    if table.get("tool").and_then(Value::as_str) != Some(tool.as_str()) {
        return Err(damaged("it is not about this tool"));
    }
    understand(&table).map_err(|what| damaged(&what))
}

/// Refuses a file without a version, and one that a newer program wrote.
pub(crate) fn check_version(path: &Path, version: Option<i64>) -> Result<(), Error> {
    match version {
        Some(VERSION) => Ok(()),
        Some(newer) if newer > VERSION => {
            Err(Error::Newer { path: path.to_owned(), version: newer })
        }
        _ => Err(Error::damaged(path, "is damaged: it does not say version = 1")),
    }
}

/// What the file says. A key or table that this program does not know expresses no choice and takes
/// nothing away from the others. A choice that is neither word is a mistake that could hide an opt-out.
fn understand(table: &Table) -> Result<Consent, String> {
    let mut consent = Consent { catalogued: table.contains_key("kind"), ..Consent::default() };
    for (key, value) in table {
        match key.as_str() {
            "version" | "tool" | "at" | "via" | "kind" => {}
            "salt" => consent.salt = Some(text(value, "salt")?.to_owned()),
            "choice" => match text(value, "choice")? {
                "denied" => {
                    let (at, via) = (time(table)?, way(table)?);
                    consent.refused = Some(Refusal { at, via });
                }
                _ => return Err("a choice for the whole tool can only be denied".to_owned()),
            },
            "withdraw" => consent.withdraw = withdrawal(value)?,
            "noticed" => consent.noticed = Some(noticed(value)?),
            // A name that no purpose can have expresses no choice about one.
            name => match (name.parse::<Purpose>(), value) {
                (Ok(purpose), Value::Table(inner)) => {
                    match inner.get("choice").filter(|choice| !choice.is_table()) {
                        None => {}
                        Some(choice) if !is_a_choice(choice) => {
                            return Err(format!(
                                "[{purpose}] has a choice that is not granted or denied"
                            ));
                        }
                        Some(_) => {
                            let answer = answer(inner, consent.catalogued);
                            let answer = answer.map_err(|what| format!("[{purpose}] {what}"))?;
                            consent.answers.insert(purpose, answer);
                        }
                    }
                }
                (Ok(purpose), other) if looks_like_a_choice(other) => {
                    consent.unclear.push(purpose);
                }
                _ => {}
            },
        }
    }
    consent.noticed.take_if(|_| consent.catalogued);
    Ok(consent)
}

fn is_a_choice(value: &Value) -> bool {
    value.as_str().is_some_and(|word| matches!(word, "granted" | "denied"))
}

/// `usage = "denied"` and `[[usage]]` are no answers, but somebody meant one.
fn looks_like_a_choice(value: &Value) -> bool {
    let holds_a_choice = |all: &Vec<Value>| all.iter().any(|one| one.get("choice").is_some());
    is_a_choice(value) || value.as_array().is_some_and(holds_a_choice)
}

/// The answer in a table whose `choice` [`is_a_choice`].
fn answer(table: &Table, catalogued: bool) -> Result<Answer, String> {
    let is_granted = table.get("choice").and_then(Value::as_str) == Some("granted");
    let choice = if is_granted { Choice::Granted } else { Choice::Denied };
    let read = match (notice(table)?, digest(table)?) {
        (Some(notice), Some(digest)) => Some(Read { notice, digest }),
        _ if choice == Choice::Granted && !catalogued => {
            return Err("says yes without the notice that was read".to_owned());
        }
        _ => None,
    };
    let says_when_and_how = time(table)?.is_some() && table.contains_key("via");
    if choice == Choice::Granted && !says_when_and_how && !catalogued {
        return Err("says yes without when and how".to_owned());
    }
    Ok(Answer {
        choice,
        read,
        declined: whole_number(table, "declined")?,
        at: time(table)?,
        via: way(table)?,
        withdraw: table.get("withdraw").map(withdrawal).transpose()?.unwrap_or_default(),
    })
}

fn noticed(value: &Value) -> Result<Noticed, String> {
    let table = value.as_table().ok_or("noticed is not a table")?;
    match (notice(table)?, digest(table)?) {
        (Some(notice), Some(digest)) => {
            Ok(Noticed { read: Read { notice, digest }, at: time(table)? })
        }
        _ => Err("[noticed] does not say which notice".to_owned()),
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, String> {
    value.as_str().ok_or_else(|| format!("{key} is not a text"))
}

fn notice(table: &Table) -> Result<Option<u32>, String> {
    whole_number(table, "notice")
}

fn whole_number(table: &Table, key: &str) -> Result<Option<u32>, String> {
    let Some(value) = table.get(key) else { return Ok(None) };
    let number = value.as_integer().and_then(|number| u32::try_from(number).ok());
    number.filter(|number| *number > 0).map(Some).ok_or_else(|| format!("{key} is no version"))
}

fn digest(table: &Table) -> Result<Option<String>, String> {
    table.get("digest").map(|value| text(value, "digest").map(str::to_owned)).transpose()
}

/// A time that cannot be understood takes nothing away from an answer.
fn time(table: &Table) -> Result<Option<Timestamp>, String> {
    let written = table.get("at").and_then(Value::as_datetime);
    Ok(written.and_then(|at| at.to_string().parse().ok()))
}

fn way(table: &Table) -> Result<Option<Via>, String> {
    let written = table.get("via").and_then(Value::as_str);
    Ok(written.and_then(|word| Via::ALL.into_iter().find(|via| via.as_str() == word)))
}

fn withdrawal(value: &Value) -> Result<Withdrawal, String> {
    let table = value.as_table().ok_or("withdraw is not a table")?;
    let values = |(name, values): (&String, &Value)| {
        let values = values.as_array()?.iter().map(|v| v.as_str().map(str::to_owned));
        Some((name.clone(), values.collect::<Option<Vec<String>>>()?))
    };
    let all = table.iter().map(values).collect::<Option<_>>();
    all.map(Withdrawal)
        .ok_or_else(|| "withdraw holds something else than lists of texts".to_owned())
}

/// What changed in a file, and what became of a damaged one.
pub(crate) struct Changed {
    /// What the file said before; empty where it was damaged.
    pub(crate) before: Consent,
    /// What it says now.
    pub(crate) after: Consent,
    /// Where a damaged file lies now.
    pub(crate) set_aside: Option<PathBuf>,
    /// The change is in force, but the disk did not confirm it.
    pub(crate) lasts: Result<(), Error>,
}

/// How to treat a file that cannot be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfDamaged {
    /// Refuse: a yes needs a file that is understood.
    Refuse,
    /// Keep it beside a new one: a no always succeeds.
    SetAside {
        /// Part of the name that it gets.
        now: Timestamp,
        /// How the no was said.
        via: Via,
    },
}

/// Changes the file of one tool, keeping every other byte of it, against all other writers.
pub(crate) fn update(
    path: &Path,
    tool: &ToolId,
    if_damaged: IfDamaged,
    changes: &dyn Fn(&Consent) -> Vec<ValueEdit>,
) -> Result<Changed, Error> {
    let intent = match if_damaged {
        IfDamaged::Refuse => Intent::Any,
        IfDamaged::SetAside { .. } => Intent::OptOut,
    };
    let replacement = Replacement::of_choice(path, intent)?;
    let found = file::read(replacement.place(), LIMIT, Trust::Choice).and_then(|text| match text {
        Some(text) => parse(path, tool, &text).map(|consent| (Some(text), consent)),
        None => Ok((None, Consent::default())),
    });
    let fresh = || format!("version = {VERSION}\ntool = \"{tool}\"\n");
    let edit = |text: &str, changes: &[ValueEdit]| {
        let edited = toml_edit::apply(text, changes);
        edited.map_err(|toml_edit::EditError| Error::NotEditable { path: path.to_owned() })
    };
    let attempt = found.and_then(|(text, before)| {
        let old = text.unwrap_or_else(fresh);
        let new = edit(&old, &changes(&before))?;
        let after = parse(path, tool, &new)?;
        Ok((before, after, (new != old).then_some(new)))
    });
    match (attempt, if_damaged) {
        (Ok((before, after, new)), _) => {
            let lasts = match new.map(|new| replacement.commit(&new)) {
                Some(Err(error)) if !error.is_in_place() => return Err(error),
                committed => committed.unwrap_or(Ok(())),
            };
            Ok(Changed { before, after, set_aside: None, lasts })
        }
        (Err(error), _) if is_the_systems_fault(&error) => Err(error),
        (Err(error), IfDamaged::Refuse) => Err(error),
        (Err(error), IfDamaged::SetAside { now, via }) => {
            // It may have held another no, so everything that it was about stays off.
            let before = Consent::default();
            let new = edit(&fresh(), &[whole_no(now, via), changes(&before)].concat())?;
            let after = parse(path, tool, &new)?;
            let suffix = now.strftime("%Y%m%dT%H%M%SZ");
            let is_newer = matches!(error, Error::Newer { .. } | Error::NewerKind { .. });
            let suffix = format!("{}-{suffix}", if is_newer { "newer" } else { "damaged" });
            let (aside, lasts) = replacement.commit_beside(&new, &suffix)?;
            Ok(Changed { before, after, set_aside: Some(aside), lasts })
        }
    }
}

/// Whether the file may be sound and only could not be got at this time. A file that this user may
/// not read is not: no answer of theirs can be in it.
fn is_the_systems_fault(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. } if source.kind() != ErrorKind::PermissionDenied)
}

/// Changes a file without needing another one beside it, or room on the disk. The first of the attempts
/// that takes no more room than the old file is written over it; nothing is, where it says that already.
pub(crate) fn update_in_place(
    path: &Path,
    tool: &ToolId,
    attempts: &dyn Fn(&Consent) -> Vec<Vec<ValueEdit>>,
) -> Result<Changed, Error> {
    let text = file::read(path, LIMIT, Trust::Choice)?.unwrap_or_default();
    let before = parse(path, tool, &text)?;
    if attempts(&before).first().is_some_and(Vec::is_empty) {
        return Ok(Changed { after: before.clone(), before, set_aside: None, lasts: Ok(()) });
    }
    let fitting = attempts(&before).iter().find_map(|changes| {
        let mut new = toml_edit::apply(&text, changes).ok()?;
        new.push_str(&" ".repeat(text.len().checked_sub(new.len())?));
        Some(new)
    });
    let new = fitting.ok_or_else(|| Error::NotEditable { path: path.to_owned() })?;
    let after = parse(path, tool, &new)?;
    let lasts = match file::overwrite(path, &new) {
        Err(error) if !error.is_in_place() => return Err(error),
        overwritten => overwritten,
    };
    Ok(Changed { before, after, set_aside: None, lasts })
}

/// The ids of the tools that have a file in the folder, whatever is in it.
pub(crate) fn list(folder: &Path) -> Result<Vec<ToolId>, Error> {
    crate::fs::folder::tools_in(folder, ".toml")
}

/// The changes that write the no to a whole tool.
pub(crate) fn whole_no(at: Timestamp, via: Via) -> Vec<ValueEdit> {
    vec![
        ValueEdit::set(&["choice"], "denied"),
        ValueEdit::set(&["at"], toml_edit::datetime(at)),
        ValueEdit::set(&["via"], via.as_str()),
    ]
}

/// The changes that write one answer. Its `via` comes last, and a yes without one is none: a file
/// that was cut off cannot have lost a promise and kept the yes.
pub(crate) fn answered(before: &Consent, purpose: &Purpose, answer: &Answer) -> Vec<ValueEdit> {
    let promised = before.answers.get(purpose).map(|answer| &answer.withdraw);
    let purpose = purpose.as_str();
    let mut changes = vec![ValueEdit::set(&[purpose, "choice"], answer.choice.as_str())];
    if answer.read.is_some() {
        changes.insert(0, ValueEdit::remove(&[purpose, "via"]));
    }
    match &answer.read {
        Some(read) => {
            changes.push(ValueEdit::set(&[purpose, "notice"], i64::from(read.notice)));
            changes.push(ValueEdit::set(&[purpose, "digest"], read.digest.as_str()));
        }
        None => changes.push(ValueEdit::remove(&[purpose, "digest"])),
    }
    changes.extend(promises(purpose, promised, &answer.withdraw));
    if let Some(at) = answer.at {
        changes.push(ValueEdit::set(&[purpose, "at"], toml_edit::datetime(at)));
    }
    if let Some(via) = answer.via {
        changes.push(ValueEdit::set(&[purpose, "via"], via.as_str()));
    }
    changes.push(match answer.declined {
        Some(notice) => ValueEdit::set(&[purpose, "declined"], i64::from(notice)),
        None => ValueEdit::remove(&[purpose, "declined"]),
    });
    changes
}

/// The promises for one purpose: on one line inside its table, or, where there are some already,
/// wherever those stand.
fn promises(purpose: &str, old: Option<&Withdrawal>, new: &Withdrawal) -> Vec<ValueEdit> {
    if old.is_none_or(|old| old.0.is_empty()) {
        let table = Some(table_of(new)).filter(|table| !table.is_empty());
        return table
            .map(|table| ValueEdit::set(&[purpose, "withdraw"], table))
            .into_iter()
            .collect();
    }
    let set = |(name, values): (&String, &Vec<String>)| {
        ValueEdit::set(&[purpose, "withdraw", name], values.clone())
    };
    new.0.iter().map(set).collect()
}

fn table_of(promise: &Withdrawal) -> Table {
    promise.0.iter().map(|(name, values)| (name.clone(), values.clone().into())).collect()
}

/// The changes that keep a promise for all purposes.
pub(crate) fn promised(before: &Consent, new: &Withdrawal) -> Vec<ValueEdit> {
    let old = &before.withdraw;
    if old.0.is_empty() && !new.0.is_empty() && !before.answers.is_empty() {
        // Above the answers, so that a file that was cut off has lost them first.
        return vec![ValueEdit::set(&["withdraw"], table_of(new))];
    }
    let gone = old.0.keys().filter(|name| !new.0.contains_key(*name));
    let mut changes: Vec<ValueEdit> =
        gone.map(|name| ValueEdit::remove(&["withdraw", name])).collect();
    for (name, values) in new.0.iter().filter(|(name, values)| old.0.get(*name) != Some(values)) {
        changes.push(ValueEdit::set(&["withdraw", name], values.clone()));
    }
    changes
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
