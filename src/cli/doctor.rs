//! `sayso doctor`: checks files, owners, modes and the environment, and says how to mend each.

use crate::catalogue::entry::Entry as CatalogueEntry;
use crate::catalogue::keyword::Keyword as _;
use crate::catalogue::setting::{self, Direction};
use crate::catalogue::state::{self, ChannelState, State};
use crate::catalogue::{conflict, start_files, variables};
use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session, tools};
use crate::delivery::refusing::{self, Refusing};
use crate::domain::consent::Choice;
use crate::registry::Subject;
use crate::registry::carried::{self, Carried};
use crate::registry::diagnostics::{self, Trouble};
use crate::view::notice::Ways;
use crate::view::reasons;
use crate::view::text;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use jiff::tz::TimeZone;
use serde_json::json;

pub(super) const ENTRY: Entry = Entry { group: Group::Settings, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("doctor"))
        .about("Look for damage and conflicts, and say how to mend them")
        .after_help(
            "Exit 0 if all is well, 1 if something is to be mended.\n\nExamples:\n  sayso doctor",
        )
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let mut troubles = diagnostics::unreadable_files(&session.world);
    // What is told already is not told a second time in other words.
    let mut others = diagnostics::owners_and_modes(&session.world);
    others.retain(|other| !troubles.iter().any(|known| known.path == other.path));
    troubles.extend(others);
    troubles.extend(diagnostics::undo_records(&session.world));
    troubles.extend(diagnostics::in_version_control(&session.world));
    troubles.extend(conflicts(session));
    troubles.extend(other_declarations(session));
    troubles.extend(refusing(session));
    let others = session.third_party();
    troubles.extend(others.catalogue.problems.iter().cloned());
    for entry in others.installed() {
        let conflicts = conflict::of(others.machine(), entry);
        // What mends the one mends the other.
        if conflicts.is_empty() {
            troubles.extend(unheard_wishes(session, entry));
        }
        troubles.extend(conflicts);
    }
    if let Ok(variables) = variables::of(&session.world, || &others.catalogue) {
        troubles.extend(start_files::out_of_date(&session.world, &variables));
    }
    if typed.json {
        session.terminal.say_json(&json!({ "problems": troubles }))?;
    } else if troubles.is_empty() {
        session.terminal.say("All is well.")?;
    } else {
        session.terminal.say(&for_people(&troubles))?;
    }
    Ok(if troubles.is_empty() { Exit::Done } else { Exit::NotDone })
}

fn for_people(troubles: &[Trouble]) -> String {
    let sections: Vec<String> = troubles
        .iter()
        .map(|trouble| format!("{}\n  to mend it: {}\n", trouble.sentence(), trouble.hint))
        .collect();
    let by_disable = troubles.iter().filter(|trouble| trouble.hint.starts_with(DISABLE)).count();
    let last = match by_disable {
        0 | 1 => String::new(),
        all if all == troubles.len() => {
            format!("\nall of them: {} (it opts out of every tool)\n", DISABLE.trim_end())
        }
        some => format!(
            "\nthe {some} that name {0}, all of them: {0} (it opts out of every tool)\n",
            DISABLE.trim_end()
        ),
    };
    sections.join("\n") + &last
}

/// How a hint begins that names one tool to opt out of.
const DISABLE: &str = "sayso disable ";

/// Noes to a vendor's own switch that something else keeps from counting.
fn unheard_wishes(session: &Session, entry: &CatalogueEntry) -> Vec<Trouble> {
    let machine = session.third_party().machine();
    let wish = Subject::registered(&session.world, &entry.id).consent;
    let policy = session.world.policy().ok();
    let is_forbidden = |is: &ChannelState<'_>| {
        let channel = is.channel.as_str().parse().ok();
        policy.is_some_and(|policy| policy.denies(&entry.id, channel.as_ref()).is_some())
    };
    let is_refused = |is: &ChannelState<'_>| {
        let channel = is.channel.as_str().parse().ok();
        let wanted = channel.and_then(|channel| wish.wish_on(&channel));
        wish.catalogued && wanted == Some(Choice::Denied) || is_forbidden(is)
    };
    let states = state::of(machine, entry).into_iter();
    let on = states.filter(|is| is.state == State::On && is_refused(is));
    on.filter_map(|is| {
        let left = setting::left(machine, entry, Direction::Off, &is)?;
        let (id, channel) = (&entry.id, is.channel.as_str());
        let hint = match setting::can_set(machine, entry, Direction::Off, &is) {
            true => format!("sayso disable {id}"),
            false => left.mend,
        };
        let who = match is_forbidden(&is) {
            true => format!("the administrator's policy forbids {channel}"),
            false => format!("you said no to {channel}"),
        };
        let problem = format!("{id}: {who}, and it is on: {}", left.why);
        Some(Trouble { path: None, problem, hint })
    })
    .collect()
}

/// Programs that carry another declaration than the registered one, with another vendor, receiver,
/// account or deletion address.
fn other_declarations(session: &Session) -> Vec<Trouble> {
    let carried = session.world.layout().map(carried::all).unwrap_or_default();
    let trouble = |carried: Carried| Trouble {
        path: None,
        problem: format!(
            "{}: its program carries another declaration than the registered one, and asks by its \
             own: {}",
            carried.declaration.tool,
            carried.difference.takeover.join("; ")
        ),
        hint: format!(
            "read it with sayso show {path}; if it is the right one, sayso declare --replace {path}",
            path = carried.path.display()
        ),
    };
    carried.into_iter().map(trouble).collect()
}

/// Destinations that have refused everything for a day.
fn refusing(session: &Session) -> Vec<Trouble> {
    let world = &session.world;
    let mut troubles = Vec::new();
    for tool in tools::known(world).unwrap_or_default() {
        let subject = Subject::registered(world, &tool);
        let trouble = |one: Refusing<'_>| Trouble {
            path: None,
            problem: format!(
                "{tool}: {} ({}) has refused everything since {}: {}",
                one.destination.recipient,
                one.destination.host(),
                text::local_time(one.since, &session.terminal.zone),
                one.why
            ),
            hint: format!(
                "ask its vendor, whom sayso show {tool} names; or stop sending: sayso disable {tool}"
            ),
        };
        troubles.extend(refusing::all(&subject).into_iter().flatten().map(trouble));
    }
    troubles
}

/// Answers that do not hold because something else says otherwise.
fn conflicts(session: &Session) -> Vec<Trouble> {
    let world = &session.world;
    let Ok(known) = tools::known(world) else { return Vec::new() };
    let mut troubles = Vec::new();
    for tool in known {
        let subject = Subject::registered(world, &tool);
        if subject.consent.catalogued {
            continue;
        }
        for (purpose, answer) in subject.consent.answers.iter() {
            let ways = Ways::sayso_for(tool.as_str(), Some(purpose));
            let explained = reasons::explain(&subject.explanation(Some(purpose)), &ways);
            if let Some(at) = explained.ahead {
                troubles.push(Trouble {
                    path: None,
                    problem: format!(
                        "{tool}: your opt-in to {purpose} is dated in the future ({}), and nothing \
                         from before that is sent",
                        at.to_zoned_datetime(TimeZone::system()).date()
                    ),
                    hint: format!("sayso enable {tool} {purpose} gives it the date of today"),
                });
            }
            if answer.choice == Choice::Granted && !explained.decision.allows() {
                troubles.push(Trouble {
                    path: None,
                    problem: format!(
                        "{tool}: you said yes to {purpose}, but it is off: {}",
                        explained.because
                    ),
                    hint: explained.hint,
                });
            }
        }
    }
    troubles
}
