//! A program that does nothing, for comparison: what is counted beside it is its own start and end.

fn main() {}
