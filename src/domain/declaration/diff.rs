//! How one declaration differs from another of the same tool, in the words that a person will see.
//!
//! [`between`] is the only comparison: `declare`, a host that registers its own declaration, `doctor`
//! and `lint --against` all show what it finds, and refuse what it finds to be another's.

use crate::domain::declaration::describe;
use crate::domain::declaration::destination::Destination;
use crate::domain::declaration::{Declaration, Identity, canonical};
use crate::domain::switch::{OffValues, Switches};
use crate::domain::tool_id::Purpose;
use indexmap::IndexMap;
use std::collections::BTreeSet;

/// One thing that a declaration asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The purpose it serves.
    pub purpose: Purpose,
    /// The notice version that introduced it.
    pub since: u32,
    /// The thing in words.
    pub words: String,
    /// Why, in the author's words. A change of it alone asks for nothing more.
    pub why: Option<String>,
}

impl Item {
    /// The thing and why: all that the notice says of it.
    pub fn in_full(&self) -> String {
        match &self.why {
            Some(why) => format!("{}. {why}", self.words),
            None => self.words.clone(),
        }
    }

    /// What it is about: its purpose, and the thing in words.
    fn thing(&self) -> (&Purpose, &str) {
        (&self.purpose, &self.words)
    }
}

/// Everything a declaration asks for, one purpose after the other.
pub fn items(declaration: &Declaration) -> Vec<Item> {
    let mut items = Vec::new();
    for (purpose, spec) in &declaration.purposes {
        let mut add = |since: u32, words: String, why: Option<&String>| {
            items.push(Item { purpose: purpose.clone(), since, words, why: why.cloned() });
        };
        add(spec.since, format!("a purpose of its own, for {}", declaration.vendor), None);
        if spec.identity != Identity::None {
            add(spec.since, describe::identity_in_words(spec.identity).to_owned(), None);
        }
        let wait = describe::wait_in_words(declaration.wait);
        add(spec.since, format!("events may leave after {wait}"), None);
        for event in declaration.events_of(purpose) {
            let words = format!("{} {}", event.name, describe::occasion(event));
            add(event.since, words, event.why.as_ref());
            for field in &event.fields {
                let words = format!("{} in {}: {}", field.name, event.name, field.kind.in_words());
                add(field.since, words, field.why.as_ref());
            }
        }
        for to in declaration.destinations_of(purpose) {
            let words = describe::sent_in_words(declaration, purpose, to);
            add(to.since.max(spec.since), format!("sent to {words}"), None);
        }
        for item in declaration.elsewhere_for(purpose) {
            add(item.since, format!("outside sayso, to {}: {}", item.to, item.what), None);
        }
    }
    items
}

/// What `new` asks for and `old` did not, in the order of `new`.
///
/// Asking for less is no addition: an event that rests longer, an id that lasts shorter.
pub fn beyond(new: &Declaration, old: &Declaration) -> Vec<Item> {
    let before = items(old);
    let before = things(&before);
    let mut additions = items(new);
    additions.retain(|item| !before.contains(&item.thing()) && !asks_for_less(item, new, old));
    additions
}

/// What items are about, to look others up in.
fn things(items: &[Item]) -> BTreeSet<(&Purpose, &str)> {
    items.iter().map(Item::thing).collect()
}

fn asks_for_less(item: &Item, new: &Declaration, old: &Declaration) -> bool {
    let identity = |declaration: &Declaration| {
        declaration.purposes.get(&item.purpose).map(|spec| spec.identity)
    };
    let rests_longer = new.wait > old.wait
        && old.purposes.contains_key(&item.purpose)
        && item.words == format!("events may leave after {}", describe::wait_in_words(new.wait));
    let lasts_shorter = identity(new).is_some_and(|kind| {
        item.words == describe::identity_in_words(kind)
            && identity(old).is_some_and(|before| rank(before) > rank(kind))
    });
    rests_longer || lasts_shorter
}

fn rank(identity: Identity) -> usize {
    Identity::ALL.iter().position(|(kind, _)| *kind == identity).unwrap_or(0)
}

/// How two declarations of one tool differ.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// Every difference in words: `+` is new, `-` is gone, `~` says something else.
    pub lines: Vec<String>,
    /// What makes it another's, each as a part of a sentence: vendor, receiver, account or deletion
    /// address. It does not take the place of what is known unless a person says so.
    pub takeover: Vec<String>,
    /// That its notice is an older one, likewise.
    pub older: Option<String>,
}

