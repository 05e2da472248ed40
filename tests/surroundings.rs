//! Bad surroundings, each made for real: a clear error where a person asked, the right exit code,
//! nothing lost; and `check` is silent whatever happens.
#![cfg(unix)]

mod files;
mod homes;
mod limits;
mod meaning;
mod policy;

use crate::support::{Home, Ran, am_root, have, missing, program};
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tempfile::TempDir;

const CONSENT: &str = ".config/sayso/consent/werf.toml";
const CONFIG: &str = ".config/sayso/config.toml";

/// A user without rights and without files.
const NOBODY: u32 = 65534;

/// A home in which werf is known.
fn declared() -> Home {
    let home = Home::new();
    home.declare("werf");
    home
}

/// A home in which werf is on.
fn granted() -> Home {
    let home = declared();
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    home
}

impl Ran {
    /// It was not done, and says so with what to do next.
    #[track_caller]
    fn tells(self) -> Self {
        let told = self.stderr.contains("error: ") && self.stderr.contains("\nhint: ");
        assert!(told && !self.stderr.contains("panicked"), "{self:#?}");
        self.ends(1)
    }

    /// `check` said this by its exit code, and nothing else.
    #[track_caller]
    fn says_only(self, code: i32) {
        assert_eq!((&*self.stdout, &*self.stderr), ("", ""));
        self.ends(code);
    }
}

/// What decides about werf's usage, in the word of the contract.
#[track_caller]
fn reason(home: &Home) -> String {
    let ran = home.run(&["check", "werf", "usage", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    document["reason"].as_str().expect("a reason").to_owned()
}

/// Runs a shell script in the home; `"$0"` in it is the program.
fn shell(home: &Home, script: &str) -> Ran {
    let output = home.command("sh").arg("-c").arg(script).arg(program()).output();
    Ran::of(&output.expect("it runs"))
}

/// Gives a home and everything in it to another user.
fn give_to(home: &Home, user: u32) {
    fn give(path: &Path, user: u32) {
        chown(path, Some(user), Some(user)).expect("the right");
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            match entry.file_type().expect("a type").is_dir() {
                true => give(&entry.path(), user),
                false => chown(entry.path(), Some(user), Some(user)).expect("the right"),
            }
        }
    }
    give(home.path(), user);
}

/// The program where every user can run it.
fn program_for_all() -> PathBuf {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
        fs::copy(program(), folder.path().join("sayso")).expect("the program");
        folder
    });
    folder.path().join("sayso")
}

/// Whether programs can be run here as another user. Skips as [`have`] does.
#[must_use = "skip the test where they cannot"]
fn can_be_nobody() -> bool {
    am_root() && have("setpriv")
}

/// A command in the home, run as a user without rights.
fn as_nobody(home: &Home, arguments: &[&str]) -> Command {
    let user = NOBODY.to_string();
    let mut command = home.command("setpriv");
    command.args(["--reuid", &user, "--regid", &user, "--clear-groups"]);
    command.arg(program_for_all()).args(arguments);
    command
}

fn run_as_nobody(home: &Home, arguments: &[&str]) -> Ran {
    Ran::of(&as_nobody(home, arguments).output().expect("it runs"))
}

/// Runs a shell script as root with mounts of its own; `"$0"` in it is the program. `None`, with the
/// reason printed, where that cannot be done.
pub fn with_own_mounts(home: &Home, script: &str) -> Option<Ran> {
    if !am_root() || !have("unshare") || !have("mount") {
        return None;
    }
    let can =
        home.command("unshare").args(["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status();
    if !can.is_ok_and(|status| status.success()) {
        missing("the right to mount");
        return None;
    }
    let mut command = home.command("unshare");
    command.args(["-m", "sh", "-eu", "-c", script]).arg(program());
    Some(Ran::of(&command.output().expect("it runs")))
}

/// Every file below the home with its bytes: to see that nothing changed.
fn contents(home: &Home) -> Vec<(String, Vec<u8>)> {
    let read = |file: String| (fs::read(home.path().join(&file)).unwrap_or_default(), file);
    home.files().into_iter().map(read).map(|(bytes, file)| (file, bytes)).collect()
}
