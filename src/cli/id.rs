//! `sayso id`: the pseudonyms in use, for asking a vendor about one's data; and new ones.

use crate::choices;
use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session, tools};
use crate::domain::consent::Choice;
use crate::domain::pseudonym::AUTOMATION;
use crate::domain::tool_id::ToolId;
use crate::registry::Subject;
use crate::view::table::{self, Cell, Tone};
use clap::{Arg, ArgAction, ArgMatches, Command};

pub(super) const ENTRY: Entry = Entry { group: Group::Settings, define, run };

fn define() -> Command {
    let tool = Arg::new("tool").value_name("TOOL").help("Only this tool");
    let dry_run = Arg::new("dry-run")
        .long("dry-run")
        .action(ArgAction::SetTrue)
        .help("Show what would change, and change nothing");
    Command::new("id")
        .about("Show the pseudonyms that vendors see, or make new ones")
        .after_help("Examples:\n  sayso id\n  sayso id werf\n  sayso id reset werf")
        .args_conflicts_with_subcommands(true)
        .arg(tool.clone())
        .subcommand(
            Command::new("reset")
                .about("Make new pseudonyms, for one tool or for all")
                .args([tool, dry_run]),
        )
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    match matches.subcommand() {
        Some(("reset", matches)) => reset(session, tool(matches), matches.get_flag("dry-run")),
        _ => show(session, tool(matches)),
    }
}

fn tool(matches: &ArgMatches) -> Option<&str> {
    matches.get_one::<String>("tool").map(String::as_str)
}

fn show(session: &Session, name: Option<&str>) -> Result<Exit, Failure> {
    let world = &session.world;
    let chosen: Vec<ToolId> = match name {
        Some(name) => vec![tools::find_asking(session, name)?],
        None => tools::known(world)?.into_iter().collect(),
    };
    let rows: Vec<Vec<Cell>> = chosen.iter().flat_map(|tool| rows(session, tool)).collect();
    if rows.is_empty() {
        session.terminal.say("No pseudonym is in use: nothing that you allow needs one.")?;
        return Ok(Exit::Done);
    }
    let paint = |text: &str, tone: Tone| session.terminal.paint(text, tone);
    let headings = ["TOOL", "PURPOSE", "PSEUDONYM", "CHANGES"];
    // A pseudonym is never broken over lines: one wants to copy it into a letter.
    session.terminal.say(&table::lay_out(&headings, &rows, usize::MAX, &paint))?;
    Ok(Exit::Done)
}

fn rows(session: &Session, tool: &ToolId) -> Vec<Vec<Cell>> {
    let world = &session.world;
    let subject = Subject::registered(world, tool);
    let Some(declaration) = subject.declaration() else { return Vec::new() };
    let granted = subject.consent.answers.iter().filter(|(_, a)| a.choice == Choice::Granted);
    granted
        .filter_map(|(purpose, _)| {
            let name = subject.pseudonym(purpose, world.now())?;
            let changes = match declaration.purposes.get(purpose)?.identity.as_str() {
                _ if name == AUTOMATION => "never: every automation has this one".to_owned(),
                "stable" => "when you say no, or reset it".to_owned(),
                every => format!("every {every}"),
            };
            let cells = [tool.to_string(), purpose.to_string(), name, changes];
            Some(cells.into_iter().map(Cell::plain).collect())
        })
        .collect()
}

fn reset(session: &Session, name: Option<&str>, dry_run: bool) -> Result<Exit, Failure> {
    let world = &session.world;
    let tool = name.map(|name| tools::find_asking(session, name)).transpose()?;
    let whose = tool.as_ref().map_or("every tool".to_owned(), ToString::to_string);
    if dry_run {
        session
            .terminal
            .say(&format!("would make new pseudonyms for {whose}. Nothing was changed."))?;
        return Ok(Exit::Done);
    }
    match &tool {
        Some(tool) => {
            if !choices::reset_tool(world, tool)? {
                session.terminal.say(&format!("{tool} has no pseudonym: nothing is allowed."))?;
                return Ok(Exit::Done);
            }
        }
        None if world.config().is_ok_and(|config| config.id().is_none()) => {
            session.terminal.say("No pseudonym is in use.")?;
            return Ok(Exit::Done);
        }
        None => choices::reset_all(world)?,
    }
    session
        .terminal
        .say(&format!("New pseudonyms for {whose}: what comes cannot be joined with what was."))?;
    Ok(Exit::Done)
}
