//! Every sentence a user reads, from data to text: notices, documentation pages, reasons, tables. For front
//! ends only; imports only `domain`.

pub mod documentation_page;
pub mod identifier;
pub mod notice;
pub mod reasons;
pub mod short_notice;
pub mod table;
pub mod text;
