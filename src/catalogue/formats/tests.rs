//! What holds for every format, and the ways in which the tests of each ask.

use super::*;
use crate::catalogue::keyword::Keyword;
use proptest::prelude::*;

pub(super) fn key(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub(super) fn format(name: &str) -> FormatKind {
    FormatKind::named(name).expect("a format")
}

/// What a text of this format is after a key is set, which a second time changes nothing.
pub(super) fn set(name: &str, text: &str, names: &[&str], value: &Scalar) -> String {
    let (format, key) = (format(name), key(names));
    let after = format.set(text.as_bytes(), &key, value);
    let after = after.unwrap_or_else(|refused| panic!("{refused:?}\n{text}"));
    let read = format.read(&after, &key).expect("readable");
    assert!(read.is_some_and(|is| format.format().is_as_asked(&is, value)), "{text}");
    assert_eq!(format.set(&after, &key, value).as_ref(), Ok(&after), "{text}");
    String::from_utf8(after).expect("a text")
}

pub(super) fn remove(name: &str, text: &str, names: &[&str]) -> String {
    let after = format(name).remove(text.as_bytes(), &key(names));
    let after = after.unwrap_or_else(|refused| panic!("{refused:?}\n{text}"));
    String::from_utf8(after).expect("a text")
}

/// Texts before and after a new key; taking it out gives back the text before.
pub(super) fn assert_set_and_removed(
    name: &str,
    names: &[&str],
    value: &Scalar,
    cases: &[(&str, &str)],
) {
    for (before, after) in cases {
        assert_eq!(set(name, before, names, value), *after, "{before}");
        assert_eq!(remove(name, after, names), *before, "taken out of {after}");
    }
}

/// Texts that cannot be changed, the line it is about, and a word of the reason.
pub(super) fn assert_refused(name: &str, names: &[&str], cases: &[(&str, Option<usize>, &str)]) {
    for (text, line, why) in cases {
        let off = Scalar::Text("off".to_owned());
        let refused = format(name).set(text.as_bytes(), &key(names), &off);
        let refused = refused.map(|bytes| String::from_utf8(bytes).expect("a text"));
        let refused = refused.expect_err(text);
        assert_eq!(refused.line, *line, "{refused}: {text}");
        assert!(refused.why.contains(why), "{refused}: {text}");
    }
}

pub(super) fn text(value: &str) -> Scalar {
    Scalar::Text(value.to_owned())
}

/// Everything but one piece is the same, and that piece holds what was asked for.
pub(super) fn assert_one_piece(before: &str, after: &str) {
    let is_kept = |a: &[u8], b: &[u8]| a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (before, after) = (before.as_bytes(), after.as_bytes());
    let head = is_kept(before, after);
    let rest = |bytes: &[u8]| bytes[head..].iter().rev().copied().collect::<Vec<u8>>();
    let tail = is_kept(&rest(before), &rest(after));
    let removed = before.len() - head - tail;
    assert_eq!(removed, 0, "{before:?}\n{after:?}");
}

#[test]
fn every_format_is_found_by_its_name() {
    for (known, name) in FormatKind::ALL {
        assert_eq!(format(name), *known);
    }
    assert!(FormatKind::named("json5").is_none());
}

#[test]
fn what_is_no_text_or_too_long_is_refused() {
    let (off, key) = (Scalar::Bool(false), key(&["a"]));
    for (format, _) in FormatKind::ALL {
        let refused = format.set(b"one\n\xff\xfe", &key, &off).expect_err("no text");
        assert_eq!(refused.line, Some(2));
        let long = vec![b'\n'; 1024 * 1024 + 1];
        let refused = format.set(&long, &key, &off).expect_err("too long");
        assert!(refused.why.contains("larger than 1 MiB"));
    }
}

#[test]
fn a_text_is_its_first_word() {
    let off = text("off");
    for (before, after) in [
        ("", "off"),
        ("on", "off"),
        ("on\n", "off\n"),
        ("on 2026-01-01\r\n", "off\r\n"),
        ("off 2026-01-01", "off 2026-01-01"),
        ("\u{feff}on\n", "\u{feff}off\n"),
    ] {
        assert_eq!(set("text", before, &[], &off), after);
    }
    assert_eq!(remove("text", "off\n", &[]), "");
    assert_refused("text", &[], &[("on\nand more\n", None, "more than the one line")]);
}

#[test]
fn a_marker_is_there_or_not() {
    for there in [Scalar::Bool(true), text("present")] {
        assert_eq!(set("marker", "", &[], &there), "");
        assert_eq!(set("marker", "mine", &[], &there), "mine");
    }
    assert_refused("marker", &[], &[("", None, "delete it")]);
}

proptest! {
    #[test]
    fn no_bytes_make_a_format_panic(bytes: Vec<u8>, number: u8) {
        let (format, _) = FormatKind::ALL[usize::from(number) % FormatKind::ALL.len()];
        for key in [key(&["a"]), key(&["a", "b"]), Vec::new()] {
            let _ = format.read(&bytes, &key);
            let _ = format.set(&bytes, &key, &Scalar::Bool(false));
            let _ = format.remove(&bytes, &key);
        }
    }

    #[test]
    fn what_looks_like_a_file_keeps_its_bytes_and_makes_nothing_panic(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24),
    ) {
        let text = pieces.concat();
        for (format, _) in FormatKind::ALL {
            for key in [key(&["a"]), key(&["a", "b"])] {
                let before = format.read(text.as_bytes(), &key);
                if let Ok(after) = format.set(text.as_bytes(), &key, &Scalar::Text("no".to_owned())) {
                    let read = format.read(&after, &key).expect("readable").expect("a value");
                    prop_assert!(format.format().is_as_asked(&read, &Scalar::Text("no".to_owned())) || format.as_str() == "marker");
                    if before == Ok(None) && format.as_str() != "text" {
                        let mut kept = after.iter();
                        let is_kept = text.bytes().all(|byte| kept.any(|there| *there == byte));
                        prop_assert!(is_kept, "{}: {text:?}", format.as_str());
                    }
                }
                if let Ok(after) = format.remove(text.as_bytes(), &key) {
                    prop_assert!(after.len() <= text.len(), "{}: {text:?}", format.as_str());
                }
            }
        }
    }
}

/// Pieces of files in all formats.
const PIECES: &[&str] = &[
    "a",
    "b",
    "\"a\"",
    "\"b\"",
    "'a'",
    ":",
    ": ",
    "=",
    " = ",
    "{",
    "}",
    "[",
    "]",
    "[a]",
    "[[a]]",
    "[a \"b\"]",
    ",",
    "true",
    "no",
    "1",
    "\n",
    "\r\n",
    "\n  ",
    "\n\t",
    " ",
    "#",
    "//",
    "/*",
    "*/",
    ";",
    "<a>",
    "</a>",
    "<b>",
    "</b>",
    "<a/>",
    "<!--",
    "-->",
    "a: ",
    "b: ",
    "a=",
    "b=",
    "a.b=",
    "- ",
    "&x ",
    "*x",
    "<<: ",
    "---\n",
    "...\n",
    "|\n  ",
    "\"",
    "'",
    "\\",
    "\\\n",
    "\u{feff}",
    "é",
    "export ",
    "$(",
    "${",
    "<<EOF\n",
];
