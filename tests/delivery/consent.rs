//! Nothing before consent, nothing after it is withdrawn: connections are counted.

use super::{
    agreed, deliver, host, is_itself, probe, record, recorded, sent, wait_until_alone, waiting,
};
use crate::network::every_command;
use crate::support::receiver::{Mode, OK, PATIENCE, Receiver};
use crate::support::{Home, Ran, wait_until};
use std::fs;
use std::process::Stdio;

const CONSENT: &str = ".config/sayso/consent/probe.toml";

/// A home with a declaration, before anybody said anything.
fn undecided(receiver: &Receiver) -> Home {
    let home = Home::new();
    let text = probe(&[&receiver.url()]);
    home.write("probe.toml", &text);
    home.declare_text(&text);
    home
}

/// A delivery whose first request is on its way, and is not answered before it is told to be.
fn on_its_way() -> (Receiver, Home) {
    let (receiver, home) = recorded(Mode::Held, 250);
    is_itself(&Ran::of(&host(&home).output().expect("it runs")));
    receiver.wait_for_requests(1);
    (receiver, home)
}

#[test]
fn no_command_and_no_host_connects_to_anybody_before_a_yes() {
    let receiver = Receiver::start(OK);
    let home = undecided(&receiver);
    let declaration = home.path().join("probe.toml").display().to_string();
    for command in every_command() {
        if ["enable", "default"].contains(&&*command[0]) {
            continue;
        }
        let word = |word: String| match &*word {
            "werf" | "gitops" => "probe".to_owned(),
            file if file.ends_with(".toml") => declaration.clone(),
            _ => word,
        };
        let arguments: Vec<String> = command.into_iter().map(word).collect();
        let _ = home.sayso(&[]).args(&arguments).output().expect("it runs");
        is_itself(&Ran::of(&host(&home).output().expect("it runs")));
    }
    wait_until_alone(&home);
    assert_eq!(receiver.connections(), 0);
}

#[test]
fn a_yes_by_itself_connects_to_nobody() {
    let receiver = Receiver::start(OK);
    let home = undecided(&receiver);
    home.run(&["enable", "probe", "--notice", "1"]).ends(0);
    deliver(&home).ends(0);
    home.run(&["disable", "probe"]).ends(0);
    home.lets_tools_tell();
    deliver(&home).ends(0);
    is_itself(&Ran::of(&host(&home).output().expect("it runs")));
    wait_until_alone(&home);
    assert_eq!(receiver.connections(), 0);
}

#[test]
fn whatever_holds_is_honoured_when_it_is_time_to_leave() {
    let damages: [(&str, &str, &str); 4] = [
        (CONSENT, "choice = ", "unreadable"),
        (CONSENT, "version = 99\n", "unreadable"),
        (".local/share/sayso/tools/probe.toml", "tool = \"pro", "unreadable"),
        (CONSENT, "version = 1\ntool = \"probe\"\nchoice = \"denied\"\n", "denied"),
    ];
    for (file, text, reason) in damages {
        let (receiver, home) = recorded(OK, 1);
        home.write(file, text);
        let _ = deliver(&home);
        let _ = Ran::of(&host(&home).output().expect("it runs"));
        wait_until_alone(&home);
        let is_tool_file = file.contains("/tools/");
        // A host carries its own declaration.
        assert_eq!(receiver.connections() > 0, is_tool_file, "{file} {reason}");
    }
    for variable in [("DO_NOT_TRACK", "1"), ("SAYSO", "off")] {
        let (receiver, home) = recorded(OK, 1);
        let ran = home.run_with(&[variable], &["deliver", "probe", "--now"]).ends(1);
        assert!(ran.stdout.contains("stays here"), "{ran:?}");
        let output = host(&home).envs([variable]).output().expect("it runs");
        is_itself(&Ran::of(&output));
        wait_until_alone(&home);
        assert_eq!((receiver.connections(), waiting(&home).len()), (0, 1), "{variable:?}");
    }
}

#[test]
fn a_declaration_that_means_something_else_sends_nothing() {
    let (receiver, other) = (Receiver::start(OK), Receiver::start(OK));
    let home = agreed(&probe(&[&receiver.url()]));
    record(&home, 1);
    home.declare_text(&probe(&[&other.url()]));
    let ran = deliver(&home).ends(1);
    assert!(ran.stdout.contains("stays here (changed)"), "{ran:?}");
    assert_eq!((receiver.connections(), other.connections()), (0, 0));
}

#[test]
fn once_disable_has_returned_no_request_starts() {
    for round in 0..6 {
        let (receiver, home) = recorded(OK, 2000);
        let mut delivery = home.sayso(&["deliver", "probe", "--now"]);
        let delivery = delivery.stdout(Stdio::piped()).spawn().expect("it starts");
        receiver.wait_for_requests(1 + round);
        home.run(&["disable", "probe"]).ends(0);
        let (requests, connections) = (receiver.requests().len(), receiver.connections());
        Ran::of(&delivery.wait_with_output().expect("it ends")).ends(0);
        assert_eq!(receiver.requests().len(), requests, "round {round}");
        assert_eq!(receiver.connections(), connections, "round {round}");
        assert!(requests < 20, "round {round}: it was over before the no");
        let spool = home.files().into_iter().find(|file| file.contains("/spool/"));
        assert_eq!(spool, None, "round {round}");
    }
}

