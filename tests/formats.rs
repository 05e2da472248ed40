//! The formats that other languages rely on are as `docs/consent-file.md` says.

use sayso::domain::declaration::{canonical, parse};
use sayso::domain::pseudonym::pseudonym;

const DOCUMENT: &str = include_str!("../docs/consent-file.md");

/// The fenced blocks of one language, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    DOCUMENT.split(&fence).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

#[test]
fn the_digest_is_as_documented() {
    let declaration = parse(blocks("toml")[1]).expect("a valid declaration");
    let usage = "usage".parse().expect("a purpose");
    let whole = canonical::of_purpose(&declaration, &usage, 1).expect("declared");
    assert_eq!(canonical::canonical(&whole), blocks("json")[0]);
    let digest = canonical::digest_of_purpose(&declaration, &usage, 1);
    assert_eq!(digest.as_deref(), Some(blocks("text")[0]));
}

#[test]
fn a_pseudonym_is_as_documented() {
    let id = "6f1c2a34-9d0e-4b7a-8f11-2a3b4c5d6e7f".parse().expect("an id");
    let (tool, purpose) = ("werf".parse().expect("a tool"), "usage".parse().expect("a purpose"));
    let name = pseudonym(id, "9d2f0000000000000000000000000000", &tool, &purpose, "2026-11");
    assert_eq!(name.to_string(), blocks("text")[1]);
}

#[test]
fn every_field_type_and_kind_of_destination_is_documented() {
    use sayso::domain::declaration::destination::Kind;
    use sayso::domain::declaration::field::TYPES;
    let document = include_str!("../docs/declaration.md");
    let code = |words: &[&str]| -> String {
        words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
    };
    for spec in TYPES {
        let row = format!("| `{}` | {} | {} |\n", spec.name, code(spec.parameters), spec.words);
        assert!(document.contains(&row), "{row}");
    }
    for kind in Kind::ALL.iter().map(|kind| kind.facts()) {
        let url = kind.url.map_or("yours".to_owned(), |url| format!("`{url}`"));
        let row =
            format!("| `{}` | {} | {} | {url} |\n", kind.name, kind.words, code(kind.required));
        assert!(document.contains(&row), "{row}");
    }
}

#[test]
fn every_format_of_a_third_party_file_is_documented() {
    use sayso::catalogue::formats::FormatKind;
    use sayso::catalogue::keyword::Keyword;
    let document = include_str!("../docs/catalogue.md");
    for (_, name) in FormatKind::ALL {
        assert!(document.contains(&format!("\n| `{name}` | ")), "{name}");
    }
}

#[test]
fn the_limits_of_every_kind_are_documented() {
    let document = include_str!("../docs/declaration.md");
    for kind in sayso::domain::declaration::destination::Kind::ALL {
        let limits = sayso::delivery::protocols::of(*kind).limits();
        let hours = limits.most_hours.map(|hours| hours.to_string()).unwrap_or_default();
        let id = if limits.requires_id { "yes" } else { "" };
        let row = format!(
            "| `{}` | {} | {} | {hours} | {id} |\n",
            kind.name(),
            limits.most_events,
            limits.most_bytes
        );
        assert!(document.contains(&row), "{row}");
    }
}

#[test]
fn the_example_in_the_documentation_is_a_valid_declaration() {
    let document = include_str!("../docs/declaration.md");
    let parts: Vec<&str> =
        document.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let head = "tool = \"werf\"\nname = \"werf\"\nvendor = \"werf\"\nwhy = \"To test.\"\n";
    let whole = format!("{head}{}", parts.concat());
    parse(&whole).unwrap_or_else(|problems| panic!("{problems}"));
}
