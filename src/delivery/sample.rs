//! The requests that a declaration leads to, made from sample events, for people to read before they
//! agree. Ids and times are fixed, so that they are the same each time.

use crate::delivery::protocols;
use crate::delivery::protocols::protocol::{Batch, Outgoing, Protocol};
use crate::delivery::request::Request;
use crate::domain::consent::Read;
use crate::domain::declaration::destination::Destination;
use crate::domain::declaration::{Declaration, Identity, Terms, canonical};
use crate::domain::pseudonym::{period, pseudonym};
use crate::domain::tool_id::Purpose;
use crate::view::documentation_page;
use crate::view::identifier;
use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A request, where it goes, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample<'a> {
    /// Where it goes.
    pub destination: &'a Destination,
    /// The purposes of its events.
    pub purposes: Vec<&'a Purpose>,
    /// The request, its keys masked.
    pub request: Request,
}

/// What stands for the person's id.
const PERSON: Uuid = Uuid::from_u128(0x6f1c_2a34_9d0e_4b7a_8f11_2a3b_4c5d_6e7f);

/// An event on its way, with its purpose.
struct Sampled<'a> {
    purpose: &'a Purpose,
    outgoing: Outgoing,
}

/// All requests, one destination after the other.
pub fn requests(declaration: &Declaration) -> Vec<Sample<'_>> {
    declaration.destinations.iter().flat_map(|to| requests_to(declaration, to)).collect()
}

fn requests_to<'a>(declaration: &'a Declaration, to: &'a Destination) -> Vec<Sample<'a>> {
    let protocol = protocols::of(to.kind);
    let sampled = events_to(declaration, to);
    batches(protocol, &sampled)
        .into_iter()
        .map(|batch| {
            let events: Vec<Outgoing> = batch.iter().map(|one| one.outgoing.clone()).collect();
            let mut purposes: Vec<&Purpose> = batch.iter().map(|one| one.purpose).collect();
            purposes.dedup();
            let now = events.last().map(|last| sent_at(declaration, last)).unwrap_or_default();
            let batch = Batch { declaration, destination: to, events: &events, now };
            let request = protocol.request(&batch);
            let agreed = purposes.first().and_then(|purpose| {
                let notice = declaration.notice;
                let digest = canonical::digest_of_purpose(declaration, purpose, notice)?;
                Some(Read { notice, digest })
            });
            let request = agreed.iter().fold(request, Request::with_consent);
            Sample { destination: to, purposes, request: request.masked(to) }
        })
        .collect()
}

/// One event of each kind, one purpose after the other.
fn events_to<'a>(declaration: &'a Declaration, to: &'a Destination) -> Vec<Sampled<'a>> {
    let mut sampled = Vec::new();
    for purpose in &to.purposes {
        let events = declaration
            .events_of(purpose)
            .map(|event| documentation_page::sample(declaration, event));
        let mut events: Vec<Value> = events.collect();
        if events.is_empty() && !to.kind.facts().inherent.is_empty() {
            events.push(json!({ "ts": documentation_page::SAMPLE_TS, "attributes": {} }));
        }
        for event in events {
            let Value::Object(mut event) = event else { continue };
            name_what_is_unlisted(declaration, purpose, to, &mut event);
            // Every event has an id of its own.
            let number = 0x9a5e_5d1f_0c9b_8a77 + sampled.len() as u64;
            let id = Uuid::from_u64_pair(0x0b54_e9a1_7d21_4c3f, number);
            event.insert("eventID".to_owned(), json!(id.to_string()));
            let outgoing = Outgoing { event, pseudonym: None };
            let pseudonym = pseudonym_of(declaration, purpose, outgoing.at());
            sampled.push(Sampled { purpose, outgoing: Outgoing { pseudonym, ..outgoing } });
        }
    }
    sampled
}

/// What every request names although no event lists it stands in `attributes` under its type.
fn name_what_is_unlisted(
    declaration: &Declaration,
    purpose: &Purpose,
    to: &Destination,
    event: &mut Map<String, Value>,
) {
    let Some(Value::Object(attributes)) = event.get_mut("attributes") else { return };
    for spec in declaration.unlisted(purpose, to) {
        let sample = match spec.name {
            "version" => "1.4.2",
            "os" => "linux",
            _ => "amd64",
        };
        attributes.insert(spec.name.to_owned(), json!(sample));
    }
}

