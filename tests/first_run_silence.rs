//! The first-run point where nobody may be asked: it prints nothing and stores nothing.
#![cfg(unix)]

use crate::support::{Home, Shown, Terminal, am_root, have, missing, nobody, program};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const MARKERS: [&str; 15] = [
    "CI",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "JENKINS_URL",
    "TRAVIS",
    "CIRCLECI",
    "TEAMCITY_VERSION",
    "BUDDY",
    "GO_SERVER_URL",
    "TF_BUILD",
    "BUILDKITE",
    "SEMAPHORE",
    "BITBUCKET_BUILD_NUMBER",
    "DRONE",
    "CODEBUILD_BUILD_ID",
];

#[test]
fn automation_is_asked_nothing() {
    for marker in MARKERS {
        asks_nothing_with(&werf(), &[(marker, "true")]);
    }
}

#[test]
fn a_marker_that_says_no_is_no_automation() {
    for value in ["", "0", "false"] {
        let variables = [("CI", value)];
        ask_with(&werf(), &variables).answer("y").ends(0);
    }
}

#[test]
fn whoever_said_no_for_everything_is_asked_nothing() {
    let signals = [
        ("DO_NOT_TRACK", "1"),
        ("SAYSO", "0"),
        ("SAYSO", "whatever"),
        ("WERF_TELEMETRY", "0"),
        ("WERF_TELEMETRY", "whatever"),
    ];
    for signal in signals {
        asks_nothing_with(&werf(), &[signal]);
    }
}

#[test]
fn whoever_set_the_default_to_off_is_asked_nothing() {
    let home = werf();
    home.run(&["default", "off"]).ends(0);
    asks_nothing_with(&home, &[]);
    assert_eq!(home.reason("werf", "usage"), (false, "default-off".to_owned()));
}

#[test]
fn whoever_said_no_to_the_whole_tool_is_asked_nothing() {
    let home = werf();
    home.run(&["disable", "werf"]).ends(0);
    asks_nothing_with(&home, &[]);
}

#[test]
fn what_the_administrator_forbids_is_not_asked() {
    if !am_root() || !have("unshare") {
        return;
    }
    let hidden_etc = "mount -t tmpfs none /etc && mkdir /etc/sayso";
    let policy = "printf 'version = 1\\ndeny = [\"werf\"]\\n' > /etc/sayso/policy.toml";
    let home = werf();
    let inside = |script: &str| {
        let script = format!("{hidden_etc} && {script}");
        Terminal::start(&home, Path::new("/usr/bin/env"), &["unshare", "-m", "sh", "-c", &script])
    };
    if inside("true").shown().code != 0 {
        return missing("a mount namespace");
    }
    let before = home.contents();
    inside(&format!("{policy} && $SAYSO_UNDER_TEST ask werf")).shown().ends(1).shows_nothing();
    assert_eq!(home.contents(), before);
    inside("$SAYSO_UNDER_TEST ask werf").answer("n").ends(1);
}

#[test]
fn a_stream_that_is_no_terminal_means_that_nobody_is_there() {
    let ask = "{ $SAYSO_UNDER_TEST ask werf; echo ended $? > /dev/tty; }";
    let scripts = [
        format!("{ask} < /dev/null"),
        format!("{ask} | cat"),
        format!("exec 3>&1; {ask} 2>&1 >&3 3>&- | cat"),
        format!("{ask} 2>&1 | cat"),
        format!("echo y | {ask}"),
        format!("echo \"$({ask})\""),
    ];
    for script in scripts {
        let home = werf();
        let before = home.contents();
        let shown = Terminal::start_script(&home, &script).shown();
        assert_eq!(shown.screen.trim(), "ended 1", "{script}");
        assert_eq!(home.contents(), before, "{script}");
    }
}

#[test]
fn closed_streams_mean_that_nobody_is_there() {
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        let home = werf();
        let before = home.contents();
        let script = format!("$SAYSO_UNDER_TEST ask werf {closed}; echo ended $?");
        let shown = Terminal::start_script(&home, &script).shown();
        assert_eq!(shown.screen.trim(), "ended 1", "{closed}");
        assert_eq!(home.contents(), before, "{closed}");
    }
}

