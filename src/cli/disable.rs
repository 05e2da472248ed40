//! `sayso disable`: no question, works offline, immediate; tells nobody.

use crate::app::resolve::ToolKind;
use crate::catalogue::setting::Direction;
use crate::catalogue::shells;
use crate::choices;
use crate::cli::failure::Failure;
use crate::cli::switch::{self, Typed as Switching};
use crate::cli::{Entry, Exit, Group, Session, tools};
use crate::domain::consent::Via;
use crate::domain::policy::Default;
use crate::domain::tool_id::ToolId;
use crate::host::act::{self, Refusal};
use crate::registry::{Subject, cache};
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
    /// Run the vendor's own command where one is known; it may do more than sayso can see
    #[arg(long)]
    run_vendor_command: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("disable"))
        .about("Say no to a tool, to some of its purposes, or to everything")
        .after_help(
            "The switch of a tool that does not ask sayso is set where it lasts: in your own file \
             of that tool, if it has one; sayso undo puts the file back. Where only a variable \
             switches it off, the line for your shell is shown.\n\n\
             Examples:\n  sayso disable werf\n  sayso disable gitops dashboard\n  \
             sayso disable turborepo --dry-run\n  sayso disable",
        )
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let exit = match &typed.tool {
        Some(name) => named(session, name, &typed),
        None => everything(session, &typed),
    };
    switch::tell_how_variables_last(session);
    exit
}

fn named(session: &Session, name: &str, typed: &Typed) -> Result<Exit, Failure> {
    if typed.unknown {
        let tool = tools::parse(session, name)?;
        let subject = Subject::registered(&session.world, &tool);
        return refuse(session, &subject, typed);
    }
    let tool = tools::find(session, name);
    one(session, &tool.map_err(|failure| in_advance(session, name, failure))?, typed)
}

fn in_advance(session: &Session, name: &str, failure: Failure) -> Failure {
    let could_be_stored = session.world.layout().is_ok() && name.parse::<ToolId>().is_ok();
    match could_be_stored {
        true => failure.hint(format!("sayso disable --unknown {name} says no in advance")),
        false => failure,
    }
}

/// The answer to a tool that asks sayso is stored first: it stands, whatever becomes of its
/// vendor's own switch.
fn one(session: &Session, tool: &ToolId, typed: &Typed) -> Result<Exit, Failure> {
    let subject = Subject::registered(&session.world, tool);
    let wanted = Switching {
        direction: Direction::Off,
        channels: &typed.purpose,
        is_named: typed.tool.is_some(),
        may_run_command: typed.run_vendor_command,
        dry_run: typed.dry_run,
    };
    let kind = ToolKind::of(&subject, session.third_party());
    if let Some(entry) = kind.vendor_alone(&subject) {
        return switch::catalogued(session, entry, wanted);
    }
    let exit = refuse(session, &subject, typed)?;
    Ok(match kind.vendor_beside(session.third_party()) {
        Some(entry) => exit.and(switch::beside_ours(session, entry, wanted)?),
        None => exit,
    })
}

fn refuse(session: &Session, subject: &Subject, typed: &Typed) -> Result<Exit, Failure> {
    let (tool, purposes) = (&subject.tool, &typed.purpose);
    let in_words = |refusal| Failure::of_refusal(refusal, tool.as_str());
    if typed.dry_run {
        let what = match act::refusable(subject, purposes).map_err(in_words)?.as_slice() {
            [] => "the whole tool".to_owned(),
            some => act::names(some.iter()),
        };
        session.terminal.say(&format!("{tool}: would say no to {what}. Nothing was changed."))?;
        return Ok(Exit::Done);
    }
    let stored = match typed.tool {
        Some(_) => act::refuse(subject, purposes, Via::Command),
        None => act::refuse_one_of_many(subject, Via::Command),
    };
    let stored = match stored {
        Ok(stored) => stored,
        Err(Refusal::Store(error)) => {
            return Ok(Failure::of_opt_out(error, subject).report(&session.terminal));
        }
        Err(other) => return Err(in_words(other)),
    };
    cache::refresh(&session.world, tool);
    let exit = session.terminal.finish(&stored);
    session.terminal.say(&act::after_no(subject, purposes, &stored).join("\n"))?;
    Ok(exit)
}

/// The default first: it covers what is undecided and what comes. Whatever fails on the way, even
/// that nobody hears of it, the other tools are still switched off.
fn everything(session: &Session, typed: &Typed) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    let mut keep = |ended: Result<Exit, Failure>| {
        exit = exit.and(ended.unwrap_or_else(|failure| failure.report(&session.terminal)));
    };
    keep(default_off(session, typed.dry_run));
    let known = tools::known(&session.world).or_else(|failure| {
        keep(Err(failure));
        tools::answered(&session.world)
    });
    let mut all = known?;
    all.extend(session.third_party().installed().map(|entry| entry.id.clone()));
    for (n, tool) in all.iter().enumerate() {
        session.terminal.progress(&format!("{} of {}: {tool}", n + 1, all.len()));
        let ended = one(session, tool, typed);
        session.terminal.progress("");
        keep(ended);
    }
    if !typed.dry_run {
        keep(
            choices::after_many(&session.world)
                .map(|stored| session.terminal.finish(&stored))
                .map_err(Failure::from),
        );
    }
    switch::tell_what_is_not_verified(session)?;
    Ok(exit)
}

fn default_off(session: &Session, dry_run: bool) -> Result<Exit, Failure> {
    if dry_run {
        session.terminal.say("default: would become off. Nothing was changed.")?;
    } else {
        choices::set_default(&session.world, Default::Off).map_err(|error| {
            let line = shells::language(session.world.environment()).set("DO_NOT_TRACK", "1");
            let hint = error.hint();
            let what = "default: your opt-out of what comes could not be stored";
            Failure::not_done(anyhow::Error::from(error).context(what))
                .hint(format!("{line} covers every tool that respects it, in this shell"))
                .hint(hint)
        })?;
        session.terminal.say("default: off. No tool asks any more, and undecided is off.")?;
    }
    Ok(Exit::Done)
}
