//! `sayso undo`: other programs' files as they were before sayso changed them, byte for byte.

use super::failure::Failure;
use super::{Entry, Exit, Group, Session, tools};
use crate::catalogue::place::Surroundings;
use crate::catalogue::taking_back::{self, Outcome, Undone};
use crate::catalogue::wording::short_in;
use crate::domain::policy::Default;
use crate::domain::tool_id::ToolId;
use crate::store::{answers, undo};
use clap::{ArgMatches, Args, Command, FromArgMatches};

pub(super) const ENTRY: Entry = Entry { group: Group::People, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// Only what was changed for this tool
    tool: Option<String>,
    /// Show what would be put back, and change nothing
    #[arg(long)]
    dry_run: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("undo"))
        .about("Put back, byte for byte, what sayso changed in other tools' files")
        .after_help(
            "Where somebody else has changed such a file since, only the key goes back to what it \
             was. Your answers to tools that ask sayso stay.\n\n\
             Examples:\n  sayso undo turborepo\n  sayso undo --dry-run\n  sayso undo",
        )
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let tool = typed.tool.as_deref().map(|name| tools::parse(session, name)).transpose()?;
    let layout = session.world.layout()?;
    let surroundings = Surroundings {
        environment: session.world.environment(),
        working_folder: None,
        program: None,
    };
    let own = surroundings.own_folders();
    let undone = taking_back::take_back(layout, &own, tool.as_ref(), typed.dry_run)?;
    let mut wishes = undo::wishes(layout)?;
    wishes.retain(|wished| tool.as_ref().is_none_or(|tool| tool == wished));
    if undone.is_empty() && wishes.is_empty() {
        return nothing(session, tool.as_ref());
    }
    let mut exit = Exit::Done;
    for undone in &undone {
        exit = exit.and(tell(session, undone, typed.dry_run)?);
    }
    for tool in &wishes {
        exit = exit.and(take_wish_back(session, tool, typed.dry_run)?);
    }
    if typed.dry_run {
        session.terminal.say("Nothing was changed.")?;
    } else if tool.is_none() && says_off_by_default(session) {
        session
            .terminal
            .note("Your default stays off: no tool asks. To change it: sayso default ask");
    }
    Ok(exit)
}

fn says_off_by_default(session: &Session) -> bool {
    session.world.config().is_ok_and(|config| config.default == Some(Default::Off))
}

fn nothing(session: &Session, tool: Option<&ToolId>) -> Result<Exit, Failure> {
    let Some(tool) = tool else {
        session.terminal.say("There is nothing to undo.")?;
        return Ok(Exit::Done);
    };
    tools::find(session, tool.as_str())?;
    session.terminal.say(&format!("There is nothing to undo for {tool}."))?;
    Ok(Exit::Done)
}

fn tell(session: &Session, undone: &Undone, dry_run: bool) -> Result<Exit, Failure> {
    let path = short_in(session.world.environment(), &undone.path);
    let tools = undone.tools.join(", ");
    let outcome = match &undone.outcome {
        Ok(outcome) => outcome,
        Err(why) => {
            let kept = "what it was is kept, so that undo can be tried again";
            let what = anyhow::anyhow!("{tools}: {why}");
            session.terminal.complain(&what, &[why.hint(), kept.to_owned()]);
            return Ok(Exit::NotDone);
        }
    };
    let since = "was changed by somebody else since, so only the key";
    let text = match (outcome, dry_run) {
        (Outcome::Restored, false) => format!("{path} is as it was."),
        (Outcome::Restored, true) => format!("{path} would become as it was."),
        (Outcome::IsBack, false) => format!("{path} is there again, as it was."),
        (Outcome::IsBack, true) => format!("{path} would be there again, as it was."),
        (Outcome::Removed, false) => format!("{path} is gone; it was not there before."),
        (Outcome::Removed, true) => format!("{path} would go; it was not there before."),
        (Outcome::OthersStay, false) => {
            format!("{path} is as it was, but for what sayso changed in it for other tools.")
        }
        (Outcome::OthersStay, true) => {
            format!("{path} would become as it was, but for what sayso changed for other tools.")
        }
        (Outcome::OnlyTheKey, false) => format!("{path} {since} went back to what it was."),
        (Outcome::OnlyTheKey, true) => format!("{path} {since} would go back."),
        (Outcome::Theirs, _) => format!(
            "in {path}, somebody else has changed the key itself since, so it stays as it is."
        ),
        (Outcome::StaysAway, _) => {
            format!("{path} was removed by somebody else since, so it stays away.")
        }
    };
    session.terminal.say(&format!("{tools}: {text}"))?;
    Ok(Exit::Done)
}

fn take_wish_back(session: &Session, tool: &ToolId, dry_run: bool) -> Result<Exit, Failure> {
    if dry_run {
        session.terminal.say(&format!("{tool}: what you wanted would be forgotten."))?;
        return Ok(Exit::Done);
    }
    match answers::take_back(&session.world, tool) {
        Ok(true) => session.terminal.say(&format!("{tool}: what you wanted is forgotten."))?,
        Ok(false) => {}
        Err(error) => return Ok(Failure::from(error).report(&session.terminal)),
    }
    Ok(Exit::Done)
}
