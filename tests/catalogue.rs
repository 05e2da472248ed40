//! Other people's tools: with the programs of the whole catalogue present, looking starts none of
//! them, writes nothing, and reads each file and each folder once.
#![cfg(unix)]

use crate::support::{Home, Ran, catalogue, have, program};
use sayso::catalogue::entry::{Entry, Evidence, File, Scope, System};
use sayso::catalogue::formats::format::Scalar;
use sayso::catalogue::keyword::Keyword;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// A home with a program for every tool of the catalogue, each of which leaves a trace if it is run.
struct Machine {
    home: Home,
    programs: PathBuf,
}

impl Machine {
    fn with_everything() -> Self {
        let home = Home::new();
        let programs = home.path().join("bin");
        let machine = Self { home, programs };
        for name in catalogue().iter().flat_map(|entry| &entry.exe) {
            machine.install(name);
        }
        machine
    }

    fn install(&self, name: &str) {
        let path = self.programs.join(name);
        let trace = self.home.path().join("was-run");
        self.home
            .write(&format!("bin/{name}"), &format!("#!/bin/sh\ntouch '{}'\n", trace.display()));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a program");
    }

    fn run(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let path = self.programs.display().to_string();
        let ran = self.home.run_with(&[&[("PATH", path.as_str())], variables].concat(), arguments);
        assert!(!self.home.path().join("was-run").exists(), "a vendor's program was run");
        ran
    }

    /// Tool and channel, and state and reason of each.
    fn states(&self, variables: &[(&str, &str)]) -> BTreeMap<(String, String), (String, String)> {
        let ran = self.run(variables, &["status", "--json"]).ends(0);
        let document: Value = serde_json::from_str(&ran.stdout).expect("one document");
        let word = |value: &Value| value.as_str().expect("a word").to_owned();
        let mut states = BTreeMap::new();
        for tool in document["tools"].as_array().expect("tools") {
            assert_eq!(tool["kind"], "catalogued");
            for purpose in tool["purposes"].as_array().expect("purposes") {
                let keys: Vec<&String> = purpose.as_object().expect("an object").keys().collect();
                let expected =
                    ["purpose", "state", "reason", "detail", "decided", "notice", "waiting"];
                assert_eq!(keys, expected);
                states.insert(
                    (word(&tool["tool"]), word(&purpose["purpose"])),
                    (word(&purpose["state"]), word(&purpose["reason"])),
                );
            }
        }
        states
    }
}

#[test]
fn every_installed_tool_is_shown_and_none_is_run() {
    let machine = Machine::with_everything();
    let states = machine.states(&[]);
    for entry in catalogue() {
        for channel in entry.channels() {
            let key = (entry.id.to_string(), channel.as_str().to_owned());
            assert!(states.contains_key(&key), "{key:?} is missing");
        }
    }
    for arguments in
        [&["doctor"][..], &["status", "turborepo"], &["show", "turborepo"], &["status"]]
    {
        assert!(machine.run(&[], arguments).code.is_some());
    }
}

#[test]
fn the_documented_value_of_every_variable_switches_its_channel_off() {
    let machine = Machine::with_everything();
    let entries = catalogue();
    let mut values: BTreeMap<(&str, &str), Vec<(&Entry, &str)>> = BTreeMap::new();
    for entry in &entries {
        for variable in &entry.variables {
            let same = values.entry((&variable.name, &variable.off)).or_default();
            same.push((entry, variable.channel.as_str()));
        }
    }
    for ((name, value), channels) in values {
        let states = machine.states(&[(name, value)]);
        for (entry, channel) in channels {
            let (state, reason) = &states[&(entry.id.to_string(), channel.to_owned())];
            assert_eq!(state, "off", "{name}={value} for {} ({reason})", entry.id);
        }
    }
}

/// Where a person's file is in a home without further variables.
fn in_the_home(file: &File) -> Option<String> {
    let places = [("{home}/", ""), ("{xdg_config}/", ".config/"), ("{xdg_data}/", ".local/share/")];
    let is_own = file.scope == Scope::User && file.system.covers(System::here());
    places.into_iter().filter(|_| is_own).find_map(|(token, folder)| {
        Some(format!("{folder}{}", file.place.path.strip_prefix(token)?))
    })
}

