//! Declarations on this machine, and each tool with all that a decision about it needs.

pub mod cache;
pub mod carried;
pub mod context;
pub mod declarations;
pub mod diagnostics;
mod source;

pub use context::Subject;
