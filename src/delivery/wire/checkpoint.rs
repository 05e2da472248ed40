//! checkpoint.
use super::{Batch, Outgoing, Wire};
use crate::delivery::request::Request;

/// The kind.
pub(super) static WIRE: Wire = Wire {
    name: "checkpoint",
    most_events: 100,
    most_bytes: 512 * 1024,
    most_hours: None,
    together: |_: &Outgoing, _| true,
    request: |batch: &Batch<'_>| Request::post(&batch.destination.url, String::new()),
    turned_down: |_| 0,
    limits: |_, _| Vec::new(),
};
