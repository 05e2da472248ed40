//! What every command prints, where, and how it ends: sessions in an empty home, one document for
//! each command in `tests/cmd`. `SNAPSHOTS=overwrite cargo test` writes them anew.

use crate::support::{Home, Ran, Terminal, declaration, program, session};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd")
}

fn run(name: &str) {
    let home = Home::new();
    let path = folder().join(format!("{name}.md"));
    let document = std::fs::read_to_string(&path).expect("a session");
    let told = session::replay(&document, "$ ", |step| session::told_apart(&home, step));
    session::assert_file_says(&path, &session::settled(&told, &home));
}

macro_rules! sessions {
    ($($name:ident)*) => {
        $(
            #[test]
            #[cfg_attr(not(target_os = "linux"), ignore = "shows the paths of Linux")]
            fn $name() {
                run(stringify!($name));
            }
        )*

        #[test]
        fn every_document_is_run() {
            let run: BTreeSet<&str> = [$(stringify!($name)),*].into();
            let files = std::fs::read_dir(folder()).expect("a folder");
            let names = files.map(|file| file.expect("a file").path().with_extension(""));
            let names: Vec<PathBuf> = names.collect();
            let there = names.iter().filter_map(|name| name.file_name()?.to_str()).collect();
            assert_eq!(run, there);
        }
    };
}

sessions! {
    ask check completions declare default deliver disable doctor enable env forget help history id lint log
    man others path record show status undo update_check
}

/// The reasons of the contract, in the order in which they are heard.
const REASONS: [&str; 14] = [
    "unreadable",
    "undeclared",
    "do-not-track",
    "environment-off",
    "policy",
    "denied",
    "changed",
    "granted",
    "default-off",
    "environment-on",
    "automation",
    "notice-pending",
    "noticed",
    "unasked",
];

fn keys(object: &Value) -> BTreeSet<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

#[test]
fn check_prints_the_keys_of_the_contract_and_one_source_per_reason() {
    let home = Home::new();
    home.declare("werf");
    let check = json(&home.run(&["check", "werf", "--json"]).ends(1));
    let expected = ["tool", "purpose", "state", "reason", "detail", "notice", "sources"];
    assert_eq!(keys(&check), expected.into());
    let sources = check["sources"].as_array().expect("sources");
    for source in sources {
        assert_eq!(keys(source), ["source", "value", "says"].into());
        assert!(["yes", "no", "nothing"].contains(&source["says"].as_str().expect("a word")));
    }
    let named: Vec<&str> = sources.iter().filter_map(|one| one["source"].as_str()).collect();
    assert_eq!(named, REASONS);
}

#[test]
fn status_prints_the_keys_of_the_contract() {
    let home = Home::new();
    home.declare("gitops");
    home.run(&["disable", "--unknown", "docker"]).ends(0);
    let status = json(&home.run(&["status", "--json"]).ends(0));
    assert_eq!(keys(&status), ["config", "default", "problems", "tools"].into());
    let tools = status["tools"].as_array().expect("tools");
    assert_eq!(tools.len(), 2);
    for tool in tools {
        assert_eq!(keys(tool), ["tool", "name", "kind", "purposes"].into());
        assert_eq!(tool["kind"], "native");
        for purpose in tool["purposes"].as_array().expect("purposes") {
            let expected = ["purpose", "state", "reason", "detail", "decided", "notice", "waiting"];
            assert_eq!(keys(purpose), expected.into());
        }
    }
}

/// A home in some state, the variables and the arguments of a check there, and what it comes to.
struct State {
    prepare: &'static [&'static str],
    variables: &'static [(&'static str, &'static str)],
    arguments: &'static [&'static str],
    reason: &'static str,
}

const fn state(
    prepare: &'static [&'static str],
    variables: &'static [(&'static str, &'static str)],
    arguments: &'static [&'static str],
    reason: &'static str,
) -> State {
    State { prepare, variables, arguments, reason }
}

