//! Which proxy a request goes through, from the usual variables (curl(1), "Environment").

use crate::domain::declaration::destination;
use crate::domain::signals::Environment;

/// The proxy for an address; `None` where it is reached directly. What goes to the loopback address
/// never takes one: it may be unencrypted.
pub(super) fn for_url(environment: &dyn Environment, url: &str) -> Option<String> {
    let host = destination::host(url)?;
    let set = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    if !url.starts_with("https://") || is_excepted(&first(&set, &["no_proxy", "NO_PROXY"])?, host) {
        return None;
    }
    let proxy = first(&set, &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])?;
    (!proxy.is_empty()).then_some(proxy)
}

/// The first variable that is set; an empty text where none is.
fn first(set: &dyn Fn(&str) -> Option<String>, names: &[&str]) -> Option<String> {
    Some(names.iter().find_map(|name| set(name)).unwrap_or_default())
}

/// Whether a host is on a list such as `localhost,.example.com,10.0.0.1`; `*` is every host. A name
/// covers those below it.
fn is_excepted(list: &str, host: &str) -> bool {
    list.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        let name = entry.split(':').next().unwrap_or(entry).trim_start_matches(['*', '.']);
        let below = host.len().checked_sub(name.len() + 1).is_some_and(|dot| {
            host.as_bytes()[dot] == b'.' && host[dot + 1..].eq_ignore_ascii_case(name)
        });
        entry == "*" || host.eq_ignore_ascii_case(name) || (!name.is_empty() && below)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn proxy(variables: &[(&str, &str)], url: &str) -> Option<String> {
        let map: BTreeMap<String, String> =
            variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        for_url(&map, url)
    }

    #[test]
    fn the_usual_variables_are_honoured() {
        let set =
            [("HTTPS_PROXY", "http://p:3128"), ("NO_PROXY", "intern.example, .corp,10.0.0.1")];
        assert_eq!(proxy(&set, "https://a.example/x").as_deref(), Some("http://p:3128"));
        for direct in ["https://intern.example", "https://a.intern.example", "https://x.corp/"] {
            assert_eq!(proxy(&set, direct), None, "{direct}");
        }
        assert_eq!(proxy(&set, "https://10.0.0.1/"), None);
        assert!(proxy(&set, "https://notintern.example").is_some());
        assert_eq!(proxy(&[("ALL_PROXY", "http://q")], "https://a").as_deref(), Some("http://q"));
        assert_eq!(proxy(&[("HTTP_PROXY", "http://q")], "https://a"), None);
        assert_eq!(proxy(&[("https_proxy", "http://q"), ("no_proxy", "*")], "https://a"), None);
    }

    #[test]
    fn what_is_unencrypted_takes_none() {
        let set = [("ALL_PROXY", "http://p"), ("HTTP_PROXY", "http://p")];
        assert_eq!(proxy(&set, "http://127.0.0.1:4318/v1/logs"), None);
    }
}
