use super::*;
use crate::domain::consent::Read;
use crate::domain::declaration::parse;
use crate::domain::declaration::samples::{GREETER, edited};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Declarations with one purpose, two, and switches of both kinds.
fn samples() -> Vec<(String, Declaration)> {
    let own = "[purposes.heartbeat]\noperator = true\nenvironment.requires = [\"BEAT_HERE\"]\nenvironment.off = { BEAT = \"any\" }\nenvironment.on = { GREETER_METRICS = [\"on\", \"1\"] }";
    let texts = [
        GREETER.to_owned(),
        edited("[purposes.heartbeat]", own),
        edited("wait = \"24h\"", "wait = \"1h\"\ndefault = \"notice\""),
        include_str!("../../../examples/tools/werf.toml").to_owned(),
        include_str!("../../../examples/tools/gitops.toml").to_owned(),
        include_str!("../../../examples/tools/testkube.toml").to_owned(),
    ];
    texts
        .map(|text| {
            let declaration = parse(&text).unwrap_or_else(|why| panic!("{why}\n{text}"));
            (text, declaration)
        })
        .to_vec()
}

fn purposes_of(declaration: &Declaration) -> Vec<Purpose> {
    let stranger = "stranger".parse().expect("a purpose");
    declaration.purposes.keys().cloned().chain([stranger]).collect()
}

#[test]
fn a_prepared_declaration_says_what_the_parsed_one_says() {
    for (text, parsed) in samples() {
        let bytes = prepare(&parsed, &text).expect("prepared");
        let prepared = Prepared::read(&bytes).expect("whole");
        assert_eq!(prepared.tool().as_ref(), Some(&parsed.tool));
        assert_eq!(prepared.text(), text.as_bytes());
        let (one, other): (&dyn Terms, &dyn Terms) = (&parsed, &prepared);
        assert_eq!(one.purposes(), other.purposes());
        assert_eq!(one.notice(), other.notice());
        assert_eq!(one.wait(), other.wait());
        assert_eq!(one.log_file(), other.log_file());
        assert_eq!(one.needs_project(), other.needs_project());
        assert_eq!(one.needs_automation(), other.needs_automation());
        for purpose in &purposes_of(&parsed) {
            assert_eq!(one.declared(purpose), other.declared(purpose));
            assert_eq!(one.is_asked_only(purpose), other.is_asked_only(purpose));
            for notice in 1..=parsed.notice {
                let digest = canonical::digest_of_purpose(&parsed, purpose, notice);
                let read = Read { notice, digest: digest.unwrap_or_default() };
                assert_eq!(one.means(purpose, &read), other.means(purpose, &read), "{notice}");
                let all = canonical::digest_of_notice(&parsed, notice);
                let read = Read { notice, digest: all };
                assert!(one.means_all(&read) && other.means_all(&read));
                assert!(!other.means(purpose, &read));
            }
        }
        for event in &parsed.events {
            assert_eq!(other.event(&event.name).as_deref(), Some(&without_words(event)));
        }
        assert_eq!(other.event("Stranger"), None);
        assert!(parsed.commands.iter().all(|command| other.knows_command(command)));
        assert!(parsed.options.iter().all(|option| other.knows_option(option)));
        assert!(!other.knows_command("stranger") && !other.knows_option("stranger"));
    }
}

#[test]
fn damage_is_found() {
    let (text, parsed) = samples().remove(0);
    let whole = prepare(&parsed, &text).expect("prepared");
    for place in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[place] ^= 1;
        assert_eq!(Prepared::read(&damaged), None, "{place}");
        assert_eq!(Prepared::read(&whole[..place]), None, "{place}");
    }
}

proptest! {
    /// Whatever the variables say, both forms hear the same.
    #[test]
    fn both_forms_hear_the_same_variables(
        name in prop_oneof![
            Just("GREETER_TELEMETRY"), Just("BEAT"), Just("GREETER_METRICS"), Just("WERF_TELEMETRY"),
            Just("BEAT_HERE"), Just("OTHER"),
        ],
        value in prop_oneof![
            Just(String::new()), "[01]", Just("on".to_owned()), Just("true".to_owned()), "[a-z]{1,4}",
        ],
    ) {
        let outside = BTreeMap::from([(name.to_owned(), value)]);
        for (_, parsed) in samples() {
            let bytes = prepare(&parsed, "").expect("prepared");
            let prepared = Prepared::read(&bytes).expect("whole");
            let (one, other): (&dyn Terms, &dyn Terms) = (&parsed, &prepared);
            let all = purposes_of(&parsed).into_iter().map(Some).chain([None]);
            for purpose in all {
                let purpose = purpose.as_ref();
                prop_assert_eq!(one.says_no(purpose, &outside), other.says_no(purpose, &outside));
                prop_assert_eq!(one.lacks(purpose, &outside), other.lacks(purpose, &outside));
                prop_assert_eq!(one.says_yes(purpose, &outside), other.says_yes(purpose, &outside));
            }
        }
    }
}
