//! A vendor's own switch, set by `enable` and `disable`: what was changed, what is now true, and
//! what is left to do.

use crate::catalogue::entry::{Channel, Entry};
use crate::catalogue::keyword::Keyword;
use crate::catalogue::setting::{self, Direction, Request, Step, Way};
use crate::catalogue::state::{self, ChannelState, Reason, State};
use crate::catalogue::{changes_in_words, vendor_command, wording};
use crate::choices;
use crate::cli::failure::Failure;
use crate::cli::{Exit, Session};
use crate::domain::consent::Choice;
use crate::domain::tool_id::Purpose;
use crate::host::act;
use crate::view::text;

/// What was typed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Typed<'t> {
    pub(super) direction: Direction,
    /// Channels by name; all where none is named.
    pub(super) channels: &'t [String],
    /// The person named the tool.
    pub(super) is_named: bool,
    pub(super) may_run_command: bool,
    pub(super) dry_run: bool,
}

/// Remembers what the person wants of a tool that does not ask sayso, and sets its vendor's switch.
pub(super) fn catalogued(
    session: &Session,
    entry: &Entry,
    typed: Typed<'_>,
) -> Result<Exit, Failure> {
    let channels = channels(entry, typed.channels)?;
    let named = if channels.is_empty() { entry.channels() } else { channels.clone() };
    let purposes: Vec<Purpose> =
        named.iter().filter_map(|channel| channel.as_str().parse().ok()).collect();
    let mut exit = Exit::Done;
    let choice = match typed.direction {
        Direction::Off => Choice::Denied,
        Direction::On => {
            act::permitted(&session.world, &entry.id, &purposes)
                .map_err(|refusal| Failure::of_refusal(refusal, entry.id.as_str()))?;
            Choice::Granted
        }
    };
    if !typed.dry_run {
        let whole = channels.is_empty();
        let stored = choices::want(&session.world, &entry.id, &purposes, whole, choice);
        let stored = match stored {
            Ok(stored) => stored,
            // Its vendor's switch may be where something can be written.
            Err(error) if choice == Choice::Denied => {
                let hint = error.hint();
                let what = format!("{}: your choice could not be stored", entry.id);
                let failure = Failure::not_done(anyhow::Error::from(error).context(what));
                let exit = failure.hint(hint).report(&session.terminal);
                return Ok(exit.and(set(session, entry, typed, &channels)?));
            }
            Err(error) => return Err(error.into()),
        };
        exit = session.terminal.finish(&stored);
        if stored.opt_out_stays {
            session.terminal.say(&format!(
                "{0}: this concerns its vendor's own switch only. Your opt-out of {0} stays stored: \
                 should it use sayso one day, it is off.",
                entry.id
            ))?;
        }
        if let Some(kept) = stored.kept_file() {
            session.terminal.say(&kept)?;
        }
    }
    Ok(exit.and(set(session, entry, typed, &channels)?))
}

/// Sets the vendor's own switch of a tool that asks sayso as well, as far as it has such channels.
pub(super) fn beside_ours(
    session: &Session,
    entry: &Entry,
    typed: Typed<'_>,
) -> Result<Exit, Failure> {
    match channels_beside_ours(entry, typed.channels) {
        Some(channels) => set(session, entry, typed, &channels),
        None => Ok(Exit::Done),
    }
}

/// The channels of a vendor's own switch that are meant by purposes; `None` where none is.
pub(super) fn channels_beside_ours(entry: &Entry, purposes: &[String]) -> Option<Vec<Channel>> {
    let mut known = entry.channels();
    if !purposes.is_empty() {
        known.retain(|channel| purposes.iter().any(|name| name == channel.as_str()));
    }
    (!known.is_empty()).then_some(known)
}

fn channels(entry: &Entry, typed: &[String]) -> Result<Vec<Channel>, Failure> {
    let known = entry.channels();
    let find = |name: &String| {
        let found = Channel::named(name).filter(|channel| known.contains(channel));
        let words: Vec<&str> = known.iter().map(|channel| channel.as_str()).collect();
        let id = &entry.id;
        found.ok_or_else(|| {
            let what = format!("{id} has no switch for {name:?}; it has {}", words.join(", "));
            Failure::not_done(anyhow::anyhow!(what)).hint(format!("sayso status {id} shows each"))
        })
    };
    typed.iter().map(find).collect()
}

fn set(
    session: &Session,
    entry: &Entry,
    typed: Typed<'_>,
    channels: &[Channel],
) -> Result<Exit, Failure> {
    let machine = session.third_party().machine();
    let request = Request {
        direction: typed.direction,
        channels,
        is_named: typed.is_named,
        may_run_command: typed.may_run_command,
    };
    let steps = setting::plan(machine, entry, &request);
    if typed.dry_run {
        for step in &steps {
            let would = changes_in_words::would(machine, entry, typed.direction, step);
            session.terminal.say(&format!("{}: {would}", entry.id))?;
        }
        return Ok(Exit::Done);
    }
    let mut exit = Exit::Done;
    for step in &steps {
        exit = exit.and(take(session, entry, typed.direction, step)?);
    }
    for is in state::of(machine, entry) {
        let Some(step) = steps.iter().find(|step| step.channel == is.channel) else { continue };
        if !typed.is_named && nobody_can_tell(&is) {
            session.not_verified.borrow_mut().insert(entry.id.clone());
            continue;
        }
        exit = exit.and(tell(session, entry, typed.direction, step, &is)?);
    }
    Ok(exit)
}

