//! What the started process does: ask and deliver what is due, and nobody hears of it.

use super::deliver::{self, Manner};
use super::detach;
use super::update::{self, Question};
use crate::store::Subject;

/// Asks, if something is to be asked, and delivers, in a session of its own. There is nobody to tell of
/// failures; what could not leave waits, and `sayso log` tells why.
pub fn run(subject: &Subject, question: Option<&Question>) {
    detach::leave_the_host();
    if let Some(question) = question {
        let _ = update::ask(subject, question);
    }
    let _ = deliver::deliver(subject, Manner { now: false, limit: deliver::LIMIT }, &mut |_| {});
}
