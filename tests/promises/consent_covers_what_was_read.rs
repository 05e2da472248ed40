//! Consent to a declaration never allows another one that collects something else, or gives it to
//! somebody else, under the same notice.

use crate::support::Home;
use crate::support::receiver::{OK, Receiver};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};
use sayso::choices;
use sayso::consent::World;
use sayso::domain::consent::Via;
use sayso::domain::declaration::{Prepared, Terms, canonical, parse, prepared};
use sayso::registry::Subject;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What one purpose of a declaration means under notice `n`, worked out from its TOML by the table in
/// `docs/consent-file.md`, by nothing of sayso's.
fn as_documented(declared: &Value, purpose: &str, n: u64) -> Option<Value> {
    let since = |item: &Value| item["since"].as_u64().unwrap_or(1);
    let is_old_enough = |item: &&Value| since(item) <= n;
    let list = |key: &str| declared[key].as_array().cloned().unwrap_or_default();
    let own = Some(&declared["purposes"][purpose]).filter(|own| own.is_object())?;
    Some(own).filter(is_old_enough)?;
    let retention = &declared["retention"];
    let destinations: Vec<Value> = list("destinations")
        .iter()
        .filter(|to| to["purposes"].as_array().is_some_and(|names| names.contains(&json!(purpose))))
        .filter(is_old_enough)
        .map(|to| {
            let named = ["kind", "url", "recipient", "retention", "purposes", "since"];
            let mut account = to.as_object().cloned().unwrap_or_default();
            account.retain(|key, _| !named.contains(&key.as_str()));
            account.entry("headers").or_insert_with(|| json!({}));
            let kind = to["kind"].as_str().unwrap_or_default();
            let url = to["url"].as_str().unwrap_or(match kind {
                "segment" => "https://api.segment.io/v1/batch",
                "posthog" => "https://us.i.posthog.com/batch/",
                "ga4" => "https://www.google-analytics.com/mp/collect",
                _ => "https://app.pendo.io/data/track",
            });
            let address = match to["product"].as_str() {
                Some(product) => format!("{}/v1/check/{product}", url.trim_end_matches('/')),
                None => url.to_owned(),
            };
            json!({
                "account": sha256(&Value::Object(account)),
                "address": address,
                "kind": kind,
                "recipient": to["recipient"],
                "retention": if to["retention"].is_null() { retention } else { &to["retention"] },
            })
        })
        .collect();
    let elsewhere: Vec<Value> = list("elsewhere")
        .iter()
        .filter(|item| item["purpose"] == purpose)
        .filter(is_old_enough)
        .map(|item| json!({ "to": item["to"], "what": item["what"] }))
        .collect();
    let none = Map::new();
    let common = declared["common"]["fields"].as_object().unwrap_or(&none);
    let mut events = Map::new();
    for (name, event) in declared["events"].as_object().unwrap_or(&none) {
        if event["purpose"] != purpose || since(event) > n {
            continue;
        }
        let mut fields = Map::new();
        for (name, field) in common.iter().chain(event["fields"].as_object().unwrap_or(&none)) {
            if since(field) > n {
                continue;
            }
            let kind = field["type"].as_str().unwrap_or_default();
            let parameters = match kind {
                "integer" => json!({
                    "buckets": field.get("buckets").cloned().unwrap_or(json!([])),
                    "max": field["max"],
                    "min": field["min"],
                }),
                "enum" | "error-code" => json!({ "values": field["values"] }),
                "constant" => json!({ "value": field["value"] }),
                "command" => json!({ "verbs": field["verbs"] }),
                "hash" | "project" => {
                    json!({ "key": field.get("key").cloned().unwrap_or(json!("person")) })
                }
                _ => json!({}),
            };
            let place = field["in"].as_str().unwrap_or("eventData");
            let what = json!({ "parameters": parameters, "type": kind });
            fields.insert(format!("{place}.{name}"), what);
        }
        let once = event["once"].as_bool().unwrap_or(false);
        events.insert(name.clone(), json!({ "fields": fields, "once": once }));
    }
    let hours = declared["wait"].as_str().unwrap_or("24h").trim_end_matches('h').parse::<u64>();
    Some(json!({
        "deletion": declared["deletion"],
        "destinations": sorted(destinations),
        "elsewhere": sorted(elsewhere),
        "events": events,
        "identity": own["identity"].as_str().unwrap_or("none"),
        "notice": n,
        "purpose": purpose,
        "retention": retention,
        "tool": declared["tool"],
        "vendor": declared["vendor"],
        "wait": hours.expect("a number of hours") * 60 * 60,
    }))
}

