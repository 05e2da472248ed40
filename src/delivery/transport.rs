//! The only file that opens a socket.
//!
//! HTTPS, or plain HTTP to the loopback address. No redirect is followed, no cookie kept, and of an
//! answer only the beginning is read. One limit of time holds for a whole request, name look-up
//! included.

use crate::delivery::gate::{Gate, Guarded, LastLook, MayLeave, Withdrawn};
use crate::delivery::proxy;
use crate::delivery::request::Request;
use crate::domain::declaration::destination;
use crate::domain::signals::Environment;
use crate::events::schedule::OnTheWay;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use rustls::crypto::ring;
use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Duration;
use ureq::config::AutoHeaderValue;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::{Connector, DefaultConnector};
use ureq::{Agent, Proxy, Timeout};

/// The longest that one request may take.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// How much of an answer is read, in bytes.
const MOST_OF_AN_ANSWER: u64 = 64 * 1024;

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// An answer, whatever it says.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The value of `Retry-After`, if it came.
        retry_after: Option<String>,
        /// The beginning of the body.
        body: String,
    },
    /// No answer.
    Failed {
        /// Why, for a person.
        why: String,
        /// Whether something may have left before.
        may_have_left: bool,
    },
}

/// A way to one receiver. Each request has a connection of its own, with a last look at consent
/// before it is used; and what leaves under two pseudonyms has no connection in common.
pub(super) struct Line {
    agent: Agent,
    gate: Gate,
}

impl Line {
    /// Gets ready to reach an address. Connects to nobody yet.
    pub(super) fn to(url: &str, environment: &dyn Environment) -> Result<Self, String> {
        if !destination::is_allowed(url) {
            return Err("only HTTPS may leave this machine".to_owned());
        }
        let proxy = match proxy::for_url(environment, url) {
            Some(proxy) if !proxy::is_supported(&proxy) => {
                return Err(
                    "the proxy that the variables name is of a kind that sayso does not know; \
                            use one with http or https"
                        .to_owned(),
                );
            }
            // The address may hold a password, so it is not repeated.
            Some(proxy) => Some(Proxy::new(&proxy).map_err(|_| {
                "the proxy that the variables name is no address of one".to_owned()
            })?),
            None => None,
        };
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .proxy(proxy)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(AutoHeaderValue::None)
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .max_idle_connections(0)
            .build();
        let gate = Gate::default();
        let connector = DefaultConnector::new().chain(LastLook(gate.clone()));
        let resolver = Guarded { gate: gate.clone(), ..Guarded::default() };
        Ok(Self { agent: Agent::with_parts(config, connector, resolver), gate })
    }

    /// Sends a request, if it still may leave once somebody listens, and waits for its answer, at most
    /// that long.
    ///
    /// # Errors
    /// [`Withdrawn`] where it may no longer leave, and did not.
    pub(super) fn send(
        &self,
        request: &Request,
        limit: Duration,
        may_leave: MayLeave,
        on_the_way: Option<OnTheWay>,
    ) -> Result<Reply, Withdrawn> {
        if !may_start_threads() {
            let why = "the system lets no thread be started".to_owned();
            return Ok(Reply::Failed { why, may_have_left: false });
        }
        self.gate.guard(may_leave, on_the_way);
        let sent = self.try_to_send(request, limit.min(LIMIT));
        self.gate.release();
        match sent {
            Ok(reply) => Ok(reply),
            Err(ureq::Error::Other(why)) if why.is::<Withdrawn>() => Err(Withdrawn),
            Err(error) => {
                Ok(Reply::Failed { may_have_left: may_have_left(&error), why: in_words(&error) })
            }
        }
    }

