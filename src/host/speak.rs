//! How the library speaks: a host must not end because nobody hears it, so nothing here panics.

use std::io::{self, Write};

/// Says something to the person, on standard error. Tells whether it could be said.
pub(super) fn aside(text: &str) -> bool {
    let mut stderr = io::stderr().lock();
    stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush()).is_ok()
}

/// Prints an answer, on standard output. That the reader went away is no failure.
#[cfg(feature = "clap")]
pub(super) fn answer(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}
