//! A host tool that has commands of sayso's names: its own `set config KEY VALUE`, `enable telemetry
//! DEVICE` and `status telemetry`. It takes only `lamp telemetry …` from the library.
#![expect(clippy::print_stdout, reason = "a program of its own, which prints its answers")]
#![expect(clippy::disallowed_methods, reason = "the declaration is named by a variable")]

use clap::{Arg, ArgAction, Command, value_parser};
use sayso::host::commands::{Wording, add_to};
use std::process::ExitCode;

fn main() -> ExitCode {
    let file = std::env::var_os("PROBE_DECLARATION").unwrap_or_default();
    let consent = sayso::open(&std::fs::read_to_string(file).unwrap_or_default());
    let matches = add_to(command(), &[Wording::Telemetry]).get_matches();
    if let Some(exit) = consent.run(&matches) {
        return exit;
    }
    let (outer, inner) = matches.subcommand().expect("it is required");
    println!("lamp: {outer} {} is done", inner.subcommand_name().unwrap_or_default());
    ExitCode::SUCCESS
}

fn command() -> Command {
    let value = Arg::new("value").required(true).value_parser(value_parser!(bool));
    let config = Command::new("config").args([Arg::new("key").required(true), value]);
    let device = Arg::new("device").long("device").action(ArgAction::Count);
    let telemetry = || Command::new("telemetry").arg(Arg::new("purpose")).arg(device.clone());
    let inside = |verb, inner| Command::new(verb).subcommand_required(true).subcommand(inner);
    Command::new("lamp").subcommand_required(true).subcommands([
        inside("set", config),
        inside("enable", telemetry()),
        inside("disable", telemetry()),
        inside("status", telemetry()),
    ])
}
