//! What a program changed on disk, in which order, and what of it a power cut could undo: read from a
//! trace of its system calls. By the rules of POSIX alone: a change to the entries of a folder lasts
//! once that folder was synced after it (fsync(2)).

use super::{Home, Ran, path, program};
use std::fs;
use std::path::{Path, PathBuf};

/// One step that matters to what is left after a power cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An entry came to be or went: a file or a folder.
    Entry(PathBuf),
    /// An entry got another name.
    Renamed(PathBuf, PathBuf),
    /// A file or folder was made to last.
    Synced(PathBuf),
}

/// The calls to trace, and those that delete or rename.
const CALLS: &str = "trace=openat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,unlink,\
                     unlinkat,rmdir,fsync,fdatasync";

/// Runs the program under strace, with these further options of strace.
pub fn traced(home: &Home, options: &[&str], arguments: &[&str]) -> (Ran, String) {
    let log = home.path().with_extension("trace");
    let mut strace = home.command("strace");
    strace.args(["-f", "-qq", "-y", "-s", "1000", "-o"]).arg(&log).args(options);
    let programs = path().to_string_lossy().into_owned();
    strace.arg("-E").arg(format!("PATH={}/bin:{programs}", home.path().display()));
    let ran = Ran::of(&strace.arg("--").arg(program()).args(arguments).output().expect("it runs"));
    let trace = fs::read(&log).expect("a trace");
    fs::remove_file(&log).expect("the trace");
    (ran, String::from_utf8_lossy(&trace).into_owned())
}

/// The steps of a command that ends well.
#[track_caller]
pub fn steps(home: &Home, arguments: &[&str]) -> Vec<Step> {
    let (ran, trace) = traced(home, &["-e", CALLS], arguments);
    ran.ends(0);
    let steps: Vec<Step> = trace.lines().filter_map(step).collect();
    assert!(!steps.is_empty(), "the trace was not understood:\n{trace}");
    steps
}

fn step(line: &str) -> Option<Step> {
    let (_, call) = line.split_once(' ')?;
    let (call, result) = call.trim_start().rsplit_once(" = ")?;
    let number = result.split(['<', ' ']).next()?;
    if number.starts_with('-') {
        return None;
    }
    let (name, arguments) = call.split_once('(')?;
    let paths = paths(arguments);
    let path = |n: usize| paths.get(n).cloned();
    match name {
        "openat" if arguments.contains("O_CREAT|O_EXCL") => path(0).map(Step::Entry),
        "mkdir" | "mkdirat" | "unlink" | "unlinkat" | "rmdir" => path(0).map(Step::Entry),
        "link" | "linkat" => path(1).map(Step::Entry),
        "rename" | "renameat" | "renameat2" => Some(Step::Renamed(path(0)?, path(1)?)),
        "fsync" | "fdatasync" => {
            let file = arguments.split_once('<')?.1.rsplit_once('>')?.0;
            Some(Step::Synced(file.into()))
        }
        _ => None,
    }
}

/// The names among the arguments, each below the folder that stands before it.
fn paths(arguments: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut rest = arguments;
    while let Some((before, after)) = rest.split_once('"') {
        let Some((name, after)) = after.split_once('"') else { break };
        let folder = before.rsplit_once('<').and_then(|(_, folder)| folder.split_once('>'));
        found.push(Path::new(folder.map_or("", |(folder, _)| folder)).join(name));
        rest = after;
    }
    found
}

fn is_draft(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "new")
}

fn folder_of(path: &Path) -> &Path {
    path.parent().expect("a folder")
}

/// The changes that a power cut right after the end could undo.
pub fn undone_by_a_power_cut(steps: &[Step]) -> Vec<String> {
    let mut undone = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        let changed: Vec<&Path> = match step {
            // A draft may be back: it is never read, and the next writer takes it over.
            Step::Entry(path) if is_draft(path) => continue,
            Step::Entry(path) => vec![path],
            Step::Renamed(from, to) => vec![from, to],
            Step::Synced(_) => continue,
        };
        for path in changed {
            let lasts = steps[n + 1..].iter().any(|later| match later {
                Step::Synced(synced) => synced == folder_of(path),
                // A folder that goes takes what is in it along.
                Step::Entry(gone) | Step::Renamed(gone, _) => folder_of(path).starts_with(gone),
            });
            if !lasts {
                undone.push(format!("{step:?}: {} is not synced", folder_of(path).display()));
            }
        }
        let Step::Renamed(from, _) = step else { continue };
        if is_draft(from) && !steps[..n].contains(&Step::Synced(from.clone())) {
            undone.push(format!("{step:?}: the new content is not synced"));
        }
    }
    undone
}

/// Where the first step is that is like this.
#[track_caller]
pub fn position(steps: &[Step], is_meant: impl Fn(&Step) -> bool) -> usize {
    steps.iter().position(is_meant).unwrap_or_else(|| panic!("there is no such step: {steps:#?}"))
}
