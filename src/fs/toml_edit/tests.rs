use super::*;
use proptest::prelude::*;

fn applied(text: &str, changes: &[ValueEdit]) -> String {
    apply(text, changes).unwrap_or_else(|EditError| panic!("refused:\n{text}"))
}

fn denied(purpose: &str) -> ValueEdit {
    ValueEdit::set(&[purpose, "choice"], "denied")
}

#[test]
fn only_the_value_changes() {
    let text = "\u{feff}# mine\r\nversion = 1 # one\r\n\r\n[usage] # why\r\n  choice='granted'  # yes!\r\nunknown = [1,\r\n 2]\r\n";
    let expected = text.replace("granted", "denied");
    assert_eq!(applied(text, &[denied("usage")]), expected);
}

#[test]
fn dotted_and_inline_tables_are_changed_in_place() {
    assert_eq!(
        applied("usage.choice = \"granted\"", &[denied("usage")]),
        "usage.choice = \"denied\""
    );
    assert_eq!(
        applied("usage = { choice = \"granted\" } # ok\n", &[denied("usage")]),
        "usage = { choice = \"denied\" } # ok\n"
    );
}

#[test]
fn new_keys_stand_where_their_table_stands() {
    let notice = |purpose| ValueEdit::set(&[purpose, "notice"], 2);
    for (text, expected) in [
        ("[a]\nx = 1\n\n[b]\n", "[a]\nx = 1\nnotice = 2\n\n[b]\n"),
        ("[a]\n", "[a]\nnotice = 2\n"),
        ("[a]", "[a]\nnotice = 2"),
        ("[a]\nx = 1", "[a]\nx = 1\nnotice = 2"),
        ("[a.b]\ny = 1\n", "[a.b]\ny = 1\n\n[a]\nnotice = 2\n"),
        ("a.x = 1\nb = 2\n", "a.x = 1\na.notice = 2\nb = 2\n"),
        ("a = { x = 1 }\n", "a = { x = 1, notice = 2 }\n"),
        ("a = {}\n", "a = { notice = 2 }\n"),
        ("a = { b.c = 1 } # x\n", "a = { b.c = 1, notice = 2 } # x\n"),
        ("a = { x = 1, b.c = [1, 2] }", "a = { x = 1, b.c = [1, 2], notice = 2 }"),
        ("mine = nan\n[a]\nx = 1\n", "mine = nan\n[a]\nx = 1\nnotice = 2\n"),
        ("[a]\n\tx = 1\r\n", "[a]\n\tx = 1\r\n\tnotice = 2\n"),
        ("[b]\r\n", "[b]\r\n\r\n[a]\r\nnotice = 2\r\n"),
        ("", "[a]\nnotice = 2\n"),
        ("[a]\n[a.b]\ny = 1\n", "[a]\nnotice = 2\n[a.b]\ny = 1\n"),
    ] {
        assert_eq!(applied(text, &[notice("a")]), expected, "{text:?}");
    }
}

#[test]
fn a_key_of_the_file_stands_before_the_tables() {
    let salt = ValueEdit::set(&["salt"], "s");
    for (text, expected) in [
        ("version = 1\n\n[a]\nx = 1\n", "version = 1\nsalt = \"s\"\n\n[a]\nx = 1\n"),
        ("[a]\nx = 1\n", "salt = \"s\"\n[a]\nx = 1\n"),
        (
            "a.x = 1\n[a.b]\ny = 1\n[c]\nz = 1\n",
            "a.x = 1\nsalt = \"s\"\n[a.b]\ny = 1\n[c]\nz = 1\n",
        ),
        ("\u{feff}[a]\r\n", "\u{feff}salt = \"s\"\r\n[a]\r\n"),
        ("# c\n", "salt = \"s\"\n# c\n"),
    ] {
        assert_eq!(applied(text, std::slice::from_ref(&salt)), expected, "{text:?}");
    }
}

#[test]
fn removing_keeps_comments_and_neighbours() {
    let remove = ValueEdit::remove(&["a", "x"]);
    for (text, expected) in [
        ("[a]\nx = 1\ny = 2\n", "[a]\ny = 2\n"),
        ("[a]\nx = 1 # mine\ny = 2\n", "[a]\n# mine\ny = 2\n"),
        ("a = { x = 1, y = 2 }\n", "a = { y = 2 }\n"),
        ("a = { y = 2, x = 1 }\n", "a = { y = 2 }\n"),
        ("a = { x = 1 }\n", "a = {  }\n"),
        ("a.x = 1\na.y = 2", "a.y = 2"),
        ("[a]\r\n  x = 1\r\n  y = 2", "[a]\r\n  y = 2"),
        ("[a]\ny = 2\n", "[a]\ny = 2\n"),
        ("b = 1\n\n[a]\nx = 1\n", "b = 1\n"),
        ("[a]\nx = 1\n[b]\n", "[b]\n"),
        ("[a] # mine\nx = 1\n", "[a] # mine\n"),
        ("[b]\na.x = 1\nc = 2\n[a]\nx = 1", "[b]\na.x = 1\nc = 2"),
    ] {
        assert_eq!(applied(text, std::slice::from_ref(&remove)), expected, "{text:?}");
    }
}

