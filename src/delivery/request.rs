//! A request as it leaves, and as it is shown: the same bytes, with the keys masked.

use crate::domain::consent::Read;
use crate::domain::declaration::destination::{Destination, is_ours};
use base64::prelude::{BASE64_STANDARD, Engine};
use std::fmt;

/// What every request says about its sender.
pub const AGENT: &str = concat!("sayso/", env!("CARGO_PKG_VERSION"));

/// The header that names what was agreed to.
const CONSENT: &str = "Sayso-Consent";

/// What stands in the place of a key.
const MASK: &str = "***";

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The whole address.
    pub url: String,
    /// Names and values, in the order in which they leave. `Content-Encoding: gzip` stands here where
    /// the body is compressed on its way.
    pub headers: Vec<(String, String)>,
    /// The body before compression; empty for `GET`.
    pub body: String,
}

impl Request {
    /// A request with a JSON body.
    pub fn post(url: &str, body: String) -> Self {
        Self { method: "POST", url: url.to_owned(), headers: Vec::new(), body }
            .with("Content-Type", "application/json")
            .with("User-Agent", AGENT)
    }

    /// A question that is answered in JSON.
    pub fn get(url: &str) -> Self {
        Self { method: "GET", url: url.to_owned(), headers: Vec::new(), body: String::new() }
            .with("Accept", "application/json")
            .with("User-Agent", AGENT)
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Adds the headers of the declaration, but for those that are not the author's to set.
    #[must_use]
    pub fn with_declared(self, destination: &Destination) -> Self {
        let declared = destination.headers.iter().filter(|(name, _)| !is_ours(name));
        declared.fold(self, |request, (name, value)| request.with(name, value))
    }

    /// Says what was agreed to, so that whoever gets it can show that it was.
    #[must_use]
    pub fn with_consent(self, read: &Read) -> Self {
        self.with(CONSENT, format!("{}; notice={}", read.digest, read.notice))
    }

    /// Has the body compressed on its way.
    #[must_use]
    pub fn compressed(self) -> Self {
        self.with("Content-Encoding", "gzip")
    }

    /// Whether the body is compressed on its way.
    pub fn is_compressed(&self) -> bool {
        self.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("content-encoding") && value.eq_ignore_ascii_case("gzip")
        })
    }

    /// The same request for people's eyes: no key and no value of a declared header is in it, in
    /// whatever form it leaves.
    #[must_use]
    pub fn masked(&self, destination: &Destination) -> Self {
        let keys = Forms::of(destination.secrets());
        // A token may stand in the address as well. A short word, or a header of ours that happens
        // to say the same, is no secret.
        let words = destination.headers.values().flat_map(|value| value.split_whitespace());
        let all = Forms::of(destination.secrets().chain(words.filter(|word| word.len() >= 8)));
        let header = |(name, value): &(String, String)| {
            let is_declared = destination.headers.contains_key(name) && !is_ours(name);
            (name.clone(), if is_declared { MASK.to_owned() } else { keys.masked_in(value) })
        };
        Self {
            method: self.method,
            url: all.masked_in(&self.url),
            headers: self.headers.iter().map(header).collect(),
            body: all.masked_in(&self.body),
        }
    }
}

/// Secrets in every form in which a request may hold them, longer ones first: they may hold shorter
/// ones.
struct Forms(Vec<String>);

impl Forms {
    fn of<'a>(secrets: impl Iterator<Item = &'a str>) -> Self {
        let mut forms: Vec<String> = secrets.flat_map(forms_of).collect();
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        Self(forms)
    }

    fn masked_in(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, form| text.replace(form, MASK))
    }
}

/// As it goes over the wire: the address, a line for each header, an empty one, the body.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.method, self.url)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        if self.body.is_empty() { Ok(()) } else { writeln!(f, "\n{}", self.body) }
    }
}

/// What a request says was agreed to.
pub fn agreed_to(headers: &[(String, String)]) -> Option<Read> {
    let (_, value) = headers.iter().find(|(name, _)| name == CONSENT)?;
    let (digest, notice) = value.split_once("; notice=")?;
    Some(Read { notice: notice.parse().ok()?, digest: digest.to_owned() })
}

