//! Files as this machine has them: read with care, replaced whole, changed byte for byte. Imports only
//! `domain`.

pub mod backup;
mod error;
pub mod external;
pub mod external_file;
pub(crate) mod file;
pub(crate) mod folder;
pub mod layout;
pub mod lines;
pub(crate) mod platform;
#[cfg(unix)]
mod private_group;
pub mod random;
pub(crate) mod text_lines;
pub mod toml_edit;
pub(crate) mod toml_subset;

pub use error::Error;
