//! Whatever the clock says, nothing panics; and consent that another clock dated in the future is told,
//! and dated anew by the next opt-in.
#![cfg(unix)]

use crate::support::{Home, Ran, example, missing, program};
use std::path::{Path, PathBuf};

const CONSENT: &str = ".config/sayso/consent/werf.toml";

/// The library of faketime(1), by which a program sees another clock.
fn faketime() -> Option<PathBuf> {
    let folders =
        ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/lib64"];
    let library = |folder: &&str| Path::new(folder).join("faketime/libfaketime.so.1");
    let found = folders.iter().map(library).find(|library| library.is_file());
    if found.is_none() {
        missing("faketime");
    }
    found
}

fn run_at(home: &Home, clock: &str, program: &Path, arguments: &[&str]) -> Option<Ran> {
    let mut command = home.command(program);
    command.args(arguments).env("LD_PRELOAD", faketime()?).env("FAKETIME", clock);
    // Of monotonic clocks only the start matters, and that stays.
    command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    Some(Ran::of(&command.output().expect("it runs")))
}

#[test]
fn no_setting_of_the_clock_is_a_panic() {
    for clock in ["9999-12-30 23:59:59", "9999-12-31 12:00:00", "@1969-12-31 00:00:00", "+9000y"] {
        let home = Home::new();
        home.declare("werf");
        for (program, arguments, code) in [
            (program(), &["check", "werf"][..], Some(1)),
            (program(), &["enable", "werf", "--notice", "1"], Some(0)),
            (program(), &["check", "werf", "--explain"], Some(0)),
            (
                program(),
                &["record", "werf", "CommandExited", "exitCode=0", "durationMs=1"],
                Some(0),
            ),
            (example("werf"), &["telemetry", "status"], Some(0)),
            (example("werf"), &["converge"], None),
            (program(), &["status"], Some(0)),
            (program(), &["log", "werf"], Some(0)),
            (program(), &["history"], Some(0)),
            (program(), &["doctor"], None),
            (program(), &["deliver", "werf", "--now"], None),
            (program(), &["disable", "werf"], Some(0)),
            (program(), &["check", "werf"], Some(1)),
        ] {
            let Some(ran) = run_at(&home, clock, &program, arguments) else { return };
            assert!(!ran.stderr.contains("panicked"), "{clock} {arguments:?}: {ran:?}");
            assert!(code.is_none() || ran.code == code, "{clock} {arguments:?}: {ran:?}");
        }
        // And the file is sound for the clock of now.
        assert_eq!(home.reason("werf", "usage"), (false, "denied".to_owned()), "{clock}");
    }
}

#[test]
fn consent_that_is_dated_in_the_future_is_told_and_dated_anew() {
    let home = Home::new();
    home.declare("werf").run(&["enable", "werf", "--notice", "1"]).ends(0);
    home.run(&["doctor"]).ends(0);
    let text = home.read(CONSENT);
    let at = text.lines().find(|line| line.starts_with("at = ")).expect("a date");
    home.write(CONSENT, &text.replace(at, "at = 2096-01-01T00:00:00Z"));
    assert_eq!(home.reason("werf", "usage"), (true, "granted".to_owned()));
    let status = home.run(&["status"]).ends(0);
    assert!(status.stdout.contains("dated in the future"), "{status:?}");
    let json = home.run(&["status", "--json"]).ends(0);
    assert!(json.stdout.contains("dated in the future"), "{json:?}");
    let doctor = home.run(&["doctor"]).ends(1);
    assert!(
        doctor.stdout.contains("werf: your opt-in to usage is dated in the future"),
        "{doctor:?}"
    );
    assert!(doctor.stdout.contains("sayso enable werf usage"), "{doctor:?}");
    home.run(&["enable", "werf", "usage", "--notice", "1"]).ends(0);
    assert!(!home.read(CONSENT).contains("2096"));
    home.run(&["doctor"]).ends(0);
    let status = home.run(&["status"]).ends(0);
    assert!(!status.stdout.contains("future"), "{status:?}");
    // The date of a sound opt-in stays.
    let text = home.read(CONSENT).replace("at = 2", "at = 2000-01-01T00:00:00Z # 2");
    home.write(CONSENT, &text);
    home.run(&["enable", "werf", "usage", "--notice", "1"]).ends(0);
    assert!(home.read(CONSENT).contains("at = 2000-01-01T00:00:00Z"));
}
