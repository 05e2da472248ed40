//! What holds for each purpose of a tool, as a table for people and as JSON for programs.

use crate::domain::decision::Reason;
use crate::domain::tool_id::Purpose;
use crate::events::spool;
use crate::registry::Subject;
use crate::view::notice::Ways;
use crate::view::reasons;
use crate::view::table::{self, Cell, Tone};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

/// One purpose, as `status --json` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PurposeReport {
    /// The purpose.
    pub purpose: Option<String>,
    /// `allow` or `hold`.
    pub state: &'static str,
    /// Why, in one word of the contract.
    pub reason: &'static str,
    /// Why, for a person.
    pub detail: String,
    /// When the person said something about it: RFC 3339, UTC.
    pub decided: Option<String>,
    /// The notice that was read.
    pub notice: Option<u32>,
    /// How many events wait.
    pub waiting: u64,
    #[serde(skip)]
    state_in_words: (&'static str, Tone),
    #[serde(skip)]
    because: String,
    #[serde(skip)]
    at: Option<Timestamp>,
}

/// One tool, as `status --json` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToolReport {
    /// Its id.
    pub tool: String,
    /// Its name, where it is declared.
    pub name: Option<String>,
    /// `native`: it asks sayso.
    pub kind: &'static str,
    /// Its purposes.
    pub purposes: Vec<PurposeReport>,
}

/// What holds for a tool.
pub fn of_tool(subject: &Subject, ways: &Ways) -> ToolReport {
    let mut purposes: Vec<Option<Purpose>> = subject.purposes().into_iter().map(Some).collect();
    if purposes.is_empty() {
        purposes.push(None);
    }
    ToolReport {
        tool: subject.tool.to_string(),
        name: subject.declaration().map(|declaration| declaration.name.clone()),
        kind: "native",
        purposes: purposes
            .iter()
            .map(|purpose| of_purpose(subject, purpose.as_ref(), ways))
            .collect(),
    }
}

/// Of two reports on one tool, for each purpose the one by which more is allowed: the second one is by
/// the declaration that its program carries.
#[cfg(feature = "cli")]
pub fn worse_of(mut registered: ToolReport, carried: ToolReport) -> ToolReport {
    for mut own in carried.purposes.into_iter().filter(|own| own.state == "allow") {
        own.because += "; its program carries another declaration: sayso doctor";
        own.detail += "; by the declaration that its program carries (sayso doctor)";
        match registered.purposes.iter_mut().find(|known| known.purpose == own.purpose) {
            Some(known) if known.state == "allow" => {}
            Some(known) => *known = own,
            None => registered.purposes.push(own),
        }
    }
    registered
}

fn of_purpose(subject: &Subject, purpose: Option<&Purpose>, ways: &Ways) -> PurposeReport {
    let mut explained = reasons::explain(&subject.explanation(purpose), ways);
    if explained.ahead.is_some() {
        explained.because += "; dated in the future";
        explained.detail += "; dated in the future: nothing from before that is sent, and opting in \
                             again gives it the date of today";
    }
    let decision = explained.decision;
    PurposeReport {
        purpose: purpose.map(Purpose::to_string),
        state: if decision.allows() { "allow" } else { "hold" },
        reason: decision.reason.as_str(),
        detail: explained.detail,
        decided: explained.decided.map(|at| at.to_string()),
        notice: decision.notice,
        waiting: waiting(subject, purpose),
        state_in_words: reasons::state(decision),
        because: explained.because,
        at: explained.decided,
    }
}

fn waiting(subject: &Subject, purpose: Option<&Purpose>) -> u64 {
    let layout = subject.world().layout().ok();
    let count = layout
        .zip(purpose)
        .map(|(layout, p)| spool::count(layout, &subject.tool, p, subject.world().now()));
    count.and_then(Result::ok).unwrap_or(0)
}

/// What stands above the columns of the table.
pub const HEADINGS: [&str; 6] = ["TOOL", "PURPOSE", "STATE", "BECAUSE", "DECIDED", "WAITING"];

/// The table for people: tool, purpose, state, because, decided, waiting.
pub fn table(
    tools: &[ToolReport],
    zone: &TimeZone,
    width: usize,
    paint: &dyn Fn(&str, Tone) -> String,
) -> String {
    let rows: Vec<Vec<Cell>> = tools.iter().flat_map(|tool| rows(tool, zone)).collect();
    table::lay_out(&HEADINGS, &rows, width, paint)
}

/// The rows of one tool, in the columns of [`HEADINGS`].
pub fn rows(tool: &ToolReport, zone: &TimeZone) -> Vec<Vec<Cell>> {
    let row = |(n, purpose): (usize, &PurposeReport)| {
        let (state, tone) = purpose.state_in_words;
        let tone = match purpose.reason {
            reason if reason == Reason::Unreadable.as_str() => Tone::Bad,
            _ => tone,
        };
        let decided = purpose.at.map(|at| at.to_zoned_datetime(zone.clone()).date().to_string());
        let waiting = match purpose.waiting {
            0 => String::new(),
            count => count.to_string(),
        };
        vec![
            Cell::plain(if n == 0 { tool.tool.as_str() } else { "" }),
            Cell::plain(purpose.purpose.as_deref().unwrap_or("")),
            Cell::toned(state, tone),
            Cell::plain(purpose.because.as_str()),
            Cell::plain(decided.unwrap_or_default()),
            Cell::plain(waiting),
        ]
    };
    tool.purposes.iter().enumerate().map(row).collect()
}
