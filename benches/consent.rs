//! What asking and recording cost, each beside its physical limit in the same run.
//!
//! `cargo bench` prints the table. Absolute times belong to a machine; look at the ratios.
#![expect(clippy::disallowed_methods, reason = "the limits are measured without sayso")]

mod support;

use divan::Bencher;
use sayso::Given;
use sayso::choices::{self, Scope};
use sayso::consent::World;
use sayso::domain::consent::Via;
use sayso::domain::declaration::{self, prepared};
use sayso::domain::tool_id::Purpose;
use sayso::events::recorder::Recorder;
use sayso::registry::Subject;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::sync::{Arc, LazyLock};
use tempfile::TempDir;

const DECLARATION: &str = r#"
tool = "probe"
name = "Probe"
vendor = "Probes"
why = "To measure."
[purposes.usage]
why = "To measure."
[common.fields]
os = { type = "os", in = "attributes" }
arch = { type = "arch", in = "attributes" }
[events.CommandExited]
purpose = "usage"
[events.CommandExited.fields]
exitCode = { type = "exit-code" }
durationMs = { type = "duration-ms" }
"#;

/// A home in which the probe may record, and the world that finds it.
struct Home {
    folder: TempDir,
    world: Arc<World>,
}

/// The declaration as a host's build script prepares it.
static PREPARED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let declared = declaration::parse(DECLARATION).expect("valid");
    prepared::prepare(&declared, DECLARATION).expect("prepared")
});

/// Gives the probe an answer in the own home, or takes it away.
fn answered(choice: Option<bool>) {
    let world = World::of_this_process();
    let declared = declaration::parse(DECLARATION).expect("valid");
    let usage: Purpose = "usage".parse().expect("a purpose");
    match choice {
        Some(true) => drop(choices::grant(&world, &declared, &[usage], Via::Command)),
        Some(false) => {
            drop(choices::refuse(&world, &declared.tool, Scope::WholeTool, None, Via::Command));
        }
        None => drop(std::fs::remove_file(support::home().join("consent/probe.toml"))),
    }
}

impl Home {
    fn granted() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().to_string_lossy().into_owned();
        let variables = BTreeMap::from([("SAYSO_HOME".to_owned(), home)]);
        let world = World::new(Arc::new(variables), jiff::Timestamp::now());
        let declared = declaration::parse(DECLARATION).expect("valid");
        let usage: Purpose = "usage".parse().expect("a purpose");
        choices::grant(&world, &declared, &[usage], Via::Command).expect("a yes");
        Self { folder, world }
    }

    fn subject(&self) -> Subject {
        let declared = declaration::parse(DECLARATION).expect("valid");
        Subject::embedded(&self.world.again(), declared)
    }
}

fn main() {
    support::in_a_home_of_its_own(divan::main, &[]);
}

/// The limit of a check: one read of 512 bytes from a file that is open.
#[divan::bench]
fn limit_one_read_of_512_bytes(bencher: Bencher) {
    let home = Home::granted();
    let path = home.folder.path().join("file");
    std::fs::write(&path, [b'x'; 512]).expect("a file");
    let file = File::open(path).expect("a file");
    bencher.bench_local(|| {
        let mut buffer = [0; 512];
        file.read_at(&mut buffer, 0).expect("a read")
    });
}

/// The limit of a check that opens its file as well.
#[divan::bench]
fn limit_open_read_close(bencher: Bencher) {
    let home = Home::granted();
    let path = home.folder.path().join("consent/probe.toml");
    bencher.bench_local(|| {
        let mut buffer = [0; 4096];
        File::open(&path).and_then(|mut file| file.read(&mut buffer)).expect("a read")
    });
}

/// All that a host does to learn whether it may, with a declaration prepared when it was built.
#[divan::bench(args = [Some(true), Some(false), None])]
fn library_check(bencher: Bencher, choice: Option<bool>) {
    answered(choice);
    bencher.bench_local(|| {
        let host = sayso::open_prepared(&PREPARED);
        assert_eq!(host.allows("usage"), choice == Some(true));
        host
    });
}

/// The same where ten thousand tools have an answer.
#[divan::bench]
fn library_check_among_10_000_tools(bencher: Bencher) {
    answered(Some(true));
    for number in 0..10_000 {
        let path = support::home().join(format!("consent/tool{number}.toml"));
        std::fs::write(path, "version = 1\n").expect("a file");
    }
    bencher.bench_local(|| {
        let host = sayso::open_prepared(&PREPARED);
        assert!(host.allows("usage"));
        host
    });
}

/// All that a host does to record its first event.
#[divan::bench]
fn library_check_and_record(bencher: Bencher) {
    answered(Some(true));
    bencher.bench_local(|| {
        let host = sayso::open_prepared(&PREPARED).with_bound(u64::MAX);
        host.record("CommandExited", &[("exitCode", 0.into()), ("durationMs", 12.into())]);
        host
    });
}

/// The same with a declaration that is parsed, and its digest computed, when the host starts.
#[divan::bench]
fn library_check_of_a_text(bencher: Bencher) {
    answered(Some(true));
    bencher.bench_local(|| {
        let host = sayso::open(DECLARATION);
        assert!(host.allows("usage"));
        host
    });
}

/// The limit of storing an answer: 300 bytes that outlive a power cut.
#[divan::bench]
fn limit_write_and_sync_of_300_bytes(bencher: Bencher) {
    let path = support::home().join("synced");
    bencher.bench_local(|| {
        let mut file = File::create(&path).expect("a file");
        file.write_all(&[b'x'; 300]).and_then(|()| file.sync_all()).expect("a write");
    });
}

/// A yes, with everything that follows from it.
#[divan::bench]
fn persist(bencher: Bencher) {
    bencher.bench_local(|| answered(Some(true)));
}

/// What a host does when it starts: its declaration, its consent file, the decision.
#[divan::bench]
fn check_with_the_declaration(bencher: Bencher) {
    let home = Home::granted();
    let usage: Purpose = "usage".parse().expect("a purpose");
    bencher.bench_local(|| home.subject().decide(Some(&usage)).allows());
}

/// The decision again, in a process that has read everything.
#[divan::bench]
fn check_again(bencher: Bencher) {
    let home = Home::granted();
    let subject = home.subject();
    let usage: Purpose = "usage".parse().expect("a purpose");
    bencher.bench_local(|| subject.decide(Some(&usage)).allows());
}

/// The limit of recording: 300 bytes appended to a file that is opened for them.
#[divan::bench]
fn limit_append_of_300_bytes(bencher: Bencher) {
    let home = Home::granted();
    let path = home.folder.path().join("append");
    bencher.bench_local(|| {
        let mut options = OpenOptions::new();
        let mut file = options.append(true).create(true).open(&path).expect("a file");
        file.write_all(&[b'x'; 300]).expect("a write");
    });
}

/// One event of a host that is running.
#[divan::bench]
fn record(bencher: Bencher) {
    let home = Home::granted();
    let subject = home.subject();
    let mut recorder = Recorder::new(&subject);
    recorder.bound(u64::MAX);
    let given = BTreeMap::from([
        ("exitCode".to_owned(), Given::from(0)),
        ("durationMs".to_owned(), Given::from(10_827)),
    ]);
    bencher.bench_local(|| recorder.record(&subject, "CommandExited", &given));
}
