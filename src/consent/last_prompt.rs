//! When a user was last asked about a tool, and how often without an answer: nothing else, so that no tool
//! asks twice a day, nor for ever.

use crate::domain::declaration::{Declaration, canonical};
use crate::domain::tool_id::{Purpose, ToolId};
use crate::fs::Error;
use crate::fs::file::{self, Replacement, Trust};
use crate::fs::folder;
use crate::fs::layout::Layout;
use jiff::{SignedDuration, Timestamp};
use toml::{Table, Value};

const LIMIT: u64 = 64 * 1024;
const PAUSE: SignedDuration = SignedDuration::from_hours(24);

/// How often a user is asked about one notice without an answer.
pub const MOST: i64 = 3;

/// The questions about one notice of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// When the last one was shown.
    pub at: Timestamp,
    /// How many were not answered.
    pub times: i64,
    /// The digest of what the notice meant.
    pub digest: String,
    /// What was asked about, and not answered.
    pub purposes: Vec<String>,
}

impl Asked {
    /// Whether the user may be asked about this notice again. A date in the future, from a clock that was
    /// wrong, counts while it is less than a day away.
    pub fn may_ask_again(&self, declaration: &Declaration, now: Timestamp) -> bool {
        let is_recent = now.duration_since(self.at).abs() < PAUSE;
        (self.times < MOST && !is_recent) || !self.is_about(declaration)
    }

    /// Whether it was about this very notice.
    pub fn is_about(&self, declaration: &Declaration) -> bool {
        self.digest == canonical::digest_of_notice(declaration, declaration.notice)
    }

    fn of(table: &Table) -> Option<Self> {
        let purposes = table.get("purposes").and_then(Value::as_array);
        let names = purposes.into_iter().flatten().filter_map(Value::as_str);
        Some(Self {
            at: table.get("at")?.as_datetime()?.to_string().parse().ok()?,
            times: table.get("times")?.as_integer()?,
            digest: table.get("digest")?.as_str()?.to_owned(),
            purposes: names.map(str::to_owned).collect(),
        })
    }

    fn table(&self) -> Table {
        let mut table = Table::new();
        table.insert("at".to_owned(), crate::fs::toml_edit::datetime(self.at));
        table.insert("times".to_owned(), self.times.into());
        table.insert("digest".to_owned(), self.digest.clone().into());
        table.insert("purposes".to_owned(), self.purposes.clone().into());
        table
    }
}

/// The last question; `None` where there was none, or nothing that can be understood is known of it.
pub fn last(layout: &Layout, tool: &ToolId) -> Option<Asked> {
    let text = file::read(&layout.asked(tool), LIMIT, Trust::Own).ok().flatten()?;
    Asked::of(&toml::from_str(&text).ok()?)
}

/// Remembers that the user is asked about these purposes now. Written before the question is shown, so that
/// whatever becomes of it, it does not come back on the same day.
///
/// # Errors
/// Where it cannot be stored.
pub fn mark(
    layout: &Layout,
    declaration: &Declaration,
    purposes: &[Purpose],
    now: Timestamp,
) -> Result<(), Error> {
    let tool = &declaration.tool;
    let replacement = Replacement::of(&layout.asked(tool))?;
    let digest = canonical::digest_of_notice(declaration, declaration.notice);
    let before = last(layout, tool).filter(|before| before.digest == digest);
    let asked = Asked {
        at: now,
        times: before.map_or(0, |before| before.times).saturating_add(1),
        digest,
        purposes: purposes.iter().map(Purpose::to_string).collect(),
    };
    replacement.commit(&asked.table().to_string())
}

/// Whether an answer and the date could be stored now. Writes nothing. Where not, a person is not
/// asked: the question would come back with every run.
pub fn could_remember(layout: &Layout) -> bool {
    folder::can_hold_files(&layout.consents())
        && folder::can_hold_files(&layout.asked_folder())
        && folder::nearest_allowed(&layout.consents()).is_ok()
}

/// Forgets some purposes: they are answered now. The date stays, so that an answer to one question does not
/// bring another one on the same day.
pub(crate) fn forget(layout: &Layout, tool: &ToolId, purposes: &[Purpose]) -> Result<(), Error> {
    let path = layout.asked(tool);
    let Some(before) = last(layout, tool) else { return file::remove(&path) };
    let is_answered = |name: &String| purposes.iter().any(|answered| answered.as_str() == name);
    let mut now = before.clone();
    now.purposes.retain(|name| !is_answered(name));
    if now.purposes.is_empty() {
        now.times = 0;
    }
    if now == before {
        return Ok(());
    }
    Replacement::of(&path)?.commit(&now.table().to_string())
}

/// Forgets what is known of questions about a tool.
pub(crate) fn forget_all(layout: &Layout, tool: &ToolId) -> Result<(), Error> {
    file::remove(&layout.asked(tool))
}
