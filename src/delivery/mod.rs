//! What a person agreed to leaves the machine; nothing else ever does.
//!
//! [`deliver::deliver`] is the one loop, `transport` the only file that opens a socket, [`detach`] the only
//! one that starts a program.

#[cfg(feature = "delivery")]
pub mod background;
#[cfg(feature = "delivery")]
mod batch;
#[cfg(feature = "delivery")]
pub mod deletion;
#[cfg(feature = "delivery")]
pub mod deliver;
pub mod detach;
#[cfg(feature = "delivery")]
mod outcome;
#[cfg(feature = "delivery")]
mod parcel;
#[cfg(feature = "delivery")]
mod proxy;
#[cfg(feature = "delivery")]
pub mod request;
#[cfg(feature = "delivery")]
pub mod sample;
#[cfg(feature = "delivery")]
mod transport;
#[cfg(feature = "delivery")]
pub mod update;
#[cfg(feature = "delivery")]
pub mod wire;
