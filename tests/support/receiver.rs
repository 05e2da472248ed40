//! A receiver on the loopback address: records whole requests, counts connections, and misbehaves as
//! it is told to.

use super::certificates::Identity;
use flate2::read::GzDecoder;
use rustls::{ServerConnection, StreamOwned};
use serde_json::Value;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Far longer than anything takes here: a test that needs it hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What is done with a connection.
#[derive(Clone)]
pub enum Mode {
    /// Each request is answered with this status, and with these headers.
    Status(u16, &'static [(&'static str, &'static str)]),
    /// The requests get these statuses in turn, and all further ones 200.
    InTurn(&'static [u16]),
    /// The first so many requests get 503 and a `Retry-After` of no time, the others 200.
    Flaky(usize),
    /// More than one event in a request, or an event in which this stands, gets the status.
    Picky(u16, &'static str),
    /// Each request is answered with this body.
    Says(&'static str),
    /// Nothing is read and nothing is said.
    Silence,
    /// The request is read; the answer comes when the test says so.
    Held,
    /// The same for requests with fewer events than this, others are taken.
    HeldBelow(usize),
    /// The answer comes one byte a second.
    Drip,
    /// The answer's body never ends.
    Endless,
    /// The answer's head never ends.
    EndlessHead,
    /// Cut off before anything is read: the other side gets a reset.
    Reset,
    /// Cut off once the request is read.
    Close,
    /// Sent on to another address.
    Redirect(String),
    /// What comes is not HTTP.
    Garbage,
}

/// Every request is taken.
pub const OK: Mode = Mode::Status(200, &[]);

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    /// After decompression.
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let named = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// The events in a request of kind `https`.
    pub fn event_ids(&self) -> Vec<String> {
        let body = self.json();
        let events = body["events"].as_array().expect("events");
        events.iter().map(|e| e["eventID"].as_str().expect("an id").to_owned()).collect()
    }
}

#[derive(Default)]
struct Seen {
    connections: usize,
    open: usize,
    requests: Vec<Request>,
    is_released: bool,
}

struct Shared {
    mode: Mode,
    seen: Mutex<Seen>,
    changed: Condvar,
}

/// A receiver, for as long as the test runs.
#[derive(Clone)]
pub struct Receiver {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

impl Receiver {
    /// A receiver of plain HTTP.
    pub fn start(mode: Mode) -> Self {
        Self::listen(mode, None)
    }

    /// A receiver that shows a certificate.
    pub fn start_tls(mode: Mode, identity: &Identity) -> Self {
        Self::listen(mode, Some(identity.config()))
    }

    fn listen(mode: Mode, tls: Option<Arc<rustls::ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Shared { mode, seen: Mutex::default(), changed: Condvar::new() };
        let receiver = Self { address, shared: Arc::new(shared) };
        let accepting = receiver.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (mine, tls) = (accepting.clone(), tls.clone());
                mine.change(|seen| {
                    seen.connections += 1;
                    seen.open += 1;
                });
                std::thread::spawn(move || {
                    // That the other side went away is its own business.
                    let _ = match tls {
                        None => mine.serve(stream),
                        Some(config) => ServerConnection::new(config)
                            .map_err(io::Error::other)
                            .and_then(|tls| mine.serve(StreamOwned::new(tls, stream))),
                    };
                    mine.change(|seen| seen.open -= 1);
                });
            }
        });
        receiver
    }

    /// An address for a declaration.
    pub fn url(&self) -> String {
        format!("http://{}/events", self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.seen().requests.clone()
    }

    /// The ids of all events that came, in that order.
    pub fn event_ids(&self) -> Vec<String> {
        self.requests().iter().flat_map(Request::event_ids).collect()
    }

    pub fn connections(&self) -> usize {
        self.seen().connections
    }

    /// Waits until so many requests have come.
    #[track_caller]
    pub fn wait_for_requests(&self, count: usize) {
        self.wait(&|seen| seen.requests.len() >= count);
    }

    /// Waits until so many connections were made and are held.
    #[track_caller]
    pub fn wait_for_held(&self, count: usize) {
        self.wait(&|seen| seen.open >= count);
    }

    /// Answers what is held, and everything from now on.
    pub fn release(&self) {
        self.change(|seen| seen.is_released = true);
    }

    #[track_caller]
    fn wait(&self, until: &dyn Fn(&Seen) -> bool) {
        let end = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        while !until(&seen) {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "it never came: {:#?}", seen.requests);
            seen = self.shared.changed.wait_timeout(seen, left).expect("no panic").0;
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.shared.seen.lock().expect("no panic")
    }

    fn change(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.seen());
        self.shared.changed.notify_all();
    }

    fn serve(&self, stream: impl Read + Write) -> io::Result<()> {
        let mut stream = BufReader::with_capacity(1, stream);
        match self.shared.mode {
            Mode::Silence => {
                self.wait(&|seen| seen.is_released);
                return Ok(());
            }
            // Closed with bytes that nobody read: that is a reset.
            Mode::Reset => return stream.fill_buf().map(|_| ()),
            _ => {}
        }
        while let Some(request) = read_request(&mut stream)? {
            let mut count = 0;
            self.change(|seen| {
                seen.requests.push(request.clone());
                count = seen.requests.len();
            });
            if !self.answer(&request, count, stream.get_mut())? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Answers; whether another request may follow.
    fn answer(&self, request: &Request, count: usize, out: &mut impl Write) -> io::Result<bool> {
        match &self.shared.mode {
            Mode::Status(status, headers) => respond(out, *status, headers)?,
            Mode::Says(body) => {
                write!(out, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
                out.flush()?;
            }
            Mode::InTurn(statuses) => {
                respond(out, statuses.get(count - 1).copied().unwrap_or(200), &[])?;
            }
            Mode::Flaky(first) if count <= *first => respond(out, 503, &[("Retry-After", "0")])?,
            Mode::Flaky(_) => respond(out, 200, &[])?,
            Mode::Picky(status, word) => {
                let is_bad = request.event_ids().len() > 1
                    || String::from_utf8_lossy(&request.body).contains(word);
                respond(out, if is_bad { *status } else { 200 }, &[])?;
            }
            Mode::HeldBelow(most) if request.event_ids().len() >= *most => respond(out, 200, &[])?,
            Mode::Held | Mode::HeldBelow(_) => {
                self.wait(&|seen| seen.is_released);
                respond(out, 200, &[])?;
            }
            Mode::Drip => {
                for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" {
                    out.write_all(&[*byte])?;
                    out.flush()?;
                    std::thread::sleep(Duration::from_secs(1));
                }
            }
            Mode::Endless => {
                out.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
                loop {
                    write!(out, "4000\r\n{}\r\n", "x".repeat(0x4000))?;
                }
            }
            Mode::EndlessHead => {
                out.write_all(b"HTTP/1.1 200 OK\r\n")?;
                loop {
                    write!(out, "X-Long: {}\r\n", "x".repeat(0x1000))?;
                }
            }
            Mode::Redirect(to) => {
                let head = "HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\nLocation: ";
                write!(out, "{head}{to}\r\n\r\n")?;
                out.flush()?;
            }
            Mode::Garbage => out.write_all(b"\0\x01\x02 not http\r\n\r\n")?,
            Mode::Silence | Mode::Reset | Mode::Close => return Ok(false),
        }
        Ok(!matches!(self.shared.mode, Mode::Garbage))
    }
}

fn respond(out: &mut impl Write, status: u16, headers: &[(&str, &str)]) -> io::Result<()> {
    write!(out, "HTTP/1.1 {status} Answer\r\nContent-Length: 2\r\n")?;
    headers.iter().try_for_each(|(name, value)| write!(out, "{name}: {value}\r\n"))?;
    out.write_all(b"\r\n{}")?;
    out.flush()
}

/// The next request; `None` where the other side has closed.
pub fn read_request(stream: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_owned(), value.to_owned()));
    }
    let mut request = Request { method, path, headers, body: Vec::new() };
    let length = request.header("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
    request.body.resize(length, 0);
    stream.read_exact(&mut request.body)?;
    if request.header("content-encoding") == Some("gzip") {
        let mut plain = Vec::new();
        GzDecoder::new(&*request.body).read_to_end(&mut plain)?;
        request.body = plain;
    }
    Ok(Some(request))
}

/// A connection to nobody: the port is free again.
pub fn nobody_listens() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address")
}

/// Carries bytes to and fro until both sides have ended.
pub fn carry(one: &TcpStream, other: &TcpStream) {
    std::thread::scope(|scope| {
        for (mut from, mut to) in [(one, other), (other, one)] {
            scope.spawn(move || {
                let _ = io::copy(&mut from, &mut to);
                let _ = to.shutdown(std::net::Shutdown::Write);
            });
        }
    });
}
