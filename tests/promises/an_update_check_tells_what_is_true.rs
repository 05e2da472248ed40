//! What an update check shows is decided by the versions, and nothing that a service answers can look
//! like more than it is.

use crate::delivery::agreed;
use crate::support::Ran;
use crate::support::receiver::{Mode, Receiver};

fn asked(version: &str, answer: &'static str) -> Ran {
    let receiver = Receiver::start(Mode::Says(answer));
    let home = agreed(&format!(
        "tool = \"probe\"\nname = \"Probe\"\nvendor = \"Probes\"\nwhy = \"To test.\"\n\
         [purposes.update-check]\nwhy = \"To test.\"\n[[destinations]]\nkind = \"checkpoint\"\n\
         product = \"p\"\nurl = \"{}\"\nrecipient = \"Probes\"\npurposes = [\"update-check\"]\n",
        receiver.url()
    ));
    let first = home.run(&["update-check", "probe", "--version", version]);
    // What is remembered says the same.
    let again = home.run(&["update-check", "probe", "--version", version]);
    assert_eq!(first, again);
    first
}

#[test]
fn a_version_is_out_only_if_it_is_newer() {
    for (version, answer, told) in [
        (
            "0.32.0",
            r#"{"current_version":"0.30.0","outdated":true}"#,
            "probe 0.32.0 is up to date.",
        ),
        ("0.32.0", r#"{"current_version":"v0.32","outdated":true}"#, "probe 0.32.0 is up to date."),
        (
            "1.0.0",
            r#"{"current_version":"1.0.0-rc.2","outdated":true}"#,
            "probe 1.0.0 is up to date.",
        ),
        ("0.9.0", r#"{"current_version":"0.10.0"}"#, "probe 0.10.0 is out; this is 0.9.0."),
        (
            "v0.9",
            r#"{"current_version":"0.9.1","outdated":false}"#,
            "probe 0.9.1 is out; this is v0.9.",
        ),
        (
            "dev",
            r#"{"current_version":"0.9.1","outdated":true}"#,
            "The newest probe is 0.9.1; dev is no version that can be compared.",
        ),
    ] {
        assert_eq!(asked(version, answer).ends(0).stdout, format!("{told}\n"), "{answer}");
    }
}

#[test]
fn what_is_no_version_is_no_answer() {
    for answer in [
        r#"{"current_version":"2.0\nDownload: https://evil.example","outdated":true}"#,
        r#"{"current_version":"2.0 run curl evil.example","outdated":true}"#,
        r#"{"current_version":"latest","outdated":true}"#,
        r#"{"current_version":2,"outdated":true}"#,
        r#"{"current_version":"1.00000000000000000000000000000000000000000000000000000000000000000"}"#,
    ] {
        let ran = asked("1.0.0", answer).ends(1);
        assert!(ran.stdout.is_empty() && !ran.stderr.contains("evil"), "{answer}: {ran:?}");
    }
}

#[test]
fn an_alert_is_one_short_line() {
    let answer = r#"{"current_version":"1.0.0","alerts":[
        {"message":"Leak\nprobe 9 is out; this is 1.0.0.\u001b[2J\u202e\u3164","level":"warn\nx","url":"https://x.example/a b"}]}"#;
    let ran = asked("1.0.0", answer).ends(0);
    assert_eq!(
        ran.stdout,
        "probe 1.0.0 is up to date.\nnotice: Leak probe 9 is out; this is 1.0.0. [2J\n"
    );
}
