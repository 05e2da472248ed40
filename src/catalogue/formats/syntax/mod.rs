//! What formats have in common: lines, lines of `name = value`, members between braces, and values
//! inside values.

pub(super) mod assignments;
pub(super) mod braces;
pub(super) mod lines;
pub(super) mod tree;
