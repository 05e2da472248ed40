//! Events on this machine: recorded, queued, sent.

#[cfg(test)]
mod cache_tests;
pub(crate) mod positions;
pub mod queue;
pub mod recorder;
pub mod schedule;
pub mod sent;
pub mod spool;
pub mod transparency;
#[cfg(feature = "delivery")]
pub mod updates;
