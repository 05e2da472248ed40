//! What the tests share: a home folder of their own, the program in it, and a real terminal.

pub mod certificates;
mod nobody;
pub mod receiver;
pub mod session;
mod terminal;
#[cfg(target_os = "linux")]
pub mod trace;

pub use nobody::nobody;
#[cfg(unix)]
pub use terminal::Screen;
pub use terminal::{QUESTION, Shown, Terminal};

use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A declaration of a tool with one event, whose fields are to follow.
pub const PROBE: &str = r#"tool = "probe"
name = "Probe"
vendor = "Probes"
why = "To test."
[purposes.usage]
why = "To test."
[events.E]
purpose = "usage"
[events.E.fields]
"#;

/// Waits until something is so. Where that takes longer than the patience, the test fails, with these
/// words.
#[track_caller]
pub fn wait_until(patience: Duration, is_so: impl Fn() -> bool, otherwise: impl Fn() -> String) {
    const BETWEEN_LOOKS: Duration = Duration::from_millis(1);
    let end = Instant::now() + patience;
    while !is_so() {
        assert!(Instant::now() < end, "{}", otherwise());
        std::thread::sleep(BETWEEN_LOOKS);
    }
}

/// The program under test.
pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_sayso"))
}

/// An example host, built with the tests.
pub fn example(name: &str) -> PathBuf {
    let folder = program().parent().expect("a folder").join("examples");
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.is_file(), "no example {name}: cargo test builds it, or cargo build --examples");
    path
}

/// A declaration that the documentation uses as an example.
pub fn declaration(tool: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/tools/{tool}.toml"))
}

/// Whether a component from outside is here. Where it is missing, the reason for skipping is
/// printed; with `SAYSO_TEST_ALL=1` that is a failure.
#[must_use = "skip the test where a component is missing"]
pub fn have(component: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let here = std::env::split_paths(&folders).any(|folder| folder.join(component).is_file());
    if !here {
        missing(component);
    }
    here
}

/// The programs of this machine, without those that the catalogue knows: what the tests show must
/// not depend on what is installed here.
pub fn path() -> OsString {
    static PATH: OnceLock<OsString> = OnceLock::new();
    PATH.get_or_init(programs_but_the_catalogued).clone()
}

#[cfg(unix)]
fn programs_but_the_catalogued() -> OsString {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs");
    fs::create_dir_all(&folder).expect("a folder");
    let known: std::collections::HashSet<String> =
        catalogue().into_iter().flat_map(|entry| entry.exe).collect();
    let all = std::env::var_os("PATH").unwrap_or_default();
    for program in std::env::split_paths(&all).flat_map(fs::read_dir).flatten().flatten() {
        let name = program.file_name();
        if !known.contains(&*name.to_string_lossy()) {
            // The one of an earlier folder, or of an earlier run, is there already.
            let _ = std::os::unix::fs::symlink(program.path(), folder.join(name));
        }
    }
    folder.into_os_string()
}

#[cfg(not(unix))]
fn programs_but_the_catalogued() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// The project's own catalogue.
#[cfg(unix)]
pub fn catalogue() -> Vec<sayso::catalogue::entry::Entry> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/catalogue/tools.toml");
    let text = fs::read_to_string(path).expect("the catalogue");
    sayso::catalogue::reading::read(&text).expect("a valid catalogue")
}

/// Whether every case is tried and nothing may be missing: `SAYSO_TEST_ALL=1`.
pub fn is_all() -> bool {
    std::env::var_os("SAYSO_TEST_ALL").is_some_and(|all| all == "1")
}

/// All cases with `SAYSO_TEST_ALL=1`; otherwise one of thirteen, others in each run. (Thirteen shares no factor
/// with the number of faults that each call is tried with, so that a sample has every fault in it.)
/// `SAYSO_TEST_SAMPLE=N`, from 0 to 12, takes the sample of an earlier run again.
pub fn sample<T>(cases: Vec<T>) -> Vec<T> {
    const SHARE: usize = 13;
    if is_all() {
        return cases;
    }
    let named = std::env::var("SAYSO_TEST_SAMPLE").ok().and_then(|sample| sample.parse().ok());
    let sample = named.unwrap_or(std::process::id() as usize % SHARE);
    eprintln!("one of {SHARE} cases; again: SAYSO_TEST_SAMPLE={sample}");
    cases.into_iter().skip(sample).step_by(SHARE).collect()
}

/// Says that something is missing, or fails where nothing may be.
pub fn missing(what: &str) {
    assert!(!is_all(), "SAYSO_TEST_ALL=1, and {what} is missing");
    eprintln!("skipped: {what} is missing");
}

