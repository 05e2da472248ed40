//! One place where a person decides what command-line tools may collect.
//!
//! A host opens its declaration, reaches its first-run point, and asks what is allowed. Nothing
//! here fails: what cannot be read, or was not agreed to, is held.
//!
//! ```no_run
//! # let declaration = include_str!("../examples/tools/werf.toml");
//! let consent = sayso::open(declaration);
//! consent.record("CommandExited", &[("exitCode", 0.into()), ("durationMs", 12.into())]);
//! ```
//!
//! # The map of this crate
//!
//! Each layer imports only those before it; `tests/layers.rs` holds it to that.
//!
//! | folder | owns |
//! |---|---|
//! | [`domain`] | what consent means: the decision, declarations, notices; no files, no clock |
//! | [`view`] | every sentence a user reads, from data to text |
//! | [`fs`] | files: read with care, replaced whole, changed byte for byte |
//! | [`consent`] | what the user and the administrator decided; variables and the clock |
//! | [`registry`] | declarations on this machine, and each tool with what a decision about it needs |
//! | [`events`] | events on this machine: recorded, queued, sent |
//! | [`choices`] | opting in and out, with everything that follows from it |
//! | `delivery` | what leaves: the one loop, a file for each kind of receiver, the way to the network |
//! | [`host`] | the door for tools: open, decide, first run, record, ready subcommands, start a delivery |
//! | `catalogue` | other tools' own switches, and the files they stand in |
//! | `app` | use cases of the program: data in, a report out; nothing is printed |
//! | `cli` | the terminal: one file for each command of the program |
//!
//! [`domain::decision::decide`] decides; everything calls it.
//!
//! # Features
//!
//! `cli` (the default) is the program. A host takes the crate without default features, and
//! `prompt` for the first-run question or `clap` for the subcommands as well, and `delivery` to send
//! what waits by its own program; without it, an installed `sayso` does that.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests prepare files themselves"))]

pub mod choices;
pub mod consent;
#[cfg(feature = "delivery")]
pub mod delivery;
pub mod domain;
pub mod events;
pub mod fs;
pub mod host;
pub mod registry;
pub mod view;

#[cfg(feature = "cli")]
pub mod app;
#[cfg(feature = "cli")]
pub mod catalogue;
#[cfg(feature = "cli")]
pub mod cli;

pub use domain::event::Given;
pub use host::{Host, build, open, open_prepared};
