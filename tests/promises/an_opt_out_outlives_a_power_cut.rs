//! What a command confirmed is so after a power cut, and what it had not got to by then allows nothing.
#![cfg(target_os = "linux")]

use crate::faults::can_trace;
use crate::support::trace::{Step, position, steps, traced, undone_by_a_power_cut};
use crate::support::{Home, program, wait_until};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;

const CONSENT: &str = ".config/sayso/consent/werf.toml";
const RECORD: [&str; 5] = ["record", "werf", "CommandExited", "exitCode=0", "durationMs=12"];

/// A home in which werf is on and an event is queued, with everything that a tool can leave.
fn used() -> Home {
    let home = Home::new();
    home.declare("werf").run(&["enable", "werf", "--notice", "1"]).ends(0);
    home.run(&RECORD).ends(0);
    home.write(".local/state/sayso/asked/werf.toml", "usage = 2026-01-01T00:00:00Z\n");
    home.write(".local/state/sayso/sent/werf/2026-01-01.jsonl", "{}\n");
    home
}

/// A home with the program of a third-party tool, and its file.
fn third_party() -> Home {
    let home = Home::new();
    home.write("bin/turbo", "#!/bin/sh\nexit 99\n");
    let turbo = home.path().join("bin/turbo");
    fs::set_permissions(turbo, fs::Permissions::from_mode(0o755)).expect("a mode");
    home.write(".config/turborepo/telemetry.json", "{\"telemetry_enabled\": true}\n");
    home
}

#[test]
fn every_folder_whose_entries_a_command_changed_is_synced() {
    if !can_trace() {
        return;
    }
    let undo = || {
        let home = third_party();
        steps(&home, &["disable", "turborepo"]);
        home
    };
    let declared = || {
        let home = Home::new();
        home.declare("werf");
        home
    };
    for (home, arguments) in [
        (used(), &["disable", "werf"][..]),
        (used(), &["disable", "werf", "usage"]),
        (used(), &["disable"]),
        (used(), &["forget", "werf"]),
        (used(), &["forget", "--everything"]),
        (used(), &["id", "reset"]),
        (declared(), &["enable", "werf", "--notice", "1"]),
        (declared(), &["disable", "werf"]),
        (Home::new(), &["disable", "--unknown", "werf"]),
        (Home::new(), &["default", "off"]),
        (third_party(), &["disable", "turborepo"]),
        (undo(), &["undo"]),
    ] {
        let steps = steps(&home, arguments);
        let undone = undone_by_a_power_cut(&steps);
        assert!(undone.is_empty(), "{arguments:?}: {undone:#?}\n{steps:#?}");
    }
}

#[test]
fn nothing_is_deleted_before_the_opt_out_lasts() {
    if !can_trace() {
        return;
    }
    for arguments in [&["disable", "werf"][..], &["forget", "werf"], &["forget", "--everything"]] {
        let home = used();
        let consent = home.path().join(CONSENT);
        let folder = consent.parent().expect("a folder").to_owned();
        let steps = steps(&home, arguments);
        let stored = position(&steps, |s| matches!(s, Step::Renamed(_, to) if *to == consent));
        let lasts = position(&steps, |step| *step == Step::Synced(folder.clone()));
        assert!(stored < lasts, "{arguments:?}: {steps:#?}");
        let draft = consent.with_file_name(".werf.toml.new");
        for step in steps[..lasts].iter().filter(|step| !matches!(step, Step::Synced(_))) {
            let is_the_opt_out = *step == Step::Entry(draft.clone()) || *step == steps[stored];
            assert!(is_the_opt_out, "{arguments:?}: {step:?} comes before the opt-out lasts");
        }
    }
}

#[test]
fn choices_are_the_last_thing_that_is_removed() {
    if !can_trace() {
        return;
    }
    let home = used();
    let consent = home.path().join(CONSENT);
    let steps = steps(&home, &["forget", "--everything"]);
    let is_removed = |path: &std::path::Path| {
        position(&steps, |step| matches!(step, Step::Entry(gone) if gone == path))
    };
    let state = is_removed(&home.path().join(".local/state/sayso"));
    let config = is_removed(&home.path().join(".config/sayso/config.toml"));
    let choice = steps.iter().rposition(|step| *step == Step::Entry(consent.clone()));
    assert!(choice > Some(state) && choice > Some(config), "{steps:#?}");
}

