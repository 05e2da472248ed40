//! What recording costs, and that no failure of it reaches the host.

use crate::support::{Home, Ran, am_root, example, have, missing, nobody};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn granted() -> Home {
    let home = Home::new();
    home.declare("werf");
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    home
}

fn spool(home: &Home) -> PathBuf {
    let files = home.files();
    let spool = files.iter().find(|file| file.contains("spool") && file.ends_with(".jsonl"));
    home.path().join(spool.expect("a spool"))
}

/// The host with telemetry on, in whatever state the home is in, and with telemetry off.
fn on_and_off(home: &Home, prepare: &dyn Fn(&mut Command)) -> (Ran, Ran) {
    let run = |variables: &[(&str, &str)]| {
        let mut command = home.command(example("werf"));
        command.args(["build", "--env", "x"]);
        prepare(&mut command);
        command.envs(variables.iter().copied());
        Ran::of(&command.output().expect("it runs"))
    };
    (run(&[]), run(&[("DO_NOT_TRACK", "1")]))
}

#[cfg(unix)]
#[test]
fn a_spool_that_is_no_file_changes_nothing_for_the_host() {
    type Replacement<'a> = (&'a str, &'a dyn Fn(&Path));
    let replacements: [Replacement<'_>; 4] = [
        ("folder", &|path| fs::create_dir(path).expect("a folder")),
        ("fifo", &|path| {
            let made = Command::new("mkfifo").arg(path).status();
            assert!(made.is_ok_and(|status| status.success()), "mkfifo");
        }),
        ("link", &|path| {
            std::os::unix::fs::symlink("/dev/full", path).expect("a link");
        }),
        ("nothing", &|_| {}),
    ];
    for (name, replace) in replacements {
        let home = granted();
        let spool = spool(&home);
        fs::remove_file(&spool).expect("the spool");
        replace(&spool);
        let (on, off) = on_and_off(&home, &|_| {});
        assert_eq!(on, off, "{name}");
        assert_eq!(home.run(&["log", "--json"]).ends(0).stdout, "", "{name}");
    }
}

#[test]
fn a_limit_on_the_size_of_files_does_not_kill_the_host() {
    let home = granted();
    let host = example("werf").display().to_string();
    let run = |off: &str| {
        let mut shell = home.command("/bin/sh");
        shell.args(["-c", &format!("ulimit -f 0; {off} exec {host} build")]);
        Ran::of(&shell.output().expect("it runs"))
    };
    assert_eq!(run(""), run("DO_NOT_TRACK=1"));
    assert_eq!(run("").code, Some(0));
    assert_eq!(home.run(&["log", "--json"]).ends(0).stdout, "");
}

#[test]
fn a_state_that_cannot_be_written_changes_nothing_for_the_host() {
    let home = granted();
    let host = home.path().join("host");
    fs::copy(example("werf"), &host).expect("a copy");
    fs::set_permissions(spool(&home), std::os::unix::fs::PermissionsExt::from_mode(0o400))
        .expect("a mode");
    let Some(mut words) = nobody(&home) else { return };
    words.pop();
    words.push(host.display().to_string());
    let run = |variables: &[(&str, &str)]| {
        let mut command = home.command(&words[0]);
        command.args(&words[1..]).arg("build").envs(variables.iter().copied());
        Ran::of(&command.output().expect("it runs"))
    };
    assert_eq!(run(&[]), run(&[("DO_NOT_TRACK", "1")]));
    assert_eq!(run(&[]).code, Some(0));
}

