//! The tools of the seeds deliver for real, and what arrives has the keys and shapes of the examples
//! in their own documents.

use crate::support::receiver::{OK, Receiver, Request};
use crate::support::{Home, declaration};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// A home in which somebody said yes to an example declaration, all of whose addresses are the receiver's.
fn agreed(tool: &str, receiver: &Receiver) -> Home {
    let text = std::fs::read_to_string(declaration(tool)).expect("a declaration");
    let here = receiver.url();
    let base = here.strip_suffix("/events").unwrap_or(&here).trim_end_matches('/');
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match line.split_once("url = \"https://") {
            Some((before, rest)) => {
                let path = rest.trim_end_matches('"').split_once('/').map_or("", |(_, path)| path);
                let slash = if path.is_empty() { "" } else { "/" };
                lines.push(format!("{before}url = \"{base}{slash}{path}\""));
            }
            // A kind with a public address of its own gets ours as well.
            None => match line.strip_prefix("kind = \"").map(|rest| rest.trim_end_matches('"')) {
                Some(kind @ ("segment" | "ga4" | "pendo")) => {
                    lines.push(line.to_owned());
                    lines.push(format!("url = \"{base}/{kind}\""));
                }
                _ => lines.push(line.to_owned()),
            },
        }
    }
    let home = Home::new();
    home.declare_text(&(lines.join("\n") + "\n"));
    home.run(&["enable", tool, "--notice", "1"]).ends(0);
    if tool == "testkube" {
        // Its operator decides about it.
        home.run(&["enable", tool, "heartbeat", "--notice", "1"]).ends(0);
    }
    home
}

fn requests_to<'r>(requests: &'r [Request], path: &str) -> Vec<&'r Request> {
    requests.iter().filter(|request| request.path.contains(path)).collect()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// What an OpenTelemetry value stands for.
fn plain(value: &Value) -> Value {
    let (kind, inner) = value.as_object().and_then(|map| map.iter().next()).expect("a value");
    match kind.as_str() {
        "intValue" => json!(inner.as_str().expect("digits").parse::<i64>().expect("a number")),
        "arrayValue" => inner["values"].as_array().into_iter().flatten().map(plain).collect(),
        "kvlistValue" => attributes(&inner["values"]),
        _ => inner.clone(),
    }
}

fn attributes(pairs: &Value) -> Value {
    let pairs = pairs.as_array().into_iter().flatten();
    let map: Map<String, Value> = pairs
        .map(|pair| (pair["key"].as_str().expect("a key").to_owned(), plain(&pair["value"])))
        .collect();
    Value::Object(map)
}

#[test]
fn werfs_two_events_arrive_as_its_page_shows_them() {
    let receiver = Receiver::start(OK);
    let home = agreed("werf", &receiver);
    let options = "commandOptions=repo,env:2";
    home.run(&["record", "werf", "CommandStarted", "command=werf converge", options]).ends(0);
    let exited = ["exitCode=0", "durationMs=10827", "command=werf converge"];
    home.run(&[&["record", "werf", "CommandExited"], &exited[..]].concat()).ends(0);
    home.run(&["deliver", "werf", "--now"]).ends(0);
    let requests = receiver.requests();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].path.ends_with("/v1/logs"), "{}", requests[0].path);
    let records = requests[0].json()["resourceLogs"][0]["scopeLogs"][0]["logRecords"].clone();
    let records: Vec<Value> = records.as_array().expect("records").clone();
    let [started, ended] = &records[..] else { panic!("{records:?}") };
    let page = "ts executionID command attributes eventType eventData schemaVersion";
    for (record, name) in [(started, "CommandStarted"), (ended, "CommandExited")] {
        assert_eq!(record["eventName"], name);
        let event = attributes(&record["attributes"]);
        for key in page.split(' ') {
            assert!(event.get(key).is_some(), "{key} in {event}");
        }
        assert_eq!((&event["eventType"], &event["schemaVersion"]), (&json!(name), &json!(1)));
        assert!(keys(&event["attributes"]).is_superset(&BTreeSet::from(["arch", "ci", "os"])));
    }
    let started = attributes(&started["attributes"]);
    let option = &started["eventData"]["commandOptions"][1];
    assert_eq!(option, &json!({ "name": "env", "asCli": true, "asEnv": false, "count": 2 }));
    let ended = attributes(&ended["attributes"]);
    assert_eq!(ended["eventData"], json!({ "exitCode": 0, "durationMs": 10827 }));
}

