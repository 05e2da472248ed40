//! What a destination cannot take now is kept and tried again, as the same event; what it refuses for
//! good is told, and a destination that refuses everything is reported.

use crate::delivery::{agreed, deliver, record, sent, waiting};
use crate::support::receiver::{Mode, Receiver, Request};
use crate::support::{Home, Ran};
use serde_json::Value;
use std::collections::BTreeSet;

/// The kinds that events go to, with what a declaration needs for each.
const KINDS: [(&str, &str); 6] = [
    ("https", ""),
    ("otlp", ""),
    ("segment", "write-key = \"k\"\n"),
    ("posthog", "key = \"k\"\n"),
    ("ga4", "measurement-id = \"G-1\"\napi-secret = \"k\"\n"),
    ("pendo", "key = \"k\"\n"),
];

/// Statuses that are about the moment.
const LATER: &[u16] = &[
    300, 301, 302, 303, 304, 305, 307, 308, 399, 407, 408, 425, 429, 500, 501, 502, 503, 504, 505,
    507, 508, 511, 520, 522, 529, 599,
];
/// The same for OTLP, whose specification names them.
const LATER_FOR_OTLP: &[u16] = &[429, 502, 503, 504];
/// Statuses that are about the request.
const FINAL: &[u16] =
    &[400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 413, 415, 418, 422, 451, 499];
/// The same for OTLP.
const FINAL_FOR_OTLP: &[u16] =
    &[300, 304, 307, 400, 401, 404, 407, 408, 413, 425, 500, 501, 505, 520, 599];

fn probe(kind: &str, keys: &str, identity: &str, url: &str) -> String {
    format!(
        "tool = \"probe\"\nname = \"Probe\"\nvendor = \"Probes\"\nwhy = \"To test.\"\nwait = \"0s\"\n\
         [purposes.usage]\nwhy = \"To test.\"\nidentity = \"{identity}\"\n\
         [events.E]\npurpose = \"usage\"\n[events.E.fields]\nos = {{ type = \"os\" }}\n\
         [[destinations]]\nkind = \"{kind}\"\nurl = \"{url}\"\nrecipient = \"Probes\"\n\
         purposes = [\"usage\"]\n{keys}"
    )
}

fn recorded(kind: &str, keys: &str, identity: &str, mode: Mode) -> (Receiver, Home) {
    let receiver = Receiver::start(mode);
    let home = agreed(&probe(kind, keys, identity, &receiver.url()));
    record(&home, 1);
    (receiver, home)
}

#[test]
fn what_a_destination_cannot_take_now_is_tried_again_until_it_does() {
    for (kind, keys) in KINDS {
        let statuses = if kind == "otlp" { LATER_FOR_OTLP } else { LATER };
        let (receiver, home) = recorded(kind, keys, "none", Mode::InTurn(statuses));
        for status in statuses {
            let ran = deliver(&home).ends(1);
            assert!(ran.stdout.contains(&format!("answered {status}")), "{kind}: {ran:?}");
            assert_eq!(waiting(&home).len(), 1, "{kind} {status}");
        }
        deliver(&home).ends(0);
        assert_eq!(waiting(&home).len(), 0, "{kind}");
        assert_eq!(receiver.requests().len(), statuses.len() + 1, "{kind}");
    }
}

#[test]
fn what_a_destination_refuses_for_good_is_not_tried_again_and_told() {
    for (kind, keys) in KINDS {
        let statuses = if kind == "otlp" { FINAL_FOR_OTLP } else { FINAL };
        let (receiver, home) = recorded(kind, keys, "none", Mode::InTurn(statuses));
        for (n, status) in statuses.iter().enumerate() {
            let ran = deliver(&home).ends(1);
            let told = format!(
                "probe: Probes (127.0.0.1) refused 1 event for usage (the receiver answered {status}); \
                 they are gone."
            );
            assert!(ran.stdout.contains(&told.replace("they are", "it is")), "{kind}: {ran:?}");
            assert_eq!((waiting(&home).len(), receiver.requests().len()), (0, n + 1), "{kind}");
            record(&home, 1);
        }
    }
}

#[test]
fn a_pause_that_a_destination_asks_for_is_kept_whatever_the_status() {
    const ASKED: &[(&str, &str)] = &[("Retry-After", "3600")];
    for status in [301, 408, 425, 429, 500, 503, 520] {
        let (receiver, home) =
            recorded("posthog", "key = \"k\"\n", "none", Mode::Status(status, ASKED));
        for _ in 0..2 {
            deliver(&home).ends(1);
        }
        assert_eq!((receiver.requests().len(), waiting(&home).len()), (1, 1), "{status}");
    }
}

/// The events of a request, as their destination tells a repeat from a new one.
fn events(kind: &str, request: &Request) -> Vec<Value> {
    let body = request.json();
    match kind {
        "posthog" | "segment" => body["batch"].as_array().expect("events").clone(),
        _ => vec![body],
    }
}

