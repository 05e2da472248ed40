//! Google Analytics 4, Measurement Protocol (developers.google.com/analytics/devguides/collection/protocol/ga4,
//! "Reference" and "Limitations"). It answers 2xx to whatever it throws away, so its limits are kept
//! here: 25 events, 25 parameters each, names of 40, values of 100 characters, 130 kB, 72 hours.
//!
//! Only one time of a request is documented for certain, so the events of one request share their
//! minute, and the time is that of the first. They share their pseudonym too: `client_id` belongs to
//! the request. Where there is none, each event has a request and a placeholder of its own. Advertising is denied for all of it.

use crate::delivery::protocols::fields::{fields, is_word, key_of, option_names, twins};
use crate::delivery::protocols::protocol::{Batch, Limits, Outgoing, Protocol, id_of};
use crate::delivery::request::{Request, with_query};
use crate::domain::declaration::destination::Destination;
use crate::domain::declaration::field::{Field, FieldType};
use crate::domain::declaration::{Declaration, Event, describe};
use serde_json::{Map, Value, json};

/// The kind.
pub(super) struct Ga4;

impl Protocol for Ga4 {
    fn limits(&self) -> Limits {
        Limits { most_events: 25, most_bytes: 130_000, most_hours: Some(HOURS), requires_id: true }
    }

    fn can_share_request(&self, first: &Outgoing, second: &Outgoing) -> bool {
        let minute = |outgoing: &Outgoing| outgoing.at().as_second().div_euclid(60);
        first.pseudonym.is_some()
            && first.pseudonym == second.pseudonym
            && minute(first) == minute(second)
    }

    fn request(&self, batch: &Batch<'_>) -> Request {
        let setting = |name| batch.destination.settings.get(name).map(String::as_str);
        let url = with_query(
            &batch.destination.url,
            &[
                ("measurement_id", setting("measurement-id").unwrap_or_default()),
                ("api_secret", setting("api-secret").unwrap_or_default()),
            ],
        );
        let first = batch.events.first();
        let document = json!({
            "client_id": first.map(id_of),
            "timestamp_micros": first.map(|first| first.at().as_microsecond()),
            "consent": { "ad_user_data": "DENIED", "ad_personalization": "DENIED" },
            "events": batch.events.iter().map(event).collect::<Vec<_>>(),
        });
        Request::post(&url, document.to_string())
    }

    fn objections(&self, declaration: &Declaration, destination: &Destination) -> Vec<String> {
        let mut found = twins(declaration, destination);
        if declaration.wait >= HOURS.unsigned_abs() * 3_600 {
            let wait = describe::wait_in_words(declaration.wait);
            found.push(format!(
                "wait: Google Analytics takes nothing older than {HOURS} hours, and events rest {wait}"
            ));
        }
        for event in declaration.events_to(destination) {
            event_limits(declaration, event, &mut found);
        }
        found
    }
}

const HOURS: i64 = 72;
const PARAMETERS: usize = 25;
const NAME: usize = 40;
const VALUE: usize = 100;

/// Without it, Google Analytics does not count an event as something that happened.
const ENGAGEMENT: &str = "engagement_time_msec";

/// Event names that Google keeps to itself.
const RESERVED: [&str; 17] = [
    "ad_activeview",
    "ad_click",
    "ad_exposure",
    "ad_query",
    "ad_reward",
    "adunit_exposure",
    "app_clear_data",
    "app_exception",
    "app_remove",
    "app_update",
    "error",
    "first_open",
    "first_visit",
    "in_app_purchase",
    "os_update",
    "session_start",
    "user_engagement",
];
const RESERVED_BEGINNINGS: [&str; 3] = ["firebase_", "ga_", "google_"];