fn sorted(mut items: Vec<Value>) -> Vec<Value> {
    items.sort_by_key(canonical);
    items
}

/// Keys sorted by their bytes, no white space.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            let pairs: Vec<String> = sorted
                .into_iter()
                .map(|(key, value)| format!("{}:{}", json!(key), canonical(value)))
                .collect();
            format!("{{{}}}", pairs.join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        leaf => leaf.to_string(),
    }
}

fn sha256(value: &Value) -> String {
    let hash = Sha256::digest(canonical(value).as_bytes());
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

#[test]
fn the_documented_rule_gives_the_documented_digest() {
    let document = include_str!("../../docs/consent-file.md");
    let block = |language: &str, number: usize| {
        let fence = format!("```{language}\n");
        document.split(&fence).nth(number).and_then(|rest| rest.split("\n```").next())
    };
    let declared: Value = toml::from_str(block("toml", 2).expect("an example")).expect("TOML");
    let meaning = as_documented(&declared, "usage", 1).expect("declared");
    assert_eq!(Some(canonical(&meaning).as_str()), block("json", 1));
    assert_eq!(Some(sha256(&meaning).as_str()), block("text", 1));
}

#[test]
fn consent_to_one_declaration_allows_another_only_where_both_mean_the_same() {
    let (held, allowed) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(Config::with_cases(400));
    let pairs = (a_declaration(), a_declaration(), vec(any::<Index>(), 1..4));
    let tried = runner.run(&pairs, |(first, other, places)| {
        let second = places.iter().fold(first.clone(), |mix, place| grafted(mix, &other, place));
        let read = |declared: &Value| {
            let text = toml::to_string(declared).ok()?;
            parse(&text).ok()
        };
        let (Some(a), Some(b)) = (read(&first), read(&second)) else { return Ok(()) };
        for purpose in ["usage", "errors"] {
            let n = u64::from(a.notice);
            let before = as_documented(&first, purpose, n);
            let Some(before) = before else { continue };
            let is_same = as_documented(&second, purpose, n).is_some_and(|after| after == before);
            let name = purpose.parse().expect("a purpose");
            prop_assert_eq!(canonical::of_purpose(&a, &name, a.notice), Some(before));

            let home = Home::new();
            let variables =
                BTreeMap::from([("SAYSO_HOME".to_owned(), home.path().display().to_string())]);
            let world = World::new(Arc::new(variables), jiff::Timestamp::UNIX_EPOCH);
            choices::grant(&world, &a, std::slice::from_ref(&name), Via::Command)
                .map_err(|error| TestCaseError::fail(error.to_string()))?;
            let subject = Subject::embedded(&world, b.clone());
            prop_assert_eq!(subject.decide(Some(&name)).allows(), is_same, "{}", purpose);

            let whole = prepared::prepare(&b, "").expect("few notices");
            let short = Prepared::read(&whole).expect("whole");
            let answer = subject.consent.answers.get(&name).and_then(|a| a.read.clone());
            let means =
                answer.is_some_and(|read| read.notice <= b.notice && short.means(&name, &read));
            prop_assert_eq!(means, is_same && n <= u64::from(b.notice), "prepared: {}", purpose);
            let count = if is_same { &allowed } else { &held };
            count.set(count.get() + 1);
        }
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
    let (held, allowed) = (held.get(), allowed.get());
    assert!(held > 100 && allowed > 100, "too few pairs to tell: {held} differ, {allowed} do not");
}

/// Another account at the same address, under the same notice: for each kind of destination.
const SWAPS: &[(&str, &str, &str)] = &[
    ("kind = \"https\"", "headers = { X-Tenant = \"one\" }", "headers = { X-Tenant = \"two\" }"),
    ("kind = \"https\"", "headers = { X-Tenant = \"one\" }", ""),
    ("kind = \"otlp\"", "", "headers = { X-Tenant = \"two\" }"),
    ("kind = \"posthog\"", "key = \"phc_one\"", "key = \"phc_two\""),
    ("kind = \"pendo\"", "key = \"one\"", "key = \"two\""),
    ("kind = \"segment\"", "write-key = \"one\"", "write-key = \"two\""),
    (
        "kind = \"ga4\"",
        "measurement-id = \"G-1\"\napi-secret = \"one\"",
        "measurement-id = \"G-1\"\napi-secret = \"two\"",
    ),
];

#[test]
fn what_was_recorded_for_one_account_never_goes_to_another() {
    for (kind, first, second) in SWAPS {
        let receiver = Receiver::start(OK);
        let declared = |account: &str| {
            format!(
                "tool = \"probe\"\nname = \"Probe\"\nvendor = \"Probes\"\nwhy = \"To test.\"\n\
                 wait = \"24h\"\n[purposes.usage]\nwhy = \"To test.\"\n[events.E]\n\
                 purpose = \"usage\"\n[[destinations]]\n{kind}\nurl = \"{}\"\n\
                 recipient = \"R\"\npurposes = [\"usage\"]\n{account}\n",
                receiver.url()
            )
        };
        let home = Home::new();
        home.declare_text(&declared(first));
        home.run(&["enable", "probe", "--notice", "1"]).ends(0);
        home.run(&["record", "probe", "E"]).ends(0);
        home.declare_text(&declared(second));
        let check = home.run(&["check", "probe", "--json"]).ends(1);
        assert!(check.stdout.contains("\"changed\""), "{kind} {second}: {}", check.stdout);
        home.run(&["record", "probe", "E"]).ends(0);
        home.run(&["deliver", "probe", "--now"]).ends(1);
        assert_eq!(receiver.requests().len(), 0, "{kind} {second}: before anybody agreed");

        // Within the same second, so that the time alone does not tell the two apart.
        home.run(&["enable", "probe", "--notice", "1"]).ends(0);
        let waits = home.run(&["log", "probe", "--waiting", "--json"]).ends(0).stdout;
        assert_eq!(waits, "", "{kind} {second}: it is deleted, and not shown as waiting");
        home.run(&["deliver", "probe", "--now"]).ends(0);
        assert_eq!(receiver.requests().len(), 0, "{kind} {second}: what was recorded before");
        home.run(&["record", "probe", "E"]).ends(0);
        home.run(&["deliver", "probe", "--now"]).ends(0);
        assert_eq!(receiver.requests().len(), 1, "{kind} {second}");
    }
}

/// The owner of a pipeline allowed it, and nobody read anything: what was recorded for one account goes to
/// no other all the same.
#[test]
fn what_a_pipeline_recorded_for_one_account_never_goes_to_another() {
    let receiver = Receiver::start(OK);
    let declared = |key: &str| {
        format!(
            "tool = \"probe\"\nname = \"Probe\"\nvendor = \"Probes\"\nwhy = \"To test.\"\n\
             wait = \"24h\"\nenvironment.on = {{ PROBE_TELEMETRY = [\"1\"] }}\n[purposes.usage]\n\
             why = \"To test.\"\n[events.E]\npurpose = \"usage\"\n[[destinations]]\n\
             kind = \"posthog\"\nkey = \"{key}\"\nurl = \"{}\"\nrecipient = \"R\"\n\
             purposes = [\"usage\"]\n",
            receiver.url()
        )
    };
    let home = Home::new();
    // Such events have no delay: a delivery that starts no other keeps them waiting here.
    let variables = [("CI", "1"), ("PROBE_TELEMETRY", "1"), ("SAYSO_DELIVERY", "probe")];
    let in_ci = |line: &[&str]| home.run_with(&variables, line);
    home.declare_text(&declared("phc_one"));
    in_ci(&["record", "probe", "E"]).ends(0);
    home.declare_text(&declared("phc_two"));
    in_ci(&["deliver", "probe", "--now"]).ends(0);
    assert_eq!(receiver.requests().len(), 0);
    in_ci(&["record", "probe", "E"]).ends(0);
    in_ci(&["deliver", "probe", "--now"]).ends(0);
    let requests = receiver.requests();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].header("sayso-consent").is_some_and(|header| header.ends_with("notice=1")));
}

#[test]
fn every_request_carries_the_digest_of_what_was_agreed_to() {
    for (kind, account, _) in SWAPS {
        let receiver = Receiver::start(OK);
        let first = format!(
            "tool = \"probe\"\nname = \"Probe\"\nvendor = \"Probes\"\nwhy = \"To test.\"\n\
             wait = \"24h\"\nnotice = 1\n[purposes.usage]\nwhy = \"To test.\"\n\
             [purposes.errors]\nwhy = \"To test.\"\n[events.E]\npurpose = \"usage\"\n\
             [events.F]\npurpose = \"errors\"\n[[destinations]]\n{kind}\nurl = \"{}\"\n\
             recipient = \"R\"\npurposes = [\"usage\", \"errors\"]\n{account}\n",
            receiver.url()
        );
        let home = Home::new();
        home.declare_text(&first);
        home.run(&["enable", "probe", "--notice", "1"]).ends(0);
        let agreed = consented(&home);
        home.run(&["record", "probe", "E"]).ends(0);
        home.run(&["record", "probe", "F"]).ends(0);
        // A yes to a newer notice: what waits still rests on the older one, and says so.
        let second = first.replace("notice = 1", "notice = 2")
            + "[events.G]\npurpose = \"usage\"\nsince = 2\n";
        home.declare_text(&second);
        home.run(&["enable", "probe", "usage", "--notice", "2"]).ends(0);
        home.run(&["record", "probe", "G"]).ends(0);
        let newer = consented(&home);
        home.run(&["deliver", "probe", "--now"]).ends(0);

        let mut carried: Vec<String> = receiver
            .requests()
            .iter()
            .map(|request| request.header("sayso-consent").expect("a digest").to_owned())
            .collect();
        carried.sort();
        carried.dedup();
        let mut expected = vec![agreed[0].clone(), agreed[1].clone(), newer[1].clone()];
        expected.sort();
        assert_eq!(agreed[0], newer[0], "errors was left as it was");
        assert_eq!(carried, expected, "{kind}");
    }
}

/// What the consent file says was read for `errors` and `usage`, in the form of the header.
fn consented(home: &Home) -> [String; 2] {
    let file = home.read(".config/sayso/consent/probe.toml");
    let file: Value = toml::from_str(&file).expect("TOML");
    ["errors", "usage"].map(|purpose| {
        let answer = &file[purpose];
        format!("{}; notice={}", answer["digest"].as_str().expect("a digest"), answer["notice"])
    })
}

/// A declaration with one value of another put in its place, or taken out where the other has none.
fn grafted(mut into: Value, from: &Value, place: &Index) -> Value {
    let mut paths = Vec::new();
    leaves(&into, &mut String::new(), &mut paths);
    leaves(from, &mut String::new(), &mut paths);
    paths.sort();
    paths.dedup();
    let path = place.get(&paths);
    let (parent, key) = path.rsplit_once('/').unwrap_or_default();
    let new = from.pointer(path).cloned();
    match (into.pointer_mut(parent), new) {
        (Some(Value::Object(map)), Some(new)) => {
            map.insert(key.to_owned(), new);
        }
        (Some(Value::Object(map)), None) => {
            map.remove(key);
        }
        (Some(Value::Array(items)), new) => {
            let index: usize = key.parse().unwrap_or_default();
            match new {
                Some(new) if index < items.len() => items[index] = new,
                Some(new) => items.push(new),
                None => {
                    items.remove(index);
                }
            }
        }
        _ => {}
    }
    into
}

/// The path of every value that is a table or stands in one.
fn leaves(value: &Value, path: &mut String, paths: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(n, value)| (n.to_string(), value)).collect()
        }
        _ => return,
    };
    for (key, value) in children {
        let before = path.len();
        path.push('/');
        path.push_str(&key);
        paths.push(path.clone());
        leaves(value, path, paths);
        path.truncate(before);
    }
}

