//! Where data goes: destinations, and what is collected outside sayso.

use crate::domain::declaration::destination::{self, Destination, Kind};
use crate::domain::declaration::parse::{Reader, visible};
use crate::domain::declaration::{Elsewhere, PurposeSpec, typed};
use crate::domain::tool_id::Purpose;
use indexmap::IndexMap;

impl Reader {
    pub(super) fn destination(
        &mut self,
        typed: typed::Destination,
        number: usize,
        purposes: &IndexMap<Purpose, PurposeSpec>,
        notice: u32,
    ) -> Option<Destination> {
        let at = format!("destinations.{number}");
        let Some(kind) = Kind::named(&typed.kind) else {
            let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            self.problem(&at, format!("there is no such kind; there are {}", names.join(", ")));
            return None;
        };
        let facts = kind.facts();
        let settings = typed.settings();
        for name in facts.required.iter().filter(|name| !settings.contains_key(**name)) {
            self.problem(&at, format!("kind {} needs {name}", facts.name));
        }
        for name in settings.keys().filter(|name| !facts.required.contains(&name.as_str())) {
            self.problem(&at, format!("kind {} takes no {name}", facts.name));
        }
        let settings = settings.into_iter().map(|(n, v)| (n, self.said(v, &at))).collect();
        let headers = typed.headers.unwrap_or_default();
        if !facts.headers && !headers.is_empty() {
            self.problem(&at, format!("kind {} takes no headers", facts.name));
        }
        let url = typed.url.or_else(|| facts.url.map(str::to_owned));
        if url.is_none() {
            self.problem(&at, format!("kind {} needs a url", facts.name));
        }
        if url.as_ref().is_some_and(|url| !destination::is_allowed(url)) {
            self.problem(
                &at,
                "the url is https (plain http only to 127.0.0.1, [::1] or localhost)",
            );
        }
        for (name, value) in &headers {
            let at = format!("{at}.headers.{}", visible(name));
            let flaw = destination::flaw_of_header(url.as_deref().unwrap_or_default(), name, value);
            flaw.into_iter().for_each(|flaw| self.problem(&at, flaw));
            self.said(value.clone(), &at);
        }
        if typed.purposes.is_empty() {
            self.problem(&at, "name the purposes whose events go there");
        }
        let served = typed
            .purposes
            .iter()
            .filter_map(|name| self.declared(name, purposes, &format!("{at}.purposes")))
            .collect();
        Some(Destination {
            kind,
            url: self.said(url?, &at),
            recipient: self.name(typed.recipient, &format!("{at}.recipient")),
            retention: self.text(typed.retention, &format!("{at}.retention")),
            purposes: served,
            since: self.since(typed.since, notice, &at),
            settings,
            headers,
        })
    }

    pub(super) fn elsewhere(
        &mut self,
        typed: typed::Elsewhere,
        number: usize,
        purposes: &IndexMap<Purpose, PurposeSpec>,
        notice: u32,
    ) -> Option<Elsewhere> {
        let at = format!("elsewhere.{number}");
        let what = self.said(typed.what, &format!("{at}.what"));
        let to = self.name(typed.to, &format!("{at}.to"));
        let purpose = self.declared(&typed.purpose, purposes, &format!("{at}.purpose"))?;
        let since = self.since(typed.since, notice, &at).max(purposes[&purpose].since);
        Some(Elsewhere { what, to, purpose, since })
    }
}