#[test]
fn a_no_connects_to_nobody_and_does_not_wait_for_a_receiver() {
    let (receiver, home) = on_its_way();
    home.run(&["disable", "probe"]).ends(0);
    assert_eq!((receiver.requests().len(), receiver.connections()), (1, 1));
    receiver.release();
    wait_until_alone(&home);
    assert_eq!((receiver.requests().len(), receiver.connections()), (1, 1));
    assert_eq!(sent(&home).len(), 1, "what had left is in the log");
}

#[test]
fn forgetting_during_a_delivery_leaves_no_log() {
    let (receiver, home) = on_its_way();
    // What is on its way was noted, and nobody says where to ask for its deletion.
    home.run(&["forget", "probe"]).ends(1);
    receiver.release();
    wait_until_alone(&home);
    assert_eq!(receiver.requests().len(), 1);
    let left = home.files();
    let is_trace = |file: &&String| {
        ["/spool/", "/sent/", "/delivery/"].iter().any(|folder| file.contains(folder))
    };
    assert_eq!(left.iter().find(is_trace), None, "{left:?}");
}

#[test]
fn a_new_yes_during_a_delivery_does_not_revive_what_the_no_took_back() {
    let (receiver, home) = on_its_way();
    home.run(&["disable", "probe"]).ends(0);
    home.run(&["enable", "probe", "--notice", "1"]).ends(0);
    receiver.release();
    wait_until_alone(&home);
    deliver(&home).ends(0);
    assert_eq!(receiver.requests().len(), 1);
    assert_eq!(waiting(&home).len(), 0);
}

#[test]
fn events_from_before_the_yes_stay() {
    let (receiver, home) = recorded(OK, 2);
    let ids = waiting(&home);
    let spool = home.files().into_iter().find(|file| file.contains("/spool/")).expect("a spool");
    let text = home.read(&spool);
    // The first of them happened a day before.
    let ts = text.split("\"ts\":").nth(1).expect("a time")[..13].to_owned();
    let earlier = ts.parse::<u64>().expect("a time") - 86_400_000;
    home.write(&spool, &text.replacen(&ts, &earlier.to_string(), 1));
    deliver(&home).ends(0);
    assert_eq!(receiver.event_ids(), ids[1..]);
}

#[test]
fn a_destination_gets_only_what_the_accepted_notice_told() {
    let (first, second) = (Receiver::start(OK), Receiver::start(OK));
    let both = probe(&[&first.url(), &second.url()]);
    let newer = both.replace("why = \"To test.\"\nwait", "notice = 2\nwhy = \"To test.\"\nwait");
    let newer = newer + "since = 2\n";
    let home = agreed(&probe(&[&first.url()]));
    record(&home, 2);
    fs::write(home.path().join("probe.toml"), &newer).expect("a file");
    home.declare_text(&newer);
    record(&home, 3);
    deliver(&home).ends(0);
    assert_eq!((first.event_ids().len(), second.connections()), (5, 0));
    record(&home, 4);
    home.run(&["enable", "probe", "--notice", "2"]).ends(0);
    record(&home, 5);
    deliver(&home).ends(0);
    assert_eq!(second.event_ids().len(), 5);
    let to_second = second.event_ids();
    assert!(to_second.iter().all(|id| first.event_ids().contains(id)));
    assert_eq!(waiting(&home).len(), 0);
}

#[test]
fn a_no_between_the_last_look_and_the_connection_is_honoured() {
    if !crate::faults::can_trace() {
        return;
    }
    let (receiver, home) = recorded(OK, 1);
    let log = home.path().with_extension("trace");
    let mut strace = home.command("strace");
    strace.args(["-f", "-qq", "-e", "trace=connect", "-o"]).arg(&log);
    strace.args(["-e", "inject=connect:delay_enter=1000000"]);
    strace.arg(crate::support::program()).args(["deliver", "probe", "--now"]);
    let held = strace.stdout(Stdio::piped()).spawn().expect("strace");
    let socket = || {
        let files = super::processes(&home).into_iter().filter_map(|pid| {
            Some(fs::read_dir(format!("/proc/{pid}/fd")).ok()?.flatten().collect::<Vec<_>>())
        });
        files
            .flatten()
            .filter_map(|file| fs::read_link(file.path()).ok())
            .any(|to| to.to_string_lossy().starts_with("socket:"))
    };
    wait_until(PATIENCE, socket, || "it never asked for a socket".to_owned());
    home.run(&["disable", "probe"]).ends(0);
    let connections = receiver.connections();
    let _ = held.wait_with_output().expect("it ends");
    assert_eq!(receiver.connections(), connections, "one that started after the no");
}
