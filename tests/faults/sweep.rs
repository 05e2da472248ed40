//! The loop: one traced run tells which system calls there are; then each is killed or failed in
//! turn, in a fresh copy of the home, and what is left is looked at.

use crate::support::{Home, Ran, is_all, program, sample};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use toml::{Table, Value};

/// Far longer than anything takes here: what needs it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// Calls that end the process or come back from a signal handler: there is nothing to fail.
const NO_CALLS: &[&str] = &["execve", "exit_group", "exit", "rt_sigreturn"];

/// Calls for memory, and questions about the process itself, which no disk makes fail: they are only
/// killed. So is the closing of a folder, and the random numbers of the standard library's tables,
/// which it takes for granted.
const WITHOUT_ERRORS: &[&str] =
    &["brk", "mmap", "munmap", "mremap", "mprotect", "sigaltstack", "geteuid", "prlimit64"];

/// One command, and what it changes.
pub(super) struct Sweep<'a> {
    /// The home as it is before.
    pub(super) home: Home,
    pub(super) arguments: &'a [&'a str],
    /// The file that the command replaces.
    pub(super) file: &'a str,
    /// What `check werf` says once the command is done.
    pub(super) check: Option<i32>,
}

/// What the file may be afterwards.
struct Expected {
    old: Option<String>,
    new: Table,
    calls: Vec<Call>,
}

/// A system call: the n-th one of its name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    pub name: String,
    pub nth: usize,
    pub has_errors: bool,
}

impl Call {
    /// What kills a command at this call, or lets the call fail; the command is to follow.
    pub fn failing(&self, home: &Home, fault: &str) -> Command {
        let action = match fault {
            "kill" => "signal=KILL".to_owned(),
            error => format!("error={error}"),
        };
        let mut strace = home.command("strace");
        strace.args(["-f", "-qq", "-o", "/dev/null", "-e"]).arg(format!("trace={}", self.name));
        strace.arg("-e").arg(format!("inject={}:{action}:when={}", self.name, self.nth));
        strace
    }
}

struct Case<'a> {
    fault: &'a str,
    call: &'a Call,
}

impl Sweep<'_> {
    /// Runs all cases and lists all failures together.
    #[expect(clippy::print_stderr, reason = "how many cases a sweep has is worth knowing")]
    #[track_caller]
    pub(super) fn run(self, faults: &[&str]) {
        let start = Instant::now();
        let expected = self.clean_run();
        let cases: Vec<Case<'_>> = expected
            .calls
            .iter()
            .flat_map(|call| faults.iter().map(move |fault| Case { fault, call }))
            .filter(|case| case.fault == "kill" || case.call.has_errors)
            .collect();
        assert!(cases.len() > 50, "only {} cases: the trace was not understood", cases.len());
        let cases = sample(cases);
        let (next, hit) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let failures = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                        match self.one(case, &expected) {
                            Ok(code) => {
                                _ = hit.fetch_add(usize::from(code != Some(0)), Ordering::Relaxed)
                            }
                            Err(what) => failures.lock().expect("no panic").push(format!(
                                "{} at {}#{}: {what}",
                                case.fault, case.call.name, case.call.nth
                            )),
                        }
                    }
                });
            }
        });
        let failures = failures.into_inner().expect("no panic");
        let seconds = start.elapsed().as_secs_f32();
        let name = self.arguments.join(" ");
        eprintln!("{name}: {} cases in {seconds:.1} s", cases.len());
        assert!(
            hit.into_inner() > if is_all() { 20 } else { cases.len() / 8 },
            "{name}: hardly any fault had an effect"
        );
        assert!(
            failures.is_empty(),
            "{name}: {} of {} cases failed:\n{}",
            failures.len(),
            cases.len(),
            failures.join("\n")
        );
    }

    fn copy(&self) -> Home {
        let copy = Home::new();
        copy_folder(self.home.path(), copy.path());
        copy
    }

    /// The calls after start-up, and what the command makes of the file where nothing goes wrong.
    fn clean_run(&self) -> Expected {
        let home = self.copy();
        let trace = home.path().with_extension("trace");
        let mut strace = home.command("strace");
        strace.args(["-f", "-qq", "-o"]).arg(&trace).arg("--").arg(program()).args(self.arguments);
        Ran::of(&strace.output().expect("it runs")).ends(0);
        let text = fs::read(&trace).expect("a trace");
        fs::remove_file(&trace).expect("the trace");
        let calls = calls_after_start(&String::from_utf8_lossy(&text), home.path());
        let old = fs::read_to_string(self.home.path().join(self.file)).ok();
        let new = home.read(self.file);
        assert_ne!(old.as_ref(), Some(&new), "the command changes nothing");
        Expected { old, new: meaning(&new).expect("TOML"), calls }
    }

    fn one(&self, case: &Case<'_>, expected: &Expected) -> Result<Option<i32>, String> {
        let home = self.copy();
        let mut strace = case.call.failing(&home, case.fault);
        let ran = within_patience(strace.arg("--").arg(program()).args(self.arguments))?;
        // Rust's own library takes it for impossible that a folder cannot be closed. Which close that is
        // can differ between two runs.
        if ran.stderr.contains("unexpected error during closedir") {
            return Ok(ran.code);
        }
        if matches!(ran.code, Some(101 | 134 | 139)) || ran.stderr.contains("panicked") {
            return Err(format!("it crashed: {ran:?}"));
        }
        let is_stored =
            self.look_at_file(&home, expected).map_err(|what| format!("{what}\n{ran:?}"))?;
        if ran.code == Some(0) && !is_stored {
            return Err(format!("exit 0, and nothing was stored: {ran:?}"));
        }
        if ran.code == Some(1) && !(ran.stderr.contains("error: ") && ran.stderr.contains("hint: "))
        {
            return Err(format!("it failed without a word: {ran:?}"));
        }
        let check = home.run(&["check", "werf"]);
        if ran.code == Some(0) && self.check.is_some() && self.check != check.code {
            return Err(format!("exit 0, and then check says {:?}", check.code));
        }
        self.run_again(&home, expected)?;
        Ok(ran.code)
    }

    /// Whether the new file is there; an error where it is neither the new nor the old one.
    fn look_at_file(&self, home: &Home, expected: &Expected) -> Result<bool, String> {
        let path = home.path().join(self.file);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let was_absent = expected.old.is_none();
                return if was_absent { Ok(false) } else { Err("the file is gone".to_owned()) };
            }
            Err(error) => return Err(error.to_string()),
        };
        if meaning(&text).as_ref() == Some(&expected.new) {
            return Ok(true);
        }
        if expected.old.as_ref() == Some(&text) {
            return Ok(false);
        }
        // A file that could not be read was put beside one that says no to the whole tool.
        let is_no = meaning(&text).is_some_and(|table| says_no_to_all(&table));
        match is_no && self.kept_beside(home) == expected.old {
            true => Ok(true),
            false => Err(format!("neither the old nor the new file:\n{text}")),
        }
    }

    fn kept_beside(&self, home: &Home) -> Option<String> {
        let name = format!("{}.damaged-", self.file);
        let file = home.files().into_iter().find(|file| file.starts_with(&name))?;
        Some(home.read(&file))
    }

    /// The same command without a fault works, whatever was left behind, and cleans up.
    fn run_again(&self, home: &Home, expected: &Expected) -> Result<(), String> {
        let again = home.run(self.arguments);
        if again.code != Some(0) {
            return Err(format!("the next run fails: {again:?}"));
        }
        if !self.look_at_file(home, expected)? {
            return Err("the next run stores nothing".to_owned());
        }
        let check = home.run(&["check", "werf"]);
        if self.check.is_some() && self.check != check.code {
            return Err(format!("after the next run check says {:?}", check.code));
        }
        let litter = |file: &String| {
            file.ends_with(".new") || (self.check == Some(1) && file.contains("/spool/"))
        };
        if let Some(file) = home.files().into_iter().find(litter) {
            return Err(format!("the next run leaves {file}"));
        }
        let config = fs::read_to_string(home.path().join(".config/sayso/config.toml"));
        match self.check.map(|code| code == 0) {
            Some(is_on) if is_on != config.unwrap_or_default().contains("\nid = ") => {
                Err("the id is there without a yes, or missing with one".to_owned())
            }
            _ => Ok(()),
        }
    }
}

