use super::super::parse;
use super::super::samples::{GREETER, edited};
use super::*;

fn digest_of(text: &str, purpose: &str, notice: u32) -> Option<String> {
    let purpose = purpose.parse().expect("a purpose");
    digest_of_purpose(&parse(text).expect("valid"), &purpose, notice)
}

#[test]
fn the_canonical_form_is_this() {
    let greeter = parse(GREETER).expect("valid");
    let meaning = of_purpose(&greeter, &"usage".parse().expect("a purpose"), 1);
    assert_eq!(
        canonical(&meaning.expect("declared")),
        r#"{"deletion":"https://greeters.example/delete","destinations":[{"account":"sha256:6483b69eec05dc560278666d103ecb5bec1dc5617645dc10aa33c9f310fea818","address":"https://telemetry.greeters.example/v1/logs","kind":"otlp","recipient":"Greeters","retention":"12 months"}],"elsewhere":[{"to":"Pendo","what":"Clicks on the web page"}],"events":{"Greeted":{"fields":{"attributes.os":{"parameters":{},"type":"os"},"event.command":{"parameters":{"verbs":null},"type":"command"}},"once":false}},"identity":"none","notice":1,"purpose":"usage","retention":"12 months","tool":"greeter","vendor":"Greeters","wait":86400}"#
    );
}

#[test]
fn what_came_later_does_not_change_what_was_read_before() {
    let before = digest_of(GREETER, "usage", 1);
    let wider = edited(
        "options = { type = \"options\", since = 2",
        "exit = { type = \"exit-code\", since = 2",
    );
    assert_eq!(digest_of(&wider, "usage", 1), before);
    assert_ne!(digest_of(&wider, "usage", 2), digest_of(GREETER, "usage", 2));
    assert_eq!(digest_of(GREETER, "heartbeat", 1), None);
}

/// A declaration that uses every key.
const EVERY_KEY: &str = r#"
tool = "every-one"
name = "Every"
vendor = "Everybody"
homepage = "https://every.example"
policy = "https://every.example/privacy"
contact = "privacy@every.example"
source = ["src/telemetry.rs"]
feedback = "https://every.example/feedback"
notice = 3
default = "ask"
retention = "12 months"
wait = "24h"
why = "To see what is used."
opt-out = ["A value of the chart."]
deletion = "https://every.example/delete"
commands = ["every run"]
options = ["loud"]

[environment]
off = { EVERY_ONE_TELEMETRY = ["0"] }
on = { EVERY_ONE_TELEMETRY = ["1"] }
log-file = "EVERY_ONE_TELEMETRY_LOG_FILE"
requires = ["EVERY_ONE_FEATURE"]

[purposes.usage]
why = "To see what is used the most."
example = "Nobody ran it twice."
identity = "month"
operator = false
since = 1
environment = { off = { EVERY_USAGE = "any" } }

[purposes.errors]
why = "To see what fails."

[common.fields]
shared = { type = "os" }

[events.Ran]
purpose = "usage"
why = "Once for each run."
once = false
since = 1
[events.Ran.fields]
placed = { type = "boolean", in = "attributes", why = "To count.", since = 1 }
count = { type = "integer", min = 0, max = 9, buckets = [0, 5] }
edition = { type = "enum", values = ["oss"] }
made = { type = "constant", value = "here" }
words = { type = "command", verbs = 1 }
thing = { type = "hash", key = "person" }

[[destinations]]
kind = "https"
url = "https://in.every.example/v1"
recipient = "Every Inc"
retention = "6 months"
purposes = ["usage"]
since = 1
headers = { X-Tenant = "tenant-1" }

[[destinations]]
kind = "segment"
recipient = "Segment"
purposes = ["usage"]
write-key = "write-1"

[[destinations]]
kind = "posthog"
recipient = "PostHog"
purposes = ["usage"]
key = "project-1"

[[destinations]]
kind = "ga4"
recipient = "Google"
purposes = ["usage"]
measurement-id = "G-1"
api-secret = "secret-1"

[[destinations]]
kind = "checkpoint"
url = "https://check.every.example"
recipient = "Every Inc"
purposes = ["usage"]
product = "every-1"

[[elsewhere]]
what = "Clicks on the web page"
to = "Pendo"
purpose = "usage"
since = 1
"#;

/// Covered by the digest.
const COVERED: &str = "";

