//! A host tool with a question that belongs to one command: the dashboard's notice is shown by the
//! command that creates the dashboard, and not before.
//!
//! Try `cargo run --example gitops -- get clusters`, then `… create dashboard`.
#![expect(clippy::print_stdout, reason = "a program of its own, which prints its answers")]

use clap::Command;
use sayso::host::commands::{Wording, add_to};
use std::process::ExitCode;

fn main() -> ExitCode {
    let consent =
        sayso::open(include_str!("tools/gitops.toml")).with_ways(Wording::Config.ways("gitops"));
    let matches = add_to(command(), &[Wording::Config]).get_matches();
    if let Some(exit) = consent.run(&matches) {
        return exit;
    }
    let creates_dashboard = matches.subcommand_matches("create").is_some();
    if creates_dashboard {
        consent.first_run_for(&["dashboard"]);
        let telemetry = if consent.allows("dashboard") { "with" } else { "without" };
        println!("gitops: dashboard created {telemetry} telemetry");
    } else {
        consent.first_run_for(&["usage", "update-check"]);
        println!("gitops: no clusters");
    }
    ExitCode::SUCCESS
}

fn command() -> Command {
    let thing = |name: &'static str| Command::new(name).about("Something to work on");
    Command::new("gitops").arg_required_else_help(true).subcommands([
        Command::new("get").about("Show things").subcommand(thing("clusters")),
        Command::new("create").about("Create things").subcommand(thing("dashboard")),
    ])
}
