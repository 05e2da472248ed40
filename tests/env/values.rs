//! Whatever a value holds, a real shell has exactly that after the line that sets it.

use super::{TRIALS, environment, in_shell};
use crate::support::{Home, Ran, have};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sayso::catalogue::shells::language;
use std::collections::BTreeMap;
use std::fs;

/// What shells take for something else than itself, and what anybody may type.
const SPECIALS: &str = "'\"\\$`!%&|;<>(){}[]*?~#=^- \u{2018}\u{2019}\u{201a}\u{201b}äß€";

fn nasty(also: &str) -> impl Strategy<Value = Vec<String>> + use<> {
    let specials: Vec<char> = SPECIALS.chars().chain(also.chars()).collect();
    let letter = prop_oneof![
        prop::sample::select(specials),
        prop::char::range(' ', '~'),
        any::<char>().prop_filter("can be set", |c| !c.is_control()),
    ];
    let value = prop::collection::vec(letter, 0..12).prop_map(String::from_iter);
    prop::collection::vec(value, 1..40)
}

fn named(values: &[String]) -> Vec<(String, &str)> {
    values.iter().enumerate().map(|(n, value)| (format!("V_{n}"), value.as_str())).collect()
}

#[test]
fn every_value_arrives_as_it_is_whatever_it_holds() {
    let home = Home::new();
    let values = nasty("");
    for trial in TRIALS {
        for program in trial.programs() {
            let cases = if trial.is_rare { 6 } else { 24 };
            let config = Config { cases, failure_persistence: None, ..Config::default() };
            let mut runner = TestRunner::new(config);
            let outcome = runner.run(&values, |values: Vec<String>| {
                let pairs = named(&values);
                let borrowed = pairs.iter().map(|(name, value)| (name.as_str(), *value));
                let code = trial.shell().code(borrowed, &[]);
                let ran = in_shell(&home, program, trial.evaluates, &[("CODE", &code)]);
                prop_assert_eq!(ran.stderr.as_str(), "");
                let there = environment(&ran);
                for (name, value) in pairs {
                    // To set an empty one is to remove it, in PowerShell.
                    let found = there.get(&name).map(String::as_str).unwrap_or_default();
                    prop_assert_eq!(found, value);
                }
                Ok(())
            });
            outcome.unwrap_or_else(|error| panic!("{program}: {error}"));
        }
    }
}

/// At a prompt, `!` may ask for an earlier command, and so may a line that begins with `^`.
#[test]
fn a_line_typed_at_a_prompt_sets_exactly_its_value() {
    let home = Home::new();
    for (program, arguments) in [
        ("sh", &["-i"][..]),
        ("bash", &["--norc", "-i"]),
        ("zsh", &["-f", "-i"]),
        ("tcsh", &["-f", "-i"]),
        ("fish", &["--no-config", "-i"]),
    ] {
        if !have(program) {
            continue;
        }
        let language = language(&BTreeMap::from([("SHELL".to_owned(), program.to_owned())]));
        let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
        let outcome = TestRunner::new(config).run(&nasty("\n"), |values: Vec<String>| {
            let values = [&values[..], &["\n^a^b\n^".to_owned()]].concat();
            let pairs = named(&values);
            let set = pairs.iter().map(|(name, value)| language.set(name, value));
            let mut typed: Vec<String> = set.collect();
            typed.extend([language.set("GONE", "x y"), language.unset("GONE")]);
            typed.push("env -0 >there".to_owned());
            home.write("typed", &(typed.join("\n") + "\n"));
            let typed = fs::File::open(home.path().join("typed")).expect("a file");
            let mut command = home.command(program);
            command.args(arguments).current_dir(home.path()).env("LC_ALL", "C.UTF-8").stdin(typed);
            let ran = Ran::of(&command.output().expect(program));
            let there = environment(&Ran { stdout: home.read("there"), ..ran });
            for (name, value) in pairs {
                prop_assert_eq!(there.get(&name).map(String::as_str), Some(value));
            }
            prop_assert!(!there.contains_key("GONE"));
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{program}: {error}"));
    }
}
