use crate::catalogue::format::tests::*;
use proptest::prelude::*;

const KEY: &[&str] = &["options", "urAccepted"];

#[test]
fn only_the_value_changes() {
    let off = text("-1");
    for (before, after) in [
        (
            "\u{feff}<?xml version=\"1.0\"?>\r\n<!-- <x> -->\r\n<c v='1'>\r\n\t<options a=\"b\">\r\n\t\t<urAccepted>0</urAccepted> <!-- y -->\r\n\t\t<b/>\r\n\t</options>\r\n</c>",
            "\u{feff}<?xml version=\"1.0\"?>\r\n<!-- <x> -->\r\n<c v='1'>\r\n\t<options a=\"b\">\r\n\t\t<urAccepted>-1</urAccepted> <!-- y -->\r\n\t\t<b/>\r\n\t</options>\r\n</c>",
        ),
        ("<c><options urAccepted='0'/></c>", "<c><options urAccepted='-1'/></c>"),
        (
            "<c><options><urAccepted></urAccepted></options></c>",
            "<c><options><urAccepted>-1</urAccepted></options></c>",
        ),
        (
            "<c><options><urAccepted>\n 0\n</urAccepted></options></c>",
            "<c><options><urAccepted>\n -1\n</urAccepted></options></c>",
        ),
    ] {
        assert_eq!(set("xml", before, KEY, &off), after);
    }
}

#[test]
fn an_element_is_taken_out_with_its_line() {
    for (before, after) in [
        (
            "<c>\n <options>\n  <urAccepted>0</urAccepted>\n </options>\n</c>",
            "<c>\n <options>\n </options>\n</c>",
        ),
        ("<c><options><urAccepted>0</urAccepted></options></c>", "<c><options></options></c>"),
        ("<c><options a='1' urAccepted='0' b='2'/></c>", "<c><options a='1' b='2'/></c>"),
    ] {
        assert_eq!(remove("xml", before, KEY), after);
    }
}

#[test]
fn what_cannot_be_changed_safely_is_refused() {
    assert_refused(
        "xml",
        KEY,
        &[
            ("", None, "start the tool once"),
            ("<c><options/></c>", None, "start the tool once"),
            ("<c>\n<options><urAccepted/></options></c>", Some(2), "empty element"),
            (
                "<c>\n<options><urAccepted>1</urAccepted><urAccepted>2</urAccepted></options></c>",
                Some(2),
                "more than once",
            ),
            (
                "<c><options><urAccepted><!-- x -->1</urAccepted></options></c>",
                Some(1),
                "more than a text",
            ),
            ("<c><options><urAccepted>&x;</urAccepted></options></c>", Some(1), "`&`"),
            ("<c>\n<options></c>", Some(2), "closing tag"),
            ("<c>", Some(1), "no end"),
            ("<c a=1></c>", Some(1), "an odd tag"),
            ("<c/><c/>", Some(1), "two roots"),
            ("<!DOCTYPE c [<!ENTITY x \"y\">]><c/>", Some(1), "definitions"),
        ],
    );
    let deep = "<a>".repeat(100_000);
    assert_refused("xml", KEY, &[(&deep, Some(1), "too many")]);
}

proptest! {
    #[test]
    fn changing_a_value_changes_only_its_bytes(
        noise in prop::collection::vec(prop::sample::select(vec![
            "<!-- <options> -->", "\r\n\t", "<a b='>'>x &amp; y</a>", "<b/>", "<![CDATA[</c>]]>", "é",
        ]), 0..6),
        value in "[a-z0-9.-]{1,6}",
    ) {
        let noise = noise.concat();
        let around = |value: &str| {
            format!("<c>{noise}<options>{noise}<urAccepted>{value}</urAccepted>{noise}</options>{noise}</c>\n")
        };
        prop_assert_eq!(set("xml", &around("0"), KEY, &text(&value)), around(&value));
    }
}
