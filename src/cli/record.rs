//! `sayso record`: one event of a tool in another language, if that is allowed.

use super::failure::Failure;
use super::{Entry, Exit, Group, Session, tools};
use crate::delivery::detach;
use crate::domain::declaration::Declaration;
use crate::domain::event::Given;
use crate::store::Subject;
use crate::store::recorder::Recorder;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use std::collections::BTreeMap;

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
}

fn define() -> Command {
    Typed::augment_args(Command::new("record"))
        .about("Record an event as declared, if it is allowed; silent if it is held")
        .after_help(
            "Options are given as names, with how often or whether a variable gave them: options=repo,verbose:3,level:env\n\nExit 0 if it is recorded or held, 1 if it is allowed and not as declared.\n\nExamples:\n  sayso record werf CommandExited exitCode=0 durationMs=10827",
        )
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let world = &session.world;
    let tool = tools::parse(world, &typed.tool)?;
    let subject = Subject::registered(world, &tool);
    let given = given(subject.declaration.as_ref(), &typed)?;
    match Recorder::new(&subject).record(&subject, &typed.event, &given) {
        Ok(_) => {
            let own = ["deliver", tool.as_str(), "--detached"].map(str::to_owned);
            detach::start_if_due(&subject, Some(&own));
            Ok(Exit::Done)
        }
        Err(error) => {
            Err(Failure::not_done(error).hint(format!("sayso show {tool} lists events and fields")))
        }
    }
}

/// The values by field, each read by the type that is declared for it.
fn given(
    declaration: Option<&Declaration>,
    typed: &Typed,
) -> Result<BTreeMap<String, Given>, Failure> {
    let event = declaration
        .and_then(|declaration| declaration.events.iter().find(|event| event.name == typed.event));
    let one = |text: &String| {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            Failure::misuse("a field is given as FIELD=VALUE").hint("such as exitCode=0")
        })?;
        let field = event.and_then(|event| event.fields.iter().find(|field| field.name == name));
        let given = match field {
            Some(field) => Given::typed(value, &field.kind),
            None => Given::Text(value.to_owned()),
        };
        Ok((name.to_owned(), given))
    };
    typed.field.iter().map(one).collect()
}