    fn try_to_send(&self, request: &Request, limit: Duration) -> Result<Reply, ureq::Error> {
        let body = match request.is_compressed() {
            true => Some(compressed(&request.body)?),
            false if request.body.is_empty() => None,
            false => Some(request.body.clone().into_bytes()),
        };
        let mut builder = ureq::http::Request::builder().method(request.method).uri(&request.url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let agent = &self.agent;
        let mut response = match body {
            Some(body) => agent.run(limited(agent, builder.body(body)?, limit))?,
            None => agent.run(limited(agent, builder.body(())?, limit))?,
        };
        let header = response.headers().get("retry-after");
        let retry_after = header.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut body = Vec::new();
        // That the rest does not come, or never ends, does not change what the status said.
        let _ = response.body_mut().as_reader().take(MOST_OF_AN_ANSWER).read_to_end(&mut body);
        Ok(Reply::Answered {
            status: response.status().as_u16(),
            retry_after,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }
}

/// The request, with the time that it may take as a whole. With limits of their own, looking up and
/// connecting are told apart from waiting for an answer: only then can something have left.
fn limited<B: ureq::AsSendBody>(
    agent: &Agent,
    request: ureq::http::Request<B>,
    limit: Duration,
) -> ureq::http::Request<B> {
    let configured = agent.configure_request(request).timeout_global(Some(limit));
    configured.timeout_resolve(Some(limit / 2)).timeout_connect(Some(limit / 2)).build()
}

/// Names are looked up in a thread, and ureq panics where it gets none.
fn may_start_threads() -> bool {
    let started = std::thread::Builder::new().spawn(|| ());
    started.is_ok_and(|thread| thread.join().is_ok())
}

fn compressed(body: &str) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body.as_bytes())?;
    encoder.finish()
}

/// Whether the request was on its way when it failed.
fn may_have_left(error: &ureq::Error) -> bool {
    !matches!(
        error,
        ureq::Error::HostNotFound
            | ureq::Error::ConnectionFailed
            | ureq::Error::ConnectProxyFailed(_)
            | ureq::Error::InvalidProxyUrl
            | ureq::Error::BadUri(_)
            | ureq::Error::Http(_)
            | ureq::Error::Tls(_)
            | ureq::Error::Rustls(_)
            | ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect)
    ) && !is_about_connecting(error)
}

/// Refused connections and failed handshakes reach us as errors of input and output.
fn is_about_connecting(error: &ureq::Error) -> bool {
    use std::io::ErrorKind::{
        ConnectionRefused, HostUnreachable, InvalidData, NetworkUnreachable, PermissionDenied,
    };
    let ureq::Error::Io(error) = error else { return false };
    matches!(
        error.kind(),
        ConnectionRefused | HostUnreachable | InvalidData | NetworkUnreachable | PermissionDenied
    )
}

fn in_words(error: &ureq::Error) -> String {
    use std::io::ErrorKind::{
        ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, NetworkUnreachable,
        UnexpectedEof,
    };
    let words = match error {
        ureq::Error::Timeout(_) => "no answer in time",
        ureq::Error::HostNotFound => "the name of the host was not found",
        ureq::Error::Io(error) => match error.kind() {
            ConnectionRefused => "the connection was refused",
            ConnectionReset | ConnectionAborted | UnexpectedEof => "the connection was cut",
            NetworkUnreachable | HostUnreachable => "there is no network that leads there",
            _ => return error.to_string(),
        },
        other => return other.to_string(),
    };
    words.to_owned()
}

/// How long a receiver asks to be left alone: seconds, or a date (RFC 9110, section 10.2.3); `None`
/// where it says neither. At most a day, and never a time that is over.
pub(super) fn pause_asked_for(value: &str, now: Timestamp) -> Option<Duration> {
    const MOST: Duration = Duration::from_secs(24 * 60 * 60);
    let value = value.trim();
    let pause = match value.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
            Duration::try_from(at.duration_since(now)).unwrap_or_default()
        }
    };
    Some(pause.min(MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_may_ask_for_a_pause() {
        let now: Timestamp = "2026-11-20T10:00:00Z".parse().expect("a time");
        let asked = |value| pause_asked_for(value, now).map(|pause| pause.as_secs());
        assert_eq!(asked("120"), Some(120));
        assert_eq!(asked("Fri, 20 Nov 2026 10:01:30 GMT"), Some(90));
        assert_eq!(asked("Thu, 19 Nov 2026 10:01:30 GMT"), Some(0));
        assert_eq!(asked("99999999999"), Some(24 * 60 * 60));
        assert_eq!(asked("soon"), None);
        assert_eq!(asked("-5"), None);
    }
}
