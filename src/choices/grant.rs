//! Yes, and everything that follows from it: the answer first, then the id and the history.

use crate::choices::{Stored, entry};
use crate::consent::World;
use crate::consent::record::{self, IfDamaged};
use crate::consent::{config, history, last_prompt};
use crate::domain::consent::{Answer, Choice, Consent, Read, Via};
use crate::domain::declaration::{Declaration, Terms, canonical};
use crate::domain::receipt::{self, Change, Entry};
use crate::domain::switch::Withdrawal;
use crate::domain::tool_id::Purpose;
use crate::events::spool;
use crate::fs::Error;
use crate::fs::random;
use crate::fs::toml_edit::ValueEdit as Edit;

/// Stores a yes to some purposes, under the notice of now. Once every declared purpose has a yes, an
/// earlier no to the whole tool is taken back.
///
/// # Errors
/// Where the yes could not be stored; then nothing changed.
pub fn grant(
    world: &World,
    declaration: &Declaration,
    purposes: &[Purpose],
    via: Via,
) -> Result<Stored, Error> {
    let layout = world.layout()?;
    let tool = &declaration.tool;
    let salt = random::salt(&layout.consent(tool))?;
    let answers: Vec<(&Purpose, Answer)> = purposes
        .iter()
        .filter_map(|purpose| Some((purpose, yes(world, declaration, purpose, via)?)))
        .collect();
    let changed = record::update(&layout.consent(tool), tool, IfDamaged::Refuse, &|before| {
        let mut edits = Vec::new();
        if before.salt.is_none() {
            edits.push(Edit::set(&["salt"], salt.as_str()));
        }
        // A no that was about a vendor's own switch is one about the tool itself from now on.
        if before.catalogued {
            edits.push(Edit::remove(&["kind"]));
            // A wish that a vendor's switch be on says nothing here.
            let wished = |(purpose, answer): &(&Purpose, &Answer)| {
                answer.choice == Choice::Granted && !purposes.contains(purpose)
            };
            for (purpose, _) in before.answers.iter().filter(wished) {
                let keys = ["choice", "at", "via"];
                edits.extend(keys.map(|key| Edit::remove(&[purpose.as_str(), key])));
            }
        }
        if before.refused.is_some() && is_whole_tool(before, declaration, purposes) {
            edits.extend(["choice", "at", "via"].map(|key| Edit::remove(&[key])));
        }
        // The promises first, so that a file that was cut off cannot have lost them and kept the yes.
        edits.extend(record::promised(before, &promise(before, declaration, purposes)));
        for (purpose, answer) in
            answers.iter().filter(|(p, answer)| !says_already(before, p, answer))
        {
            edits.extend(record::answered(before, purpose, answer));
        }
        edits
    })?;
    let mut stored = Stored::default();
    stored.then("make the yes last", changed.lasts);
    // What was recorded under another meaning goes to nobody any more.
    let changed_since = |purpose: &&Purpose| {
        let before = changed.before.answers.get(purpose).and_then(|answer| answer.read.as_ref());
        before.is_some_and(|read| !declaration.means(purpose, read))
    };
    let stale: Vec<Purpose> = purposes.iter().filter(changed_since).cloned().collect();
    if !stale.is_empty() {
        stored.then("delete what waits", spool::purge(layout, tool, Some(&stale)));
    }
    stored.then("make room for events", spool::prepare(layout, tool, purposes, &changed.after));
    stored.then("make an id", config::ensure_id(&layout.config_file()));
    stored.then("forget when you were asked", last_prompt::forget(layout, tool, purposes));
    let notice = declaration.notice;
    for purpose in
        purposes.iter().filter(|p| changed.before.answers.get(p) != changed.after.answers.get(p))
    {
        let entry = Entry {
            notice: Some(notice),
            digest: canonical::digest_of_purpose(declaration, purpose, notice),
            terms: receipt::terms(declaration, purpose, notice),
            ..entry(world, tool, Some(purpose), Change::Granted, via)
        };
        stored.then("write the history", history::append(layout, tool, entry));
    }
    Ok(stored)
}

