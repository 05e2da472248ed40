//! What a person agreed to leaves the machine; nothing else ever does.

pub mod request;
pub mod sample;
pub mod wire;
