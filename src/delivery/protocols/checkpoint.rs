//! An update check as go-checkpoint asks it (github.com/hashicorp/go-checkpoint `check.go`, and the fork
//! of weaveworks for `flag_NAME`): `GET …/v1/check/PRODUCT?version=&arch=&os=&signature=`.
//!
//! Version, processor and system are part of every such question. They come from the fields of
//! those types; whoever makes the batch puts them into `attributes` under these names where the
//! event lists none. The signature is the pseudonym, and only where the purpose has one. Every
//! other field is a `flag_NAME`.

use crate::delivery::protocols::fields::{
    fields, key_of_destination, of_type, option_names, twins,
};
use crate::delivery::protocols::protocol::{Batch, Limits, Outgoing, Protocol};
use crate::delivery::request::{Request, percent_encoded, with_query};
use crate::domain::declaration::Declaration;
use crate::domain::declaration::destination::Destination;
use serde_json::{Map, Value};

/// The kind. One question at a time.
pub(super) struct Checkpoint;

impl Protocol for Checkpoint {
    fn limits(&self) -> Limits {
        Limits { most_events: 1, most_bytes: 0, most_hours: None, requires_id: false }
    }

    fn can_share_request(&self, _: &Outgoing, _: &Outgoing) -> bool {
        false
    }

    fn request(&self, batch: &Batch<'_>) -> Request {
        let none = Outgoing { event: Map::new(), pseudonym: None };
        let outgoing = batch.events.first().unwrap_or(&none);
        let mut parameters: Vec<(String, String)> = PARAMETERS
            .into_iter()
            .map(|name| {
                let given = || outgoing.event.get("attributes")?.get(name);
                let value = of_type(batch.declaration, outgoing, name).or_else(given);
                (name.to_owned(), value.map(text).unwrap_or_default())
            })
            .collect();
        if let Some(pseudonym) = &outgoing.pseudonym {
            parameters.push(("signature".to_owned(), pseudonym.clone()));
        }
        parameters.extend(flags(batch, outgoing));
        let pairs: Vec<(&str, &str)> =
            parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let product = batch.destination.settings.get("product").map(String::as_str);
        let base = batch.destination.url.trim_end_matches('/');
        let product = percent_encoded(product.unwrap_or_default());
        Request::get(&with_query(&format!("{base}/v1/check/{product}"), &pairs))
    }

    fn objections(&self, declaration: &Declaration, destination: &Destination) -> Vec<String> {
        let mut found = twins(declaration, destination);
        let events: Vec<&str> =
            declaration.events_to(destination).map(|event| event.name.as_str()).collect();
        if events.len() > 1 {
            found.push(format!(
                "{}: an update check is one event, and these are {}",
                key_of_destination(declaration, destination),
                events.join(", ")
            ));
        }
        found
    }
}

/// Parameters of every question; each is the name of a field type as well.
const PARAMETERS: [&str; 3] = ["version", "arch", "os"];

/// The declared fields that are no parameter already.
fn flags(batch: &Batch<'_>, outgoing: &Outgoing) -> Vec<(String, String)> {
    let name = outgoing.text("eventType");
    let Some(event) = batch.declaration.events.iter().find(|event| event.name == name) else {
        return Vec::new();
    };
    let others = event.fields.iter().filter(|field| !PARAMETERS.contains(&field.kind.name()));
    others
        .filter_map(|field| {
            let (_, value) = fields(outgoing).find(|(name, _)| **name == field.name)?;
            Some((format!("flag_{}", field.name), text(value)))
        })
        .collect()
}

/// A value as a parameter.
fn text(value: &Value) -> String {
    match (option_names(value), value) {
        (Some(names), _) => names.collect::<Vec<_>>().join(","),
        (None, Value::String(text)) => text.clone(),
        (None, other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::*;
    use serde_json::json;

    /// The older page: up to two verbs, system and processor, version, release candidate or not.
    #[test]
    fn the_check_of_weave_gitops_has_what_its_page_lists() {
        let gitops = example("gitops");
        let mut event = sample(&gitops, "UpdateCheck", Some(PSEUDONYM));
        event.event["command"] = json!("gitops add cluster");
        event.event["attributes"]["version"] = json!("0.6.2-RC1+b");
        event.event["attributes"]["preRelease"] = json!(true);
        let request = request_to("checkpoint", &gitops, &[event]);
        assert_eq!(
            request.url,
            format!(
                "https://checkpoint-api.weave.works/v1/check/weave-gitops?version=0.6.2-RC1%2Bb&arch=amd64&os=linux&signature={PSEUDONYM}&flag_command=gitops%20add%20cluster&flag_preRelease=true"
            )
        );
        assert_eq!((request.method, request.body.as_str()), ("GET", ""));
        assert_eq!(request.headers[0], ("Accept".to_owned(), "application/json".to_owned()));
    }

    #[test]
    fn no_pseudonym_no_signature_and_no_command_no_flag() {
        let gitops = example("gitops");
        let mut event = sample(&gitops, "UpdateCheck", None);
        event.event.shift_remove("command");
        let url = request_to("checkpoint", &gitops, &[event]).url;
        assert!(url.ends_with("?version=1.4.2&arch=amd64&os=linux&flag_preRelease=false"), "{url}");
    }

    #[test]
    fn what_no_event_lists_comes_with_the_batch() {
        let text =
            greeter_to("kind = \"checkpoint\"\nurl = \"https://x.example/\"\nproduct = \"a b\"");
        let greeter = crate::domain::declaration::parse(&text).expect("valid");
        let mut event = sample(&greeter, "Beat", None);
        event.event["attributes"] = json!({ "os": "linux", "arch": "arm64", "version": "2.0.0" });
        assert_eq!(
            request_to("checkpoint", &greeter, &[event]).url,
            "https://x.example/v1/check/a%20b?version=2.0.0&arch=arm64&os=linux"
        );
    }

    #[test]
    fn an_update_check_is_one_event() {
        let text =
            greeter_to("kind = \"checkpoint\"\nurl = \"https://x.example/\"\nproduct = \"p\"");
        assert_eq!(
            limits_of(&text),
            ["destinations.1: an update check is one event, and these are Greeted, Beat"]
        );
    }
}
