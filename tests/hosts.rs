//! Host tools that embed the library: their question, and that they stay themselves.
#![cfg(unix)]

use crate::support::{Home, Ran, Screen, Terminal, declaration, example, nobody};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

const WERF: &str = ".config/sayso/consent/werf.toml";
const GITOPS: &str = ".config/sayso/consent/gitops.toml";
const REGISTERED: &str = ".local/share/sayso/tools/werf.toml";
const INTERRUPT: &str = "\u{3}";

#[test]
fn a_host_asks_once_and_collects_from_the_next_run_on() {
    let home = Home::new();
    let first = start(&home, "werf", &["build", "--debug"]).answer("y").ends(0);
    first.shows("werf asks to collect telemetry").shows("usage is unasked");
    let next = start(&home, "werf", &["build", "--debug"]).shown().ends(0);
    assert_eq!(next.screen, "werf: build is done\r\nwerf: usage is granted\r\n");
}

#[test]
fn the_question_names_the_commands_of_the_host() {
    let shown = start(&Home::new(), "werf", &["build"]).answer("y");
    shown.shows("Opt out werf telemetry disable").shows("take it back: werf telemetry disable");
    let shown = start(&Home::new(), "gitops", &["get", "clusters"]).answer("n");
    shown.shows("Opt out gitops set config analytics false");
}

#[test]
fn a_host_without_a_person_asks_and_stores_nothing() {
    let home = Home::new();
    let ran = run(&home, "werf", &["build", "--debug"]).ends(0);
    assert_eq!(ran.stdout, "werf: build is done\nwerf: usage is unasked\n");
    assert_eq!(ran.stderr, "");
    assert_eq!(home.files(), Vec::<String>::new());
}

#[test]
fn ctrl_c_in_the_question_of_a_host_ends_it_and_leaves_no_choice() {
    let home = Home::new();
    start(&home, "werf", &["build"]).answer(INTERRUPT).ends(130).hides("is done");
    assert_eq!(home.files(), [".local/state/sayso/asked/werf.toml"], "the date only");
}

#[test]
fn the_output_of_a_host_is_the_same_whatever_is_answered() {
    for key in ["y", "n", "x", "\r"] {
        let home = Home::new();
        let screen = Screen::new();
        let script = format!("{} build > {}", example("werf").display(), screen.device().display());
        Terminal::start_script(&home, &script).answer(key).ends(0);
        Terminal::start_script(&home, &script).shown().ends(0).shows_nothing();
        assert_eq!(screen.finish(), "werf: build is done\r\nwerf: build is done\r\n", "{key:?}");
    }
}

#[test]
fn a_host_is_itself_whatever_was_decided() {
    let decisions: [&[&str]; 2] = [&["enable", "--notice", "1"], &["disable"]];
    for decision in decisions {
        let home = Home::new();
        run(&home, "werf", &[&["telemetry"], decision].concat()).ends(0);
        is_itself(&home, &[]);
    }
}

#[test]
fn a_host_is_itself_without_a_usable_home() {
    let surroundings: [&[&str]; 9] = [
        &["-u", "HOME"],
        &["HOME="],
        &["HOME=relative"],
        &["HOME=/dev/null/nowhere"],
        &["HOME=/dev/null"],
        &["XDG_CONFIG_HOME=/dev/null"],
        &["XDG_STATE_HOME=/dev/null/nowhere"],
        &["SAYSO_HOME=/dev/null"],
        &["SAYSO_HOME=/dev/null/nowhere"],
    ];
    for surrounding in surroundings {
        let home = Home::new();
        is_itself(&home, surrounding);
        let files = home.files();
        assert!(files.iter().all(|file| file == REGISTERED), "{surrounding:?}: {files:?}");
    }
}

