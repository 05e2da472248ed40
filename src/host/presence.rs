//! Whether a user is present: somebody who sees what is shown, and types.

use crate::consent::World;
use crate::domain::agents;
use crate::domain::signals::Variable;
use crate::host::terminal;
use std::fmt;
use std::io::{IsTerminal, stderr, stdin, stdout};

/// Why no user is present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absence {
    /// A coding agent is typing: the variable that says so.
    Agent(&'static str),
    /// Automation runs this: the variable that says so.
    Automation(Variable),
    /// This stream is no terminal.
    NoTerminal(&'static str),
    /// The terminal has no size (0 × 0): nobody looks at it.
    NoSize,
    /// This process is not in the foreground of its terminal: reading would stop it.
    Background,
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent(variable) => write!(f, "{variable} is set: a program is typing"),
            Self::Automation(variable) => write!(f, "{variable}: this is automation"),
            Self::NoTerminal(stream) => write!(f, "{stream} is not a terminal"),
            Self::NoSize => f.write_str("the terminal has no size (0 × 0)"),
            Self::Background => f.write_str("it is not in the terminal's foreground"),
        }
    }
}

impl Absence {
    /// A command as a user types it, without the variable that says that no user is present.
    pub fn without(&self, command: &str) -> String {
        let variable = match self {
            Self::Agent(variable) => variable,
            Self::Automation(variable) => &*variable.name,
            _ => return command.to_owned(),
        };
        format!("env -u {variable} {command}")
    }
}

/// Whether a user is present.
///
/// # Errors
/// What is missing.
pub fn of_user(world: &World) -> Result<(), Absence> {
    if let Some(variable) = agents::typing(world.environment()) {
        return Err(Absence::Agent(variable));
    }
    if let Some(variable) = world.signals().automation.clone() {
        return Err(Absence::Automation(variable));
    }
    let streams = [
        ("standard input", stdin().is_terminal()),
        ("standard output", stdout().is_terminal()),
        ("standard error", stderr().is_terminal()),
    ];
    if let Some((stream, _)) = streams.into_iter().find(|(_, is_terminal)| !is_terminal) {
        return Err(Absence::NoTerminal(stream));
    }
    if terminal::size().is_none() {
        return Err(Absence::NoSize);
    }
    if is_in_foreground() { Ok(()) } else { Err(Absence::Background) }
}

/// Also false where the terminal is not the one of this session: nobody there can stop it.
fn is_in_foreground() -> bool {
    #[cfg(unix)]
    return rustix::termios::tcgetpgrp(stdin())
        .is_ok_and(|foreground| foreground == rustix::process::getpgrp());
    #[cfg(not(unix))]
    true
}
