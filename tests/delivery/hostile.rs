//! Networks that fail in every way: the host is itself and waits for none of them, the delivery ends,
//! and the log tells what became of the events.

use super::{
    agreed, deliver, host, is_itself, probe, record, recorded, sent, wait_for_a_delivery,
    wait_until_alone, waiting,
};
use crate::support::receiver::{Mode, OK, Receiver, nobody_listens};
use crate::support::{Home, Ran, am_root, have};
use std::process::Command;

/// Two events in one request, delivered by a host in the background: the address, whether the events
/// still wait, what `log` says, and how often somebody was asked.
struct Case {
    name: &'static str,
    mode: Mode,
    stays: bool,
    log: &'static str,
    requests: usize,
}

const fn case(
    name: &'static str,
    mode: Mode,
    stays: bool,
    log: &'static str,
    requests: usize,
) -> Case {
    Case { name, mode, stays, log, requests }
}

const LATER: &[(&str, &str)] = &[("Retry-After", "120")];

const CASES: [Case; 23] = [
    case("taken", OK, false, "taken (200)", 1),
    case("accepted", Mode::Status(202, &[]), false, "taken (202)", 1),
    case("silence", Mode::Silence, true, "no answer in time", 0),
    case("no answer", Mode::Held, true, "no answer in time", 1),
    case("one byte a second", Mode::Drip, true, "no answer in time", 1),
    case("an endless answer", Mode::Endless, false, "taken (200)", 1),
    case("an endless head", Mode::EndlessHead, true, "tried again later: ", 1),
    case("a reset", Mode::Reset, true, "the connection was cut", 0),
    case("closed", Mode::Close, true, "the connection was cut", 1),
    case("garbage", Mode::Garbage, true, "tried again later: ", 1),
    case("bad request", Mode::Status(400, &[]), false, "refused: the receiver answered 400", 3),
    case("no token", Mode::Status(401, &[]), false, "refused: the receiver answered 401", 1),
    case("forbidden", Mode::Status(403, &[]), false, "refused: the receiver answered 403", 1),
    case("nowhere", Mode::Status(404, &[]), false, "refused: the receiver answered 404", 1),
    case("too large", Mode::Status(413, &[]), false, "refused: the receiver answered 413", 3),
    case("broken", Mode::Status(500, &[]), true, "the receiver answered 500", 1),
    case("too many", Mode::Status(429, LATER), true, "the receiver answered 429", 1),
    case("bad gateway", Mode::Status(502, &[]), true, "the receiver answered 502", 1),
    case("not now", Mode::Status(503, LATER), true, "the receiver answered 503", 1),
    case("late", Mode::Status(504, &[]), true, "the receiver answered 504", 1),
    case("not modified", Mode::Status(304, &[]), true, "the receiver answered 304", 1),
    case("one bad event", Mode::Picky(400, "\"first\":"), false, "taken (200)", 3),
    case("one large event", Mode::Picky(413, "\"first\":"), false, "taken (200)", 3),
];

#[test]
fn whatever_a_receiver_does_a_host_is_itself_and_the_log_tells() {
    let cases = CASES;
    std::thread::scope(|scope| {
        for case in &cases {
            let checked = std::thread::Builder::new().name(case.name.to_owned());
            checked.spawn_scoped(scope, || case.check()).expect("a thread");
        }
    });
}

impl Case {
    fn check(&self) {
        let (receiver, home) = recorded(self.mode.clone(), 1);
        let ran = Ran::of(&host(&home).output().expect("it runs"));
        is_itself(&ran);
        wait_until_alone(&home);
        assert_eq!(waiting(&home).len(), if self.stays { 2 } else { 0 });
        let log = home.run(&["log", "probe"]).ends(0);
        assert!((log.stdout.clone() + &log.stderr).contains(self.log), "{log:#?}");
        let is_told = log.stderr.contains("did not take what waits");
        assert_eq!(is_told, self.stays, "{log:#?}");
        assert_eq!(receiver.requests().len(), self.requests, "{log:#?}");
        assert_eq!(sent(&home).len(), self.requests.max(1));
        let outcome = if self.stays { "later" } else { self.log.split([' ', ':']).next().unwrap() };
        assert_eq!(sent(&home).last().expect("a request")["answer"]["outcome"], outcome);
    }
}

