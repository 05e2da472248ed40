//! What formats have in common: lines of `name = value`, members between braces, and values
//! inside values.

pub(super) mod assignments;
pub(super) mod braces;
pub(super) mod tree;
