//! The one loop: what has rested leaves, destination by destination, for as long as that is allowed.
//!
//! Consent is read again just before each request. A request is noted in the sent log before its
//! events are crossed out, so whoever is killed between the two sends them again, under the same
//! event ids.

use super::batch::{Gathered, Window};
use super::outcome::{self, Verdict};
use super::parcel::{Parcel, Target};
use super::request::Request;
use super::transport::{Line, Reply};
use super::wire::{self, Batch};
use crate::domain::decision::Decision;
use crate::domain::declaration::Declaration;
use crate::domain::tool_id::Purpose;
use crate::store::layout::Layout;
use crate::store::queue::Queue;
use crate::store::schedule::{INTERVAL, Schedule};
use crate::store::sent::SentLog;
use crate::store::{Error, Subject, random, spool};
use jiff::{SignedDuration, Timestamp};
use std::time::{Duration, Instant};

/// How a delivery goes about it.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// Do not let events rest, as a person asked.
    pub now: bool,
    /// The longest that it may take.
    pub limit: Duration,
}

/// The longest that a delivery in the background may take.
pub const LIMIT: Duration = Duration::from_secs(60);

/// What came of a delivery.
#[derive(Debug, Default)]
pub struct Report {
    /// Another process delivers this tool's events at this moment.
    pub is_busy: bool,
    /// Each destination that something was meant for.
    pub delivered: Vec<Delivered>,
    /// Purposes of which something waits and nothing may leave.
    pub held: Vec<(Purpose, Decision)>,
    /// When the first event that still rests may leave.
    pub next: Option<Timestamp>,
}

/// What came of it for one destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// For which purpose.
    pub purpose: Purpose,
    /// Who gets it.
    pub recipient: String,
    /// Where that is.
    pub host: String,
    /// How many events it has now.
    pub taken: u64,
    /// How many it does not want.
    pub refused: u64,
    /// Why the rest has to wait, if it has to.
    pub later: Option<String>,
}

/// Delivers what waits for one tool. Says after each request how many events have left for whom.
///
/// # Errors
/// Where files of ours cannot be read or written. Receivers that cannot be reached are no error: the
/// report tells.
pub fn deliver(
    subject: &Subject,
    manner: Manner,
    watch: &mut dyn FnMut(&Delivered),
) -> Result<Report, Error> {
    let layout = subject.world().layout()?;
    let Some(declaration) = subject.declaration() else { return Ok(Report::default()) };
    let mut report = Report::default();
    let mut purposes = Vec::new();
    for purpose in declaration.purposes.keys() {
        let waits = spool::waiting(layout, &subject.tool, purpose, subject.world().clock())?
            .next_event()
            .is_some();
        let decision = subject.decide(Some(purpose));
        match (waits, decision.allows()) {
            (true, true) => purposes.push(purpose),
            (true, false) => report.held.push((purpose.clone(), decision)),
            (false, _) => {}
        }
    }
    if purposes.is_empty() {
        return Ok(report);
    }
    let Some(schedule) = Schedule::take(layout, &subject.tool)? else {
        report.is_busy = true;
        return Ok(report);
    };
    let mut delivery = Delivery {
        declaration,
        layout,
        manner,
        log: SentLog::open(layout, &subject.tool, subject.world().clock())?,
        schedule,
        started: Instant::now(),
        report,
        watch,
    };
    let ended = purposes.into_iter().try_for_each(|purpose| delivery.purpose(subject, purpose));
    let Delivery { schedule, report, .. } = delivery;
    let due = due(&report, &schedule, subject.world().clock(), declaration.wait);
    ended.and(schedule.finish(layout, &subject.tool, due))?;
    Ok(report)
}

/// When it is worth coming back.
fn due(report: &Report, schedule: &Schedule, now: Timestamp, wait: u64) -> Timestamp {
    let rested = SignedDuration::from_secs(i64::try_from(wait).unwrap_or(i64::MAX));
    let pauses = schedule.state.pauses.values().map(|pause| pause.until);
    let first = pauses.chain(report.next).min();
    let next = first.unwrap_or_else(|| now.saturating_add(rested).unwrap_or(Timestamp::MAX));
    next.max(now + INTERVAL)
}