#[test]
fn a_host_has_ended_while_its_receiver_says_nothing() {
    for mode in [Mode::Silence, Mode::Held] {
        let receiver = Receiver::start(mode);
        let home = agreed(&probe(&[&receiver.url()]));
        // Its standard output has ended too, or this would wait.
        is_itself(&Ran::of(&host(&home).output().expect("it runs")));
        receiver.wait_for_held(1);
        assert_eq!(super::deliveries(&home).len(), 1, "the delivery, and not the host");
        receiver.release();
        wait_until_alone(&home);
    }
}

#[test]
fn without_a_receiver_events_wait() {
    let address = nobody_listens();
    let home = agreed(&probe(&[&format!("http://{address}/")]));
    is_itself(&Ran::of(&host(&home).output().expect("it runs")));
    wait_until_alone(&home);
    assert_eq!(waiting(&home).len(), 1);
    let log = home.run(&["log", "probe"]).ends(0);
    assert!(log.stderr.contains("did not take what waits (the connection was refused)"), "{log:?}");
    assert_eq!(sent(&home), Vec::<serde_json::Value>::new(), "nothing can have left");
}

#[test]
fn nothing_follows_a_redirect() {
    let elsewhere = Receiver::start(OK);
    let port = elsewhere.address.port();
    for target in [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        "/other".to_owned(),
    ] {
        let (receiver, home) = recorded(Mode::Redirect(target), 1);
        deliver(&home).ends(1);
        assert_eq!(receiver.requests().len(), 1);
        assert_eq!(waiting(&home).len(), 1);
        let log = home.run(&["log", "probe", "--sent"]).ends(0);
        assert!(log.stdout.contains("tried again later: the receiver answered 307"), "{log:?}");
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn a_receiver_that_asks_for_a_pause_is_left_alone_even_in_a_hurry() {
    let (receiver, home) = recorded(Mode::Status(429, LATER), 1);
    for _ in 0..3 {
        let ran = deliver(&home).ends(1);
        assert!(ran.stdout.contains("the rest waits"), "{ran:?}");
    }
    assert_eq!(receiver.requests().len(), 1);
    let (receiver, home) = recorded(Mode::Flaky(2), 1);
    for code in [1, 1, 0] {
        let _ = deliver(&home).ends(code);
    }
    let ids = receiver.event_ids();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| *id == ids[0]), "the same event: {ids:?}");
}

#[test]
fn one_receiver_that_is_away_keeps_nothing_from_another() {
    let receiver = Receiver::start(OK);
    let away = nobody_listens();
    let home = agreed(&probe(&[&format!("http://{away}/"), &receiver.url()]));
    record(&home, 250);
    let ran = deliver(&home).ends(1);
    assert!(ran.stdout.contains("250 events to Probes 1"), "{ran:?}");
    assert_eq!(waiting(&home).len(), 250);
    let _ = deliver(&home).ends(1);
    assert_eq!(receiver.event_ids().len(), 250, "each once");
}

/// A network in which questions to DNS and packets to the receiver are swallowed.
const SWALLOWED: &str = "ip link set lo up && ip link add here type veth peer name there && \
    ip addr add 10.231.0.1/24 dev here && ip link set here up && ip link set there up && \
    ip neigh add 10.231.0.2 lladdr 02:00:00:00:00:02 dev here nud permanent && \
    echo 'nameserver 10.231.0.2' > resolv && mount --bind resolv /etc/resolv.conf && exec \"$@\"";

fn swallowed(home: &Home, inner: &Command) -> Ran {
    let mut command = home.command("unshare");
    command.args(["-nm", "sh", "-c", SWALLOWED, "sh"]).arg(inner.get_program());
    command.args(inner.get_args());
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Ran::of(&command.output().expect("it runs"))
}

#[test]
fn names_that_are_never_answered_and_packets_that_are_dropped_hold_nobody_up() {
    if !am_root() || !have("unshare") || !have("ip") {
        return;
    }
    let works = swallowed(&Home::new(), Home::new().command("true").args(["x"]));
    if works.code != Some(0) {
        return crate::support::missing(&format!("a network of its own ({})", works.stderr));
    }
    for url in ["https://stats.example.com/v1", "https://10.231.0.2/v1"] {
        let home = agreed(&probe(&[url]));
        is_itself(&swallowed(&home, &host(&home)));
        wait_for_a_delivery(&home);
        wait_until_alone(&home);
        assert_eq!(waiting(&home).len(), 1, "{url}");
        let log = home.run(&["log", "probe"]).ends(0);
        assert!(log.stderr.contains("did not take what waits"), "{url}: {log:?}");
        assert_eq!(sent(&home).len(), 0, "{url}: nothing can have left");
    }
}
