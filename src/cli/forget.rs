//! `sayso forget`: a no, and everything that the tool left here is deleted.

use crate::app::resolve::ToolKind;
use crate::catalogue::start_files;
use crate::choices::{self, Removed};
use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session, tools};
use crate::delivery::deletion::{self, Left};
use crate::domain::declaration::destination;
use crate::domain::tool_id::ToolId;
use crate::events::sent;
use crate::fs::layout::Layout;
use crate::fs::{Error, backup};
use crate::registry::Subject;
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
    /// With --everything: leave what sayso changed in other tools' files as it is now
    #[arg(long, requires = "everything")]
    keep_changes: bool,
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
        None => everything(session, typed.keep_changes, typed.dry_run),
    }
}

fn one(session: &Session, name: &str, dry_run: bool) -> Result<Exit, Failure> {
    let world = &session.world;
    let tool = tools::find(session, name)?;
    let subject = Subject::registered(world, &tool);
    if ToolKind::of(&subject, session.third_party()).is_third_party() {
        let what = format!("{tool} does not ask sayso, so it has left nothing here");
        let hint = match subject.consent.catalogued {
            true => format!("sayso undo {tool} forgets your wish, and puts its files back"),
            false => format!("sayso status {tool} shows its vendor's own switch"),
        };
        return Err(Failure::not_done(anyhow::anyhow!(what)).hint(hint));
    }
    if dry_run {
        let left = Left::of(&subject)?;
        let mut lines = vec![format!(
            "{tool}: would say no to the whole tool, and delete what waits, the log of what has left and its pseudonyms."
        )];
        if let Some(url) = deletion_of(&subject).filter(|_| !left.agreed.is_empty()) {
            lines.push(format!("{tool}: would ask {}", what_is_asked(url, &left.agreed)));
        }
        lines.push("Nothing was changed.".to_owned());
        session.terminal.say(&lines.join("\n"))?;
        return Ok(Exit::Done);
    }
    let stored =
        choices::forget(world, &tool).map_err(|error| Failure::of_opt_out(error, &subject))?;
    let is_deleted = stored.unfinished.is_empty();
    let mut exit = session.terminal.finish(&stored);
    if let Some(kept) = stored.kept_file() {
        session.terminal.note(&kept);
    }
    session.terminal.say(&format!("{tool} is off."))?;
    // The log names the pseudonyms: it goes last, so that whoever is interrupted can ask again.
    let names = Left::of(&subject).map_err(|error| left(error, &tool))?;
    exit = exit.and(ask_for_deletion(session, &subject, &names)?);
    sent::forget(world.layout()?, &tool).map_err(|error| left(error, &tool))?;
    session.terminal.say(match is_deleted {
        true => "Deleted: queued events, the sent log and the pseudonymous ID.",
        false => "Deleted: the sent log. What was not deleted is named above.",
    })?;
    Ok(exit)
}

fn left(error: Error, tool: &ToolId) -> Failure {
    let hint = error.hint();
    let what =
        anyhow::Error::from(error).context(format!("the sent log of {tool} was not deleted"));
    Failure::not_done(what).hint(hint)
}

/// The address for deletion requests that a tool declares.
fn deletion_of(subject: &Subject) -> Option<&str> {
    subject.declaration()?.deletion.as_deref()
}

/// Who is asked, and for what.
fn what_is_asked(url: &str, pseudonyms: &[String]) -> String {
    let whom = destination::place(url);
    match pseudonyms.len() {
        1 => format!("{whom} to delete what left under your pseudonym: {url}"),
        count => format!(
            "{whom} to delete what left under {count} pseudonyms, in a request for each, since nothing \
             else joins them; the network address and the time can: {url}"
        ),
    }
}

