//! Unique secrets, planted wherever a tool could pick them up, are in nothing that is recorded.

use crate::support::{Home, declaration, example};
use std::fs;
use std::process::Command;

/// One word for each place, none of which occurs anywhere else.
const PLACES: [&str; 12] = [
    "argv",
    "positional",
    "variable",
    "path",
    "user",
    "token",
    "repository",
    "host",
    "login",
    "error",
    "content",
    "option",
];

fn canary(place: &str) -> String {
    format!("canary{place}q7z")
}

/// Everything below the state folder, and the transparency log.
fn recorded(home: &Home) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = home
        .files()
        .into_iter()
        .filter(|file| file.contains(".local/state/") || file.ends_with("log.jsonl"))
        .map(|file| (home.read(&file), file))
        .map(|(text, file)| (file, text))
        .collect();
    all.sort();
    all
}

#[test]
fn no_secret_is_in_anything_recorded_and_no_bare_hash_of_one() {
    let home = Home::new();
    for tool in ["werf", "gitops", "testkube"] {
        home.declare(tool);
        home.run(&["enable", tool, "--notice", "1"]).ends(0);
    }
    let tree = home.path().join(canary("path"));
    fs::create_dir_all(tree.join(".git")).expect("folders");
    fs::write(
        tree.join(".git/config"),
        format!(
            "[user]\n\tname = {}\n[remote \"origin\"]\n\turl = https://{}:{}@git.example/{}/x.git\n",
            canary("login"), canary("user"), canary("token"), canary("repository")
        ),
    )
    .expect("a config");
    fs::write(tree.join("werf.yaml"), canary("content")).expect("a file");
    let log = home.path().canonicalize().expect("a home").join("log.jsonl");

    let run = |command: &mut Command| {
        command
            .current_dir(&tree)
            .env("WERF_TELEMETRY_LOG_FILE", &log)
            .env("WERF_REPO", canary("variable"))
            .env("SECRET", canary("variable"))
            .env("USER", canary("login"))
            .env("LOGNAME", canary("login"))
            .env("HOSTNAME", canary("host"))
            .output()
            .expect("it runs")
    };
    let option = format!("a={}", canary("argv"));
    let repo = format!("--repo={}", canary("argv"));
    for fail in [&[][..], &["--fail", "panic"], &["--fail", "early"]] {
        let mut command = home.command(example("werf"));
        command.args(["converge", &repo, "--set", &option]).args(fail);
        run(&mut command);
    }
    let unknown = format!("--{}={}", canary("option"), canary("argv"));
    run(home.command(example("werf")).args(["converge", &unknown, &canary("positional")]));
    for (tool, event, field) in [
        ("werf", "CommandStarted", "command"),
        ("werf", "CommandStarted", "commandOptions"),
        ("werf", "CommandStarted", "groupChannel"),
        ("werf", "CommandStarted", "version"),
        ("werf", "CommandExited", "exitCode"),
        ("gitops", "CommandStarted", "flags"),
        ("testkube", "testkube_cli_failed", "error_code"),
        ("testkube", "testkube-heartbeat", "cluster"),
        ("werf", "CommandExited", &canary("error")),
    ] {
        let field = format!("{field}={}", canary("error"));
        run(home.command(crate::support::program()).args(["record", tool, event, &field]));
    }
    run(home.command(crate::support::program()).args(["record", "werf", &canary("error")]));

    let recorded = recorded(&home);
    let lines: usize = recorded.iter().map(|(_, text)| text.lines().count()).sum();
    assert!(lines > 12, "too little was recorded to prove anything: {recorded:#?}");
    for (file, text) in &recorded {
        for place in PLACES {
            let word = canary(place);
            assert!(!text.contains(&word), "{word} is in {file}");
            for bare in bare_hashes(&word) {
                assert!(!text.contains(&bare), "a hash of {word} is in {file}");
            }
        }
    }
}

/// What a dictionary would hold: common checksums of the word alone.
fn bare_hashes(word: &str) -> Vec<String> {
    ["sha256sum", "sha1sum", "md5sum"]
        .into_iter()
        .filter_map(|program| {
            let mut child = Command::new(program)
                .stdin(std::process::Stdio::piped())
                .stdout(std::process::Stdio::piped())
                .spawn()
                .ok()?;
            std::io::Write::write_all(&mut child.stdin.take()?, word.as_bytes()).ok()?;
            let output = child.wait_with_output().ok()?;
            Some(String::from_utf8_lossy(&output.stdout).split(' ').next()?.to_owned())
        })
        .collect()
}

/// A project is hashed with the person's secret unless the declaration says otherwise.
#[test]
fn a_project_cannot_be_recognised_from_a_dictionary() {
    let text = fs::read_to_string(declaration("werf")).expect("a declaration");
    // Without an identity, the hash of the next run would be another one.
    let keyed = text.replace("key = \"none\"", "key = \"person\"");
    let keyed = keyed.replace("identity = \"none\"", "identity = \"stable\"");
    assert_ne!(text, keyed);
    let ids = |declaration: &str| -> Vec<String> {
        let home = Home::new();
        home.declare_text(declaration);
        home.run(&["enable", "werf", "--notice", "1"]).ends(0);
        ["https://git.example/team/tool.git", "git@git.example:team/tool"]
            .into_iter()
            .map(|origin| {
                home.write(".git/config", &format!("[remote \"origin\"]\nurl = {origin}\n"));
                home.run(&["record", "werf", "CommandExited"]).ends(0);
                let log = home.run(&["log", "--json"]).ends(0).stdout;
                let last = log.lines().last().expect("an event").to_owned();
                let event: serde_json::Value = serde_json::from_str(&last).expect("JSON");
                event["projectID"].as_str().expect("an id").to_owned()
            })
            .collect()
    };
    let (bare, mine, yours) = (ids(&text), ids(&keyed), ids(&keyed));
    assert_eq!(bare[0], bare[1], "every spelling is the same project");
    assert_eq!(bare, ids(&text), "the bare form is equal on every machine");
    assert_eq!(mine[0], mine[1], "every spelling is the same project");
    assert_ne!(mine[0], bare[0]);
    assert_ne!(mine[0], yours[0], "two people cannot be joined");
}
