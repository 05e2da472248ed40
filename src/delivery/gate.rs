//! The last look at consent: after the receiver was looked up, and once more when the connection
//! stands and no byte of a request is on it. A name that is looked up for seconds, or a proxy that takes
//! its time, leave room for a no.

use crate::events::schedule::OnTheWay;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, NextTimeout, Transport};

/// Whether a request may still leave. Asked again and again.
pub(super) type MayLeave = Box<dyn Fn() -> bool + Send>;

/// What stands between a request and the network.
#[derive(Clone, Default)]
pub(super) struct Gate(Arc<Mutex<Guard>>);

#[derive(Default)]
struct Guard {
    may_leave: Option<MayLeave>,
    on_the_way: Option<OnTheWay>,
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gate")
    }
}

/// It may no longer leave.
#[derive(Debug, thiserror::Error)]
#[error("it may no longer leave")]
pub(super) struct Withdrawn;

impl Gate {
    /// Guards the next request. What is on the way is so until the connection stands: whoever says no
    /// meanwhile waits for that, and not for the answer.
    pub(super) fn guard(&self, may_leave: MayLeave, on_the_way: Option<OnTheWay>) {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *guard = Guard { may_leave: Some(may_leave), on_the_way };
    }

    /// Lets go of what was guarded.
    pub(super) fn release(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Guard::default();
    }

    fn look(&self, is_the_last: bool) -> Result<(), ureq::Error> {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !guard.may_leave.as_ref().is_some_and(|may_leave| may_leave()) {
            return Err(ureq::Error::Other(Box::new(Withdrawn)));
        }
        if is_the_last {
            guard.on_the_way = None;
        }
        Ok(())
    }
}

/// Looks names up, and then whether it still matters. What is not encrypted goes to this machine only,
/// whatever the system says where that is.
#[derive(Debug, Default)]
pub(super) struct Guarded {
    pub(super) gate: Gate,
    pub(super) system: DefaultResolver,
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.system.resolve(uri, config, timeout).map_err(|error| match error {
            ureq::Error::Timeout(_) => error,
            _ => ureq::Error::HostNotFound,
        })?;
        let is_plain = uri.scheme_str() == Some("http") && config.proxy().is_none();
        if is_plain && !found.iter().all(|address| address.ip().is_loopback()) {
            return Err(ureq::Error::HostNotFound);
        }
        self.gate.look(false)?;
        Ok(found)
    }
}

/// Stands behind all that makes a connection.
#[derive(Debug)]
pub(super) struct LastLook(pub(super) Gate);

impl<In: Transport> Connector<In> for LastLook {
    type Out = In;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        connection: Option<In>,
    ) -> Result<Option<In>, ureq::Error> {
        self.0.look(true)?;
        Ok(connection)
    }
}
