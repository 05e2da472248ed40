//! Many processes at once: no answer is lost, no file is torn, nothing is left behind.

use crate::support::{Home, Ran, is_all};
use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const WRITERS: usize = 8;
/// How many answers each process gives.
fn answers() -> usize {
    if is_all() { 100 } else { 12 }
}

/// A small tool with two purposes, under a name of its own.
fn declare(home: &Home, tool: &str) {
    let text = format!(
        r#"
        tool = "{tool}"
        name = "{tool}"
        vendor = "Ada"
        contact = "ada@example.org"
        notice = 1
        retention = "1 month"
        why = "To learn."
        [purposes.usage]
        why = "To learn what is used."
        [purposes.errors]
        why = "To learn what fails."
        [events.Started]
        purpose = "usage"
        why = "Once."
        [events.Failed]
        purpose = "errors"
        why = "Once."
        [[destinations]]
        kind = "https"
        url = "https://example.org/in"
        recipient = "Ada"
        purposes = ["usage", "errors"]
        "#
    );
    home.declare_text(&text);
}

/// Runs a command that must succeed, and looks at its end only.
#[track_caller]
fn answer(home: &Home, arguments: &[&str]) {
    home.run(arguments).ends(0);
}

fn history(home: &Home, tool: &str) -> Vec<serde_json::Value> {
    let text = home.read(&format!(".local/state/sayso/history/{tool}.jsonl"));
    let lines = text.lines().filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_str(line).expect("a whole line")).collect()
}

/// Nothing but the answers themselves is in the folder of the answers.
#[track_caller]
fn assert_no_litter(home: &Home, tools: &[&str]) {
    let folder = home.path().join(".config/sayso");
    let names = |folder: std::path::PathBuf| -> BTreeSet<String> {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    let expected: BTreeSet<String> = tools.iter().map(|tool| format!("{tool}.toml")).collect();
    assert_eq!(names(folder.join("consent")), expected);
    let others = names(folder);
    assert!(others.iter().all(|name| ["consent", "config.toml"].contains(&&**name)), "{others:?}");
}

/// Runs `check` until told to stop: it never says anything, and only yes or no by its exit code.
fn watch(home: &Home, tool: &str, purpose: &str, stop: &AtomicBool) -> usize {
    let mut reads = 0;
    while !stop.load(Ordering::Relaxed) {
        let ran = home.run(&["check", tool, purpose]);
        assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
        assert_eq!((&*ran.stdout, &*ran.stderr), ("", ""));
        let full = Ran::of(&home.sayso(&["check", tool, purpose, "--json"]).output().expect("it"));
        assert!(
            !full.stdout.contains("\"reason\": \"unreadable\""),
            "a torn file was read: {full:?}"
        );
        reads += 1;
    }
    reads
}

/// Sets the flag when a scope ends, by a panic as well, so that watchers never wait for ever.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn eight_processes_with_many_answers_each_lose_none_on_tools_of_their_own() {
    let home = Home::new();
    let tools: Vec<String> = (0..WRITERS).map(|number| format!("tool{number}")).collect();
    tools.iter().for_each(|tool| declare(&home, tool));
    std::thread::scope(|scope| {
        for (number, tool) in tools.iter().enumerate() {
            let home = &home;
            scope.spawn(move || {
                for turn in 0..answers() {
                    // They end on different answers: the even tools on a no.
                    match (turn + number) % 2 {
                        0 => answer(home, &["enable", tool, "--notice", "1"]),
                        _ => answer(home, &["disable", tool]),
                    }
                    let expected = i32::from((turn + number) % 2 == 1);
                    home.run(&["check", tool, "usage"]).ends(expected);
                }
            });
        }
    });
    for (number, tool) in tools.iter().enumerate() {
        let is_no = (answers() - 1 + number) % 2 == 1;
        home.run(&["check", tool, "usage"]).ends(i32::from(is_no));
        // A yes to two purposes is two changes; a no to a tool whose purposes were on is three. A
        // no to a tool that was never on is one.
        let (yes, no) = (answers() / 2 * 2, answers() / 2 * 3);
        let first_no = if number % 2 == 0 { 0 } else { 2 };
        assert_eq!(history(&home, tool).len(), yes + no - first_no, "{tool}");
    }
    let names: Vec<&str> = tools.iter().map(String::as_str).collect();
    assert_no_litter(&home, &names);
    assert!(home.read(".config/sayso/config.toml").contains("\nid = "), "something is granted");
}

