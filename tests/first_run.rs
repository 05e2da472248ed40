//! The first-run point in a real terminal.

use crate::support::{Home, Terminal, program};

const QUESTION: &str = "not now";

#[test]
fn a_yes_is_one_key() {
    let home = Home::new();
    home.declare("werf");
    let mut terminal = Terminal::start(&home, &program(), &["ask", "werf"]);
    terminal.wait_for(QUESTION).press("y");
    let (status, screen) = terminal.finish();
    assert_eq!(status.exit_code(), 0, "{screen}");
    assert!(home.read(".config/sayso/consent/werf.toml").contains("choice = \"granted\""));
    home.run(&["check", "werf"]).ends(0);
}
