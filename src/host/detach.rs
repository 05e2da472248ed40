//! Starts a delivery beside the host, and never in its way.
//!
//! It is started by `posix_spawn`: an absolute path, the variables as they are, no working folder and
//! nothing to be run between fork and exec, so that even a host of a gigabyte is not copied. The child
//! makes a session of its own and leaves the folder by itself (`delivery::background`). Until then a
//! group of its own keeps it when the terminal goes; and because who leads a group can make no session,
//! a small shell leads it, and ends at once.

use crate::store::{Subject, World, foreign, schedule, spool};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Starts a delivery of the tool's events if one is due: with the host's own program and these
/// arguments, or with an installed `sayso`. Where neither is, events wait. Never fails, never waits.
pub fn start_if_due(subject: &Subject, own: Option<&[String]>) {
    if is_due(subject).is_some() {
        start(subject, own, &[]);
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
    let waits = |purpose| {
        let events = spool::waiting(layout, &subject.tool, purpose, now);
        events.is_ok_and(|mut events| events.next_event().is_some())
    };
    let purposes = terms.purposes();
    if !purposes.iter().filter(|purpose| subject.decide(Some(*purpose)).allows()).any(waits) {
        return None;
    }
    let rest = terms.rest();
    if due.is_none() && !rest.is_zero() {
        let rested = now.saturating_add(rest).unwrap_or(jiff::Timestamp::MAX);
        schedule::set_due(layout, &subject.tool, schedule::look_again(rested, now)).ok()?;
        return None;
    }
    schedule::set_due(layout, &subject.tool, now.saturating_add(schedule::INTERVAL).ok()?).ok()
}

/// Starts a delivery, with further arguments.
pub(super) fn start(subject: &Subject, own: Option<&[String]>, further: &[String]) {
    if subject.world().acts_for_another_user() {
        return;
    }
    let Some((program, arguments)) = program(subject, own) else { return };
    let mut command = beside_the_host(&program);
    command.args(arguments).args(further);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Ok(mut child) = command.spawn() {
        // A host that lives on would otherwise keep it as a zombie.
        let reap = std::thread::Builder::new().name("sayso".to_owned());
        let _ = reap.spawn(move || child.wait());
    }
}

/// The host's own program, or the installed one.
fn program(subject: &Subject, own: Option<&[String]>) -> Option<(PathBuf, Vec<String>)> {
    let of_the_host = own.and_then(|arguments| {
        let program = std::env::current_exe().ok().filter(|path| path.is_file())?;
        Some((program, arguments.to_vec()))
    });
    of_the_host.or_else(|| {
        let arguments = ["deliver", subject.tool.as_str(), "--detached"].map(str::to_owned);
        Some((installed(subject.world())?, arguments.to_vec()))
    })
}

/// `sayso` in an absolute entry of PATH.
fn installed(world: &World) -> Option<PathBuf> {
    let path = world.environment().get("PATH")?;
    let name = format!("sayso{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&name))
        .find(|file| foreign::is_program(file))
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
