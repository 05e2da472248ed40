//! Switching on and off, the same for the program and for host tools.

use crate::choices::{self, Scope, Stored, Unfinished};
use crate::consent::World;
use crate::domain::agents;
use crate::domain::consent::Via;
use crate::domain::declaration::Declaration;
use crate::domain::tool_id::{Purpose, ToolId};
use crate::fs::Error;
use crate::host::presence::Absence;
use crate::registry::Subject;
use crate::view::notice::{self, Ways};
use crate::view::reasons;

/// Why something was not switched on or off.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Nobody declared the tool, so there is nothing to agree to.
    #[error("nothing declares what {tool} would collect, so there is nothing to agree to")]
    Undeclared {
        /// The tool.
        tool: String,
    },
    /// The declaration or an answer cannot be understood.
    #[error("{what}")]
    Unreadable {
        /// Which file, and why.
        what: String,
    },
    /// The administrator's policy forbids it.
    #[error("the administrator's policy forbids {what}")]
    Forbidden {
        /// The tool, and what is forbidden of it; the entry, and the administrator's words.
        what: String,
    },
    /// The tool declares no such purpose.
    #[error("{tool} declares no purpose {purpose}; it declares {known}")]
    NoSuchPurpose {
        /// The tool.
        tool: String,
        /// What was asked for.
        purpose: String,
        /// What there is.
        known: String,
    },
    /// The operator decides about all its purposes, and none was named.
    #[error("{tool} has only purposes about which the operator of a server decides: {known}")]
    NameOne {
        /// The tool.
        tool: String,
        /// What there is.
        known: String,
    },
    /// No user is present to read the notice, and no version was named.
    #[error("no user is present to read the notice: {absence}")]
    NobodyReads {
        /// The version to name.
        notice: u32,
        /// What is missing.
        absence: Absence,
    },
    /// Only a user may do this, whatever was named.
    #[error("only a user can opt in: {0}")]
    Absent(Absence),
    /// Another version was named than the declared one.
    #[error("the notice is version {declared}, not {named}")]
    OtherNotice {
        /// The version of now.
        declared: u32,
        /// The version that was named.
        named: u32,
    },
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] Error),
}

impl Refusal {
    /// What to do about it.
    pub fn hint(&self, tool: &str) -> String {
        match self {
            Self::Undeclared { .. } => "sayso declare FILE registers a declaration".to_owned(),
            Self::Unreadable { .. } => "sayso doctor says how to mend it".to_owned(),
            Self::Forbidden { .. } => "ask the administrator".to_owned(),
            Self::NoSuchPurpose { .. } => format!("sayso show {tool} lists the purposes"),
            Self::NameOne { .. } => format!("name it: sayso enable {tool} PURPOSE"),
            Self::NobodyReads { notice, absence: Absence::Automation(variable) } => {
                let name = &variable.name;
                format!(
                    "read it with sayso show {tool} --notice, then add --notice {notice}; at your own \
                     terminal, env -u {name} sayso enable {tool} shows it"
                )
            }
            Self::NobodyReads { notice, .. } => {
                format!("read it with sayso show {tool} --notice, then add --notice {notice}")
            }
            Self::Absent(absence) => {
                let command = absence.without(&format!("sayso enable {tool}"));
                format!("run it yourself, at a terminal: {command}")
            }
            Self::OtherNotice { declared, .. } => {
                format!("read it with sayso show {tool} --notice, then use --notice {declared}")
            }
            Self::Store(error) => error.hint(),
        }
    }

    /// Whether the command was used wrongly, as opposed to not having worked.
    pub fn is_misuse(&self) -> bool {
        matches!(self, Self::NobodyReads { .. })
    }
}

/// Who opts in.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Whether a user is at the terminal, to whom the notice is shown.
    pub presence: Result<(), Absence>,
    /// The version that was named.
    pub notice: Option<u32>,
}

