//! What the started process does: ask and deliver what is due, and nobody hears of it.

use crate::delivery::deliver;
use crate::delivery::report::{self, Manner};
use crate::delivery::update::{self, Question};
use crate::events::recorder::Recorder;
use crate::registry::Subject;
#[cfg(target_os = "linux")]
use std::path::PathBuf;

/// Asks, if something is to be asked, and delivers, in a session of its own. There is nobody to tell of
/// failures; what could not leave waits, and `sayso log` tells why.
pub fn run(subject: &Subject, recorder: &Recorder, question: Option<&Question>) {
    leave_the_host();
    if let Some(question) = question {
        let _ = update::ask(subject, recorder, question);
    }
    let _ = deliver::deliver(subject, Manner { now: false, limit: report::LIMIT }, &mut |_| {});
}

/// Leaves session and folder of whoever started this process, and what it left open.
fn leave_the_host() {
    let _ = std::env::set_current_dir(std::path::MAIN_SEPARATOR_STR);
    #[cfg(unix)]
    let _ = rustix::process::setsid();
    #[cfg(target_os = "linux")]
    close_what_is_inherited();
}

/// Closes the descriptors that a shell cannot name. What this program opened itself is marked to be
/// closed when another one is started (proc_pid_fdinfo(5)); what is not was inherited. (Elsewhere a
/// number in `/dev/fd` does not say which of the two it is, and to ask for it takes unsafe code.)
#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "the kernel wrote it")]
fn close_what_is_inherited() {
    const CLOSED_ON_EXEC: u32 = 0o2_000_000;
    let Ok(entries) = std::fs::read_dir("/proc/self/fdinfo") else { return };
    let open: Vec<(i32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
        .collect();
    for (descriptor, info) in open.into_iter().filter(|(descriptor, _)| *descriptor > 2) {
        let info = std::fs::read_to_string(&info).unwrap_or_default();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
        if flags.is_some_and(|flags| flags & CLOSED_ON_EXEC == 0) {
            let _ = nix::unistd::close(descriptor);
        }
    }
}
