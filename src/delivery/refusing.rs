//! Destinations that have taken nothing for a day although they answered: what goes there is lost or
//! waits, and only the vendor can change that. Told from the sent log.

use crate::delivery::request::Request;
use crate::domain::declaration::destination::Destination;
use crate::events::sent::{self, Entry, Outcome};
use crate::fs::Error;
use crate::registry::Subject;
use jiff::{SignedDuration, Timestamp};

/// How long a destination may refuse everything before it is worth a word.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);

/// A destination that has taken nothing for a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusing<'a> {
    /// Where it goes.
    pub destination: &'a Destination,
    /// Since when everything was refused.
    pub since: Timestamp,
    /// What it said the last time.
    pub why: String,
}

/// Those of one tool, as far as anything may go there.
///
/// # Errors
/// Where the sent log is there and cannot be listed.
pub fn all(subject: &Subject) -> Result<Vec<Refusing<'_>>, Error> {
    let world = subject.world();
    let (layout, now) = (world.layout()?, world.clock());
    let declared = subject.declaration().into_iter().flat_map(|declared| &declared.destinations);
    let open = declared.filter_map(|to| Some((to, open_since(subject, to)?, address(to))));
    let mut found: Vec<_> = open.map(|(to, yes, address)| (to, yes, address, None)).collect();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    for entry in sent::entries(layout, &subject.tool)? {
        let Ok(at) = entry.sent.parse::<Timestamp>() else { continue };
        for (to, yes, address, refusing) in &mut found {
            let is_to = entry.kind == to.kind.name() && entry.recipient == to.recipient;
            let rest = entry.request.url.strip_prefix(&**address).filter(|_| is_to);
            let is_there =
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '&']));
            if !is_there || at < *yes || entry.answer.status.is_none() {
                continue;
            }
            match entry.answer.why.clone().filter(|_| !took_any(&entry)) {
                Some(why) => {
                    let since = refusing.as_ref().map_or(at, |before: &Refusing<'_>| before.since);
                    *refusing = Some(Refusing { destination: to, since, why });
                }
                None => *refusing = None,
            }
        }
    }
    let refusing = found.into_iter().filter_map(|(.., refusing)| refusing);
    Ok(refusing.filter(|one| now.duration_since(one.since) >= A_DAY).collect())
}

fn took_any(entry: &Entry) -> bool {
    entry.answer.outcome == Outcome::Taken && entry.answer.turned_down < entry.events.max(1)
}

/// Since when anything may go there: the oldest of the opt-ins that allow it.
fn open_since(subject: &Subject, to: &Destination) -> Option<Timestamp> {
    let allowed = to.purposes.iter().filter(|purpose| {
        let decision = subject.decide(Some(purpose));
        decision.allows() && decision.notice.is_some_and(|notice| to.since <= notice)
    });
    allowed.map(|p| subject.consent.word_on(p).at().unwrap_or(Timestamp::MIN)).min()
}

/// How the addresses of its requests begin in the log.
fn address(to: &Destination) -> String {
    Request::get(to.url.trim_end_matches('/')).masked(to).url
}
