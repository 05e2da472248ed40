//! `sayso path`: where everything lives.

use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session};
use crate::consent::policy;
use crate::view::table::{self, Cell, Tone};
use clap::{ArgMatches, Args, Command, FromArgMatches};
use serde_json::json;

pub(super) const ENTRY: Entry = Entry { group: Group::Settings, define, run };

/// What is typed.
#[derive(Args)]
struct Typed {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

fn define() -> Command {
    Typed::augment_args(Command::new("path"))
        .about("Show where everything lives")
        .after_help("Examples:\n  sayso path\n  sayso path --json")
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    let layout = session.world.layout()?;
    let tools: Vec<_> = layout.all_tools().collect();
    if typed.json {
        session.terminal.say_json(&json!({
            "config": layout.config_file(),
            "consent": layout.consents(),
            "state": layout.state,
            "tools": tools,
            "catalogue": layout.catalogues(),
            "policy": layout.policy,
            "policy.d": policy::folder_of_further(&layout.policy),
        }))?;
        return Ok(Exit::Done);
    }
    let mut rows = vec![
        ("config", layout.config_file(), "your id and your default"),
        ("consent", layout.consents(), "your answers, one small file per tool"),
        ("state", layout.state.clone(), "history, and what waits"),
    ];
    rows.extend(
        tools.iter().map(|folder| ("tools", folder.to_path_buf(), "declarations of tools")),
    );
    rows.push(("catalogue", layout.catalogues(), "what you know better about tools of others"));
    rows.push(("policy", layout.policy.to_path_buf(), "what the administrator forbids"));
    let further = policy::folder_of_further(&layout.policy);
    rows.push(("policy", further.join("*.toml"), "what the administrator forbids besides"));
    let rows: Vec<Vec<Cell>> = rows
        .into_iter()
        .map(|(name, path, what)| {
            vec![Cell::plain(name), Cell::plain(path.display().to_string()), Cell::plain(what)]
        })
        .collect();
    let paint = |text: &str, tone: Tone| session.terminal.paint(text, tone);
    // A path is never broken over lines: one may want to copy it.
    session.terminal.say(&table::lay_out(
        &["WHAT", "WHERE", "HOLDS"],
        &rows,
        usize::MAX,
        &paint,
    ))?;
    Ok(Exit::Done)
}