/// Compares a declaration with the one that is known.
pub fn between(new: &Declaration, known: &Declaration) -> Difference {
    let mut lines = Vec::new();
    let (before, after) = (items(known), items(new));
    let (old, new_ones) = (things(&before), things(&after));
    for item in after.iter().filter(|item| !old.contains(&item.thing())) {
        lines.push(format!("+ {}: {}", item.purpose, item.in_full()));
    }
    for item in before.iter().filter(|item| !new_ones.contains(&item.thing())) {
        lines.push(format!("- {}: {}", item.purpose, item.in_full()));
    }
    let (before, after) = (details(known), details(new));
    for (key, value) in &after {
        match before.get(key) {
            Some(old) if old == value => {}
            Some(old) => lines.push(format!("~ {key}: {old} became {value}")),
            None if is_told(key, &before) => {}
            None => lines.push(format!("+ {key}: {value}")),
        }
    }
    let gone = before.iter().filter(|(key, _)| !after.contains_key(*key) && !is_told(key, &after));
    lines.extend(gone.map(|(key, value)| format!("- {key}: {value}")));
    let (from, to) = (known.notice, new.notice);
    let older = (to < from).then(|| format!("its notice would go back from {from} to {to}"));
    Difference { lines, takeover: takeover(new, known), older }
}

/// Whether a detail that only one declaration has is one of a thing that only this one has, and that
/// [`items`] tells in full.
fn is_told(key: &str, others: &IndexMap<String, String>) -> bool {
    let Some((thing, detail)) = key.rsplit_once(": ") else { return false };
    ["in", "since", "why", "purposes"].contains(&detail)
        && !others.contains_key(&format!("{thing}: since"))
}

/// What makes a declaration another's than the known one, each as a part of a sentence.
fn takeover(new: &Declaration, known: &Declaration) -> Vec<String> {
    let mut found = Vec::new();
    if new.vendor != known.vendor {
        found.push(format!("its vendor was {} and would be {}", known.vendor, new.vendor));
    }
    let places: BTreeSet<String> = known.destinations.iter().map(Destination::place).collect();
    let strangers: BTreeSet<String> =
        new.destinations.iter().map(Destination::place).filter(|to| !places.contains(to)).collect();
    if !strangers.is_empty() {
        let all: Vec<String> = strangers.iter().cloned().collect();
        found.push(format!("its data would go to {}", all.join(", ")));
    }
    // A path or a query can name an account as well as a key can.
    let addresses: BTreeSet<String> = known.destinations.iter().map(Destination::address).collect();
    let accounts: BTreeSet<(String, String)> =
        known.destinations.iter().map(|to| (to.address(), canonical::account(to))).collect();
    let mut others = BTreeSet::new();
    for to in new.destinations.iter().filter(|to| !strangers.contains(&to.place())) {
        let (place, address) = (to.place(), to.address());
        if !addresses.contains(&address) {
            others.insert(format!("its data would go to another address at {place}: {address}"));
        } else if !accounts.contains(&(address, canonical::account(to))) {
            let account = to.account().into_iter().map(|(key, value)| format!("{key} {value}"));
            let account = match account.collect::<Vec<_>>().join(", ") {
                none if none.is_empty() => "without a key or header".to_owned(),
                some => some,
            };
            others.insert(format!("its data would go to another account at {place} ({account})"));
        }
    }
    found.extend(others);
    if let Some(address) = new.deletion.as_ref().filter(|_| new.deletion != known.deletion) {
        found.push(format!("deletion requests would go to {address}"));
    }
    found
}