#[test]
fn a_dotted_key_never_takes_the_header_of_another_table_with_it() {
    let remove = ValueEdit::remove(&["b", "a", "x"]);
    assert_eq!(applied("[b]\na.x = 1\nc = 2\n", &[remove]), "[b]\nc = 2\n");
}

#[test]
fn quotes_stay_where_the_value_fits_into_them() {
    let set = |value: &str| ValueEdit::set(&["a"], value);
    assert_eq!(applied("a = 'x' # mine\n", &[set("y")]), "a = 'y' # mine\n");
    assert_eq!(applied("a = 'x'\n", &[set("it's")]), "a = \"it's\"\n");
    assert_eq!(applied("a = '''x'''\n", &[set("y")]), "a = \"y\"\n");
}

#[test]
fn what_is_no_toml_is_refused() {
    assert_eq!(apply("a = ", &[denied("a")]), Err(EditError));
    assert_eq!(apply("a = 1", &[denied("a")]), Err(EditError));
}

/// A file in some person's hand: comments, blank lines, odd spacing, unknown keys.
fn any_file() -> impl Strategy<Value = String> {
    let comment = prop_oneof![Just(String::new()), Just(" # a comment, \"quoted\" = 1".to_owned())];
    let space = prop_oneof![Just(""), Just(" "), Just("\t"), Just("   ")];
    let quote = prop_oneof![Just('"'), Just('\'')];
    let eol = prop_oneof![Just("\n"), Just("\r\n")];
    let shape = 0..3u8;
    let extra = prop::collection::vec("[a-f]{1,3}", 0..4);
    (comment, space, quote, eol, shape, extra, any::<bool>(), any::<bool>(), 0..3usize).prop_map(
        |(comment, space, quote, eol, shape, extra, mark, last_eol, blanks)| {
            let mut lines = vec![format!("{space}version{space}={space}1{comment}")];
            let mut extras: Vec<String> = extra;
            extras.sort();
            extras.dedup();
            lines.extend(extras.iter().map(|key| format!("x{key} = [1, 2]{comment}")));
            let choice = format!("choice{space}={space}{quote}granted{quote}");
            match shape {
                0 => lines.extend([
                    format!("[{space}usage{space}]{comment}"),
                    "# own line".to_owned(),
                    format!("{space}{choice}{comment}"),
                    format!("unknown = true{comment}"),
                ]),
                1 => lines.push(format!("usage.{choice}{comment}")),
                _ => lines.push(format!("usage = {{ {choice}, unknown = true }}{comment}")),
            }
            if shape != 0 || extras.is_empty() {
                lines.extend(std::iter::repeat_n(String::new(), blanks));
            }
            lines.push(format!("[errors]{eol}choice = \"denied\""));
            let mut text = lines.join(eol);
            if last_eol {
                text.push_str(eol);
            }
            if mark { format!("\u{feff}{text}") } else { text }
        },
    )
}

proptest! {
    /// Changing one answer changes the bytes of that value and no other byte.
    #[test]
    fn every_other_byte_stays(text in any_file()) {
        let edited = applied(&text, &[denied("usage")]);
        prop_assert_eq!(edited, text.replacen("granted", "denied", 1));
    }

    /// What is added can be taken away again, and then the file is as it was.
    #[test]
    fn adding_and_removing_leaves_the_file_as_it_was(text in any_file()) {
        let with = applied(&text, &[ValueEdit::set(&["usage", "notice"], 2)]);
        prop_assert_ne!(&with, &text);
        let without = applied(&with, &[ValueEdit::remove(&["usage", "notice"])]);
        prop_assert_eq!(without, text);
    }

    /// Any text at all is changed as meant or refused; it never panics.
    #[test]
    fn any_text_is_changed_as_meant_or_refused(text in "\\PC{0,60}|[a-z\\[\\]{}=\"'., #\n\r1-3]{0,60}") {
        if let Ok(edited) = apply(&text, &[denied("usage"), ValueEdit::set(&["salt"], "s")]) {
            let table: Table = toml::from_str(&edited).expect("TOML");
            prop_assert_eq!(table["usage"]["choice"].as_str(), Some("denied"));
        }
    }
}
