//! Entries, variables and files in, states out.

use super::entry::{Channel, Entry};
use super::executables::Programs;
use super::reading;
use super::source::Machine;
use super::state::{self, Reason, State};
use crate::consent::World;
use jiff::Timestamp;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

const HEAD: &str = r#"
[[tool]]
id = "t"
name = "T"
vendor = "V"
homepage = "https://t.example"
exe = ["t"]
"#;

fn entry(rest: &str) -> Entry {
    let text = format!("{HEAD}{rest}");
    reading::read(&text).unwrap_or_else(|why| panic!("{why:?}")).remove(0)
}

fn machine(home: &Path, variables: &[(&str, &str)]) -> Machine {
    let mut map: BTreeMap<String, String> =
        variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    map.insert("HOME".to_owned(), home.display().to_string());
    Machine::new(&World::new(Arc::new(map), Timestamp::UNIX_EPOCH), Programs::default())
}

fn usage(entry: &Entry, machine: &Machine) -> (State, Reason) {
    let states = state::of(machine, entry);
    let is = states.iter().find(|is| is.channel == Channel::Usage).expect("usage");
    (is.state, is.reason)
}

const TWO: &str = r#"
default = "on"
evidence = "ran"
do-not-track = "yes"
[[tool.variable]]
name = "T_DISABLED"
off = "1"
on = "0"
parse = "1-or-true"
[[tool.variable]]
name = "DO_NOT_TRACK"
off = "1"
parse = "1-or-true"
[[tool.file]]
path = "{home}/mode"
format = "text"
off = "off"
on = "on"
"#;

#[test]
fn a_variable_beats_a_file_and_a_file_the_vendor() {
    let home = tempfile::tempdir().expect("a folder");
    let tool = entry(TWO);
    let on_disk = |text: &str| fs::write(home.path().join("mode"), text).expect("a file");
    let says = |variables: &[(&str, &str)]| usage(&tool, &machine(home.path(), variables));
    assert_eq!(says(&[]), (State::On, Reason::VendorDefault));
    on_disk("off 2026-11-20\n");
    assert_eq!(says(&[]), (State::Off, Reason::File));
    assert_eq!(says(&[("T_DISABLED", "0")]), (State::On, Reason::Variable));
    on_disk("on");
    assert_eq!(says(&[]), (State::On, Reason::File));
    assert_eq!(says(&[("T_DISABLED", "yes")]), (State::On, Reason::File));
    assert_eq!(says(&[("T_DISABLED", "1")]), (State::Off, Reason::Variable));
    assert_eq!(says(&[("DO_NOT_TRACK", "1")]), (State::Off, Reason::DoNotTrack));
    assert_eq!(says(&[("T_DISABLED", "TRUE")]), (State::Unknown, Reason::NotUnderstood));
    let both = [("T_DISABLED", "0"), ("DO_NOT_TRACK", "1")];
    assert_eq!(says(&both), (State::Unknown, Reason::Conflict));
    on_disk("perhaps");
    assert_eq!(says(&[]), (State::Unknown, Reason::NotUnderstood));
    fs::remove_file(home.path().join("mode")).expect("the file");
    fs::create_dir(home.path().join("mode")).expect("a folder");
    assert_eq!(says(&[]), (State::Unknown, Reason::Unreadable));
}

#[test]
fn where_any_switch_counts_the_one_that_says_off_does() {
    let home = tempfile::tempdir().expect("a folder");
    let tool = entry(&TWO.replace("default =", "precedence = \"any-off\"\ndefault ="));
    fs::write(home.path().join("mode"), "off").expect("a file");
    let on = machine(home.path(), &[("T_DISABLED", "0")]);
    assert_eq!(usage(&tool, &on), (State::Off, Reason::File));
}

#[test]
fn what_is_only_listed_is_never_on_and_off_only_by_the_listed_value() {
    let home = tempfile::tempdir().expect("a folder");
    let tool = entry(&TWO.replace("\"ran\"", "\"listed\""));
    let says = |variables: &[(&str, &str)]| usage(&tool, &machine(home.path(), variables));
    assert_eq!(says(&[]), (State::Unknown, Reason::Evidence));
    assert_eq!(says(&[("T_DISABLED", "1")]), (State::Off, Reason::Variable));
    assert_eq!(says(&[("T_DISABLED", "true")]), (State::Unknown, Reason::NotUnderstood));
    assert_eq!(says(&[("T_DISABLED", "0")]), (State::Unknown, Reason::Evidence));
}

