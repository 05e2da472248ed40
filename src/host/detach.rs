//! Starts a delivery beside the host, and never in its way.
//!
//! It is started by `posix_spawn`: an absolute path, the variables as they are, no working folder and
//! nothing to be run between fork and exec, so that even a host of a gigabyte is not copied. The child
//! makes a session of its own and leaves the folder by itself (`delivery::background`). Until then a
//! group of its own keeps it when the terminal goes; and because who leads a group can make no session,
//! a small shell leads it, and ends at once.

use crate::consent::World;
use crate::domain::tool_id::Purpose;
use crate::events::{schedule, spool};
use crate::fs::external;
use crate::registry::Subject;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Holds the ID of the tool whose events are to be delivered, in every process that was started to do so.
pub(super) const VARIABLE: &str = "SAYSO_DELIVERY";

/// What a host's own program is started with.
#[cfg(feature = "delivery")]
pub(super) fn first_argument(tool: &str) -> String {
    format!("--sayso-delivery={tool}")
}

/// The program that delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// The host's own, which called `with_delivery`.
    #[cfg(feature = "delivery")]
    Host,
    /// This one, which is `sayso`.
    Sayso,
    /// An installed `sayso`.
    Installed,
}

/// Starts a delivery of the tool's events if one is due. Where the program is not found, an installed
/// `sayso` does it; where that is not either, events stay queued. Never fails, never waits.
pub fn start_if_due(subject: &Subject, program: Program) {
    if is_due(subject).is_some() {
        start(subject, program, &[]);
    }
}

/// Whether something is to be delivered now. Puts the next time off, so that of many hosts that end
/// together one starts a delivery.
fn is_due(subject: &Subject) -> Option<()> {
    let world = subject.world();
    let layout = world.layout().ok()?;
    let terms = subject.terms()?;
    let now = world.clock();
    let due = schedule::is_due(layout, &subject.tool, now);
    if due == Some(false) {
        return None;
    }
    let waits = |purpose: &&Purpose| {
        let events = spool::waiting(layout, &subject.tool, purpose, now);
        events.is_ok_and(|mut events| events.next_event().is_some())
    };
    let purposes = terms.purposes();
    let allowed = purposes.iter().filter(|purpose| subject.decide(Some(*purpose)).allows());
    let rest = allowed.filter(waits).map(|purpose| subject.rest(purpose)).min()?;
    if due.is_none() && !rest.is_zero() {
        let rested = now.saturating_add(rest).unwrap_or(jiff::Timestamp::MAX);
        schedule::set_due(layout, &subject.tool, schedule::look_again(rested, now)).ok()?;
        return None;
    }
    schedule::set_due(layout, &subject.tool, now.saturating_add(schedule::INTERVAL).ok()?).ok()
}

/// Starts a delivery, with further arguments. A delivery starts no other.
pub(super) fn start(subject: &Subject, program: Program, further: &[String]) {
    let world = subject.world();
    if world.acts_for_another_user() || world.environment().get(VARIABLE).is_some() {
        return;
    }
    let Some(mut command) = command(subject, program) else { return };
    command.args(further).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Ok(mut child) = command.spawn() {
        // A host that lives on would otherwise keep it as a zombie.
        let reap = std::thread::Builder::new().name("sayso".to_owned());
        let _ = reap.spawn(move || child.wait());
    }
}

fn command(subject: &Subject, program: Program) -> Option<Command> {
    let tool = subject.tool.as_str();
    let own = match program {
        Program::Installed => None,
        _ => std::env::current_exe().ok().filter(|path| path.is_file()),
    };
    let mut command = match &own {
        Some(own) => beside_the_host(own),
        None => beside_the_host(&installed(subject.world())?),
    };
    command.env(VARIABLE, tool);
    match own {
        #[cfg(feature = "delivery")]
        Some(_) if program == Program::Host => command.arg(first_argument(tool)),
        _ => command.args(["deliver", tool, "--detached"]),
    };
    Some(command)
}

/// `sayso` in an absolute entry of PATH.
fn installed(world: &World) -> Option<PathBuf> {
    let path = world.environment().get("PATH")?;
    let name = format!("sayso{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&name))
        .find(|file| external::is_program(file))
}

/// By a shell that ends at once. It closes what the host itself inherited, such as a lock that a script
/// holds on descriptor 9; it is out of the terminal's front, where the end of a host that leads its
/// session would take it along; and what it starts leads no group, so that it can make a session of its
/// own. Only the first process of a container has to wait for it: its orphans come back to it.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the one place where a host starts something")]
fn beside_the_host(program: &Path) -> Command {
    use std::os::unix::process::CommandExt;
    const SHELL: &str = "/bin/sh";
    const START: &str = r#"exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; cd /; "$0" "$@" &"#;
    if !Path::new(SHELL).exists() {
        return Command::new(program);
    }
    let mut command = Command::new(SHELL);
    let wait = if std::process::id() == 1 { " wait" } else { "" };
    command.args(["-c", &format!("{START}{wait}")]).arg(program).process_group(0);
    command
}

/// Only the three standard handles are inherited there.
#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "the one place where a host starts something")]
fn beside_the_host(program: &Path) -> Command {
    Command::new(program)
}
