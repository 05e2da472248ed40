//! What the user and the administrator decided: consent files, config, policy, history. Imports only
//! `domain` and `fs`.

pub mod config;
pub(crate) mod fast_reader;
pub mod history;
pub mod last_prompt;
pub mod policy;
pub mod process;
pub mod record;

pub use process::World;
