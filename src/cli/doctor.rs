//! `sayso doctor`: checks files, owners, modes and the environment, and says how to mend each.

use super::failure::Failure;
use super::{Entry, Exit, Group, Session, tools};
use crate::catalogue::conflict;
use crate::domain::consent::Choice;
use crate::domain::notice::Ways;
use crate::store::Subject;
use crate::store::health::{self, Trouble};
use clap::{ArgMatches, Args, Command, FromArgMatches};
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
    let mut troubles = health::unreadable_files(&session.world);
    // What is told already is not told a second time in other words.
    let mut others = health::owners_and_modes(&session.world);
    others.retain(|other| !troubles.iter().any(|known| known.path == other.path));
    troubles.extend(others);
    troubles.extend(conflicts(session));
    let others = session.others();
    troubles.extend(others.catalogue.problems.iter().cloned());
    troubles.extend(others.installed().flat_map(|entry| conflict::of(&others.machine, entry)));
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
    sections.join("\n")
}

/// Answers that do not hold because something else says otherwise.
fn conflicts(session: &Session) -> Vec<Trouble> {
    let world = &session.world;
    let Ok(known) = tools::known(world) else { return Vec::new() };
    let mut troubles = Vec::new();
    for tool in known {
        let subject = Subject::registered(world, &tool);
        for (purpose, answer) in &subject.consent.answers {
            let ways = Ways::sayso_for(tool.as_str(), Some(purpose));
            let explained = subject.explain(Some(purpose), &ways);
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
