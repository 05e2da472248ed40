use crate::catalogue::formats::format::Scalar;
use crate::catalogue::formats::tests::*;
use proptest::prelude::*;

const OFF: Scalar = Scalar::Bool(false);
const KEY: &[&str] = &["telemetry", "enabled"];

#[test]
fn only_the_value_changes() {
    for (before, after) in [
        (
            "\u{feff}# mine\r\n[telemetry] # why\r\n  enabled='yes'  # x\r\n",
            "\u{feff}# mine\r\n[telemetry] # why\r\n  enabled=false  # x\r\n",
        ),
        ("telemetry.enabled = true", "telemetry.enabled = false"),
        ("telemetry = { enabled = 1, b = 2 }\n", "telemetry = { enabled = false, b = 2 }\n"),
        ("[telemetry]\n\"enabled\" = \"\"\"\non\"\"\"\n", "[telemetry]\n\"enabled\" = false\n"),
    ] {
        assert_eq!(set("toml", before, KEY, &OFF), after);
    }
    let after = set("toml", "telemetry.enabled = 'true' # x\n", KEY, &text("false"));
    assert_eq!(after, "telemetry.enabled = 'false' # x\n");
    let after = set("toml", "telemetry.enabled = 'true'\n", KEY, &text("it's"));
    assert_eq!(after, "telemetry.enabled = \"it's\"\n");
}

#[test]
fn a_new_key_is_written_as_its_neighbours_are() {
    assert_set_and_removed(
        "toml",
        KEY,
        &OFF,
        &[
            ("", "[telemetry]\nenabled = false\n"),
            ("# mine\n", "# mine\n\n[telemetry]\nenabled = false\n"),
            ("# mine", "# mine\n\n[telemetry]\nenabled = false"),
            ("a = 1\r\n", "a = 1\r\n\r\n[telemetry]\r\nenabled = false\r\n"),
            (
                "a = 1\r\n[b]\r\nc = 1",
                "a = 1\r\n[b]\r\nc = 1\r\n\r\n[telemetry]\r\nenabled = false",
            ),
            (
                "[telemetry]\n\tid = 1 # x\n\n[b]\n",
                "[telemetry]\n\tid = 1 # x\n\tenabled = false\n\n[b]\n",
            ),
            ("[telemetry]\nid = 1", "[telemetry]\nid = 1\nenabled = false"),
            ("telemetry.id = 1\nb = 2\n", "telemetry.id = 1\ntelemetry.enabled = false\nb = 2\n"),
            ("telemetry = { id = 1 } # x\n", "telemetry = { id = 1, enabled = false } # x\n"),
            (
                "[telemetry.more]\na = 1\n",
                "[telemetry.more]\na = 1\n\n[telemetry]\nenabled = false\n",
            ),
        ],
    );
    assert_set_and_removed(
        "toml",
        &["profiles", "local", "ENABLED"],
        &text("false"),
        &[
            (
                "active = \"local\"\n\n[profiles.local]\nURL = \"x\"\n",
                "active = \"local\"\n\n[profiles.local]\nURL = \"x\"\nENABLED = \"false\"\n",
            ),
            (
                "[profiles.other]\nURL = \"x\"\n",
                "[profiles.other]\nURL = \"x\"\n\n[profiles.local]\nENABLED = \"false\"\n",
            ),
        ],
    );
}

#[test]
fn what_cannot_be_changed_safely_is_refused() {
    assert_refused(
        "toml",
        KEY,
        &[
            ("a = 1\ntelemetry = true\n", Some(2), "has true where `enabled` would stand"),
            ("[telemetry]\nenabled = 1\nenabled = 2\n", Some(3), "not valid TOML"),
            ("[[telemetry]]\nenabled = 1\n", Some(1), "a list"),
            ("telemetry.enabled = 1979-05-27\n", Some(1), "a date"),
            ("[telemetry.enabled]\n", Some(1), "a group"),
            ("a = \n", Some(1), "not valid TOML"),
        ],
    );
}

fn file() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "true",
        "'x # y'",
        "\"a\\\"]\"",
        "1.5",
        "[1,\n  2, # two\n]",
        "{ a = 1 }",
        "1979-05-27",
        "\"\"\"\n[no]\nenabled = 1\n\"\"\"",
    ]);
    let comment = prop::sample::select(vec!["", "", " # one", "\n# two\n", "\n"]);
    let entry = (value, comment);
    let entries = || prop::collection::vec(entry.clone(), 0..4);
    let place = prop::sample::select(vec!["none", "table", "dotted", "inline", "below"]);
    let shape = (any::<bool>(), any::<bool>(), any::<bool>());
    (entries(), entries(), place, shape, prop::sample::select(vec!["", "  ", "\t"])).prop_map(
        |(top, inside, place, (crlf, mark, last), indent)| {
            let lines = |entries: &[(&str, &str)], prefix: &str| {
                let mut out = String::new();
                for (number, (value, comment)) in entries.iter().enumerate() {
                    out += &format!("{indent}{prefix}k{number} = {value}{comment}\n");
                }
                out
            };
            let mut text = lines(&top, "");
            text += &match place {
                "table" => format!("[telemetry] # t\n{indent}own = 1\n{}", lines(&inside, "")),
                "dotted" => format!("telemetry.own = 1\n{}", lines(&inside, "telemetry.")),
                "inline" => "telemetry = { own = 1, b = 'x' } # t\n".to_owned(),
                "below" => format!("[telemetry.below]\n{}", lines(&inside, "")),
                _ => format!("[other]\n{}", lines(&inside, "")),
            };
            text += "[last]\nenabled = 1 # not ours";
            let text = if last { text + "\n" } else { text };
            let text = if crlf { text.replace('\n', "\r\n") } else { text };
            if mark { format!("\u{feff}{text}") } else { text }
        },
    )
}

proptest! {
    #[test]
    fn setting_and_taking_out_gives_back_every_byte(before in file()) {
        let after = set("toml", &before, KEY, &OFF);
        assert_one_piece(&before, &after);
        prop_assert_eq!(remove("toml", &after, KEY), before);
        let other = set("toml", &after, KEY, &text("no"));
        prop_assert_eq!(set("toml", &other, KEY, &OFF), after);
    }
}