/// A table that a declaration may hold; one of its keys; the same key in [`EVERY_KEY`] and as it could
/// stand there instead; why the digest leaves it out, or [`COVERED`].
const KEYS: &[(&str, &str, &str, &str, &str)] = &[
    ("declaration", "tool", "tool = \"every-one\"", "tool = \"every.one\"", COVERED),
    ("declaration", "name", "name = \"Every\"", "name = \"All\"", "text"),
    ("declaration", "vendor", "\"Everybody\"", "\"Somebody\"", COVERED),
    ("declaration", "homepage", "every.example\"\npolicy", "other.example\"\npolicy", "text"),
    ("declaration", "policy", "/privacy", "/rules", "text"),
    ("declaration", "contact", "privacy@", "legal@", "text"),
    ("declaration", "source", "src/telemetry.rs", "src/other.rs", "text"),
    ("declaration", "feedback", "/feedback", "/say", "text"),
    (
        "declaration",
        "notice",
        "notice = 3",
        "notice = 2",
        "what is read now; the digest has the version that was read",
    ),
    ("declaration", "default", "default = \"ask\"", "default = \"off\"", "how it asks"),
    ("declaration", "retention", "\"12 months\"", "\"13 months\"", COVERED),
    ("declaration", "wait", "\"24h\"", "\"0s\"", COVERED),
    ("declaration", "why", "what is used.", "what is done.", "text"),
    ("declaration", "opt-out", "A value of", "Another of", "text"),
    ("declaration", "deletion", "/delete", "/gather", COVERED),
    ("declaration", "commands", "every run", "every walk", "a list that grows with each release"),
    ("declaration", "options", "\"loud\"", "\"quiet\"", "a list that grows with each release"),
    ("declaration", "environment", "= [\"0\"]", "= [\"no\"]", "see its keys"),
    ("declaration", "purposes", "[purposes.usage]", "[purposes.usage]", "see its keys"),
    ("declaration", "common", "shared =", "common =", COVERED),
    ("declaration", "events", "[events.Ran]\n", "[events.Ran]\n", "see its keys"),
    ("declaration", "destinations", "[[destinations]]", "[[destinations]]", "see its keys"),
    ("declaration", "elsewhere", "[[elsewhere]]", "[[elsewhere]]", "see its keys"),
    (
        "environment",
        "off",
        "EVERY_ONE_TELEMETRY = [\"0\"]",
        "EVERY_OFF = [\"0\"]",
        "opts out; the consent file keeps what was promised",
    ),
    ("environment", "on", "= [\"1\"]", "= [\"yes\"]", "allows only where nobody opted in"),
    (
        "environment",
        "log-file",
        "EVERY_ONE_TELEMETRY_LOG",
        "EVERY_ONE_METRICS_LOG",
        "a file of the user's own",
    ),
    ("environment", "requires", "EVERY_ONE_FEATURE", "OTHER_FEATURE", "can only hold"),
    ("purpose", "why", "used the most.", "used the least.", "text"),
    ("purpose", "example", "ran it twice", "ran it once", "text"),
    ("purpose", "identity", "\"month\"", "\"stable\"", COVERED),
    (
        "purpose",
        "operator",
        "operator = false",
        "operator = true",
        "who may decide where nobody did, not what is collected or who gets it",
    ),
    ("purpose", "since", "operator = false\nsince = 1", "operator = false\nsince = 3", COVERED),
    ("purpose", "environment", "EVERY_USAGE", "EVERY_USE", "as the environment of the whole"),
    ("common", "fields", "shared =", "common =", COVERED),
    (
        "event",
        "purpose",
        "[events.Ran]\npurpose = \"usage\"",
        "[events.Ran]\npurpose = \"errors\"",
        COVERED,
    ),
    ("event", "why", "Once for", "Twice for", "text"),
    ("event", "once", "once = false", "once = true", COVERED),
    ("event", "since", "once = false\nsince = 1", "once = false\nsince = 3", COVERED),
    ("event", "fields", "edition =", "variant =", COVERED),
    ("field", "type", "\"boolean\"", "\"exit-code\"", COVERED),
    ("field", "in", "in = \"attributes\"", "in = \"event\"", COVERED),
    ("field", "why", "To count.", "To know.", "text"),
    ("field", "since", "count.\", since = 1", "count.\", since = 3", COVERED),
    ("field", "min", "min = 0", "min = 1", COVERED),
    ("field", "max", "max = 9", "max = 10", COVERED),
    ("field", "buckets", "[0, 5]", "[0, 6]", COVERED),
    ("field", "values", "[\"oss\"]", "[\"oss\", \"paid\"]", COVERED),
    ("field", "value", "\"here\"", "\"there\"", COVERED),
    ("field", "verbs", "verbs = 1", "verbs = 2", COVERED),
    ("field", "key", "key = \"person\"", "key = \"none\"", COVERED),
    ("destination", "kind", "kind = \"https\"", "kind = \"otlp\"", COVERED),
    ("destination", "url", "in.every.example/v1", "in.every.example/v2", COVERED),
    ("destination", "recipient", "\"Segment\"", "\"Others\"", COVERED),
    ("destination", "retention", "\"6 months\"", "\"7 months\"", COVERED),
    (
        "destination",
        "purposes",
        "recipient = \"Segment\"\npurposes = [\"usage\"]",
        "recipient = \"Segment\"\npurposes = [\"errors\"]",
        COVERED,
    ),
    ("destination", "since", "since = 1\nheaders", "since = 3\nheaders", COVERED),
    ("destination", "write-key", "write-1", "write-2", COVERED),
    ("destination", "key", "project-1", "project-2", COVERED),
    ("destination", "measurement-id", "G-1", "G-2", COVERED),
    ("destination", "api-secret", "secret-1", "secret-2", COVERED),
    ("destination", "product", "every-1", "every-2", COVERED),
    ("destination", "headers", "tenant-1", "tenant-2", COVERED),
    ("elsewhere", "what", "Clicks on", "Clicks and keys on", COVERED),
    ("elsewhere", "to", "\"Pendo\"", "\"Hotjar\"", COVERED),
    (
        "elsewhere",
        "purpose",
        "\"Pendo\"\npurpose = \"usage\"",
        "\"Pendo\"\npurpose = \"errors\"",
        COVERED,
    ),
    ("elsewhere", "since", "\"usage\"\nsince = 1\n", "\"usage\"\nsince = 3\n", COVERED),
];