/// Each call after the first one that names the home, with its number among those of its name.
pub fn calls_after_start(trace: &str, home: &Path) -> Vec<Call> {
    let home = home.to_string_lossy();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    let mut calls = BTreeSet::new();
    let mut has_started = false;
    for line in trace.lines() {
        let Some((process, rest)) = line.split_once(' ') else { continue };
        let Some((name, arguments)) = rest.trim_start().split_once('(') else { continue };
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            continue;
        }
        let nth = counts.entry((process, name)).or_default();
        *nth += 1;
        has_started |= line.contains(&*home);
        let is_folder = name == "close"
            && arguments.split_once(')').is_some_and(|(file, _)| folders.remove(file));
        if arguments.contains("O_DIRECTORY") {
            folders.extend(arguments.rsplit_once("= ").map(|(_, file)| file));
        }
        if has_started && !NO_CALLS.contains(&name) {
            let is_for_tables = arguments.contains("GRND_INSECURE");
            let has_errors = !is_folder && !is_for_tables && !WITHOUT_ERRORS.contains(&name);
            calls.insert(Call { name: name.to_owned(), nth: *nth, has_errors });
        }
    }
    calls.into_iter().collect()
}

/// What a file says, without what is made anew with every run.
fn meaning(text: &str) -> Option<Table> {
    let mut table: Table = toml::from_str(text).ok()?;
    strip(&mut table);
    Some(table)
}

fn strip(table: &mut Table) {
    for key in ["salt", "at"] {
        table.remove(key);
    }
    table.iter_mut().filter_map(|(_, value)| value.as_table_mut()).for_each(strip);
}

fn says_no_to_all(table: &Table) -> bool {
    table.get("choice").and_then(Value::as_str) == Some("denied")
}

pub fn within_patience(command: &mut Command) -> Result<Ran, String> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let end = Instant::now() + PATIENCE;
    while child.try_wait().map_err(|error| error.to_string())?.is_none() {
        if Instant::now() > end {
            let group = format!("-{}", child.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
            let _ = child.wait();
            return Err(format!("it hangs for more than {PATIENCE:?}"));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let mut ran = Ran::of(&output);
    ran.code = ran.code.or(output.status.signal().map(|signal| 128 + signal));
    Ok(ran)
}

pub fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            fs::create_dir(&target).expect("a folder");
            let mode = entry.metadata().expect("a mode").permissions();
            fs::set_permissions(&target, mode).expect("a mode");
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("a file");
        }
    }
}
