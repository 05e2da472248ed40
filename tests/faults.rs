//! Every system call of the commands that change something, killed there or failed there: the old
//! file or the new one is in place, whole, and nothing is said to be stored that is not.
#![cfg(target_os = "linux")]

mod full_disk;
mod sweep;
mod switching;

use crate::support::{Home, declaration, have, missing};
use std::fs;
use sweep::Sweep;

const ALL: &[&str] = &["kill", "ENOSPC", "EIO", "EINTR", "EROFS", "EACCES"];
const SOME: &[&str] = &["kill", "ENOSPC"];
const CONSENT: &str = ".config/sayso/consent/werf.toml";

/// Events that wait, as a later version of a tool may have left them.
fn leave_events(home: &Home) {
    home.write(".local/state/sayso/spool/werf/events.jsonl", "{}\n");
    home.write(".local/state/sayso/asked/werf.toml", "usage = 2026-01-01T00:00:00Z\n");
}

fn granted() -> Home {
    let home = Home::new();
    home.declare("werf").run(&["enable", "werf", "--notice", "1"]).ends(0);
    leave_events(&home);
    home
}

fn can_trace() -> bool {
    if !have("strace") {
        return false;
    }
    let traced =
        Home::new().command("strace").args(["-f", "-qq", "-o", "/dev/null", "true"]).status();
    let works = traced.is_ok_and(|status| status.success());
    if !works {
        missing("the right to trace (ptrace)");
    }
    works
}

#[test]
fn a_first_yes_is_stored_whole_or_not_at_all() {
    if !can_trace() {
        return;
    }
    let home = Home::new();
    home.declare("werf");
    let arguments = ["enable", "werf", "--notice", "1"];
    Sweep { home, arguments: &arguments, file: CONSENT, check: Some(0) }.run(ALL);
}

#[test]
fn a_yes_after_a_no_is_stored_whole_or_the_no_stands() {
    if !can_trace() {
        return;
    }
    let home = Home::new();
    home.declare("werf").run(&["disable", "werf"]).ends(0);
    let arguments = ["enable", "werf", "--notice", "1"];
    Sweep { home, arguments: &arguments, file: CONSENT, check: Some(0) }.run(SOME);
}

#[test]
fn a_no_that_was_confirmed_is_never_lost() {
    if !can_trace() {
        return;
    }
    Sweep { home: granted(), arguments: &["disable", "werf"], file: CONSENT, check: Some(1) }
        .run(ALL);
}

#[test]
fn forgetting_is_a_no_that_is_never_lost() {
    if !can_trace() {
        return;
    }
    Sweep { home: granted(), arguments: &["forget", "werf"], file: CONSENT, check: Some(1) }
        .run(SOME);
}

#[test]
fn a_no_over_a_damaged_file_keeps_the_damaged_one() {
    if !can_trace() {
        return;
    }
    let home = granted();
    home.write(CONSENT, "version = 1\ntool = \"werf\"\nchoice = \"den");
    Sweep { home, arguments: &["disable", "werf"], file: CONSENT, check: Some(1) }.run(SOME);
}

#[test]
fn a_default_is_stored_whole_or_not_at_all() {
    if !can_trace() {
        return;
    }
    let file = ".config/sayso/config.toml";
    let home = granted();
    Sweep { home, arguments: &["default", "off"], file, check: None }.run(SOME);
}

#[test]
fn a_declaration_is_registered_whole_or_not_at_all() {
    if !can_trace() {
        return;
    }
    let home = granted();
    let text = fs::read_to_string(declaration("werf")).expect("a declaration");
    let newer = home.path().with_extension("toml");
    fs::write(&newer, text.replace("24 months", "12 months")).expect("a file");
    let arguments = ["declare", &newer.to_string_lossy()];
    let file = ".local/share/sayso/tools/werf.toml";
    Sweep { home, arguments: &arguments, file, check: None }.run(SOME);
    fs::remove_file(newer).expect("the file");
}