/// The keys that a table accepts, as its reader names them where it meets another.
fn accepted<T: serde::de::DeserializeOwned>() -> Vec<String> {
    let error = toml::from_str::<T>("no-such-key = 1").err().expect("refused").message().to_owned();
    let words: Vec<&str> = error.split('`').skip(1).step_by(2).collect();
    assert_eq!(words.first(), Some(&"no-such-key"), "{error}");
    words[1..].iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn every_key_that_a_declaration_accepts_is_in_the_digest_or_has_a_reason_not_to_be() {
    use super::super::typed;
    for (table, accepted) in [
        ("declaration", accepted::<typed::Declaration>()),
        ("environment", accepted::<typed::Environment>()),
        ("purpose", accepted::<typed::Purpose>()),
        ("common", accepted::<typed::Common>()),
        ("event", accepted::<typed::Event>()),
        ("field", accepted::<typed::Field>()),
        ("destination", accepted::<typed::Destination>()),
        ("elsewhere", accepted::<typed::Elsewhere>()),
    ] {
        let listed: Vec<&str> = KEYS.iter().filter(|row| row.0 == table).map(|row| row.1).collect();
        assert_eq!(listed, accepted, "KEYS and the keys of a {table} are the same, in order");
    }
}

#[test]
fn the_digest_covers_what_is_collected_and_who_gets_it_and_no_explanation() {
    let before = digest_of(EVERY_KEY, "usage", 2);
    assert!(before.is_some());
    for (table, key, from, to, reason) in KEYS {
        assert_eq!(EVERY_KEY.matches(from).count().min(1), 1, "{table}.{key}: no {from:?}");
        let after = digest_of(&EVERY_KEY.replacen(from, to, 1), "usage", 2);
        let is_covered = *reason == COVERED;
        assert_eq!(after != before, is_covered, "{table}.{key}: {from:?} became {to:?}");
    }
}

#[test]
fn every_key_that_changes_shows_in_a_difference() {
    use super::super::diff::between;
    let known = parse(EVERY_KEY).expect("valid");
    for (table, key, from, to, _) in KEYS.iter().filter(|row| row.2 != row.3) {
        let new =
            EVERY_KEY.replacen(from, to, 1).replace("tool = \"every.one\"", "tool = \"every-one\"");
        let is_seen =
            *key == "tool" || !between(&parse(&new).expect("valid"), &known).lines.is_empty();
        assert!(is_seen, "{table}.{key}");
    }
}

#[test]
fn the_order_of_destinations_means_nothing() {
    let (one, two) = ("write-key = \"write-1\"", "key = \"project-1\"");
    let mut parts: Vec<&str> = EVERY_KEY.split("[[destinations]]").collect();
    assert!(parts[2].contains(one) && parts[3].contains(two));
    parts.swap(2, 3);
    let swapped = parts.join("[[destinations]]");
    assert_eq!(digest_of(&swapped, "usage", 3), digest_of(EVERY_KEY, "usage", 3));
}

#[test]
fn an_account_is_shown_by_a_hash_of_all_its_values() {
    let every = parse(EVERY_KEY).expect("valid");
    let other = parse(&EVERY_KEY.replace("tenant-1", "tenant-2")).expect("valid");
    let hash = hex(&Sha256::digest(br#"{"headers":{"X-Tenant":"tenant-1"}}"#));
    assert_eq!(account(&every.destinations[0]), format!("sha256:{hash}"));
    assert_ne!(account(&every.destinations[0]), account(&other.destinations[0]));
    let hash =
        hex(&Sha256::digest(br#"{"api-secret":"secret-1","headers":{},"measurement-id":"G-1"}"#));
    assert_eq!(account(&every.destinations[3]), format!("sha256:{hash}"));
}