fn event(outgoing: &Outgoing) -> Value {
    let mut parameters = Map::from_iter([(ENGAGEMENT.to_owned(), json!(1))]);
    for (name, value) in fields(outgoing).take(PARAMETERS - 1) {
        parameters.insert(name.clone(), scalar(value));
    }
    json!({ "name": outgoing.text("eventType"), "params": parameters })
}

/// A parameter is a text or a number.
fn scalar(value: &Value) -> Value {
    if let Some(names) = option_names(value) {
        return json!(cut(&names.collect::<Vec<_>>().join(","), ','));
    }
    match value {
        Value::Number(number) => json!(number),
        Value::String(text) => json!(cut(text, ' ')),
        other => json!(cut(&other.to_string(), ' ')),
    }
}

/// As much of a text as a parameter holds, cut between two of its parts where it has several.
fn cut(text: &str, between: char) -> &str {
    let Some((end, next)) = text.char_indices().nth(VALUE) else { return text };
    if next == between {
        return &text[..end];
    }
    &text[..text[..end].rfind(between).unwrap_or(end)]
}

fn event_limits(declaration: &Declaration, event: &Event, found: &mut Vec<String>) {
    let at = format!("events.{}", event.name);
    name_limits(&at, &event.name, found);
    if RESERVED.contains(&event.name.as_str()) {
        found.push(format!("{at}: Google Analytics keeps this name to itself"));
    }
    let count = event.fields.len();
    if count > PARAMETERS - 1 {
        found.push(format!(
            "{at}: Google Analytics takes {} fields, and these are {count}",
            PARAMETERS - 1
        ));
    }
    for field in &event.fields {
        name_limits(&key_of(event, field), &field.name, found);
        if let Some(longest) = longest_text(declaration, field).filter(|longest| *longest > VALUE) {
            found.push(format!(
                "{}: Google Analytics takes texts of {VALUE} characters, and this may have {longest}",
                key_of(event, field)
            ));
        }
    }
}

fn name_limits(at: &str, name: &str, found: &mut Vec<String>) {
    if !is_word(name, NAME) {
        found.push(format!(
            "{at}: Google Analytics takes names of letters, digits and underscores only, {NAME} at most"
        ));
    } else if RESERVED_BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) {
        found.push(format!("{at}: Google Analytics keeps names that begin like this to itself"));
    }
}

