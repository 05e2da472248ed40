//! What the benchmarks of the library share: a process that has a home in its variables, as hosts do.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs the benchmarks again in a process whose variables name a home of its own, and what else they are
/// to be. There is no other way to give a process variables without unsafe code.
pub(crate) fn in_a_home_of_its_own(benches: fn(), further: &[(&str, &Path)]) {
    if std::env::var_os("SAYSO_HOME").is_some() {
        benches();
        return;
    }
    let home = tempfile::tempdir().expect("a folder");
    let mut again = Command::new(std::env::current_exe().expect("this program"));
    again.args(std::env::args_os().skip(1)).env("SAYSO_HOME", home.path()).env_remove("CI");
    let ended = again.envs(further.iter().copied()).status().expect("it runs");
    assert!(ended.success(), "{ended}");
}

/// The home that the variables of this process name.
pub(crate) fn home() -> PathBuf {
    PathBuf::from(std::env::var_os("SAYSO_HOME").expect("the process was started with one"))
}
