//! What an answer means for the events: taken, refused, to be split, or to be tried again later.
//!
//! Tried again: no answer, and the statuses of [`Protocol::is_retryable`]. Split: 400 and 413, which may be about
//! one event or the size. Everything else is final.

use crate::delivery::protocols::protocol::Protocol;
use crate::delivery::transport::{self, Reply};
use crate::events::schedule::Pause;
use crate::events::sent::{Answer, Outcome};
use crate::fs::random;
use jiff::Timestamp;
use std::time::Duration;

/// The most of a reason that the sent log keeps, in characters: it has room for an answer, and no more.
const MOST_WORDS: usize = 100;

/// What becomes of the events in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The receiver has them, but for so many that it says it did not keep.
    Taken {
        /// How many it did not keep.
        turned_down: u64,
    },
    /// The receiver does not want them, now or ever.
    Refused {
        /// Why.
        why: String,
    },
    /// The receiver does not want them in one request.
    Split {
        /// Why.
        why: String,
    },
    /// They are tried again.
    Later {
        /// Why.
        why: String,
        /// The pause that the receiver asks for.
        asked_for: Option<Duration>,
    },
}

impl Verdict {
    /// A request that is larger than the receiver takes is not sent at all.
    pub(super) fn refused_for_size(count: usize) -> Self {
        let why = "larger than the receiver takes".to_owned();
        if count > 1 { Self::Split { why } } else { Self::Refused { why } }
    }
}

/// Judges a reply to a request with that many events.
pub(super) fn judge(
    reply: &Reply,
    count: usize,
    protocol: &dyn Protocol,
    now: Timestamp,
) -> Verdict {
    let (status, retry_after, body) = match reply {
        Reply::Failed { why, .. } => {
            return Verdict::Later { why: why.clone(), asked_for: None };
        }
        Reply::Answered { status, retry_after, body } => (*status, retry_after, body),
    };
    let why = format!("the receiver answered {status}");
    match status {
        200..=299 => {
            Verdict::Taken { turned_down: protocol.rejected_count(body).min(count as u64) }
        }
        status if protocol.is_retryable(status) => Verdict::Later {
            why,
            asked_for: retry_after
                .as_deref()
                .and_then(|value| transport::pause_asked_for(value, now)),
        },
        400 | 413 if count > 1 => Verdict::Split { why },
        _ => Verdict::Refused { why },
    }
}

/// What the sent log says before the answer is there.
pub(super) fn no_answer_yet() -> Answer {
    let why = Some("no answer yet".to_owned());
    Answer { status: None, outcome: Outcome::Later, turned_down: 0, why }
}

/// What the sent log says; `None` where nothing can have left.
pub(super) fn for_the_log(reply: &Reply, verdict: &Verdict) -> Option<Answer> {
    let status = match reply {
        Reply::Answered { status, .. } => Some(*status),
        Reply::Failed { may_have_left: true, .. } => None,
        Reply::Failed { may_have_left: false, .. } => return None,
    };
    let (outcome, turned_down, why) = match verdict {
        Verdict::Taken { turned_down } => (Outcome::Taken, *turned_down, None),
        Verdict::Refused { why } => (Outcome::Refused, 0, Some(why.clone())),
        Verdict::Split { why } => (Outcome::Later, 0, Some(format!("{why}; smaller parts follow"))),
        Verdict::Later { why, .. } => (Outcome::Later, 0, Some(why.clone())),
    };
    let why = why.map(|why| why.chars().take(MOST_WORDS).collect());
    Some(Answer { status, outcome, turned_down, why })
}

/// How long a receiver is left alone after so many failures in a row: what it asks for, or else one
/// minute, two, four, and so on, up to a day; between three and five quarters of that, so that
/// machines that were cut off together do not come back together.
pub(super) fn pause(
    recipient: &str,
    tries: u32,
    why: String,
    asked_for: Option<Duration>,
    now: Timestamp,
) -> Pause {
    const DAY: u64 = 24 * 60 * 60;
    let doubled = 60u64.checked_shl(tries.saturating_sub(1)).filter(|_| tries < 32);
    let seconds = doubled.map_or(DAY, |seconds| seconds.min(DAY));
    let pause = asked_for.unwrap_or_else(|| random::jittered(Duration::from_secs(seconds)));
    Pause {
        recipient: recipient.to_owned(),
        tries,
        why,
        until: now.saturating_add(pause).unwrap_or(Timestamp::MAX),
        asked_for: asked_for.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::protocols;
    use super::*;
    use crate::domain::declaration::destination::Kind;

    fn answered(status: u16) -> Reply {
        Reply::Answered { status, retry_after: None, body: String::new() }
    }

    fn judged(kind: &str, status: u16, count: usize) -> Verdict {
        let protocol = protocols::of(Kind::named(kind).expect("a kind"));
        judge(&answered(status), count, protocol, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn answers_mean_what_the_contract_says() {
        for kind in Kind::ALL.iter().map(|kind| kind.name()) {
            for status in 200..600 {
                let verdict = judged(kind, status, 3);
                let is_later = match (kind, status) {
                    ("otlp", status) => matches!(status, 429 | 502 | 503 | 504),
                    (_, 300..=399 | 407 | 408 | 425 | 429 | 500..) => true,
                    _ => false,
                };
                assert_eq!(matches!(verdict, Verdict::Later { .. }), is_later, "{kind} {status}");
                let is_taken = (200..300).contains(&status);
                assert_eq!(matches!(verdict, Verdict::Taken { .. }), is_taken, "{kind} {status}");
                let is_split = matches!(status, 400 | 413);
                assert_eq!(matches!(verdict, Verdict::Split { .. }), is_split, "{kind} {status}");
            }
            for status in [400, 413] {
                assert!(matches!(judged(kind, status, 1), Verdict::Refused { .. }), "{status}");
            }
            let failed = Reply::Failed { why: "no answer in time".into(), may_have_left: true };
            let verdict = judge(&failed, 1, protocols::of(Kind::Otlp), Timestamp::UNIX_EPOCH);
            assert!(matches!(verdict, Verdict::Later { .. }));
        }
    }

    #[test]
    fn what_cannot_have_left_is_not_in_the_log() {
        let failed = |may_have_left| Reply::Failed { why: "why".into(), may_have_left };
        let verdict = judge(&failed(true), 1, protocols::of(Kind::Otlp), Timestamp::UNIX_EPOCH);
        assert!(for_the_log(&failed(true), &verdict).is_some());
        assert!(for_the_log(&failed(false), &verdict).is_none());
    }

    #[test]
    fn pauses_grow_up_to_a_day() {
        let now = Timestamp::UNIX_EPOCH;
        let seconds = |tries| pause("x", tries, String::new(), None, now).until.as_second();
        assert!((45..=75).contains(&seconds(1)));
        assert!((360..=600).contains(&seconds(4)));
        assert!((64_800..=108_000).contains(&seconds(31)));
        assert!((64_800..=108_000).contains(&seconds(u32::MAX)));
        let asked = pause("x", 9, String::new(), Some(Duration::from_secs(5)), now);
        assert_eq!((asked.until.as_second(), asked.asked_for), (5, true));
    }
}