fn words(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    select(words).prop_map(|word| json!(word))
}

fn sometimes(strategy: impl Strategy<Value = Value>) -> impl Strategy<Value = Option<Value>> {
    prop_oneof![Just(None), strategy.prop_map(Some)]
}

fn since() -> impl Strategy<Value = Option<Value>> {
    sometimes((1..4_u8).prop_map(|since| json!(since)))
}

/// A table of those keys that have a value.
fn table(keys: &[(&str, Option<Value>)]) -> Value {
    let some = keys.iter().filter_map(|(key, value)| Some(((*key).to_owned(), value.clone()?)));
    Value::Object(some.collect())
}

fn a_field() -> impl Strategy<Value = Value> {
    let kind = prop_oneof![
        words(&["boolean", "duration-ms", "os", "version", "run-id", "options", "exit-code"])
            .prop_map(|kind| vec![("type", Some(kind))]),
        (0..2_i64, 7..9_i64, sometimes(select(vec![json!([0, 5]), json!([0, 6])]))).prop_map(
            |(min, max, buckets)| vec![
                ("type", Some(json!("integer"))),
                ("min", Some(json!(min))),
                ("max", Some(json!(max))),
                ("buckets", buckets),
            ]
        ),
        (words(&["enum", "error-code"]), select(vec![json!(["a"]), json!(["a", "b"])]))
            .prop_map(|(kind, values)| vec![("type", Some(kind)), ("values", Some(values))]),
        words(&["here", "there"])
            .prop_map(|value| vec![("type", Some(json!("constant"))), ("value", Some(value))]),
        sometimes((1..3_u8).prop_map(|verbs| json!(verbs)))
            .prop_map(|verbs| vec![("type", Some(json!("command"))), ("verbs", verbs)]),
        (words(&["hash", "project"]), sometimes(words(&["person", "tool", "none"])))
            .prop_map(|(kind, key)| vec![("type", Some(kind)), ("key", key)]),
    ];
    let place = sometimes(words(&["eventData", "attributes", "event"]));
    (kind, place, since(), sometimes(words(&["To count.", "To know."]))).prop_map(
        |(mut keys, place, since, why)| {
            keys.extend([("in", place), ("since", since), ("why", why)]);
            table(&keys)
        },
    )
}

