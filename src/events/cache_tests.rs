//! That a check and a record do the same with the cache as without it.

use super::recorder::Recorder;
use crate::consent::World;
use crate::domain::declaration::samples::GREETER;
use crate::domain::declaration::{self, canonical};
use crate::domain::event::Given;
use crate::domain::tool_id::{Purpose, ToolId};
use crate::registry::{Subject, cache, declarations};
use jiff::Timestamp;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

fn greeter() -> ToolId {
    "greeter".parse().expect("an id")
}

/// A home in which the sample is registered.
struct Home {
    folder: TempDir,
}

impl Home {
    fn new() -> Self {
        let home = Self { folder: tempfile::tempdir().expect("a folder") };
        home.write("tools/greeter.toml", GREETER);
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    fn world(&self, variables: &[(&str, &str)]) -> Arc<World> {
        let home = self.folder.path().to_string_lossy();
        let pairs = variables.iter().copied().chain([("SAYSO_HOME", &*home)]);
        let map: BTreeMap<String, String> =
            pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        World::new(Arc::new(map), Timestamp::UNIX_EPOCH)
    }

    /// Prepares, however young the declaration is.
    fn prepare(&self) {
        let world = self.world(&[]);
        let layout = world.layout().expect("a home");
        let found = declarations::find(layout, &greeter()).expect("readable").expect("there");
        cache::put(layout, &found, &found.stamp.expect("a stamp")).expect("prepared");
    }

    fn is_prepared(&self) -> bool {
        cache::read(self.world(&[]).layout().expect("a home"), &greeter()).is_some()
    }
}

#[test]
fn a_declaration_that_changed_is_read_again() {
    let home = Home::new();
    assert!(!home.is_prepared());
    home.prepare();
    assert!(home.is_prepared());
    home.write("tools/greeter.toml", &format!("{GREETER}# longer"));
    assert!(!home.is_prepared(), "another size");
    home.prepare();
    fs::remove_file(home.path("tools/greeter.toml")).expect("the declaration");
    assert!(!home.is_prepared(), "none is registered");
    home.write("tools/greeter.toml", &format!("{GREETER}# longer"));
    assert!(!home.is_prepared(), "another file");
}

#[test]
fn what_is_damaged_or_not_ones_own_is_not_read() {
    let home = Home::new();
    home.prepare();
    let path = home.path("state/prepared/greeter");
    let whole = fs::read(&path).expect("a file");
    for place in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x10;
        fs::write(&path, damaged).expect("a file");
        assert!(!home.is_prepared(), "{place}");
    }
    fs::write(&path, &whole).expect("a file");
    assert!(home.is_prepared());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).expect("a mode");
        assert!(!home.is_prepared(), "every user can change it");
    }
}

/// What a person may have said: whole and right, whole and outdated, or something else.
fn a_consent() -> impl Strategy<Value = Option<String>> {
    let declaration = declaration::parse(GREETER).expect("valid");
    let usage: Purpose = "usage".parse().expect("a purpose");
    let digest = move |notice| {
        let digest = canonical::digest_of_purpose(&declaration, &usage, notice);
        digest.unwrap_or_else(|| "sha256:none".to_owned())
    };
    let all = canonical::digest_of_notice(&declaration::parse(GREETER).expect("valid"), 2);
    let answer = (0..6u8, 1..5u32, 1..4u32).prop_map(move |(kind, notice, of)| {
        let digest = digest(of);
        let at = "at = 2026-11-20T10:11:12Z\nvia = \"prompt\"\n";
        match kind {
            0 | 1 => format!(
                "[usage]\nchoice = \"granted\"\nnotice = {notice}\ndigest = \"{digest}\"\n{at}"
            ),
            2 => format!("[usage]\nchoice = \"denied\"\nnotice = {notice}\n{at}"),
            3 => format!("choice = \"denied\"\n{at}"),
            4 => format!("[noticed]\nnotice = {notice}\ndigest = \"{all}\"\n"),
            _ => format!("[usage] # edited\nchoice = 'granted'\nnotice = {notice}\n"),
        }
    });
    let withdraw = prop_oneof![Just(""), Just("[withdraw]\nGREETER_TELEMETRY = [\"1\"]\n")];
    let start = "version = 1\ntool = \"greeter\"\nsalt = \"00112233445566778899aabbccddeeff\"\n";
    proptest::option::weighted(
        0.9,
        (answer, withdraw).prop_map(move |(answer, withdraw)| format!("{start}{answer}{withdraw}")),
    )
}

fn variables() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let names = ["DO_NOT_TRACK", "SAYSO", "CI", "GREETER_TELEMETRY", "GITHUB_ACTIONS"];
    let values = ["", "0", "1", "on", "false"];
    let one = (proptest::sample::select(names.to_vec()), proptest::sample::select(values.to_vec()));
    proptest::collection::vec(one, 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// The short way and the long one: the same decision, the same end of a record.
    #[test]
    fn both_ways_give_the_same_answer(
        consent in a_consent(),
        variables in variables(),
        default in proptest::option::of(proptest::sample::select(&["ask", "off", "declared"][..])),
        event in proptest::sample::select(&["Greeted", "Beat", "Stranger"][..]),
        field in proptest::option::of(proptest::sample::select(&["command", "stranger"][..])),
        value in proptest::sample::select(&["greeter bye", "secret"][..]),
    ) {
        let home = Home::new();
        home.prepare();
        if let Some(consent) = &consent {
            home.write("consent/greeter.toml", consent);
        }
        if let Some(default) = default {
            home.write("config.toml", &format!("version = 1\ndefault = \"{default}\"\n"));
        }
        let world = home.world(&variables);
        let quick = Subject::registered_at_once(&world, &greeter());
        let whole = Subject::registered(&world, &greeter());
        for purpose in ["usage", "heartbeat", "stranger"] {
            let purpose: Purpose = purpose.parse().expect("a purpose");
            prop_assert_eq!(quick.decide(Some(&purpose)), whole.decide(Some(&purpose)));
            prop_assert_eq!(quick.sources(Some(&purpose)), whole.sources(Some(&purpose)));
        }
        prop_assert_eq!(quick.decide(None), whole.decide(None));
        prop_assert_eq!(quick.purposes(), whole.purposes());
        prop_assert_eq!(quick.declaration(), whole.declaration());
        let given: BTreeMap<String, Given> =
            field.iter().map(|name| ((*name).to_owned(), value.into())).collect();
        let ends = |subject: &Subject| Recorder::new(subject).record(subject, event, &given);
        prop_assert_eq!(ends(&quick), ends(&whole));
    }
}
