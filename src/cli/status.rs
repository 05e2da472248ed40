//! `sayso status`: what every tool may collect, and why.

use crate::app::resolve::ToolKind;
use crate::app::third_party::ThirdParty;
use crate::catalogue::entry::Entry as CatalogueEntry;
use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session, tools};
use crate::domain::policy::Policy;
use crate::domain::tool_id::ToolId;
use crate::host::report::{self, ToolReport};
use crate::registry::Subject;
use crate::registry::carried;
use crate::registry::diagnostics::{self, Trouble};
use crate::view::notice::Ways;
use crate::view::reasons;
use crate::view::table::{self, Cell, Tone};
use crate::view::text;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const ENTRY: Entry = Entry { group: Group::People, define, run };

/// What is typed.
#[derive(Args, Default)]
struct Typed {
    /// Only this tool, with every reason in full
    tool: Option<String>,
    /// Also known tools that are not installed here
    #[arg(long, conflicts_with = "tool")]
    all: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("status"))
        .about("Show what each tool may collect, whether it is on, and why")
        .after_help("Examples:\n  sayso status\n  sayso status werf\n  sayso status --all\n  sayso status --json")
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    show(&typed, session)
}

/// `sayso` alone.
pub(super) fn overview(session: &Session) -> Result<Exit, Failure> {
    show(&Typed::default(), session)
}

/// What is shown: tools that ask sayso, and other people's.
struct Shown<'s> {
    native: Vec<(ToolReport, Option<&'s CatalogueEntry>)>,
    catalogued: Vec<&'s CatalogueEntry>,
}

impl Shown<'_> {
    fn is_empty(&self) -> bool {
        self.native.is_empty() && self.catalogued.is_empty()
    }
}

fn show(typed: &Typed, session: &Session) -> Result<Exit, Failure> {
    let shown = match &typed.tool {
        Some(name) => named(session, name)?,
        None => everything(session, typed.all)?,
    };
    let mut problems = diagnostics::unreadable_files(&session.world);
    problems.extend(session.third_party().catalogue.problems.iter().cloned());
    if typed.json {
        session.terminal.say_json(&document(session, &shown, &problems))?;
    } else if shown.is_empty() {
        session.terminal.say(&nothing_to_show(session))?;
    } else {
        session.terminal.say(&for_people(session, &shown, typed.tool.is_some()))?;
    }
    if !typed.json {
        complain(session, &problems);
    }
    Ok(Exit::Done)
}

/// The one tool that was asked about, whether it is installed or not.
fn named<'s>(session: &'s Session, name: &str) -> Result<Shown<'s>, Failure> {
    let others = session.third_party();
    let entry = others.named(name);
    let tool = match (tools::registered(&session.world, name), entry) {
        (Ok(Some(tool)), _) => tool,
        (_, Some(entry)) => return Ok(Shown { native: Vec::new(), catalogued: vec![entry] }),
        (Err(failure), None) => return Err(failure),
        (Ok(None), None) => return Err(tools::unknown(session, name)),
    };
    let subject = Subject::registered(&session.world, &tool);
    let mut shown = Shown { native: Vec::new(), catalogued: Vec::new() };
    match of_kind(&subject, others) {
        Ok(native) => shown.native.push(native),
        Err(entry) => shown.catalogued.push(entry),
    }
    Ok(shown)
}

/// Every tool that asks sayso, and those of the others that are here; with `all`, all of them.
fn everything(session: &Session, all: bool) -> Result<Shown<'_>, Failure> {
    let world = &session.world;
    let others = session.third_party();
    let mut catalogued: BTreeMap<&ToolId, &CatalogueEntry> =
        others.installed().map(|entry| (&entry.id, entry)).collect();
    if all {
        catalogued.extend(others.catalogue.entries().map(|entry| (&entry.id, entry)));
    }
    let mut native = Vec::new();
    // Without a home nothing is known, and everything holds: that is an answer as well.
    let known = if world.layout().is_err() { BTreeSet::new() } else { tools::known(world)? };
    for tool in &known {
        let subject = Subject::registered(world, tool);
        match of_kind(&subject, others) {
            Ok(report) => {
                native.push(report);
                catalogued.remove(tool);
            }
            Err(entry) => {
                catalogued.insert(&entry.id, entry);
            }
        }
    }
    Ok(Shown { native, catalogued: catalogued.into_values().collect() })
}