#[test]
fn what_nobody_decided_is_what_the_vendor_does() {
    let home = tempfile::tempdir().expect("a folder");
    for (facts, state, reason) in [
        ("default = \"on\"", State::On, Reason::VendorDefault),
        ("default = \"off\"", State::Off, Reason::VendorDefault),
        ("default = \"local\"", State::Off, Reason::VendorDefault),
        ("default = \"auto\"", State::Unknown, Reason::VendorDefault),
        ("default = \"ask\"", State::Unknown, Reason::NotAsked),
        ("default = \"ask\"\nuntil-asked = \"off\"", State::Off, Reason::NotAsked),
        ("default = \"unknown\"", State::Unknown, Reason::Evidence),
        ("default = \"off\"\nremoved-in = \"2\"", State::Unknown, Reason::Removed),
        ("default = \"on\"\n[tool.command]\noff = [\"t\"]", State::Unknown, Reason::Unseen),
    ] {
        let (first, rest) = facts.split_once('\n').unwrap_or((facts, ""));
        let tool = entry(&format!("{first}\nevidence = \"code\"\n{rest}"));
        assert_eq!(usage(&tool, &machine(home.path(), &[])), (state, reason), "{facts}");
    }
}

#[test]
#[cfg(unix)]
fn a_link_is_read_through_and_a_pipe_is_never_waited_for() {
    let home = tempfile::tempdir().expect("a folder");
    let tool = entry(TWO);
    fs::write(home.path().join("elsewhere"), "off").expect("a file");
    let mode = home.path().join("mode");
    std::os::unix::fs::symlink(home.path().join("elsewhere"), &mode).expect("a link");
    assert_eq!(usage(&tool, &machine(home.path(), &[])), (State::Off, Reason::File));
    fs::remove_file(&mode).expect("the link");
    rustix::fs::mkfifoat(rustix::fs::CWD, &mode, rustix::fs::Mode::RUSR).expect("a pipe");
    assert_eq!(usage(&tool, &machine(home.path(), &[])), (State::Unknown, Reason::Unreadable));
}

#[test]
fn all_problems_of_a_catalogue_are_told_with_their_lines() {
    let text = format!(
        "{HEAD}default = \"perhaps\"\nevidence = \"ran\"\ndo-not-track = \"yes\"\n\
         [[tool.variable]]\nname = \"A B\"\noff = \"\"\non = \"\\u001b\"\nparse = \"guess\"\nchannel = \"all\"\n\
         [[tool.file]]\nos = \"beos\"\npath = \"{{nowhere}}/x\"\nformat = \"doc\"\noff = true\non = true\n\
         {}",
        HEAD.replace("\"t\"", "\"Not An Id\"") + "default = \"on\"\nevidence = \"ran\"\n"
    );
    let problems = reading::read(&text).expect_err("problems");
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let told = told.join("\n");
    for part in [
        "line 2: t: default is one of on, off, ask",
        "line 11: t: a variable's name is of",
        "line 11: t: a variable's value is of letters",
        "line 11: t: parse is one of nonempty",
        "line 11: t: off may not be empty",
        "line 11: t: channel is one of usage",
        "line 17: t: format is one of json",
        "line 17: t: off and on are the same value",
        "line 17: t: {nowhere}/x: tokens are home",
        "line 17: t: os is one of any, linux",
        "line 2: t: do-not-track = \"yes\" and a variable DO_NOT_TRACK belong together",
        "line 24: Not An Id: id: use 1 to 64",
    ] {
        assert!(told.contains(part), "{part} is missing:\n{told}");
    }
}

#[test]
fn the_projects_own_catalogue_is_valid() {
    let entries = reading::read(super::OWN).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert!(entries.len() >= 142);
    let mut programs: Vec<&String> = entries.iter().flat_map(|entry| &entry.exe).collect();
    let all = programs.len();
    programs.sort();
    programs.dedup();
    assert_eq!(programs.len(), all, "a program belongs to two tools");
}

proptest! {
    #[test]
    fn variables_that_nobody_knows_change_nothing(
        name in "X_[A-Z]{1,9}", value in "[ -~]{0,9}", own in "(0|1|true|x)?",
    ) {
        let home = tempfile::tempdir().expect("a folder");
        let tool = entry(TWO);
        let without = machine(home.path(), &[("T_DISABLED", &own)]);
        let with = machine(home.path(), &[("T_DISABLED", &own), (&name, &value)]);
        prop_assert_eq!(usage(&tool, &without), usage(&tool, &with));
    }
}

#[test]
fn a_file_in_a_format_that_is_not_read_may_say_anything() {
    let home = tempfile::tempdir().expect("a folder");
    let file = "[[tool.file]]\npath = \"{home}/t.rc\"\nformat = \"other\"\nkey = [\"a\", \"b\"]\noff = false\n";
    let tool = entry(&format!("default = \"off\"\nevidence = \"ran\"\n{file}"));
    let says = || usage(&tool, &machine(home.path(), &[]));
    assert_eq!(says(), (State::Off, Reason::VendorDefault));
    for text in ["", "b = false\n", "b = true\n"] {
        fs::write(home.path().join("t.rc"), text).expect("a file");
        assert_eq!(says(), (State::Unknown, Reason::Unseen), "{text}");
    }
    let begun = format!("{HEAD}default = \"off\"\nevidence = \"ran\"\n{file}new = \"x\"\n");
    let problems = reading::read(&begun).expect_err("it cannot be read whether the key is in it");
    assert!(problems[0].what.contains("in a format that sayso reads"), "{problems:?}");
}
