//! Many writers at once: nothing lost, nothing torn, and nothing left behind by a no.

use crate::support::{Home, PROBE, example};
use std::fs;
use std::process::{Child, Stdio};

/// No value may be longer.
const LONGEST: usize = 300;

/// The fields of an event, which share a word of any length among them.
fn fields(word: &str) -> impl Iterator<Item = (String, &str)> {
    let parts = word.as_bytes().chunks(LONGEST).map(|part| str::from_utf8(part).expect("ASCII"));
    parts.enumerate().map(|(n, part)| (format!("word{n}"), part))
}

/// A declaration with one event that has one word of this length.
fn probe(word: &str) -> String {
    let field = |(name, part)| format!("{name} = {{ type = \"enum\", values = [\"{part}\"] }}\n");
    PROBE.to_owned() + &fields(word).map(field).collect::<String>()
}

fn writer(home: &Home, count: u32, word: &str) -> Child {
    home.command(example("beat"))
        .arg(home.path().join("probe.toml"))
        .args(["E", &count.to_string()])
        .args(fields(word).map(|(name, part)| format!("{name}={part}")))
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts")
}

/// Every line of every spool below the home.
fn lines(home: &Home) -> Vec<String> {
    let spools =
        home.files().into_iter().filter(|file| file.ends_with(".jsonl") && file.contains("spool"));
    spools
        .flat_map(|spool| {
            let text = home.read(&spool);
            text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn sixty_four_processes_lose_and_tear_nothing() {
    for (length, processes, events) in [(1, 64, 1000), (4000, 64, 1000)] {
        let word = "w".repeat(length);
        let home = Home::new();
        home.write("probe.toml", &probe(&word));
        home.declare_text(&probe(&word));
        home.run(&["enable", "probe", "--notice", "1"]).ends(0);
        let crowd: Vec<Child> = (0..processes).map(|_| writer(&home, events, &word)).collect();
        for mut one in crowd {
            assert!(one.wait().expect("it ends").success());
        }
        let lines = lines(&home);
        assert_eq!(lines.len(), (processes * events) as usize, "lines of {length} and more bytes");
        for line in &lines {
            let event: serde_json::Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            for (name, part) in fields(&word) {
                assert_eq!(event["eventData"][&name], part);
            }
        }
    }
}

#[test]
fn a_no_leaves_nothing_behind_whatever_writers_are_doing() {
    let word = "w";
    let home = Home::new();
    home.write("probe.toml", &probe(word));
    home.declare_text(&probe(word));
    let spools = home.path().join(".local/state/sayso/spool");
    let mut interrupted = 0;
    for round in 0..30 {
        home.run(&["enable", "probe", "--notice", "1"]).ends(0);
        let crowd: Vec<Child> = (0..4).map(|_| writer(&home, 2000, word)).collect();
        // Some rounds while writers start, most while they write.
        std::thread::sleep(std::time::Duration::from_millis(round % 20));
        home.run(&["disable", "probe"]).ends(0);
        let left: Vec<_> = fs::read_dir(&spools).into_iter().flatten().flatten().collect();
        let at_once = left.iter().filter(|entry| entry.file_name() == "probe").count();
        for mut one in crowd {
            interrupted += u32::from(one.try_wait().expect("it runs").is_none());
            assert!(one.wait().expect("it ends").success());
        }
        assert_eq!(lines(&home), Vec::<String>::new(), "round {round}");
        assert!(at_once == 0 || lines(&home).is_empty(), "round {round}: {left:?}");
    }
    assert!(interrupted > 10, "only {interrupted} writers were still writing at the no");
}

#[test]
fn a_new_yes_takes_nothing_over_from_an_old_one() {
    let word = "w";
    let home = Home::new();
    home.write("probe.toml", &probe(word));
    home.declare_text(&probe(word));
    for round in 0..10 {
        home.run(&["enable", "probe", "--notice", "1"]).ends(0);
        let crowd: Vec<Child> = (0..4).map(|_| writer(&home, 1000, word)).collect();
        std::thread::sleep(std::time::Duration::from_millis(round));
        home.run(&["disable", "probe"]).ends(0);
        home.run(&["enable", "probe", "--notice", "1"]).ends(0);
        for mut one in crowd {
            assert!(one.wait().expect("it ends").success());
        }
        // A writer that opened its declaration after the new yes records under that one: its run
        // began after. Those that began before the no wrote nothing that is still there.
        let runs: std::collections::BTreeSet<String> = lines(&home)
            .iter()
            .map(|line| {
                let event: serde_json::Value = serde_json::from_str(line).expect("JSON");
                event["executionID"].as_str().expect("a run").to_owned()
            })
            .collect();
        assert!(runs.len() <= 4, "round {round}");
        home.run(&["disable", "probe"]).ends(0);
        assert_eq!(lines(&home), Vec::<String>::new(), "round {round}");
    }
}
