//! Terminal sessions: documents whose console blocks are run, step by step in one home, and
//! compared with what the document says. `SNAPSHOTS=overwrite` writes the document anew.

use super::{Home, Ran, program};
use regex::Regex;
use snapbox::{Assert, Data};
use std::path::Path;
use std::process::Command;

/// Runs the console blocks that begin with `start`: each line after a `$ ` is a step, and what
/// `step` says took place stands below it. Everything else stays as it is.
pub fn replay(document: &str, start: &str, mut step: impl FnMut(&str) -> String) -> String {
    let mut out = String::new();
    let mut lines = document.lines().peekable();
    while let Some(line) = lines.next() {
        out += &format!("{line}\n");
        let fence: String = line.chars().take_while(|c| *c == '`').collect();
        let is_run = fence.len() >= 3
            && line[fence.len()..] == *"console"
            && lines.peek().is_some_and(|first| first.starts_with(start));
        if !is_run {
            continue;
        }
        for line in lines.by_ref() {
            if line == fence {
                out += &format!("{line}\n");
                break;
            }
            if let Some(command) = line.strip_prefix("$ ") {
                // A blank line between two steps belongs to neither.
                let gap = if out.ends_with("console\n") { "" } else { "\n" };
                out += &format!("{gap}{line}\n{}", step(command));
            }
        }
    }
    out
}

/// A step with every stream told apart: the exit code as `? 1` unless it is 0, standard output as
/// it is, standard error behind `! `.
pub fn told_apart(home: &Home, command: &str) -> String {
    let output = shell(home, command).output().expect("a shell");
    let mut out = match output.status.code() {
        Some(0) => String::new(),
        Some(code) => format!("? {code}\n"),
        None => format!("? {}\n", output.status),
    };
    out += &whole_lines(&String::from_utf8_lossy(&output.stdout));
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        out += &format!("{}\n", format!("! {line}").trim_end());
    }
    out
}

/// A step as a terminal shows it: both streams, in the order in which they were written.
pub fn as_on_screen(home: &Home, command: &str) -> String {
    let output = shell(home, &format!("{{ {command}\n}} 2>&1")).output().expect("a shell");
    whole_lines(&String::from_utf8_lossy(&output.stdout))
}

/// Prepares a home with a command that has to succeed, run in the home itself.
#[track_caller]
pub fn prepare(home: &Home, command: &str) {
    let output = shell(home, command).current_dir(home.path()).output().expect("a shell");
    assert!(output.status.success(), "{command}: {output:?}");
}

fn whole_lines(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

/// A shell in this home that finds the program, at the root of the project.
fn shell(home: &Home, command: &str) -> Command {
    let mut folders = vec![program().parent().expect("a folder").to_owned()];
    folders.extend(std::env::split_paths(&super::path()));
    let mut shell = home.command("/bin/sh");
    shell.args(["-c", command]).current_dir(env!("CARGO_MANIFEST_DIR"));
    shell.env("PATH", std::env::join_paths(folders).expect("a list of folders"));
    shell
}

/// What differs from run to run, and what stands for it in documents: as wide as the original, so
/// that tables stay in line.
const SETTLED: [(&str, &str); 9] = [
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-11-20T10:11:12Z"),
    (r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b", "2026-11-20 10:11:12"),
    (r"\b\d{4}-\d\d-\d\d\b", "2026-11-20"),
    (r#""ts":\d{13}"#, "\"ts\":1795219872000"),
    (r"\b(amd64|arm64)\b", "amd64"),
    (r"\b\d{8}T\d{6}Z\b", "20261120T101112Z"),
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "6f1c2a34-9d0e-4b7a-8f11-2a3b4c5d6e7f"),
    (r"\bsha256:[0-9a-f]{64}\b", "sha256:9f2b…"),
    (r"\b[0-9a-f]{32}\b", "9d2f1c2a349d0e4b7a8f112a3b4c5d6e"),
];

/// Where the home stands in documents.
const HOME: &str = "/home/ada";

/// Puts in place of what differs from run to run what stands for it.
pub fn settled(text: &str, home: &Home) -> String {
    let mut text = text.replace(&home.path().display().to_string(), HOME);
    for (pattern, value) in SETTLED {
        text = Regex::new(pattern).expect("a pattern").replace_all(&text, value).into_owned();
    }
    text
}

/// The same for how a command ended and what it said.
pub fn settled_run(ran: &Ran, home: &Home) -> Ran {
    let [stdout, stderr] = [&ran.stdout, &ran.stderr].map(|text| settled(text, home));
    Ran { code: ran.code, stdout, stderr }
}

/// Asserts that a committed file says exactly this. `SNAPSHOTS=overwrite` makes it so.
#[track_caller]
pub fn assert_file_says(path: &Path, text: &str) {
    let expected = Data::read_from(path, None).raw();
    Assert::new().action_env("SNAPSHOTS").eq(text, expected);
}