#[test]
fn a_host_is_itself_where_its_answers_are_damaged() {
    let damages: [&dyn Fn(&Home); 9] = [
        &|home| home.write(WERF, "choice = "),
        &|home| home.write(WERF, "version = 99\n"),
        &|home| home.write(WERF, &"#".repeat(2 << 20)),
        &|home| home.write(&format!("{WERF}/in"), ""),
        &|home| {
            home.write(".config/sayso/consent/other", "");
            let fifo = Command::new("mkfifo").arg(home.path().join(WERF)).status();
            assert!(fifo.expect("it runs").success());
        },
        &|home| {
            home.write("elsewhere.toml", "version = 1\n");
            home.write(".config/sayso/consent/other", "");
            let linked = home.path().join("elsewhere.toml");
            std::os::unix::fs::symlink(linked, home.path().join(WERF)).expect("a link");
        },
        &|home| home.write(".config/sayso", ""),
        &|home| home.write(".local/state/sayso", ""),
        &|home| home.write(".config/sayso/config.toml/in", ""),
    ];
    for (n, damage) in damages.iter().enumerate() {
        let home = Home::new();
        damage(&home);
        let before = home.files();
        is_itself(&home, &[]);
        let mut after = home.files();
        after.retain(|file| file != REGISTERED);
        assert_eq!(after, before, "{n}");
    }
}

#[test]
fn a_host_is_itself_in_a_home_that_cannot_be_written() {
    let home = Home::new();
    let copy = home.path().join("werf");
    fs::copy(example("werf"), &copy).expect("a copy");
    let Some(user) = nobody(&home) else { return };
    fs::set_permissions(home.path(), Permissions::from_mode(0o555)).expect("a mode");
    let (_, user) = user.split_last().expect("a program");
    let copy = copy.to_string_lossy();
    let mut arguments: Vec<&str> = user.iter().map(String::as_str).collect();
    arguments.extend([&*copy, "build"]);
    let shown = Terminal::start(&home, Path::new("/usr/bin/env"), &arguments).shown().ends(0);
    assert_eq!(shown.screen, "werf: build is done\r\n");
    arguments.splice(0..0, ["HOME=/nonexistent"]);
    let shown = Terminal::start(&home, Path::new("/usr/bin/env"), &arguments).shown().ends(0);
    assert_eq!(shown.screen, "werf: build is done\r\n");
    fs::set_permissions(home.path(), Permissions::from_mode(0o755)).expect("a mode");
}

#[test]
fn a_relative_xdg_folder_is_ignored() {
    let home = Home::new();
    let relative = [("XDG_CONFIG_HOME", "c"), ("XDG_STATE_HOME", "./s"), ("XDG_DATA_HOME", "..")];
    let werf = example("werf");
    Terminal::start_with(&home, &werf, &["build"], &relative, 80).answer("y").ends(0);
    assert!(home.files().iter().all(|file| file.starts_with('.')), "{:?}", home.files());
    assert!(home.read(WERF).contains("granted"));
}

#[test]
fn a_host_that_cannot_register_asks_all_the_same() {
    let home = Home::new();
    let nowhere = [("XDG_DATA_HOME", "/dev/null")];
    let terminal = Terminal::start_with(&home, &example("werf"), &["build"], &nowhere, 80);
    terminal.answer("y").ends(0).shows("Yes to usage").hides("error");
}

#[test]
fn an_answer_that_cannot_be_stored_is_told_and_the_host_goes_on() {
    let drafts = [
        ("y", ".config/sayso/consent/.werf.toml.new/in"),
        ("n", ".config/sayso/consent/.werf.toml.new/in"),
    ];
    for (key, in_the_way) in drafts {
        let home = Home::new();
        home.write(in_the_way, "");
        let shown = start(&home, "werf", &["build"]).answer(key).ends(0);
        shown.shows("error:").shows("hint:").shows("werf: build is done").hides("to usage");
        assert_eq!(home.reason("werf", "usage"), (false, "unasked".to_owned()), "{key}");
    }
}

#[test]
fn the_question_registers_what_the_host_declares() {
    for key in ["y", "n", "x"] {
        let home = Home::new();
        start(&home, "werf", &["build"]).answer(key).ends(0);
        let embedded = fs::read_to_string(declaration("werf")).expect("a declaration");
        assert_eq!(home.read(REGISTERED), embedded, "{key}");
        let status = home.run(&["status"]).ends(0);
        assert!(status.stdout.contains("werf"), "{key}: {}", status.stdout);
    }
}

