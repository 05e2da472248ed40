//! `sayso lint`: checks a declaration, alone or against an earlier one, or a catalogue.

use crate::catalogue::reading;
use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session};
use crate::delivery::protocols;
use crate::domain::declaration::{self, Declaration, canonical, diff};
use crate::domain::legible;
use crate::fs::external;
use crate::registry::declarations;
use crate::view::short_notice;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use std::path::{Path, PathBuf};

pub(super) const ENTRY: Entry = Entry { group: Group::Authors, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// The declaration, or the catalogue of other people's tools
    file: PathBuf,
    /// An earlier declaration: show what FILE asks for beyond it
    #[arg(long, value_name = "OLD")]
    against: Option<PathBuf>,
}

fn define() -> Command {
    Typed::augment_args(Command::new("lint"))
        .about("Check a declaration, or a catalogue of other people's tools")
        .after_help(
            "With --against, fails when FILE asks for more than OLD without a higher notice.\n\nExamples:\n  sayso lint werf.toml\n  sayso lint werf.toml --against released/werf.toml",
        )
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    if let Some(exit) = checked_as_catalogue(session, &typed)? {
        return Ok(exit);
    }
    let Some(new) = checked(session, &typed.file)? else { return Ok(Exit::NotDone) };
    let file = legible::visible(typed.file.display().to_string());
    for advice in declaration::advice(&new) {
        session.terminal.note(&format!("advice: {file}: {advice}"));
    }
    let mut limits = protocols::objections(&new);
    limits.extend(short_notice::too_long(&new).map(|lines| {
        format!(
            "the question takes {lines} lines of {} columns; it has room for {}. Shorten why, names and \
             recipients, or declare fewer purposes",
            short_notice::COLUMNS,
            short_notice::MOST_LINES
        )
    }));
    for limit in &limits {
        session.terminal.complain(&anyhow::anyhow!("{file}: {limit}"), &[]);
    }
    match &typed.against {
        None if !limits.is_empty() => Ok(Exit::NotDone),
        None => {
            session.terminal.say(&format!("{file} is a valid declaration."))?;
            Ok(Exit::Done)
        }
        Some(old) => {
            let Some(old) = checked(session, old)? else { return Ok(Exit::NotDone) };
            let exit = compare(session, &new, &old)?;
            Ok(if limits.is_empty() { exit } else { Exit::NotDone })
        }
    }
}

/// Checks a catalogue of other people's tools; `None` where the file is none.
fn checked_as_catalogue(session: &Session, typed: &Typed) -> Result<Option<Exit>, Failure> {
    // A catalogue may be longer than a declaration, so what it is is seen from its beginning.
    let beginning = external::beginning(&typed.file, declaration::BYTES as u64);
    if !beginning.is_some_and(|text| reading::is_catalogue(&text)) {
        return Ok(None);
    }
    let Some(text) = external::read(&typed.file).unwrap_or_default() else { return Ok(None) };
    if typed.against.is_some() {
        return Err(Failure::misuse("--against compares declarations, and this is a catalogue"));
    }
    let file = legible::visible(typed.file.display().to_string());
    match reading::read(&text) {
        Ok(entries) => {
            let count = match entries.len() {
                1 => "1 tool".to_owned(),
                count => format!("{count} tools"),
            };
            session.terminal.say(&format!("{file} is a valid catalogue of {count}."))?;
            Ok(Some(Exit::Done))
        }
        Err(problems) => {
            for problem in problems {
                session.terminal.complain(&anyhow::anyhow!("{file}: {problem}"), &[]);
            }
            Ok(Some(Exit::NotDone))
        }
    }
}

/// Reads a declaration, and complains about every problem in it.
fn checked(session: &Session, path: &Path) -> Result<Option<Declaration>, Failure> {
    let (_, parsed) = declarations::read_file(path)?;
    match parsed {
        Ok(declaration) => Ok(Some(declaration)),
        Err(problems) => {
            for problem in &problems.0 {
                let error = anyhow::anyhow!("{}: {problem}", path.display());
                session.terminal.complain(&error, &[]);
            }
            Ok(None)
        }
    }
}

fn compare(session: &Session, new: &Declaration, old: &Declaration) -> Result<Exit, Failure> {
    if new.tool != old.tool {
        return Err(Failure::misuse(format!("{} and {} are two tools", new.tool, old.tool)));
    }
    if new.notice < old.notice {
        return Err(Failure::not_done(anyhow::anyhow!(
            "the notice goes back from {} to {}",
            old.notice,
            new.notice
        ))
        .hint("a notice only rises: people remember which one they read"));
    }
    let additions = diff::beyond(new, old);
    let mut lines = diff::between(new, old).lines;
    if lines.is_empty() {
        lines.push("says the same as the earlier declaration".to_owned());
    }
    session.terminal.say(&lines.join("\n"))?;
    if !additions.is_empty() && new.notice <= old.notice {
        return Err(Failure::not_done(anyhow::anyhow!(
            "it asks for more under the same notice (version {})",
            new.notice
        ))
        .hint(format!("set notice = {} and mark what is new with since = {0}", old.notice + 1)));
    }
    rewritten(new, old)
}

/// What an accepted notice meant must stay as it was, or everyone who agreed is held and asked anew.
fn rewritten(new: &Declaration, old: &Declaration) -> Result<Exit, Failure> {
    let changed: Vec<String> = old
        .purposes
        .keys()
        .filter(|purpose| {
            canonical::digest_of_purpose(old, purpose, old.notice)
                != canonical::digest_of_purpose(new, purpose, old.notice)
        })
        .map(ToString::to_string)
        .collect();
    if changed.is_empty() {
        return Ok(Exit::Done);
    }
    let asks_for_more = diff::beyond(new, old).iter().any(|item| item.since <= old.notice);
    let hint = if asks_for_more {
        format!("mark what is new with since = {}, and leave the rest as it was", new.notice)
    } else {
        format!(
            "leave what notice {} covers as it was, or everybody who opted in is asked again",
            old.notice
        )
    };
    Err(Failure::not_done(anyhow::anyhow!(
        "notice {} now means something else for {}, so a yes to it no longer holds",
        old.notice,
        changed.join(", ")
    ))
    .hint(hint))
}
