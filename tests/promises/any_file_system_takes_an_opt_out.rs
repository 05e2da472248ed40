//! An opt-out is stored whatever the file system cannot do, and only what was done is reported.
#![cfg(target_os = "linux")]

use crate::faults::can_trace;
use crate::support::trace::traced;
use crate::support::{Home, Ran, am_root, have, missing, program};
use std::fs;
use std::os::unix::fs::PermissionsExt;

const CONSENT: &str = ".config/sayso/consent/werf.toml";
const RECORD: [&str; 5] = ["record", "werf", "CommandExited", "exitCode=0", "durationMs=12"];

fn used() -> Home {
    let home = Home::new();
    home.declare("werf").run(&["enable", "werf", "--notice", "1"]).ends(0);
    home.run(&RECORD).ends(0);
    home
}

const TURBOREPO: &str = ".config/turborepo/telemetry.json";

/// A home with the program of a third-party tool, and its file.
fn third_party() -> Home {
    let home = Home::new();
    home.write("bin/turbo", "#!/bin/sh\nexit 99\n");
    let turbo = home.path().join("bin/turbo");
    fs::set_permissions(turbo, fs::Permissions::from_mode(0o755)).expect("a mode");
    home.write(TURBOREPO, "{\"telemetry_enabled\": true}\n");
    home
}

/// Runs a command in which every such call fails.
fn without(home: &Home, calls: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let names: Vec<&str> = calls.iter().map(|(call, _)| *call).collect();
    let mut options = vec!["-e".to_owned(), format!("trace={}", names.join(","))];
    for (call, error) in calls {
        options.extend(["-e".to_owned(), format!("inject={call}:error={error}")]);
    }
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let (ran, log) = traced(home, &options, arguments);
    assert!(log.contains("INJECTED"), "{arguments:?}: no {names:?}: {ran:?}");
    ran
}

const NO_LOCKS: [&str; 4] = ["ENOLCK", "EOPNOTSUPP", "ENOSYS", "EINVAL"];
const NO_SYNC: [&str; 3] = ["EINVAL", "EOPNOTSUPP", "ENOSYS"];

#[test]
fn neither_locks_nor_syncs_are_needed_to_opt_out() {
    if !can_trace() {
        return;
    }
    let locks = NO_LOCKS.map(|error| vec![("flock", error)]);
    let syncs = NO_SYNC.map(|error| vec![("fsync", error), ("fdatasync", error)]);
    let both = NO_SYNC.map(|error| vec![("flock", error), ("fsync", error), ("fdatasync", error)]);
    for calls in locks.iter().chain(&syncs).chain(&both) {
        for arguments in [&["disable", "werf"][..], &["disable"], &["forget", "werf"]] {
            let home = used();
            without(&home, calls, arguments).ends(0);
            assert_eq!(home.reason("werf", "usage"), (false, "denied".to_owned()), "{calls:?}");
            let left = home.files();
            let left = left.iter().find(|f| f.contains("/spool/") || f.ends_with(".new"));
            assert_eq!(left, None, "{calls:?} {arguments:?}");
        }
        let home = third_party();
        without(&home, calls, &["disable", "turborepo"]).ends(0);
        assert!(home.read(TURBOREPO).contains("false"), "{calls:?}");
        // The first one of a user, where no folder is there.
        let home = Home::new();
        without(&home, calls, &["disable", "--unknown", "werf"]).ends(0);
        assert!(home.read(CONSENT).contains("choice = \"denied\""), "{calls:?}");
    }
}

