//! What each kind of receiver is sent: one small file a kind, pure, from events to a request.

mod checkpoint;
mod fields;
mod ga4;
mod https;
mod otlp;
mod pendo;
mod posthog;
pub mod protocol;
mod segment;
mod size;
#[cfg(test)]
pub(crate) mod tests;

use crate::domain::declaration::Declaration;
use crate::domain::declaration::destination::Kind;
use protocol::Protocol;

/// How a kind of destination is spoken to.
pub fn of(kind: Kind) -> &'static dyn Protocol {
    match kind {
        Kind::Otlp => &otlp::Otlp,
        Kind::Segment => &segment::Segment,
        Kind::PostHog => &posthog::PostHog,
        Kind::Ga4 => &ga4::Ga4,
        Kind::Pendo => &pendo::Pendo,
        Kind::Https => &https::Https,
        Kind::Checkpoint => &checkpoint::Checkpoint,
    }
}

/// What the receivers of a declaration would not take, for its author; each sentence once.
pub fn objections(declaration: &Declaration) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for to in &declaration.destinations {
        for objection in of(to.kind).objections(declaration, to) {
            if !found.contains(&objection) {
                found.push(objection);
            }
        }
    }
    found
}