/// Asks the vendor to delete what has left, or says what a person has to do instead.
fn ask_for_deletion(session: &Session, subject: &Subject, left: &Left) -> Result<Exit, Failure> {
    if left.is_empty() {
        session.terminal.say(
            "Nothing had left under a pseudonym of yours, so there is nothing that its vendor could find.",
        )?;
        return Ok(Exit::Done);
    }
    let Some(url) = deletion_of(subject) else {
        let names = [left.agreed.as_slice(), &left.others].concat().join("\n");
        session.terminal.say(&format!(
            "What has left already is still there: its declaration names no way to ask for its deletion. It left under\n{names}"
        ))?;
        return Ok(Exit::NotDone);
    };
    let mut exit = Exit::Done;
    let mut not_asked = |error: anyhow::Error, names: &[String]| {
        let hint = format!("ask yourself, and name the pseudonyms below: {url}");
        session.terminal.complain(&error, &[hint]);
        exit = Exit::NotDone;
        session.terminal.say(&names.join("\n"))
    };
    if !left.agreed.is_empty() {
        session.terminal.say(&format!("Asking {}", what_is_asked(url, &left.agreed)))?;
        let mut failed = Vec::new();
        let mut last = None;
        for pseudonym in &left.agreed {
            if let Err(why) = deletion::ask(subject, url, pseudonym) {
                failed.push(pseudonym.clone());
                last = Some(why);
            }
        }
        match last {
            None => {
                session.terminal.say("The vendor was asked to delete what has left already.")?
            }
            Some(why) => not_asked(
                anyhow::anyhow!(why)
                    .context("the vendor could not be asked to delete what has left"),
                &failed,
            )?,
        }
    }
    if !left.others.is_empty() {
        let why = "what left was not agreed to together with the address that is declared now";
        not_asked(
            anyhow::anyhow!(why).context("the vendor was not asked to delete what has left"),
            &left.others,
        )?;
    }
    Ok(exit)
}

fn everything(session: &Session, keep_changes: bool, dry_run: bool) -> Result<Exit, Failure> {
    let layout = session.world.layout()?;
    if !keep_changes {
        would_strand(layout)?;
    }
    let mut exit = Exit::Done;
    if !dry_run {
        choices::end_every_opt_in(&session.world).map_err(nothing_removed)?;
    }
    for tool in tools::known(&session.world)?.iter().filter(|_| !dry_run) {
        let subject = Subject::registered(&session.world, tool);
        let left = Left::of(&subject).map_err(nothing_removed)?;
        if !left.is_empty() {
            session.terminal.say(&format!("{tool}:"))?;
            exit = exit.and(ask_for_deletion(session, &subject, &left)?);
        }
    }
    // What takes a line out of a start file needs what is known about how it came there.
    let lines_out = start_files::uninstall(&session.world, None)?;
    for change in &lines_out {
        if !dry_run {
            change.make(&session.world)?;
        }
        let verb = if dry_run { "would take" } else { "took" };
        session
            .terminal
            .say(&format!("{verb} the line of sayso out of {}", change.path.display()))?;
    }
    let (verb, removed) = match dry_run {
        true => {
            let places = choices::everything(layout);
            ("would remove", Removed { places, errors: Vec::new() })
        }
        false => {
            let removed = choices::forget_everything(&session.world).map_err(nothing_removed)?;
            ("removed", removed)
        }
    };
    let Removed { places, errors } = removed;
    for error in errors {
        exit = exit.and(Failure::from(error).report(&session.terminal));
    }
    if places.is_empty() && exit == Exit::Done {
        if lines_out.is_empty() {
            session.terminal.say("There is nothing to remove.")?;
        }
        return Ok(Exit::Done);
    }
    let mut lines: Vec<String> =
        places.iter().map(|place| format!("{verb} {}", place.display())).collect();
    if exit == Exit::Done {
        lines.push("Your noes are among them, so tools may ask again.".to_owned());
    }
    session.terminal.say(&lines.join("\n"))?;
    Ok(exit)
}

fn nothing_removed(error: Error) -> Failure {
    let hint = error.hint();
    Failure::not_done(anyhow::Error::from(error).context("nothing was removed")).hint(hint)
}

/// What other tools' files were is among the files to remove: after that, nobody could put them
/// back.
fn would_strand(layout: &Layout) -> Result<(), Failure> {
    // What cannot be read cannot be put back either.
    let kept = backup::all(layout).unwrap_or_default().kept;
    if kept.is_empty() {
        return Ok(());
    }
    let places: Vec<String> = kept.iter().map(|kept| kept.place.display().to_string()).collect();
    let what = anyhow::anyhow!(places.join(", ")).context(
        "sayso has changed files of other tools, and only what it would remove can put them back",
    );
    Err(Failure::not_done(what)
        .hint("sayso undo puts them back")
        .hint("sayso forget --everything --keep-changes leaves them as they are now"))
}
