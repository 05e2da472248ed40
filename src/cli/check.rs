//! `sayso check`: an exit code for scripts, 0 to allow and 1 to hold.

use crate::app::resolve::ToolKind;
use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session, tools};
use crate::consent::World;
use crate::domain::decision::{Decision, Reason, Source};
use crate::domain::tool_id::{Purpose, ToolId};
use crate::registry::Subject;
use crate::view::notice::Ways;
use crate::view::reasons::{self, Explained};
use crate::view::table::{self, Cell, Tone};
use clap::{ArgMatches, Args, Command, FromArgMatches};
use serde_json::{Value, json};
use std::ffi::OsString;

pub(super) const ENTRY: Entry = Entry { group: Group::Scripts, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// The tool
    tool: String,
    /// The purpose; usage, or the only one there is, if none is named
    purpose: Option<String>,
    /// Show every source, its value, and the one that decides
    #[arg(long, conflicts_with = "json")]
    explain: bool,
    /// Print the same as one JSON document
    #[arg(long)]
    json: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("check"))
        .about("Answer a script: exit 0 if it is allowed, 1 if it is held")
        .after_help("Examples:\n  if sayso check werf; then werf-report; fi\n  sayso check werf usage --explain")
}

/// Answers `check TOOL [PURPOSE]` without anything else being built. Whatever is typed in another
/// way, or wrongly, is left to the whole program.
pub(super) fn answer_at_once(arguments: &[OsString]) -> Option<Exit> {
    let (command, rest) = arguments.get(1..)?.split_first()?;
    if command != "check" {
        return None;
    }
    let tool: ToolId = rest.first()?.to_str()?.parse().ok()?;
    let purpose = match &rest[1..] {
        [] => None,
        [purpose] => Some(purpose.to_str()?.parse::<Purpose>().ok()?),
        _ => return None,
    };
    let subject = Subject::registered_at_once(&World::of_this_process(), &tool);
    let purpose = which(&subject, purpose)?;
    let exit = exit(&subject, purpose.as_ref());
    subject.prepare();
    // The process ends now, and gives back everything at once.
    std::mem::forget(subject);
    Some(exit)
}

/// The purpose in question: the one named, the implied one, or none where nothing is declared.
/// `None` where the tool declares several and none is named.
fn which(subject: &Subject, named: Option<Purpose>) -> Option<Option<Purpose>> {
    if named.is_some() {
        return Some(named);
    }
    match subject.terms() {
        None => Some(None),
        Some(terms) => Purpose::implied(terms.purposes()).map(Some),
    }
}

fn exit(subject: &Subject, purpose: Option<&Purpose>) -> Exit {
    if subject.decide(purpose).allows() { Exit::Done } else { Exit::NotDone }
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let world = &session.world;
    let tool = tools::parse(session, &typed.tool)?;
    let named = typed.purpose.as_ref().map(|name| name.parse::<Purpose>()).transpose();
    let named = named.map_err(|error| {
        Failure::misuse(format!("{:?} is no purpose: {error}", typed.purpose.unwrap_or_default()))
    })?;
    let subject = Subject::registered(world, &tool);
    let Some(purpose) = which(&subject, named) else {
        let names: Vec<String> = subject.purposes().iter().map(ToString::to_string).collect();
        return Err(Failure::misuse(format!("{tool} has several purposes; name one"))
            .hint(format!("sayso check {tool} {}", names.join("|"))));
    };
    if typed.json {
        session.terminal.say_json(&document(session, &subject, purpose.as_ref()))?;
    } else if typed.explain {
        session.terminal.say(&explanation(session, &subject, purpose.as_ref()))?;
        if matches!(tools::registered(world, tool.as_str()), Ok(None))
            && session.third_party().named(tool.as_str()).is_none()
            && let Some(meant) = tools::meant(session, tool.as_str())
        {
            session.terminal.advise(&meant);
        }
    }
    Ok(exit(&subject, purpose.as_ref()))
}

/// Whether it is somebody else's tool. That nothing declares one, or that it is off, would mislead.
fn is_others(session: &Session, subject: &Subject, decision: Decision) -> bool {
    decision.reason == Reason::Undeclared
        && ToolKind::of(subject, session.third_party()).is_third_party()
}

fn document(session: &Session, subject: &Subject, purpose: Option<&Purpose>) -> Value {
    let explained = reasons::explain(
        &subject.explanation(purpose),
        &Ways::sayso_for(subject.tool.as_str(), purpose),
    );
    let decision = explained.decision;
    let detail = match is_others(session, subject, decision) {
        true => "it does not ask sayso".to_owned(),
        false => explained.detail,
    };
    let source = |source: Source| {
        json!({
            "source": source.reason.as_str(),
            "value": source.value,
            "says": source.says.as_str(),
        })
    };
    json!({
        "tool": subject.tool.as_str(),
        "purpose": purpose.map(Purpose::as_str),
        "state": if decision.allows() { "allow" } else { "hold" },
        "reason": decision.reason.as_str(),
        "detail": detail,
        "notice": decision.notice,
        "sources": subject.sources(purpose).into_iter().map(source).collect::<Vec<Value>>(),
    })
}

fn explanation(session: &Session, subject: &Subject, purpose: Option<&Purpose>) -> String {
    let tool = &subject.tool;
    let explained =
        reasons::explain(&subject.explanation(purpose), &Ways::sayso_for(tool.as_str(), purpose));
    let decision = explained.decision;
    let (word, tone) = reasons::state(decision);
    let rows: Vec<Vec<Cell>> = subject
        .sources(purpose)
        .into_iter()
        .map(|source| {
            let is_winner = source.reason == decision.reason;
            let tone = if is_winner { tone } else { Tone::Plain };
            vec![
                Cell::toned(source.reason.as_str(), tone),
                Cell::plain(source.value.unwrap_or_default()),
                Cell::toned(source.says.as_str(), tone),
                Cell::plain(if is_winner { "decides" } else { "" }),
            ]
        })
        .collect();
    let paint = |text: &str, tone: Tone| session.terminal.paint(text, tone);
    let table =
        table::lay_out(&["SOURCE", "VALUE", "SAYS", ""], &rows, session.terminal.width(), &paint);
    if is_others(session, subject, decision) {
        return format!(
            "{tool} does not ask sayso, so nothing is allowed through it.\n\
             Its vendor's own switch: sayso status {tool}\n\n{table}"
        );
    }
    let name = purpose.map(|purpose| format!(" {purpose}")).unwrap_or_default();
    let word = session.terminal.paint(word, tone);
    let Explained { detail, hint, .. } = explained;
    format!("{tool}{name} is {word}: {detail}.\nTo change it: {hint}.\n\n{table}")
}
