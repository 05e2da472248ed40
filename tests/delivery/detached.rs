//! How a host starts a delivery: rarely, without being copied, without handing anything down, and
//! out of its session; and what holds where there is nobody who could deliver.

use super::{agreed, deliveries, host, is_itself, probe, record, wait_until_alone, waiting};
use crate::faults::can_trace;
use crate::support::receiver::{Mode, OK, PATIENCE, Receiver};
use crate::support::{Home, Ran, example, have, program, wait_until};
use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn a_host_starts_one_delivery_an_interval() {
    let receiver = Receiver::start(OK);
    let home = agreed(&probe(&[&receiver.url()]));
    for _ in 0..5 {
        is_itself(&Ran::of(&host(&home).output().expect("it runs")));
        wait_until_alone(&home);
    }
    assert_eq!(receiver.requests().len(), 1);
    assert_eq!(waiting(&home).len(), 4);
}

#[test]
fn of_many_hosts_that_end_together_few_start_a_delivery_and_each_event_leaves_once() {
    let receiver = Receiver::start(OK);
    let home = agreed(&probe(&[&receiver.url()]));
    let start = |_| host(&home).stdout(Stdio::null()).spawn().expect("it starts");
    let crowd: Vec<_> = (0..20).map(start).collect();
    for mut one in crowd {
        assert_eq!(one.wait().expect("it ends").code(), Some(3));
    }
    wait_until_alone(&home);
    let ids = receiver.event_ids();
    let different: std::collections::BTreeSet<&String> = ids.iter().collect();
    assert_eq!(different.len(), ids.len());
    assert_eq!(ids.len() + waiting(&home).len(), 20);
}

/// The calls of a host that start something, and those of everything that it started.
fn started(home: &Home) -> Vec<String> {
    let log = home.path().join("trace");
    let mut strace = home.command("strace");
    strace.args(["-f", "-qq", "-e", "trace=clone,clone3,fork,vfork,execve", "-o"]).arg(&log);
    let host = host(home);
    strace.arg(host.get_program()).args(host.get_args());
    strace.envs(host.get_envs().filter_map(|(name, value)| Some((name, value?))));
    assert_eq!(strace.stdout(Stdio::null()).status().expect("strace").code(), Some(3));
    let calls = fs::read_to_string(&log).expect("a trace");
    calls.lines().map(str::to_owned).collect()
}

#[test]
fn a_host_is_not_copied_to_start_a_delivery_and_starts_nothing_when_none_is_due() {
    if !can_trace() {
        return;
    }
    let receiver = Receiver::start(OK);
    let home = agreed(&probe(&[&receiver.url()]));
    let calls = started(&home);
    let is_thread = |call: &&String| call.contains("CLONE_THREAD");
    let of_host = calls[0].split(' ').next().expect("a process").to_owned();
    let copies: Vec<&String> = calls
        .iter()
        .filter(|call| call.starts_with(&of_host) && !call.contains(" execve("))
        .filter(|call| !call.contains(" --- SIG"))
        .filter(|call| !is_thread(call) && !call.contains("resumed"))
        .collect();
    assert_eq!(copies.len(), 1, "{calls:#?}");
    assert!(copies[0].contains("CLONE_VFORK") && copies[0].contains("CLONE_VM"), "{copies:?}");
    let programs = |calls: &[String]| {
        let done = calls.iter().filter(|call| call.contains("execve") && call.ends_with("= 0"));
        done.count()
    };
    assert_eq!(programs(&calls), 3, "host, shell, delivery: {calls:#?}");
    let again = started(&home);
    assert_eq!(programs(&again), 1, "{again:#?}");
    assert_eq!(receiver.requests().len(), 1);
}

#[test]
fn a_delivery_holds_nothing_of_whoever_called_the_host() {
    if !have("bash") {
        return;
    }
    let receiver = Receiver::start(Mode::Held);
    let home = agreed(&probe(&[&receiver.url()]));
    let host = host(&home);
    // A pipe on 3 and a lock on 9, as scripts hold them; the shell becomes the host.
    let script = "exec 3>&1 9>lock; flock -n 9 || exit 8; exec \"$@\" > out 2> err";
    let mut shell = home.command("bash");
    shell.args(["-c", script, "bash"]).arg(host.get_program()).args(host.get_args());
    shell.envs(host.get_envs().filter_map(|(name, value)| Some((name, value?))));
    // Waits until nobody has the pipe any more.
    let output = shell.stdout(Stdio::piped()).output().expect("it runs");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(home.read("out"), "probe: done\n");
    receiver.wait_for_requests(1);
    let delivery = deliveries(&home);
    assert_eq!(delivery.len(), 1);
    let free = home.command("flock").args(["-n", "lock", "true"]).status().expect("flock");
    assert!(free.success(), "the lock is still held");
    for file in fs::read_dir(format!("/proc/{}/fd", delivery[0])).expect("files").flatten() {
        // A shell closes these; what has more digits it cannot name.
        if file.file_name().len() > 1 {
            continue;
        }
        let to = fs::read_link(file.path()).unwrap_or_default().display().to_string();
        let state = home.path().join(".local/state").display().to_string();
        let is_own = to == "/dev/null" || to.starts_with("socket:") || to.starts_with(&state);
        assert!(is_own, "{:?} is {to}", file.file_name());
    }
    let stat = fs::read_to_string(format!("/proc/{}/stat", delivery[0])).expect("a process");
    let after_name = stat.rsplit_once(") ").expect("a name").1;
    let session = after_name.split(' ').nth(3).expect("a session");
    assert_eq!(session, delivery[0].to_string(), "a session of its own");
    let folder = fs::read_link(format!("/proc/{}/cwd", delivery[0])).expect("a folder");
    assert_eq!(folder, Path::new("/"));
    receiver.release();
    wait_until_alone(&home);
}

