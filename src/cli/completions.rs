//! `sayso completions`: scripts for shells. The program itself computes the candidates, so that the
//! ids of known tools are among them; a script only asks it. Nushell has no such door, so its
//! script is whole, and asks `sayso status --json` for the ids.

use crate::app::third_party::ThirdParty;
use crate::cli::failure::Failure;
use crate::cli::{Entry, Exit, Group, Session, help, tools};
use crate::consent::World;
use crate::registry::Subject;
use clap::builder::PossibleValue;
use clap::{ArgMatches, Args, Command, FromArgMatches, ValueEnum};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};
use clap_complete_nushell::Nushell;

pub(super) const ENTRY: Entry = Entry { group: Group::Authors, define, run };

/// The variable by which a shell's script asks for candidates. The name starts with `SAYSO`, which
/// no tool may use.
const VARIABLE: &str = "SAYSO_COMPLETE";

/// The shells there is a script for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shell {
    /// Bash
    Bash,
    /// Zsh
    Zsh,
    /// fish
    Fish,
    /// PowerShell
    Powershell,
    /// Elvish
    Elvish,
    /// Nushell
    Nushell,
}

/// What is typed.
#[derive(Args)]
struct Typed {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

fn define() -> Command {
    Typed::augment_args(Command::new("completions"))
        .about("Print the completion script of a shell")
        .after_help("Examples:\n  sayso completions bash > ~/.local/share/bash-completion/completions/sayso\n  sayso completions fish > ~/.config/fish/completions/sayso.fish")
}

fn run(matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let typed = Typed::from_arg_matches(matches).map_err(anyhow::Error::from)?;
    session.terminal.say(&script(typed.shell))?;
    Ok(Exit::Done)
}

/// The script of a shell.
fn script(shell: Shell) -> String {
    let name =
        shell.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let mut out = Vec::new();
    match Shells::builtins().completer(&name) {
        Some(completer) => {
            // Writing into memory does not fail.
            let _ = completer.write_registration(VARIABLE, "sayso", "sayso", "sayso", &mut out);
        }
        None => clap_complete::generate(Nushell, &mut for_nushell(), "sayso", &mut out),
    }
    let script = String::from_utf8_lossy(&out).into_owned();
    let script = script
        .replace(&format!("[ \"{ASK}\" ]"), "^sayso status --json | from json | get tools.tool")
        .replace(ZSH_REGISTERS, ZSH_REGISTERS_OR_ANSWERS);
    let hidden = hidden_options();
    let is_shown = |line: &&str| {
        let name = line.trim_start().strip_prefix("--").unwrap_or_default();
        let name = name.split(|c: char| c == ':' || c.is_whitespace()).next().unwrap_or_default();
        !hidden.iter().any(|hidden| hidden == name)
    };
    let lines: Vec<&str> = script.trim().lines().map(str::trim_end).filter(is_shown).collect();
    lines.join("\n") + "\n"
}

/// The generator for Nushell lists what help does not.
fn hidden_options() -> Vec<String> {
    let commands = help::command();
    let options = commands.get_subcommands().flat_map(Command::get_arguments);
    let hidden = options.filter(|option| option.is_hide_set());
    hidden.filter_map(|option| option.get_long().map(str::to_owned)).collect()
}

/// How the script for zsh ends. In a folder of `$fpath` zsh runs it at the first Tab, which would
/// complete nothing: so it answers then.
const ZSH_REGISTERS: &str = "compdef _clap_dynamic_completer_sayso sayso";
const ZSH_REGISTERS_OR_ANSWERS: &str = "\
if [[ $funcstack[1] == _sayso ]]; then
    _clap_dynamic_completer_sayso \"$@\"
else
    compdef _clap_dynamic_completer_sayso sayso
fi";

/// Stands in Nushell's script where the ids of tools are asked for.
const ASK: &str = "ids-of-tools";

fn for_nushell() -> Command {
    with_ask(help::command())
}

fn with_ask(command: Command) -> Command {
    command
        .mut_args(|arg| match arg.get_id().as_str() {
            "tool" => arg.value_parser([PossibleValue::new(ASK)]),
            _ => arg,
        })
        .mut_subcommands(with_ask)
}

/// Answers a shell that asks for candidates, and says whether one did.
pub(super) fn answer_a_shell() -> bool {
    let environment = CompleteEnv::with_factory(help::command).var(VARIABLE).bin("sayso");
    let folder = std::env::current_dir().ok();
    matches!(environment.try_complete(std::env::args_os(), folder.as_deref()), Ok(true))
}

/// The commands that other people's tools are as good for.
const FOR_ALL_TOOLS: [&str; 5] = ["status", "show", "enable", "disable", "undo"];

/// Lets the arguments that take a tool or a purpose offer the ones known on this machine.
pub(super) fn with_candidates(command: Command) -> Command {
    let is_for_all = FOR_ALL_TOOLS.contains(&command.get_name());
    command
        .mut_args(|arg| match arg.get_id().as_str() {
            "tool" if is_for_all => arg.add(ArgValueCandidates::new(all_tools)),
            "tool" => arg.add(ArgValueCandidates::new(known_tools)),
            "purpose" => arg.add(ArgValueCandidates::new(known_purposes)),
            _ => arg,
        })
        .mut_subcommands(with_candidates)
}

fn known_tools() -> Vec<CompletionCandidate> {
    let known = tools::known(&World::of_this_process());
    known.into_iter().flatten().map(|tool| CompletionCandidate::new(tool.to_string())).collect()
}

/// Those, and the ones of other people whose programs are here.
fn all_tools() -> Vec<CompletionCandidate> {
    let others = ThirdParty::look(&World::of_this_process());
    let installed = others.installed().map(|entry| CompletionCandidate::new(entry.id.to_string()));
    let mut all = known_tools();
    all.extend(installed);
    all.sort();
    all.dedup();
    all
}

/// The purposes of every tool: which tool was typed before is not told here.
fn known_purposes() -> Vec<CompletionCandidate> {
    let world = World::of_this_process();
    let known = tools::known(&world).into_iter().flatten();
    let mut purposes: Vec<String> = known
        .flat_map(|tool| Subject::registered(&world, &tool).purposes())
        .map(|purpose| purpose.to_string())
        .collect();
    purposes.sort();
    purposes.dedup();
    purposes.into_iter().map(CompletionCandidate::new).collect()
}
