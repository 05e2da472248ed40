//! A host tool that delivers by itself, with a declaration that can be chosen: the variable
//! `PROBE_DECLARATION` names its file.
//!
//! `probe run` records the event `E` and ends; `probe run --exit 3` ends with 3, and
//! `probe run --work 100` takes a tenth of a second, as what hosts are there for does.
#![expect(clippy::print_stdout, reason = "a program of its own, which prints its answers")]
#![expect(clippy::disallowed_methods, reason = "the declaration is named by a variable")]

use clap::{Arg, Command, value_parser};
use sayso::host::commands::{Wording, add_to};
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let file = std::env::var_os("PROBE_DECLARATION").unwrap_or_default();
    let consent = sayso::open(&std::fs::read_to_string(file).unwrap_or_default()).with_delivery();
    let matches = add_to(command(), &[Wording::Telemetry]).get_matches();
    if let Some(exit) = consent.run(&matches) {
        return exit;
    }
    consent.record("E", &[]);
    let run = matches.subcommand().map(|(_, run)| run);
    let work = run.and_then(|run| run.get_one("work").copied()).unwrap_or_default();
    std::thread::sleep(Duration::from_millis(work));
    println!("probe: done");
    let exit = run.and_then(|run| run.get_one::<u8>("exit").copied());
    ExitCode::from(exit.unwrap_or_default())
}

fn command() -> Command {
    let exit = Arg::new("exit").long("exit").value_parser(value_parser!(u8));
    let work = Arg::new("work").long("work").value_parser(value_parser!(u64));
    let run = Command::new("run").about("Do nothing, or some work");
    Command::new("probe").subcommand(run.arg(exit).arg(work))
}
