//! `sayso enable`: the command is the affirmative act, so there is no further question.

use crate::app::resolve::ToolKind;
use crate::catalogue::keyword::Keyword as _;
use crate::catalogue::setting::Direction;
use crate::cli::failure::Failure;
use crate::cli::switch::{self, Typed as Switching};
use crate::cli::{Entry, Exit, Group, Session, tools};
use crate::domain::consent::Via;
use crate::domain::tool_id::Purpose;
use crate::host::act::{self, Reader};
use crate::host::presence;
use crate::registry::{Subject, cache, carried};
use crate::view::notice::Ways;
use crate::view::text;
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
    /// Run the vendor's own command where one is known; it may do more than sayso can see
    #[arg(long)]
    run_vendor_command: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("enable"))
        .about("Say yes to a tool, or to some of its purposes")
        .after_help(
            "A tool that does not ask sayso has no notice to read: its vendor's own switch is put \
             on.\n\n\
             Examples:\n  sayso enable werf\n  sayso enable gitops usage update-check\n  \
             sayso enable werf --notice 1\n  sayso enable turborepo",
        )
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let exit = named(session, &typed);
    switch::tell_how_variables_last(session);
    exit
}

fn named(session: &Session, typed: &Typed) -> Result<Exit, Failure> {
    let world = &session.world;
    let wanted = Switching {
        direction: Direction::On,
        channels: &typed.purpose,
        is_named: true,
        may_run_command: typed.run_vendor_command,
        dry_run: typed.dry_run,
    };
    let tool = tools::find(session, &typed.tool)?;
    let subject = Subject::registered(world, &tool);
    let kind = ToolKind::of(&subject, session.third_party());
    if let Some(entry) = kind.vendor_alone(&subject) {
        return switch::catalogued(session, entry, wanted);
    }
    let entry = kind.vendor_beside(session.third_party());
    if let Some(entry) = entry {
        // Before the yes is stored: what is forbidden of the vendor's own switch is refused as well.
        let beside = switch::channels_beside_ours(entry, &typed.purpose).unwrap_or_default();
        let beside: Vec<Purpose> =
            beside.iter().filter_map(|channel| channel.as_str().parse().ok()).collect();
        act::permitted(world, &tool, &beside)
            .map_err(|refusal| Failure::of_refusal(refusal, tool.as_str()))?;
    }
    let exit = agree(session, &subject, typed)?;
    Ok(match entry {
        Some(entry) => exit.and(switch::beside_ours(session, entry, wanted)?),
        None => exit,
    })
}

fn agree(session: &Session, subject: &Subject, typed: &Typed) -> Result<Exit, Failure> {
    let world = &session.world;
    let tool = &subject.tool;
    let ways = Ways::sayso(tool.as_str());
    let reader = Reader { presence: presence::of_user(world), notice: typed.notice };
    let (declaration, purposes) = act::agreeable(subject, &typed.purpose, reader)
        .map_err(|refusal| Failure::of_refusal(refusal, tool.as_str()))?;
    let width = text::WIDEST.min(session.terminal.width());
    session.terminal.note(&act::notice_for(declaration, &purposes, &ways, width));
    if carried::differing(world.layout()?, tool).is_some() {
        session.terminal.note(&format!(
            "\n{tool}: its program carries another declaration, and decides by that: sayso doctor"
        ));
    }
    if typed.dry_run {
        let names = act::names(purposes.iter());
        session.terminal.say(&format!("{tool}: would say yes to {names}. Nothing was stored."))?;
        return Ok(Exit::Done);
    }
    let stored = act::agree(subject, declaration, &purposes, Via::Command)?;
    cache::refresh(world, tool);
    session.terminal.note("");
    let exit = session.terminal.finish(&stored);
    session.terminal.say(&act::after_yes(subject, &purposes, &ways).join("\n"))?;
    Ok(exit)
}
