//! The same for a vendor's own file, which a switch changes and undo puts back: after a fault it is
//! whole, the old one or the new one, and undo still gives back the home as it was.

use super::sweep::{Call, calls_after_start, copy_folder, within_patience};
use super::{SOME, can_trace};
use crate::support::{Home, Ran, is_all, program, sample};
use crate::switching::{Node, tree};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const MORE: &[&str] = &["kill", "ENOSPC", "EIO"];
const FILE: &str = ".config/turborepo/telemetry.json";
const OLD: &str = "{\n  \"telemetry_enabled\": true, // mine\n  \"id\": \"x\"\n}\n";

type Tree = BTreeMap<PathBuf, Node>;

/// One command, in a home of its own each time.
struct Sweep {
    home: Home,
    /// What was done there before, if anything: undo knows files by where they are.
    prepare: &'static [&'static str],
    arguments: &'static [&'static str],
    /// The home before anything was switched.
    original: Tree,
    /// The home before the command, and after it where nothing goes wrong.
    before: Tree,
    after: Tree,
    calls: Vec<Call>,
}

/// A home with the program of one tool, and with its file if there is one.
fn home(file: Option<&str>) -> Home {
    let home = Home::new();
    for folder in [".config", ".local/state"] {
        fs::create_dir_all(home.path().join(folder)).expect("a folder");
    }
    home.write("bin/turbo", "#!/bin/sh\nexit 99\n");
    let turbo = home.path().join("bin/turbo");
    fs::set_permissions(turbo, fs::Permissions::from_mode(0o755)).expect("a mode");
    file.iter().for_each(|text| home.write(FILE, text));
    home
}

fn run(home: &Home, arguments: &[&str]) -> Ran {
    let bin = home.path().join("bin").display().to_string();
    home.run_with(&[("PATH", &bin)], arguments)
}

impl Sweep {
    fn new(
        home: Home,
        prepare: &'static [&'static str],
        arguments: &'static [&'static str],
    ) -> Self {
        let original = tree(home.path());
        let copy = Self::copy(&home, prepare);
        let before = tree(copy.path());
        let trace = copy.path().with_extension("trace");
        let mut strace = copy.command("strace");
        strace.args(["-f", "-qq", "-E"]).arg(format!("PATH={}/bin", copy.path().display()));
        strace.arg("-o").arg(&trace).arg("--").arg(program()).args(arguments);
        Ran::of(&strace.output().expect("it runs")).ends(0);
        let text = fs::read(&trace).expect("a trace");
        fs::remove_file(&trace).expect("the trace");
        let calls = calls_after_start(&String::from_utf8_lossy(&text), copy.path());
        let after = tree(copy.path());
        assert_ne!(before, after, "the command changes nothing");
        Self { home, prepare, arguments, original, before, after, calls }
    }

    fn copy(home: &Home, prepare: &[&str]) -> Home {
        let copy = Home::new();
        copy_folder(home.path(), copy.path());
        if !prepare.is_empty() {
            run(&copy, prepare).ends(0);
        }
        copy
    }

    #[expect(clippy::print_stderr, reason = "how many cases a sweep has is worth knowing")]
    #[track_caller]
    fn run(self, faults: &[&str]) {
        let cases: Vec<(&Call, &str)> = self
            .calls
            .iter()
            .flat_map(|call| faults.iter().map(move |fault| (call, *fault)))
            .filter(|(call, fault)| *fault == "kill" || call.has_errors)
            .collect();
        assert!(cases.len() > 100, "only {} cases: the trace was not understood", cases.len());
        let cases = sample(cases);
        let (next, hit) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let failures = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while let Some((call, fault)) = cases.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        match self.one(call, fault) {
                            Ok(code) => {
                                _ = hit.fetch_add(usize::from(code != Some(0)), Ordering::Relaxed);
                            }
                            Err(what) => failures
                                .lock()
                                .expect("no panic")
                                .push(format!("{fault} at {}#{}: {what}", call.name, call.nth)),
                        }
                    }
                });
            }
        });
        let failures = failures.into_inner().expect("no panic");
        let name = self.arguments.join(" ");
        eprintln!("{name}: {} cases", cases.len());
        assert!(
            hit.into_inner() > if is_all() { 50 } else { cases.len() / 8 },
            "{name}: hardly any fault had an effect"
        );
        let few: Vec<&String> = failures.iter().take(20).collect();
        assert!(few.is_empty(), "{name}: {} of {} failed:\n{few:#?}", failures.len(), cases.len());
    }

    fn one(&self, call: &Call, fault: &str) -> Result<Option<i32>, String> {
        let home = Self::copy(&self.home, self.prepare);
        let mut strace = call.failing(&home, fault);
        strace.arg("-E").arg(format!("PATH={}/bin", home.path().display()));
        let ran = within_patience(strace.arg("--").arg(program()).args(self.arguments))?;
        let tell = |what: &str| Err(format!("{what}: {ran:?}"));
        if matches!(ran.code, Some(101 | 134 | 139)) || ran.stderr.contains("panicked") {
            return tell("it crashed");
        }
        let is_told = ran.stderr.contains("error: ") && ran.stderr.contains("hint: ");
        if ran.code == Some(1) && !is_told {
            return tell("it failed without a word");
        }
        let now = tree(home.path());
        let file = now.get(&PathBuf::from(FILE));
        let is_new = file == self.after.get(&PathBuf::from(FILE));
        if !is_new && file != self.before.get(&PathBuf::from(FILE)) {
            return tell("neither the old nor the new file");
        }
        if ran.code == Some(0) && !is_new {
            return tell("exit 0, and the file is the old one");
        }
        for (arguments, tree_then) in
            [(self.arguments, &self.after), (&["undo"][..], &self.original)]
        {
            let again = run(&home, arguments);
            if again.code != Some(0) {
                return Err(format!("then {arguments:?} fails: {again:?}"));
            }
            let now = tree(home.path());
            let differs = |path: &&PathBuf| now.get(*path) != tree_then.get(*path);
            let different: Vec<&PathBuf> =
                now.keys().chain(tree_then.keys()).filter(differs).collect();
            if !different.is_empty() {
                return Err(format!("after {arguments:?}, {different:?} is wrong; {ran:?}"));
            }
        }
        match run(&home, &["undo"]).stdout.as_str() {
            "There is nothing to undo.\n" => Ok(ran.code),
            other => Err(format!("undo is never done: {other}")),
        }
    }
}

#[test]
fn a_vendors_file_is_switched_whole_and_can_be_put_back() {
    if can_trace() {
        Sweep::new(home(Some(OLD)), &[], &["disable", "turborepo"]).run(MORE);
    }
}

#[test]
fn a_vendors_file_that_was_not_there_leaves_nothing_behind() {
    if can_trace() {
        Sweep::new(home(None), &[], &["disable", "turborepo"]).run(SOME);
    }
}

#[test]
fn undo_puts_back_whole_or_can_be_repeated() {
    if can_trace() {
        Sweep::new(home(Some(OLD)), &["disable", "turborepo"], &["undo"]).run(SOME);
        Sweep::new(home(None), &["disable", "turborepo"], &["undo", "turborepo"]).run(SOME);
    }
}
