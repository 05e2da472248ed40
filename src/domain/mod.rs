//! What consent means, without a machine: no files, environment, network, process, clock,
//! randomness or terminal. Everything here is a value or a function from values to values.

pub mod agents;
pub mod consent;
pub mod decision;
pub mod declaration;
pub mod event;
pub(crate) mod hex;
pub mod legible;
pub mod policy;
pub mod pseudonym;
pub mod receipt;
pub mod signals;
pub mod switch;
pub mod tool_id;
#[cfg(feature = "delivery")]
pub mod update;
pub mod variable;