/// Everything that [`items`] does not tell, by key. Of a key that is a secret, a short hash.
fn details(declaration: &Declaration) -> IndexMap<String, String> {
    let mut all = IndexMap::new();
    let mut add = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            all.insert(key.to_owned(), value);
        }
    };
    let some = |list: &[String]| (!list.is_empty()).then(|| list.join(", "));
    add("name", Some(declaration.name.clone()));
    add("homepage", declaration.homepage.clone());
    add("policy", declaration.policy.clone());
    add("contact", declaration.contact.clone());
    add("source", some(&declaration.source));
    add("feedback", declaration.feedback.clone());
    add("notice", Some(declaration.notice.to_string()));
    add("default", Some(declaration.manner.as_str().to_owned()));
    add("retention", declaration.retention.clone());
    add("why", Some(declaration.why.clone()));
    add("opt-out", some(&declaration.opt_out));
    add("deletion", declaration.deletion.clone());
    // One by one: of a long list, only what changed is of interest.
    declaration
        .commands
        .iter()
        .for_each(|word| add(&format!("command {word}"), Some("declared".to_owned())));
    declaration
        .options
        .iter()
        .for_each(|word| add(&format!("option {word}"), Some("declared".to_owned())));
    add("environment.log-file", declaration.log_file.clone());
    switches("environment", &declaration.switches, &mut add);
    for (purpose, spec) in &declaration.purposes {
        let at = format!("purposes.{purpose}");
        add(&format!("{at}.why"), Some(spec.why.clone()));
        add(&format!("{at}.example"), spec.example.clone());
        add(&format!("{at}.operator"), spec.operator.then(|| "true".to_owned()));
        add(&format!("{at}.since"), Some(spec.since.to_string()));
        switches(&format!("{at}.environment"), &spec.switches, &mut add);
    }
    for event in &declaration.events {
        let at = format!("events.{}", event.name);
        add(&format!("{at}: why"), event.why.clone());
        add(&format!("{at}: since"), Some(event.since.to_string()));
        let mut seen = Numbered::default();
        for field in &event.fields {
            let at = seen.name(format!("{at}.fields.{}", field.name));
            add(&format!("{at}: in"), Some(field.place.as_str().to_owned()));
            add(&format!("{at}: since"), Some(field.since.to_string()));
            add(&format!("{at}: why"), field.why.clone());
        }
    }
    let mut seen = Numbered::default();
    for to in &declaration.destinations {
        let at = seen.name(format!("destination {} at {}", to.kind.name(), to.place()));
        let purposes: Vec<String> = to.purposes.iter().map(ToString::to_string).collect();
        add(&format!("{at}: address"), Some(to.address()));
        add(&format!("{at}: purposes"), some(&purposes));
        add(&format!("{at}: since"), Some(to.since.to_string()));
        for (key, value) in to.account() {
            add(&format!("{at}: {key}"), Some(value));
        }
    }
    for item in &declaration.elsewhere {
        let at = format!("elsewhere, to {}, {} ({}): since", item.to, item.what, item.purpose);
        add(&at, Some(item.since.to_string()));
    }
    all
}

/// Gives each thing a name of its own: the second of one name is called so.
#[derive(Default)]
struct Numbered(IndexMap<String, u32>);

impl Numbered {
    fn name(&mut self, name: String) -> String {
        let number = self.0.entry(name.clone()).and_modify(|count| *count += 1).or_insert(1);
        if *number == 1 { name } else { format!("{name} ({number})") }
    }
}

