//! The one loop: what has rested leaves, destination by destination, for as long as that is allowed.
//!
//! Consent is read again just before each request. A request is noted in the sent log before its
//! events are crossed out, so whoever is killed between the two sends them again, under the same
//! event ids.

use crate::delivery::batch::{self, Gathered, Window};
use crate::delivery::outcome::{self, Verdict};
use crate::delivery::parcel::{Parcel, Target, Yes, key_of};
use crate::delivery::protocols;
use crate::delivery::protocols::protocol::{Batch, to_the_second};
use crate::delivery::report::{Delivered, Manner, Report};
use crate::delivery::request::Request;
use crate::delivery::transport::{Line, Reply};
use crate::domain::declaration::Declaration;
use crate::domain::tool_id::Purpose;
use crate::events::queue::Queue;
use crate::events::schedule::{self, Schedule};
use crate::events::sent::{self, SentLog, Writer};
use crate::events::spool;
use crate::fs::Error;
use crate::fs::layout::Layout;
use crate::registry::Subject;
use jiff::{SignedDuration, Timestamp};
use std::time::{Duration, Instant};

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
        log: SentLog::open(layout, &subject.tool, subject.world().clock(), Writer::Delivery)?,
        schedule,
        started: Instant::now(),
        report,
        watch,
    };
    let ended = purposes.into_iter().try_for_each(|purpose| delivery.purpose(subject, purpose));
    let Delivery { mut schedule, report, .. } = delivery;
    let declared: Vec<String> = declaration.destinations.iter().map(key_of).collect();
    schedule.state.pauses.retain(|key, _| declared.contains(key));
    let due = due(&report, &schedule, subject.world().clock());
    ended?;
    match subject.again().allows_anything() {
        true => schedule.finish(layout, &subject.tool, due)?,
        // A no came meanwhile. It left these files alone because they are in use.
        false => schedule.remove(layout, &subject.tool)?,
    }
    Ok(report)
}

