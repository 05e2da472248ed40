//! What is said, and how it ends: the truth about each channel, and the line that mends it.

use super::{Machine, TURBOREPO, assert_same};
use crate::support::{Ran, have, program};
use serde_json::Value;
use std::fs;

#[test]
fn a_stronger_switch_is_told_with_the_line_that_mends_it() {
    let machine = Machine::with(&["wrangler", "streamlit", "turbo"]);
    let on = [("WRANGLER_SEND_METRICS", "true")];
    let ran = machine.run_with(&on, &["disable", "wrangler"]).ends(1);
    assert!(ran.stderr.contains("\nhint: unset WRANGLER_SEND_METRICS\n"), "{ran:#?}");
    let fish = [on[0], ("SHELL", "/usr/bin/fish")];
    let ran = machine.run_with(&fish, &["disable", "wrangler"]).ends(1);
    assert!(ran.stderr.contains("\nhint: set -e WRANGLER_SEND_METRICS\n"), "{ran:#?}");
    machine.run(&["disable", "wrangler"]).ends(0);
    let off = [("TURBO_TELEMETRY_DISABLED", "1")];
    let ran = machine.run_with(&off, &["enable", "turborepo"]).ends(1);
    assert!(ran.stderr.contains("\nhint: unset TURBO_TELEMETRY_DISABLED\n"), "{ran:#?}");
}

#[test]
fn of_two_variables_that_contradict_each_other_the_one_in_the_way_is_named() {
    let machine = Machine::with(&["meltano"]);
    let both =
        [("MELTANO_SEND_ANONYMOUS_USAGE_STATS", "true"), ("MELTANO_DISABLE_TRACKING", "True")];
    let ran = machine.run_with(&both, &["disable", "meltano"]).ends(1);
    assert!(ran.stderr.contains("\nhint: unset MELTANO_SEND_ANONYMOUS_USAGE_STATS\n"), "{ran:#?}");
    machine.run_with(&both[1..], &["disable", "meltano"]).ends(0);
}

#[test]
fn a_project_that_says_on_is_told() {
    let machine = Machine::with(&["streamlit"]);
    fs::create_dir(machine.home.path().join("work")).expect("a folder");
    machine.home.write("work/.streamlit/config.toml", "[browser]\ngatherUsageStats = true\n");
    let mut sayso = machine.home.sayso(&["disable", "streamlit"]);
    sayso.env("PATH", machine.home.path().join("bin"));
    let ran = sayso.current_dir(machine.home.path().join("work")).output().expect("it runs");
    let ran = Ran::of(&ran).ends(1);
    assert!(ran.stderr.contains("work/.streamlit/config.toml says true"), "{ran:#?}");
    assert!(ran.stderr.contains("hint: set "), "{ran:#?}");
    assert!(machine.home.read("work/.streamlit/config.toml").ends_with("= true\n"));
    machine.run(&["disable", "streamlit"]).ends(0);
}

#[test]
fn off_already_touches_nothing_and_is_remembered() {
    let machine = Machine::with(&["turbo"]);
    machine.home.write(TURBOREPO, "{\"telemetry_enabled\":false}");
    let before = machine.tree();
    let ran = machine.run(&["disable", "turborepo"]).ends(0);
    assert!(ran.stdout.contains("is off already"), "{ran:#?}");
    assert_same(&before, &machine.tree());
    let wish = fs::read_to_string(machine.home.consent("turborepo")).expect("a wish");
    assert!(wish.contains("kind = \"catalogued\"") && wish.contains("[usage]"), "{wish}");
    machine.home.run(&["check", "turborepo", "usage"]).ends(1);
}

#[test]
fn what_nobody_can_tell_is_one_line_and_no_failure_unless_the_tool_was_named() {
    let machine = Machine::with(&["gcloud", "terraform", "turbo"]);
    let ran = machine.run(&["disable"]).ends(0);
    assert_eq!(ran.stderr, "", "{ran:#?}");
    assert!(ran.stdout.contains("turborepo: usage is off"), "{ran:#?}");
    let lines: Vec<&str> =
        ran.stdout.lines().filter(|line| line.contains("Not verified")).collect();
    assert_eq!(lines, ["Not verified: google-cloud-cli, terraform. See sayso status TOOL."]);
    let ran = machine.run(&["disable", "google-cloud-cli"]).ends(1);
    assert!(
        ran.stderr.contains("google-cloud-cli: whether usage is on cannot be told"),
        "{ran:#?}"
    );
    // What is known to be on and stays on is not done.
    let machine = Machine::with(&["gcloud", "gradio"]);
    let ran = machine.run(&["disable"]).ends(1);
    assert_eq!(ran.stderr.matches("error:").count(), 1, "{ran:#?}");
    assert!(ran.stderr.contains("gradio: usage is still on"), "{ran:#?}");
}

#[test]
fn a_wish_that_does_not_hold_is_told_by_doctor() {
    let machine = Machine::with(&["gradio"]);
    machine.run(&["doctor"]).ends(0);
    machine.run(&["disable", "gradio"]).ends(1);
    let told = machine.run(&["doctor"]).ends(1).stdout;
    assert!(told.contains("gradio: you said no to usage, and it is on"), "{told}");
    assert!(told.contains("to mend it: export GRADIO_ANALYTICS_ENABLED=False"), "{told}");
    machine.run_with(&[("GRADIO_ANALYTICS_ENABLED", "False")], &["doctor"]).ends(0);
}