/// What may be switched on: the declaration, and the purposes (all where none are named).
///
/// # Errors
/// Where it may not, before anything is shown or stored.
pub fn agreeable<'s>(
    subject: &'s Subject,
    purposes: &[String],
    reader: Reader,
) -> Result<(&'s Declaration, Vec<Purpose>), Refusal> {
    let tool = subject.tool.to_string();
    if let Some(file) = subject.unreadable() {
        let path = file.path.as_ref().map(|path| format!("{} ", path.display()));
        return Err(Refusal::Unreadable {
            what: format!("{}{}", path.unwrap_or_default(), file.why),
        });
    }
    let Some(declaration) = subject.declaration() else {
        return Err(Refusal::Undeclared { tool });
    };
    let purposes = declared_purposes(declaration, purposes)?;
    permitted(subject.world(), &subject.tool, &purposes)?;
    let declared = declaration.notice;
    match (reader.notice, reader.presence) {
        (Some(named), _) if named != declared => Err(Refusal::OtherNotice { declared, named }),
        (None, Err(absence)) => Err(Refusal::NobodyReads { notice: declared, absence }),
        _ => Ok((declaration, purposes)),
    }
}

/// Whether a tool may be switched on, for these purposes, or for these channels of its vendor's own
/// switch: not by a program that types, and not where the administrator's policy forbids it. Everything
/// that switches something on asks here first.
///
/// # Errors
/// Where it may not, or the policy cannot be understood.
pub fn permitted(world: &World, tool: &ToolId, purposes: &[Purpose]) -> Result<(), Refusal> {
    if let Some(variable) = agents::typing(world.environment()) {
        return Err(Refusal::Absent(Absence::Agent(variable)));
    }
    let policy = world.policy().map_err(|error| {
        let path = error.path().map(|path| format!("{} ", path.display()));
        Refusal::Unreadable { what: format!("{}{}", path.unwrap_or_default(), error.why()) }
    })?;
    match policy.denies_any(tool, purposes) {
        Some(denied) => Err(Refusal::Forbidden { what: format!("{tool} ({denied})") }),
        None => Ok(()),
    }
}

/// The declared purposes that were named; where none was, all about which a user decides.
///
/// # Errors
/// Where the tool declares no such purpose.
pub fn declared_purposes(
    declaration: &Declaration,
    named: &[String],
) -> Result<Vec<Purpose>, Refusal> {
    let known: Vec<Purpose> = declaration.purposes.keys().cloned().collect();
    if named.is_empty() {
        let of_users: Vec<Purpose> = declaration.purposes_of_users().cloned().collect();
        return match of_users.is_empty() {
            true => Err(Refusal::NameOne {
                tool: declaration.tool.to_string(),
                known: names(known.iter()),
            }),
            false => Ok(of_users),
        };
    }
    named_among(&known, declaration.tool.as_str(), named)
}

/// Purposes by the names that were typed.
///
/// # Errors
/// Where one of them is not among those known.
fn named_among(known: &[Purpose], tool: &str, named: &[String]) -> Result<Vec<Purpose>, Refusal> {
    let find = |name: &String| {
        let found = known.iter().find(|purpose| purpose.as_str() == name).cloned();
        found.ok_or_else(|| Refusal::NoSuchPurpose {
            tool: tool.to_owned(),
            purpose: name.clone(),
            known: names(known.iter()),
        })
    };
    named.iter().map(find).collect()
}

/// The text that is shown before a yes is stored.
pub fn notice_for(
    declaration: &Declaration,
    purposes: &[Purpose],
    ways: &Ways,
    width: usize,
) -> String {
    let purposes: Vec<&Purpose> = purposes.iter().collect();
    notice::notice(declaration, &purposes, ways, width)
}

/// Stores the yes.
///
/// # Errors
/// Where it could not be stored.
pub fn agree(
    subject: &Subject,
    declaration: &Declaration,
    purposes: &[Purpose],
    via: Via,
) -> Result<Stored, Error> {
    choices::grant(subject.world(), declaration, purposes, via)
}

/// Stores the no: to the whole tool, or to some purposes.
///
/// # Errors
/// Where the tool declares no such purpose, or the no could not be stored.
pub fn refuse(subject: &Subject, purposes: &[String], via: Via) -> Result<Stored, Refusal> {
    let named = refusable(subject, purposes)?;
    let scope = if named.is_empty() { Scope::WholeTool } else { Scope::Purposes(&named) };
    Ok(choices::refuse(subject.world(), &subject.tool, scope, None, via)?)
}