fn switches(at: &str, switches: &Switches, add: &mut dyn FnMut(&str, Option<String>)) {
    for (name, values) in &switches.off {
        let values = match values {
            OffValues::Any => "any".to_owned(),
            OffValues::Listed(values) => values.join(", "),
        };
        add(&format!("{at}.off.{name}"), Some(values));
    }
    for (name, values) in &switches.on {
        add(&format!("{at}.on.{name}"), Some(values.join(", ")));
    }
    let requires = &switches.requires;
    add(&format!("{at}.requires"), (!requires.is_empty()).then(|| requires.join(", ")));
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::super::samples::{GREETER, edited};
    use super::*;

    fn words(new: &str, old: &str) -> Vec<String> {
        let read = |text: &str| parse(text).expect("valid");
        beyond(&read(new), &read(old)).into_iter().map(|item| item.words).collect()
    }

    #[test]
    fn nothing_new_is_nothing() {
        assert_eq!(words(GREETER, GREETER), Vec::<String>::new());
    }

    #[test]
    fn additions_are_told_in_words() {
        let field =
            edited("[events.Beat]", "exit = { type = \"exit-code\", since = 2 }\n[events.Beat]");
        assert_eq!(words(&field, GREETER), ["exit in Greeted: the exit code"]);
        let kept = edited("retention = \"12 months\"", "retention = \"7 years\"");
        assert!(words(&kept, GREETER)[0].contains("kept 7 years"), "{:?}", words(&kept, GREETER));
    }

    fn lines(new: &str, old: &str) -> Vec<String> {
        let read = |text: &str| parse(text).expect("valid");
        between(&read(new), &read(old)).lines
    }

    #[test]
    fn nothing_differs_from_itself() {
        let same = parse(GREETER).expect("valid");
        assert_eq!(between(&same, &same), Difference::default());
    }

    #[test]
    fn a_difference_tells_what_the_notice_tells() {
        let host = edited(
            "[events.Beat]",
            "host = { type = \"hash\", key = \"none\", since = 2, why = \"Your user name and host.\" }\n[events.Beat]",
        );
        let all = lines(&host, GREETER);
        assert!(
            all[0].starts_with("+ usage: host in Greeted: a checksum, a plain SHA-256"),
            "{all:?}"
        );
        assert!(all[0].ends_with("Your user name and host."), "{all:?}");
    }

    #[test]
    fn every_text_that_changed_is_shown() {
        let url = "url = \"https://telemetry.greeters.example/v1/logs\"\n";
        let headers = format!("{url}headers = {{ tenant = \"x\" }}\n");
        for (from, to, expected) in [
            (
                "To count greetings.",
                "To count people.",
                "~ events.Greeted.fields.command: why: To count greetings. became To count people.",
            ),
            ("notice = 2\n", "notice = 2\ndefault = \"notice\"\n", "~ default: ask became notice"),
            (
                "\"greeter bye\"]",
                "\"greeter bye\", \"greeter go\"]",
                "+ command greeter go: declared",
            ),
            ("options = [\"loud\"]", "options = []", "- option loud: declared"),
            (
                url,
                &headers,
                "+ destination otlp at telemetry.greeters.example: headers.tenant: *** (SHA-256 2d711642b726…)",
            ),
            (
                "[events.Beat]\n",
                "[events.Beat]\nwhy = \"To count.\"\n",
                "+ events.Beat: why: To count.",
            ),
        ] {
            assert_eq!(lines(&edited(from, to), GREETER), [expected]);
        }
    }

    #[test]
    fn another_receiver_account_or_vendor_is_a_takeover_and_nothing_else_is() {
        let url = "https://telemetry.greeters.example/v1/logs\"\n";
        let known = edited(url, &format!("{url}headers = {{ tenant = \"x\" }}\n"));
        for (from, to, expected) in [
            (
                "vendor = \"Greeters\"",
                "vendor = \"Others\"",
                "its vendor was Greeters and would be Others",
            ),
            (
                "telemetry.greeters.example",
                "telemetry.others.example",
                "its data would go to telemetry.others.example",
            ),
            (
                ".example/v1/logs",
                ".example:8443/v1/logs",
                "its data would go to telemetry.greeters.example:8443",
            ),
            (
                "tenant = \"x\"",
                "tenant = \"y\"",
                "its data would go to another account at telemetry.greeters.example (headers.tenant *** (SHA-256 a1fce4363854…))",
            ),
            (
                "headers = { tenant = \"x\" }\n",
                "",
                "its data would go to another account at telemetry.greeters.example (without a key or header)",
            ),
            (
                "example/delete",
                "example/gather",
                "deletion requests would go to https://greeters.example/gather",
            ),
            ("retention = \"12 months\"", "retention = \"7 years\"", ""),
            (
                "/v1/logs",
                "/v1/logs?tenant=2",
                "its data would go to another address at telemetry.greeters.example: https://telemetry.greeters.example/v1/logs?tenant=2",
            ),
            ("deletion = \"https://greeters.example/delete\"\n", "", ""),
            ("\"loud\"", "\"quiet\"", ""),
        ] {
            assert!(known.contains(from), "{from}");
            let read = |text: &str| parse(text).expect("valid");
            let found = between(&read(&known.replace(from, to)), &read(&known));
            assert!(!found.lines.is_empty(), "{to}");
            assert_eq!(found.takeover.join("; "), expected, "{to}");
        }
        let raised = known.replace("notice = 2", "notice = 3");
        let read = |text: &str| parse(text).expect("valid");
        assert!(between(&read(&known), &read(&raised)).older.is_some());
        assert_eq!(between(&read(&raised), &read(&known)).older, None);
    }

    #[test]
    fn asking_for_less_is_no_addition() {
        let less = edited("identity = \"month\"", "identity = \"day\"");
        assert_eq!(words(&less, GREETER), Vec::<String>::new());
        assert_eq!(words(GREETER, &less).len(), 1);
        let longer = edited("wait = \"24h\"", "wait = \"48h\"");
        assert_eq!(words(&longer, GREETER), Vec::<String>::new());
        assert_eq!(words(GREETER, &longer).len(), 2);
    }
}