fn fields() -> impl Strategy<Value = Value> {
    let name = select(vec!["one", "two", "three"]).prop_map(str::to_owned);
    btree_map(name, a_field(), 0..3).prop_map(|fields| json!(fields))
}

fn an_event() -> impl Strategy<Value = Value> {
    let once = sometimes(any::<bool>().prop_map(|once| json!(once)));
    (words(&["usage", "errors"]), once, since(), fields()).prop_map(
        |(purpose, once, since, fields)| {
            table(&[
                ("purpose", Some(purpose)),
                ("once", once),
                ("since", since),
                ("fields", Some(fields)),
            ])
        },
    )
}

fn a_destination() -> impl Strategy<Value = Value> {
    let secret = || words(&["secret-1", "secret-2"]).prop_map(Some);
    let url = || words(&["https://a.example/v1", "https://b.example/v1"]).prop_map(Some);
    let headers = sometimes(select(vec![json!({ "X-A": "1" }), json!({ "X-A": "2" })]));
    let kind = prop_oneof![
        (words(&["otlp", "https"]), url(), headers).prop_map(|(kind, url, headers)| vec![
            ("kind", Some(kind)),
            ("url", url),
            ("headers", headers)
        ]),
        secret().prop_map(|key| vec![("kind", Some(json!("segment"))), ("write-key", key)]),
        (words(&["posthog", "pendo"]), secret())
            .prop_map(|(kind, key)| vec![("kind", Some(kind)), ("key", key)]),
        (secret(), secret()).prop_map(|(id, secret)| vec![
            ("kind", Some(json!("ga4"))),
            ("measurement-id", id),
            ("api-secret", secret)
        ]),
        (url(), secret()).prop_map(|(url, product)| vec![
            ("kind", Some(json!("checkpoint"))),
            ("url", url),
            ("product", product)
        ]),
    ];
    let purposes = select(vec![json!(["usage"]), json!(["errors"]), json!(["usage", "errors"])]);
    (kind, words(&["Alpha", "Beta"]), sometimes(words(&["1 month", "1 year"])), purposes, since())
        .prop_map(|(mut keys, recipient, retention, purposes, since)| {
            keys.extend([
                ("recipient", Some(recipient)),
                ("retention", retention),
                ("purposes", Some(purposes)),
                ("since", since),
            ]);
            table(&keys)
        })
}

