use crate::catalogue::formats::tests::*;
use proptest::prelude::*;

const FLAT: [(&str, &[&str]); 3] = [
    ("ini", &["core", "analytics"]),
    ("gitconfig", &["core", "analytics"]),
    ("properties", &["core", "analytics"]),
];

#[test]
fn ini_keeps_what_is_around_the_value() {
    let key = &["core", "collect_telemetry"];
    let no = text("no");
    assert_eq!(
        set("ini", "\u{feff}; x\r\n[core]\r\ncollect_telemetry : yes\r\n", key, &no),
        "\u{feff}; x\r\n[core]\r\ncollect_telemetry : no\r\n"
    );
    assert_eq!(
        set("ini", "[core]\ncollect_telemetry =\n", key, &no),
        "[core]\ncollect_telemetry = no\n"
    );
    assert_eq!(
        set("ini", "[core]\ncollect_telemetry=\"no\"", key, &no),
        "[core]\ncollect_telemetry=no"
    );
    assert_set_and_removed(
        "ini",
        key,
        &no,
        &[
            ("", "[core]\ncollect_telemetry = no\n"),
            ("# mine", "# mine\n\n[core]\ncollect_telemetry = no"),
            (
                "[cloud]\r\nname=x\r\n",
                "[cloud]\r\nname=x\r\n\r\n[core]\r\ncollect_telemetry=no\r\n",
            ),
            (
                "[core]\noutput = json\n\n[b]\nc = 1\n",
                "[core]\noutput = json\ncollect_telemetry = no\n\n[b]\nc = 1\n",
            ),
            (
                "[core]\n    remote = x\n['remote \"x\"']\n    url = ssh://a:b@c\n",
                "[core]\n    remote = x\n    collect_telemetry = no\n['remote \"x\"']\n    url = ssh://a:b@c\n",
            ),
            ("[a]\nx = 1\n[b]\n", "[a]\nx = 1\n[b]\n[core]\ncollect_telemetry = no\n"),
            ("[core]\na = 1\n   more\n", "[core]\na = 1\n   more\ncollect_telemetry = no\n"),
        ],
    );
    assert_refused(
        "ini",
        key,
        &[
            ("[core]\ncollect_telemetry = no ; x\n", Some(2), "a line of its own"),
            ("[core]\ncollect_telemetry = 1\ncollect_telemetry = 2\n", Some(3), "twice"),
            ("[core]\n[a]\n[core]\n", Some(3), "two ways"),
            ("[ core ]\n", Some(1), "two ways"),
            ("[core]\nCollect_Telemetry = no\n", Some(2), "some read as"),
            ("[core]\na = 1\n  collect_telemetry = no\n", Some(2), "one value"),
            ("[core]\ncollect_telemetry = no\n  b\n", Some(2), "one value"),
            ("[core]\njust words\n", Some(2), "no `name = value`"),
            ("[core\n", Some(1), "no `name = value`"),
        ],
    );
}

