//! What a person agreed to leaves the machine; nothing else ever does.
//!
//! [`deliver::deliver`] is the one loop, `transport` the only file that opens a socket. A host starts
//! a process of its own for this ([`crate::host::detach`]), which begins in [`background::run`].

pub mod background;
mod batch;
pub mod deletion;
pub mod deliver;
mod gate;
mod outcome;
mod parcel;
pub mod protocols;
mod proxy;
pub mod refusing;
pub mod report;
pub mod request;
pub mod sample;
mod transport;
pub mod update;
