use crate::catalogue::formats::format::Scalar;
use crate::catalogue::formats::tests::*;
use proptest::prelude::*;

const OFF: Scalar = Scalar::Bool(false);
const KEY: &[&str] = &["telemetry", "enabled"];

#[test]
fn only_the_value_changes() {
    for (before, after) in [
        (
            "\u{feff}# mine\r\ntelemetry: # t\r\n    enabled:   yes  # why\r\n    id: é\r\n",
            "\u{feff}# mine\r\ntelemetry: # t\r\n    enabled:   false  # why\r\n    id: é\r\n",
        ),
        ("telemetry: {enabled: true, b: 1}", "telemetry: {enabled: false, b: 1}"),
        ("'telemetry':\n  \"enabled\": 'on' # x", "'telemetry':\n  \"enabled\": false # x"),
        ("telemetry:\n  enabled: # why\n  b: 1\n", "telemetry:\n  enabled: false # why\n  b: 1\n"),
        ("telemetry:\n...\n", "telemetry:\n  enabled: false\n...\n"),
        ("telemetry:\n  enabled: ~\n", "telemetry:\n  enabled: false\n"),
        ("é: ü\ntelemetry:\n  enabled: é # ö\n", "é: ü\ntelemetry:\n  enabled: false # ö\n"),
        (
            "a: &x {b: 1}\nc: *x\ntelemetry:\n  enabled: true\n",
            "a: &x {b: 1}\nc: *x\ntelemetry:\n  enabled: false\n",
        ),
        (
            "%YAML 1.2\n---\ntelemetry: {enabled: 1}\n...\n",
            "%YAML 1.2\n---\ntelemetry: {enabled: false}\n...\n",
        ),
    ] {
        assert_eq!(set("yaml", before, KEY, &OFF), after);
    }
}

#[test]
fn a_text_stays_a_text() {
    for (before, value, after) in [
        ("a: 1\n", "no", "a: 1\nk: \"no\"\n"),
        ("a: 1\n", "false", "a: 1\nk: \"false\"\n"),
        ("a: 'x'\n", "false", "a: 'x'\nk: 'false'\n"),
        ("a: 'x'\n", "it's", "a: 'x'\nk: \"it's\"\n"),
        ("k: true\n", "anonymous", "k: anonymous\n"),
        ("k: 'all'\n", "none", "k: 'none'\n"),
        ("k: \"all\"\n", "none", "k: \"none\"\n"),
        ("k: true\n", "1", "k: \"1\"\n"),
        ("k: true\n", "a: b # c", "k: \"a: b # c\"\n"),
        ("k: true\n", "1e3", "k: \"1e3\"\n"),
        ("k: true\n", "", "k: \"\"\n"),
    ] {
        assert_eq!(set("yaml", before, &["k"], &text(value)), after);
    }
    let no = format("yaml").read(b"k: no\n", &key(&["k"]));
    assert_eq!(no, Ok(Some(text("no"))), "false to one reader, a text to another: not off");
}

#[test]
fn a_new_key_is_written_as_its_neighbours_are() {
    assert_set_and_removed(
        "yaml",
        KEY,
        &OFF,
        &[
            ("", "telemetry:\n  enabled: false\n"),
            ("# mine", "# mine\ntelemetry:\n  enabled: false"),
            ("---\n# mine\n", "---\n# mine\ntelemetry:\n  enabled: false\n"),
            ("a:\r\n    b: 1\r\n", "a:\r\n    b: 1\r\ntelemetry:\r\n    enabled: false\r\n"),
            ("a: 1 # x\n\n# end\n", "a: 1 # x\ntelemetry:\n  enabled: false\n\n# end\n"),
            ("telemetry:\n   id: 1\nb: 2\n", "telemetry:\n   id: 1\n   enabled: false\nb: 2\n"),
            (
                "telemetry: # t\n  # x\n\na: 1\n",
                "telemetry: # t\n  enabled: false\n  # x\n\na: 1\n",
            ),
            ("{a: 1}\n", "{a: 1, telemetry: {enabled: false}}\n"),
            ("{\"a\": 1}\n", "{\"a\": 1, \"telemetry\": {\"enabled\": false}}\n"),
            ("telemetry: { id: 1 }\n", "telemetry: { id: 1, enabled: false }\n"),
            (
                "telemetry: {\n  id: 1, # x\n}\n",
                "telemetry: {\n  id: 1, # x\n  enabled: false,\n}\n",
            ),
            (
                "a: |\n  text\n  # no comment\nb: >-\n  x\n",
                "a: |\n  text\n  # no comment\nb: >-\n  x\ntelemetry:\n  enabled: false\n",
            ),
            ("a:\n- 1\n- 2", "a:\n- 1\n- 2\ntelemetry:\n  enabled: false"),
            ("a:\n", "a:\ntelemetry:\n  enabled: false\n"),
            ("a: 1\n...\n", "a: 1\ntelemetry:\n  enabled: false\n...\n"),
        ],
    );
}