#[test]
fn without_locks_a_leftover_keeps_no_opt_out_from_being_stored_and_allows_nothing() {
    if !can_trace() {
        return;
    }
    let home = used();
    home.write(".config/sayso/consent/.werf.toml.new", "half of someth");
    without(&home, &[("flock", "ENOLCK")], &["disable", "werf"]).ends(0);
    assert_eq!(home.reason("werf", "usage"), (false, "denied".to_owned()));
    assert!(!home.files().iter().any(|file| file.ends_with(".new")), "{:?}", home.files());
    let home = third_party();
    home.write(".local/state/sayso/undo/.turn.new", "");
    without(&home, &[("flock", "ENOLCK")], &["disable", "turborepo"]).ends(0);
    assert!(home.read(TURBOREPO).contains("false"));
    // Where nobody can tell whether the draft is another writer's, an opt-in does not remove it.
    let home = Home::new();
    home.declare("werf").run(&["disable", "werf"]).ends(0);
    home.write(".config/sayso/consent/.werf.toml.new", "another writer's");
    without(&home, &[("flock", "ENOLCK")], &["enable", "werf", "--notice", "1"]).ends(1);
    assert_eq!(home.reason("werf", "usage"), (false, "denied".to_owned()));
    assert_eq!(home.read(".config/sayso/consent/.werf.toml.new"), "another writer's");
}

#[test]
fn where_no_file_can_be_made_what_was_on_is_off_all_the_same() {
    if !can_trace() {
        return;
    }
    for calls in [
        &[("rename", "EIO")][..],
        &[("rename", "EBUSY")],
        &[("fsync", "EIO")],
        &[("flock", "EIO")],
        &[("flock", "ENOLCK"), ("rename", "EXDEV")],
    ] {
        let home = used();
        let ran = without(&home, calls, &["disable", "werf"]).ends(1);
        assert!(ran.stderr.contains("the answer is stored, but"), "{calls:?}: {ran:?}");
        assert!(!home.reason("werf", "usage").0, "{calls:?}");
    }
}

#[test]
fn a_folder_that_cannot_be_renamed_is_deleted_where_it_is() {
    if !can_trace() {
        return;
    }
    let spool = ".local/state/sayso/spool/werf";
    let sent = ".local/state/sayso/sent/werf";
    for (arguments, folder) in [
        (&["disable", "werf"][..], spool),
        (&["forget", "werf"], spool),
        (&["forget", "werf"], sent),
    ] {
        let home = used();
        home.write(&format!("{sent}/2026-01-01.jsonl"), "{}\n");
        let path = home.path().join(folder);
        let path = path.to_string_lossy();
        let options = ["-P", &path, "-e", "trace=rename", "-e", "inject=rename:error=EXDEV"];
        let (ran, log) = traced(&home, &options, arguments);
        assert!(log.contains("INJECTED"), "{arguments:?}: {ran:?}");
        ran.ends(0);
        assert!(!home.path().join(folder).exists(), "{arguments:?} {folder}");
    }
}

#[test]
fn a_home_in_a_lower_layer_loses_what_was_queued() {
    if !am_root() || !have("unshare") || !have("mount") {
        return;
    }
    // As in a container whose image holds the home: all of it is in the lower layer of an overlay.
    let script = r#"
        set -u; program=$1; lower=$HOME; layers=$2
        mount -t tmpfs tmpfs "$layers" || { echo no mount; exit; }
        mkdir "$layers/upper" "$layers/work"
        mount -t overlay -o "lowerdir=$lower,upperdir=$layers/upper,workdir=$layers/work" \
            overlay "$HOME" || { echo no mount; exit; }
        say() { "$program" "$@"; echo "$1: $?"; }
        say disable werf
        find "$HOME/.local/state/sayso" -path '*spool*' -name '*.jsonl'
        say forget werf
    "#;
    for events in [1, 2] {
        let home = used();
        for _ in 1..events {
            home.run(&RECORD).ends(0);
        }
        home.write(".local/state/sayso/sent/werf/2026-01-01.jsonl", "{}\n");
        let layers = tempfile::tempdir().expect("a folder");
        let mut command = home.command("unshare");
        command.args(["-m", "sh", "-c", script, "sh"]).arg(program()).arg(layers.path());
        let ran = Ran::of(&command.output().expect("it runs"));
        if ran.code != Some(0) || ran.stdout.starts_with("no mount") {
            missing("the right to mount an overlay");
            return;
        }
        assert!(ran.stdout.contains("disable: 0") && ran.stdout.contains("forget: 0"), "{ran:?}");
        assert!(!ran.stdout.contains(".jsonl"), "{ran:?}");
        assert!(fs::read_dir(home.path().join(".local/state/sayso/spool/werf")).is_ok(), "{ran:?}");
    }
}
