//! What the started process does: deliver what is due, and nobody hears of it.

use super::deliver::{self, Manner};
use super::detach;
use crate::store::Subject;

/// Delivers in a session of its own. There is nobody to tell of failures; what could not leave waits,
/// and `sayso log` tells why.
pub fn run(subject: &Subject) {
    detach::leave_the_host();
    let _ = deliver::deliver(subject, Manner { now: false, limit: deliver::LIMIT }, &mut |_| {});
}
