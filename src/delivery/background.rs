//! What the started process does: ask and deliver what is due, and nobody hears of it.

use super::deliver;
use super::detach;
use super::report::{self, Manner};
use super::update::{self, Question};
use crate::store::Subject;
use crate::store::recorder::Recorder;

/// Asks, if something is to be asked, and delivers, in a session of its own. There is nobody to tell of
/// failures; what could not leave waits, and `sayso log` tells why.
pub fn run(subject: &Subject, recorder: &Recorder, question: Option<&Question>) {
    detach::leave_the_host();
    if let Some(question) = question {
        let _ = update::ask(subject, recorder, question);
    }
    let _ = deliver::deliver(subject, Manner { now: false, limit: report::LIMIT }, &mut |_| {});
}