fn pseudonym_of(declaration: &Declaration, purpose: &Purpose, at: Timestamp) -> Option<String> {
    let identity = declaration.purposes.get(purpose)?.identity;
    let period = period(identity, at)?;
    Some(pseudonym(PERSON, "sample", &declaration.tool, purpose, &period).to_string())
}

/// Events leave once they have rested.
fn sent_at(declaration: &Declaration, outgoing: &Outgoing) -> Timestamp {
    let at = outgoing.at();
    at.checked_add(declaration.rest()).unwrap_or(at)
}

fn batches<'s, 'a>(protocol: &dyn Protocol, events: &'s [Sampled<'a>]) -> Vec<&'s [Sampled<'a>]> {
    let mut batches = Vec::new();
    let mut rest = events;
    while let Some(first) = rest.first() {
        let fits = |one: &&Sampled<'_>| {
            one.purpose == first.purpose
                && one.outgoing.pseudonym == first.outgoing.pseudonym
                && protocol.can_share_request(&first.outgoing, &one.outgoing)
        };
        let more =
            rest[1..].iter().take(protocol.limits().most_events.saturating_sub(1)).take_while(fits);
        let (batch, behind) = rest.split_at(1 + more.count());
        batches.push(batch);
        rest = behind;
    }
    batches
}

/// How the recipient of a request can recognise the person, for people: a line for each rule, with
/// the purposes that have it.
pub fn recognised_in_words(declaration: &Declaration, sample: &Sample<'_>) -> Vec<String> {
    let mut rules: IndexMap<String, Vec<&str>> = IndexMap::new();
    for purpose in &sample.purposes {
        let rule = rule_in_words(declaration, purpose, sample.destination);
        rules.entry(rule).or_default().push(purpose.as_str());
    }
    rules.into_iter().map(|(rule, of)| format!("{}: {rule}", of.join(", "))).collect()
}

fn rule_in_words(declaration: &Declaration, purpose: &Purpose, to: &Destination) -> String {
    let words = identifier::in_words(declaration, purpose);
    let identity = declaration.purposes.get(purpose).map(|spec| spec.identity).unwrap_or_default();
    match identity {
        Identity::None if protocols::of(to.kind).limits().requires_id => format!(
            "{words}; {} requires one and gets a placeholder, another one for each event",
            to.kind.facts().words
        ),
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::super::protocols::tests::example;
    use super::*;
    use crate::domain::declaration::destination::Kind;

    #[test]
    fn every_event_is_in_a_request_of_each_of_its_destinations() {
        for tool in ["werf", "gitops", "testkube"] {
            let declaration = example(tool);
            let samples = requests(&declaration);
            assert_eq!(samples, requests(&declaration));
            for to in &declaration.destinations {
                let mine = samples.iter().filter(|sample| sample.destination == to);
                let bodies: String = mine.map(|sample| sample.request.to_string()).collect();
                for event in declaration.events_to(to).filter(|_| to.kind != Kind::Checkpoint) {
                    assert!(bodies.contains(&format!("\"{}\"", event.name)), "{}", event.name);
                }
                assert!(!bodies.is_empty() && !bodies.contains("PLACEHOLDER"), "{bodies}");
            }
        }
    }

    #[test]
    fn an_update_check_without_an_event_is_shown_too() {
        let text = "tool = \"t\"\nname = \"T\"\nvendor = \"V\"\nwhy = \"w\"\n[purposes.update-check]\nwhy = \"w\"\n[[destinations]]\nkind = \"checkpoint\"\nurl = \"https://x.example\"\nproduct = \"t\"\nrecipient = \"R\"\npurposes = [\"update-check\"]\n";
        let declaration = crate::domain::declaration::parse(text).expect("valid");
        let urls: Vec<String> = requests(&declaration).into_iter().map(|s| s.request.url).collect();
        assert_eq!(urls, ["https://x.example/v1/check/t?version=1.4.2&arch=amd64&os=linux"]);
    }

    #[test]
    fn a_request_without_identity_has_a_placeholder_of_its_own() {
        let testkube = example("testkube");
        let samples = requests(&testkube);
        let google: Vec<&Sample<'_>> =
            samples.iter().filter(|sample| sample.destination.kind == Kind::Ga4).collect();
        let ids: std::collections::BTreeSet<String> = google
            .iter()
            .map(|sample| sample.request.body.split(',').next().unwrap_or_default().to_owned())
            .collect();
        assert!(google.len() > 2);
        assert_eq!(ids.len(), google.len(), "{ids:?}");
    }
}
