//! Proxies: the usual variables are honoured, and their passwords stand nowhere.

use super::{agreed, probe, record, waiting};
use crate::support::certificates::Authority;
use crate::support::receiver::{OK, Receiver, carry, nobody_listens, read_request};
use crate::support::{Home, Ran};
use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A name that only the proxy knows.
pub const NAME: &str = "stats.example.invalid";

/// A proxy that knows one name, or that refuses everybody, and what it was asked for.
pub struct Proxy {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start(to: Option<SocketAddr>) -> Self {
        Self::start_after(to, || ())
    }

    /// The same, which does something first before it says that the connection stands.
    pub fn start_after(to: Option<SocketAddr>, first: impl Fn() + Send + Sync + 'static) -> Self {
        let first = Arc::new(first);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let proxy = Self { address, asked: Arc::default() };
        let asked = Arc::clone(&proxy.asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (asked, first) = (Arc::clone(&asked), Arc::clone(&first));
                std::thread::spawn(move || connect(&stream, to, &asked, &*first));
            }
        });
        proxy
    }

    /// What it was asked for: method, place and the header with the password.
    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }
}

fn connect(
    mut stream: &TcpStream,
    to: Option<SocketAddr>,
    asked: &Mutex<Vec<String>>,
    first: &dyn Fn(),
) {
    let Ok(Some(request)) = read_request(&mut BufReader::with_capacity(1, stream)) else { return };
    let password = request.header("proxy-authorization").unwrap_or("nobody");
    let line = format!("{} {} by {password}", request.method, request.path);
    asked.lock().expect("no panic").push(line);
    first();
    let Some(to) = to else {
        let _ = stream.write_all(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n");
        return;
    };
    let _ = stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n");
    carry(stream, &TcpStream::connect(to).expect("the receiver"));
}

/// Three events for a name, delivered with these variables.
fn delivered(url: &str, authority: &Authority, variables: &[(&str, &str)]) -> (Home, Ran) {
    let home = agreed(&probe(&[url]));
    record(&home, 3);
    let file = home.path().join("authority.pem");
    authority.write(&file);
    let file = file.to_string_lossy().into_owned();
    let variables = [variables, &[("SSL_CERT_FILE", &*file)]].concat();
    let ran = home.run_with(&variables, &["deliver", "probe", "--now"]);
    (home, ran)
}

#[test]
fn a_proxy_is_asked_for_names_that_only_it_knows() {
    let authority = Authority::new();
    let receiver = Receiver::start_tls(OK, &authority.issue(NAME, 2999));
    let url = format!("https://{NAME}/events");
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let proxy = Proxy::start(Some(receiver.address));
        let before = receiver.event_ids().len();
        let address = format!("http://{}", proxy.address);
        let (home, ran) = delivered(&url, &authority, &[(variable, &address)]);
        let ran = ran.ends(0);
        assert!(ran.stdout.contains("3 events to Probes 0"), "{variable}: {ran:?}");
        assert_eq!(proxy.asked(), [format!("CONNECT {NAME}:443 by nobody")], "{variable}");
        assert_eq!(receiver.event_ids().len(), before + 3, "{variable}");
        assert_eq!(waiting(&home).len(), 0, "{variable}");
    }
}

#[test]
fn the_password_for_a_proxy_reaches_the_proxy_and_nobody_else() {
    let authority = Authority::new();
    let receiver = Receiver::start_tls(OK, &authority.issue(NAME, 2999));
    let url = format!("https://{NAME}/events");
    let away = nobody_listens();
    for (proxy, code) in [
        (Proxy::start(Some(receiver.address)), 0),
        (Proxy::start(None), 1),
        (Proxy { address: away, asked: Arc::default() }, 1),
    ] {
        let address = format!("http://ada:geheim@{}", proxy.address);
        let (home, ran) = delivered(&url, &authority, &[("HTTPS_PROXY", &address)]);
        let ran = ran.ends(code);
        // "ada:geheim" in base64.
        let encoded = "YWRhOmdlaGVpbQ";
        if proxy.address != away {
            assert!(proxy.asked()[0].contains(encoded), "{:?}", proxy.asked());
        }
        let log = home.run(&["log", "--json"]).ends(0);
        let notes = home.run(&["log"]).ends(0);
        let mut said = format!("{ran:?}{log:?}{notes:?}{:?}", receiver.requests());
        for contents in home.contents().values() {
            said += &String::from_utf8_lossy(contents);
        }
        assert!(!said.contains("geheim") && !said.contains(encoded), "{said}");
    }
}

#[test]
fn a_proxy_that_is_no_address_lets_nothing_out_and_is_not_repeated() {
    let authority = Authority::new();
    let receiver = Receiver::start_tls(OK, &authority.issue("127.0.0.1", 2999));
    let url = format!("https://{}/events", receiver.address);
    for address in ["http://ada:geheim@", "geheim geheim", "nonsense://geheim:1"] {
        let (home, ran) = delivered(&url, &authority, &[("HTTPS_PROXY", address)]);
        assert!(!format!("{ran:?}").contains("geheim"), "{ran:?}");
        let ran = ran.ends(1);
        assert!(ran.stdout.contains("the rest waits"), "{address}: {ran:?}");
        assert_eq!(waiting(&home).len(), 3, "{address}");
    }
    assert_eq!(receiver.connections(), 0);
}

#[test]
fn no_proxy_and_the_loopback_address_are_reached_directly() {
    let authority = Authority::new();
    let receiver = Receiver::start_tls(OK, &authority.issue("localhost", 2999));
    let url = format!("https://localhost:{}/events", receiver.address.port());
    let proxy = Proxy::start(None);
    let address = format!("http://{}", proxy.address);
    for exception in ["localhost", "*", "example.com, localhost"] {
        let variables = [("HTTPS_PROXY", &*address), ("NO_PROXY", exception)];
        let _ = delivered(&url, &authority, &variables).1.ends(0);
    }
    let plain = Receiver::start(OK);
    let every = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"];
    let _ = delivered(&plain.url(), &authority, &every.map(|name| (name, &*address))).1.ends(0);
    assert_eq!(plain.event_ids().len(), 3);
    assert_eq!(receiver.event_ids().len(), 9);
    assert_eq!(proxy.asked(), Vec::<String>::new());
}