#[test]
fn without_any_terminal_nothing_is_printed_or_stored() {
    let home = werf();
    let before = home.contents();
    let ran = home.run(&["ask", "werf"]).ends(1);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    assert_eq!(home.contents(), before);
}

#[test]
fn a_background_job_asks_nothing_and_is_not_stopped() {
    let home = werf();
    let before = home.contents();
    let script = "set -m; $SAYSO_UNDER_TEST ask werf & wait $!; echo ended $?";
    let shown = Terminal::start_script(&home, script).shown().shows("ended 1");
    assert!(!shown.screen.contains("Allow werf"), "{}", shown.screen);
    assert_eq!(home.contents(), before);
}

#[test]
fn a_tool_that_nobody_declares_asks_nothing() {
    let home = Home::new();
    asks_nothing_with(&home, &[]);
}

#[test]
fn a_tool_that_is_declared_off_asks_nothing_and_can_be_enabled() {
    let home = Home::new();
    home.declare_text(&off_by_itself());
    asks_nothing_with(&home, &[]);
    assert_eq!(home.reason("werf", "usage"), (false, "unasked".to_owned()));
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    assert_eq!(home.reason("werf", "usage"), (true, "granted".to_owned()));
}

#[test]
fn a_tool_that_is_declared_off_asks_for_nothing_more_either() {
    let home = Home::new();
    home.declare_text(&off_by_itself());
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    let more = "[events.CommandExited.fields]\nuser = { type = \"boolean\", since = 2 }";
    let second = off_by_itself().replace("[events.CommandExited.fields]", more);
    home.declare_text(&second.replace("notice = 1", "notice = 2"));
    ask_with(&home, &[]).shown().ends(0).shows_nothing();
}

#[test]
fn a_home_that_keeps_no_answer_is_not_asked_for_one() {
    for closed in [".", ".local/state", ".config"] {
        let home = werf();
        // Declaring made a folder of sayso's own there, which would stay open.
        fs::remove_dir_all(home.path().join(".local/state")).expect("what was prepared");
        fs::create_dir_all(home.path().join(closed)).expect("a folder");
        let Some(start) = nobody(&home) else { return };
        let closed = home.path().join(closed);
        fs::set_permissions(&closed, Permissions::from_mode(0o555)).expect("a mode");
        let before = home.contents();
        let mut arguments: Vec<&str> = start.iter().map(String::as_str).collect();
        arguments.extend(["ask", "werf"]);
        let terminal = Terminal::start(&home, Path::new("/usr/bin/env"), &arguments);
        terminal.shown().ends(1).shows_nothing();
        assert_eq!(home.contents(), before, "{}", closed.display());
        fs::set_permissions(&closed, Permissions::from_mode(0o755)).expect("a mode");
        Terminal::start(&home, Path::new("/usr/bin/env"), &arguments).answer("y").ends(0);
    }
}

#[test]
fn a_damaged_answer_is_not_asked_about() {
    for text in ["choice = ", "version = 99", "\0"] {
        let home = werf();
        home.write(".config/sayso/consent/werf.toml", text);
        asks_nothing_with(&home, &[]);
    }
}

#[test]
fn a_damaged_config_is_not_asked_about() {
    let home = werf();
    home.write(".config/sayso/config.toml", "default = ");
    asks_nothing_with(&home, &[]);
}

#[track_caller]
fn asks_nothing_with(home: &Home, variables: &[(&str, &str)]) {
    let before = home.contents();
    let Shown { code, screen } = ask_with(home, variables).shown();
    assert_eq!((code, screen.as_str()), (1, ""), "{variables:?}");
    assert_eq!(home.contents(), before, "{variables:?}");
}

fn ask_with(home: &Home, variables: &[(&str, &str)]) -> Terminal {
    Terminal::start_with(home, &program(), &["ask", "werf"], variables, 80)
}

fn werf() -> Home {
    let home = Home::new();
    home.declare("werf");
    home
}

fn off_by_itself() -> String {
    let file = crate::support::declaration("werf");
    let text = fs::read_to_string(file).expect("a declaration");
    let off = text.replace("default = \"ask\"", "default = \"off\"");
    assert_ne!(off, text);
    off
}
