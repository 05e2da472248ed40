//! No id or hash that sayso makes links two purposes, two periods or two runs beyond what the notice says,
//! whatever fields and texts are chosen; and the notice says what does.

use crate::delivery::agreed;
use crate::support::Home;
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sayso::domain::declaration::{Declaration, Identity, Terms, parse};
use sayso::domain::event::{Hashes, Run, Secret, Stamp, assemble};
use sayso::domain::pseudonym::{period, placeholder, pseudonym};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// One secret for person and run alike: only what goes into the values may keep them apart.
const SECRET: [u8; 16] = [7; 16];
const SALT: &str = "9d2f00112233445566778899aabbccdd";

/// What a value is about, and what is given for it.
#[derive(Debug, Clone)]
struct Given {
    purpose: &'static str,
    identity: Identity,
    ts: i64,
    fields: [&'static str; 2],
    texts: [String; 2],
}

fn given() -> impl Strategy<Value = Given> {
    let words = ["usage", "errors", "e", "usage1", "probe", "d"];
    let identities = Identity::ALL.map(|(identity, _)| identity);
    // Days around a change of month, at all times of the day.
    let ts = 1_793_400_000_000..1_794_000_000_000_i64;
    let texts = prop_oneof![
        "[ -~\n]{0,20}",
        Just("2026-11-25".to_owned()),
        Just("errors\n2026-11-25\n".to_owned()),
        Just(SALT.to_owned()),
        Just("one text".to_owned()),
    ];
    (
        prop::sample::select(words.to_vec()),
        prop::sample::select(identities.to_vec()),
        ts,
        [prop::sample::select(words.to_vec()), prop::sample::select(words.to_vec())],
        [texts.clone(), texts],
    )
        .prop_map(|(purpose, identity, ts, fields, texts)| Given {
            purpose,
            identity,
            ts,
            fields,
            texts,
        })
}

fn declaration(given: &Given) -> Declaration {
    let [one, other] = given.fields;
    let other = if one == other { "other" } else { other };
    let text = format!(
        "tool = \"probe\"\nname = \"Probe\"\nvendor = \"Probes\"\nwhy = \"To test.\"\n\
         [purposes.{0}]\nwhy = \"To test.\"\nidentity = \"{1}\"\n[events.E]\npurpose = \"{0}\"\n\
         [events.E.fields]\nr = {{ type = \"run-id\" }}\n{one} = {{ type = \"hash\" }}\n\
         {other} = {{ type = \"project\" }}\n",
        given.purpose,
        given.identity.as_str()
    );
    parse(&text).unwrap_or_else(|problems| panic!("{problems}"))
}

/// 96 bits of a value in hex, without those that say which version of UUID it is.
fn bits(value: &str) -> String {
    let digits: String = value.chars().filter(char::is_ascii_hexdigit).take(32).collect();
    format!("{}{}", &digits[..12], &digits[20..])
}

/// Every value that the secrets of person and run make for an event.
fn values(given: &Given) -> BTreeSet<String> {
    let declaration = declaration(given);
    let run = Run {
        secret: SECRET,
        version: None,
        automation: None,
        is_automated: false,
        project: Some(given.texts[1].clone()),
        commands: Vec::new(),
        options: Vec::new(),
    };
    let stamp = Stamp { ts: given.ts, event_id: Uuid::from_bytes(SECRET).to_string() };
    let event = &declaration.events[0];
    let texts = BTreeMap::from([(given.fields[0].to_owned(), given.texts[0].as_str().into())]);
    let hashes = Hashes::Made(Some(Secret { id: &SECRET, salt: SALT }));
    let declared = (&declaration.tool, &declaration as &dyn Terms);
    let made = assemble(declared, event, &texts, &run, 1, &stamp, hashes).expect("as declared");
    let made = made.document();
    let data = made["eventData"].as_object().expect("an object").clone();
    assert_eq!(data["r"], made["executionID"]);
    let mut values: Vec<String> =
        data.values().map(|value| value.as_str().expect("a text").to_owned()).collect();
    let at = Timestamp::from_millisecond(given.ts).expect("a time");
    if let Some(period) = period(given.identity, at) {
        let (id, purpose) = (Uuid::from_bytes(SECRET), given.purpose.parse().expect("a purpose"));
        values.push(pseudonym(id, SALT, &declaration.tool, &purpose, &period).to_string());
    }
    let count = values.len();
    let values: BTreeSet<String> = values.iter().map(|value| bits(value)).collect();
    assert_eq!(values.len(), count, "two uses have one value: {given:?}");
    values
}

fn period_of(given: &Given) -> String {
    let at = Timestamp::from_millisecond(given.ts).expect("a time");
    period(given.identity, at).unwrap_or_else(|| period(Identity::Day, at).expect("a day"))
}

#[test]
fn no_value_of_one_purpose_or_period_is_one_of_another() {
    let config = Config { cases: 3000, failure_persistence: None, ..Config::default() };
    let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]);
    let mut runner = TestRunner::new_with_rng(config, seed);
    let outcome = runner.run(&(given(), given()), |(one, other)| {
        let are_one = one.purpose == other.purpose && period_of(&one) == period_of(&other);
        let (ones, others) = (values(&one), values(&other));
        prop_assert!(are_one || ones.is_disjoint(&others), "{one:?}\n{other:?}");
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(!values_of_all_kinds().contains(&bits(&placeholder("x").to_string())));
}

fn values_of_all_kinds() -> BTreeSet<String> {
    let given = |identity| Given {
        purpose: "usage",
        identity,
        ts: 1_793_400_000_000,
        fields: ["errors", "e"],
        texts: ["x".to_owned(), "x".to_owned()],
    };
    Identity::ALL.iter().flat_map(|(identity, _)| values(&given(*identity))).collect()
}

/// A tool with a purpose of each identity, and the same fields in each.
const KINDS: [&str; 4] = ["none", "day", "month", "stable"];

fn of_all_kinds() -> String {
    let mut text = String::from(
        "tool = \"probe\"\nname = \"Probe\"\nvendor = \"Probes\"\nwhy = \"To test.\"\nwait = \"0s\"\n",
    );
    for kind in KINDS {
        text += &format!(
            "[purposes.p-{kind}]\nwhy = \"To test.\"\nidentity = \"{kind}\"\n\
             [events.E-{kind}]\npurpose = \"p-{kind}\"\n[events.E-{kind}.fields]\n\
             run = {{ type = \"run-id\" }}\nmine = {{ type = \"hash\" }}\n"
        );
    }
    text
}

/// Records an event of each kind, and gives run id and hash of each.
fn recorded(home: &Home, options: &[&str]) -> Vec<[String; 2]> {
    let before = events(home).len();
    for kind in KINDS {
        let event = format!("E-{kind}");
        let arguments = [&["record"], options, &["probe", &event, "mine=one text"]].concat();
        home.run(&arguments).ends(0);
    }
    let events = events(home);
    assert_eq!(events.len(), before + KINDS.len());
    let named = |kind: &&str| {
        let mut all = events.iter().rev();
        let event = all.find(|event| event["eventType"] == format!("E-{kind}")).expect("an event");
        assert_eq!(event["executionID"], event["eventData"]["run"]);
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        [text(&event["executionID"]), text(&event["eventData"]["mine"])]
    };
    KINDS.iter().map(named).collect()
}

fn events(home: &Home) -> Vec<Value> {
    let log = home.run(&["log", "probe", "--waiting", "--json"]).ends(0).stdout;
    log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn each_record_is_a_run_of_its_own_unless_a_run_is_named() {
    let home = agreed(&of_all_kinds());
    let [first, second] = [recorded(&home, &[]), recorded(&home, &[])];
    let [one, same, other] = ["one", "one", "other"].map(|id| recorded(&home, &["--run", id]));
    let elsewhere = recorded(&agreed(&of_all_kinds()), &["--run", "one"]);
    let mut runs = BTreeSet::new();
    for all in [&first, &second, &one, &other, &elsewhere] {
        runs.extend(all.iter().map(|[run, _]| run.clone()));
    }
    assert_eq!(runs.len(), 5 * KINDS.len(), "each purpose and each run has its own");
    assert_eq!(one, same);
    for (n, kind) in KINDS.iter().enumerate() {
        let hashes = [&first, &second, &one, &other, &elsewhere].map(|all| all[n][1].clone());
        let count = hashes.into_iter().collect::<BTreeSet<_>>().len();
        assert_eq!(count, if *kind == "none" { 5 } else { 2 }, "{kind}");
    }
    for bad in ["", "a b", "../x", &"x".repeat(65)] {
        home.run(&["record", "--run", bad, "probe", "E-none"]).ends(2);
    }
}

#[test]
fn one_process_has_another_run_id_for_each_purpose() {
    let home = agreed(&of_all_kinds());
    let mut runs = BTreeSet::new();
    for kind in KINDS {
        let mut beat = home.command(crate::support::example("beat"));
        beat.arg(home.path().join("probe.toml")).args([&format!("E-{kind}"), "2"]).env("PATH", "");
        assert!(beat.stdout(std::process::Stdio::null()).status().expect("it runs").success());
    }
    for event in events(&home) {
        runs.insert(event["executionID"].as_str().expect("a run").to_owned());
    }
    assert_eq!((events(&home).len(), runs.len()), (8, 4), "the two of one process share it");
}

#[test]
fn the_notice_names_what_identifies_and_who_can_recognise_it() {
    let probe = |identity: &str, field: &str| {
        format!(
            "tool = \"probe\"\nname = \"Probe\"\nvendor = \"Probes\"\nwhy = \"To test.\"\n\
             [purposes.usage]\nwhy = \"To test.\"\nidentity = \"{identity}\"\n\
             [events.E]\npurpose = \"usage\"\n[events.E.fields]\n{field}\n"
        )
    };
    for (identity, field, told) in [
        ("none", "os = { type = \"os\" }", "Identifier none for you; one random ID per run"),
        (
            "none",
            "h = { type = \"hash\", key = \"none\" }",
            "h is a hash, a plain SHA-256: it links events",
        ),
        (
            "day",
            "h = { type = \"project\", key = \"tool\" }",
            "h is a hash, the same on every machine",
        ),
        ("none", "h = { type = \"hash\" }", "h is a hash keyed with a secret of the run"),
        ("stable", "h = { type = \"hash\" }", "h is a hash, keyed with a secret of yours"),
    ] {
        let home = Home::new();
        home.declare_text(&probe(identity, field));
        let notice = home.run(&["show", "probe", "--notice"]).ends(0).stdout;
        let notice = notice.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(notice.contains(told), "{told}: {notice}");
        let is_open = field.contains("key");
        assert_eq!(
            notice.contains("anyone who knows the text can recognise it"),
            is_open,
            "{notice}"
        );
    }
    let home = Home::new();
    home.write("probe.toml", &probe("none", "h = { type = \"hash\" }"));
    let lint = home.run(&["lint", "probe.toml"]).ends(0);
    assert!(lint.stderr.contains("events.E.fields.h: its purpose has no identity"), "{lint:?}");
    assert!(lint.stderr.contains("nothing can be counted with it"), "{lint:?}");
    home.write("probe.toml", &probe("day", "h = { type = \"hash\" }"));
    let lint = home.run(&["lint", "probe.toml"]).ends(0);
    assert!(!lint.stderr.contains("counted"), "{lint:?}");
}