#[test]
fn a_full_disk_changes_nothing_for_the_host_and_swallows_no_later_event() {
    if !am_root() || !have("unshare") || !have("mount") {
        return;
    }
    let home = granted();
    let script = r#"
        set -u; host=$1; sayso=$2; copy=$(mktemp -d)
        cp -a "$HOME"/. "$copy"
        mount -t tmpfs -o size=64k,mode=700 tmpfs "$HOME" || { echo no mount; exit; }
        cp -a "$copy"/. "$HOME"; rm -rf "$copy"; cd "$HOME"
        cat /dev/zero > "$HOME/bytes" 2>/dev/null
        for n in 1 2 3 4 5 6 7 8; do "$host" build; echo "code $?"; done
        rm "$HOME/bytes"
        "$host" converge; "$sayso" log --json | tail -n 1
    "#;
    let mut command = home.command("unshare");
    command.args(["-m", "bash", "-c", script, "bash"]);
    command.arg(example("werf")).arg(crate::support::program());
    let ran = Ran::of(&command.output().expect("it runs"));
    if ran.stdout.starts_with("no mount") || ran.code != Some(0) {
        missing("the right to mount");
        return;
    }
    assert_eq!(ran.stderr, "", "{ran:#?}");
    assert_eq!(ran.stdout.matches("werf: build is done\ncode 0\n").count(), 8, "{ran:#?}");
    let last = ran.stdout.lines().last().expect("an event");
    let event: serde_json::Value = serde_json::from_str(last).expect("JSON");
    assert_eq!(event["eventType"], "CommandExited");
    assert_eq!(event["command"], "werf converge");
}

/// An event costs an open, a look, a look at the limit, a write and a close; nothing is locked or
/// made to last, no folder is listed, no thread is made.
#[test]
fn an_event_takes_few_system_calls_no_lock_and_no_sync() {
    if !have("strace") {
        return;
    }
    let word = "w";
    let home = Home::new();
    let declaration = format!(
        "tool = \"probe\"\nname = \"P\"\nvendor = \"P\"\nwhy = \"w\"\n[purposes.usage]\nwhy = \"w\"\n[events.E]\npurpose = \"usage\"\n[events.E.fields]\nword = {{ type = \"enum\", values = [\"{word}\"] }}\n"
    );
    home.write("probe.toml", &declaration);
    home.declare_text(&declaration);
    home.run(&["enable", "probe", "--notice", "1"]).ends(0);
    let calls = |count: &str| -> Vec<String> {
        let log = home.path().join("trace");
        let mut strace = home.command("strace");
        strace.args(["-f", "-qq", "-o"]).arg(&log).arg(example("beat"));
        strace.arg(home.path().join("probe.toml")).args(["E", count, "word=w"]);
        assert!(strace.output().expect("strace").status.success());
        let text = fs::read_to_string(&log).expect("a trace");
        let name = |line: &str| Some(line.split_whitespace().nth(1)?.split('(').next()?.to_owned());
        text.lines().filter_map(name).collect()
    };
    let (one, eleven) = (calls("1"), calls("11"));
    // Builds without optimisation ask for the flags of each descriptor they close.
    let counted = |calls: &[String]| calls.iter().filter(|name| *name != "fcntl").count();
    let each = (counted(&eleven) - counted(&one)) as f64 / 10.0;
    assert!(each <= 6.5, "{each} calls an event");
    for call in ["flock", "fsync", "fdatasync", "getdents64", "clone", "clone3", "mkdir"] {
        assert!(!eleven.iter().any(|name| name == call), "{call}");
    }
    let first = one.iter().rposition(|name| name == "execve").map_or(0, |start| start + 1);
    let opened = one[first..].iter().filter(|name| *name == "write").count();
    assert_eq!(opened, 2, "one event and one line of output");
    assert_eq!(home.run(&["log", "--json"]).ends(0).stdout.lines().count(), 12);
}

/// Half a million events are shown by a process that has less memory than they would need.
#[cfg(target_os = "linux")]
#[test]
fn a_long_log_is_shown_in_constant_memory() {
    let home = granted();
    home.run(&["record", "werf", "CommandExited", "exitCode=0"]).ends(0);
    let path = spool(&home);
    let line = fs::read_to_string(&path).expect("an event");
    let count = 500_000;
    fs::write(&path, line.repeat(count)).expect("events");
    let size = fs::metadata(&path).expect("events").len();
    let limit_in_kib = 80_000;
    assert!(size > limit_in_kib * 1024, "{size} bytes prove nothing");
    let program = crate::support::program().display().to_string();
    let script = format!("ulimit -v {limit_in_kib}; {program} log --json | wc -l");
    let ran = Ran::of(&home.command("/bin/sh").args(["-c", &script]).output().expect("it runs"));
    assert_eq!(ran.stdout.trim(), count.to_string(), "{}", ran.stderr);
}
