//! Events: recorded only as declared, shown exactly.

use crate::support::{Home, PROBE, Ran, example, wait_until};
use serde_json::Value;
use std::collections::BTreeSet;

const WERF: &str = "examples/tools/werf.toml";

/// A home in which werf may record, with a work tree that has an origin.
fn granted() -> Home {
    let home = Home::new();
    home.declare("werf");
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    home.write(
        ".git/config",
        "[remote \"origin\"]\n\turl = https://ada:token@git.example/team/tool.git\n",
    );
    home
}

fn host(home: &Home, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let mut command = home.command(example("werf"));
    command.args(arguments).envs(variables.iter().copied());
    Ran::of(&command.output().expect("it runs"))
}

fn logged(home: &Home) -> Vec<Value> {
    let ran = home.run(&["log", "--json"]).ends(0);
    ran.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn the_host_records_the_two_events_that_werf_describes() {
    let home = granted();
    let ran = host(
        &home,
        &[("GITLAB_CI", "true"), ("WERF_REPO", "registry.example/x")],
        &["converge", "-vvv", "--env", "production", "--set", "a=1", "--set", "b=2"],
    );
    assert_eq!(ran.ends(0).stdout, "werf: converge is done\n");

    let events = logged(&home);
    let [started, exited] = &events[..] else { panic!("{events:#?}") };
    let ours = ["eventID", "tool", "notice"];
    let theirs = [
        "ts",
        "executionID",
        "projectID",
        "command",
        "attributes",
        "eventType",
        "eventData",
        "schemaVersion",
    ];
    for event in [started, exited] {
        assert_eq!(keys(event), ours.into_iter().chain(theirs).collect(), "{event:#}");
        assert_eq!(event["command"], "werf converge");
        assert_eq!(event["schemaVersion"], 1);
        let attributes = ["arch", "os", "version", "groupChannel", "ci", "ciName"];
        assert_eq!(keys(&event["attributes"]), attributes.into_iter().collect());
        assert_eq!(event["attributes"]["ci"], true);
        assert_eq!(event["attributes"]["ciName"], "gitlab");
        assert_eq!(event["projectID"].as_str().map(str::len), Some(64));
    }
    assert_eq!(started["executionID"], exited["executionID"]);
    assert_ne!(started["eventID"], exited["eventID"]);
    assert_eq!(started["eventType"], "CommandStarted");
    assert_eq!(exited["eventType"], "CommandExited");
    assert_eq!(keys(&exited["eventData"]), BTreeSet::from(["exitCode", "durationMs"]));
    assert_eq!(exited["eventData"]["exitCode"], 0);
    assert!(exited["eventData"]["durationMs"].is_u64());

    let options = started["eventData"]["commandOptions"].as_array().expect("options");
    let told: Vec<(&str, bool, bool, u64)> = options
        .iter()
        .map(|option| {
            assert_eq!(keys(option), BTreeSet::from(["name", "asCli", "asEnv", "count"]));
            (
                option["name"].as_str().expect("a name"),
                option["asCli"].as_bool().expect("a source"),
                option["asEnv"].as_bool().expect("a source"),
                option["count"].as_u64().expect("a count"),
            )
        })
        .collect();
    let expected = [
        ("repo", false, true, 1),
        ("env", true, false, 1),
        ("set", true, false, 2),
        ("verbose", true, false, 3),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_command_that_fails_early_or_panics_has_an_end_as_well() {
    for (how, code, exit_code) in
        [("3", 3, Value::from(3)), ("early", 4, Value::Null), ("panic", 101, Value::Null)]
    {
        let home = granted();
        let ran = host(&home, &[], &["build", "--fail", how]);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        let events = logged(&home);
        assert_eq!(events.len(), 2, "{how}: {events:#?}");
        assert_eq!(events[1]["eventData"]["exitCode"], exit_code, "{how}");
        assert!(events[1]["eventData"]["durationMs"].is_u64(), "{how}");
    }
}

#[test]
fn nothing_is_recorded_before_a_yes_or_after_a_no() {
    let home = Home::new();
    home.declare("werf");
    host(&home, &[], &["build"]).ends(0);
    home.run(&["record", "werf", "CommandExited", "exitCode=0"]).ends(0);
    assert!(!home.files().iter().any(|file| file.contains("spool")), "{:?}", home.files());

    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    assert_eq!(logged(&home), Vec::<Value>::new());
    host(&home, &[], &["build"]).ends(0);
    assert_eq!(logged(&home).len(), 2);

    home.run(&["disable", "werf"]).ends(0);
    host(&home, &[], &["build"]).ends(0);
    assert!(!home.files().iter().any(|file| file.contains("spool")), "{:?}", home.files());
}

#[test]
fn a_variable_holds_one_run() {
    let home = granted();
    for variables in [[("DO_NOT_TRACK", "1")], [("WERF_TELEMETRY", "0")], [("SAYSO", "off")]] {
        host(&home, &variables, &["build"]).ends(0);
    }
    assert_eq!(logged(&home).len(), 0);
}

#[test]
fn the_command_records_as_declared_or_says_why_not() {
    let home = granted();
    let ran = home.run(&["record", "werf", "CommandExited", "exitCode=2", "durationMs=7"]).ends(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    assert_eq!(logged(&home)[0]["eventData"]["exitCode"], 2);

    for (field, complaint) in [
        ("exitCode=s3cret", "werf: CommandExited: exitCode holds a value outside its type"),
        (
            "command=rm -rf /s3cret",
            "werf: CommandExited: command holds a command that is not declared",
        ),
        ("stranger=s3cret", "werf: CommandExited: stranger is not declared"),
        ("durationMs=-7", "werf: CommandExited: durationMs holds a value outside its type"),
    ] {
        let ran = home.run(&["record", "werf", "CommandExited", field]).ends(1);
        assert!(ran.stderr.contains(complaint), "{ran:?}");
        assert!(!ran.stderr.contains("s3cret"), "{ran:?}");
    }
    home.run(&["record", "werf", "Stranger"]).ends(1);
    home.run(&["record", "werf", "CommandExited", "exitCode"]).ends(2);
    assert_eq!(logged(&home).len(), 1);

    home.run(&["disable", "werf"]).ends(0);
    let ran = home.run(&["record", "werf", "CommandExited", "exitCode=s3cret"]).ends(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
}

#[test]
fn only_what_the_accepted_notice_covers_is_recorded() {
    let first = format!("{PROBE}old = {{ type = \"exit-code\" }}\n");
    let second = format!(
        "notice = 2\n{first}new = {{ type = \"exit-code\", since = 2 }}\n[events.F]\npurpose = \"usage\"\nsince = 2\n"
    );
    let home = Home::new();
    home.declare_text(&first);
    home.run(&["enable", "probe", "--notice", "1"]).ends(0);
    home.declare_text(&second);
    home.run(&["record", "probe", "E", "old=1", "new=2"]).ends(0);
    home.run(&["record", "probe", "F"]).ends(0);
    let events = logged(&home);
    assert_eq!(events.len(), 1, "{events:#?}");
    assert_eq!(events[0]["eventData"], serde_json::json!({ "old": 1 }));
    assert_eq!(events[0]["notice"], 1);

    home.run(&["enable", "probe", "--notice", "2"]).ends(0);
    home.run(&["record", "probe", "E", "old=1", "new=2"]).ends(0);
    assert_eq!(logged(&home).len(), 2);

    home.declare_text(&second.replace("type = \"exit-code\" }", "type = \"duration-ms\" }"));
    home.run(&["record", "probe", "E", "old=1"]).ends(0);
    assert_eq!(logged(&home).len(), 2, "a widened declaration is held as changed");
}

#[test]
fn what_happens_once_is_recorded_once_for_each_yes() {
    let home = Home::new();
    home.declare("testkube");
    for round in 1..3 {
        home.run(&["enable", "testkube", "--notice", "1"]).ends(0);
        for _ in 0..3 {
            home.run(&["record", "testkube", "testkube_cli_installed"]).ends(0);
        }
        assert_eq!(logged(&home).len(), 1, "round {round}");
        home.run(&["disable", "testkube"]).ends(0);
    }
}

#[test]
fn a_full_spool_drops_the_new_event_and_says_so() {
    let home = granted();
    home.run(&["record", "werf", "CommandExited", "exitCode=1"]).ends(0);
    let spool = home
        .files()
        .into_iter()
        .find(|file| file.contains("spool") && file.ends_with(".jsonl"))
        .expect("a spool");
    let event = home.read(&spool);
    home.write(&spool, &event.repeat((1 << 20) / event.len()));
    let waiting = logged(&home).len();
    for _ in 0..3 {
        home.run(&["record", "werf", "CommandExited", "exitCode=2"]).ends(0);
    }
    assert_eq!(logged(&home).len(), waiting, "the new ones were dropped");
    let ran = home.run(&["log", "werf"]).ends(0);
    assert!(ran.stderr.contains("3 more for usage were dropped"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn what_is_too_old_to_leave_is_neither_shown_nor_kept() {
    let home = granted();
    home.run(&["record", "werf", "CommandExited", "exitCode=1"]).ends(0);
    let spool = home.files().into_iter().find(|file| file.contains("spool")).expect("a spool");
    let ts = logged(&home)[0]["ts"].as_i64().expect("a time");
    let old = home.read(&spool).replace(&ts.to_string(), &(ts - 91 * 86_400_000).to_string());
    home.write(&spool, &old);
    assert_eq!(logged(&home).len(), 0);
    let path = home.path().join(&spool);
    let touched =
        std::process::Command::new("touch").args(["-d", "91 days ago"]).arg(path).status();
    assert!(touched.is_ok_and(|status| status.success()));
    home.run(&["record", "werf", "CommandExited", "exitCode=2"]).ends(0);
    assert_eq!(logged(&home).len(), 1);
    assert!(!home.read(&spool).contains("\"exitCode\":1"), "{}", home.read(&spool));
}

#[test]
fn a_torn_line_swallows_nothing() {
    let home = granted();
    home.run(&["record", "werf", "CommandExited", "exitCode=1"]).ends(0);
    let spool = home.files().into_iter().find(|file| file.contains("spool")).expect("a spool");
    let text = home.read(&spool);
    home.write(&spool, &format!("{text}\n{}", &text[..text.len() / 2]));
    home.run(&["record", "werf", "CommandExited", "exitCode=2"]).ends(0);
    let codes: Vec<_> = logged(&home).iter().map(|e| e["eventData"]["exitCode"].clone()).collect();
    assert_eq!(codes, [1, 2]);
}

#[test]
fn the_log_is_one_line_an_event_newest_last_and_status_counts_them() {
    let home = granted();
    for code in ["1", "2", "3"] {
        let field = format!("exitCode={code}");
        home.run(&["record", "werf", "CommandExited", &field]).ends(0);
    }
    let log = home.run(&["log", "werf"]).ends(0).stdout;
    let ends: Vec<bool> =
        log.lines().zip(1..).map(|(line, n)| line.ends_with(&format!("exitCode={n}"))).collect();
    assert_eq!(ends, [true, true, true], "{log}");
    let status = home.run(&["status", "--json"]).ends(0).stdout;
    let status: Value = serde_json::from_str(&status).expect("JSON");
    assert_eq!(status["tools"][0]["purposes"][0]["waiting"], 3);
    assert_eq!(home.run(&["log", "--sent"]).ends(0).stdout, "");

    let spool = home.files().into_iter().find(|file| file.contains("spool")).expect("a spool");
    let lines: String =
        home.read(&spool).lines().filter(|l| !l.is_empty()).map(|l| format!("{l}\n")).collect();
    assert_eq!(home.run(&["log", "--json"]).ends(0).stdout, lines, "byte for byte");
}

#[test]
fn the_transparency_log_shows_every_event_also_while_it_is_held() {
    let home = granted();
    let log = home.path().canonicalize().expect("a home").join("log.jsonl");
    let log = log.to_string_lossy().into_owned();
    let variables = [("WERF_TELEMETRY_LOG_FILE", log.as_str())];
    host(&home, &variables, &["build"]).ends(0);
    home.run(&["disable", "werf"]).ends(0);
    host(&home, &variables, &["build"]).ends(0);
    let lines: Vec<Value> =
        home.read("log.jsonl").lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(lines.len(), 4, "{lines:#?}");
    assert_eq!(lines[0]["projectID"], "<project of projectID>");
    assert_eq!(lines[0]["held"], Value::Null);
    assert_eq!(lines[2]["held"], "denied");
    assert_eq!(lines[2]["command"], "werf build");
}

#[cfg(unix)]
#[test]
fn a_log_file_that_cannot_be_trusted_stops_recording_and_not_the_host() {
    let home = granted();
    let folder = home.path().canonicalize().expect("a home");
    let plain = host(&home, &[("DO_NOT_TRACK", "1")], &["build"]);
    std::fs::create_dir(folder.join("real")).expect("a folder");
    std::os::unix::fs::symlink(folder.join("real"), folder.join("link")).expect("a link");
    home.write("victim", "mine");
    std::os::unix::fs::symlink(folder.join("victim"), folder.join("log-link")).expect("a link");
    for path in ["relative.jsonl", "HOME", "HOME/missing/log", "HOME/link/log", "HOME/log-link"] {
        let path = path.replace("HOME", &folder.to_string_lossy());
        let ran = host(&home, &[("WERF_TELEMETRY_LOG_FILE", &path)], &["build"]);
        assert_eq!(ran, plain, "{path}");
    }
    assert_eq!(logged(&home).len(), 0);
    assert_eq!(home.read("victim"), "mine");
    assert!(!home.files().iter().any(|file| file.contains("relative")), "{:?}", home.files());
    assert!(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(WERF).exists());
}

#[test]
fn a_heart_stops_when_consent_goes_and_ends_with_its_server() {
    use std::io::{BufRead, BufReader, Write};
    let home = Home::new();
    home.declare("testkube");
    home.run(&["enable", "testkube", "heartbeat", "--notice", "1"]).ends(0);
    let declaration = crate::support::declaration("testkube");
    let mut server = home
        .command(example("beat"))
        .arg(declaration)
        .args(["testkube-heartbeat", "every", "20"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(server.stdout.take().expect("a pipe")).lines();
    assert_eq!(lines.next().expect("a line").expect("text"), "beating");
    let patience = std::time::Duration::from_secs(20);
    let has_beaten = || logged(&home).len() >= 3;
    wait_until(patience, has_beaten, || "it never beat three times".to_owned());
    home.run(&["disable", "testkube"]).ends(0);
    // What beats is a thread, and it ends.
    let threads = format!("/proc/{}/task", server.id());
    let is_alone = || std::fs::read_dir(&threads).expect("threads").count() == 1;
    wait_until(patience, is_alone, || "it still beats".to_owned());
    home.run(&["enable", "testkube", "--notice", "1"]).ends(0);
    server.stdin.take().expect("a pipe").flush().expect("its input");
    assert_eq!(lines.next().expect("a line").expect("text"), "still beating: false");
    assert!(server.wait().expect("it ends").success());
    assert_eq!(logged(&home).len(), 0, "a new yes does not start it again");
}
