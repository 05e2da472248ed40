//! The library acts only on what it added, and a delivery never runs anything of the host's own.
#![cfg(target_os = "linux")]

use crate::delivery::{agreed, deliveries, probe, wait_until_alone, waiting};
use crate::support::receiver::{Mode, OK, Receiver};
use crate::support::{Home, Ran, example};
use std::process::Command;

fn host(home: &Home, name: &str) -> Command {
    let mut host = home.command(example(name));
    host.env("PROBE_DECLARATION", home.path().join("probe.toml"));
    host.env("BENCH_WORK", home.path().join("work"));
    host
}

#[test]
fn commands_of_the_same_names_are_the_hosts_own() {
    let own: [&[&str]; 7] = [
        &["set", "config", "color", "true"],
        &["set", "config", "analytics", "true"],
        &["set", "config", "analytics", "false"],
        &["enable", "telemetry", "usage"],
        &["enable", "telemetry", "--device"],
        &["disable", "telemetry"],
        &["status", "telemetry"],
    ];
    let home = Home::new();
    home.write("probe.toml", &probe(&[]));
    for words in own {
        let ran = Ran::of(&host(&home, "lamp").args(words).output().expect("it runs")).ends(0);
        assert_eq!(ran.stdout, format!("lamp: {} {} is done\n", words[0], words[1]));
        assert_eq!(ran.stderr, "");
        assert!(!home.consent("probe").exists(), "{words:?} stored a choice");
    }
}

#[test]
fn the_added_commands_still_work_beside_them() {
    let home = Home::new();
    home.write("probe.toml", &probe(&[]));
    let run = |words: &[&str]| Ran::of(&host(&home, "lamp").args(words).output().expect("it runs"));
    run(&["telemetry", "enable", "--notice", "1"]).ends(0);
    assert_eq!(home.reason("probe", "usage"), (true, "granted".to_owned()));
    run(&["set", "config", "analytics", "false"]).ends(0);
    run(&["disable", "telemetry"]).ends(0);
    assert_eq!(home.reason("probe", "usage"), (true, "granted".to_owned()));
    run(&["telemetry", "disable"]).ends(0);
    assert_eq!(home.reason("probe", "usage"), (false, "denied".to_owned()));
}

/// The command lines with which a host without subcommands may be called, as it were a delivery.
const FREE: [&[&str]; 4] = [
    &["telemetry", "deliver"],
    &["--sayso-delivery=probe"],
    &["deliver", "probe", "--detached"],
    &["sleep 1", "sleep 2"],
];

#[test]
fn a_host_without_subcommands_delivers_and_does_its_work_once() {
    for words in FREE {
        let receiver = Receiver::start(OK);
        let home = agreed(&probe(&[&receiver.url()]));
        let ran = Ran::of(&host(&home, "bench").args(words).output().expect("it runs")).ends(0);
        assert_eq!(ran.stdout, "bench: done\n");
        receiver.wait_for_requests(1);
        wait_until_alone(&home);
        assert_eq!(home.read("work"), format!("{words:?}\n"), "the work was done once");
        assert_eq!(receiver.event_ids().len(), 1);
        assert_eq!(waiting(&home).len(), 0);
    }
}

#[test]
fn a_variable_that_is_inherited_makes_no_delivery_of_a_host_and_starts_none() {
    for variable in ["probe", "other", "1"] {
        let receiver = Receiver::start(Mode::Held);
        let home = agreed(&probe(&[&receiver.url()]));
        let mut bench = host(&home, "bench");
        bench.args(["telemetry", "deliver"]).env("SAYSO_DELIVERY", variable);
        Ran::of(&bench.output().expect("it runs")).ends(0);
        assert_eq!(home.read("work"), "[\"telemetry\", \"deliver\"]\n");
        assert!(
            deliveries(&home).is_empty(),
            "a process that was started to deliver starts no other"
        );
        assert_eq!(waiting(&home).len(), 1);
    }
}