/// When it is worth coming back.
fn due(report: &Report, schedule: &Schedule, now: Timestamp) -> Timestamp {
    let pauses = schedule.state.pauses.values().map(|pause| pause.until);
    let ahead = pauses.chain(report.next).filter(|at| *at > now);
    schedule::look_again(ahead.min().unwrap_or(Timestamp::MAX), now)
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

/// After so many single events in a row that a receiver refused, it is asked once more about all the
/// rest, and then no further.
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
        let rest = self.rest(subject, purpose);
        let has_rested = |ts: i64| batch::has_rested(ts, now, rest);
        loop {
            let closed = queue.close(&has_rested)?;
            let mut has_moved = false;
            for name in &closed {
                for target in &mut targets {
                    has_moved |= self.file(subject, purpose, &mut queue, name, target)?;
                }
                queue.remove_if_done(name, subject.world().clock())?;
            }
            if !has_moved {
                break;
            }
        }
        let most = |of: fn(&Target<'_>) -> u64| targets.iter().map(of).max().unwrap_or(0);
        queue.count_dropped(most(|target| target.too_old), most(|target| target.not_covered));
        self.report.delivered.extend(targets.into_iter().map(|target| target.result));
        let mut left = spool::waiting(self.layout, &subject.tool, purpose, now)?;
        if let Some((ts, _)) = left.next_event().filter(|(ts, _)| !has_rested(*ts)) {
            let at = Timestamp::from_millisecond(ts).ok();
            let next = at.and_then(|at| at.saturating_add(rest).ok());
            self.report.next = [self.report.next, next].into_iter().flatten().min();
        }
        Ok(())
    }

    fn rest(&self, subject: &Subject, purpose: &Purpose) -> SignedDuration {
        if self.manner.now { SignedDuration::ZERO } else { subject.rest(purpose) }
    }

    /// Sends what one closed file holds for one destination; whether it got any further.
    fn file(
        &mut self,
        at_first: &Subject,
        purpose: &Purpose,
        queue: &mut Queue,
        name: &str,
        target: &mut Target<'_>,
    ) -> Result<bool, Error> {
        let mut has_moved = false;
        while !target.is_over {
            let now = at_first.world().clock();
            if let Some(pause) = self.schedule.state.pause_of(&target.key, now, self.manner.now) {
                target.result.later = Some(pause.why.clone());
                return Ok(has_moved);
            }
            let subject = at_first.again();
            if Yes::of(&subject, purpose) != Yes::of(at_first, purpose) {
                target.is_over = true;
                return Ok(has_moved);
            }
            let decision = subject.decide(Some(purpose));
            let Some(lines) = queue.events(name, &target.key) else { return Ok(has_moved) };
            let window = Window {
                subject: &subject,
                declaration: self.declaration,
                purpose,
                // A file of another yes holds nothing that this one covers.
                yes: spool::yes_behind(name, &subject.consent, purpose, self.declaration)
                    .filter(|(_, read)| decision.notice.is_some_and(|now| read.notice <= now)),
                destination: target.destination,
                protocol: protocols::of(target.destination.kind),
                now,
                wait: self.rest(&subject, purpose),
                most: target.most,
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
                target.too_old += gathered.too_old;
                target.not_covered += gathered.not_covered;
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
            let request = window.protocol.request(&Batch {
                declaration: self.declaration,
                destination: target.destination,
                events,
                now: to_the_second(window.now),
            });
            let read = window.yes.as_ref().map(|(_, read)| read);
            let request = read.into_iter().fold(request, Request::with_consent);
            let parcel = Parcel { events, request };
            let verdict = match self.attempt(window, &parcel, target)? {
                None => return Ok(None),
                Some(Verdict::Split { why }) if target.refusals >= MOST_REFUSALS => {
                    Verdict::Refused { why }
                }
                Some(verdict) => verdict,
            };
            match verdict {
                Verdict::Split { .. } => {
                    count = count.div_ceil(2);
                    target.most = count;
                }
                Verdict::Taken { turned_down } => {
                    self.schedule.state.pauses.remove(&target.key);
                    target.refusals = 0;
                    target.most = target.most.max(count.saturating_mul(2));
                    target.result.later = None;
                    target.result.taken += (count as u64).saturating_sub(turned_down);
                    target.result.refused += turned_down;
                    if turned_down > 0 {
                        target.result.why_refused = Some("it kept only a part".to_owned());
                    }
                    (self.watch)(&target.result);
                    return Ok(Some(count));
                }
                Verdict::Refused { why } => {
                    self.schedule.state.pauses.remove(&target.key);
                    target.refusals += 1;
                    // One by one, a receiver that refuses everything would be asked for ever.
                    if target.refusals >= MOST_REFUSALS {
                        target.most = usize::MAX;
                    }
                    target.result.refused += count as u64;
                    target.result.why_refused = Some(why);
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

    /// One request and what is to be thought of the answer; `None` where it may not leave, or there is no
    /// time left. It stands in the log before it leaves.
    fn attempt(
        &mut self,
        window: &Window<'_>,
        parcel: &Parcel<'_>,
        target: &mut Target<'_>,
    ) -> Result<Option<Verdict>, Error> {
        if parcel.request.body.len() > window.protocol.limits().most_bytes {
            return Ok(Some(Verdict::refused_for_size(parcel.events.len())));
        }
        if self.manner.limit.saturating_sub(self.started.elapsed()).is_zero() {
            target.is_over = true;
            target.result.later = Some("the time for one delivery is over".to_owned());
            return Ok(None);
        }
        if target.line.is_none() {
            let environment = window.subject.world().environment();
            match Line::to(&target.destination.url, environment) {
                Ok(line) => target.line = Some(line),
                Err(why) => return Ok(Some(Verdict::Later { why, asked_for: None })),
            }
        }
        let entry = parcel.entry(window, outcome::no_answer_yet());
        let reserved = self.log.reserve(&entry)?;
        let reply = self.leave(window, &parcel.request, target);
        let Some(reply) = reply else {
            self.log.settle(&reserved, None)?;
            target.is_over = true;
            return Ok(None);
        };
        let count = parcel.events.len();
        let verdict = outcome::judge(&reply, count, window.protocol, window.now);
        let answer = outcome::for_the_log(&reply, &verdict);
        let settled = answer.map(|answer| sent::Entry { answer, ..entry });
        self.log.settle(&reserved, settled.as_ref())?;
        Ok(Some(verdict))
    }

    /// Lets a request go, if that is still allowed; `None` where it is not.
    fn leave(
        &self,
        window: &Window<'_>,
        request: &Request,
        target: &mut Target<'_>,
    ) -> Option<Reply> {
        let line = target.line.as_ref()?;
        let Some(on_the_way) = self.schedule.set_out() else {
            target.result.later = Some("this system has no locks".to_owned());
            return None;
        };
        let subject = window.subject.again();
        let purpose = window.purpose.clone();
        let (yes, since) = (Yes::of(window.subject, &purpose), target.destination.since);
        let may_leave = move || {
            let now = subject.again();
            let decision = now.decide(Some(&purpose));
            let is_covered = decision.notice.is_some_and(|notice| since <= notice);
            decision.allows() && is_covered && Yes::of(&now, &purpose) == yes
        };
        if !may_leave() {
            return None;
        }
        let left = self.manner.limit.saturating_sub(self.started.elapsed());
        line.send(request, left, Box::new(may_leave), Some(on_the_way)).ok()
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
