//! Where events go, and what each kind of receiver needs to be told.

use crate::domain::hex::hex;
use crate::domain::tool_id::Purpose;
use core::net::{IpAddr, Ipv4Addr};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What the kinds of destination differ in before anything is sent.
#[derive(Debug, PartialEq, Eq)]
pub struct KindFacts {
    /// The word after `kind =`.
    pub name: &'static str,
    /// What it is, for a person.
    pub words: &'static str,
    /// The vendor's public address; `None` where the author must name one.
    pub url: Option<&'static str>,
    /// Keys that must stand in the declaration.
    pub required: &'static [&'static str],
    /// Whether `headers` may stand there.
    pub headers: bool,
    /// Types of fields that every request names, whether an event lists them or not.
    pub inherent: &'static [&'static str],
}

macro_rules! kinds {
    ($($(#[$about:meta])* $kind:ident { $($fact:ident: $value:expr,)* })*) => {
        /// A kind of destination, in the order in which the documentation lists them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind { $($(#[$about])* $kind,)* }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// What is special about it.
            pub fn facts(self) -> &'static KindFacts {
                match self { $(Self::$kind => &KindFacts { $($fact: $value,)* },)* }
            }
        }
    };
}

kinds! {
    /// OTLP/HTTP logs.
    Otlp {
        name: "otlp",
        words: "an OpenTelemetry collector",
        url: None,
        required: &[],
        headers: true,
        inherent: &[],
    }
    /// Segment's HTTP tracking API.
    Segment {
        name: "segment",
        words: "Segment",
        url: Some("https://api.segment.io/v1/batch"),
        required: &["write-key"],
        headers: false,
        inherent: &[],
    }
    /// PostHog's `batch`.
    PostHog {
        name: "posthog",
        words: "PostHog",
        url: Some("https://us.i.posthog.com/batch/"),
        required: &["key"],
        headers: false,
        inherent: &[],
    }
    /// Google Analytics 4, Measurement Protocol.
    Ga4 {
        name: "ga4",
        words: "Google Analytics",
        url: Some("https://www.google-analytics.com/mp/collect"),
        required: &["measurement-id", "api-secret"],
        headers: false,
        inherent: &[],
    }
    /// Pendo's track events.
    Pendo {
        name: "pendo",
        words: "Pendo",
        url: Some("https://app.pendo.io/data/track"),
        required: &["key"],
        headers: false,
        inherent: &[],
    }
    /// JSON to the vendor's own address.
    Https {
        name: "https",
        words: "the vendor's own address",
        url: None,
        required: &[],
        headers: true,
        inherent: &[],
    }
    /// An update check as go-checkpoint asks it.
    Checkpoint {
        name: "checkpoint",
        words: "an update check",
        url: None,
        required: &["product"],
        headers: false,
        inherent: &["version", "os", "arch"],
    }
}

impl Kind {
    /// The kind with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// The word after `kind =`.
    pub fn name(self) -> &'static str {
        self.facts().name
    }
}

/// Keys that are no secret: they name a thing at the receiver and open nothing.
const PUBLIC: [&str; 2] = ["measurement-id", "product"];

/// One place that events go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// What kind of receiver.
    pub kind: Kind,
    /// The address of the request itself.
    pub url: String,
    /// Who gets it.
    pub recipient: String,
    /// How long it is kept there, where that differs.
    pub retention: Option<String>,
    /// The purposes whose events go there.
    pub purposes: Vec<Purpose>,
    /// The notice version that introduced it.
    pub since: u32,
    /// The keys that its kind needs.
    pub settings: BTreeMap<String, String>,
    /// Headers beyond those of its kind.
    pub headers: BTreeMap<String, String>,
}

impl Destination {
    /// The address of the request itself. For an update check the product is a part of it
    /// (go-checkpoint: `GET …/v1/check/PRODUCT`).
    pub fn address(&self) -> String {
        match self.settings.get("product") {
            Some(product) => format!("{}/v1/check/{product}", self.url.trim_end_matches('/')),
            None => self.url.clone(),
        }
    }

    /// Whether it answers a question instead of taking events.
    pub fn is_update_check(&self) -> bool {
        self.kind == Kind::Checkpoint
    }