const YES: &str = "sayso enable werf --notice 1";
/// `sayso default declared` takes a user at a terminal.
const TELLS: &str = "mkdir -p .config/sayso && printf 'version = 1\ndefault = \"declared\"\n' > .config/sayso/config.toml";
const NO: &str = "sayso disable werf";
const WERF: &[&str] = &["werf"];

#[rustfmt::skip]
const STATES: &[State] = &[
    state(&[], &[], WERF, "unasked"),
    state(&[], &[], &["docker"], "undeclared"),
    state(&[], &[], &["werf", "errors"], "undeclared"),
    state(&[YES], &[], WERF, "granted"),
    state(&[YES], &[], &["werf", "usage"], "granted"),
    state(&[YES], &[("DO_NOT_TRACK", "1")], WERF, "do-not-track"),
    state(&[YES], &[("DO_NOT_TRACK", "off")], WERF, "granted"),
    state(&[YES], &[("WERF_TELEMETRY", "0")], WERF, "environment-off"),
    state(&[YES], &[("WERF_TELEMETRY", "nonsense")], WERF, "environment-off"),
    state(&[YES], &[("SAYSO", "0")], WERF, "environment-off"),
    state(&[YES], &[("CI", "1")], WERF, "granted"),
    state(&[NO], &[("WERF_TELEMETRY", "1"), ("CI", "1")], WERF, "denied"),
    state(&[YES, NO], &[], WERF, "denied"),
    state(&[], &[("CI", "1")], WERF, "automation"),
    state(&[], &[("WERF_TELEMETRY", "1"), ("CI", "1")], WERF, "environment-on"),
    state(&["sayso default off"], &[], WERF, "default-off"),
    state(&[YES, "sayso default off"], &[], WERF, "granted"),
    state(&[TELLS], &[], &["teller"], "notice-pending"),
    state(&[], &[], &["teller"], "unasked"),
    state(&[YES, "sed -i 's/sha256:/&0/' .config/sayso/consent/werf.toml"], &[], WERF, "changed"),
    state(&[YES, "sed -i 's/24 months/25 months/' .local/share/sayso/tools/werf.toml"], &[], WERF, "changed"),
    state(&[YES, "echo 'x = ' > .config/sayso/consent/werf.toml"], &[], WERF, "unreadable"),
    state(&["sayso default ask", "echo 'x = ' > .config/sayso/config.toml"], &[], WERF, "unreadable"),
    state(&[YES, "echo 'x = ' > .config/sayso/config.toml"], &[], WERF, "granted"),
    state(&["echo 'x = ' > .local/share/sayso/tools/werf.toml"], &[], WERF, "unreadable"),
    state(&[YES], &[("HOME", "")], WERF, "unreadable"),
];

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "prepares files at the places of Linux")]
fn check_answers_at_once_as_it_answers_at_length() {
    let teller = std::fs::read_to_string(declaration("werf")).expect("a declaration");
    let teller =
        teller.replacen("tool = \"werf\"", "tool = \"teller\"", 1).replace("WERF_", "TELLER_");
    let teller = teller.replacen("default = \"ask\"", "default = \"notice\"", 1);
    for (n, state) in STATES.iter().enumerate() {
        let home = Home::new();
        home.declare("werf").declare_text(&teller);
        for command in state.prepare {
            session::prepare(&home, command);
        }
        let arguments = [&["check"], state.arguments].concat();
        let short = home.run_with(state.variables, &arguments);
        assert_eq!((short.stdout.as_str(), short.stderr.as_str()), ("", ""), "state {n}");
        let long = home.run_with(state.variables, &[&arguments[..], &["--json"]].concat());
        assert_eq!(short.code, long.code, "state {n}: {long:#?}");
        let json = json(&long);
        assert_eq!(json["reason"], state.reason, "state {n}: {long:#?}");
        let word = if short.code == Some(0) { "allow" } else { "hold" };
        assert_eq!(json["state"], word, "state {n}");
    }
}