/// Whether every declared purpose has a yes with this one. Asked while nobody else can change it.
fn is_whole_tool(before: &Consent, declaration: &Declaration, purposes: &[Purpose]) -> bool {
    let has_a_yes = |purpose: &Purpose| {
        before.answers.get(purpose).is_some_and(|answer| answer.choice == Choice::Granted)
    };
    declaration.purposes.keys().all(|declared| purposes.contains(declared) || has_a_yes(declared))
}

fn yes(world: &World, declaration: &Declaration, purpose: &Purpose, via: Via) -> Option<Answer> {
    let notice = declaration.notice;
    let digest = canonical::digest_of_purpose(declaration, purpose, notice)?;
    Some(Answer {
        choice: Choice::Granted,
        read: Some(Read { notice, digest }),
        declined: None,
        at: Some(world.now()),
        via: Some(via),
        withdraw: declaration.withdrawal_of(purpose),
    })
}

/// The same yes under the same notice again is no new one: its date stays, unless it is in the future,
/// by a clock that was wrong.
fn says_already(before: &Consent, purpose: &Purpose, answer: &Answer) -> bool {
    before.answers.get(purpose).is_some_and(|old| {
        let is_ahead = old.at.zip(answer.at).is_some_and(|(old, new)| old > new);
        !is_ahead
            && old.choice == answer.choice
            && old.read == answer.read
            && old.declined.is_none()
            && old.withdraw == answer.withdraw
    })
}

/// What must be kept from now on: the promise of this notice, and, where an older yes still rests
/// on an older one, that one too.
fn promise(before: &Consent, declaration: &Declaration, purposes: &[Purpose]) -> Withdrawal {
    let rests_on_older = before
        .answers
        .iter()
        .any(|(purpose, answer)| answer.choice == Choice::Granted && !purposes.contains(purpose));
    if rests_on_older {
        before.withdraw.and(&declaration.withdrawal())
    } else {
        declaration.withdrawal()
    }
}

/// Stores that a notice was shown on a terminal and not answered.
///
/// # Errors
/// Where it could not be stored; then it is shown again.
pub fn notice_shown(world: &World, declaration: &Declaration) -> Result<Stored, Error> {
    let layout = world.layout()?;
    let tool = &declaration.tool;
    let digest = canonical::digest_of_notice(declaration, declaration.notice);
    let notice = declaration.notice;
    let changed = record::update(&layout.consent(tool), tool, IfDamaged::Refuse, &|before| {
        let mut edits = record::promised(before, &promise(before, declaration, &[]));
        edits.extend([
            Edit::set(&["noticed", "notice"], i64::from(notice)),
            Edit::set(&["noticed", "digest"], digest.as_str()),
            Edit::set(&["noticed", "at"], crate::fs::toml_edit::datetime(world.now())),
        ]);
        edits
    })?;
    let mut stored = Stored::default();
    stored.then("make that last", changed.lasts);
    let told: Vec<Purpose> = declaration.purposes_of_users().cloned().collect();
    if changed.before.noticed.as_ref().is_some_and(|before| !declaration.means_all(&before.read)) {
        let is_told = |purpose: &&Purpose| changed.before.answers.get(purpose).is_none();
        let stale: Vec<Purpose> = told.iter().filter(is_told).cloned().collect();
        stored.then("delete what waits", spool::purge(layout, tool, Some(&stale)));
    }
    stored.then("make room for events", spool::prepare(layout, tool, &told, &changed.after));
    stored.then("make an id", config::ensure_id(&layout.config_file()));
    let entry = Entry {
        notice: Some(notice),
        digest: Some(digest),
        via: None,
        ..entry(world, tool, None, Change::Noticed, Via::Prompt)
    };
    stored.then("write the history", history::append(layout, tool, entry));
    Ok(stored)
}