    /// What tells the account at the receiver, by key: a value that is no secret as it is; of a secret
    /// one, and of a header, a short hash, by which a change shows.
    pub fn account(&self) -> Vec<(String, String)> {
        let settings =
            self.settings.iter().map(|(name, value)| match PUBLIC.contains(&name.as_str()) {
                true => (name.clone(), value.clone()),
                false => (name.clone(), fingerprint(value)),
            });
        let header =
            |(name, value): (&String, &String)| (format!("headers.{name}"), fingerprint(value));
        settings.chain(self.headers.iter().map(header)).collect()
    }

    /// The keys that only the vendor and the receiver should know.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let secret = self.settings.iter().filter(|(name, _)| !PUBLIC.contains(&name.as_str()));
        secret.map(|(_, value)| value.as_str())
    }

    /// Host and, where it is not the usual one, port: where a request goes, whatever its path.
    pub fn place(&self) -> String {
        place(&self.url)
    }

    /// Whether a request stays on this machine.
    pub fn is_on_this_machine(&self) -> bool {
        is_this_machine(self.host())
    }

    /// Where a request goes, in words: the host, or this machine; the port where it is not the usual one.
    pub fn place_in_words(&self) -> String {
        let place = self.place();
        let (host, port) = match place.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
            Some((host, port)) => (host, format!(", port {port}")),
            None => (place.as_str(), String::new()),
        };
        match self.is_on_this_machine() {
            true => format!("this machine{port}"),
            false => format!("{host}{port}"),
        }
    }

    /// The host in its address.
    pub fn host(&self) -> &str {
        host(&self.url).unwrap_or(&self.url)
    }
}

/// A secret as it may be shown: the beginning of its SHA-256.
fn fingerprint(secret: &str) -> String {
    format!("*** (SHA-256 {}…)", hex(&Sha256::digest(secret.as_bytes())[..6]))
}

/// Host and, where it is not the usual one, port of an address.
pub fn place(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let usual = if url.starts_with("https") { ":443" } else { ":80" };
    authority.strip_suffix(usual).unwrap_or(authority).to_ascii_lowercase()
}

/// The host in an address, without port, user or path; `None` where there is none.
pub fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host_and_port = authority.rsplit('@').next()?;
    let host = match host_and_port.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => host_and_port.split(':').next()?,
    };
    (!host.is_empty()).then_some(host)
}