/// The administrator's file has one place, so this runs where another one can be put there.
#[test]
fn check_says_what_the_administrator_forbids() {
    let inside = |home: &Home, command: &str| {
        let script = "mount -t tmpfs none /etc && mkdir /etc/sayso && \
            printf 'version = 1\\ndeny = [\"werf/usage\"]\\n' > /etc/sayso/policy.toml && ";
        let mut unshare = home.command("unshare");
        unshare.args(["-rm", "sh", "-c", &format!("{script}{command}")]).arg(program());
        unshare.output().map(|output| Ran::of(&output))
    };
    let home = Home::new();
    home.declare("werf");
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    if !inside(&home, "true").is_ok_and(|ran| ran.code == Some(0)) {
        eprintln!("skipped: no other /etc can be made here");
        return;
    }
    let check = inside(&home, "\"$0\" check werf --json").expect("it runs").ends(1);
    let check = json(&check);
    assert_eq!(check["reason"], "policy");
    assert_eq!(check["sources"][4]["value"], "werf/usage");
    inside(&home, "\"$0\" check werf").expect("it runs").ends(1);
}

#[test]
fn check_allows_what_was_told_in_an_earlier_run() {
    let teller = std::fs::read_to_string(declaration("werf")).expect("a declaration");
    let home = Home::new();
    home.declare_text(&teller.replacen("default = \"ask\"", "default = \"notice\"", 1));
    home.lets_tools_tell();
    let before = json(&home.run(&["check", "werf", "--json"]).ends(1));
    assert_eq!(before["reason"], "notice-pending");
    Terminal::start(&home, &program(), &["ask", "werf"]).finish();
    let after = json(&home.run(&["check", "werf", "--json"]).ends(0));
    assert_eq!(after["reason"], "noticed");
    home.run(&["check", "werf"]).ends(0);
}

#[test]
fn check_used_wrongly_is_told_so_on_both_paths() {
    let home = Home::new();
    let several = std::fs::read_to_string(declaration("gitops")).expect("a declaration");
    let several = several.replace("purposes.usage", "purposes.errors");
    home.declare_text(&several.replace("\"usage\"", "\"errors\""));
    for arguments in [&["gitops"][..], &["We rf"], &["gitops", "Us age"], &[]] {
        let arguments = [&["check"], arguments].concat();
        home.run(&arguments).ends(2);
        home.run(&[&arguments[..], &["--json"]].concat()).ends(2);
    }
}

#[test]
fn a_person_at_the_terminal_needs_no_version_to_enable() {
    let home = Home::new();
    home.declare("werf");
    let (status, screen) = Terminal::start(&home, &program(), &["enable", "werf"]).finish();
    assert_eq!(status.exit_code(), 0, "{screen}");
    let notice = screen.find("Nothing is collected unless you say yes").expect("the notice");
    let done = screen.find("werf: usage is on.").expect("the answer");
    assert!(notice < done, "{screen}");
    home.run(&["check", "werf"]).ends(0);
}

#[test]
fn a_dry_run_of_any_command_changes_nothing() {
    let home = Home::new();
    home.declare("werf").declare("gitops");
    home.run(&["enable", "gitops", "--notice", "1"]).ends(0);
    let testkube = declaration("testkube");
    let before = home.files().iter().map(|file| home.read(file)).collect::<Vec<_>>();
    for command in [
        &["enable", "werf", "--notice", "1"][..],
        &["disable"],
        &["disable", "gitops"],
        &["disable", "gitops", "usage"],
        &["env", "--install", "--shell", "bash"],
        &["disable", "--unknown", "docker"],
        &["forget", "gitops"],
        &["forget", "--everything"],
        &["default", "off"],
        &["id", "reset"],
        &["id", "reset", "gitops"],
        &["declare", &testkube.to_string_lossy()],
    ] {
        home.run(&[command, &["--dry-run"]].concat()).ends(0);
        let after = home.files().iter().map(|file| home.read(file)).collect::<Vec<_>>();
        assert_eq!(before, after, "{command:?}");
    }
}
