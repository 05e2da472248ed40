//! `sayso status`: what every tool may collect, and why.

use super::failure::Failure;
use super::{Entry, Exit, Group, Session, tools};
use crate::domain::notice::Ways;
use crate::domain::table::Tone;
use crate::domain::tool_id::ToolId;
use crate::host::report::{self, ToolReport};
use crate::store::health::{self, Trouble};
use crate::store::{Subject, World};
use clap::{ArgMatches, Args, Command, FromArgMatches};
use serde_json::json;

pub(super) const ENTRY: Entry = Entry { group: Group::People, define, run };

/// What is typed.
#[derive(Args, Default)]
struct Typed {
    /// Only this tool, with every reason in full
    tool: Option<String>,
    /// Also tools that were found nowhere on this machine
    // There is no catalogue yet, so this changes nothing; the word is kept for it.
    #[arg(long, hide = true)]
    all: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("status"))
        .about("Show what each tool may collect, whether it is on, and why")
        .after_help("Examples:\n  sayso status\n  sayso status werf\n  sayso status --json")
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    show(&typed, session)
}

/// `sayso` alone.
pub(super) fn overview(session: &Session) -> Result<Exit, Failure> {
    show(&Typed::default(), session)
}

fn show(typed: &Typed, session: &Session) -> Result<Exit, Failure> {
    let world = &session.world;
    let chosen = match &typed.tool {
        Some(name) => vec![tools::find(world, name)?],
        // Without a home nothing is known, and everything holds: that is an answer as well.
        None if world.layout().is_err() => Vec::new(),
        None => tools::known(world)?.into_iter().collect(),
    };
    let reports: Vec<ToolReport> = chosen.iter().map(|tool| report_on(world, tool)).collect();
    let problems = health::unreadable_files(world);
    if typed.json {
        session.terminal.say_json(&document(session, &reports, &problems))?;
    } else if reports.is_empty() {
        session.terminal.say(&nothing_to_show(session))?;
    } else {
        session.terminal.say(&for_people(session, &reports, typed.tool.is_some()))?;
    }
    if !typed.json {
        complain(session, &problems);
    }
    Ok(Exit::Done)
}

fn report_on(world: &std::sync::Arc<World>, tool: &ToolId) -> ToolReport {
    report::of_tool(&Subject::registered(world, tool), &Ways::sayso(tool.as_str()))
}

fn document(session: &Session, reports: &[ToolReport], problems: &[Trouble]) -> serde_json::Value {
    let world = &session.world;
    let default = world
        .config()
        .ok()
        .map(|config| config.default.unwrap_or(crate::domain::policy::Default::Ask).as_str());
    json!({
        "config": world.layout().ok().map(|layout| layout.config_file()),
        "default": default,
        "problems": problems,
        "tools": reports,
    })
}

fn for_people(session: &Session, reports: &[ToolReport], in_full: bool) -> String {
    let terminal = &session.terminal;
    let paint = |text: &str, tone: Tone| terminal.paint(text, tone);
    let mut out = report::table(reports, &terminal.zone, terminal.width(), &paint);
    if in_full {
        for tool in reports {
            out += &details(session, &tool.tool);
        }
        return out;
    }
    if let Some(first) = reports.iter().find(|tool| tool.name.is_some()) {
        out += &format!(
            "\nLook closer with sayso show {0}; switch off with sayso disable {0}.\n",
            first.tool
        );
    }
    out
}

/// Every purpose of one tool in a sentence, with what would change it.
fn details(session: &Session, tool: &str) -> String {
    let Ok(tool) = tool.parse::<ToolId>() else { return String::new() };
    let subject = Subject::registered(&session.world, &tool);
    let mut out = String::new();
    let purposes = subject.purposes();
    let all = purposes.iter().map(Some).chain(purposes.is_empty().then_some(None));
    for purpose in all {
        let explained = subject.explain(purpose, &Ways::sayso_for(tool.as_str(), purpose));
        let name = purpose.map_or(tool.to_string(), ToString::to_string);
        out += &format!("\n{name}: {}.\n  To change it: {}.\n", explained.detail, explained.hint);
    }
    out
}

/// An empty machine is met kindly: what was looked at, what that means, what to try.
fn nothing_to_show(session: &Session) -> String {
    let world = &session.world;
    let mut looked = Vec::new();
    match world.layout() {
        Ok(layout) => {
            let folders: Vec<String> =
                layout.all_tools().map(|folder| format!("    {}", folder.display())).collect();
            looked.push(format!("  declarations of tools, in\n{}", folders.join("\n")));
            let policy = match layout.policy.exists() {
                true => "there is one",
                false => "none",
            };
            looked.push(format!("  administrator's policy, {}: {policy}", layout.policy.display()));
        }
        Err(error) => looked.push(format!("  {error}, so everything is off")),
    }
    let track = world.signals().do_not_track.as_ref();
    looked.push(format!("  DO_NOT_TRACK: {}", track.map_or("not set", String::as_str)));
    let marker = world.signals().automation.as_ref();
    looked.push(format!(
        "  automation (CI): {}",
        marker.map_or_else(|| "no".to_owned(), |found| format!("yes, {} is set", found.name))
    ));
    format!(
        "No tool on this machine asks sayso, so nothing may collect anything through it.\n\n\
         Looked at:\n{}\n\n\
         Try:\n  sayso default off     no tool shall ask, and undecided is off\n  \
         sayso show FILE       read what a tool's declaration would collect\n",
        looked.join("\n")
    )
}

fn complain(session: &Session, problems: &[Trouble]) {
    for trouble in problems {
        let what = anyhow::anyhow!(trouble.sentence());
        session.terminal.complain(&what, std::slice::from_ref(&trouble.hint));
    }
}