#[test]
fn what_doctor_says_to_run_mends_it() {
    let machine = Machine::with(&["turbo"]);
    machine.run(&["disable", "turborepo"]).ends(0);
    machine.home.write(TURBOREPO, "{\"telemetry_enabled\":true}");
    let told = machine.run(&["doctor"]).ends(1).stdout;
    assert!(told.contains("turborepo: you said no to usage, and it is on"), "{told}");
    assert!(told.contains("\n  to mend it: sayso disable turborepo\n"), "{told}");
    machine.run(&["disable", "turborepo"]).ends(0);
    machine.run(&["doctor"]).ends(0);
}

#[test]
fn a_file_that_cannot_be_understood_is_told_once() {
    let machine = Machine::with(&["turbo"]);
    machine.home.write(TURBOREPO, "{ oops");
    let told = machine.run(&["disable", "turborepo"]).ends(1).stderr;
    let first = told.lines().next().unwrap_or_default();
    assert_eq!(first.matches("telemetry.json").count(), 1, "{told}");
    assert!(first.contains("~/.config/turborepo/telemetry.json is not valid JSON"), "{told}");
    assert_eq!(machine.home.read(TURBOREPO), "{ oops");
}

#[test]
fn a_wish_is_in_the_history_and_no_consent() {
    let machine = Machine::with(&["turbo"]);
    machine.run(&["enable", "turborepo"]).ends(0);
    let history = machine.run(&["history", "turborepo", "--json"]).ends(0).stdout;
    let history: Value = serde_json::from_str(&history).expect("one document");
    assert_eq!(history[0]["change"], "granted");
    assert_eq!(history[0]["kind"], "catalogued");
    let receipts = machine.run(&["history", "turborepo", "--receipts"]).ends(0).stdout;
    assert_eq!(receipts.trim(), "[]");
    machine.home.run(&["check", "turborepo", "usage"]).ends(1);
}

#[test]
fn a_tool_that_asks_sayso_too_keeps_its_no_whatever_becomes_of_the_switch() {
    let machine = Machine::with(&["werf"]);
    machine.home.declare("werf");
    machine.run(&["enable", "werf", "--notice", "1"]).ends(0);
    machine.home.run(&["check", "werf"]).ends(0);
    let ran = machine.run(&["disable", "werf"]).ends(1);
    assert!(ran.stdout.starts_with("werf is off. Nobody was told."), "{ran:#?}");
    assert!(ran.stderr.contains("hint: export WERF_TELEMETRY=0"), "{ran:#?}");
    machine.home.run(&["check", "werf"]).ends(1);
    machine.run_with(&[("WERF_TELEMETRY", "0")], &["disable", "werf"]).ends(0);
    machine.run(&["undo"]).ends(0);
    machine.home.run(&["check", "werf"]).ends(1);
}

#[test]
fn a_channel_that_a_tool_does_not_have_is_refused() {
    let machine = Machine::with(&["turbo"]);
    let before = machine.tree();
    let ran = machine.run(&["enable", "turborepo", "crash"]).ends(1);
    assert!(ran.stderr.contains("turborepo has no switch for \"crash\"; it has usage"), "{ran:#?}");
    assert_same(&before, &machine.tree());
}

#[test]
fn a_vendors_command_is_run_only_where_that_was_asked_for() {
    let machine = Machine::with(&[]);
    let state = "echo \"$@\" >> \"$HOME/called\"; echo Done; echo Warning >&2";
    machine.install("amplify", state);
    machine.run(&["disable", "aws-amplify-cli"]).ends(1);
    machine.run(&["disable", "aws-amplify-cli", "--run-vendor-command", "--dry-run"]).ends(0);
    assert!(!machine.home.path().join("called").exists());
    let ran = machine.run(&["disable", "aws-amplify-cli", "--run-vendor-command"]);
    assert_eq!(machine.home.read("called"), "configure --usage-data-off\n");
    assert!(ran.stderr.contains("| Done") && ran.stderr.contains("| Warning"), "{ran:#?}");
    assert!(ran.stdout.contains("sayso undo cannot take back"), "{ran:#?}");
    machine.install("amplify", "exit 3");
    let ran = machine.run(&["disable", "aws-amplify-cli", "--run-vendor-command"]).ends(1);
    assert!(ran.stderr.contains("failed (exit status: 3)"), "{ran:#?}");
    fs::remove_file(machine.home.path().join("bin/amplify")).expect("the program");
    let ran = machine.run(&["disable", "aws-amplify-cli", "--run-vendor-command"]).ends(1);
    assert!(ran.stderr.contains("needs amplify, which is not on PATH"), "{ran:#?}");
}

#[test]
#[cfg(target_os = "linux")]
fn switching_starts_nothing_and_asks_for_no_network() {
    if !have("strace") {
        return;
    }
    let machine = Machine::with_everything();
    fs::remove_file(machine.home.path().join("bin/popularity-contest")).ok();
    for arguments in [&["disable"][..], &["enable", "turborepo"], &["undo"]] {
        let log = machine.home.path().join("trace");
        let mut strace = machine.home.command("strace");
        strace.args(["-f", "-qq", "-e", "trace=socket,connect,execve,execveat,fork,vfork,clone"]);
        strace.args(["-E", &format!("PATH={}/bin", machine.home.path().display()), "-o"]);
        strace.arg(&log).arg(program()).args(arguments);
        Ran::of(&strace.output().expect("strace"));
        let calls = fs::read_to_string(&log).expect("a trace");
        fs::remove_file(&log).expect("the trace");
        assert_eq!(calls.matches("execve(").count(), 1, "{arguments:?}: {calls}");
        let calls: Vec<&str> = calls.lines().filter(|call| !call.contains("execve(")).collect();
        assert_eq!(calls, Vec::<&str>::new(), "{arguments:?}");
    }
}