/// The most characters that a text field may have, all declared options used at once included.
fn longest_text(declaration: &Declaration, field: &Field) -> Option<usize> {
    let length = |word: &String| word.chars().count();
    match &field.kind {
        FieldType::Enum { values } | FieldType::ErrorCode { values } => {
            values.iter().map(length).max()
        }
        FieldType::Constant { value } => Some(length(value)),
        FieldType::Command { .. } => declaration.commands.iter().map(length).max(),
        FieldType::Options => {
            let names = &declaration.options;
            Some(names.iter().map(length).sum::<usize>() + names.len().saturating_sub(1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::*;
    use super::*;

    fn greeter() -> String {
        greeter_to("kind = \"ga4\"\nmeasurement-id = \"G-1 2\"\napi-secret = \"a&b\"")
    }

    #[test]
    fn testkubes_counts_are_events_with_flat_parameters() {
        let testkube = example("testkube");
        let failed = sample(&testkube, "testkube_cli_failed", None);
        let request = request_to("ga4", &testkube, &[failed]);
        assert_eq!(
            request.url,
            "https://www.google-analytics.com/mp/collect?measurement_id=G-XXXXXXXXXX&api_secret=PLACEHOLDER-API-SECRET"
        );
        assert_eq!(
            body(&request),
            json!({
                "client_id": PLACEHOLDER,
                "timestamp_micros": 1_795_219_872_000_000_i64,
                "consent": { "ad_user_data": "DENIED", "ad_personalization": "DENIED" },
                "events": [{
                    "name": "testkube_cli_failed",
                    "params": {
                        "engagement_time_msec": 1,
                        "error_code": "api-unreachable",
                        "command": "testkube abort execution",
                    },
                }],
            })
        );
    }

    #[test]
    fn the_address_is_encoded_and_the_options_are_one_text() {
        let declaration = crate::domain::declaration::parse(&greeter()).expect("valid");
        let request = request_to("ga4", &declaration, &[outgoing(Some(PSEUDONYM))]);
        assert!(request.url.ends_with("?measurement_id=G-1%202&api_secret=a%26b"));
        let body = body(&request);
        assert_eq!(body["client_id"], PSEUDONYM);
        assert_eq!(body["events"][0]["params"]["options"], "loud");
    }

    #[test]
    fn events_of_one_minute_and_one_pseudonym_go_together() {
        let first = outgoing(Some(PSEUDONYM));
        let mut later = first.clone();
        later.event["ts"] = json!(1_795_219_872_000_i64 + 40_000);
        assert!(Ga4.can_share_request(&first, &later));
        later.event["ts"] = json!(1_795_219_872_000_i64 + 60_000);
        assert!(!Ga4.can_share_request(&first, &later));
        assert!(!Ga4.can_share_request(&first, &outgoing(Some("automation"))));
        assert!(!Ga4.can_share_request(&outgoing(None), &outgoing(None)));
    }

    #[test]
    fn texts_are_cut_between_their_parts() {
        let names = ["abcdefghi"; 11].join(",");
        assert_eq!(cut(&names, ',').len(), 99);
        assert_eq!(cut("short,text", ','), "short,text");
        assert_eq!(cut(&"é".repeat(120), ',').chars().count(), 100);
        let exact = format!("{},x", "a".repeat(100));
        assert_eq!(cut(&exact, ',').len(), 100);
        assert_eq!(scalar(&json!(true)), json!("true"));
        assert_eq!(scalar(&json!(7)), json!(7));
    }

    #[test]
    fn what_google_would_throw_away_is_told_to_the_author() {
        assert_eq!(limits_of(&greeter()), [] as [&str; 0]);
        for (from, to, limit) in [
            (
                "wait = \"24h\"",
                "wait = \"3d\"",
                "wait: Google Analytics takes nothing older than 72 hours, and events rest 3 days",
            ),
            (
                "events.Greeted]",
                "events.Greeted-x]",
                "events.Greeted-x: Google Analytics takes names of letters, digits and underscores only, 40 at most",
            ),
            (
                "events.Beat",
                "events.session_start",
                "events.session_start: Google Analytics keeps this name to itself",
            ),
            (
                "events.Beat",
                "events.ga_beat",
                "events.ga_beat: Google Analytics keeps names that begin like this to itself",
            ),
            (
                "command = {",
                "\"the.command\" = {",
                "events.Greeted.fields.the.command: Google Analytics takes names of letters, digits and underscores only, 40 at most",
            ),
        ] {
            let text = greeter().replace(from, to).replace(
                "[events.Greeted.fields]",
                if to.contains("Greeted-x") {
                    "[events.Greeted-x.fields]"
                } else {
                    "[events.Greeted.fields]"
                },
            );
            let limits = limits_of(&text);
            assert!(limits.iter().any(|one| one == limit), "{limits:?}");
        }
        let options: Vec<String> = (0..20).map(|n| format!("\"option-{n}\"")).collect();
        let many = greeter().replace("[\"loud\"]", &format!("[{}]", options.join(",")));
        assert_eq!(
            limits_of(&many),
            [
                "events.Greeted.fields.options: Google Analytics takes texts of 100 characters, and this may have 189"
            ]
        );
        let fields: String =
            (0..23).map(|n| format!("f{n} = {{ type = \"boolean\" }}\n")).collect();
        let wide = greeter()
            .replace("[events.Greeted.fields]\n", &format!("[events.Greeted.fields]\n{fields}"));
        assert_eq!(
            limits_of(&wide),
            ["events.Greeted: Google Analytics takes 24 fields, and these are 26"]
        );
    }
}
