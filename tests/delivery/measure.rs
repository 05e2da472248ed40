//! How much memory a delivery takes, and what a person sees of it.

use super::{
    agreed, deliver, deliveries, host, is_itself, probe, record, recorded, wait_until_alone,
    waiting,
};
use crate::support::certificates::Authority;
use crate::support::receiver::{Mode, OK, PATIENCE, Receiver};
use crate::support::{Home, Ran, Terminal, program, wait_until};
use std::fs;
use std::process::Stdio;

/// The most memory that a process has had of its own, in KiB: without the pages of the program's file, which
/// are many in a build for tests, come and go with the system's cache, and are shared.
fn peak(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
    let kib = |name: &str| -> u64 {
        let line = status.lines().find(|line| line.starts_with(name)).expect("a line");
        line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number")
    };
    kib("VmHWM:").saturating_sub(kib("RssFile:"))
}

/// Events of about a mebibyte, in one file; how many.
fn fill(home: &Home) -> usize {
    let size = || -> u64 {
        let spools = home.files().into_iter().filter(|file| file.contains("/spool/"));
        spools.map(|file| fs::metadata(home.path().join(file)).expect("a file").len()).sum()
    };
    while size() < 1 << 20 {
        record(home, 500);
    }
    let count = waiting(home).len();
    // The last request is to be a smaller one, which the receiver holds.
    let further = u32::from(count.is_multiple_of(100));
    record(home, further);
    count + further as usize
}

/// The most memory of a delivery: looked at when the receiver has the last request.
fn peak_of_delivery(url: &str, receiver: &Receiver, authority: Option<&Authority>) -> u64 {
    let home = agreed(&probe(&[url]));
    let count = fill(&home);
    let mut delivery = home.sayso(&["deliver", "probe", "--now"]);
    if let Some(authority) = authority {
        let file = home.path().join("authority.pem");
        authority.write(&file);
        delivery.env("SSL_CERT_FILE", file);
    }
    let delivery = delivery.stdout(Stdio::piped()).spawn().expect("it starts");
    let has_all = || receiver.requests().len() >= count.div_ceil(100);
    wait_until(PATIENCE, has_all, || format!("{} of {count}", receiver.event_ids().len()));
    let peak = peak(delivery.id());
    receiver.release();
    Ran::of(&delivery.wait_with_output().expect("it ends")).ends(0);
    assert_eq!(receiver.event_ids().len(), count);
    assert_eq!(waiting(&home).len(), 0);
    peak
}

#[test]
fn a_mebibyte_is_delivered_in_five() {
    const MOST: u64 = 5 * 1024;
    let receiver = Receiver::start(Mode::HeldBelow(100));
    let plain = peak_of_delivery(&receiver.url(), &receiver, None);
    let authority = Authority::new();
    let receiver = Receiver::start_tls(Mode::HeldBelow(100), &authority.issue("127.0.0.1", 2999));
    let url = format!("https://{}/events", receiver.address);
    let encrypted = peak_of_delivery(&url, &receiver, Some(&authority));
    eprintln!("peak of a delivery: {plain} KiB, encrypted {encrypted} KiB");
    assert!(plain < MOST && encrypted < MOST, "{plain} KiB, encrypted {encrypted} KiB");
}

#[test]
fn a_person_sees_how_far_it_has_got_and_nobody_else_does() {
    let (_receiver, home) = recorded(OK, 250);
    let shown = Terminal::start(&home, &program(), &["deliver", "probe", "--now"]).shown().ends(0);
    for so_far in ["100 events", "200 events", "250 events"] {
        let line = format!("\r\u{1b}[2Kprobe to Probes 0: {so_far}");
        assert!(shown.screen.contains(&line), "{}", shown.screen);
    }
    assert!(shown.screen.ends_with("probe: 250 events to Probes 0 (127.0.0.1).\r\n"));
    record(&home, 250);
    let ran = deliver(&home).ends(0);
    assert_eq!(ran.stdout, "probe: 250 events to Probes 0 (127.0.0.1).\n");
    assert_eq!(ran.stderr, "");
    record(&home, 1);
    let plain = [("TERM", "dumb")];
    let arguments = ["deliver", "probe", "--now"];
    let dumb = Terminal::start_with(&home, &program(), &arguments, &plain, 80).shown().ends(0);
    assert_eq!(dumb.screen, "probe: 1 event to Probes 0 (127.0.0.1).\r\n");
}

#[test]
fn a_delivery_in_the_background_says_nothing_to_anybody() {
    let receiver = Receiver::start(Mode::Held);
    let home = agreed(&probe(&[&receiver.url()]));
    let host = host(&home);
    let arguments: Vec<String> =
        host.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let file = home.path().join("probe.toml").display().to_string();
    let variables = [("PROBE_DECLARATION", &*file)];
    let program = host.get_program().as_ref();
    let terminal = Terminal::start_with(&home, program, &arguments, &variables, 80);
    let shown = terminal.shown().ends(3);
    assert_eq!(shown.screen, "probe: done\r\n");
    receiver.wait_for_requests(1);
    // The terminal is closed, and the delivery goes on.
    assert_eq!(deliveries(&home).len(), 1);
    receiver.release();
    wait_until_alone(&home);
    assert_eq!(receiver.event_ids().len(), 1);
    is_itself(&Ran::of(&super::host(&home).output().expect("it runs")));
}
