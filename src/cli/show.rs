//! `sayso show`: everything declared, as text, JSON or the page of a documentation.

use crate::catalogue::entry::Entry as CatalogueEntry;
use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session, tools};
use crate::delivery::sample::{self, Sample};
use crate::domain::declaration::{Declaration, Problems, describe};
use crate::domain::tool_id::{Purpose, ToolId};
use crate::host::act;
use crate::registry::declarations;
use crate::view::documentation_page;
use crate::view::notice::{self, Ways};
use crate::view::text::WIDEST;
use clap::{ArgMatches, Args, Command, FromArgMatches, ValueEnum};
use serde_json::{Map, Value, json};
use std::path::Path;

pub(super) const ENTRY: Entry = Entry { group: Group::People, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// A tool that is known here, or the file of a declaration
    #[arg(value_name = "TOOL|FILE")]
    tool: String,
    /// Only the notice, as a person reads it before deciding
    #[arg(long, conflicts_with = "format")]
    notice: bool,
    /// The exact requests that would leave, made from sample events, keys masked
    #[arg(long, conflicts_with = "notice")]
    requests: bool,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// The telemetry page of the tool's documentation
    Markdown,
}

fn define() -> Command {
    Typed::augment_args(Command::new("show"))
        .about("Show everything that a tool declares")
        .after_help("Examples:\n  sayso show werf\n  sayso show werf --notice\n  sayso show werf --requests\n  sayso show ./werf.toml --format markdown > telemetry.md")
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let declaration = match find(session, &typed.tool)? {
        Found::Declared(declaration) => declaration,
        Found::Catalogued(entry) => return catalogued(session, &typed, entry),
    };
    let ways = Ways::sayso(declaration.tool.as_str());
    let width = WIDEST.min(session.terminal.width());
    if typed.notice {
        let purposes: Vec<Purpose> = declaration.purposes.keys().cloned().collect();
        session.terminal.say(&act::notice_for(&declaration, &purposes, &ways, width))?;
        return Ok(Exit::Done);
    }
    if typed.requests {
        return requests(session, &declaration, typed.format);
    }
    match typed.format {
        Format::Text => session.terminal.say(&text(&declaration, &ways, width))?,
        Format::Json => session.terminal.say_json(&document(&declaration))?,
        Format::Markdown => session.terminal.say(&documentation_page::markdown(&declaration))?,
    }
    Ok(Exit::Done)
}

/// The requests that sample events would leave in.
fn requests(session: &Session, declaration: &Declaration, format: Format) -> Result<Exit, Failure> {
    let samples = sample::requests(declaration);
    match format {
        Format::Text => session.terminal.say(&requests_text(declaration, &samples))?,
        Format::Json => {
            session.terminal.say_json(&samples.iter().map(request_document).collect::<Vec<_>>())?;
        }
        Format::Markdown => {
            return Err(Failure::misuse("requests are shown as text or json".to_owned()));
        }
    }
    Ok(Exit::Done)
}

fn requests_text(declaration: &Declaration, samples: &[Sample<'_>]) -> String {
    if samples.is_empty() {
        return format!("Nothing that {} declares leaves this machine.", declaration.name);
    }
    let mut out = format!(
        "What {} would send, made from sample events. Keys are shown as ***.\n",
        declaration.name
    );
    for sample in samples {
        let to = describe::destination_in_words(declaration, sample.destination);
        out += &format!("\nTo {to}\n");
        for line in sample::recognised_in_words(declaration, sample) {
            out += &format!("{line}\n");
        }
        for (key, value) in sample.destination.account() {
            out += &format!("{key}: {value}\n");
        }
        if sample.request.is_compressed() {
            out += "The body is compressed (gzip) on its way; this is what it holds.\n";
        }
        out += &format!("\n{}", sample.request);
    }
    out
}

fn request_document(sample: &Sample<'_>) -> Value {
    let Sample { destination, purposes, request } = sample;
    let account: Map<String, Value> =
        destination.account().into_iter().map(|(key, value)| (key, json!(value))).collect();
    let headers: Map<String, Value> =
        request.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({
        "recipient": destination.recipient,
        "kind": destination.kind.name(),
        "purposes": purposes.iter().map(|purpose| purpose.as_str()).collect::<Vec<_>>(),
        "account": account,
        "method": request.method,
        "url": request.url,
        "headers": headers,
        "body": (!request.body.is_empty()).then_some(&request.body),
    })
}

enum Found<'s> {
    Declared(Box<Declaration>),
    Catalogued(&'s CatalogueEntry),
}

/// A tool that is declared here comes before a file of the same name, and that before a tool of
/// which only its vendor's switch is known.
fn find<'s>(session: &'s Session, typed: &str) -> Result<Found<'s>, Failure> {
    let world = &session.world;
    if let (Ok(tool), Ok(layout)) = (typed.parse::<ToolId>(), world.layout())
        && let Some(found) = declarations::find(layout, &tool)?
    {
        return Ok(Found::Declared(Box::new(found.declaration)));
    }
    let path = Path::new(typed);
    if path.exists() || typed.contains(std::path::is_separator) {
        let (_, parsed) = declarations::read_file(path)?;
        let declaration = parsed.map_err(|problems| invalid(path, &problems))?;
        return Ok(Found::Declared(Box::new(declaration)));
    }
    let others = session.third_party();
    if let Some(entry) = others.named(typed) {
        return Ok(Found::Catalogued(entry));
    }
    tools::parse(session, typed)?;
    Err(tools::unknown(session, typed).hint(format!("for a file, write ./{typed}")))
}