/// A home in which every file of the catalogue's says what `value` takes from it.
fn written(value: fn(&File) -> Option<&Scalar>) -> (Machine, Vec<(String, String, bool)>) {
    let machine = Machine::with_everything();
    let profile = "active = \"mine\"\n[profiles.mine]\n";
    machine.home.write(".prefect/profiles.toml", profile);
    let mut set = Vec::new();
    for entry in catalogue() {
        for file in &entry.files {
            let (Some(path), Some(value), Some(format)) =
                (in_the_home(file), value(file), file.format)
            else {
                continue;
            };
            let there = machine.home.path().join(&path);
            let before = fs::read(&there).unwrap_or_default();
            let key: Vec<String> =
                file.key.iter().map(|name| name.replace("{active}", "mine")).collect();
            let after = format.set(&before, &key, value);
            let after = after.unwrap_or_else(|why| panic!("{}: {path}: {why}", entry.id));
            machine.home.write(&path, &String::from_utf8(after).expect("text"));
            let channel = file.channel.as_str().to_owned();
            set.push((entry.id.to_string(), channel, file.basis.is_certain()));
        }
    }
    assert!(set.len() > 30, "{set:?}");
    (machine, set)
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "prepares files at the places of Linux")]
fn the_documented_value_in_every_file_is_what_status_says() {
    let (machine, off) = written(|file| Some(&file.off));
    let states = machine.states(&[]);
    for (tool, channel, _) in off {
        let (state, reason) = states[&(tool.clone(), channel.clone())].clone();
        assert_eq!((state.as_str(), reason.as_str()), ("off", "file"), "{tool} {channel}");
    }
    let (machine, on) = written(|file| file.on.as_ref());
    let states = machine.states(&[]);
    for (tool, channel, is_certain) in on {
        let (state, reason) = states[&(tool.clone(), channel.clone())].clone();
        let expected = if is_certain { ("on", "file") } else { ("unknown", "evidence") };
        assert_eq!((state.as_str(), reason.as_str()), expected, "{tool} {channel}");
    }
}

#[test]
fn what_is_only_listed_is_unknown_until_a_switch_says_off() {
    let machine = Machine::with_everything();
    let states = machine.states(&[]);
    for entry in catalogue() {
        if !matches!(entry.evidence, Evidence::Listed | Evidence::Thread) {
            continue;
        }
        for channel in entry.channels() {
            let (state, _) = &states[&(entry.id.to_string(), channel.as_str().to_owned())];
            assert_eq!(state, "unknown", "{}", entry.id);
        }
    }
}

/// The calls of a status with everything present, under strace.
fn calls(machine: &Machine) -> Vec<String> {
    let log = machine.home.path().join("trace");
    let folders = format!("PATH={}:relative::{0}", machine.programs.display());
    let mut strace = machine.home.command("strace");
    strace.args(["-f", "-qq", "-e", "trace=%file,%network,%process,getdents64", "-E", &folders]);
    strace.arg("-o").arg(&log).arg(program()).arg("status");
    Ran::of(&strace.output().expect("strace")).ends(0);
    let calls = fs::read_to_string(&log).expect("a trace");
    fs::remove_file(&log).expect("the trace");
    calls.lines().map(str::to_owned).collect()
}

