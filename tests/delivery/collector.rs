//! A receiver that nobody here wrote: rotel, an OpenTelemetry collector, says what it understood.

use crate::support::receiver::{PATIENCE, nobody_listens};
use crate::support::{Home, declaration, missing, wait_until};
use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The collector's program: named by `SAYSO_TEST_ROTEL`, or on PATH.
fn program() -> Option<PathBuf> {
    let named = std::env::var_os("SAYSO_TEST_ROTEL").map(PathBuf::from);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let mut on_path = std::env::split_paths(&folders).map(|folder| folder.join("rotel-agent"));
    let found = named.filter(|file| file.is_file()).or_else(|| on_path.find(|file| file.is_file()));
    if found.is_none() {
        missing("rotel (pip install rotel; SAYSO_TEST_ROTEL names its rotel-agent)");
    }
    found
}

/// The collector, for as long as the test runs.
struct Collector {
    process: Child,
    http: SocketAddr,
    log: PathBuf,
}

impl Collector {
    fn start(program: &PathBuf, home: &Home) -> Self {
        let [http, grpc] = [nobody_listens(), nobody_listens()];
        let log = home.path().join("collector.log");
        let mut rotel = Command::new(program);
        rotel.args(["start", "--exporter", "blackhole"]);
        rotel.args(["--debug-log", "logs", "--debug-log-verbosity", "detailed"]);
        rotel.args(["--otlp-http-endpoint", &http.to_string()]);
        rotel.args(["--otlp-grpc-endpoint", &grpc.to_string()]);
        let out = File::create(&log).expect("a file");
        rotel.stderr(out.try_clone().expect("a file")).stdout(out).stdin(Stdio::null());
        let process = rotel.spawn().expect("it starts");
        let collector = Self { process, http, log };
        let listens = || TcpStream::connect(http).is_ok();
        wait_until(PATIENCE, listens, || format!("it does not listen: {}", collector.said()));
        collector
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.log).expect("a log")
    }

    /// Waits until it has said this.
    #[track_caller]
    fn says(&self, words: &str) {
        let has_said = || self.said().contains(words);
        wait_until(PATIENCE, has_said, || format!("{words:?} is missing in:\n{}", self.said()));
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_collector_that_others_wrote_takes_and_understands_the_events() {
    let Some(program) = program() else { return };
    let home = Home::new();
    let collector = Collector::start(&program, &home);
    let text = fs::read_to_string(declaration("werf")).expect("a declaration");
    let address = format!("http://{}/v1/logs", collector.http);
    home.write("werf.toml", &text.replace("https://telemetry.werf.io/v1/logs", &address));
    home.declare_text(&home.read("werf.toml"));
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    for event in [
        &["CommandStarted"][..],
        &["CommandExited", "exitCode=3", "durationMs=1234", "groupChannel=stable"],
    ] {
        let command = "command=werf converge";
        home.run(&[&["record", "werf"], event, &[command]].concat()).ends(0);
    }
    let ran = home.run(&["deliver", "werf", "--now"]).ends(0);
    assert!(ran.stdout.contains("2 events to werf"), "{ran:?}");
    for words in [
        "CommandStarted",
        "CommandExited",
        "service.name",
        "werf converge",
        "exitCode",
        "durationMs",
        "groupChannel",
        "stable",
        std::env::consts::OS,
    ] {
        collector.says(words);
    }
    let log = home.run(&["log", "--sent"]).ends(0);
    assert!(log.stdout.contains("2 events for usage to werf"), "{log:?}");
    assert!(log.stdout.contains("taken (200)"), "{log:?}");
}