/// Makes one step, and says what was changed.
fn take(
    session: &Session,
    entry: &Entry,
    direction: Direction,
    step: &Step,
) -> Result<Exit, Failure> {
    let machine = session.third_party().machine();
    let id = &entry.id;
    if let Way::Command(words) = &step.way {
        return run(session, entry, words);
    }
    match setting::take(machine, session.world.layout()?, entry, step) {
        Ok(false) => Ok(Exit::Done),
        Ok(true) => {
            session.terminal.say(&format!("{id}: {}.", changes_in_words::did(machine, step)))?;
            Ok(Exit::Done)
        }
        Err(why) => {
            let mut hints = vec![why.hint()];
            let states = state::of(machine, entry);
            let is = states.iter().find(|is| is.channel == step.channel);
            let left = is.and_then(|is| setting::left(machine, entry, Direction::Off, is));
            if let Some(left) =
                left.filter(|left| matches!(direction, Direction::Off) && left.is_variable)
            {
                hints.insert(0, format!("{} turns it off in this shell", left.mend));
            }
            let what = anyhow::Error::from(why);
            let what = match what.chain().count() {
                1 => anyhow::anyhow!("{id}: {what}"),
                _ => what.context(format!("{id}: its own file was left as it is")),
            };
            session.terminal.complain(&what, &hints);
            Ok(Exit::NotDone)
        }
    }
}

fn run(session: &Session, entry: &Entry, words: &[String]) -> Result<Exit, Failure> {
    let id = &entry.id;
    let words_typed = words.join(" ");
    session.terminal.note(&format!("{id}: running {words_typed}"));
    let complain = |what: String| {
        let hint = format!("run it yourself: {words_typed}");
        session.terminal.complain(&anyhow::anyhow!("{id}: {words_typed} {what}"), &[hint]);
        Ok(Exit::NotDone)
    };
    let ran = match vendor_command::run(session.third_party().machine(), entry, words) {
        Ok(ran) => ran,
        Err(why) => return complain(why),
    };
    session.third_party().machine().forget_files();
    for line in &ran.said {
        session.terminal.note(&format!("{id}: | {line}"));
    }
    if !ran.is_done {
        return complain(format!("failed ({})", ran.ended));
    }
    session.terminal.say(&format!(
        "{id}: {words_typed} has run. What it changed, sayso undo cannot take back."
    ))?;
    Ok(Exit::Done)
}

/// Says what is now true of one channel, and what is left to do.
fn tell(
    session: &Session,
    entry: &Entry,
    direction: Direction,
    step: &Step,
    is: &ChannelState<'_>,
) -> Result<Exit, Failure> {
    let machine = session.third_party().machine();
    let (id, channel) = (&entry.id, is.channel.as_str());
    let Some(left) = setting::left(machine, entry, direction, is) else {
        let word = match (direction, is.state) {
            (Direction::Off, _) | (_, State::Off) => "off",
            _ => "on",
        };
        let already = if matches!(step.way, Way::Already) { " already" } else { "" };
        let because = wording::because(machine, entry, is);
        session.terminal.say(&format!("{id}: {channel} is {word}{already}: {because}."))?;
        return Ok(Exit::Done);
    };
    let (why, mut hints) = match &step.way {
        Way::ByHand { why, hint } if *why == left.why => (left.why, vec![hint.clone()]),
        Way::ByHand { why, hint } => (format!("{}; {why}", left.why), vec![hint.clone()]),
        _ => (left.why, Vec::new()),
    };
    if hints.is_empty() || left.is_variable {
        hints.push(left.mend);
    }
    let what = match (direction, is.state) {
        (Direction::Off, State::On) => format!("{id}: {channel} is still on: {why}"),
        (Direction::On, State::Off) => format!("{id}: {channel} is still off: {why}"),
        _ => format!("{id}: whether {channel} is on cannot be told: {why}"),
    };
    session.terminal.complain(&anyhow::anyhow!(what), &hints);
    // sayso env carries noes; a yes by a variable is the person's own line.
    if left.is_variable && matches!(direction, Direction::Off) {
        session.needs_variables.set(true);
    }
    Ok(Exit::NotDone)
}

/// Whether a channel is unknown for reasons that are not on this machine. (A file that cannot be read, or
/// two switches that contradict each other, are: there is something to be done about them.)
fn nobody_can_tell(is: &ChannelState<'_>) -> bool {
    is.state == State::Unknown
        && matches!(is.reason, Reason::Evidence | Reason::Removed | Reason::Unseen)
}

/// Said once, after everything that was done: the tools of which nobody can tell whether they are off.
pub(super) fn tell_what_is_not_verified(session: &Session) -> Result<(), Failure> {
    let tools = session.not_verified.take();
    if tools.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = tools.iter().map(|tool| tool.as_str()).collect();
    let words = format!("Not verified: {}. See sayso status TOOL.", names.join(", "));
    session.terminal.say(text::paragraph(&words, session.terminal.width()).trim_end())?;
    Ok(())
}

/// Said once, after everything else: how variables come to last.
pub(super) fn tell_how_variables_last(session: &Session) {
    if session.needs_variables.get() {
        let hint = "such a line holds in this shell only; sayso env --install makes them last";
        session.terminal.advise(hint);
    }
}
