//! The only place that runs a vendor's own command, and only where the person asked for it: it may
//! make an id, speak to the network and write where sayso cannot see.

use crate::catalogue::entry::Entry;
use crate::catalogue::source::Machine;
use crate::domain::legible::visible;
use std::process::{Command, Stdio};

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    /// Whether it ended well.
    pub is_done: bool,
    /// How it ended, as the end of a sentence.
    pub ended: String,
    /// What it printed, line by line.
    pub said: Vec<String>,
}

/// Runs it, and waits for its end. It is given nothing to read.
///
/// # Errors
/// Why it could not be started.
#[expect(clippy::disallowed_methods, reason = "the person asked for it by --run-vendor-command")]
pub fn run(machine: &Machine, entry: &Entry, words: &[String]) -> Result<Ran, String> {
    let Some((name, arguments)) = words.split_first() else { return Err("is empty".to_owned()) };
    let named = Some(name).filter(|name| entry.exe.contains(name));
    let Some(program) = named.and_then(|name| machine.program_called(name)) else {
        return Err(format!("needs {name}, which is not on PATH"));
    };
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("could not be started: {error}"))?;
    let streams = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    let said = streams.iter().flat_map(|text| text.lines()).map(visible).collect();
    Ok(Ran { is_done: output.status.success(), ended: output.status.to_string(), said })
}
