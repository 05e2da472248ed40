//! The question ends by itself, answers nothing but itself, and leaves the terminal and whoever started it
//! as they would be without it.
#![cfg(target_os = "linux")]

use crate::support::{Home, QUESTION, Ran, Terminal, have, program};
use std::process::Stdio;

const ASKED: &str = ".local/state/sayso/asked/werf.toml";

fn home() -> Home {
    let home = Home::new();
    home.declare("werf");
    home
}

fn decided(home: &Home) -> String {
    home.reason("werf", "usage").1
}

#[test]
fn a_terminal_that_nobody_looks_at_is_asked_for_half_a_minute() {
    if !have("script") {
        return;
    }
    let home = home();
    // As `docker run -t` and task runners do: a terminal with a size, and nobody there.
    let mut script = home.command("timeout");
    let ask = "stty rows 24 cols 80; \"$SAYSO_UNDER_TEST\" ask werf; echo \"ended $?\"";
    script.args(["100", "script", "-qec", ask, "/dev/null"]).env("SAYSO_UNDER_TEST", program());
    let mut sleeper =
        home.command("sleep").arg("90").stdout(Stdio::piped()).spawn().expect("sleep");
    let silent = sleeper.stdout.take().expect("a pipe that says nothing");
    let ran = Ran::of(&script.stdin(silent).output().expect("script"));
    let _ = sleeper.kill();
    let _ = sleeper.wait();
    assert!(ran.stdout.contains(QUESTION) && ran.stdout.contains("ended 1"), "{ran:#?}");
    assert_eq!(decided(&home), "unasked");
    assert!(home.path().join(ASKED).exists());
}

#[test]
fn the_end_of_input_is_not_now() {
    if !have("script") {
        return;
    }
    let home = home();
    let mut script = home.command("timeout");
    let ask = "stty rows 24 cols 80; \"$SAYSO_UNDER_TEST\" ask werf; echo \"ended $?\"";
    script.args(["100", "script", "-qec", ask, "/dev/null"]).env("SAYSO_UNDER_TEST", program());
    let ran = Ran::of(&script.stdin(Stdio::null()).output().expect("script"));
    assert!(ran.stdout.contains("ended 1"), "{ran:#?}");
    assert_eq!(decided(&home), "unasked");
}

#[test]
fn what_is_typed_behind_the_key_answers_no_other_question() {
    for (typed, decision) in [
        ("n\r", "denied"),
        ("y\r", "granted"),
        ("nyes\r", "denied"),
        ("N\n", "denied"),
        ("x\r", "unasked"),
    ] {
        let home = home();
        let script = "$SAYSO_UNDER_TEST ask werf; printf 'Apply? '; read -r a; echo \"got <$a>\"";
        let mut terminal = Terminal::start_script(&home, script);
        terminal.wait_for(QUESTION).press(typed).wait_for("Apply? ").type_ahead("later\r");
        terminal.shown().ends(0).shows("got <later>");
        assert_eq!(decided(&home), decision, "{typed:?}");
    }
}

#[test]
fn what_is_typed_before_the_question_answers_nothing() {
    let home = home();
    let script = "echo first; sleep 0.5; $SAYSO_UNDER_TEST ask werf";
    let mut terminal = Terminal::start_script(&home, script);
    terminal.wait_for("first").type_ahead("yyyy\r");
    terminal.answer("x");
    assert_eq!(decided(&home), "unasked");
}

#[test]
fn upper_case_counts() {
    for (key, decision) in [("Y", "granted"), ("N", "denied"), ("y", "granted"), ("n", "denied")] {
        let home = home();
        Terminal::start(&home, &program(), &["ask", "werf"]).answer(key);
        assert_eq!(decided(&home), decision, "{key}");
    }
}

#[test]
fn keys_of_several_bytes_are_one_other_key() {
    for key in ["\u{1b}[A", "\u{1b}", "\u{1b}OP", "é", "\u{1b}[y", "\t", "\u{4}", "\r"] {
        let home = home();
        Terminal::start(&home, &program(), &["ask", "werf"]).answer(key).shows("Not now");
        assert_eq!(decided(&home), "unasked", "{key:?}");
    }
}

#[test]
fn ctrl_c_ends_the_loop_of_a_shell() {
    let loops = [
        "for i in 1 2 3; do $SAYSO_UNDER_TEST ask werf; done; echo went on",
        "$SAYSO_UNDER_TEST ask werf || true; echo went on",
        "while :; do $SAYSO_UNDER_TEST ask werf; echo went on; done",
    ];
    for shell in ["sh", "bash"].into_iter().filter(|shell| have(shell)) {
        for script in loops {
            let home = home();
            let file = home.path().join("loop.sh");
            std::fs::write(&file, script).expect("a script");
            let file = file.display().to_string();
            let outer = format!("{shell} {file}; echo \"status $?\"");
            // A shell in between that is interactive enough to survive the signal.
            let mut terminal = Terminal::start_script(&home, &format!("trap : INT; {outer}"));
            terminal.wait_for(QUESTION).press("\u{3}");
            let shown = terminal.shown();
            shown.hides("went on").shows("status 130");
            assert_eq!(decided(&home), "unasked");
            assert!(home.path().join(ASKED).exists(), "the date stays");
        }
    }
}

