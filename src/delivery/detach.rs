//! Starts a delivery beside the host, and never in its way.
//!
//! The only file that starts a program. It is started by `posix_spawn`: an absolute path, the
//! variables as they are, no working folder and nothing to be run between fork and exec, so that
//! even a host of a gigabyte is not copied. The child makes a session of its own and leaves the folder
//! by itself.

use crate::store::{Subject, World, schedule, spool};
use jiff::SignedDuration;
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
    if due.is_none() && terms.wait() > 0 {
        let rest = SignedDuration::from_secs(i64::try_from(terms.wait()).unwrap_or(i64::MAX));
        schedule::set_due(layout, &subject.tool, now.saturating_add(rest).ok()?).ok()?;
        return None;
    }
    schedule::set_due(layout, &subject.tool, now.saturating_add(schedule::INTERVAL).ok()?).ok()
}

/// Starts a delivery, with further arguments.
pub(crate) fn start(subject: &Subject, own: Option<&[String]>, further: &[String]) {
    if subject.world().acts_for_another_user() {
        return;
    }
    let Some((program, arguments)) = program(subject, own) else { return };
    let mut command = closing_what_is_inherited(&program);
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
        .find(|file| file.is_file())
}

/// Descriptors that the host itself inherited would be inherited further: a lock that a script holds
/// on descriptor 9, or a pipe on 3, would stay open for as long as the delivery takes. A shell can
/// close them before it becomes the program; a library without unsafe code cannot.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the one place that starts a program")]
fn closing_what_is_inherited(program: &Path) -> Command {
    const SHELL: &str = "/bin/sh";
    const CLOSE: &str = r#"exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; exec "$0" "$@""#;
    if !Path::new(SHELL).exists() {
        return Command::new(program);
    }
    let mut command = Command::new(SHELL);
    command.args(["-c", CLOSE]).arg(program);
    command
}

/// Only the three standard handles are inherited there.
#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "the one place that starts a program")]
fn closing_what_is_inherited(program: &Path) -> Command {
    Command::new(program)
}

/// Leaves session and folder of whoever started this process.
#[cfg(feature = "delivery")]
pub(crate) fn leave_the_host() {
    let _ = std::env::set_current_dir(std::path::MAIN_SEPARATOR_STR);
    #[cfg(unix)]
    let _ = rustix::process::setsid();
}
