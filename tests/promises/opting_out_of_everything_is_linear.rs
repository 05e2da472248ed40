//! Opting out of every tool costs the same for each, however many there are.
#![cfg(target_os = "linux")]

use crate::faults::can_trace;
use crate::support::Home;
use crate::support::trace::traced;
use std::fs;

/// The system calls of a command among that many tools that are on, each with a queue.
fn calls(tools: usize, arguments: &[&str]) -> usize {
    let home = Home::new();
    home.declare("werf").run(&["enable", "werf", "--notice", "1"]).ends(0);
    let consent = home.read(".config/sayso/consent/werf.toml");
    let declaration = home.read(".local/share/sayso/tools/werf.toml");
    for n in 1..tools {
        let tool = format!("tool{n}");
        let named = |text: &str| text.replacen("tool = \"werf\"", &format!("tool = \"{tool}\""), 1);
        // Every third one is a choice about a third-party tool's own switch.
        if n % 3 == 0 {
            let choice = "kind = \"catalogued\"\n\n[usage]\nchoice = \"granted\"\n";
            let text = format!("version = 1\ntool = \"{tool}\"\n{choice}");
            fs::write(home.consent(&tool), text).expect("a choice");
            continue;
        }
        fs::write(home.consent(&tool), named(&consent)).expect("a choice");
        home.write(&format!(".local/share/sayso/tools/{tool}.toml"), &named(&declaration));
        home.write(&format!(".local/state/sayso/spool/{tool}/usage/x.jsonl"), "{}\n");
    }
    let (ran, trace) = traced(&home, &[], arguments);
    ran.ends(0);
    assert!(!home.files().iter().any(|file| file.contains("/spool/")), "{:?}", home.files());
    if arguments[0] == "disable" {
        assert!(!home.read(".config/sayso/config.toml").contains("id ="), "the id is still there");
    }
    trace.lines().count()
}

#[test]
fn four_times_as_many_tools_cost_about_four_times_as_much() {
    if !can_trace() {
        return;
    }
    for arguments in [&["disable"][..], &["forget", "--everything"]] {
        let (few, many) = (calls(50, arguments), calls(200, arguments));
        assert!(many * 10 <= few * 45, "{arguments:?}: {few} calls, then {many}");
    }
}