/// `beat` for as long as its input is open, with this PATH.
fn server(home: &Home, path: &Path) -> std::process::Child {
    let mut beat = home.command(example("beat"));
    beat.arg(home.path().join("probe.toml")).args(["E", "every", "20"]).env("PATH", path);
    beat.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts")
}

#[test]
fn a_server_keeps_no_zombie() {
    let receiver = Receiver::start(OK);
    let home = agreed(&probe(&[&receiver.url()]));
    let mut server = server(&home, program().parent().expect("a folder"));
    receiver.wait_for_requests(1);
    let children = format!("/proc/{0}/task/{0}/children", server.id());
    let tasks = format!("/proc/{}/task", server.id());
    let has_children = || {
        let tasks = fs::read_dir(&tasks).expect("threads").flatten();
        let mut children = tasks.filter_map(|t| fs::read_to_string(t.path().join("children")).ok());
        children.any(|children| !children.trim().is_empty())
    };
    assert!(Path::new(&children).exists());
    wait_until(PATIENCE, || !has_children(), || "a child is still there".to_owned());
    drop(server.stdin.take());
    assert!(server.wait().expect("it ends").success());
}

#[test]
fn where_nobody_can_deliver_events_wait_and_the_host_is_quiet() {
    let receiver = Receiver::start(OK);
    let not_a_program = tempfile::tempdir().expect("a folder");
    fs::write(not_a_program.path().join("sayso"), "#!/bin/sh\n").expect("a file");
    let broken = tempfile::tempdir().expect("a folder");
    fs::write(broken.path().join("sayso"), "\x7fELF nonsense").expect("a file");
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(broken.path().join("sayso"), mode).expect("a mode");
    let dangling = tempfile::tempdir().expect("a folder");
    symlink("/nowhere/sayso", dangling.path().join("sayso")).expect("a link");
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("sayso")).expect("a folder");
    for path in [Path::new(""), not_a_program.path(), broken.path(), dangling.path(), folder.path()]
    {
        let home = agreed(&probe(&[&receiver.url()]));
        let mut beat = home.command(example("beat"));
        beat.arg(home.path().join("probe.toml")).args(["E", "1"]).env("PATH", path);
        let ran = Ran::of(&beat.output().expect("it runs")).ends(0);
        assert_eq!((&*ran.stdout, &*ran.stderr), ("done\n", ""), "{path:?}");
        wait_until_alone(&home);
        assert_eq!(waiting(&home).len(), 1, "{path:?}");
    }
    assert_eq!(receiver.connections(), 0);
}

#[test]
fn an_installed_sayso_is_found_in_absolute_folders_only() {
    let receiver = Receiver::start(OK);
    let home = agreed(&probe(&[&receiver.url()]));
    fs::create_dir(home.path().join("bin")).expect("a folder");
    let mark = home.path().join("was-started");
    let mut fake = fs::File::create(home.path().join("bin/sayso")).expect("a file");
    write!(fake, "#!/bin/sh\ntouch '{}'\n", mark.display()).expect("a script");
    let mode = fs::Permissions::from_mode(0o755);
    fake.set_permissions(mode).expect("a mode");
    drop(fake);
    let run = |path: &str| {
        let mut beat: Command = home.command(example("beat"));
        beat.arg(home.path().join("probe.toml")).args(["E", "1"]).env("PATH", path);
        assert!(beat.stdout(Stdio::null()).status().expect("it runs").success());
        wait_until_alone(&home);
        let _ = fs::remove_file(home.path().join(super::SCHEDULE));
    };
    run("bin::.:./bin:../bin");
    assert!(!mark.exists(), "a relative folder was searched");
    assert_eq!(waiting(&home).len(), 1);
    // A program that cannot be started does not hide one that can.
    let closed = home.path().join("closed");
    fs::create_dir(&closed).expect("a folder");
    fs::write(closed.join("sayso"), "").expect("a file");
    let installed = program().parent().expect("a folder").display().to_string();
    run(&format!("bin:{}:{installed}", closed.display()));
    assert!(!mark.exists());
    assert_eq!(receiver.event_ids().len(), 2);
    assert_eq!(waiting(&home).len(), 0);
    record(&home, 1);
    assert_eq!(waiting(&home).len(), 1);
}
