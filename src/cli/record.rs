//! `sayso record`: one event of a tool in another language, if that is allowed.

use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session, tools};
use crate::consent::World;
use crate::domain::declaration::Event;
use crate::domain::event::Given;
use crate::events::recorder::Recorder;
use crate::host::detach::{self, Program};
use crate::registry::Subject;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use std::collections::BTreeMap;
use std::ffi::OsString;

pub(super) const ENTRY: Entry = Entry { group: Group::Scripts, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// The tool
    tool: String,
    /// The event, as declared
    event: String,
    /// Values of its fields
    #[arg(value_name = "FIELD=VALUE")]
    field: Vec<String>,
    /// The run that the event belongs to, such as a random number kept for all of it
    #[arg(long, value_name = "ID", value_parser = run_name)]
    run: Option<String>,
}

fn define() -> Command {
    Typed::augment_args(Command::new("record"))
        .about("Record an event as declared, if it is allowed; silent if it is held")
        .after_help(
            "Options are given as names, with how often or whether a variable gave them: options=repo,verbose:3,level:env\n\nEach event is a run of its own, so that events cannot be linked by the run, unless --run names one: give the same ID to all events of one run, and a new random one to the next.\n\nExit 0 if it is recorded or held, 1 if it is allowed and not as declared.\n\nExamples:\n  sayso record werf CommandExited exitCode=0 durationMs=10827",
        )
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let world = &session.world;
    let tool = tools::parse(session, &typed.tool)?;
    let subject = Subject::registered(world, &tool);
    let event = subject.terms().and_then(|terms| terms.event(&typed.event));
    let Some(given) = given(event.as_deref(), typed.field.iter().map(String::as_str)) else {
        return Err(Failure::misuse("a field is given as FIELD=VALUE").hint("such as exitCode=0"));
    };
    let recorder = match &typed.run {
        Some(name) => Recorder::new(&subject).of_run(&subject, name),
        None => Recorder::new(&subject),
    };
    match recorder.record(&subject, &typed.event, &given) {
        Ok(_) => {
            start_what_is_due(&subject);
            Ok(Exit::Done)
        }
        Err(error) => {
            Err(Failure::not_done(error).hint(format!("sayso show {tool} lists events and fields")))
        }
    }
}

/// An id of a run: short, and plain enough to be typed. It never leaves the machine.
fn run_name(text: &str) -> Result<String, String> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    match (1..=64).contains(&text.len()) && text.bytes().all(is_plain) {
        true => Ok(text.to_owned()),
        false => Err("an ID has 1 to 64 letters, digits, dots, hyphens and underscores".to_owned()),
    }
}

/// Tools in other languages have nobody else who delivers.
fn start_what_is_due(subject: &Subject) {
    detach::start_if_due(subject, Program::Sayso);
}

/// Records without anything else being built. What is typed in another way, and what somebody has to
/// be told about, is left to the whole program; nothing has been written then.
pub(super) fn answer_at_once(arguments: &[OsString]) -> Option<Exit> {
    let (command, rest) = arguments.get(1..)?.split_first()?;
    if command != "record" {
        return None;
    }
    let words: Vec<&str> = rest.iter().map(|word| word.to_str()).collect::<Option<_>>()?;
    if words.iter().any(|word| word.starts_with('-')) {
        return None;
    }
    let [tool, event, fields @ ..] = words.as_slice() else { return None };
    let subject = Subject::registered_at_once(&World::of_this_process(), &tool.parse().ok()?);
    let terms = subject.terms()?;
    let event = terms.event(event)?;
    let given = given(Some(&event), fields.iter().copied())?;
    Recorder::new(&subject).record_as(&subject, terms, &event, &given).ok()?;
    // The process ends now, and gives back everything at once.
    std::mem::forget((event, given));
    subject.prepare();
    start_what_is_due(&subject);
    std::mem::forget(subject);
    Some(Exit::Done)
}

/// The values by field, each read by the type that is declared for it; `None` where one is not typed
/// as FIELD=VALUE.
fn given<'t>(
    event: Option<&Event>,
    fields: impl Iterator<Item = &'t str>,
) -> Option<BTreeMap<String, Given>> {
    let one = |text: &str| {
        let (name, value) = text.split_once('=')?;
        let mut declared = event.into_iter().flat_map(|event| &event.fields);
        let field = declared.find(|field| field.name == name);
        let given = match field {
            Some(field) => Given::typed(value, &field.kind),
            None => Given::Text(value.to_owned()),
        };
        Some((name.to_owned(), given))
    };
    fields.map(one).collect()
}
