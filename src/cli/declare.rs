//! `sayso declare`: registers declarations for this person.

use super::failure::Failure;
use super::{Entry, Exit, Group, Session, show};
use crate::domain::declaration::{Declaration, destination, difference};
use crate::store::{declarations, prepared};
use clap::{ArgMatches, Args, Command, FromArgMatches};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub(super) const ENTRY: Entry = Entry { group: Group::Authors, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// Declarations
    #[arg(required = true)]
    file: Vec<PathBuf>,
    /// Also if another vendor, or another host, takes the place of a known one
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
        prepared::refresh(&session.world, tool);
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
    for item in difference::beyond(new, &known) {
        session.terminal.note(&format!("+ {}: {}", item.purpose, item.words));
    }
    let mut other = Vec::new();
    if new.vendor != known.vendor {
        other.push(format!("its vendor was {} and would be {}", known.vendor, new.vendor));
    }
    let before = hosts(&known);
    let strangers: Vec<&str> = hosts(new).difference(&before).copied().collect();
    if !strangers.is_empty() {
        other.push(format!("its data would go to {}", strangers.join(", ")));
    }
    if let Some(host) = other_deletion(new, &known) {
        other.push(format!("deletion requests would go to {host}"));
    }
    if new.notice < known.notice {
        other.push(format!("its notice would go back from {} to {}", known.notice, new.notice));
    }
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

fn hosts(declaration: &Declaration) -> BTreeSet<&str> {
    declaration.destinations.iter().map(|to| to.host()).collect()
}

/// Where a deletion request would go, if that is another host than before: it names a person.
fn other_deletion<'d>(new: &'d Declaration, known: &Declaration) -> Option<&'d str> {
    let before = known.deletion.as_deref().and_then(destination::host)?;
    new.deletion.as_deref().and_then(destination::host).filter(|host| *host != before)
}