/// What holds for a tool that asks sayso, with its vendor's own switch where that can be said something
/// of; or else the entry of a tool that does not ask.
fn of_kind<'t>(
    subject: &Subject,
    third_party: &'t ThirdParty,
) -> Result<(ToolReport, Option<&'t CatalogueEntry>), &'t CatalogueEntry> {
    let vendors = match ToolKind::of(subject, third_party) {
        ToolKind::ThirdParty(Some(entry)) => return Err(entry),
        ToolKind::Both(entry) if subject.consent.catalogued => Some(entry),
        kind => kind.vendor_beside(third_party),
    };
    Ok((report_on(subject), vendors))
}

/// What holds by the registered declaration; and where the program carries another one by which more is
/// allowed, by that.
fn report_on(subject: &Subject) -> ToolReport {
    let ways = Ways::sayso(subject.tool.as_str());
    let registered = report::of_tool(subject, &ways);
    match carried_by(subject) {
        Some(own) => report::worse_of(registered, report::of_tool(&own, &ways)),
        None => registered,
    }
}

/// The tool by the declaration that its program carries, where another is registered.
fn carried_by(subject: &Subject) -> Option<Subject> {
    let world = subject.world();
    let carried = carried::differing(world.layout().ok()?, &subject.tool)?;
    Some(Subject::embedded(world, carried.declaration))
}

fn document(session: &Session, shown: &Shown<'_>, problems: &[Trouble]) -> Value {
    let world = &session.world;
    let default = world
        .config()
        .ok()
        .map(|config| config.default.unwrap_or(crate::domain::policy::Default::Ask).as_str());
    let mut tools = Vec::new();
    for (report, vendors) in &shown.native {
        tools.push(json!(report));
        // Two answers, since they are to two questions: what we decide, and what its vendor's own
        // switch says.
        tools.extend(vendors.map(|entry| session.third_party().document(entry)));
    }
    tools.extend(shown.catalogued.iter().map(|entry| session.third_party().document(entry)));
    json!({
        "config": world.layout().ok().map(|layout| layout.config_file()),
        "default": default,
        "problems": problems,
        "tools": tools,
    })
}

fn for_people(session: &Session, shown: &Shown<'_>, in_full: bool) -> String {
    let terminal = &session.terminal;
    let others = session.third_party();
    let mut rows = Vec::new();
    for (report, vendors) in &shown.native {
        let mut own = report::rows(report, &terminal.zone);
        if let Some(entry) = vendors {
            others.worsen(entry, &mut own);
        }
        rows.extend(own);
    }
    rows.extend(shown.catalogued.iter().flat_map(|entry| others.rows(entry)));
    let paint = |text: &str, tone: Tone| terminal.paint(text, tone);
    let mut out = table::lay_out(&report::HEADINGS, &rows, terminal.width(), &paint);
    if in_full {
        for (tool, vendors) in &shown.native {
            out += &details(session, &tool.tool);
            if let Some(entry) = vendors {
                out += "\nIts vendor has a switch of its own:\n";
                out += &others.explained(session, entry);
            }
        }
        for entry in &shown.catalogued {
            out += &others.explained(session, entry);
        }
        return out;
    }
    out + "\n" + &text::paragraph(&what_to_try(shown, &rows), terminal.width())
}

/// What a person may want to do next, with a tool of theirs that is not off: one that is on, if
/// there is any.
fn what_to_try(shown: &Shown<'_>, rows: &[Vec<Cell>]) -> String {
    let with = |tone: Tone| rows.iter().position(|row| row[2].tone == tone);
    let Some(row) = with(Tone::On).or_else(|| with(Tone::Open)) else {
        return "All of it is off. What would change that: sayso status TOOL.".to_owned();
    };
    // A tool stands in the first of its rows.
    let mut names = rows[..=row].iter().rev().map(|row| row[0].text.as_str());
    let tool = names.find(|name| !name.is_empty()).unwrap_or_default();
    let declared =
        shown.native.iter().any(|(native, _)| native.tool == tool && native.name.is_some());
    let look = if declared { "show" } else { "status" };
    let all = match shown.catalogued.is_empty() {
        true => "",
        false => ", or all of them with sayso disable",
    };
    format!("Look closer with sayso {look} {tool}; switch off with sayso disable {tool}{all}.")
}

/// Every purpose of one tool in a sentence, with what would change it.
fn details(session: &Session, tool: &str) -> String {
    let Ok(tool) = tool.parse::<ToolId>() else { return String::new() };
    let subject = Subject::registered(&session.world, &tool);
    let mut out = String::new();
    let own = carried_by(&subject);
    let purposes = subject.purposes();
    let all = purposes.iter().map(Some).chain(purposes.is_empty().then_some(None));
    for purpose in all {
        let ways = Ways::sayso_for(tool.as_str(), purpose);
        let mut explained = reasons::explain(&subject.explanation(purpose), &ways);
        let by_its_own = own.as_ref().map(|own| reasons::explain(&own.explanation(purpose), &ways));
        if let Some(by_its_own) = by_its_own
            && by_its_own.decision.allows()
            && !explained.decision.allows()
        {
            explained = by_its_own;
            explained.detail += "; by the declaration that its program carries (sayso doctor)";
        }
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
            let policy = match world.policy() {
                Ok(policy) if *policy == Policy::default() => "none",
                _ => "there is one",
            };
            looked.push(format!("  administrator's policy, {}: {policy}", layout.policy.display()));
        }
        Err(error) => looked.push(format!("  {error}, so everything is off")),
    }
    looked.push(format!(
        "  PATH, for {} tools of others with telemetry: none found",
        session.third_party().catalogue.entries().len()
    ));
    let track = world.signals().do_not_track.as_ref();
    looked.push(format!(
        "  DO_NOT_TRACK: {}",
        track.map_or("not set".to_owned(), |said| said.value.to_string())
    ));
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