/// The value of `Authorization` for a user without a password (RFC 7617).
pub fn basic(user: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:")))
}

/// An address with parameters behind those that it has.
pub fn with_query(url: &str, parameters: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{}={}", percent_encoded(name), percent_encoded(value)))
        .collect();
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}{}", pairs.join("&"))
}

/// A text as a part of an address: all but the unreserved characters is encoded (RFC 3986,
/// section 2.3).
pub fn percent_encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    text.bytes().map(one).collect()
}

/// A secret as it is, in an address, in JSON, and in `Authorization`.
fn forms_of(secret: &str) -> [String; 4] {
    let quoted = serde_json::Value::from(secret).to_string();
    [
        secret.to_owned(),
        percent_encoded(secret),
        quoted[1..quoted.len() - 1].to_owned(),
        basic(secret).trim_start_matches("Basic ").to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::declaration::parse;

    fn destination(kind: &str) -> Destination {
        let text = format!(
            "tool = \"t\"\nname = \"T\"\nvendor = \"V\"\nwhy = \"w\"\n[purposes.usage]\nwhy = \"w\"\n[[destinations]]\nrecipient = \"R\"\npurposes = [\"usage\"]\n{kind}"
        );
        parse(&text).expect("valid").destinations.remove(0)
    }

    #[test]
    fn no_key_is_shown_in_any_form() {
        let segment = destination("kind = \"segment\"\nwrite-key = 'a \"b\" &c'");
        let secret = "a \"b\" &c";
        let body = serde_json::json!({ "writeKey": secret, "other": "abc" }).to_string();
        let url = with_query("https://x.example/", &[("key", secret)]);
        let request = Request::post(&url, body).with("Authorization", basic(secret));
        let shown = request.with("X-Key", secret).masked(&segment).to_string();
        assert_eq!(
            shown,
            format!(
                "POST https://x.example/?key=***\nContent-Type: application/json\nUser-Agent: {AGENT}\nAuthorization: Basic ***\nX-Key: ***\n\n{{\"writeKey\":\"***\",\"other\":\"abc\"}}\n"
            )
        );
    }

    #[test]
    fn declared_headers_are_masked_and_do_not_replace_ours() {
        let mut https = destination(
            "kind = \"https\"\nurl = \"https://x.example\"\nheaders = { Authorization = \"Bearer 0123456789\" }",
        );
        // No declaration that is read has such headers.
        https
            .headers
            .extend([("Host", "y"), ("User-Agent", "z")].map(|(n, v)| (n.into(), v.into())));
        let url = with_query(&https.url, &[("token", "0123456789")]);
        let request = Request::post(&url, "{\"x\":1}".to_owned()).with_declared(&https);
        assert_eq!(request.headers.len(), 3, "{request:?}");
        let masked = request.masked(&https);
        assert_eq!(masked.headers[2], ("Authorization".to_owned(), "***".to_owned()));
        assert_eq!(masked.headers[1].1, AGENT);
        assert_eq!(masked.url, "https://x.example?token=***");
        assert_eq!(masked.body, "{\"x\":1}");
    }

    #[test]
    fn what_is_public_stays() {
        let ga4 = destination("kind = \"ga4\"\nmeasurement-id = \"G-1\"\napi-secret = \"s3cr3t\"");
        let url = with_query(&ga4.url, &[("measurement_id", "G-1"), ("api_secret", "s3cr3t")]);
        let shown = Request::post(&url, String::new()).masked(&ga4);
        assert!(shown.url.ends_with("?measurement_id=G-1&api_secret=***"), "{}", shown.url);
    }

    #[test]
    fn addresses_are_encoded() {
        assert_eq!(percent_encoded("0.6.2-RC1+a b/é~"), "0.6.2-RC1%2Ba%20b%2F%C3%A9~");
        assert_eq!(with_query("https://x/?a=1", &[("b", "&")]), "https://x/?a=1&b=%26");
    }
}