/// Shells that Debian's packages do not all bring are used where they are.
#[must_use = "skip the test where a component is missing"]
pub fn is_here(shell: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let here = std::env::split_paths(&folders).any(|folder| folder.join(shell).is_file());
    if !here {
        eprintln!("skipped: {shell} is missing");
    }
    here
}

/// The folders of programs of this machine, after that of the program under test.
pub fn path_with_the_program() -> String {
    let mut folders = vec![program().parent().expect("a folder").to_owned()];
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    std::env::join_paths(folders).expect("a list of folders").to_string_lossy().into_owned()
}

/// Whether this process may do what only root may. Skips as [`have`] does.
#[must_use = "skip the test where this is not root"]
pub fn am_root() -> bool {
    let is_root = is_root();
    if !is_root {
        missing("root");
    }
    is_root
}

fn is_root() -> bool {
    cfg!(unix)
        && Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

/// A home folder with nothing in it.
pub struct Home {
    folder: TempDir,
}

/// How a command ended, and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Asserts that it ended with this code.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }
}

impl Home {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A command with nothing in its environment but this home and a place to find programs.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.env_clear().env("HOME", self.path()).current_dir(self.path());
        command.env("PATH", path());
        command.stdin(Stdio::null());
        command
    }

    /// The program with these arguments.
    pub fn sayso(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(program());
        command.args(arguments);
        command
    }

    /// Runs the program with these arguments.
    #[must_use = "assert how it ended"]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.sayso(arguments).output().expect("it runs"))
    }

    /// Runs the program with these arguments and variables.
    #[must_use = "assert how it ended"]
    pub fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let output = self.sayso(arguments).envs(variables.iter().copied()).output();
        Ran::of(&output.expect("it runs"))
    }

    /// Registers one of the example declarations.
    pub fn declare(&self, tool: &str) -> &Self {
        let file = declaration(tool);
        self.run(&["declare", &file.to_string_lossy()]).ends(0);
        self
    }

    /// Puts the date of the last question of a tool so many hours back or on, from now.
    pub fn asked_hours_ago(&self, tool: &str, hours: i64) {
        let path = format!(".local/state/sayso/asked/{tool}.toml");
        let mut asked: toml::Table = self.read(&path).parse().expect("TOML");
        let date = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours);
        let date: toml::value::Datetime = format!("{date:.0}").parse().expect("a date");
        asked.insert("at".to_owned(), date.into());
        self.write(&path, &asked.to_string());
    }

    /// Lets tools tell instead of ask: only a user at a terminal can.
    pub fn lets_tools_tell(&self) {
        Terminal::start(self, &program(), &["default", "declared"]).shown().ends(0);
    }

    /// Registers a declaration from its text.
    pub fn declare_text(&self, text: &str) -> &Self {
        let file = self.path().join("declaration-to-register.toml");
        fs::write(&file, text).expect("a file");
        self.run(&["declare", "--replace", &file.to_string_lossy()]).ends(0);
        fs::remove_file(&file).expect("the file");
        self
    }

    /// Where the answers for a tool stand.
    pub fn consent(&self, tool: &str) -> PathBuf {
        self.path().join(format!(".config/sayso/consent/{tool}.toml"))
    }

    /// The text of a file below the home.
    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        let path = self.path().join(path);
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Writes a file below the home, with the folders above it.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    /// Every file below the home, with what stands in it.
    pub fn contents(&self) -> BTreeMap<String, Vec<u8>> {
        let read = |name: String| (name.clone(), fs::read(self.path().join(name)).expect("a file"));
        self.files().into_iter().map(read).collect()
    }

    /// `sayso ask TOOL` in a terminal.
    pub fn ask(&self, tool: &str) -> Terminal {
        Terminal::start(self, &program(), &["ask", tool])
    }

    /// The reason that `sayso check` gives, and whether it allows.
    #[track_caller]
    pub fn reason(&self, tool: &str, purpose: &str) -> (bool, String) {
        let ran = self.run(&["check", tool, purpose, "--json"]);
        let document: Value = serde_json::from_str(&ran.stdout).expect("one document");
        (ran.code == Some(0), document["reason"].as_str().expect("a reason").to_owned())
    }

    /// Every file below the home, with `/` between the parts, sorted.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect(self.path(), &mut found);
        let mut names: Vec<String> = found
            .iter()
            .map(|path| path.strip_prefix(self.path()).expect("below").display().to_string())
            .collect();
        names.sort();
        names
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => collect(&entry.path(), found),
            _ => found.push(entry.path()),
        }
    }
}
