use crate::catalogue::formats::format::Scalar;
use crate::catalogue::formats::tests::*;
use proptest::prelude::*;

const OFF: Scalar = Scalar::Bool(false);
const KEY: &[&str] = &["telemetry", "enabled"];

#[test]
fn only_the_value_changes() {
    for (before, after) in [
        ("{\"telemetry\":{\"enabled\":true}}", "{\"telemetry\":{\"enabled\":false}}"),
        (
            "\u{feff}{\r\n\t// mine\r\n\t\"telemetry\": {\r\n\t\t\"enabled\" : \"yes\", // why\r\n\t},\r\n}",
            "\u{feff}{\r\n\t// mine\r\n\t\"telemetry\": {\r\n\t\t\"enabled\" : false, // why\r\n\t},\r\n}",
        ),
        ("{\"telemetry\": {\"enabled\": null}}", "{\"telemetry\": {\"enabled\": false}}"),
        ("{\"telemetry\": {\"\\u0065nabled\": 1}}", "{\"telemetry\": {\"\\u0065nabled\": false}}"),
    ] {
        assert_eq!(set("json", before, KEY, &OFF), after);
    }
}

#[test]
fn a_new_key_is_written_as_its_neighbours_are() {
    assert_set_and_removed(
        "json",
        KEY,
        &OFF,
        &[
            ("{\n}\n", "{\n  \"telemetry\": {\n    \"enabled\": false\n  }\n}\n"),
            ("{}", "{\"telemetry\": {\"enabled\": false}}"),
            ("{ }", "{ \"telemetry\": { \"enabled\": false } }"),
            ("{\"a\":1}", "{\"a\":1,\"telemetry\":{\"enabled\":false}}"),
            ("{ \"a\": 1 }\n", "{ \"a\": 1, \"telemetry\": { \"enabled\": false } }\n"),
            (
                "{\n\t\"a\": [\n\t\t1\n\t]\n}",
                "{\n\t\"a\": [\n\t\t1\n\t],\n\t\"telemetry\": {\n\t\t\"enabled\": false\n\t}\n}",
            ),
            (
                "{\r\n    \"telemetry\": {\r\n        \"id\": \"x\" // mine\r\n    }\r\n}\r\n",
                "{\r\n    \"telemetry\": {\r\n        \"id\": \"x\", // mine\r\n        \"enabled\": false\r\n    }\r\n}\r\n",
            ),
            (
                "{\n  \"telemetry\": {\n    \"id\": 1, /* a\n  b */\n  },\n  // end\n}\n",
                "{\n  \"telemetry\": {\n    \"id\": 1, /* a\n  b */\n    \"enabled\": false,\n  },\n  // end\n}\n",
            ),
            (
                "{\n  \"telemetry\": {\n    // \"enabled\": true\n  }\n}\n",
                "{\n  \"telemetry\": {\n    // \"enabled\": true\n    \"enabled\": false\n  }\n}\n",
            ),
            (
                "{\n  \"a\": 1\n\n  // end\n}\n",
                "{\n  \"a\": 1,\n  \"telemetry\": {\n    \"enabled\": false\n  }\n\n  // end\n}\n",
            ),
            ("{\"a\": 1, }", "{\"a\": 1, \"telemetry\": {\"enabled\": false}, }"),
            (
                "{\"a\":1\n  ,\"b\":2\n}",
                "{\"a\":1\n  ,\"b\":2,\"telemetry\":{\"enabled\":false}\n}",
            ),
        ],
    );
    for (before, after) in [
        ("", "{\n  \"telemetry\": {\n    \"enabled\": false\n  }\n}\n"),
        ("// mine", "// mine\n{\n  \"telemetry\": {\n    \"enabled\": false\n  }\n}"),
        (
            "// mine\r\n",
            "// mine\r\n{\r\n  \"telemetry\": {\r\n    \"enabled\": false\r\n  }\r\n}\r\n",
        ),
        (
            "{\n  \"telemetry\": null\n}\n",
            "{\n  \"telemetry\": {\n    \"enabled\": false\n  }\n}\n",
        ),
        ("{\"telemetry\": {}}", "{\"telemetry\": {\"enabled\": false}}"),
    ] {
        assert_eq!(set("json", before, KEY, &OFF), after);
    }
}

#[test]
fn a_name_with_dots_is_one_name() {
    let after = set("json", "{\"telemetry\": {\"stencil\": true}}", &["telemetry.stencil"], &OFF);
    assert_eq!(after, "{\"telemetry\": {\"stencil\": true}, \"telemetry.stencil\": false}");
}

#[test]
fn a_key_is_taken_out_and_the_rest_stays() {
    for (before, after) in [
        ("{\"telemetry\": {\"enabled\": false}, \"a\": 1}", "{\"a\": 1}"),
        (
            "{\n  \"telemetry\": {\"enabled\": false}, // why\n  \"a\": 1\n}",
            "{\n  // why\n  \"a\": 1\n}",
        ),
        ("{\"telemetry\": {\"enabled\": false /* x */}}", "{\"telemetry\": {/* x */}}"),
        (
            "{\n  \"a\": 1, // one\n  \"telemetry\": {\"enabled\": false}\n}",
            "{\n  \"a\": 1 // one\n}",
        ),
        ("{\"a\": 1}", "{\"a\": 1}"),
        ("", ""),
    ] {
        assert_eq!(remove("json", before, KEY), after);
    }
}

