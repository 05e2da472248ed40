//! What leaves, against receivers on the loopback address that keep to nothing: what a host does
//! meanwhile, what becomes of the events, and that nothing leaves that must not.
#![cfg(target_os = "linux")]

mod collector;
mod consent;
mod detached;
mod hostile;
mod killed;
mod measure;
mod once;
mod promises;
pub mod proxies;
mod seeds;
mod trust;

use crate::support::receiver::{Mode, PATIENCE, Receiver};
use crate::support::{Home, Ran, example, wait_until};
use serde_json::Value;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

const SCHEDULE: &str = ".local/state/sayso/delivery/probe.json";

/// A declaration of a tool with one event, which goes to these addresses without resting first.
pub fn probe(urls: &[&str]) -> String {
    let mut text = r#"
tool = "probe"
name = "Probe"
vendor = "Probes"
why = "To test."
wait = "0s"
[purposes.usage]
why = "To test."
identity = "day"
[events.E]
purpose = "usage"
"#
    .to_owned();
    for (n, url) in urls.iter().enumerate() {
        text += &format!(
            "[[destinations]]\nkind = \"https\"\nurl = \"{url}\"\n\
             recipient = \"Probes {n}\"\npurposes = [\"usage\"]\n"
        );
    }
    text
}

/// A home in which somebody said yes to this declaration.
pub fn agreed(declaration: &str) -> Home {
    let home = Home::new();
    home.write("probe.toml", declaration);
    home.declare_text(declaration);
    home.run(&["enable", "probe", "--notice", "1"]).ends(0);
    home
}

/// Records so many events, and leaves the next delivery due.
pub fn record(home: &Home, count: u32) {
    let mut beat = home.command(example("beat"));
    beat.arg(home.path().join("probe.toml")).args(["E", &count.to_string()]);
    // It finds no program that delivers.
    beat.env("PATH", "");
    assert!(beat.stdout(Stdio::null()).status().expect("it runs").success());
    let _ = fs::remove_file(home.path().join(SCHEDULE));
}

/// A receiver, and a home in which so many events wait for it.
pub fn recorded(mode: Mode, count: u32) -> (Receiver, Home) {
    let receiver = Receiver::start(mode);
    let home = agreed(&probe(&[&receiver.url()]));
    record(&home, count);
    (receiver, home)
}

/// The host tool: it delivers by itself.
pub fn host(home: &Home) -> Command {
    let mut host = home.command(example("probe"));
    host.env("PROBE_DECLARATION", home.path().join("probe.toml")).args(["run", "--exit", "3"]);
    host
}

/// What the host says with telemetry off.
pub fn is_itself(ran: &Ran) {
    let expected = Ran { code: Some(3), stdout: "probe: done\n".to_owned(), stderr: String::new() };
    assert_eq!(*ran, expected);
}

/// Delivers in the foreground, without rest.
pub fn deliver(home: &Home) -> Ran {
    home.run(&["deliver", "probe", "--now"])
}

/// The ids of what waits.
pub fn waiting(home: &Home) -> Vec<String> {
    let log = home.run(&["log", "probe", "--waiting", "--json"]).ends(0);
    let id = |line: &str| {
        let event: Value = serde_json::from_str(line).expect("JSON");
        event["eventID"].as_str().expect("an id").to_owned()
    };
    log.stdout.lines().map(id).collect()
}

/// What `log --sent` holds.
pub fn sent(home: &Home) -> Vec<Value> {
    let log = home.run(&["log", "probe", "--sent", "--json"]).ends(0);
    log.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The processes in this home.
pub fn processes(home: &Home) -> Vec<u32> {
    let home = format!("HOME={}", home.path().display());
    let pids = fs::read_dir("/proc").expect("processes").flatten();
    pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid: &u32| {
            let variables = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            variables.split(|byte| *byte == 0).any(|variable| variable == home.as_bytes())
        })
        .collect()
}

/// Those of them that deliver, without the shells that started them.
pub fn deliveries(home: &Home) -> Vec<u32> {
    let delivers = |pid: &u32| {
        let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let mut words = words.split(|byte| *byte == 0);
        words.next() != Some(b"/bin/sh")
            && words.any(|word| word == b"deliver" || word.starts_with(b"--sayso-delivery="))
    };
    processes(home).into_iter().filter(delivers).collect()
}

/// Waits until somebody delivers. One look is not enough: the shell that starts it may end, and what it
/// starts may only just be becoming another program.
#[track_caller]
pub fn wait_for_a_delivery(home: &Home) {
    let delivers = || !deliveries(home).is_empty();
    wait_until(PATIENCE, delivers, || "nobody delivers".to_owned());
}

/// Waits until no process is left in this home: a delivery in the background has ended. Looked twice,
/// because a process that is just becoming another program has no variables.
#[track_caller]
pub fn wait_until_alone(home: &Home) {
    const APART: Duration = Duration::from_millis(20);
    let is_alone = || processes(home).is_empty();
    let stays_alone = || {
        is_alone() && {
            std::thread::sleep(APART);
            is_alone()
        }
    };
    wait_until(PATIENCE, stays_alone, || format!("still there: {:?}", processes(home)));
}