/// Whether what stands between `://` and the path is a host and, if anything else, a port (RFC 3986,
/// section 3.2).
fn has_sound_authority(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let port = match authority.strip_prefix('[') {
        Some(v6) => match v6.split_once(']') {
            Some((host, port)) if host.parse::<core::net::Ipv6Addr>().is_ok() => port,
            _ => return false,
        },
        None => authority.find(':').map_or("", |colon| &authority[colon..]),
    };
    port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

/// Headers that a declaration may send to this machine: they name a tenant of a collector. Any other one
/// could make a local service do something.
const LOCAL_HEADERS: [&str; 3] = ["X-Scope-OrgID", "X-Tenant", "X-Tenant-ID"];

/// Whether a header is set by sayso or by HTTP itself, and so not by a declaration.
pub fn is_ours(header: &str) -> bool {
    const OURS: [&str; 16] = [
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "sayso-consent",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    ];
    OURS.iter().any(|ours| header.eq_ignore_ascii_case(ours))
}

/// What is wrong with a header to an address, as the end of a sentence; `None` where nothing is. The form
/// is that of RFC 9110, 5.5 and 5.6.2, without what no receiver needs.
pub fn flaw_of_header(url: &str, name: &str, value: &str) -> Option<String> {
    let is_name = |name: &str| {
        (1..=60).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let is_value =
        |value: &str| value.trim() == value && value.bytes().all(|b| matches!(b, b' '..=b'~'));
    let is_for_this_machine = || LOCAL_HEADERS.iter().any(|known| known.eq_ignore_ascii_case(name));
    if !is_name(name) {
        Some("a header has a name of up to 60 letters, digits and '-'".to_owned())
    } else if is_ours(name) {
        Some("this header is set by sayso".to_owned())
    } else if !is_value(value) || value.is_empty() {
        Some("a header holds plain ASCII only".to_owned())
    } else if host(url).is_some_and(is_this_machine) && !is_for_this_machine() {
        Some(format!("to this machine, only {} may be sent", LOCAL_HEADERS.join(", ")))
    } else {
        None
    }
}

/// Whether a host is this machine, by a name or an address that says so.
fn is_this_machine(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let is_local = |address: IpAddr| {
        let address = address.to_canonical();
        address.is_loopback() || address.is_unspecified()
    };
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(is_local)
}

/// Whether a host is a number in a form that only some programs take for an address.
fn is_odd_number(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let is_number = last.bytes().all(|b| b.is_ascii_digit())
        || last.starts_with("0x") && last[2..].bytes().all(|b| b.is_ascii_hexdigit());
    !host.contains(':') && is_number && host.parse::<Ipv4Addr>().is_err()
}

/// Whether an address may be used: HTTPS, or plain HTTP to the loopback address.
pub fn is_allowed(url: &str) -> bool {
    let Some(host) = host(url) else { return false };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_');
    if !has_sound_authority(url)
        || !host.chars().all(plain)
        || is_odd_number(host)
        || !url.bytes().all(|b| b.is_ascii_graphic() && b != b'@')
    {
        return false;
    }
    url.starts_with("https://")
        || (url.starts_with("http://") && matches!(host, "127.0.0.1" | "::1" | "localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_leaves_the_machine() {
        for good in ["https://x.example/v1", "http://127.0.0.1:4318/v1/logs", "http://[::1]:1/"] {
            assert!(is_allowed(good), "{good}");
        }
        for bad in [
            "http://x.example",
            "ftp://x",
            "https://",
            "x.example",
            "http://127.0.0.1.evil.example/",
            "https://user:word@x.example/",
            "https://x.example/a b",
            "http://127.0.0.1@evil.example/",
            "http://[::1/",
            "http://[::1]evil.example/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://127.1/",
            "https://x.ex\u{e4}mple/",
            "http://127.0.0.1:80.evil.example/",
            "https://[zz]/",
            "https://x.example:99999/",
            "https://x.example:/",
        ] {
            assert!(!is_allowed(bad), "{bad}");
        }
    }

    #[test]
    fn the_host_stands_alone() {
        assert_eq!(host("https://a.example:8443/x?y#z"), Some("a.example"));
        assert_eq!(host("http://[::1]:80/"), Some("::1"));
        assert_eq!(host("nothing"), None);
    }

    #[test]
    fn a_place_is_told_with_its_port() {
        let mut to =
            crate::domain::declaration::parse(crate::domain::declaration::samples::GREETER)
                .expect("valid")
                .destinations
                .remove(0);
        for (url, words) in [
            ("https://x.example/v1", "x.example"),
            ("https://x.example:443/v1", "x.example"),
            ("https://x.example:8443/v1", "x.example, port 8443"),
            ("http://localhost:2375/v1", "this machine, port 2375"),
            ("http://127.0.0.1/v1", "this machine"),
            ("http://[::1]:1/", "this machine, port 1"),
            ("https://[2001:db8::1]/", "[2001:db8::1]"),
        ] {
            to.url = url.to_owned();
            assert_eq!(to.place_in_words(), words, "{url}");
        }
    }

    #[test]
    fn a_declaration_drives_no_service_of_this_machine() {
        for local in [
            "http://127.0.0.1:2375/",
            "http://localhost:2375/",
            "https://LOCALHOST./",
            "https://a.localhost",
            "https://127.8.9.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://0.0.0.0/",
        ] {
            for header in ["Authorization", "X-Registry-Auth", "X-HTTP-Method-Override", "Cookie"] {
                assert!(flaw_of_header(local, header, "x").is_some(), "{local} {header}");
                assert_eq!(flaw_of_header("https://x.example/", header, "x"), None, "{header}");
            }
            assert_eq!(flaw_of_header(local, "x-tenant", "one"), None, "{local}");
        }
        for (name, value) in [
            ("", "x"),
            ("A B", "x"),
            ("A:", "x"),
            ("Ä", "x"),
            ("X-A", ""),
            ("X-A", "a\nb"),
            ("X-A", "ä"),
            ("X-A", " a"),
            ("Host", "x"),
            ("host", "x"),
            ("Transfer-Encoding", "chunked"),
        ] {
            assert!(flaw_of_header("https://x.example/", name, value).is_some(), "{name}: {value}");
        }
    }
}
