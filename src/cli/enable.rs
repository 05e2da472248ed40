//! `sayso enable`: the command is the affirmative act, so there is no further question.

use super::failure::Failure;
use super::{Entry, Exit, Group, Session, tools};
use crate::domain::consent::Via;
use crate::domain::notice::Ways;
use crate::domain::text;
use crate::host::act::{self, Reader};
use crate::host::person;
use crate::store::{Subject, prepared};
use clap::{ArgMatches, Args, Command, FromArgMatches};

pub(super) const ENTRY: Entry = Entry { group: Group::People, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// The tool
    tool: String,
    /// Only these purposes; all declared ones if none is named
    purpose: Vec<String>,
    /// The notice that was read; needed where nobody is at the terminal
    #[arg(long, value_name = "N")]
    notice: Option<u32>,
    /// Show what would be agreed to, and store nothing
    #[arg(long)]
    dry_run: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("enable"))
        .about("Say yes to a tool, or to some of its purposes")
        .after_help("Examples:\n  sayso enable werf\n  sayso enable gitops usage update-check\n  sayso enable werf --notice 1")
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let world = &session.world;
    let tool = tools::find(world, &typed.tool)?;
    let subject = Subject::registered(world, &tool);
    let ways = Ways::sayso(tool.as_str());
    let reader = Reader { is_present: person::is_present(world), notice: typed.notice };
    let (declaration, purposes) = act::agreeable(&subject, &typed.purpose, reader)
        .map_err(|refusal| Failure::of_refusal(refusal, tool.as_str()))?;
    let width = text::WIDEST.min(session.terminal.width());
    session.terminal.note(&act::notice_for(declaration, &purposes, &ways, width));
    if typed.dry_run {
        let names = act::names(purposes.iter());
        session.terminal.say(&format!("{tool}: would say yes to {names}. Nothing was stored."))?;
        return Ok(Exit::Done);
    }
    let stored = act::agree(&subject, declaration, &purposes, Via::Command)?;
    prepared::refresh(world, &tool);
    session.terminal.note("");
    let exit = session.terminal.finish(&stored);
    session.terminal.say(&act::after_yes(&subject, &purposes, &ways).join("\n"))?;
    Ok(exit)
}
