//! Each event leaves once; and where that cannot be, under the same id.

use super::{agreed, deliver, probe, processes, record, recorded, sent, waiting};
use crate::support::receiver::{Mode, OK, PATIENCE, Receiver};
use crate::support::{Home, Ran, example, have, wait_until};
use std::collections::BTreeSet;
use std::fs::File;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

fn set(ids: Vec<String>) -> BTreeSet<String> {
    ids.into_iter().collect()
}

fn start(home: &Home) -> Child {
    let mut delivery = home.sayso(&["deliver", "probe", "--now"]);
    delivery.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
}

#[test]
fn ten_deliveries_at_once_send_each_event_once() {
    let receiver = Receiver::start(OK);
    let home = agreed(&probe(&[&receiver.url()]));
    for round in 1..=5 {
        record(&home, 250);
        let crowd: Vec<Child> = (0..10).map(|_| start(&home)).collect();
        for one in crowd {
            Ran::of(&one.wait_with_output().expect("it ends")).ends(0);
        }
        let ids = receiver.event_ids();
        assert_eq!(ids.len(), 250 * round, "round {round}");
        assert_eq!(set(ids).len(), 250 * round, "round {round}");
    }
    assert_eq!(waiting(&home).len(), 0);
}

#[test]
fn a_second_delivery_leaves_the_first_one_alone() {
    let (receiver, home) = recorded(Mode::Held, 1);
    let first = start(&home);
    receiver.wait_for_requests(1);
    let second = deliver(&home).ends(0);
    assert!(second.stdout.contains("another delivery is at work"), "{second:?}");
    receiver.release();
    Ran::of(&first.wait_with_output().expect("it ends")).ends(0);
    assert_eq!(receiver.requests().len(), 1);
}

#[test]
fn a_delivery_killed_before_its_note_repeats_under_the_same_ids() {
    let (receiver, home) = recorded(Mode::Held, 150);
    let before = set(waiting(&home));
    let mut killed = start(&home);
    receiver.wait_for_requests(1);
    killed.kill().expect("killed");
    killed.wait().expect("it ended");
    assert_eq!(set(waiting(&home)), before, "all of them wait");
    let noted = sent(&home);
    assert_eq!(noted.len(), 1, "it may have left, and that is known");
    assert_eq!(noted[0]["answer"]["why"], "no answer yet");
    receiver.release();
    deliver(&home).ends(0);
    let requests = receiver.requests();
    assert_eq!(requests[0].event_ids(), requests[1].event_ids(), "the first batch came twice");
    assert_eq!(set(receiver.event_ids()), before);
    assert_eq!(receiver.event_ids().len(), 250);
    assert_eq!(waiting(&home).len(), 0);
}

/// Records so many events, as one of a crowd.
fn writer(home: &Home, count: u32) -> Child {
    let mut beat = home.command(example("beat"));
    beat.arg(home.path().join("probe.toml")).args(["E", &count.to_string()]).env("PATH", "");
    beat.stdout(Stdio::null()).spawn().expect("it starts")
}

#[test]
fn a_crowd_that_records_during_delivery_loses_nothing() {
    let receiver = Receiver::start(OK);
    let home = agreed(&probe(&[&receiver.url()]));
    let (is_over, deliveries) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut recorded = 0;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                deliver(&home).ends(0);
                deliveries.fetch_add(1, Ordering::Relaxed);
            }
        });
        while deliveries.load(Ordering::Relaxed) < 8 {
            let crowd: Vec<Child> = (0..8).map(|_| writer(&home, 5)).collect();
            crowd.into_iter().for_each(|mut one| assert!(one.wait().expect("it ends").success()));
            recorded += 8 * 5;
        }
        is_over.store(true, Ordering::Relaxed);
    });
    deliver(&home).ends(0);
    assert!(recorded > 400, "hardly anybody wrote meanwhile: {recorded}");
    let ids = receiver.event_ids();
    assert_eq!(waiting(&home).len(), 0);
    assert_eq!(ids.len(), recorded);
    assert_eq!(set(ids).len(), recorded);
}

#[test]
fn a_writer_that_is_held_up_before_it_writes_loses_nothing() {
    if !have("strace") {
        return;
    }
    let (receiver, home) = recorded(OK, 1);
    let mut strace = home.command("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=write"]);
    strace.args(["-e", "inject=write:delay_enter=3000000:when=1"]).arg(example("beat"));
    strace.arg(home.path().join("probe.toml")).args(["E", "1"]).env("PATH", "/usr/bin:/bin");
    let mut held = strace.stdout(Stdio::null()).spawn().expect("strace");
    let is_open = || processes(&home).into_iter().any(holds_a_spool);
    wait_until(PATIENCE, is_open, || "it never opened the spool".to_owned());
    deliver(&home).ends(0);
    assert_eq!(receiver.event_ids().len(), 1);
    assert!(held.wait().expect("it ends").success());
    assert_eq!(waiting(&home).len(), 1, "its event waits");
    deliver(&home).ends(0);
    assert_eq!(set(receiver.event_ids()).len(), 2);
    assert_eq!(waiting(&home).len(), 0);
}

fn holds_a_spool(pid: u32) -> bool {
    let files = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    files.filter_map(|file| std::fs::read_link(file.path()).ok()).any(|file| {
        file.to_string_lossy().contains("/spool/") && file.extension().is_some_and(|e| e == "jsonl")
    })
}

#[test]
fn what_is_torn_holds_nothing_up_and_goes_once_nobody_can_be_writing_it() {
    let (receiver, home) = recorded(OK, 2);
    let spool = home.files().into_iter().find(|file| file.contains("/spool/")).expect("a spool");
    let text = home.read(&spool);
    home.write(&spool, &format!("\n{{\"ts\":1,\n\u{1}\n{text}no event\n\n{{\"ts\":17952"));
    deliver(&home).ends(0);
    assert_eq!((receiver.event_ids().len(), waiting(&home).len()), (2, 0));
    let closed = || home.files().into_iter().find(|file| file.contains(".0000000"));
    let torn = closed().expect("the end may still be written");
    let file = File::options().write(true).open(home.path().join(&torn)).expect("a file");
    file.set_modified(SystemTime::now() - Duration::from_secs(3600)).expect("a time");
    record(&home, 1);
    deliver(&home).ends(0);
    assert_eq!((receiver.event_ids().len(), waiting(&home).len()), (3, 0));
    assert_eq!(closed(), None);
}
