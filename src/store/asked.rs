//! When a person was last asked and said "not now": nothing but dates, so that no tool asks twice
//! a day.

use super::error::Error;
use super::file::{self, Replacement, Trust};
use super::folder;
use super::layout::Layout;
use crate::domain::tool_id::{Purpose, ToolId};
use jiff::{SignedDuration, Timestamp};
use toml::{Table, Value};

const LIMIT: u64 = 64 * 1024;
const PAUSE: SignedDuration = SignedDuration::from_hours(24);

/// Whether the person was asked about the purpose within a day. A date in the future, from a
/// clock that was wrong, counts while it is less than a day away; one that cannot be read does not.
pub fn is_recent(layout: &Layout, tool: &ToolId, purpose: &Purpose, now: Timestamp) -> bool {
    let Ok(Some(text)) = file::read(&layout.asked(tool), LIMIT, Trust::Own) else { return false };
    let Ok(dates) = toml::from_str::<Table>(&text) else { return false };
    let date = dates.get(purpose.as_str()).and_then(Value::as_datetime);
    let date: Option<Timestamp> = date.and_then(|date| date.to_string().parse().ok());
    date.is_some_and(|date| now.duration_since(date).abs() < PAUSE)
}

/// Remembers that the person was asked about these purposes now.
///
/// # Errors
/// Where the date cannot be stored.
pub fn mark(
    layout: &Layout,
    tool: &ToolId,
    purposes: &[&Purpose],
    now: Timestamp,
) -> Result<(), Error> {
    let path = layout.asked(tool);
    let replacement = Replacement::of(&path)?;
    let text = file::read(&path, LIMIT, Trust::Own).ok().flatten().unwrap_or_default();
    let mut dates: Table = toml::from_str(&text).unwrap_or_default();
    for purpose in purposes {
        dates.insert(purpose.to_string(), super::patch::datetime(now));
    }
    replacement.commit(&dates.to_string())
}

/// Whether an answer and the date could be stored now. Writes nothing. Where not, a person is not
/// asked: the question would come back with every run.
pub fn could_remember(layout: &Layout) -> bool {
    folder::can_hold_files(&layout.consents())
        && folder::can_hold_files(&layout.asked_folder())
        && folder::nearest_allowed(&layout.consents()).is_ok()
}

/// Forgets the dates of some purposes: they are answered now. The others keep theirs, so that an
/// answer to one question does not bring back another one on the same day.
pub(super) fn forget(layout: &Layout, tool: &ToolId, purposes: &[Purpose]) -> Result<(), Error> {
    let path = layout.asked(tool);
    let Ok(Some(text)) = file::read(&path, LIMIT, Trust::Own) else { return file::remove(&path) };
    let mut dates: Table = toml::from_str(&text).unwrap_or_default();
    let before = dates.len();
    dates.retain(|purpose, _| !purposes.iter().any(|answered| answered.as_str() == purpose));
    match dates.len() {
        0 => file::remove(&path),
        after if after == before => Ok(()),
        _ => Replacement::of(&path)?.commit(&dates.to_string()),
    }
}

/// Forgets the dates of all purposes of a tool.
pub(super) fn forget_all(layout: &Layout, tool: &ToolId) -> Result<(), Error> {
    file::remove(&layout.asked(tool))
}
