//! `sayso declare`: registers declarations for this person.

use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session, show};
use crate::domain::declaration::{Declaration, diff};
use crate::registry::{cache, declarations};
use clap::{ArgMatches, Args, Command, FromArgMatches};
use std::path::{Path, PathBuf};

pub(super) const ENTRY: Entry = Entry { group: Group::Authors, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// Declarations
    #[arg(required = true)]
    file: Vec<PathBuf>,
    /// Replace a known declaration even if vendor, receiver, account or deletion address differ
    #[arg(long)]
    replace: bool,
    /// Show what would be registered, and register nothing
    #[arg(long)]
    dry_run: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("declare"))
        .about("Register declarations, so that people see the tools and can decide")
        .after_help("Examples:\n  sayso declare werf.toml\n  sayso declare --dry-run werf.toml")
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    // All are read before the first is registered, so that a mistake in one changes nothing.
    let declared: Vec<(String, Declaration)> =
        typed.file.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    for (_, declaration) in &declared {
        compare(session, declaration, typed.replace)?;
    }
    let mut lines = Vec::new();
    for (text, declaration) in &declared {
        let tool = &declaration.tool;
        if typed.dry_run {
            lines.push(format!("{tool}: would be registered. Nothing was changed."));
            continue;
        }
        declarations::register(session.world.layout()?, tool, text)?;
        cache::refresh(&session.world, tool);
        lines.push(format!(
            "{tool}: registered (notice {}). That allows nothing by itself: sayso show {tool}",
            declaration.notice
        ));
    }
    session.terminal.say(&lines.join("\n"))?;
    Ok(Exit::Done)
}

fn read(path: &Path) -> Result<(String, Declaration), Failure> {
    let (text, parsed) = declarations::read_file(path)?;
    parsed.map(|declaration| (text, declaration)).map_err(|problems| show::invalid(path, &problems))
}

/// Shows what changes for a tool that is known already, and refuses a new owner.
fn compare(session: &Session, new: &Declaration, replace: bool) -> Result<(), Failure> {
    let layout = session.world.layout()?;
    let known = match declarations::find(layout, &new.tool) {
        Ok(Some(known)) => known.declaration,
        // A damaged one tells nothing to compare with; putting a whole one there mends it.
        Ok(None) | Err(_) => return Ok(()),
    };
    let found = diff::between(new, &known);
    for line in &found.lines {
        session.terminal.note(line);
    }
    let other: Vec<String> = found.takeover.into_iter().chain(found.older).collect();
    if other.is_empty() || replace {
        return Ok(());
    }
    Err(Failure::not_done(anyhow::anyhow!(
        "{} is known already, and {}",
        new.tool,
        other.join(", and ")
    ))
    .hint("if that is right, add --replace"))
}
