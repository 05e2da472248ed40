//! `sayso forget`: a no, and everything that the tool left here is deleted.

use super::failure::Failure;
use super::{Entry, Exit, Group, Session, tools};
use crate::store::{Subject, answers};
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
    if dry_run {
        session.terminal.say(&format!(
            "{tool}: would say no to the whole tool, and delete what waits and its pseudonyms. Nothing was changed."
        ))?;
        return Ok(Exit::Done);
    }
    let stored = answers::forget(world, &tool)?;
    let exit = session.terminal.finish(&stored);
    let mut lines = vec![format!("{tool}: off. What waited and its pseudonyms are deleted.")];
    if let Some(aside) = &stored.set_aside {
        lines.push(format!("The damaged file was kept as {}", aside.display()));
    }
    let subject = Subject::registered(world, &tool);
    let deletion = subject.declaration.as_ref().and_then(|declared| declared.deletion.clone());
    lines.push(match deletion {
        Some(url) => format!("What has left already, the vendor deletes on request: {url}"),
        None => "It names no way to ask for the deletion of what has left already.".to_owned(),
    });
    session.terminal.say(&lines.join("\n"))?;
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
