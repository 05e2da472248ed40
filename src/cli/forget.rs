//! `sayso forget`: a no, and everything that the tool left here is deleted.

use super::failure::Failure;
use super::{Entry, Exit, Group, Session, tools};
use crate::delivery::deletion;
use crate::store::{Subject, answers, sent};
use clap::{ArgMatches, Args, Command, FromArgMatches};

pub(super) const ENTRY: Entry = Entry { group: Group::People, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// The tool
    #[arg(required_unless_present = "everything")]
    tool: Option<String>,
    /// Remove every file that sayso ever made, answers included
    #[arg(long, conflicts_with = "tool")]
    everything: bool,
    /// Show what would be deleted, and delete nothing
    #[arg(long)]
    dry_run: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("forget"))
        .about("Say no to a tool and delete what it left on this machine")
        .after_help("Examples:\n  sayso forget werf\n  sayso forget --everything --dry-run")
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    match &typed.tool {
        Some(name) => one(session, name, typed.dry_run),
        None => everything(session, typed.dry_run),
    }
}

fn one(session: &Session, name: &str, dry_run: bool) -> Result<Exit, Failure> {
    let world = &session.world;
    let tool = tools::find(world, name)?;
    let subject = Subject::registered(world, &tool);
    let deletion = subject.declaration().and_then(|declared| declared.deletion.as_deref());
    let pseudonyms = sent::pseudonyms(world.layout()?, &tool)?;
    if dry_run {
        let mut lines = vec![format!(
            "{tool}: would say no to the whole tool, and delete what waits, the log of what has left and its pseudonyms."
        )];
        if let Some(url) = deletion.filter(|_| !pseudonyms.is_empty()) {
            lines.push(format!("{tool}: would ask for the deletion of what has left: {url}"));
        }
        lines.push("Nothing was changed.".to_owned());
        session.terminal.say(&lines.join("\n"))?;
        return Ok(Exit::Done);
    }
    let stored = answers::forget(world, &tool)?;
    let mut exit = session.terminal.finish(&stored);
    let mut lines = vec![format!(
        "{tool}: off. What waited, the log of what has left and its pseudonyms are deleted."
    )];
    if let Some(aside) = &stored.set_aside {
        lines.push(format!("The damaged file was kept as {}", aside.display()));
    }
    session.terminal.say(&lines.join("\n"))?;
    let asked = match (deletion, pseudonyms.is_empty()) {
        (_, true) => "Nothing had left under a pseudonym, so there is nothing to ask anybody for.",
        (None, false) => {
            exit = Exit::NotDone;
            "What has left already is still there: the declaration names no way to ask for its deletion."
        }
        (Some(url), false) => match deletion::ask(world, &tool, url, &pseudonyms) {
            Ok(()) => "The vendor was asked to delete what has left already.",
            Err(why) => {
                session.terminal.complain(
                    &anyhow::anyhow!(why)
                        .context("the vendor could not be asked to delete what has left"),
                    &[format!("ask yourself, and name the pseudonyms below: {url}")],
                );
                exit = Exit::NotDone;
                ""
            }
        },
    };
    let names: Vec<&str> = match exit {
        Exit::NotDone => pseudonyms.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let answer: Vec<&str> = std::iter::once(asked).chain(names).filter(|l| !l.is_empty()).collect();
    session.terminal.say(&answer.join("\n"))?;
    Ok(exit)
}

fn everything(session: &Session, dry_run: bool) -> Result<Exit, Failure> {
    let layout = session.world.layout()?;
    let (verb, places) = match dry_run {
        true => ("would remove", answers::everything(layout)),
        false => ("removed", answers::forget_everything(layout)?),
    };
    if places.is_empty() {
        session.terminal.say("There is nothing to remove.")?;
        return Ok(Exit::Done);
    }
    let mut lines: Vec<String> =
        places.iter().map(|place| format!("{verb} {}", place.display())).collect();
    lines.push("Your noes are among them, so tools may ask again.".to_owned());
    session.terminal.say(&lines.join("\n"))?;
    Ok(Exit::Done)
}