#[test]
fn signals_from_outside_take_their_usual_effect_and_leave_the_terminal_restored() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129), ("QUIT", 131)] {
        let home = home();
        let mut terminal = Terminal::start(&home, &program(), &["ask", "werf"]);
        terminal.wait_for(QUESTION).signal(signal);
        terminal.is_restored();
        terminal.shown().ends(code);
        assert_eq!(decided(&home), "unasked");
    }
}

/// Starts the program in a terminal, takes the terminal away at the question, and prints the signal.
const HANG_UP: &str = r#"
import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
shown = b""
while b"not now" not in shown:
    shown += os.read(terminal, 4096)
os.close(terminal)
print(os.WTERMSIG(os.waitpid(pid, 0)[1]))
"#;

#[test]
fn a_terminal_that_goes_away_hangs_up_as_anywhere() {
    if !have("python3") {
        return;
    }
    let home = home();
    let mut python = home.command("timeout");
    python.args(["60", "python3", "-c", HANG_UP]).arg(program()).args(["ask", "werf"]);
    let ran = Ran::of(&python.env("TERM", "xterm").output().expect("python3")).ends(0);
    assert_eq!(ran.stdout, "1\n", "SIGHUP");
    assert_eq!(decided(&home), "unasked");
}

#[test]
fn a_terminal_of_another_session_asks_nobody() {
    if !have("setsid") {
        return;
    }
    let home = home();
    let script = "setsid -w $SAYSO_UNDER_TEST ask werf; echo \"ended $?\"; \
                  setsid -w $SAYSO_UNDER_TEST enable werf; echo \"ended $?\"";
    let shown = Terminal::start_script(&home, script).shown();
    shown
        .hides(QUESTION)
        .shows("ended 1")
        .shows("ended 2")
        .shows("not in the terminal's foreground");
    assert!(!home.path().join(ASKED).exists());
}

#[test]
fn a_host_ends_by_ctrl_c_and_by_signals_as_anywhere() {
    let werf = crate::support::example("werf");
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let home = home();
        let mut terminal = Terminal::start(&home, &werf, &["build"]);
        terminal.wait_for(QUESTION).signal(signal);
        terminal.is_restored();
        terminal.shown().ends(code).hides("build is done");
    }
}

#[test]
fn after_a_suspension_the_question_is_shown_anew() {
    if !have("bash") {
        return;
    }
    let home = home();
    let script = "bash -c 'set -m; $SAYSO_UNDER_TEST ask werf; stty -a | grep -o \" icanon\"; echo stopped; read -r x; fg; echo \"back $?\"'";
    let mut terminal = Terminal::start_script(&home, script);
    terminal.wait_for(QUESTION).press("\u{1a}").wait_for("stopped");
    terminal.clear().type_ahead("\r").wait_for(QUESTION).press("n");
    terminal.shown().shows("back 1");
    assert_eq!(decided(&home), "denied");
}

#[test]
fn a_question_that_was_killed_does_not_come_back_today() {
    let home = home();
    let mut terminal = Terminal::start_script(&home, "$SAYSO_UNDER_TEST ask werf; echo after");
    terminal.wait_for(QUESTION);
    let pids = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", terminal.pid()))
        .expect("children");
    let pid = pids.split_whitespace().next().expect("a child").to_owned();
    assert!(
        std::process::Command::new("kill").args(["-KILL", &pid]).status().expect("kill").success()
    );
    terminal.shown().shows("after");
    Terminal::start(&home, &program(), &["ask", "werf"]).shown().ends(1).shows_nothing();
}

#[test]
fn a_user_is_asked_three_times_about_a_notice_and_status_says_so() {
    let home = home();
    for (n, key) in ["x", "\u{3}", "\r"].into_iter().enumerate() {
        let shown = Terminal::start(&home, &program(), &["ask", "werf"]).answer(key);
        if key == "\r" {
            shown.shows("the last time");
        }
        let said = home.run(&["status"]).ends(0).stdout;
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let expected = if n == 2 { "asked three times, not answered" } else { "asked on 2026-" };
        assert!(said.contains(expected), "{said}");
        Terminal::start(&home, &program(), &["ask", "werf"]).shown().shows_nothing();
        home.asked_hours_ago("werf", 48);
    }
    Terminal::start(&home, &program(), &["ask", "werf"]).shown().ends(1).shows_nothing();
    // A newer notice asks again, at once.
    let werf = std::fs::read_to_string(crate::support::declaration("werf")).expect("a declaration");
    home.declare_text(&werf.replace("notice = 1", "notice = 2"));
    Terminal::start(&home, &program(), &["ask", "werf"]).answer("n");
    assert_eq!(decided(&home), "denied");
}
