//! `sayso default`: what holds for tools without a choice.

use crate::choices;
use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session};
use crate::domain::policy::Default;
use crate::host::presence;
use clap::{ArgMatches, Args, Command, FromArgMatches, ValueEnum};

pub(super) const ENTRY: Entry = Entry { group: Group::Settings, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// The new default; without one, the one that holds is shown
    #[arg(value_enum)]
    default: Option<Word>,
    /// Show what would change, and change nothing
    #[arg(long, requires = "default")]
    dry_run: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Word {
    /// Every tool must ask
    Ask,
    /// Nobody asks; undecided is off
    Off,
    /// Tools that would rather tell you than ask may do so
    Declared,
}

impl From<Word> for Default {
    fn from(word: Word) -> Self {
        match word {
            Word::Ask => Self::Ask,
            Word::Off => Self::Off,
            Word::Declared => Self::Declared,
        }
    }
}

fn define() -> Command {
    Typed::augment_args(Command::new("default"))
        .about("Show or set what holds for tools without a choice")
        .after_help("Examples:\n  sayso default\n  sayso default off")
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let world = &session.world;
    let Some(new) = typed.default.map(Default::from) else {
        let config = world
            .config()
            .map_err(|error| Failure::not_done(anyhow::anyhow!("{error}")).hint(error.hint()))?;
        let policy = world.policy().ok().and_then(|policy| policy.default);
        let holds = config.default.or(policy).unwrap_or(Default::Ask);
        session.terminal.say(holds.as_str())?;
        if config.default.is_none() && policy.is_some() {
            session.terminal.note("The administrator set it; yours would come first.");
        }
        return Ok(Exit::Done);
    };
    if new == Default::Declared {
        permitted(session)?;
    }
    if typed.dry_run {
        session
            .terminal
            .say(&format!("default: would become {}. Nothing was changed.", new.as_str()))?;
        return Ok(Exit::Done);
    }
    choices::set_default(world, new)?;
    session.terminal.say(&format!("default: {}. {}", new.as_str(), meaning(new)))?;
    Ok(Exit::Done)
}

/// Nothing lets tools tell instead of ask but a user who is present, nor where the administrator forbids
/// everything.
fn permitted(session: &Session) -> Result<(), Failure> {
    let policy = session.world.policy().map_err(|error| {
        let hint = "ask the administrator to correct it";
        Failure::not_done(anyhow::anyhow!("{error}")).hint(hint)
    })?;
    if let Some(denied) = policy.denies_everything() {
        let what = anyhow::anyhow!("the administrator's policy forbids it ({denied})");
        return Err(Failure::not_done(what).hint("ask the administrator"));
    }
    presence::of_user(&session.world).map_err(|absence| {
        let hint = absence.without("sayso default declared");
        Failure::not_done(anyhow::anyhow!("only a user can set this: {absence}"))
            .hint(format!("run it yourself, at a terminal: {hint}"))
    })
}

fn meaning(default: Default) -> &'static str {
    match default {
        Default::Ask => "Every tool must ask.",
        Default::Off => "No tool asks, and undecided is off.",
        Default::Declared => "Tools that would rather tell you than ask may do so.",
    }
}
