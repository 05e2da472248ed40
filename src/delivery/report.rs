//! How a delivery goes about it, and what came of it.

use crate::domain::decision::Decision;
use crate::domain::tool_id::Purpose;
use jiff::Timestamp;
use std::time::Duration;

/// How a delivery goes about it.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// Do not let events rest, as a person asked.
    pub now: bool,
    /// The longest that it may take.
    pub limit: Duration,
}

/// The longest that a delivery in the background may take.
pub const LIMIT: Duration = Duration::from_secs(60);

/// What came of a delivery.
#[derive(Debug, Default)]
pub struct Report {
    /// Another process delivers this tool's events at this moment.
    pub is_busy: bool,
    /// Each destination that something was meant for.
    pub delivered: Vec<Delivered>,
    /// Purposes of which something waits and nothing may leave.
    pub held: Vec<(Purpose, Decision)>,
    /// When the first event that still rests may leave.
    pub next: Option<Timestamp>,
}

/// What came of it for one destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// For which purpose.
    pub purpose: Purpose,
    /// Who gets it.
    pub recipient: String,
    /// Where that is.
    pub host: String,
    /// How many events it has now.
    pub taken: u64,
    /// How many it does not want.
    pub refused: u64,
    /// What it said to that, the last time.
    pub why_refused: Option<String>,
    /// Why the rest has to wait, if it has to.
    pub later: Option<String>,
}