fn an_elsewhere() -> impl Strategy<Value = Value> {
    let what = words(&["Clicks", "Clicks and keys"]);
    (what, words(&["Alpha", "Beta"]), words(&["usage", "errors"]), since()).prop_map(
        |(what, to, purpose, since)| {
            table(&[
                ("what", Some(what)),
                ("to", Some(to)),
                ("purpose", Some(purpose)),
                ("since", since),
            ])
        },
    )
}

fn a_purpose() -> impl Strategy<Value = Value> {
    let identity = sometimes(words(&["none", "day", "month", "stable"]));
    (identity, since(), words(&["To count.", "To know."])).prop_map(|(identity, since, why)| {
        table(&[("identity", identity), ("since", since), ("why", Some(why))])
    })
}

fn a_declaration() -> impl Strategy<Value = Value> {
    let event = select(vec!["Began", "Ended"]).prop_map(str::to_owned);
    let parts = (
        btree_map(event, an_event(), 0..3),
        vec(a_destination(), 0..3),
        vec(an_elsewhere(), 0..2),
        fields(),
        (a_purpose(), a_purpose()),
    );
    let top = (
        words(&["Vendors", "Others"]),
        sometimes(words(&["12 months", "7 years"])),
        sometimes(words(&["0h", "24h", "48h"])),
        sometimes(words(&["https://a.example/delete", "https://b.example/delete"])),
        2..4_u8,
        words(&["To count.", "To know."]),
        sometimes(words(&["ask", "off"])),
    );
    (parts, top).prop_map(|((events, to, elsewhere, common, purposes), top)| {
        let (vendor, retention, wait, deletion, notice, why, default) = top;
        table(&[
            ("tool", Some(json!("probe"))),
            ("name", Some(json!("Probe"))),
            ("vendor", Some(vendor)),
            ("retention", retention),
            ("wait", wait),
            ("deletion", deletion),
            ("notice", Some(json!(notice))),
            ("why", Some(why)),
            ("default", default),
            ("purposes", Some(json!({ "usage": purposes.0, "errors": purposes.1 }))),
            ("common", Some(json!({ "fields": common }))),
            ("events", Some(json!(events))),
            ("destinations", Some(json!(to))),
            ("elsewhere", Some(json!(elsewhere))),
        ])
    })
}
