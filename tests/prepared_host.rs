//! A host of its own package, whose build script prepares its declaration.

use crate::support::{Home, Ran, program};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the host as its author does, and says where it is.
fn host() -> PathBuf {
    let target = program().parent().and_then(Path::parent).expect("a folder").to_owned();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--locked", "--offline", "--package", "prepared"]);
    cargo.arg("--target-dir").arg(&target).current_dir(env!("CARGO_MANIFEST_DIR"));
    let built = Ran::of(&cargo.output().expect("cargo"));
    built.ends(0);
    target.join(format!("debug/prepared{}", std::env::consts::EXE_SUFFIX))
}

#[test]
fn a_declaration_prepared_by_a_build_script_is_asked_and_recorded_as_any_other() {
    let host = host();
    let home = Home::new();
    let run = || Ran::of(&home.command(&host).output().expect("it runs"));
    run().ends(1);
    assert_eq!(home.files(), Vec::<String>::new());
    home.declare("werf");
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    run().ends(0);
    let log = home.run(&["log", "werf"]).ends(0).stdout;
    assert!(log.contains("werf  CommandExited") && log.contains("exitCode=0"), "{log}");
    home.run(&["disable", "werf"]).ends(0);
    run().ends(1);
    assert_eq!(home.run(&["log", "werf", "--json"]).ends(0).stdout, "");
}
