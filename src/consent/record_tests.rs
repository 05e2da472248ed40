use super::*;
use proptest::prelude::*;

const WHOLE: &str = r#"version = 1
tool = "werf"
salt = "9d2f0000000000000000000000000000"

[usage]
choice = "granted"
notice = 2
digest = "sha256:9f2b"
at = 2026-11-20T10:11:12Z
via = "prompt"

[errors]
choice = "denied"
notice = 2
at = 2026-11-20T10:11:12Z
via = "command"

[withdraw]
WERF_TELEMETRY = ["1", "true", "yes", "on"]
"#;

fn werf() -> ToolId {
    "werf".parse().expect("an id")
}

fn parsed(text: &str) -> Result<Consent, Error> {
    parse(Path::new("consent/werf.toml"), &werf(), text)
}

fn grants(text: &str) -> bool {
    parsed(text).is_ok_and(|consent| consent.grants_anything())
}

#[test]
fn a_whole_file_is_understood() {
    let consent = parsed(WHOLE).expect("whole");
    let usage = consent.answers.get(&"usage".parse().expect("a purpose")).expect("an answer");
    assert_eq!(usage.choice, Choice::Granted);
    assert_eq!(usage.via, Some(Via::Prompt));
    assert_eq!(usage.at.map(|at| at.to_string()).as_deref(), Some("2026-11-20T10:11:12Z"));
    assert_eq!(consent.withdraw.0["WERF_TELEMETRY"].len(), 4);
    assert!(consent.salt.is_some());
}

#[test]
fn what_is_not_a_whole_yes_is_none() {
    for (from, to) in [
        ("version = 1", "version = 2"),
        ("version = 1", "version = \"1\""),
        ("version = 1", ""),
        ("tool = \"werf\"", "tool = \"gitops\""),
        ("tool = \"werf\"", "tool = \"werf\"\nkind = \"catalogued\""),
        ("choice = \"granted\"", "choice = true"),
        ("choice = \"granted\"", "choice = \"GRANTED\""),
        ("choice = \"granted\"", "choice = 1"),
        ("choice = \"granted\"", "choice = \"granted\"\nchoice = \"denied\""),
        ("choice = \"granted\"", "choise = \"granted\""),
        ("notice = 2\ndigest", "digest"),
        ("notice = 2\ndigest", "notice = 0\ndigest"),
        ("digest = \"sha256:9f2b\"", ""),
        ("via = \"prompt\"\n", ""),
        ("at = 2026-11-20T10:11:12Z\nvia = \"prompt\"", "via = \"prompt\""),
        ("at = 2026-11-20T10:11:12Z\nvia = \"prompt\"", "at = 7\nvia = \"prompt\""),
        ("[withdraw]", "[withdraw]\nX = 1"),
    ] {
        assert!(WHOLE.contains(from));
        let text = WHOLE.replacen(from, to, 1);
        assert!(!grants(&text), "{to}");
    }
}

#[test]
fn unknown_keys_marks_and_line_ends_take_nothing_away() {
    assert!(grants(&WHOLE.replace('\n', "\r\n")));
    assert!(grants(&format!("\u{feff}{WHOLE}")));
    assert!(grants(&WHOLE.replace("via = \"prompt\"", "via = \"telepathy\"\nfuture = [1]")));
}

#[test]
fn what_looks_like_an_opt_out_holds_its_purpose_alone() {
    let usage: Purpose = "usage".parse().expect("a purpose");
    for no in ["future = \"denied\"", "[[future]]\nchoice = \"denied\""] {
        let text = match no.starts_with('[') {
            true => format!("{WHOLE}{no}\n"),
            false => WHOLE.replacen("salt", &format!("{no}\nsalt"), 1),
        };
        let consent = parsed(&text).expect(no);
        let held = consent.word_on(&"future".parse().expect("a purpose"));
        assert!(matches!(held, crate::domain::consent::Word::Denied { .. }), "{no}");
        assert!(matches!(consent.word_on(&usage), crate::domain::consent::Word::Granted { .. }));
    }
}

#[test]
fn a_kind_or_version_that_is_not_known_is_newer_and_not_damage() {
    for (from, to) in [("version = 1", "version = 2"), ("salt", "kind = \"other\"\nsalt")] {
        let error = parsed(&WHOLE.replacen(from, to, 1)).expect_err(to);
        assert!(matches!(error, Error::Newer { .. } | Error::NewerKind { .. }), "{error:?}");
    }
}

#[test]
fn a_catalogued_yes_is_a_wish_and_a_no_takes_it_back() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("werf.toml");
    let wish =
        "version = 1\ntool = \"werf\"\nkind = \"catalogued\"\n\n[usage]\nchoice = \"granted\"\n";
    std::fs::write(&path, wish).expect("a file");
    let usage: Purpose = "usage".parse().expect("a purpose");
    let before = read(&path, &werf()).expect("whole");
    assert!(before.answers.get(&usage).is_some() && !before.grants_anything());
    assert_eq!(before.word_on(&usage), crate::domain::consent::Word::Nothing);
}

