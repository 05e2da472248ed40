//! What other tools' own switches are, and how they are read and changed. Imports only `domain` and
//! `store`.

pub mod format;
