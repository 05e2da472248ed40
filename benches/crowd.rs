//! What grows with the number of tools and events, each beside its physical limit in the same run.
//!
//! `cargo bench --bench crowd`. The program is the one that cargo built beside the benchmark.
#![expect(clippy::disallowed_methods, reason = "the limits are measured without sayso")]

use divan::Bencher;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const EVENTS: usize = 1_000_000;

const DECLARATION: &str = r#"
tool = "probe"
name = "Probe"
vendor = "Probes"
why = "To measure."
[purposes.usage]
why = "To measure."
[events.CommandExited]
purpose = "usage"
[events.CommandExited.fields]
exitCode = { type = "exit-code" }
"#;

fn main() {
    divan::main();
}

/// The program in a home of its own.
fn sayso(home: &Path, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sayso"));
    command.args(arguments).env_clear().env("SAYSO_HOME", home);
    let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(ended.expect("it runs").success(), "{arguments:?}");
}

/// A home with so many declared tools, the first of them granted.
fn home(tools: usize) -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("probe.toml");
    fs::write(&file, DECLARATION).expect("a file");
    sayso(home.path(), &["declare", &file.to_string_lossy()]);
    sayso(home.path(), &["enable", "probe", "--notice", "1"]);
    for number in 1..tools {
        let text = DECLARATION.replace("\"probe\"", &format!("\"tool{number}\""));
        fs::write(home.path().join(format!("tools/tool{number}.toml")), text).expect("a file");
    }
    home
}

/// The limit of every command: a program that does nothing is started.
#[divan::bench]
fn limit_start_of_a_program(bencher: Bencher) {
    bencher.bench_local(|| Command::new("/bin/true").status().expect("it runs"));
}

/// `sayso check`, alone and in a crowd.
#[divan::bench(args = [1, 10_000])]
fn check(bencher: Bencher, tools: usize) {
    let home = home(tools);
    bencher.bench_local(|| sayso(home.path(), &["check", "probe"]));
}

/// `sayso record`; its spool is soon full, and the event counted as dropped.
#[divan::bench]
fn record(bencher: Bencher) {
    let home = home(1);
    bencher.bench_local(|| sayso(home.path(), &["record", "probe", "CommandExited", "exitCode=0"]));
}

/// `sayso status`, which reads everything that is there.
#[divan::bench(args = [10, 142, 10_000], sample_count = 5, sample_size = 1)]
fn status(bencher: Bencher, tools: usize) {
    let home = home(tools);
    bencher.bench_local(|| sayso(home.path(), &["status"]));
}

/// Fills the spool of the probe with a million events, and says where they are.
fn million(home: &Path) -> std::path::PathBuf {
    sayso(home, &["record", "probe", "CommandExited", "exitCode=0"]);
    let folder = home.join("state/spool/probe/usage");
    let mut files = fs::read_dir(folder).expect("a spool");
    let path = files.next().expect("a file").expect("an entry").path();
    let event = fs::read_to_string(&path).expect("an event");
    fs::write(&path, event.repeat(EVENTS)).expect("events");
    path
}

/// The limit of reading events: their lines are counted.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn limit_counting_a_million_lines(bencher: Bencher) {
    let home = home(1);
    let path = million(home.path());
    bencher.bench_local(|| {
        let mut reader = BufReader::with_capacity(64 * 1024, File::open(&path).expect("a file"));
        let mut count = 0;
        loop {
            let bytes = reader.fill_buf().expect("a read");
            let length = bytes.len();
            if length == 0 {
                break count;
            }
            count += bytes.iter().filter(|byte| **byte == b'\n').count();
            reader.consume(length);
        }
    });
}

/// `sayso log` over a million events: byte for byte, and in words.
#[divan::bench(args = ["--json", "--waiting"], sample_count = 5, sample_size = 1)]
fn log_of_a_million_events(bencher: Bencher, manner: &str) {
    let home = home(1);
    million(home.path());
    bencher.bench_local(|| sayso(home.path(), &["log", manner]));
}