#[test]
fn a_declaration_of_another_vendor_or_a_newer_one_is_not_replaced() {
    let embedded = fs::read_to_string(declaration("werf")).expect("a declaration");
    for (from, to) in [
        ("vendor = \"werf\"", "vendor = \"somebody else\""),
        ("\nnotice = 1\n", "\nnotice = 9\n"),
        ("why = \"To learn", "why = \"We want to learn"),
    ] {
        let home = Home::new();
        let other = embedded.replacen(from, to, 1);
        assert_ne!(other, embedded);
        home.declare_text(&other);
        start(&home, "werf", &["build"]).answer("x").ends(0);
        run(&home, "werf", &["telemetry", "disable"]).ends(0);
        assert_eq!(home.read(REGISTERED), other);
    }
}

#[test]
fn a_command_asks_only_about_what_it_is_for() {
    let home = Home::new();
    let shown = start(&home, "gitops", &["get", "clusters"]).answer("y").ends(0);
    shown
        .shows("usage \"To")
        .shows("update-check \"To")
        .hides("dashboard \"To")
        .shows("no clusters");
    let consent: toml::Table = home.read(GITOPS).parse().expect("TOML");
    assert!(consent.contains_key("usage") && consent.contains_key("update-check"));
    assert!(!consent.contains_key("dashboard"), "{consent}");

    home.asked_hours_ago("gitops", 25);
    let shown = start(&home, "gitops", &["create", "dashboard"]).answer("y").ends(0);
    shown
        .shows("how the web dashboard is used")
        .hides("update-check")
        .shows("created without telemetry");
    let next = start(&home, "gitops", &["create", "dashboard"]).shown().ends(0);
    assert_eq!(next.screen, "gitops: dashboard created with telemetry\r\n");
}

#[test]
fn an_answer_to_one_command_is_none_to_another() {
    let home = Home::new();
    start(&home, "gitops", &["get", "clusters"]).answer("n").ends(0);
    assert_eq!(home.reason("gitops", "dashboard"), (false, "unasked".to_owned()));
    home.asked_hours_ago("gitops", 25);
    start(&home, "gitops", &["create", "dashboard"]).answer("x").ends(0);
    let again = start(&home, "gitops", &["create", "dashboard"]).shown().ends(0);
    assert_eq!(again.screen, "gitops: dashboard created without telemetry\r\n");
}

#[test]
fn not_now_to_one_command_lasts_the_day_whatever_another_is_told() {
    let home = Home::new();
    start(&home, "gitops", &["get", "clusters"]).answer("x").ends(0);
    start(&home, "gitops", &["create", "dashboard"]).shown().ends(0);
    let again = start(&home, "gitops", &["get", "clusters"]).shown().ends(0);
    assert_eq!(again.screen, "gitops: no clusters\r\n");
}

/// Runs the host with and without a terminal: it says its own words and no other, and succeeds.
#[track_caller]
fn is_itself(home: &Home, surroundings: &[&str]) {
    let werf = example("werf");
    let werf = werf.to_string_lossy();
    let arguments = [surroundings, &[&*werf, "build"]].concat();
    let env = Path::new("/usr/bin/env");
    let ran = Ran::of(&home.command(env).args(&arguments).output().expect("it runs"));
    let expected =
        Ran { code: Some(0), stdout: "werf: build is done\n".to_owned(), stderr: String::new() };
    assert_eq!(ran, expected, "{surroundings:?}");
    let shown = Terminal::start(home, env, &arguments).shown().ends(0);
    assert_eq!(shown.screen, "werf: build is done\r\n", "{surroundings:?}");
}

fn start(home: &Home, host: &str, arguments: &[&str]) -> Terminal {
    Terminal::start(home, &example(host), arguments)
}

fn run(home: &Home, host: &str, arguments: &[&str]) -> Ran {
    Ran::of(&home.command(example(host)).args(arguments).output().expect("it runs"))
}
