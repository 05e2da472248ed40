//! The tests of the program: one binary, so that it is linked once.
#![expect(
    unreachable_pub,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests prepare files, start programs and say what they skip; support is shared by them all"
)]

mod concurrency;
mod documents;
mod faults;
mod first_run;
mod hosts;
mod layers;
mod network;
mod sessions;
mod support;
mod surroundings;
