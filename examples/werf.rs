//! A host tool that embeds sayso: on first run its notice and question, then all three wordings;
//! and, once that is allowed, an event when a command starts and one when it ends.
//!
//! Try `cargo run --example werf -- converge --repo example`, then `… telemetry status`.
#![expect(clippy::print_stdout, reason = "a program of its own, which prints its answers")]

use clap::{Arg, ArgAction, Command};
use sayso::host::commands::{Wording, add_to};
use std::process::ExitCode;

fn main() -> ExitCode {
    let consent = sayso::open(include_str!("tools/werf.toml"))
        .with_ways(Wording::Telemetry.ways("werf"))
        .with_version(env!("CARGO_PKG_VERSION"))
        .with_field("groupChannel", "stable")
        .with_command(&command())
        .with_delivery();
    let matches = add_to(command(), &Wording::ALL).get_matches();
    if let Some(exit) = consent.run(&matches) {
        return exit;
    }
    consent.first_run();
    let guard = consent.watch(&command(), &matches);
    let Some((name, options)) = matches.subcommand() else {
        println!("werf: nothing to do");
        return guard.exit(0);
    };
    println!("werf: {name} is done");
    if options.get_flag("debug") {
        println!("werf: usage is {}", consent.decide("usage").reason.as_str());
    }
    match options.get_one::<String>("fail").map(String::as_str) {
        Some("panic") => panic!("as asked"),
        Some("early") => ExitCode::from(4),
        Some(_) => guard.exit(3),
        None => guard.exit(0),
    }
}

fn command() -> Command {
    let repo = Arg::new("repo").long("repo").value_name("ADDRESS").env("WERF_REPO");
    let env = Arg::new("env").long("env").value_name("NAME");
    let set = Arg::new("set").long("set").value_name("KEY=VALUE").action(ArgAction::Append);
    let verbose = Arg::new("verbose").short('v').long("verbose").action(ArgAction::Count);
    let debug = Arg::new("debug").short('d').long("debug").action(ArgAction::SetTrue);
    let fail = Arg::new("fail").long("fail").value_name("HOW").hide(true);
    let options = [repo, env, set, verbose, debug, fail];
    Command::new("werf").subcommands([
        Command::new("converge").about("Build and deploy").args(options.clone()),
        Command::new("build").about("Build").args(options),
    ])
}
