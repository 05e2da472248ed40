//! Nothing speaks to the network, nothing is started, and looking writes nothing: shown for every
//! command under strace, and where possible in a network namespace with nothing in it.
#![cfg(target_os = "linux")]

use crate::support::{Home, Ran, declaration, have, program};
use std::process::Command;

/// Families of sockets by which something could leave the machine or be learned about its network.
const NETWORK: [&str; 4] = ["AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET"];

/// Every command of the program, each in the same home as those before it.
pub fn every_command() -> Vec<Vec<String>> {
    let [werf, gitops] = ["werf", "gitops"].map(|tool| declaration(tool).display().to_string());
    let text = format!(
        "
        status --json
        declare {werf} {gitops}
        lint {werf} --against {werf}
        show {gitops} --format markdown
        show werf --notice
        show {gitops} --requests
        deliver --now
        update-check gitops --version 1.0.0
        ask werf
        enable werf --notice 1
        enable gitops --notice 1
        check werf
        check werf usage --explain
        record werf CommandExited exitCode=0
        deliver werf
        log --sent
        log
        status
        id
        id reset gitops
        default declared
        disable gitops usage
        history gitops
        history werf --receipts
        doctor
        env
        env --check
        env --install --shell bash
        env --uninstall
        path
        forget gitops
        disable
        deliver --now
        completions bash
        man
        undo
        undo --dry-run
        forget --everything
        --help
        nonsense
        "
    );
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    text.lines().map(words).filter(|line| !line.is_empty()).collect()
}

/// A command under strace: how it ended, and the calls that it made.
fn traced(home: &Home, arguments: &[String]) -> (Ran, Vec<String>) {
    let log = home.path().join("trace");
    let mut strace = home.command("strace");
    strace.args([
        "-f",
        "-qq",
        "-e",
        "trace=socket,socketpair,connect,execve,execveat,%file,openat",
    ]);
    strace.arg("-o").arg(&log).arg(program()).args(arguments);
    let ran = Ran::of(&strace.output().expect("strace"));
    let calls = std::fs::read_to_string(&log).expect("a trace");
    std::fs::remove_file(&log).expect("the trace");
    (ran, calls.lines().map(str::to_owned).collect())
}

fn named<'c>(calls: &'c [String], name: &str) -> Vec<&'c String> {
    calls.iter().filter(|call| call.contains(&format!(" {name}("))).collect()
}

#[test]
pub fn every_command_is_in_the_list() {
    let help = Home::new().run(&["--help"]).ends(0).stdout;
    let list = every_command();
    let mut count = 0;
    for line in help.lines().filter(|line| line.starts_with("  ") && !line.starts_with("  sayso")) {
        let name = line.split_whitespace().next().expect("a word");
        if name.starts_with('-') {
            continue;
        }
        assert!(list.iter().any(|command| command[0] == name), "{name} is not run here");
        count += 1;
    }
    assert!(count >= 16, "{help}");
}

#[test]
fn no_command_asks_for_the_network_or_starts_a_program() {
    if !have("strace") {
        return;
    }
    let home = Home::new();
    for command in every_command() {
        let (_, calls) = traced(&home, &command);
        for family in NETWORK {
            let sockets: Vec<_> =
                calls.iter().filter(|call| call.contains(&format!("({family},"))).collect();
            assert!(sockets.is_empty(), "{command:?}: {sockets:?}");
        }
        assert_eq!(named(&calls, "connect"), Vec::<&String>::new(), "{command:?}");
        assert_eq!(named(&calls, "execve").len(), 1, "{command:?} starts something");
        assert_eq!(named(&calls, "execveat").len(), 0, "{command:?} starts something");
    }
}

#[test]
fn the_trace_would_show_a_socket() {
    if !have("strace") || !have("bash") {
        return;
    }
    let home = Home::new();
    let log = home.path().join("trace");
    let mut strace = home.command("strace");
    strace.args(["-f", "-qq", "-e", "trace=socket", "-o"]).arg(&log);
    strace.args(["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9"]).output().expect("strace");
    let calls = std::fs::read_to_string(&log).expect("a trace");
    assert!(calls.contains("(AF_INET,"), "{calls}");
}

#[test]
fn looking_writes_nothing() {
    if !have("strace") {
        return;
    }
    let home = Home::new();
    home.declare("werf").declare("gitops");
    home.run(&["enable", "gitops", "--notice", "1"]).ends(0);
    let below = home.path().display().to_string();
    for command in [
        &["status"][..],
        &["status", "werf"],
        &["status", "--json"],
        &["check", "gitops", "usage"],
        &["check", "gitops", "usage", "--explain"],
        &["show", "werf"],
        &["id"],
        &["history"],
        &["doctor"],
        &["path"],
        &["default"],
        &["ask", "werf"],
    ] {
        let arguments: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        let (_, calls) = traced(&home, &arguments);
        let changing = ["O_WRONLY", "O_RDWR", "O_CREAT", "mkdir", "rename", "unlink", "chmod"];
        let writes: Vec<_> = calls
            .iter()
            .filter(|call| call.contains(&below) && changing.iter().any(|how| call.contains(how)))
            .collect();
        assert!(writes.is_empty(), "{command:?}: {writes:?}");
    }
}

/// The same command where there is no network at all, not even the loopback address.
fn cut_off(home: &Home, arguments: &[String]) -> Ran {
    let mut unshare = home.command("unshare");
    unshare.args(["-n", "--"]).arg(program()).args(arguments);
    Ran::of(&unshare.output().expect("unshare"))
}

fn can_be_cut_off() -> bool {
    let unshare = Command::new("unshare").args(["-n", "--", "true"]).output();
    let can = unshare.is_ok_and(|output| output.status.success());
    if !can {
        eprintln!("skipped: no network namespace can be made here");
    }
    can
}

#[test]
pub fn every_command_does_the_same_without_a_network() {
    if !can_be_cut_off() {
        return;
    }
    let (with, without) = (Home::new(), Home::new());
    for command in every_command() {
        let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        let here = crate::support::session::settled_run(&with.run(&arguments), &with);
        let there = crate::support::session::settled_run(&cut_off(&without, &command), &without);
        assert_eq!(here, there, "{command:?}");
    }
}