/// Stores the no to one of many tools; [`choices::after_many`] is to follow.
///
/// # Errors
/// Where it could not be stored.
#[cfg(feature = "cli")]
pub fn refuse_one_of_many(subject: &Subject, via: Via) -> Result<Stored, Refusal> {
    let scope = Scope::WholeTool;
    Ok(choices::refuse_one_of_many(subject.world(), &subject.tool, scope, None, via)?)
}

/// What holds after an opt-out that could not be stored.
pub struct NotStored {
    /// Whether the tool is still on, in words.
    pub what: String,
    /// The variable that turns it off in one shell, and its value; `None` where it is off.
    pub variable: Option<(String, String)>,
}

/// What holds after an opt-out that could not be stored: the tool's own variable turns it off, or else
/// the one that covers every tool.
pub fn not_stored(subject: &Subject) -> NotStored {
    let subject = subject.again();
    let tool = &subject.tool;
    if !subject.allows_anything() {
        let what = format!("{tool} is off, but your opt-out could not be stored");
        return NotStored { what, variable: None };
    }
    let own = subject.declaration().map(|declared| declared.switches.ways_off());
    let own = own.into_iter().flatten().next().unwrap_or_default();
    let (name, value) = own.split_once('=').unwrap_or(("DO_NOT_TRACK", "1"));
    NotStored {
        what: format!("{tool} is still on: your opt-out could not be stored"),
        variable: Some((name.to_owned(), value.to_owned())),
    }
}

/// What may be refused: the purposes that were named, none where the whole tool is meant.
///
/// # Errors
/// Where the tool declares no such purpose.
pub fn refusable(subject: &Subject, purposes: &[String]) -> Result<Vec<Purpose>, Refusal> {
    named_among(&subject.purposes(), subject.tool.as_str(), purposes)
}

/// What a person reads after a yes: what is on, and what still holds.
pub fn after_yes(subject: &Subject, purposes: &[Purpose], ways: &Ways) -> Vec<String> {
    let subject = subject.again();
    let tool = &subject.tool;
    purposes
        .iter()
        .map(|purpose| {
            let explained = reasons::explain(&subject.explanation(Some(purpose)), ways);
            if explained.decision.allows() {
                format!("{tool}: {purpose} is on.")
            } else {
                format!(
                    "{tool}: your yes to {purpose} is stored, but it stays off: {} ({}).",
                    explained.because, explained.hint
                )
            }
        })
        .collect()
}

/// What a person reads after a no.
pub fn after_no(subject: &Subject, purposes: &[String], stored: &Stored) -> Vec<String> {
    let tool = &subject.tool;
    let mut lines = vec![if purposes.is_empty() {
        format!("{tool} is off. Nobody was told.")
    } else {
        let are = if purposes.len() == 1 { "is" } else { "are" };
        format!("{tool}: {} {are} off. Nobody was told.", listed(purposes))
    }];
    let now = subject.again();
    let still_on: Vec<Purpose> =
        now.purposes().into_iter().filter(|purpose| now.decide(Some(purpose)).allows()).collect();
    if !still_on.is_empty() {
        lines.push(format!("Still on: {}.", names(still_on.iter())));
    }
    if let Some(kept) = stored.kept_file() {
        lines.push(kept);
        if !purposes.is_empty() {
            lines.push(format!("What else it said cannot be known, so all of {tool} is off."));
        }
    }
    if let Some(declaration) = subject.declaration() {
        let beyond = declaration.opt_out.iter();
        lines.extend(beyond.map(|way| format!("Beyond the reach of sayso: {way}")));
    }
    lines
}

/// What is left to do after an answer that was stored.
pub fn left_to_do(unfinished: &Unfinished) -> (String, String) {
    let error = &unfinished.error;
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    let cause = cause.unwrap_or_default();
    let what = unfinished.what;
    (format!("the answer is stored, but sayso could not {what}: {error}{cause}"), error.hint())
}

/// `usage, errors and heartbeat`.
pub fn names<'a>(purposes: impl Iterator<Item = &'a Purpose>) -> String {
    listed(&purposes.map(Purpose::to_string).collect::<Vec<_>>())
}

fn listed(names: &[String]) -> String {
    match names.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
