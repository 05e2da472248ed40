//! A host tool whose declaration was prepared when it was built: it records that it ran, and ends with 0
//! where it may, with 1 where it may not.

use std::process::ExitCode;

fn main() -> ExitCode {
    let consent = sayso::open_prepared(include_bytes!(concat!(env!("OUT_DIR"), "/werf.sayso")));
    consent.record("CommandExited", &[("exitCode", 0.into()), ("durationMs", 12.into())]);
    ExitCode::from(u8::from(!consent.allows("usage")))
}
