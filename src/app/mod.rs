//! Use cases: data in, a report out. Nothing is printed here.

pub mod third_party;
