//! A host tool without subcommands, which takes anything as its free arguments, as benchmark tools do.
//!
//! Each run adds its arguments to the file that the variable `BENCH_WORK` names, and records the event
//! `E` of the declaration that `PROBE_DECLARATION` names. Its telemetry is switched by `sayso`.
#![expect(clippy::print_stdout, reason = "a program of its own, which prints its answers")]
#![expect(clippy::disallowed_methods, reason = "the files are named by variables")]

use clap::{Arg, Command};
use std::fs::{OpenOptions, read_to_string};
use std::io::{self, Write};

fn main() -> io::Result<()> {
    let file = std::env::var_os("PROBE_DECLARATION").unwrap_or_default();
    let consent = sayso::open(&read_to_string(file).unwrap_or_default()).with_delivery();
    let arguments = Arg::new("command").num_args(1..).allow_hyphen_values(true);
    let matches = Command::new("bench").arg(arguments.trailing_var_arg(true)).get_matches();
    let words: Vec<&String> = matches.get_many("command").into_iter().flatten().collect();
    let work = std::env::var_os("BENCH_WORK").unwrap_or_default();
    writeln!(OpenOptions::new().create(true).append(true).open(work)?, "{words:?}")?;
    println!("bench: done");
    consent.record("E", &[]);
    Ok(())
}
