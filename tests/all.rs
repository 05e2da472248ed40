//! The tests of the program: one binary, so that it is linked once.
#![expect(
    missing_docs,
    clippy::disallowed_methods,
    reason = "tests prepare files and start programs themselves"
)]

mod concurrency;
mod documents;
mod faults;
mod first_run;
mod formats;
mod hosts;
mod layers;
mod network;
mod sessions;
mod support;
mod surroundings;
