//! `sayso disable`: no question, works offline, immediate; tells nobody.

use super::failure::Failure;
use super::{Entry, Exit, Group, Session, tools};
use crate::domain::consent::Via;
use crate::domain::policy::Default;
use crate::domain::tool_id::ToolId;
use crate::host::act;
use crate::store::{Subject, answers, prepared};
use clap::{ArgMatches, Args, Command, FromArgMatches};

pub(super) const ENTRY: Entry = Entry { group: Group::People, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// The tool; without one, every tool that status shows, and no tool asks any more
    tool: Option<String>,
    /// Only these purposes; the whole tool if none is named
    purpose: Vec<String>,
    /// Also for a tool that is not known here yet: a no in advance
    #[arg(long, requires = "tool", conflicts_with = "purpose")]
    unknown: bool,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("disable"))
        .about("Say no to a tool, to some of its purposes, or to everything")
        .after_help(
            "Examples:\n  sayso disable werf\n  sayso disable gitops dashboard\n  sayso disable",
        )
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    match &typed.tool {
        Some(name) => {
            let tool = match typed.unknown {
                true => tools::parse(&session.world, name)?,
                false => tools::find(&session.world, name)
                    .map_err(|failure| in_advance(session, name, failure))?,
            };
            one(session, &tool, &typed.purpose, typed.dry_run)
        }
        None => everything(session, typed.dry_run),
    }
}

fn in_advance(session: &Session, name: &str, failure: Failure) -> Failure {
    let could_be_stored = session.world.layout().is_ok() && name.parse::<ToolId>().is_ok();
    match could_be_stored {
        true => failure.hint(format!("sayso disable --unknown {name} says no in advance")),
        false => failure,
    }
}

fn one(
    session: &Session,
    tool: &ToolId,
    purposes: &[String],
    dry_run: bool,
) -> Result<Exit, Failure> {
    let subject = Subject::registered(&session.world, tool);
    let in_words = |refusal| Failure::of_refusal(refusal, tool.as_str());
    if dry_run {
        let what = match act::refusable(&subject, purposes).map_err(in_words)?.as_slice() {
            [] => "the whole tool".to_owned(),
            some => act::names(some.iter()),
        };
        session.terminal.say(&format!("{tool}: would say no to {what}. Nothing was changed."))?;
        return Ok(Exit::Done);
    }
    let stored = act::refuse(&subject, purposes, Via::Command).map_err(in_words)?;
    prepared::refresh(&session.world, tool);
    let exit = session.terminal.finish(&stored);
    session.terminal.say(&act::after_no(&subject, purposes, &stored).join("\n"))?;
    Ok(exit)
}

/// The default first: it covers what is undecided and what comes. Whatever fails on the way, even
/// that nobody hears of it, the other tools are still switched off.
fn everything(session: &Session, dry_run: bool) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    let mut keep = |ended: Result<Exit, Failure>| match ended
        .unwrap_or_else(|failure| failure.report(&session.terminal))
    {
        Exit::Done => {}
        other => exit = other,
    };
    keep(default_off(session, dry_run));
    let known = tools::known(&session.world).or_else(|failure| {
        keep(Err(failure));
        tools::answered(&session.world)
    });
    for tool in known? {
        keep(one(session, &tool, &[], dry_run));
    }
    Ok(exit)
}

fn default_off(session: &Session, dry_run: bool) -> Result<Exit, Failure> {
    if dry_run {
        session.terminal.say("default: would become off. Nothing was changed.")?;
    } else {
        answers::set_default(&session.world, Default::Off)?;
        session.terminal.say("default: off. No tool asks any more, and undecided is off.")?;
    }
    Ok(Exit::Done)
}
