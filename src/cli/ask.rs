//! `sayso ask`: the first-run point for tools in other languages.

use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session, tools};
use crate::domain::tool_id::Purpose;
use crate::host::person::{self, Mode, Outcome};
use crate::host::{act, presence, terminal};
use crate::registry::Subject;
use crate::view::notice::Ways;
use clap::{ArgMatches, Args, Command, FromArgMatches};

pub(super) const ENTRY: Entry = Entry { group: Group::Scripts, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// The tool
    tool: String,
    /// Only these purposes; all declared ones if none is named
    purpose: Vec<String>,
    /// Show what would be asked, and ask nothing
    #[arg(long)]
    dry_run: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("ask"))
        .about("Ask the person once, where one is present; silent otherwise")
        .after_help(
            "Exit 0 if everything asked about is allowed now, 1 if something is held.\n\nExamples:\n  sayso ask werf || true\n  sayso ask gitops dashboard",
        )
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let world = &session.world;
    let tool = tools::parse(session, &typed.tool)?;
    let subject = Subject::registered(world, &tool);
    let purposes = purposes(&subject, &typed.purpose)?;
    if presence::of_user(world).is_ok() {
        let mode = if typed.dry_run { Mode::Show } else { Mode::Store };
        match person::ask(&subject, &purposes, &Ways::sayso(tool.as_str()), mode) {
            Ok(Outcome::Interrupted) => terminal::end_by_interrupt(),
            // The run that shows a notice is not yet covered by it.
            Ok(Outcome::Told) => return Ok(Exit::NotDone),
            Ok(_) => {}
            // The person was told where it happened.
            Err(_) => return Ok(Exit::NotDone),
        }
    }
    let subject = subject.again();
    let asked = match subject.declaration() {
        Some(declaration) if purposes.is_empty() => {
            declaration.purposes_of_users().cloned().collect()
        }
        _ => purposes,
    };
    let all = !asked.is_empty() && asked.iter().all(|p| subject.decide(Some(p)).allows());
    Ok(if all { Exit::Done } else { Exit::NotDone })
}

/// None where none was named: the first-run point then is about all.
fn purposes(subject: &Subject, named: &[String]) -> Result<Vec<Purpose>, Failure> {
    match subject.declaration() {
        Some(declaration) if !named.is_empty() => act::declared_purposes(declaration, named)
            .map_err(|refusal| Failure::of_refusal(refusal, subject.tool.as_str())),
        _ => Ok(Vec::new()),
    }
}
