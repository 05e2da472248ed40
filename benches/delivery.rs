//! What a delivery takes, and what starting one costs a host, each beside its physical limit in the same
//! run. `cargo bench --bench delivery`.
#![expect(clippy::disallowed_methods, reason = "the limits are measured without sayso")]

mod support;

use divan::Bencher;
use sayso::Given;
use sayso::choices;
use sayso::consent::World;
use sayso::domain::consent::Via;
use sayso::domain::declaration::{self, prepared};
use sayso::domain::tool_id::Purpose;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};
use support::home;

/// The events that go in one request of this kind.
const EVENTS_IN_A_REQUEST: usize = 100;

const MEBIBYTE: usize = 1 << 20;

/// The hosts here find the program that cargo built.
fn main() {
    let program = Path::new(env!("CARGO_BIN_EXE_sayso")).parent().expect("a folder");
    support::in_a_home_of_its_own(divan::main, &[("PATH", program)]);
}

/// Takes whole requests and answers each with 200, one for each connection.
fn receiver() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // That the other side went away is its own business.
            let _ = take_one(stream);
        }
    });
    address
}

fn take_one(stream: TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::with_capacity(64 * 1024, stream);
    let (mut length, mut line) = (0, String::new());
    while reader.read_line(&mut line)? > 2 {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink())?;
    reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

/// A declaration whose events go to that address at once.
fn declaration(to: SocketAddr) -> String {
    format!(
        r#"
tool = "probe"
name = "Probe"
vendor = "Probes"
why = "To measure."
wait = "0s"
[purposes.usage]
why = "To measure."
[events.CommandExited]
purpose = "usage"
[events.CommandExited.fields]
exitCode = {{ type = "exit-code" }}
[[destinations]]
kind = "https"
url = "http://{to}/events"
recipient = "Probes"
purposes = ["usage"]
"#
    )
}

/// A yes to the declaration, which is also registered; and the declaration prepared, as by a host's
/// build script.
fn agreed(text: &str) -> &'static [u8] {
    let declared = declaration::parse(text).expect("valid");
    let usage: Purpose = "usage".parse().expect("a purpose");
    choices::grant(&World::of_this_process(), &declared, &[usage], Via::Command).expect("a yes");
    fs::create_dir_all(home().join("tools")).expect("a folder");
    fs::write(home().join("tools/probe.toml"), text).expect("a file");
    prepared::prepare(&declared, text).expect("prepared").leak()
}

/// Lets a host record one event, and says where it is.
fn recorded(prepared: &'static [u8]) -> PathBuf {
    let host = sayso::open_prepared(prepared);
    host.record("CommandExited", &[("exitCode", Given::from(0))]);
    std::mem::forget(host);
    let mut files = fs::read_dir(home().join("state/spool/probe/usage")).expect("a spool");
    let found = files.find_map(|file| {
        let path = file.expect("an entry").path();
        path.extension().is_some_and(|end| end == "jsonl").then_some(path)
    });
    found.expect("a file of events")
}

/// The limit of a delivery: a program is started, and the same bytes leave in as many requests.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn limit_sending_one_mebibyte(bencher: Bencher) {
    let to = receiver();
    let event = fs::metadata(recorded(agreed(&declaration(to)))).expect("a file").len();
    let events = MEBIBYTE.div_ceil(usize::try_from(event).expect("a size"));
    let requests = events.div_ceil(EVENTS_IN_A_REQUEST);
    let body = vec![b'x'; MEBIBYTE.div_ceil(requests)];
    let head = format!("POST / HTTP/1.1\r\ncontent-length: {}\r\n\r\n", body.len());
    bencher.bench_local(|| {
        Command::new("/bin/true").status().expect("it runs");
        for _ in 0..requests {
            let mut stream = TcpStream::connect(to).expect("a connection");
            stream.write_all(head.as_bytes()).expect("a head");
            stream.write_all(&body).expect("a body");
            stream.read_to_end(&mut Vec::new()).expect("an answer");
        }
    });
}

/// `sayso deliver --now` of one mebibyte of events.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn deliver_one_mebibyte(bencher: Bencher) {
    let prepared = agreed(&declaration(receiver()));
    let fill = || {
        let file = recorded(prepared);
        let event = fs::read_to_string(&file).expect("an event");
        fs::write(&file, event.repeat(MEBIBYTE.div_ceil(event.len()))).expect("events");
    };
    bencher.with_inputs(fill).bench_local_values(|()| {
        let mut deliver = Command::new(env!("CARGO_BIN_EXE_sayso"));
        let ended = deliver.args(["deliver", "probe", "--now"]).stdout(Stdio::null()).status();
        assert!(ended.expect("it runs").success());
    });
}

/// Memory that is really there.
fn resident(gigabytes: usize) -> Vec<u8> {
    vec![1; gigabytes << 30]
}

/// Lets what was started before end, so that it does not disturb.
fn settle() {
    std::thread::sleep(Duration::from_millis(30));
}

/// The limit of a host's end: another program is started, and not waited for.
#[divan::bench(args = [0, 1], sample_count = 50, sample_size = 1)]
fn limit_start_beside_a_host_of_gigabytes(bencher: Bencher, gigabytes: usize) {
    let memory = resident(gigabytes);
    let start = |()| -> Child { Command::new("/bin/true").spawn().expect("it starts") };
    bencher.with_inputs(settle).bench_local_values(start);
    assert!(memory.iter().step_by(4096).all(|byte| *byte == 1));
}

/// A host ends while a delivery is due, and starts it.
#[divan::bench(args = [0, 1], sample_count = 50, sample_size = 1)]
fn end_of_a_host_of_gigabytes(bencher: Bencher, gigabytes: usize) {
    let memory = resident(gigabytes);
    // Nobody listens there, so events stay and each delivery is a short one.
    let nobody = SocketAddr::from(([127, 0, 0, 1], 9));
    let prepared = agreed(&declaration(nobody));
    let open = || {
        recorded(prepared);
        settle();
        let host = sayso::open_prepared(prepared);
        let schedule = home().join("state/delivery/probe.json");
        if let Ok(file) = fs::OpenOptions::new().write(true).open(schedule) {
            file.set_modified(SystemTime::UNIX_EPOCH).expect("a time");
        }
        host
    };
    bencher.with_inputs(open).bench_local_values(drop);
    assert!(memory.iter().step_by(4096).all(|byte| *byte == 1));
}