/// Every prefix of a valid file: a yes only where what is there says so in full.
#[test]
fn no_prefix_grants_more_than_it_says() {
    for end in 0..WHOLE.len() {
        let Some(prefix) = WHOLE.get(..end) else { continue };
        if grants(prefix) {
            let usage = &prefix[prefix.find("[usage]").expect("the table")..];
            assert!(
                usage.contains(
                    "digest = \"sha256:9f2b\"\nat = 2026-11-20T10:11:12Z\nvia = \"prompt\""
                )
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    /// Any bytes at all: no panic, and no yes.
    #[test]
    fn no_bytes_are_a_yes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(text) = String::from_utf8(bytes) {
            prop_assert!(!grants(&text));
        }
    }

    /// One byte of a valid file changed: a yes only where the yes itself is still whole.
    #[test]
    fn a_changed_byte_makes_no_yes(at in 0..WHOLE.len(), byte in any::<u8>()) {
        let mut bytes = WHOLE.as_bytes().to_vec();
        bytes[at] = byte;
        if let Ok(text) = String::from_utf8(bytes) && grants(&text) {
            let usage: Purpose = "usage".parse().expect("a purpose");
            let consent = parsed(&text).expect("it grants");
            let yes = consent.answers.iter().find(|(_, a)| a.choice == Choice::Granted);
            let (purpose, answer) = yes.expect("it grants");
            // `[ sage]`: white space in a header takes a letter away.
            prop_assert!(*purpose == usage || purpose.as_str().len() <= 5, "{purpose}");
            prop_assert!(answer.read.is_some());
        }
    }
}

/// Lines as they stand in files, and some that differ from them by little.
fn a_line() -> impl Strategy<Value = String> {
    let lines = [
        "version = 1",
        "version = 2",
        "tool = \"werf\"",
        "tool = \"other\"",
        "salt = \"9d2f\"",
        "[usage]",
        "[errors]",
        "[withdraw]",
        "[noticed]",
        "[at]",
        "[kind]",
        "[a.b]",
        "[[usage]]",
        "choice = \"granted\"",
        "choice = \"denied\"",
        "choice = \"maybe\"",
        "choice = 1",
        "[future]",
        "[Future]",
        "[a.future]",
        "[[future]]",
        "future.x = 1",
        "future = { x = 1 }",
        "future = [{ x = 1 }]",
        "choice = 'denied'",
        "notice = 2",
        "notice = 0",
        "notice = 01",
        "digest = \"sha256:9f2b\"",
        "digest = 7",
        "at = 2026-11-20T10:11:12Z",
        "at = 2026-02-30T10:11:12Z",
        "at = 2026-11-20T10:11:60Z",
        "at = 2026-11-20",
        "via = \"prompt\"",
        "via = \"other\"",
        "declined = 3",
        "withdraw = { A = [\"1\", \"on\"], B = [] }",
        "withdraw = {}",
        "withdraw = { A = [] }",
        "A = [\"1\", \"true\"]",
        "A = []",
        "A = [1]",
        "kind = \"catalogued\"",
        "usage = \"denied\"",
        "# a comment",
        "unknown = 1",
        "",
        "\r",
    ];
    let known = proptest::sample::select(lines.to_vec()).prop_map(str::to_owned);
    let spoilt = (known.clone(), any::<proptest::sample::Index>(), any::<char>()).prop_map(
        |(line, place, new)| {
            let mut chars: Vec<char> = line.chars().collect();
            match chars.len() {
                0 => return line,
                length => chars[place.index(length)] = new,
            }
            chars.into_iter().collect()
        },
    );
    prop_oneof![9 => known, 1 => spoilt]
}

/// Files that are whole more often than not, and what becomes of them by a change of one line.
fn a_file() -> impl Strategy<Value = String> {
    let edited =
        (any::<proptest::sample::Index>(), a_line(), 0..4u8).prop_map(|(place, new, how)| {
            let mut lines: Vec<&str> = WHOLE.lines().collect();
            let place = place.index(lines.len());
            match how {
                0 => lines[place] = &new,
                1 => drop(lines.remove(place)),
                2 => lines.insert(place, lines[place]),
                _ => lines.insert(place, &new),
            }
            lines.join("\n")
        });
    let start = "version = 1\ntool = \"werf\"\n";
    let made = proptest::collection::vec(a_line(), 0..14);
    prop_oneof![edited, made.prop_map(move |lines| format!("{start}{}", lines.join("\n")))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn what_is_read_quickly_is_what_toml_says(text in a_file()) {
        if let Some(quickly) = crate::consent::fast_reader::read(&text, &werf()) {
            let path = Path::new("consent/werf.toml");
            prop_assert_eq!(quickly, parse_toml(path, &werf(), &text).expect("toml"), "{}", text);
        }
    }
}

#[test]
fn what_this_program_writes_is_read_quickly() {
    let read = |text: &str| crate::consent::fast_reader::read(text, &werf());
    assert_eq!(read(WHOLE), Some(parsed(WHOLE).expect("whole")));
    let promised =
        WHOLE.replace("notice = 2\ndigest", "withdraw = { X = [\"1\"] }\nnotice = 2\ndigest");
    let whole = read(&promised).expect("the shape");
    assert_eq!(whole, parse_toml(Path::new("x"), &werf(), &promised).expect("toml"));
    assert!(read(&format!("{WHOLE}\n[noticed]\nnotice = 1\ndigest = \"x\"\n")).is_some());
}
