//! Use cases: data in, a report out. Nothing is printed here.

pub mod resolve;
pub mod third_party;
