//! `sayso env`: the variables that carry the person's choices to other people's tools.

use crate::catalogue::Catalogue;
use crate::catalogue::rule;
use crate::catalogue::shells::{SHELLS, Shell};
use crate::catalogue::start_files::{self, Change};
use crate::catalogue::variables::{self, Setting, Variables};
use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session};
use crate::domain::signals::Value;
use crate::domain::tool_id::ToolId;
use crate::view::table::{self, Cell, Tone};
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{ArgMatches, Args, Command, FromArgMatches};
use std::cell::OnceCell;

pub(super) const ENTRY: Entry = Entry { group: Group::Settings, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// The shell; without it, the one that SHELL names
    #[arg(long, value_parser = shells())]
    shell: Option<String>,
    /// Say whether this very shell has the variables
    #[arg(long, group = "deed")]
    check: bool,
    /// Give them to every shell that starts, and to desktop programs and services
    #[arg(long, group = "deed")]
    install: bool,
    /// Take out what --install wrote
    #[arg(long, group = "deed")]
    uninstall: bool,
    /// Show what would change, and change nothing
    #[arg(long, conflicts_with = "check")]
    dry_run: bool,
}

fn shells() -> PossibleValuesParser {
    let value = |shell: &'static Shell| {
        PossibleValue::new(shell.name).aliases(shell.also.iter().copied()).help(shell.title)
    };
    PossibleValuesParser::new(SHELLS.iter().map(value))
}

fn define() -> Command {
    Typed::augment_args(Command::new("env"))
        .about("Print the variables that carry your choices to other people's tools")
        .after_help(
            "Exit 1 from --check if one is missing here.\n\nExamples:\n  \
             eval \"$(sayso env)\"\n  sayso env --check\n  sayso env --install",
        )
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let named = typed.shell.as_deref().and_then(Shell::named);
    if typed.uninstall {
        return uninstall(session, named, typed.dry_run);
    }
    let catalogue = OnceCell::new();
    let world = &session.world;
    let read = || catalogue.get_or_init(|| Catalogue::read(world));
    let variables = variables::of(world, read)?;
    let shell = named.or_else(|| Shell::of_program(&login_shell(session)));
    if typed.install {
        return install(session, shell, &variables, typed.dry_run);
    }
    let shell = shell.unwrap_or_else(Shell::usual);
    if typed.check {
        return check(session, shell, &variables);
    }
    let mut remarks = variables.left_out.clone();
    if variables.settings.is_empty() {
        remarks.push("sayso: there is nothing to set".to_owned());
    }
    session.terminal.say(&shell.code(variables.pairs(), &remarks))?;
    Ok(Exit::Done)
}

fn login_shell(session: &Session) -> String {
    session.world.environment().get("SHELL").unwrap_or_default()
}

fn check(session: &Session, shell: &Shell, variables: &Variables) -> Result<Exit, Failure> {
    let missing: Vec<&Setting> = variables.missing().collect();
    let (terminal, count) = (&session.terminal, variables.settings.len());
    match (count, missing.as_slice()) {
        (0, _) => terminal
            .say("There is nothing to set: you said no to no tool that listens to a variable.")?,
        (_, []) => terminal.say(&format!("This shell has all of them ({count})."))?,
        _ => {
            let rows: Vec<Vec<Cell>> =
                missing.iter().map(|setting| row(session, setting)).collect();
            let paint = |text: &str, tone: Tone| terminal.paint(text, tone);
            let headings = ["VARIABLE", "SHOULD BE", "IS", "FOR"];
            let table = table::lay_out(&headings, &rows, terminal.width(), &paint);
            terminal.say(&format!("{table}\nTo mend it here: {}\n", shell.line))?;
        }
    }
    for left_out in &variables.left_out {
        terminal.note(left_out);
    }
    for trouble in start_files::out_of_date(&session.world, variables) {
        terminal.note(&format!("{}; to mend it: {}", trouble.sentence(), trouble.hint));
    }
    Ok(if missing.is_empty() { Exit::Done } else { Exit::NotDone })
}

fn row(session: &Session, setting: &Setting) -> Vec<Cell> {
    // Any other value than one for on or off may be a password.
    let here = match session.world.environment().get(&setting.name) {
        None => Value::Unset.to_string(),
        Some(value) if value == setting.value || rule::looks(&value).is_some() => value,
        Some(_) => Value::Set.to_string(),
    };
    let tools: Vec<&str> = setting.tools.iter().map(ToolId::as_str).collect();
    vec![
        Cell::plain(setting.name.as_str()),
        Cell::plain(setting.value.as_str()),
        Cell::plain(here),
        Cell::plain(if tools.is_empty() { "every tool".to_owned() } else { tools.join(", ") }),
    ]
}

fn install(
    session: &Session,
    shell: Option<&Shell>,
    variables: &Variables,
    dry_run: bool,
) -> Result<Exit, Failure> {
    let Some(shell) = shell else {
        let named = login_shell(session);
        let what = match named.as_str() {
            "" => "SHELL does not say which shell is yours".to_owned(),
            named => format!("sayso knows no start file of {named}"),
        };
        let known: Vec<&str> = SHELLS.iter().map(|shell| shell.name).collect();
        let hint = format!("say which with --shell: {}", known.join(", "));
        return Err(Failure::not_done(anyhow::anyhow!(what)).hint(hint));
    };
    let changes = start_files::install(&session.world, shell, variables)?;
    let exit = change(session, &changes, dry_run)?;
    if !dry_run && exit == Exit::Done {
        session.terminal.say(&format!(
            "Every {} that starts from now on has the variables; this one has them after: {}",
            shell.title, shell.line
        ))?;
    }
    Ok(exit)
}

fn uninstall(session: &Session, shell: Option<&Shell>, dry_run: bool) -> Result<Exit, Failure> {
    let changes = start_files::uninstall(&session.world, shell)?;
    if changes.is_empty() {
        session.terminal.say("There is nothing to take out.")?;
        return Ok(Exit::Done);
    }
    change(session, &changes, dry_run)
}

/// Every file is told of, and one that fails does not keep the others from being changed.
fn change(session: &Session, changes: &[Change], dry_run: bool) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    for change in changes {
        let made = if dry_run { Ok(()) } else { change.make(&session.world) };
        match made {
            Ok(()) => {
                let told = told(change, dry_run);
                session.terminal.say(&format!("{}: {told}", change.path.display()))?;
            }
            Err(error) => exit = Failure::from(error).report(&session.terminal),
        }
    }
    if dry_run {
        session.terminal.say("Nothing was changed.")?;
    }
    Ok(exit)
}

fn told(change: &Change, dry_run: bool) -> &'static str {
    match (&change.before, &change.after, dry_run) {
        _ if !change.is_due() => "is as it should be",
        (None, _, false) => "made",
        (None, _, true) => "would be made",
        (_, None, false) => "removed",
        (_, None, true) => "would be removed",
        (_, _, false) => "changed; every other line stays",
        (_, _, true) => "would be changed; every other line stays",
    }
}