#[test]
fn what_cannot_be_changed_safely_is_refused() {
    assert_refused(
        "yaml",
        KEY,
        &[
            ("a: 1\ntelemetry: true\n", Some(2), "has true where `enabled` would stand"),
            ("telemetry: 'x'\n", Some(1), "has a text where"),
            ("telemetry: &t\n  enabled: true\n", Some(2), "an anchor"),
            ("telemetry:\n  enabled: &e true\n", Some(2), "an anchor"),
            ("a: &t {}\ntelemetry: *t\n", Some(2), "an alias"),
            ("telemetry: !x {}\n", Some(1), "a tag"),
            ("telemetry:\n  enabled: !!str x\n", Some(2), "a tag"),
            ("a: &t {}\ntelemetry:\n  <<: *t\n", Some(3), "a merge"),
            ("telemetry:\n  enabled: |\n    x\n", Some(3), "several lines"),
            ("a: 1\n---\nb: 2\n", Some(2), "more than one document"),
            ("telemetry:\n  enabled: 1\n  enabled: 2\n", Some(3), "twice"),
            ("telemetry:\n  enabled: [1]\n", Some(2), "a list"),
            ("telemetry:\n  enabled: 1.5\n", Some(2), "another kind of number"),
            ("telemetry:\n\tenabled: true\n", Some(2), "not valid YAML"),
            ("a: [1\n", Some(2), "not valid YAML"),
            ("- a\n", Some(1), "a list"),
            ("? [a]\n: 1\n", Some(1), "more than a word"),
        ],
    );
    assert_refused("yaml", KEY, &[("---\n...\n", None, "by hand")]);
    assert_refused("yaml", KEY, &[("a: b: c\n", Some(1), "not valid YAML")]);
    let deep = "[".repeat(5_000);
    assert_refused("yaml", KEY, &[(&deep, Some(1), "")]);
}

fn file() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        " true",
        " 'it''s # x'",
        " \"a\\\"b: c\"",
        " 1.5",
        " [1, {enabled: true}]",
        "",
        " ~",
        " {a: 1, b: [x]}",
        " |\n      text\n      # text\n",
        " >-\n      a\n\n      b",
        " plain text",
        "\n    - one\n    - enabled: 1\n      two: 2",
        "\n    enabled: true # not ours",
        " é",
    ]);
    let comment =
        prop::sample::select(vec!["", "", " # one: two", "\n# three", "\n", "\n\n  # four"]);
    let entries = prop::collection::vec((value, comment), 1..5);
    let place = prop::sample::select(vec!["none", "block", "flow", "first", "nothing"]);
    let shape = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (entries, place, shape).prop_map(|(entries, place, (crlf, mark, last, start))| {
        let mut text = if start { "# mine\n---\n".to_owned() } else { String::new() };
        let table = match place {
            "block" => "telemetry:\n  own: 1 # x\n",
            "flow" => "telemetry: {own: 1, other: 'x'} # t\n",
            "nothing" => "telemetry: # t\n  # enabled: true\n",
            _ => "",
        };
        for (number, (value, comment)) in entries.iter().enumerate() {
            if number == entries.len() / 2 {
                text += table;
            }
            // Behind a text over several lines there is no comment, only more text.
            let comment = if value.contains('\n') { "" } else { *comment };
            text += &format!("k{number}:{value}{comment}\n");
        }
        let text = if last { text } else { text.trim_end().to_owned() };
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        if mark { format!("\u{feff}{text}") } else { text }
    })
}

proptest! {
    #[test]
    fn setting_and_taking_out_gives_back_every_byte(before in file(), is_text: bool) {
        let value = if is_text { text("no") } else { OFF };
        let after = set("yaml", &before, KEY, &value);
        assert_one_piece(&before, &after);
        prop_assert_eq!(remove("yaml", &after, KEY), before);
        let other = set("yaml", &after, KEY, &Scalar::Integer(7));
        prop_assert_eq!(set("yaml", &other, KEY, &OFF), set("yaml", &after, KEY, &OFF));
    }
}
