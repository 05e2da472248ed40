//! What the tests of all kinds start from.

use super::protocol::{Batch, Outgoing};
use super::*;
use crate::delivery::request::{AGENT, Request};
use crate::domain::declaration::destination::Kind;
use crate::domain::declaration::{parse, samples};
use crate::view::documentation_page;
use serde_json::{Map, Value, json};

/// What stands for the id of the sample event.
pub(crate) const PLACEHOLDER: &str = "14e17fb0-6642-8ef9-9879-e6edf448ec2b";
pub(crate) const PSEUDONYM: &str = "d5f6c1a0-7b3e-8c2d-9f41-6a5b4c3d2e1f";

/// The sample declaration with another destination in place of its own.
pub(crate) fn greeter_to(kind: &str) -> String {
    samples::edited("kind = \"otlp\"\nurl = \"https://telemetry.greeters.example/v1/logs\"", kind)
}

/// One of the declarations that the project ships.
pub(crate) fn example(tool: &str) -> Declaration {
    let text = match tool {
        "werf" => include_str!("../../../examples/tools/werf.toml"),
        "gitops" => include_str!("../../../examples/tools/gitops.toml"),
        _ => include_str!("../../../examples/tools/testkube.toml"),
    };
    parse(text).expect("valid")
}

/// A sample event of a declaration, on its way.
pub(crate) fn sample(declaration: &Declaration, event: &str, pseudonym: Option<&str>) -> Outgoing {
    let event = declaration.events.iter().find(|one| one.name == event).expect("declared");
    let Value::Object(event) = documentation_page::sample(declaration, event) else {
        panic!("an object")
    };
    Outgoing { event, pseudonym: pseudonym.map(str::to_owned) }
}

/// The sample event of the sample declaration, on its way.
pub(crate) fn outgoing(pseudonym: Option<&str>) -> Outgoing {
    sample(&parse(samples::GREETER).expect("valid"), "Greeted", pseudonym)
}

/// The request that the first destination of that kind gets.
pub(crate) fn request_to(kind: &str, declaration: &Declaration, events: &[Outgoing]) -> Request {
    let destination =
        declaration.destinations.iter().find(|to| to.kind.name() == kind).expect("a destination");
    let now = "2026-11-22T09:51:12Z".parse().expect("a time");
    let batch = Batch { declaration, destination, events, now };
    of(destination.kind).request(&batch)
}

/// The body of a request.
pub(crate) fn body(request: &Request) -> Value {
    serde_json::from_str(&request.body).expect("JSON")
}

/// What a receiver would not take of a declaration.
pub(crate) fn limits_of(text: &str) -> Vec<String> {
    let declaration = parse(text).unwrap_or_else(|problems| panic!("{problems}"));
    let to = &declaration.destinations[0];
    of(to.kind).objections(&declaration, to)
}

/// The keys of an object, in their order.
pub(crate) fn keys(object: &Value) -> Vec<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn every_kind_is_found_by_its_name_and_takes_events() {
    for kind in Kind::ALL {
        assert_eq!(Kind::named(kind.name()), Some(*kind));
        assert!(of(*kind).limits().most_events > 0);
    }
    assert_eq!(Kind::named("smtp"), None);
}

#[test]
fn the_shipped_declarations_are_taken_by_their_receivers() {
    for tool in ["werf", "gitops", "testkube"] {
        let declaration = example(tool);
        for to in &declaration.destinations {
            let limits = of(to.kind).objections(&declaration, to);
            assert!(limits.is_empty(), "{limits:#?}");
        }
    }
}

#[test]
fn the_same_events_make_the_same_request() {
    for tool in ["werf", "gitops", "testkube"] {
        let declaration = example(tool);
        for to in &declaration.destinations {
            let event = declaration.events_to(to).next().expect("an event");
            let events = [sample(&declaration, &event.name, Some(PSEUDONYM))];
            let make = || request_to(to.kind.name(), &declaration, &events);
            assert_eq!(make(), make());
            assert!(make().headers.contains(&("User-Agent".into(), AGENT.into())));
            assert!(make().body.len() <= of(to.kind).limits().most_bytes);
        }
    }
}

#[test]
fn headers_of_ours_cannot_be_declared() {
    let text = greeter_to(
        "kind = \"https\"\nurl = \"https://x.example\"\nheaders = { Host = \"y\", X-Key = \"ä\", X-Good = \"z\" }",
    );
    assert_eq!(
        parse(&text).expect_err("two of them").to_string(),
        "destinations.1.headers.Host: this header is set by sayso\n\
         destinations.1.headers.X-Key: a header holds plain ASCII only"
    );
}

#[test]
fn no_time_is_no_panic() {
    let none = Outgoing { event: Map::new(), pseudonym: None };
    assert_eq!(none.at().as_millisecond(), 0);
    assert_eq!(none.text("eventType"), "");
    assert_eq!(json!(none.event), json!({}));
}