#[test]
fn a_retry_is_recognisable_as_the_same_event() {
    for (kind, keys) in KINDS.into_iter().filter(|(kind, _)| !matches!(*kind, "https" | "otlp")) {
        for identity in ["none", "day", "stable"] {
            let mode = Mode::InTurn(&[503, 500, 503]);
            let (receiver, home) = recorded(kind, keys, identity, mode);
            // What is recorded meanwhile may travel along, and changes nothing about the first.
            for code in [1, 1, 1, 0] {
                deliver(&home).ends(code);
                record(&home, 1);
            }
            let mut seen: Vec<Value> = Vec::new();
            for event in receiver.requests().iter().flat_map(|request| events(kind, request)) {
                if !seen.contains(&event) {
                    seen.push(event);
                }
            }
            assert!(receiver.requests().len() > 3, "{kind}");
            match (kind, identity) {
                // It has one id for all events of a request, and they are as many as there are.
                ("ga4", "day" | "stable") => {
                    let mut ids: Vec<&Value> = seen.iter().map(|body| &body["client_id"]).collect();
                    ids.dedup();
                    assert_eq!(ids.len(), 1, "{seen:?}");
                }
                _ => assert_eq!(seen.len(), 4, "{kind}, {identity}: {seen:#?}"),
            }
            for request in receiver.requests() {
                let body = request.json();
                for sent in ["sent_at", "sentAt"].iter().filter_map(|key| body[key].as_str()) {
                    assert!(!sent.contains('.') && sent.ends_with('Z'), "{kind}: {sent}");
                }
            }
        }
    }
}

#[test]
fn a_placeholder_joins_no_two_events() {
    for (kind, keys) in KINDS.into_iter().filter(|(kind, _)| !matches!(*kind, "https" | "otlp")) {
        let (receiver, home) = recorded(kind, keys, "none", Mode::Status(200, &[]));
        record(&home, 2);
        deliver(&home).ends(0);
        let id_of = |event: &Value| {
            let keys = ["distinct_id", "anonymousId", "client_id", "visitorId"];
            keys.iter().find_map(|key| event[key].as_str()).expect("an id").to_owned()
        };
        let requests = receiver.requests();
        let ids: BTreeSet<String> =
            requests.iter().flat_map(|request| events(kind, request)).map(|e| id_of(&e)).collect();
        assert_eq!(ids.len(), 3, "{kind}: {ids:?}");
        let sent = sent(&home);
        assert!(sent.iter().all(|entry| entry["pseudonyms"] == serde_json::json!([])), "{sent:?}");
    }
}

#[test]
fn times_of_sending_are_whole_seconds() {
    for (kind, key) in [("https", "\"sentAt\":\""), ("otlp", "\"observedTimeUnixNano\":\"")] {
        let (receiver, home) = recorded(kind, "", "none", Mode::Status(200, &[]));
        deliver(&home).ends(0);
        let body = String::from_utf8(receiver.requests()[0].body.clone()).expect("text");
        let time = body.split(key).nth(1).and_then(|rest| rest.split('"').next()).expect("a time");
        let is_whole =
            if kind == "https" { !time.contains('.') } else { time.ends_with("000000000") };
        assert!(is_whole, "{kind}: {time}");
    }
}

/// What `doctor` says a day later: the consent and all that was sent are as much older, for as long as it
/// looks.
fn doctor_a_day_later(home: &Home) -> Ran {
    let consent = ".config/sayso/consent/probe.toml".to_owned();
    let is_told = |file: &String| file.contains("/sent/") || *file == consent;
    let files: Vec<String> = home.files().into_iter().filter(is_told).collect();
    let before: Vec<String> = files.iter().map(|file| home.read(file)).collect();
    for (file, text) in files.iter().zip(&before) {
        home.write(file, &aged(text));
    }
    let ran = home.run(&["doctor"]);
    files.iter().zip(&before).for_each(|(file, text)| home.write(file, text));
    ran
}

/// The same with each time a day earlier.
fn aged(text: &str) -> String {
    let day = |time: &str| {
        let time: jiff::Timestamp = time.parse().expect("a time");
        (time - jiff::SignedDuration::from_hours(24)).to_string()
    };
    let line = |line: &str| {
        let key = ["\"sent\":\"", "at = "].into_iter().find_map(|key| line.split_once(key));
        let Some((_, rest)) = key else { return line.to_owned() };
        let time = rest.split('"').next().expect("a time");
        line.replacen(time, &day(time), 1)
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_destination_that_has_refused_everything_for_a_day_is_reported() {
    for status in [401, 404, 500, 503, 307] {
        let mode = Mode::Status(status, &[]);
        let (_receiver, home) = recorded("posthog", "key = \"k\"\n", "none", mode);
        deliver(&home).ends(1);
        home.run(&["doctor"]).ends(0);
        let told = doctor_a_day_later(&home).ends(1).stdout;
        assert!(told.contains("probe: Probes (127.0.0.1) has refused everything since"), "{told}");
        assert!(told.contains(&format!("answered {status}")), "{told}");
        home.run(&["disable", "probe"]).ends(0);
        doctor_a_day_later(&home).ends(0);
    }
}

#[test]
fn a_destination_that_has_taken_anything_since_is_not() {
    let (_receiver, home) = recorded("https", "", "none", Mode::InTurn(&[404, 200, 404]));
    for code in [1, 0, 1] {
        deliver(&home).ends(code);
        doctor_a_day_later(&home).ends(code);
        record(&home, 1);
    }
    deliver(&home).ends(0);
    doctor_a_day_later(&home).ends(0);
}

#[test]
fn a_service_that_answers_no_update_check_for_a_day_is_reported() {
    let receiver = Receiver::start(Mode::InTurn(&[500, 301]));
    let text = probe("checkpoint", "product = \"p\"\n", "none", &receiver.url());
    let home = agreed(&text.replace("usage", "update-check"));
    for code in [1, 1] {
        home.run(&["update-check", "probe", "--version", "1.0.0"]).ends(code);
    }
    let told = doctor_a_day_later(&home).ends(1).stdout;
    assert!(told.contains("has refused everything since"), "{told}");
    assert!(told.contains("answered 301"), "{told}");
}
