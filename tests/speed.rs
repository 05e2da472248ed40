//! What is fast stays fast, counted and not timed.

use crate::support::{Home, have, program};
use std::fs;

/// The system calls of `check werf`.
fn calls(home: &Home) -> usize {
    let log = home.path().join("trace");
    let mut strace = home.command("strace");
    strace.args(["-f", "-qq", "-o"]).arg(&log).arg(program()).args(["check", "werf"]);
    assert!(strace.output().expect("strace").status.success(), "it is allowed");
    let count = fs::read_to_string(&log).expect("a trace").lines().count();
    fs::remove_file(&log).expect("the trace");
    count
}

#[test]
fn a_check_costs_the_same_among_ten_thousand_tools() {
    if !have("strace") {
        return;
    }
    let home = Home::new();
    home.declare("werf");
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    let alone = calls(&home);
    let consent = home.read(".config/sayso/consent/werf.toml");
    let declaration = home.read(".local/share/sayso/tools/werf.toml");
    for n in 0..10_000 {
        let tool = format!("tool{n}");
        let named = |text: &str| text.replacen("tool = \"werf\"", &format!("tool = \"{tool}\""), 1);
        fs::write(home.consent(&tool), named(&consent)).expect("an answer");
        let path = home.path().join(format!(".local/share/sayso/tools/{tool}.toml"));
        fs::write(path, named(&declaration)).expect("a declaration");
    }
    assert_eq!(calls(&home), alone);
}
