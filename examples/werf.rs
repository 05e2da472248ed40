//! A host tool that embeds sayso: on first run its notice and question, then all three wordings.
//!
//! Try `cargo run --example werf -- converge --repo example`, then `… telemetry status`.
#![expect(clippy::print_stdout, reason = "a program of its own, which prints its answers")]

use clap::{Arg, ArgAction, Command};
use sayso::host::commands::{Wording, add_to};
use std::process::ExitCode;

fn main() -> ExitCode {
    let consent =
        sayso::open(include_str!("tools/werf.toml")).with_ways(Wording::Telemetry.ways("werf"));
    let matches = add_to(command(), &Wording::ALL).get_matches();
    if let Some(exit) = consent.run(&matches) {
        return exit;
    }
    consent.first_run();
    let Some((name, options)) = matches.subcommand() else {
        println!("werf: nothing to do");
        return ExitCode::SUCCESS;
    };
    println!("werf: {name} is done");
    if options.get_flag("debug") {
        println!("werf: usage is {}", consent.decide("usage").reason.as_str());
    }
    ExitCode::SUCCESS
}

fn command() -> Command {
    let repo = Arg::new("repo").long("repo").value_name("ADDRESS").env("WERF_REPO");
    let env = Arg::new("env").long("env").value_name("NAME");
    let debug = Arg::new("debug").short('d').long("debug").action(ArgAction::SetTrue);
    let options = [repo, env, debug];
    Command::new("werf").subcommands([
        Command::new("converge").about("Build and deploy").args(options.clone()),
        Command::new("build").about("Build").args(options),
    ])
}
