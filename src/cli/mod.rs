//! The program: one file for each command, what is typed and what it does.

mod ask;
mod check;
mod completions;
mod declare;
mod default;
mod deliver;
mod disable;
mod doctor;
mod enable;
mod env;
mod failure;
mod forget;
mod help;
mod history;
mod id;
mod lint;
mod log;
mod man;
mod path;
mod record;
mod show;
mod status;
mod switch;
mod terminal;
mod third_party;
mod tools;
mod undo;
mod update_check;

use crate::app::third_party::ThirdParty;
use crate::consent::World;
use crate::domain::tool_id::ToolId;
use clap::{ArgMatches, Command};
use failure::Failure;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use terminal::Terminal;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or allowed.
    Done = 0,
    /// Not done, or held.
    NotDone = 1,
    /// Used wrongly.
    Misuse = 2,
}

impl Exit {
    /// How two steps ended together: the first that was not done counts.
    fn and(self, next: Self) -> Self {
        if self == Self::Done { next } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What every command gets: the outside, the terminal to speak on, and third-party tools, which
/// are looked for only where a command asks for them.
struct Session {
    world: Arc<World>,
    terminal: Terminal,
    third_party: OnceCell<ThirdParty>,
    /// A variable has to be set in the person's shell.
    needs_variables: Cell<bool>,
    /// Third-party tools of which nobody can tell whether they are off now.
    not_verified: RefCell<BTreeSet<ToolId>>,
}

/// Whom a command is for: the order in which help lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    People,
    Settings,
    Scripts,
    Authors,
}

/// A command: its file registers it here, and nothing else has to know of it.
struct Entry {
    group: Group,
    /// What is typed.
    define: fn() -> Command,
    /// What it does.
    run: fn(&ArgMatches, &Session) -> Result<Exit, Failure>,
}

/// All commands, in the order in which help lists them.
const COMMANDS: &[Entry] = &[
    status::ENTRY,
    enable::ENTRY,
    disable::ENTRY,
    show::ENTRY,
    log::ENTRY,
    undo::ENTRY,
    forget::ENTRY,
    default::ENTRY,
    id::ENTRY,
    history::ENTRY,
    env::ENTRY,
    doctor::ENTRY,
    path::ENTRY,
    check::ENTRY,
    ask::ENTRY,
    record::ENTRY,
    deliver::ENTRY,
    update_check::ENTRY,
    lint::ENTRY,
    declare::ENTRY,
    completions::ENTRY,
    man::ENTRY,
];

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    // Scripts ask these often: they are answered before the tree of commands is built.
    let at_once = check::answer_at_once(&arguments);
    if let Some(exit) = at_once.or_else(|| record::answer_at_once(&arguments)) {
        // The process ends now, and gives back everything at once.
        std::mem::forget(arguments);
        return exit.into();
    }
    if completions::answer_a_shell() {
        return Exit::Done.into();
    }
    let world = World::of_this_process();
    let terminal = Terminal::of(&world);
    let session = Session {
        world,
        terminal,
        third_party: OnceCell::new(),
        needs_variables: Cell::default(),
        not_verified: RefCell::default(),
    };
    match run(arguments, &session) {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report(&session.terminal).into(),
    }
}

fn run(arguments: Vec<OsString>, session: &Session) -> Result<Exit, Failure> {
    let program = help::command();
    let names: Vec<String> =
        program.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let matches = match program.try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => return session.terminal.show_usage(&error),
    };
    let Some((name, matches)) = matches.subcommand() else {
        return status::overview(session);
    };
    let entry = names.iter().position(|known| known == name).and_then(|at| COMMANDS.get(at));
    match entry {
        Some(entry) => (entry.run)(matches, session),
        None => Ok(Exit::Misuse),
    }
}
