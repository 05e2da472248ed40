//! Streams that are closed or full, and limits that the system sets.

use super::*;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;

/// Every command that says something, in a home where werf is on.
const TALKING: [&str; 14] = [
    "",
    "status",
    "status werf",
    "status --json",
    "show werf",
    "show werf --format json",
    "history",
    "id",
    "doctor",
    "path",
    "path --json",
    "default",
    "check werf --explain",
    "completions bash",
];

#[test]
fn a_full_output_is_an_error_and_no_crash() {
    if !Path::new("/dev/full").exists() {
        missing("/dev/full");
        return;
    }
    let home = granted();
    for arguments in TALKING {
        let ran = shell(&home, &format!("exec \"$0\" {arguments} > /dev/full")).tells();
        assert!(ran.stderr.contains("No space left"), "{arguments}: {ran:?}");
    }
    for arguments in ["--help", "status --help", "--version", "man"] {
        shell(&home, &format!("exec \"$0\" {arguments} > /dev/full")).tells();
    }
}

#[test]
fn a_full_output_loses_no_answer() {
    if !Path::new("/dev/full").exists() {
        missing("/dev/full");
        return;
    }
    for arguments in ["disable werf", "forget werf", "disable"] {
        let home = granted();
        shell(&home, &format!("exec \"$0\" {arguments} > /dev/full")).tells();
        assert_eq!(reason(&home), "denied", "{arguments}");
    }
    let home = granted();
    shell(&home, "exec \"$0\" check werf > /dev/full 2>&1").says_only(0);
    shell(&home, "exec \"$0\" disable werf 2> /dev/full").ends(0);
    assert_eq!(reason(&home), "denied");
}

#[test]
fn closed_streams_are_no_crash() {
    let home = granted();
    for arguments in TALKING {
        let ran = shell(&home, &format!("exec \"$0\" {arguments} <&- >&- 2>&-"));
        assert!(matches!(ran.code, Some(0 | 1)), "{arguments}: {ran:?}");
    }
    shell(&home, "exec \"$0\" disable werf <&- >&- 2>&-").ends(0);
    assert_eq!(reason(&home), "denied");
    // What is opened in the place of a closed stream must not be written to.
    assert!(home.read(CONSENT).starts_with("version = 1\n"));
    assert!(!home.read(CONSENT).contains("off."));
}

/// Runs a command whose output nobody reads: the other end is closed before it starts.
fn unheard(home: &Home, arguments: &[&str]) -> Ran {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = home.sayso(arguments);
    Ran::of(&command.stdout(writer).stderr(Stdio::piped()).output().expect("it runs"))
}

#[test]
fn a_reader_that_went_away_is_success_and_everything_is_done() {
    let home = granted();
    for arguments in TALKING {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let ran = unheard(&home, &arguments).ends(0);
        assert!(!ran.stderr.contains("error"), "{arguments:?}: {ran:?}");
    }
    unheard(&home, &["--help"]).ends(0);
    unheard(&home, &["disable", "werf"]).ends(0);
    assert_eq!(reason(&home), "denied");
    let home = granted();
    home.declare("gitops");
    unheard(&home, &["disable"]).ends(0);
    assert_eq!(reason(&home), "denied", "disable stopped before it reached the tools");
    let other = Home::new();
    let files = ["werf", "gitops"].map(crate::support::declaration);
    let files = files.each_ref().map(|file| file.to_str().expect("a name"));
    unheard(&other, &["declare", files[0], files[1]]).ends(0);
    let registered = other.files().iter().filter(|file| file.ends_with(".toml")).count();
    assert_eq!(registered, 2, "declare stopped before it reached the second one");
}

#[test]
fn arguments_that_are_not_unicode_are_misuse() {
    let home = granted();
    let before = contents(&home);
    let odd = OsStr::from_bytes(b"we\xffrf");
    for command in
        ["check", "enable", "disable", "status", "show", "ask", "forget", "history", "id"]
    {
        let output = home.sayso(&[command]).arg(odd).output();
        let ran = Ran::of(&output.expect("it runs"));
        // `show` may take any name of a file, and then there is none.
        assert!(ran.code == Some(2) || (command == "show" && ran.code == Some(1)), "{ran:?}");
        assert!(ran.stdout.is_empty() && ran.stderr.contains("error: "), "{ran:?}");
    }
    for arguments in [["check", "werf"], ["enable", "werf"], ["disable", "werf"]] {
        let output = home.sayso(&arguments).arg(odd).output();
        Ran::of(&output.expect("it runs")).ends(2);
    }
    Ran::of(&home.sayso(&[]).arg(odd).output().expect("it runs")).ends(2);
    assert_eq!(contents(&home), before);
}

#[test]
fn variables_that_are_not_unicode_say_no() {
    let home = granted();
    for name in ["DO_NOT_TRACK", "SAYSO", "WERF_TELEMETRY"] {
        let mut command = home.sayso(&["check", "werf"]);
        command.env(name, OsStr::from_bytes(b"\xff"));
        Ran::of(&command.output().expect("it runs")).says_only(1);
    }
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_leaves_no_draft() {
    let home = granted();
    let before = contents(&home);
    for arguments in ["disable werf", "default off", "disable --unknown other"] {
        shell(&home, &format!("ulimit -f 0; exec \"$0\" {arguments}")).tells();
        assert_eq!(contents(&home), before, "{arguments}");
    }
    shell(&home, "ulimit -f 0; exec \"$0\" check werf").says_only(0);
    home.run(&["disable", "werf"]).ends(0);
    assert_eq!(reason(&home), "denied");
}

#[test]
fn a_check_needs_no_more_than_four_open_files() {
    if !have("prlimit") {
        return;
    }
    let home = granted();
    let run = |arguments: &[&str]| {
        let mut command = home.command("prlimit");
        command.arg("--nofile=4").arg(program()).args(arguments);
        Ran::of(&command.output().expect("it runs"))
    };
    run(&["check", "werf"]).says_only(0);
    run(&["disable", "--unknown", "other"]).tells();
    run(&["check", "werf"]).says_only(0);
    assert!(home.files().iter().all(|file| !file.contains(".new")), "{:?}", home.files());
}

/// Whether the home is on a disk whose files can be made immutable. Skips as [`have`] does.
fn chattr(home: &Home, flag: &str, path: &str) -> bool {
    if !am_root() || !have("chattr") {
        return false;
    }
    let status =
        Command::new("chattr").arg(flag).arg(home.path().join(path)).stderr(Stdio::null()).status();
    let works = status.is_ok_and(|status| status.success());
    if !works {
        missing("a disk with immutable files");
    }
    works
}

#[test]
fn an_immutable_answer_stays_and_that_is_told() {
    for path in [CONSENT, ".config/sayso/consent"] {
        let home = granted();
        let before = home.read(CONSENT);
        if !chattr(&home, "+i", path) {
            return;
        }
        let (disable, check) = (home.run(&["disable", "werf"]), home.run(&["check", "werf"]));
        let after = home.read(CONSENT);
        assert!(chattr(&home, "-i", path));
        disable.tells();
        check.says_only(0);
        assert_eq!(after, before);
        assert!(home.files().iter().all(|file| !file.contains(".new")), "{:?}", home.files());
        home.run(&["disable", "werf"]).ends(0);
        assert_eq!(reason(&home), "denied");
    }
}