#[test]
fn eight_processes_with_many_answers_each_never_tear_the_file_of_one_tool() {
    let home = Home::new();
    declare(&home, "shared");
    let stop = AtomicBool::new(false);
    let reads = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let watcher =
            || _ = reads.fetch_add(watch(&home, "shared", "usage", &stop), Ordering::Relaxed);
        scope.spawn(watcher);
        let _stop = Stop(&stop);
        std::thread::scope(|scope| {
            for number in 0..WRITERS {
                let home = &home;
                scope.spawn(move || {
                    for turn in 0..answers() {
                        match (turn + number) % 4 {
                            0 => answer(home, &["enable", "shared", "--notice", "1"]),
                            1 => answer(home, &["disable", "shared", "errors"]),
                            2 => answer(home, &["disable", "--unknown", "shared"]),
                            _ => answer(home, &["enable", "shared", "usage", "--notice", "1"]),
                        }
                    }
                });
            }
        });
    });
    assert!(reads.into_inner() > answers() / 2, "hardly any reader met a writer");
    assert_no_litter(&home, &["shared"]);
    let history = history(&home, "shared");
    let records: BTreeSet<&str> =
        history.iter().filter_map(|line| line["record"].as_str()).collect();
    assert_eq!(records.len(), history.len(), "each change is written once");
    answer(&home, &["disable", "shared"]);
    home.run(&["check", "shared", "usage"]).ends(1);
}

#[test]
fn a_no_stands_while_others_say_yes_to_other_purposes() {
    let home = Home::new();
    declare(&home, "shared");
    answer(&home, &["enable", "shared", "--notice", "1"]);
    let is_refused = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..WRITERS - 1 {
            scope.spawn(|| {
                for _ in 0..20 {
                    // Each time another answer, so that each one rewrites the file.
                    answer(&home, &["disable", "shared", "usage"]);
                    answer(&home, &["enable", "shared", "usage", "--notice", "1"]);
                    let was_refused = is_refused.load(Ordering::SeqCst);
                    let check = home.run(&["check", "shared", "errors"]);
                    assert!(!was_refused || check.code == Some(1), "the no was lost: {check:?}");
                }
            });
        }
        scope.spawn(|| {
            answer(&home, &["disable", "shared", "errors"]);
            is_refused.store(true, Ordering::SeqCst);
        });
    });
    home.run(&["check", "shared", "errors"]).ends(1);
    home.run(&["check", "shared", "usage"]).ends(0);
    assert_no_litter(&home, &["shared"]);
}

#[test]
fn no_yes_loses_its_id_while_the_last_yes_of_another_tool_is_taken_back() {
    let home = Home::new();
    ["one", "two"].iter().for_each(|tool| declare(&home, tool));
    for _ in 0..40 {
        answer(&home, &["enable", "one", "--notice", "1"]);
        let no = home.sayso(&["disable", "one"]).stdout(Stdio::null()).spawn();
        let yes = home.sayso(&["enable", "two", "--notice", "1"]).stderr(Stdio::null()).output();
        assert!(no.expect("it runs").wait().expect("it ends").success());
        assert!(yes.expect("it runs").status.success());
        assert!(home.read(".config/sayso/config.toml").contains("\nid = "), "the id is gone");
        answer(&home, &["disable", "two"]);
        assert!(
            !home.read(".config/sayso/config.toml").contains("\nid = "),
            "the id is still there"
        );
    }
}

#[test]
fn a_writer_that_was_stopped_makes_others_give_up_and_readers_not_wait() {
    let home = Home::new();
    declare(&home, "shared");
    answer(&home, &["enable", "shared", "--notice", "1"]);
    let draft = home.path().join(".config/sayso/consent/.shared.toml.new");
    let held = fs::File::options().write(true).create_new(true).open(&draft).expect("a draft");
    held.lock().expect("the lock");
    let mut waiting = home.sayso(&["disable", "shared"]);
    let waiting = waiting.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let start = std::time::Instant::now();
    home.run(&["check", "shared", "usage"]).ends(0);
    assert!(start.elapsed().as_secs() < 5, "a reader waited");
    let ran = Ran::of(&waiting.wait_with_output().expect("it ends")).ends(1);
    assert!(ran.stderr.contains("caused by: another process is changing"), "{ran:?}");
    assert!(ran.stderr.contains("hint: "), "{ran:?}");
    drop(held);
    answer(&home, &["disable", "shared"]);
    home.run(&["check", "shared", "usage"]).ends(1);
    assert_no_litter(&home, &["shared"]);
}
