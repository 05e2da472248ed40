//! The tests of the program: one binary, so that it is linked once.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::disallowed_methods,
    reason = "tests prepare files, start programs, and are read by nobody else"
)]

mod concurrency;
mod documents;
mod faults;
mod first_run;
mod formats;
mod hosts;
mod layers;
mod network;
mod picture;
mod sessions;
mod support;
mod surroundings;