/// What is known of a tool that does not ask sayso.
fn catalogued(session: &Session, typed: &Typed, entry: &CatalogueEntry) -> Result<Exit, Failure> {
    let others = session.third_party();
    let nothing = |what: &str| {
        let why = format!("{} does not ask sayso, so there is no {what}", entry.id);
        let hint = format!("sayso show {} tells what is known of it", entry.id);
        Err(Failure::not_done(anyhow::anyhow!(why)).hint(hint))
    };
    match typed.format {
        _ if typed.notice => return nothing("notice"),
        Format::Markdown => return nothing("telemetry page"),
        Format::Text => session.terminal.say(&others.shown(session, entry))?,
        Format::Json => session.terminal.say_json(&others.shown_document(entry))?,
    }
    Ok(Exit::Done)
}

/// A file that is no valid declaration.
pub(super) fn invalid(path: &Path, problems: &Problems) -> Failure {
    let first = problems.0.first().map(ToString::to_string).unwrap_or_default();
    let error =
        anyhow::anyhow!(first).context(format!("{} is no valid declaration", path.display()));
    Failure::not_done(error).hint(format!("sayso lint {} says what to mend", path.display()))
}

fn text(declaration: &Declaration, ways: &Ways, width: usize) -> String {
    let mut out = notice::everything(declaration, ways, width);
    for event in &declaration.events {
        let sample = documentation_page::sample(declaration, event);
        let sample = serde_json::to_string_pretty(&sample).unwrap_or_default();
        out += &format!("\nExample of {}:\n{sample}\n", event.name);
    }
    out
}

fn document(declaration: &Declaration) -> Value {
    let purposes: Vec<Value> = declaration
        .purposes
        .iter()
        .map(|(purpose, spec)| {
            json!({
                "purpose": purpose.as_str(),
                "why": spec.why,
                "example": spec.example,
                "identity": spec.identity.as_str(),
                "operator": spec.operator,
                "requires": spec.switches.requires,
                "since": spec.since,
                "digest": crate::domain::declaration::canonical::digest_of_purpose(
                    declaration, purpose, declaration.notice),
                "meaning": crate::domain::declaration::canonical::of_purpose(
                    declaration, purpose, declaration.notice),
            })
        })
        .collect();
    let samples: Vec<Value> = declaration
        .events
        .iter()
        .map(|event| documentation_page::sample(declaration, event))
        .collect();
    json!({
        "tool": declaration.tool.as_str(),
        "name": declaration.name,
        "vendor": declaration.vendor,
        "homepage": declaration.homepage,
        "policy": declaration.policy,
        "contact": declaration.contact,
        "source": declaration.source,
        "feedback": declaration.feedback,
        "notice": declaration.notice,
        "retention": declaration.retention,
        "wait": declaration.wait,
        "why": declaration.why,
        "opt-out": declaration.opt_out,
        "deletion": declaration.deletion,
        "default": declaration.manner.as_str(),
        "off": declaration.switches.ways_off(),
        "on": declaration.switches.ways_on(),
        "requires": declaration.switches.requires,
        "commands": declaration.commands,
        "options": declaration.options,
        "log-file": declaration.log_file,
        "purposes": purposes,
        "samples": samples,
    })
}