struct Delivery<'a> {
    declaration: &'a Declaration,
    layout: &'a Layout,
    manner: Manner,
    log: SentLog,
    schedule: Schedule,
    started: Instant,
    report: Report,
    watch: &'a mut dyn FnMut(&Delivered),
}

/// After so many single events in a row that a receiver refused, it wants none of the batch.
const MOST_REFUSALS: u32 = 5;

impl Delivery<'_> {
    fn purpose(&mut self, subject: &Subject, purpose: &Purpose) -> Result<(), Error> {
        let notice = subject.decide(Some(purpose)).notice.unwrap_or(self.declaration.notice);
        let mut targets: Vec<Target<'_>> = self
            .declaration
            .destinations_of(purpose)
            .filter(|to| to.since <= notice && !to.is_update_check())
            .map(|destination| Target::new(destination, purpose))
            .collect();
        if targets.is_empty() {
            return Ok(());
        }
        let keys = targets.iter().map(|target| target.key.clone()).collect();
        let mut queue = Queue::of(self.layout, &subject.tool, purpose, keys);
        let now = subject.world().clock();
        let rested = now.saturating_sub(self.rest()).unwrap_or(Timestamp::MIN).as_millisecond();
        let may_leave = |ts: i64| ts <= rested;
        loop {
            let closed = queue.close(&may_leave)?;
            let mut has_moved = false;
            for name in &closed {
                for target in &mut targets {
                    has_moved |= self.file(subject, purpose, &mut queue, name, target)?;
                }
                queue.remove_if_done(name)?;
            }
            if !has_moved {
                break;
            }
        }
        self.report.delivered.extend(targets.into_iter().map(|target| target.result));
        let mut left = spool::waiting(self.layout, &subject.tool, purpose, now)?;
        if let Some((ts, _)) = left.next_event().filter(|(ts, _)| *ts > rested) {
            let at = Timestamp::from_millisecond(ts).ok();
            let next = at.and_then(|at| at.saturating_add(self.rest()).ok());
            self.report.next = [self.report.next, next].into_iter().flatten().min();
        }
        Ok(())
    }

    fn rest(&self) -> SignedDuration {
        let wait = if self.manner.now { 0 } else { self.declaration.wait };
        SignedDuration::from_secs(i64::try_from(wait).unwrap_or(i64::MAX))
    }

    /// Sends what one closed file holds for one destination; whether it got any further.
    fn file(
        &mut self,
        subject: &Subject,
        purpose: &Purpose,
        queue: &mut Queue,
        name: &str,
        target: &mut Target<'_>,
    ) -> Result<bool, Error> {
        let mut has_moved = false;
        while !target.is_over {
            let now = subject.world().clock();
            if let Some(pause) = self.schedule.state.pauses.get(&target.key)
                && pause.until > now
                && (pause.asked_for || !self.manner.now)
            {
                target.result.later = Some(pause.why.clone());
                return Ok(has_moved);
            }
            let subject = subject.again();
            let Some(lines) = queue.events(name, &target.key) else { return Ok(has_moved) };
            let window = Window {
                subject: &subject,
                purpose,
                destination: target.destination,
                wire: wire::of(target.destination),
                now,
                wait: self.rest(),
            };
            let from = lines.position();
            let gathered = window.gather(lines);
            let settled = match gathered.is_empty() {
                true => 0,
                false => match self.send(&window, &gathered, target)? {
                    Some(settled) => settled,
                    None => return Ok(has_moved),
                },
            };
            let end = gathered.end_of(settled);
            if end == from {
                return Ok(has_moved);
            }
            if settled == gathered.events.len() {
                queue.count_too_old(gathered.too_old);
            }
            queue.advance(name, &target.key, end)?;
            has_moved = true;
        }
        Ok(has_moved)
    }

    /// Sends as many of the events as are taken or refused for good in one request, and says how
    /// many those were; `None` where the rest has to wait.
    fn send(
        &mut self,
        window: &Window<'_>,
        gathered: &Gathered,
        target: &mut Target<'_>,
    ) -> Result<Option<usize>, Error> {
        let mut count = gathered.events.len();
        loop {
            let events = &gathered.events[..count];
            let Some(random) = random::id() else { return Ok(None) };
            let request = (window.wire.request)(&Batch {
                declaration: self.declaration,
                destination: target.destination,
                events,
                random: &random,
                now: window.now,
            });
            let parcel = Parcel { events, request, random };
            let verdict = if parcel.request.body.len() > window.wire.most_bytes {
                Verdict::refused_for_size(count)
            } else {
                let Some(reply) = self.attempt(window, &parcel.request, target) else {
                    return Ok(None);
                };
                let verdict = outcome::judge(&reply, count, window.wire.turned_down, window.now);
                if let Some(answer) = outcome::for_the_log(&reply, &verdict) {
                    self.log.note(&parcel.entry(window, answer))?;
                }
                verdict
            };
            match verdict {
                Verdict::Split { .. } => count = count.div_ceil(2),
                Verdict::Taken { turned_down } => {
                    self.schedule.state.pauses.remove(&target.key);
                    target.refusals = 0;
                    target.result.later = None;
                    target.result.taken += (count as u64).saturating_sub(turned_down);
                    target.result.refused += turned_down;
                    (self.watch)(&target.result);
                    return Ok(Some(count));
                }
                Verdict::Refused { .. } => {
                    target.refusals += 1;
                    // One by one, a receiver that refuses everything would be asked for ever.
                    if target.refusals >= MOST_REFUSALS {
                        count = gathered.events.len();
                    }
                    target.result.refused += count as u64;
                    (self.watch)(&target.result);
                    return Ok(Some(count));
                }
                Verdict::Later { why, asked_for } => {
                    self.pause(target, window.now, why, asked_for);
                    return Ok(None);
                }
            }
        }
    }

    /// One request, if it is still allowed and there is time; `None` otherwise. The last look at
    /// consent is here, with nothing between it and the socket.
    fn attempt(
        &mut self,
        window: &Window<'_>,
        request: &Request,
        target: &mut Target<'_>,
    ) -> Option<Reply> {
        let left = self.manner.limit.saturating_sub(self.started.elapsed());
        if left.is_zero() {
            target.is_over = true;
            target.result.later = Some("the time for one delivery is over".to_owned());
            return None;
        }
        if target.line.is_none() {
            let environment = window.subject.world().environment();
            match Line::to(&target.destination.url, environment) {
                Ok(line) => target.line = Some(line),
                Err(why) => {
                    self.pause(target, window.now, why, None);
                    return None;
                }
            }
        }
        let line = target.line.as_ref()?;
        let again = window.subject.again();
        let decision = again.decide(Some(window.purpose));
        let is_the_same_yes = again.consent.salt == window.subject.consent.salt
            && again.consent.word_on(window.purpose).at()
                == window.subject.consent.word_on(window.purpose).at();
        let is_covered = decision.notice.is_some_and(|notice| target.destination.since <= notice);
        if !decision.allows() || !is_covered || !is_the_same_yes {
            target.is_over = true;
            return None;
        }
        Some(line.send(request, left))
    }

    fn pause(
        &mut self,
        target: &mut Target<'_>,
        now: Timestamp,
        why: String,
        asked_for: Option<Duration>,
    ) {
        let before = self.schedule.state.pauses.get(&target.key).map_or(0, |pause| pause.tries);
        let pause = outcome::pause(&target.result.recipient, before + 1, why, asked_for, now);
        target.result.later = Some(pause.why.clone());
        target.is_over = true;
        self.schedule.state.pauses.insert(target.key.clone(), pause);
    }
}