#[test]
fn looking_starts_nothing_writes_nothing_and_reads_everything_once() {
    if !have("strace") {
        return;
    }
    let machine = Machine::with_everything();
    for entry in catalogue() {
        for file in &entry.files {
            let places =
                [("{home}", ""), ("{xdg_config}", ".config"), ("{xdg_data}", ".local/share")];
            for (token, folder) in places {
                if let Some(rest) = file.place.path.strip_prefix(token) {
                    machine.home.write(&format!("{folder}{rest}"), "{}\n");
                }
            }
        }
    }
    let before = machine.home.contents();
    let calls = calls(&machine);
    assert_eq!(machine.home.contents(), before);
    let named = |name: &str| -> Vec<&String> {
        calls.iter().filter(|call| call.contains(&format!(" {name}("))).collect()
    };
    assert_eq!(named("execve").len(), 1, "something was started");
    for never in ["execveat", "fork", "vfork", "socket", "connect", "mkdir", "rename", "unlink"] {
        assert_eq!(named(never), Vec::<&String>::new());
    }
    let home = machine.home.path().display().to_string();
    let mut opened: BTreeMap<&str, usize> = BTreeMap::new();
    for call in named("openat") {
        let path = call.split('"').nth(1).expect("a path");
        if path.starts_with(&home) && !path.contains("/sayso") {
            assert!(call.contains("O_RDONLY"), "{call}");
            *opened.entry(path).or_default() += 1;
        }
    }
    let twice: Vec<_> = opened.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    assert!(opened.contains_key(machine.programs.display().to_string().as_str()));
    assert!(opened.len() > 30, "{opened:?}");
    assert!(!opened.keys().any(|path| path.ends_with("relative")), "{opened:?}");
}

#[test]
fn thousands_of_programs_cost_no_call_each() {
    if !have("strace") {
        return;
    }
    let machine = Machine::with_everything();
    let few = calls(&machine).iter().filter(|call| !call.contains("getdents")).count();
    for n in 0..3000 {
        machine.home.write(&format!("bin/program-{n}"), "");
    }
    let many = calls(&machine).iter().filter(|call| !call.contains("getdents")).count();
    assert_eq!(few, many);
}

#[test]
fn commands_of_scripts_never_read_the_catalogue() {
    // A broken file of the person's would be told of.
    let home = Home::new();
    home.declare("werf");
    home.write(".config/sayso/catalogue/mine.toml", "[[tool]]\nnonsense");
    for command in [&["check", "werf"][..], &["ask", "werf"], &["record", "werf", "X"], &["path"]] {
        let ran = home.run(command);
        assert!(!ran.stderr.contains("catalogue"), "{command:?}: {ran:#?}");
    }
    let status = home.run(&["status"]).ends(0);
    assert!(status.stderr.contains("mine.toml is no valid catalogue"), "{status:#?}");
    home.run(&["doctor"]).ends(1);
}

#[test]
fn a_wish_about_a_vendors_switch_is_shown_as_that() {
    let home = Home::new();
    let consent = "version = 1\ntool = \"turborepo\"\nkind = \"catalogued\"\nchoice = \"denied\"\n";
    home.write(".config/sayso/consent/turborepo.toml", consent);
    fs::set_permissions(home.consent("turborepo"), fs::Permissions::from_mode(0o600)).expect("it");
    let ran = home.run(&["status", "--json"]).ends(0);
    let document: Value = serde_json::from_str(&ran.stdout).expect("one document");
    assert_eq!(document["tools"].as_array().expect("tools").len(), 1);
    assert_eq!(document["tools"][0]["tool"], "turborepo");
    assert_eq!(document["tools"][0]["kind"], "catalogued");
}

#[test]
fn a_project_file_and_what_was_left_behind_are_told() {
    let machine = Machine::with_everything();
    let home = &machine.home;
    home.write(
        ".config/sayso/catalogue/mine.toml",
        "[[tool]]\nid = \"go\"\nname = \"Go\"\nvendor = \"G\"\nhomepage = \"h\"\nexe = [\"go\"]\n\
         default = \"on\"\nevidence = \"ran\"\nqueue = \"{home}/.queue\"\n\
         [[tool.file]]\npath = \"{home}/.mode\"\nformat = \"text\"\noff = \"off\"\non = \"on\"\n\
         [[tool.file]]\npath = \"{project}/mode\"\nformat = \"text\"\noff = \"off\"\non = \"on\"\n\
         scope = \"project\"\n",
    );
    home.write(".queue", "events\n");
    home.write(".mode", "off\n");
    let told = machine.run(&[], &["doctor"]).ends(1).stdout;
    assert!(told.contains("holds what go has not sent yet"), "{told}");
    home.write("mode", "on\n");
    let told = machine.run(&[], &["doctor"]).ends(1).stdout;
    assert!(told.contains("switches go on, although ~/.mode says off"), "{told}");
    assert!(!told.contains("has not sent yet"), "{told}");
}