#[test]
fn git_takes_the_last_value_and_case_counts_in_subsections_only() {
    let key = &["homebrew", "analyticsDisabled"];
    let yes = text("true");
    for (before, after) in [
        (
            "[Homebrew]\n\tAnalyticsDisabled = no # x\n",
            "[Homebrew]\n\tAnalyticsDisabled = true # x\n",
        ),
        (
            "[homebrew]\n\tanalyticsdisabled\n[a \"]\\\"\"]\n",
            "[homebrew]\n\tanalyticsdisabled\n[a \"]\\\"\"]\n",
        ),
        ("[homebrew] analyticsdisabled = \"no\";\n", "[homebrew] analyticsdisabled = \"true\";\n"),
        (
            "[homebrew]\nanalyticsdisabled = a\nanalyticsdisabled = f\\\nalse\n",
            "[homebrew]\nanalyticsdisabled = a\nanalyticsdisabled = true\n",
        ),
    ] {
        assert_eq!(set("gitconfig", before, key, &yes), after);
    }
    assert_set_and_removed(
        "gitconfig",
        key,
        &yes,
        &[
            ("", "[homebrew]\n\tanalyticsDisabled = true\n"),
            (
                "[core]\r\n\tbare = false\r\n[remote \"Origin\"]\r\n\turl = \"a;b\"\r\n",
                "[core]\r\n\tbare = false\r\n[remote \"Origin\"]\r\n\turl = \"a;b\"\r\n[homebrew]\r\n\tanalyticsDisabled = true\r\n",
            ),
            (
                "[homebrew]\n  private = true\n[a]\n",
                "[homebrew]\n  private = true\n  analyticsDisabled = true\n[a]\n",
            ),
            (
                "[include]\n\tpath = x",
                "[include]\n\tpath = x\n[homebrew]\n\tanalyticsDisabled = true",
            ),
        ],
    );
    assert_eq!(
        set("gitconfig", "[a \"B\"]\nx = 1\n", &["a", "b", "x"], &yes),
        "[a \"B\"]\nx = 1\n[a \"b\"]\nx = true\n"
    );
    assert_refused(
        "gitconfig",
        key,
        &[
            ("a = 1\n", Some(1), "no `name = value`"),
            ("[a]\n1 = 1\n", Some(2), "no `name = value`"),
            ("[a]\nb = \"x\n", Some(2), "no `name = value`"),
            ("[a\n", Some(1), "no `name = value`"),
        ],
    );
    let twice = "[homebrew]\nanalyticsdisabled = 1\nanalyticsdisabled = 2\n";
    let git = format("gitconfig");
    assert!(git.remove(twice.as_bytes(), &crate::catalogue::formats::tests::key(key)).is_err());
}

#[test]
fn a_name_with_dots_is_one_line_of_properties() {
    let off = text("false");
    for key in [&["telemetry.enabled"][..], &["telemetry", "enabled"]] {
        assert_eq!(
            set("properties", "# x\r\n telemetry.enabled = true\r\n", key, &off),
            "# x\r\n telemetry.enabled = false\r\n"
        );
        assert_set_and_removed(
            "properties",
            key,
            &off,
            &[
                ("", "telemetry.enabled=false\n"),
                ("# x", "# x\ntelemetry.enabled=false"),
                ("a.b = 1\n\nwords\n", "a.b = 1\ntelemetry.enabled = false\n\nwords\n"),
            ],
        );
    }
    assert_refused(
        "properties",
        &["telemetry.enabled"],
        &[
            ("a=1\ntelemetry=false\n", Some(2), "besides"),
            ("telemetry.enabled.x=1\n", Some(1), "besides"),
            ("telemetry.enabled: x\n", None, "no `name=value`"),
            ("telemetry.enabled=1\ntelemetry.enabled=2\n", Some(2), "twice"),
            ("a=1\\\ntelemetry.enabled=2\n", Some(1), "going on"),
        ],
    );
}

/// Noise that every one of these formats takes for nothing.
fn noise() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(
        prop::sample::select(vec!["# é one", "", "# analytics = 1, \"two\"", "  # [core]", "# it"]),
        0..4,
    )
}

proptest! {
    #[test]
    fn setting_and_taking_out_gives_back_every_byte(
        which in 0..FLAT.len(),
        (head, middle, tail) in (noise(), noise(), noise()),
        (crlf, mark, last, own, spaced) in any::<(bool, bool, bool, bool, bool)>(),
    ) {
        let (name, key) = FLAT[which];
        let equals = if spaced { " = " } else { "=" };
        let mut lines: Vec<String> = head.into_iter().map(str::to_owned).collect();
        let is_sectioned = name == "ini" || name == "gitconfig";
        if is_sectioned {
            lines.extend([format!("[{}]", if own { "core" } else { "other" })]);
        }
        lines.push(format!("first{equals}1"));
        lines.extend(middle.into_iter().map(str::to_owned));
        if is_sectioned {
            lines.push("[last]".to_owned());
        }
        lines.push(format!("second{equals}\"two\""));
        lines.extend(tail.into_iter().map(str::to_owned));
        let eol = if crlf { "\r\n" } else { "\n" };
        let mut before = lines.join(eol);
        if last {
            before += eol;
        }
        if mark {
            before.insert(0, '\u{feff}');
        }
        let after = set(name, &before, key, &text("no"));
        assert_one_piece(&before, &after);
        let on = set(name, &after, key, &text("yes"));
        prop_assert_eq!(set(name, &on, key, &text("no")), after.clone());
        prop_assert_eq!(remove(name, &after, key), before);
    }
}
