//! An edit of a third-party tool's file changes one key: read by readers that others wrote (`serde_yaml_ng`,
//! `toml`, `serde_json`, git itself), every other key means afterwards what it meant before.
//!
//! A longer run: `PROPTEST_CASES=200000 cargo test --release --test sayso an_edit_changes_one_key`.

use crate::support::have;
use proptest::prelude::*;
use proptest::sample::select;
use sayso::catalogue::formats::FormatKind;
use sayso::catalogue::formats::format::Scalar;
use sayso::catalogue::keyword::Keyword;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::Command;

/// What each key holds, behind the names that lead to it. A table or list without members is a key too.
type Meaning = BTreeMap<Vec<String>, String>;

/// A reader that others wrote; nothing for what it does not accept.
type Reader = fn(&str) -> Option<Meaning>;

fn collect(path: &mut Vec<String>, value: &Value, into: &mut Meaning) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                path.push(name.clone());
                collect(path, value, into);
                path.pop();
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (place, value) in items.iter().enumerate() {
                path.push(format!("[{place}]"));
                collect(path, value, into);
                path.pop();
            }
        }
        // What holds nothing is taken away with its last member, and made with its first.
        Value::Object(_) | Value::Null => {}
        one => drop(into.insert(path.clone(), one.to_string())),
    }
}

fn meaning(value: &Value) -> Meaning {
    let mut meaning = Meaning::new();
    collect(&mut Vec::new(), value, &mut meaning);
    meaning
}

fn yaml(text: &str) -> Option<Meaning> {
    Some(meaning(&serde_yaml_ng::from_str::<Value>(text).ok()?))
}

fn toml(text: &str) -> Option<Meaning> {
    let table: toml::Table = toml::from_str(text).ok()?;
    Some(meaning(&serde_json::to_value(table).ok()?))
}

fn json(text: &str) -> Option<Meaning> {
    Some(meaning(&serde_json::from_str(text).ok()?))
}

/// What git itself says. The last of several lines of one name counts.
fn git(text: &str) -> Option<Meaning> {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(text.as_bytes()).expect("written");
    let mut git = Command::new("git");
    git.args(["config", "--list", "-z", "--file"]).arg(file.path());
    let output = git.output().expect("git");
    let listed = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    let one = |line: &str| {
        let (name, value) = line.split_once('\n').unwrap_or((line, "true"));
        let (section, rest) = name.split_once('.').unwrap_or((name, ""));
        let (below, name) = rest.rsplit_once('.').unwrap_or(("", rest));
        let path = [section, below, name].map(str::to_owned);
        (path.into_iter().filter(|part| !part.is_empty()).collect(), value.to_owned())
    };
    Some(listed.split_terminator('\0').map(one).collect())
}

fn without(mut meaning: Meaning, key: &[String]) -> Meaning {
    meaning.retain(|path, _| !path.starts_with(key));
    meaning
}

/// Sets and removes the key; what else the text means stays.
fn changes_one_key(
    format: &str,
    read: Reader,
    text: &str,
    key: &[&str],
) -> Result<(), TestCaseError> {
    let Some(before) = read(text) else { return Ok(()) };
    let key: Vec<String> = key.iter().map(|&name| name.to_owned()).collect();
    let editor = FormatKind::named(format).expect("a format");
    let off =
        if format == "gitconfig" { Scalar::Text("false".to_owned()) } else { Scalar::Bool(false) };
    let edits = [editor.set(text.as_bytes(), &key, &off), editor.remove(text.as_bytes(), &key)];
    for (edited, expected) in edits.into_iter().zip([Some("false"), None]) {
        let Ok(edited) = edited else { continue };
        let edited = String::from_utf8(edited).expect("UTF-8");
        let after = read(&edited);
        prop_assert!(after.is_some(), "{text:?} became unreadable: {edited:?}");
        let after = after.unwrap_or_default();
        prop_assert_eq!(
            after.get(&key).map(String::as_str),
            expected,
            "{:?} -> {:?}",
            text,
            edited
        );
        prop_assert_eq!(
            without(after, &key),
            without(before.clone(), &key),
            "{:?} -> {:?}",
            text,
            edited
        );
    }
    Ok(())
}

const YAML: &[&str] = &[
    "telemetry:",
    "telemetry: {enabled,}",
    "telemetry: {enabled, b: 1}",
    "telemetry: {b, enabled: on}",
    "telemetry: { enabled: true }",
    "telemetry: {enabled}",
    "telemetry: {? enabled : 1, b: c}",
    "telemetry: {",
    "  enabled: true, b: 1}",
    "telemetry: ~",
    "  enabled: true",
    "  enabled: \"on\" # why",
    "  enabled:",
    "  id: 'it''s'",
    "  notes: |",
    "  notes: >-",
    "  notes: |+",
    "    a line",
    "    # no comment",
    "     more",
    "",
    "# a comment",
    "  # another",
    "a: |",
    "  text",
    "a: >",
    "b: [1, 2, {c: d}]",
    "b:",
    "  - 1",
    "  - x: y",
    "c: \"two",
    "  lines\"",
    "c: plain",
    "  goes on",
    "d: &x {e: f}",
    "e: *x",
    "g: !!str 1",
    "\"h\": 1",
    "...",
    "---",
    "i: 1 ",
    "\t",
    "   ",
    "? j",
    ": k",
    "l: 'a",
    "",
    "  b'",
];

