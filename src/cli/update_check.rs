//! `sayso update-check`: asks the declared service whether a newer version exists.

use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session, tools};
use crate::delivery::update::{self, Checked, Question};
use crate::domain::legible;
use crate::domain::update::{self as answer, Update};
use crate::events::recorder::Recorder;
use crate::registry::Subject;
use crate::view::notice::Ways;
use crate::view::reasons;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use serde_json::{Value, json};
use std::cmp::Ordering;

pub(super) const ENTRY: Entry = Entry { group: Group::Scripts, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// The tool
    tool: String,
    /// The version in use
    #[arg(long, value_name = "V")]
    version: String,
    /// The command that runs; told only while usage is allowed too
    #[arg(long, value_name = "COMMAND")]
    command: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("update-check").disable_version_flag(true))
        .about("Ask whether a newer version of a tool exists, if that is allowed")
        .after_help(
            "The answer holds for 48 hours. Exit 0 if it is known, 1 if it is not or may not be asked for.\n\nExamples:\n  sayso update-check gitops --version 0.38.0",
        )
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let world = &session.world;
    let tool = tools::find_asking(session, &typed.tool)?;
    let subject = Subject::registered(world, &tool);
    let question = Question { version: typed.version, command: typed.command };
    let checked = update::check(&subject, &Recorder::new(&subject), &question)?;
    if typed.json {
        session.terminal.say_json(&document(&subject, &question, &checked))?;
    }
    match checked {
        Checked::Known(_) if typed.json => {}
        Checked::Known(update) => {
            session.terminal.say(&in_words(&tool.to_string(), &question.version, &update))?;
        }
        Checked::Undeclared => {
            return Err(Failure::not_done(anyhow::anyhow!("{tool} declares no update check")));
        }
        Checked::Held(purpose, _) => {
            let ways = Ways::sayso_for(tool.as_str(), Some(&purpose));
            let explained = reasons::explain(&subject.explanation(Some(&purpose)), &ways);
            let error = anyhow::anyhow!("{}", explained.detail)
                .context(format!("{tool} may not ask for updates"));
            return Err(Failure::not_done(error).hint(explained.hint));
        }
        Checked::Unanswered(why) => {
            let error = anyhow::anyhow!(why).context("the update check was not answered");
            return Err(Failure::not_done(error).hint("try again later"));
        }
    }
    Ok(Exit::Done)
}

fn document(subject: &Subject, question: &Question, checked: &Checked) -> Value {
    let (state, reason, update) = match checked {
        Checked::Known(update) => ("known", None, Some(update)),
        Checked::Undeclared => ("undeclared", None, None),
        Checked::Held(_, decision) => ("held", Some(decision.reason.as_str().to_owned()), None),
        Checked::Unanswered(why) => ("unanswered", Some(why.clone()), None),
    };
    json!({
        "tool": subject.tool.as_str(),
        "version": question.version,
        "state": state,
        "reason": reason,
        "update": update,
    })
}

fn in_words(tool: &str, version: &str, update: &Update) -> String {
    let newest = legible::visible(&update.current_version);
    let this = legible::on_one_line(version);
    let mut lines = vec![match answer::compare(version, &update.current_version) {
        Some(Ordering::Less) => format!("{tool} {newest} is out; this is {this}."),
        Some(_) => format!("{tool} {this} is up to date."),
        None => {
            format!("The newest {tool} is {newest}; {this} is no version that can be compared.")
        }
    }];
    if update.outdated {
        let places = [("Download", &update.download_url), ("Changes", &update.changelog_url)];
        lines.extend(places.into_iter().filter_map(|(what, url)| {
            Some(format!("{what}: {}", legible::visible(url.as_ref()?)))
        }));
    }
    for alert in &update.alerts {
        let level = alert.level.as_deref().unwrap_or("notice");
        let more = alert.url.as_ref().map(|url| format!(" ({url})")).unwrap_or_default();
        lines.push(legible::on_one_line(format!("{level}: {}{more}", alert.message)));
    }
    lines.join("\n")
}