#[test]
fn what_undo_needs_lasts_before_a_file_of_another_program_changes() {
    if !can_trace() {
        return;
    }
    let home = third_party();
    let undo = home.path().join(".local/state/sayso/undo");
    let file = home.path().join(".config/turborepo/telemetry.json");
    let steps = steps(&home, &["disable", "turborepo"]);
    let edited = position(&steps, |step| matches!(step, Step::Renamed(_, to) if *to == file));
    let kept = position(
        &steps,
        |step| matches!(step, Step::Renamed(_, to) if to.starts_with(&undo) && !to.starts_with(undo.join("wish"))),
    );
    let synced = steps[kept..edited].contains(&Step::Synced(undo.clone()));
    assert!(kept < edited && synced, "{steps:#?}");
    let made = position(&steps, |step| *step == Step::Entry(undo.clone()));
    let above = Step::Synced(undo.parent().expect("a folder").to_owned());
    assert!(steps[made..edited].contains(&above), "{steps:#?}");
}

/// Runs a command in which calls below a folder fail.
fn failing(home: &Home, call: &str, folder: &str, arguments: &[&str]) -> crate::support::Ran {
    let folder = home.path().join(folder);
    let inject = format!("inject={call}:error=EIO");
    let trace = format!("trace={call}");
    let folder = folder.to_string_lossy();
    let (ran, log) = traced(home, &["-P", &folder, "-e", &trace, "-e", &inject], arguments);
    assert!(log.contains("INJECTED"), "{arguments:?}: no {call} in {folder}: {ran:?}");
    ran
}

#[test]
fn forget_says_what_it_could_not_delete() {
    if !can_trace() {
        return;
    }
    let spools = ".local/state/sayso/spool";
    for (call, folder, said) in [
        ("getdents64", ".config/sayso/consent", "could not delete the id"),
        ("getdents64", spools, "could not delete what an earlier run left"),
        ("rename", ".local/state/sayso/spool/werf", "could not delete what waits"),
        ("getdents64", ".local/state/sayso/sent/werf", "the sent log of werf was not deleted"),
    ] {
        let home = used();
        let ran = failing(&home, call, folder, &["forget", "werf"]).ends(1);
        assert!(ran.stderr.contains(said), "{call} {folder}: {ran:?}");
        assert!(!ran.stdout.contains("Deleted: queued"), "{call} {folder}: {ran:?}");
        home.run(&["check", "werf"]).ends(1);
        home.run(&["forget", "werf"]).ends(0);
        let left: Vec<String> = home.files();
        let left = left.iter().find(|file| file.contains("/spool/") || file.contains("/sent/"));
        assert_eq!(left, None, "{call} {folder}");
        assert!(!home.read(".config/sayso/config.toml").contains("id ="), "{call} {folder}");
    }
    let home = used();
    let consents = ".config/sayso/consent";
    let ran = failing(&home, "getdents64", consents, &["forget", "--everything"]).ends(1);
    assert!(ran.stderr.contains("nothing was removed"), "{ran:?}");
    let home = used();
    let state = ".local/state/sayso";
    let ran = failing(&home, "getdents64", state, &["forget", "--everything"]).ends(1);
    assert!(ran.stderr.contains("could not remove"), "{ran:?}");
    assert!(!ran.stdout.contains("state/sayso"), "{ran:?}");
    home.run(&["check", "werf"]).ends(1);
}

#[test]
fn an_opt_in_that_comes_while_an_opt_out_deletes_the_queue_has_a_queue() {
    if !can_trace() {
        return;
    }
    let home = used();
    let mut strace = home.command("strace");
    // Stopped after the first rename: the opt-out is stored, and the queue is about to go.
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=rename"]);
    strace.args(["-e", "inject=rename:signal=STOP:when=1", "--"]);
    strace.arg(program()).args(["disable", "werf"]).stdout(Stdio::null());
    let mut strace = strace.spawn().expect("it runs");
    let children = format!("/proc/{0}/task/{0}/children", strace.id());
    let child = || fs::read_to_string(&children).ok()?.split_whitespace().next()?.parse().ok();
    let state = |child: u32| {
        let text = fs::read_to_string(format!("/proc/{child}/stat")).ok()?;
        text.rsplit_once(") ")?.1.chars().next()
    };
    let is_stopped = || {
        home.read(CONSENT).contains("choice = \"denied\"")
            && child().and_then(state).is_some_and(|state| state.eq_ignore_ascii_case(&'t'))
    };
    wait_until(Duration::from_secs(20), is_stopped, || "it does not stop".to_owned());
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    let child = child().expect("a process").to_string();
    assert!(Command::new("kill").args(["-CONT", &child]).status().expect("it runs").success());
    assert!(strace.wait().expect("it ends").success());
    home.run(&["check", "werf"]).ends(0);
    home.run(&RECORD).ends(0);
    let log = home.run(&["log", "werf", "--json"]).ends(0);
    assert_eq!(log.stdout.lines().count(), 1, "{log:?}");
}