#[test]
fn testkubes_heartbeat_and_counts_arrive_where_its_page_says() {
    let receiver = Receiver::start(OK);
    let home = agreed("testkube", &receiver);
    home.run(&["record", "testkube", "testkube-heartbeat", "cluster=kube-system"]).ends(0);
    let created = ["testkube_test_created", "test_type=k6", "test_source=git"];
    home.run(&[&["record", "testkube"], &created[..]].concat()).ends(0);
    home.run(&["deliver", "testkube", "--now"]).ends(0);
    let requests = receiver.requests();
    let segment = requests_to(&requests, "/segment");
    let [segment] = &segment[..] else { panic!("{requests:?}") };
    let body = segment.json();
    let beat = &body["batch"][0];
    // Segment itself adds receivedAt and originalTimestamp; sentAt stands once for the batch.
    let page =
        ["anonymousId", "context", "event", "integrations", "messageId", "timestamp", "type"];
    assert!(keys(beat).is_superset(&BTreeSet::from(page)), "{beat}");
    assert_eq!((&beat["event"], &beat["type"]), (&json!("testkube-heartbeat"), &json!("track")));
    assert_eq!(keys(&beat["context"]["library"]), BTreeSet::from(["name", "version"]));
    assert!(body["sentAt"].is_string() && beat["integrations"] == json!({}), "{body}");
    let ga4 = requests_to(&requests, "/ga4");
    assert!(!ga4.is_empty() && ga4.iter().all(|r| r.path.contains("measurement_id=")));
    assert_eq!(ga4[0].json()["events"][0]["params"]["test_type"], "k6");
    let own: Vec<_> = requests
        .iter()
        .filter(|r| !r.path.contains("/ga4") && !r.path.contains("/segment"))
        .collect();
    let names: BTreeSet<String> = own
        .iter()
        .flat_map(|request| request.json()["events"].as_array().cloned().unwrap_or_default())
        .map(|event| event["eventType"].as_str().expect("a name").to_owned())
        .collect();
    assert!(names.contains("testkube_test_created"), "{names:?}");
}

#[test]
fn weaves_event_arrives_with_command_flags_edition_and_a_random_id() {
    let receiver = Receiver::start(OK);
    let home = agreed("gitops", &receiver);
    let event = ["CommandStarted", "command=gitops get cluster", "flags=namespace,dry-run"];
    let fields = ["edition=oss", "app=cli"];
    home.run(&[&["record", "gitops"], &event[..], &fields[..1]].concat()).ends(0);
    home.run(&["deliver", "gitops", "--now"]).ends(0);
    let requests = receiver.requests();
    let [request] = &requests[..] else { panic!("{requests:?}") };
    assert!(request.path.ends_with("/pendo"), "{}", request.path);
    assert!(request.header("x-pendo-integration-key").is_some());
    let body = request.json();
    assert_eq!(body["type"], "track");
    assert!(body["timestamp"].is_i64() && body["visitorId"].is_string(), "{body}");
    let properties = &body["properties"];
    assert_eq!(properties["command"], "gitops get cluster");
    assert_eq!((&properties["edition"], &properties["app"]), (&json!("oss"), &json!("cli")));
    for flag in ["flag_namespace", "flag_dry_run"] {
        assert_eq!(properties[flag], json!(true), "{properties}");
    }
    let id = home.run(&["id", "gitops"]).ends(0).stdout;
    assert!(id.contains(body["visitorId"].as_str().expect("an id")), "{id}");
}

#[test]
fn the_older_check_asks_with_two_verbs_system_version_and_kind_of_release() {
    let receiver = Receiver::start(OK);
    let home = agreed("gitops", &receiver);
    let command = ["--version", "0.38.0-rc.1", "--command", "gitops get cluster"];
    // The receiver's answer names no version, which is told.
    home.run(&[&["update-check", "gitops"], &command[..]].concat()).ends(1);
    let requests = receiver.requests();
    let [request] = &requests[..] else { panic!("{requests:?}") };
    let (path, query) = request.path.split_once('?').expect("a query");
    assert_eq!((request.method.as_str(), path), ("GET", "/v1/check/weave-gitops"));
    let names: BTreeSet<&str> =
        query.split('&').filter_map(|pair| Some(pair.split_once('=')?.0)).collect();
    let all = ["version", "arch", "os", "signature", "flag_command", "flag_preRelease"];
    assert_eq!(names, BTreeSet::from(all));
    assert!(query.contains("flag_command=gitops%20get%20cluster"), "{query}");
    assert!(query.contains("flag_preRelease=true"), "{query}");
    // The command is nobody's business once usage is off.
    home.run(&["disable", "gitops", "usage"]).ends(0);
    let newer = ["--version", "0.39.0", "--command", "gitops get cluster"];
    home.run(&[&["update-check", "gitops"], &newer[..]].concat()).ends(1);
    let last = receiver.requests().pop().expect("a request");
    assert!(!last.path.contains("flag_command"), "{}", last.path);
}
