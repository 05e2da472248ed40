//! What this machine says: files, environment, clock, users. Imports only `domain`.

pub mod answers;
pub mod asked;
pub mod carried;
pub mod config;
pub mod consent;
pub mod declarations;
mod error;
mod file;
mod folder;
pub mod foreign;
pub mod health;
pub mod history;
mod known;
pub mod layout;
pub mod lines;
mod plain;
mod platform;
pub mod policy;
mod positions;
pub mod prepared;
#[cfg(unix)]
mod private_group;
pub mod queue;
pub mod random;
pub mod recorder;
mod said;
pub mod schedule;
pub mod sent;
pub mod spool;
pub mod subject;
pub(crate) mod text_lines;
pub mod toml_edit;
pub mod transparency;
pub mod undo;
#[cfg(feature = "delivery")]
pub mod updates;
pub mod vendors_file;
pub mod world;

pub use error::Error;
pub use subject::Subject;
pub use world::World;