#[test]
fn what_cannot_be_changed_safely_is_refused() {
    assert_refused(
        "json",
        KEY,
        &[
            ("{\n  \"telemetry\": true\n}", Some(2), "has true where `enabled` would stand"),
            ("{\"telemetry\":\n {\"enabled\":1,\n\"enabled\":2}}", Some(3), "twice"),
            ("{\"telemetry\":1,\n\"telemetry\":{}}", Some(2), "twice"),
            ("{\"telemetry\": {\"enabled\": [1]}}", Some(1), "a list"),
            ("{\"telemetry\": {\"enabled\": 1.5}}", Some(1), "another kind of number"),
            ("[]", Some(1), "a list"),
            ("null", None, "no object"),
            ("{\n\"a\" 1}", Some(2), "colon"),
            ("{a: 1}", Some(1), "without quotes"),
            ("{\"a\": 1", Some(1), "comma or closing bracket"),
            ("{\"a\": 01}", Some(1), "no value"),
            ("{} {}", Some(1), "after its end"),
            ("{} /*", Some(1), "comment"),
        ],
    );
    let deep = "[".repeat(200_000);
    assert_refused("json", KEY, &[(&deep, Some(1), "too many")]);
}

/// JSON as people and programs leave it: in lines or on one line, with noise.
fn file() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("true".to_owned()),
        Just("-1.5e3".to_owned()),
        Just("null".to_owned()),
        Just("[1, {\"enabled\": [ ]}, ]".to_owned()),
        "[a-z ,:/{}é]{0,6}".prop_map(|text| format!("\"{text}\\\"\"")),
    ];
    let comment = prop::sample::select(vec!["", "", " // one, two }", " /* , */", "  "]);
    let member = ("[a-f.]{1,4}", value, comment);
    let shape = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let members = || prop::collection::vec(member.clone(), 1..5);
    (members(), prop::option::of(members()), shape, prop::sample::select(vec!["  ", "\t", "    "]))
        .prop_map(|(outer, inner, (crlf, mark, is_lines, trailing, last), unit)| {
            let table =
                |members: &[(String, String, &str)], extra: Option<String>, indent: &str| {
                    let mut written: Vec<(String, &str)> = members
                        .iter()
                        .map(|(name, value, comment)| (format!("\"{name}\": {value}"), *comment))
                        .collect();
                    if let Some(extra) = extra {
                        written.insert(written.len() / 2, (format!("\"telemetry\": {extra}"), ""));
                    }
                    let count = written.len();
                    let mut out = "{".to_owned();
                    for (place, (member, comment)) in written.into_iter().enumerate() {
                        let comma = if place + 1 < count || trailing { "," } else { "" };
                        if is_lines {
                            out += &format!("\n{indent}{unit}{member}{comma}{comment}");
                        } else {
                            let comment = if comment.contains("//") { "" } else { comment };
                            out += &format!("{member}{comma}{comment}");
                        }
                    }
                    if is_lines {
                        out += &format!("\n{indent}");
                    }
                    out + "}"
                };
            let inner = inner.map(|inner| table(&inner, None, unit));
            let text = table(&outer, inner, "") + if last { "\n" } else { "" };
            let text = if crlf { text.replace('\n', "\r\n") } else { text };
            if mark { format!("\u{feff}{text}") } else { text }
        })
}

proptest! {
    #[test]
    fn setting_and_taking_out_gives_back_every_byte(before in file(), is_text: bool) {
        let value = if is_text { text("a \"b\" \\ c") } else { OFF };
        let after = set("json", &before, KEY, &value);
        let json = format("json");
        prop_assert_eq!(json.read(after.as_bytes(), &key(KEY)), Ok(Some(value)));
        // A comment may stand between the comma and the new line.
        let is_commented = before.contains('/');
        if !is_commented {
            assert_one_piece(&before, &after);
        }
        prop_assert_eq!(remove("json", &after, KEY), before);
    }

    #[test]
    fn changing_a_value_changes_only_its_bytes(before in file()) {
        let on = set("json", &before, KEY, &Scalar::Bool(true));
        let off = set("json", &on, KEY, &OFF);
        let back = set("json", &off, KEY, &Scalar::Bool(true));
        prop_assert_eq!(&back, &on);
        let head = on.bytes().zip(off.bytes()).take_while(|(a, b)| a == b).count();
        prop_assert_eq!(format!("{}false{}", &on[..head], &on[head + 4..]), off);
    }

    #[test]
    fn plain_json_means_what_serde_takes_it_for(before in file()) {
        let plain = before.trim_start_matches('\u{feff}');
        if let Ok(serde_json::Value::Object(meant)) = serde_json::from_str(plain) {
            let after = set("json", plain, KEY, &OFF);
            let is: serde_json::Value = serde_json::from_str(&after).expect("plain JSON");
            prop_assert_eq!(&is["telemetry"]["enabled"], &serde_json::Value::Bool(false));
            prop_assert!(meant.keys().all(|key| is.get(key).is_some()));
        }
    }
}
