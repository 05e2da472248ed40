//! `sayso undo`: other programs' files as they were before sayso changed them, byte for byte.

use crate::catalogue::place::Surroundings;
use crate::catalogue::taking_back::{self, Outcome, Undone};
use crate::catalogue::wording::short_in;
use crate::choices;
use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session, tools};
use crate::domain::consent::Choice;
use crate::domain::policy::Default;
use crate::domain::tool_id::{Purpose, ToolId};
use crate::fs::backup::{self, Touch};
use crate::host::act::{self, Refusal};
use crate::registry::Subject;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use std::cell::RefCell;
use std::collections::BTreeMap;

pub(super) const ENTRY: Entry = Entry { group: Group::People, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// Only what was changed for this tool
    tool: Option<String>,
    /// Show what would be put back, and change nothing
    #[arg(long)]
    dry_run: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("undo"))
        .about("Put back, byte for byte, what sayso changed in other tools' files")
        .after_help(
            "Where somebody else has changed such a file since, only the key goes back to what it \
             was. Your answers to tools that ask sayso stay.\n\n\
             Examples:\n  sayso undo turborepo\n  sayso undo --dry-run\n  sayso undo",
        )
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let tool = typed.tool.as_deref().map(|name| tools::parse(session, name)).transpose()?;
    let layout = session.world.layout()?;
    let surroundings = Surroundings {
        environment: session.world.environment(),
        working_folder: None,
        program: None,
    };
    let own = surroundings.own_folders();
    let forbidden = Forbidden { session, found: RefCell::default() };
    let is_meant = |touch: &Touch| {
        let touched = touch.tool.parse::<ToolId>().ok();
        let channel = touch.channel.parse::<Purpose>().ok();
        tool.as_ref().is_none_or(|tool| touch.tool == tool.as_str())
            && touched.is_none_or(|touched| !forbidden.is(&touched, channel.as_slice()))
    };
    let (undone, unreadable) = taking_back::take_back(layout, &own, &is_meant, typed.dry_run)?;
    let mut wishes = backup::wishes(layout)?;
    wishes.retain(|wished| tool.as_ref().is_none_or(|tool| tool == wished));
    wishes.retain(|wished| {
        let said = Subject::registered(&session.world, wished).consent;
        let channels: Vec<Purpose> = said.answers.purposes().cloned().collect();
        !forbidden.is(wished, &channels)
    });
    let mut exit = forbidden.report();
    for error in unreadable {
        let hint = backup::hint(&error);
        let what = anyhow::Error::from(error).context("one record of a change cannot be used");
        exit = exit.and(Failure::not_done(what).hint(hint).report(&session.terminal));
    }
    if undone.is_empty() && wishes.is_empty() && exit == Exit::Done {
        return nothing(session, tool.as_ref());
    }
    for undone in &undone {
        exit = exit.and(tell(session, undone, typed.dry_run)?);
    }
    for tool in &wishes {
        exit = exit.and(take_wish_back(session, tool, typed.dry_run)?);
    }
    if typed.dry_run {
        session.terminal.say("Nothing was changed.")?;
    } else if tool.is_none() && says_off_by_default(session) {
        session
            .terminal
            .note("Your default stays off: no tool asks. To change it: sayso default ask");
    }
    Ok(exit)
}

/// Tools that the administrator forbids, and whose opt-out an undo would take back.
struct Forbidden<'s> {
    session: &'s Session,
    found: RefCell<BTreeMap<ToolId, Refusal>>,
}

impl Forbidden<'_> {
    fn is(&self, tool: &ToolId, channels: &[Purpose]) -> bool {
        let Err(refusal) = act::permitted(&self.session.world, tool, channels) else {
            return false;
        };
        let said = Subject::registered(&self.session.world, tool).consent;
        let is_on = |channel: &Purpose| {
            said.answers.get(channel).is_some_and(|answer| answer.choice == Choice::Granted)
        };
        // Taking an opt-in back is always allowed.
        if !channels.is_empty() && channels.iter().all(is_on) {
            return false;
        }
        self.found.borrow_mut().insert(tool.clone(), refusal);
        true
    }

    fn report(&self) -> Exit {
        let mut exit = Exit::Done;
        for (tool, refusal) in self.found.take() {
            exit = exit
                .and(Failure::of_refusal(refusal, tool.as_str()).report(&self.session.terminal));
        }
        exit
    }
}

fn says_off_by_default(session: &Session) -> bool {
    session.world.config().is_ok_and(|config| config.default == Some(Default::Off))
}

fn nothing(session: &Session, tool: Option<&ToolId>) -> Result<Exit, Failure> {
    let Some(tool) = tool else {
        session.terminal.say("There is nothing to undo.")?;
        return Ok(Exit::Done);
    };
    tools::find(session, tool.as_str())?;
    session.terminal.say(&format!("There is nothing to undo for {tool}."))?;
    Ok(Exit::Done)
}

fn tell(session: &Session, undone: &Undone, dry_run: bool) -> Result<Exit, Failure> {
    let path = short_in(session.world.environment(), &undone.path);
    let tools = undone.tools.join(", ");
    let outcome = match &undone.outcome {
        Ok(outcome) => outcome,
        Err(why) => {
            let kept = "what it was is kept, so that undo can be tried again";
            let what = anyhow::anyhow!("{tools}: {why}");
            session.terminal.complain(&what, &[why.hint(), kept.to_owned()]);
            return Ok(Exit::NotDone);
        }
    };
    let since = "was changed by somebody else since, so only the key";
    let text = match (outcome, dry_run) {
        (Outcome::Restored, false) => format!("{path} is as it was."),
        (Outcome::Restored, true) => format!("{path} would become as it was."),
        (Outcome::IsBack, false) => format!("{path} is there again, as it was."),
        (Outcome::IsBack, true) => format!("{path} would be there again, as it was."),
        (Outcome::Removed, false) => format!("{path} is gone; it was not there before."),
        (Outcome::Removed, true) => format!("{path} would go; it was not there before."),
        (Outcome::OthersStay, false) => {
            format!("{path} is as it was, but for what sayso changed in it for other tools.")
        }
        (Outcome::OthersStay, true) => {
            format!("{path} would become as it was, but for what sayso changed for other tools.")
        }
        (Outcome::OnlyTheKey, false) => format!("{path} {since} went back to what it was."),
        (Outcome::OnlyTheKey, true) => format!("{path} {since} would go back."),
        (Outcome::Theirs, _) => format!(
            "in {path}, somebody else has changed the key itself since, so it stays as it is."
        ),
        (Outcome::StaysAway, _) => {
            format!("{path} was removed by somebody else since, so it stays away.")
        }
    };
    session.terminal.say(&format!("{tools}: {text}"))?;
    Ok(Exit::Done)
}

fn take_wish_back(session: &Session, tool: &ToolId, dry_run: bool) -> Result<Exit, Failure> {
    if dry_run {
        session.terminal.say(&format!("{tool}: what you wanted would be forgotten."))?;
        return Ok(Exit::Done);
    }
    match choices::take_back(&session.world, tool) {
        Ok(true) => session.terminal.say(&format!("{tool}: what you wanted is forgotten."))?,
        Ok(false) => {}
        Err(error) => {
            let hint = backup::hint(&error);
            return Ok(Failure::not_done(error).hint(hint).report(&session.terminal));
        }
    }
    Ok(Exit::Done)
}
