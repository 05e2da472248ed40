//! Every system call of a delivery, killed there or failed there: no event is lost. Each is at the
//! receiver or waits; and the next delivery leaves nothing behind.

use super::{record, recorded};
use crate::faults::can_trace;
use crate::faults::sweep::{Call, calls_after_start, copy_folder, within_patience};
use crate::support::receiver::{OK, Receiver};
use crate::support::{Home, Ran, program, sample};
use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// How many events wait.
const EVENTS: u32 = 3;

/// The events begin with this, and each case puts a number of its own in its place.
const MARK: &str = "00000000";

const DELIVER: [&str; 3] = ["deliver", "probe", "--now"];

struct Sweep {
    home: Home,
    spool: String,
    receiver: Receiver,
}

impl Sweep {
    /// A home with events whose ids all begin alike.
    fn prepare() -> Self {
        let (receiver, home) = recorded(OK, EVENTS);
        let spool = home.files().into_iter().find(|file| file.contains("/spool/")).expect("one");
        let mut parts = Vec::new();
        let text = home.read(&spool);
        for (n, part) in text.split("\"eventID\":\"").enumerate() {
            let mark = if n == 0 { String::new() } else { format!("{MARK}{}", &part[8..]) };
            parts.push(if n == 0 { part.to_owned() } else { mark });
        }
        home.write(&spool, &parts.join("\"eventID\":\""));
        Self { home, spool, receiver }
    }

    fn copy(&self, number: usize) -> Home {
        let home = Home::new();
        copy_folder(self.home.path(), home.path());
        let text = home.read(&self.spool);
        home.write(&self.spool, &text.replace(&format!("\"{MARK}"), &format!("\"{number:08x}")));
        home
    }

    /// Each call of a delivery in which nothing goes wrong.
    fn calls(&self) -> Vec<Call> {
        let home = self.copy(0);
        let trace = home.path().with_extension("trace");
        let mut strace = home.command("strace");
        strace.args(["-f", "-qq", "-o"]).arg(&trace).arg("--").arg(program()).args(DELIVER);
        assert!(strace.stdout(Stdio::null()).status().expect("strace").success());
        let text = std::fs::read(&trace).expect("a trace");
        std::fs::remove_file(&trace).expect("the trace");
        calls_after_start(&String::from_utf8_lossy(&text), home.path())
    }

    fn received(&self, number: usize) -> Vec<String> {
        let mark = format!("{number:08x}");
        let requests = self.receiver.requests().into_iter();
        let mine = requests.filter(|request| {
            String::from_utf8_lossy(&request.body).contains(&format!("\"{mark}"))
        });
        mine.flat_map(|request| request.event_ids()).collect()
    }

    fn one(&self, number: usize, call: &Call, fault: &str) -> Result<(), String> {
        let home = self.copy(number);
        let all: BTreeSet<String> = super::waiting(&home).into_iter().collect();
        let mut strace = call.failing(&home, fault);
        let ran = within_patience(strace.arg("--").arg(program()).args(DELIVER))?;
        if matches!(ran.code, Some(101 | 134 | 139)) || ran.stderr.contains("panicked") {
            return Err(format!("it crashed: {ran:?}"));
        }
        let mut somewhere: BTreeSet<String> = self.received(number).into_iter().collect();
        somewhere.extend(super::waiting(&home));
        if somewhere != all {
            return Err(format!("{} of {} events are left: {ran:?}", somewhere.len(), all.len()));
        }
        let again = super::deliver(&home);
        let received: BTreeSet<String> = self.received(number).into_iter().collect();
        if again.code != Some(0) || received != all || !super::waiting(&home).is_empty() {
            let (received, waits) = (received.len(), super::waiting(&home).len());
            return Err(format!("then {received} came and {waits} wait: {ran:?} {again:?}"));
        }
        if self.received(number).len() > 2 * all.len() {
            return Err("an event came more than twice".to_owned());
        }
        if litter(&home).is_some() {
            // With nothing to deliver nothing is tidied; the next event takes it along.
            record(&home, 1);
            let _ = super::deliver(&home);
        }
        litter(&home).map_or(Ok(()), |file| Err(format!("later runs leave {file}")))
    }

    #[track_caller]
    fn run(&self, faults: &[&str], is_meant: &(dyn Fn(&Call) -> bool + Sync)) {
        let start = Instant::now();
        let calls = self.calls();
        let cases: Vec<(&Call, &str)> = calls
            .iter()
            .filter(|call| is_meant(call))
            .flat_map(|call| faults.iter().map(move |fault| (call, *fault)))
            .filter(|(call, fault)| *fault == "kill" || call.has_errors)
            .collect();
        assert!(cases.len() > 50, "only {} cases: the trace was not understood", cases.len());
        let cases = sample(cases);
        let next = AtomicUsize::new(0);
        let failures = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let Some((call, fault)) = cases.get(number) else { break };
                        if let Err(what) = self.one(number + 1, call, fault) {
                            let what = format!("{fault} at {}#{}: {what}", call.name, call.nth);
                            failures.lock().expect("no panic").push(what);
                        }
                    }
                });
            }
        });
        let seconds = start.elapsed().as_secs_f32();
        eprintln!("deliver: {} calls, {} cases in {seconds:.1} s", calls.len(), cases.len());
        let failures = failures.into_inner().expect("no panic");
        assert!(
            failures.is_empty(),
            "{} of {}:\n{}",
            failures.len(),
            cases.len(),
            failures.join("\n")
        );
    }
}

/// A draft, or a file that was closed and never removed.
fn litter(home: &Home) -> Option<String> {
    let is_litter = |file: &String| file.ends_with(".new") || file.contains(".0000000");
    home.files().into_iter().find(is_litter)
}

#[test]
fn a_delivery_killed_anywhere_loses_no_event() {
    if can_trace() {
        Sweep::prepare().run(&["kill"], &|_| true);
    }
}

#[test]
fn a_delivery_on_a_full_disk_loses_no_event() {
    if can_trace() {
        // A disk has nothing to do with threads; those have a test of their own.
        let is_meant = |call: &Call| !["clone3", "futex"].contains(&&*call.name);
        Sweep::prepare().run(&["ENOSPC"], &is_meant);
    }
}

#[test]
fn a_delivery_that_gets_no_thread_waits() {
    if !can_trace() {
        return;
    }
    let Sweep { home, receiver, .. } = Sweep::prepare();
    let mut strace = home.command("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=clone3"]);
    strace.args(["-e", "inject=clone3:error=EAGAIN"]).arg(program()).args(DELIVER);
    let ran = Ran::of(&strace.output().expect("strace")).ends(1);
    assert!(ran.stdout.contains("the system lets no thread be started"), "{ran:?}");
    assert_eq!((receiver.connections(), super::waiting(&home).len()), (0, 3));
    super::deliver(&home).ends(0);
    assert_eq!(receiver.event_ids().len(), 3);
}
