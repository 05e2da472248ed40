//! The tests of the program: one binary, so that it is linked once.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests prepare files, start programs, say what they skip, and are read by nobody else"
)]

mod canaries;
mod catalogue;
mod concurrency;
mod crowds;
mod delivery;
mod documents;
mod env;
mod events;
mod faults;
mod first_run;
mod first_run_notice;
mod first_run_silence;
mod formats;
mod host_commands;
mod hosts;
mod layers;
mod network;
mod picture;
mod prepared_host;
mod promises;
mod recording;
mod sessions;
mod speed;
mod support;
mod surroundings;
mod switching;