const TOML: &[&str] = &[
    "[telemetry]",
    "enabled = true",
    "telemetry.enabled = true",
    "telemetry = { enabled = true, b = 1 }",
    "telemetry = { b = 1 }",
    "telemetry = {}",
    "[a]",
    "[[b]]",
    "[a.telemetry]",
    "c = '''",
    "text",
    "'''",
    "d = \"\"\"",
    "text \\",
    "\"\"\"",
    "e = [",
    "  1, # one",
    "  2",
    "]",
    "# comment",
    "",
    "f = 1 # why",
    "\"g\" = 'x'",
    "   ",
    "[telemetry.h]",
];

const GIT: &[&str] = &[
    "[telemetry]",
    "[Telemetry]",
    "[telemetry \"x\"]",
    "[a]",
    "[a] b = 1",
    "\tenabled = true",
    "enabled",
    "enabled =",
    "\tc = 1 \\",
    "\tc = 1\\",
    "  two",
    "",
    "   ",
    "\t",
    "# comment",
    "; comment",
    "d = \"a ; b\" ; c",
    "e = a \"b \" c",
    "f = \"x\\",
    "y\"",
    "g = a\\tb  ",
    "  h =   i   j  # k",
    "\tenabled = \"on\"",
    "enabled = off \\",
    "l = \\",
    "m = \\n\\\\",
];

const JSON: &[&str] = &[
    "{",
    "}",
    "\"telemetry\": {",
    "\"telemetry\": {}",
    "\"telemetry\": null",
    "\"enabled\": true",
    ",",
    "\"a\": [1, {\"b\": 2}]",
    "\"c\": \"x\\\"y\"",
    "\"d\": 1",
    "  ",
    "",
    "\"enabled\": {\"e\": 1}",
];

fn texts(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let line = select(pieces);
    let ending = select(&["\n", "\r\n", "\n"][..]);
    (prop::collection::vec(line, 1..9), ending, any::<bool>())
        .prop_map(|(lines, eol, ends)| lines.join(eol) + if ends { eol } else { "" })
}

const KEYS: &[&[&str]] = &[&["telemetry", "enabled"], &["a"], &["telemetry", "id"], &["b", "x"]];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn yaml_keeps_every_other_key(text in texts(YAML), key in select(KEYS)) {
        changes_one_key("yaml", yaml, &text, key)?;
    }

    #[test]
    fn toml_keeps_every_other_key(text in texts(TOML), key in select(KEYS)) {
        changes_one_key("toml", toml, &text, key)?;
    }

    #[test]
    fn json_keeps_every_other_key(text in texts(JSON), key in select(KEYS)) {
        changes_one_key("json", json, &text, key)?;
    }

    #[test]
    fn git_keeps_every_other_key(text in texts(GIT)) {
        if have("git") {
            changes_one_key("gitconfig", git, &text, &["telemetry", "enabled"])?;
        }
    }

    #[test]
    fn no_text_makes_an_editor_panic(
        lines in prop::collection::vec(
            select([YAML, TOML, GIT, JSON].concat()).prop_map(str::to_owned)
                .boxed().prop_union("[ -~\\n\\t\u{e9}\u{2028}]{0,8}".boxed()),
            0..8,
        ),
        key in select(KEYS),
    ) {
        let text = lines.join("\n");
        let key: Vec<String> = key.iter().map(|&name| name.to_owned()).collect();
        for (format, _) in FormatKind::ALL {
            let _ = format.read(text.as_bytes(), &key);
            let _ = format.set(text.as_bytes(), &key, &Scalar::Bool(false));
            let _ = format.remove(text.as_bytes(), &key);
        }
    }
}

/// Inputs that were found once, and their neighbours.
#[test]
fn what_was_found_stays_found() {
    for text in [
        "telemetry: {enabled,}",
        "telemetry: {enabled}",
        "telemetry: {enabled,b}\n",
        "telemetry: {b,enabled,}\n",
        "telemetry: {enabled: ,}\n",
        "telemetry: {? enabled}\n",
        "telemetry: [enabled,]\n",
        "{telemetry: {enabled,},}\n",
        "telemetry:\n  enabled: true\na: |\n  text",
        "telemetry:\n  enabled: true\na: |+\n  text\n\n",
        "a: |\n  text",
        "telemetry:\n  a: |\n    text",
        "telemetry:\n  a: >\n    text",
        "b: 1\na: |\n  x\n  ",
    ] {
        for key in KEYS {
            changes_one_key("yaml", yaml, text, key).unwrap_or_else(|failed| panic!("{failed}"));
        }
    }
    for text in [
        "[a]\nc = 1 \\\n\n[telemetry]\nenabled = true\n",
        "[a]\n\tc = 1 \\\n\n\td = 2\n",
        "[a]\nc = 1 \\\n   \n",
        "[a]\nc = \\\n\n",
        "[a]\nc = 1 \\\r\n\r\n",
        "[telemetry]\nenabled = true \\\n\n[a]\nb = 1\n",
        "[a]\nc = 1 \\",
        "[a]\nc = 1 \\\n",
    ] {
        if have("git") {
            let key = ["telemetry", "enabled"];
            changes_one_key("gitconfig", git, text, &key)
                .unwrap_or_else(|failed| panic!("{failed}"));
            let read = FormatKind::named("gitconfig")
                .expect("a format")
                .read(text.as_bytes(), &["a", "c"].map(str::to_owned));
            let said = git(text)
                .and_then(|meaning| meaning.get(&["a", "c"].map(str::to_owned)[..]).cloned());
            if let (Ok(read), Some(said)) = (read, said) {
                assert_eq!(read, Some(Scalar::Text(said)), "{text:?}");
            }
        }
    }
}
