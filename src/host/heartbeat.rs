//! A sign of life for servers: an event at intervals, for as long as that is allowed.

use crate::domain::event::Given;
use crate::fs::random;
use crate::host::{Host, detach};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// A heart that beats until it is dropped, or until consent goes.
pub struct Heartbeat {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    /// Records an event now and then at intervals, each between three and five quarters of
    /// `interval`, so that servers that were started together do not speak together.
    ///
    /// Consent is read again before each beat; the first beat that is not allowed is the last. The
    /// thread ends when the heartbeat is dropped. Where no thread can be made, nothing beats.
    #[must_use = "it beats until it is dropped"]
    pub fn heartbeat(
        self: &std::sync::Arc<Self>,
        event: &'static str,
        fields: Vec<(&'static str, Given)>,
        interval: Duration,
    ) -> Heartbeat {
        let (stop, stopped) = channel::<()>();
        let host = std::sync::Arc::clone(self);
        let beat = move || {
            let Some(mut subject) = host.subject.as_ref().map(crate::registry::Subject::again)
            else {
                return;
            };
            let Some(recorder) = &host.recorder else { return };
            let given: std::collections::BTreeMap<String, Given> =
                fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            loop {
                let is_allowed = subject.allows_event(event);
                let _ = recorder.record(&subject, event, &given);
                detach::start_if_due(&subject, host.delivery);
                if !is_allowed {
                    return;
                }
                match stopped.recv_timeout(random::jittered(interval)) {
                    Err(RecvTimeoutError::Timeout) => subject = subject.again(),
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        };
        let thread = std::thread::Builder::new().name("heartbeat".to_owned()).spawn(beat).ok();
        Heartbeat { stop: Some(stop), thread }
    }
}

impl Heartbeat {
    /// Whether it still beats: not after consent went.
    pub fn is_beating(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        // Hanging up wakes the thread at once, wherever it waits.
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
