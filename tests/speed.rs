//! What is fast stays fast, counted and not timed.
#![cfg(target_os = "linux")]

use crate::support::{Home, example, have, program};
use std::fs;
use std::path::Path;

/// The system calls of a program that is allowed what it asks.
fn calls(home: &Home, program: &Path, arguments: &[&str]) -> Vec<String> {
    let log = home.path().join("trace");
    let mut strace = home.command("strace");
    strace.args(["-f", "-qq", "-o"]).arg(&log).arg(program).args(arguments);
    assert!(strace.output().expect("strace").status.success(), "{arguments:?} is allowed");
    let trace = fs::read_to_string(&log).expect("a trace");
    fs::remove_file(&log).expect("the trace");
    trace.lines().map(str::to_owned).collect()
}

fn count(home: &Home, arguments: &[&str]) -> usize {
    calls(home, &program(), arguments).len()
}

fn granted() -> Home {
    let home = Home::new();
    home.declare("werf");
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    home
}

const RECORD: [&str; 5] = ["record", "werf", "CommandExited", "exitCode=0", "durationMs=12"];

#[test]
fn a_check_costs_the_same_among_ten_thousand_tools() {
    if !have("strace") {
        return;
    }
    let home = granted();
    let check = ["check", "werf"];
    let alone = count(&home, &check);
    let consent = home.read(".config/sayso/consent/werf.toml");
    let declaration = home.read(".local/share/sayso/tools/werf.toml");
    for n in 0..10_000 {
        let tool = format!("tool{n}");
        let named = |text: &str| text.replacen("tool = \"werf\"", &format!("tool = \"{tool}\""), 1);
        fs::write(home.consent(&tool), named(&consent)).expect("an answer");
        let path = home.path().join(format!(".local/share/sayso/tools/{tool}.toml"));
        fs::write(path, named(&declaration)).expect("a declaration");
    }
    assert_eq!(count(&home, &check), alone);
}

#[test]
fn a_check_asks_the_system_little_more_than_a_program_that_does_nothing() {
    if !have("strace") {
        return;
    }
    let home = granted();
    let nothing = calls(&home, &example("empty"), &[]).len();
    let check = count(&home, &["check", "werf"]);
    // What was prepared: open, look, owner, read, close; is it still true; the answer: the same five; the policy.
    assert!(check <= nothing + 16, "{check} calls, and {nothing} for nothing");
    // The first event of a spool also notes, once, when the next delivery is due.
    home.run(&RECORD).ends(0);
    let record = count(&home, &RECORD);
    assert!(record <= check + 20, "{record} calls, and {check} for a check");
}

#[test]
fn an_answered_check_reads_no_declaration() {
    if !have("strace") {
        return;
    }
    let home = granted();
    for arguments in [&["check", "werf"][..], &RECORD] {
        let calls = calls(&home, &program(), arguments);
        let reads =
            |file: &str| calls.iter().any(|call| call.contains("open") && call.contains(file));
        assert!(reads("state/sayso/prepared/werf"), "{arguments:?}");
        assert!(!reads("tools/werf.toml") && !reads("config.toml"), "{arguments:?}");
    }
}

#[test]
fn a_library_records_with_few_calls_without_a_lock_and_without_a_sync() {
    if !have("strace") {
        return;
    }
    let home = Home::new();
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/events.rs"));
    let text = text.expect("the example");
    let text = text.split("r#\"").nth(1).and_then(|rest| rest.split("\"#").next());
    home.declare_text(text.expect("its declaration"));
    home.run(&["enable", "events", "--notice", "1"]).ends(0);
    let calls = |events: &str| calls(&home, &example("events"), &[events]);
    let (none, one, two) = (calls("0"), calls("1"), calls("2"));
    // The first one makes the id of the run, and the first random number is asked for in two calls.
    assert!(one.len() <= none.len() + 10, "{one:#?}");
    assert!(two.len() <= one.len() + 8, "{two:#?}");
    let slow = ["flock", "fsync", "fdatasync", "fork", "clone", "F_SETLK", "F_OFD_SETLK"];
    let found: Vec<_> =
        two.iter().filter(|call| slow.iter().any(|slow| call.contains(slow))).collect();
    assert!(found.is_empty(), "{found:?}");
    let waiting = home.files().into_iter().find(|file| file.contains("/spool/events/usage/"));
    let events = home.read(&waiting.expect("a spool"));
    assert_eq!(events.lines().filter(|line| !line.is_empty()).count(), 3);
}
