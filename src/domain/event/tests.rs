use super::*;
use crate::domain::declaration::parse;
use crate::domain::declaration::samples::GREETER;
use proptest::prelude::*;

fn declaration() -> Declaration {
    parse(
        r#"
tool = "probe"
name = "Probe"
vendor = "Probes"
why = "To test."
notice = 2
commands = ["probe run", "probe stop now"]
options = ["loud"]
[purposes.usage]
why = "To test."
[common.fields]
os = { type = "os", in = "attributes" }
[events.E]
purpose = "usage"
[events.E.fields]
command = { type = "command", in = "event", verbs = 1 }
options = { type = "options" }
steps = { type = "integer", min = 0, max = 100, buckets = [0, 5, 10] }
kind = { type = "enum", values = ["a", "b"] }
code = { type = "exit-code", since = 2 }
version = { type = "version" }
mine = { type = "hash" }
shared = { type = "hash", key = "tool" }
bare = { type = "hash", key = "none" }
"#,
    )
    .expect("valid")
}

fn run() -> Run {
    Run {
        secret: [9; 16],
        version: Some("1.2.3".to_owned()),
        automation: None,
        is_automated: false,
        project: None,
        commands: Vec::new(),
        options: Vec::new(),
    }
}

/// An event as it stands in the spool, and as the transparency log shows it.
#[derive(Debug)]
struct Recorded {
    line: String,
    shown: Value,
}

fn assembled(given: &[(&str, Given)], notice: u32) -> Result<Recorded, NotAsDeclared> {
    let declaration = declaration();
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let stamp = Stamp { ts: 7, event_id: "event".to_owned() };
    let secret = Secret { id: &[7; 16], salt: "salt" };
    let event = &declaration.events[0];
    let declared = (&declaration.tool, &declaration as &dyn Terms);
    let with = |hashes| assemble(declared, event, &given, &run(), notice, &stamp, hashes);
    let made = with(Hashes::Made(Some(secret)))?;
    assert_eq!(made.line(), made.document().to_string(), "both forms say the same");
    Ok(Recorded { line: made.line(), shown: with(Hashes::Named)?.document() })
}

fn value(given: &[(&str, Given)], path: &[&str]) -> Value {
    let line = assembled(given, 2).expect("as declared").line;
    let whole: Value = serde_json::from_str(&line).expect("JSON");
    path.iter().fold(whole, |value, key| value[*key].clone())
}

#[test]
fn an_event_is_one_line_in_a_fixed_order() {
    let line = assembled(&[("command", "probe run".into())], 2).expect("as declared").line;
    let system = environment::system();
    let parts = ["probe", "usage", "1970-01-01"];
    let run = pseudonym::uuid(&run().secret, Use::Run, &parts);
    assert_eq!(
        line,
        format!(
            r#"{{"ts":7,"eventID":"event","executionID":"{run}","tool":"probe","eventType":"E","command":"probe run","attributes":{{"os":"{system}"}},"eventData":{{"version":"1.2.3"}},"schemaVersion":1,"notice":2}}"#
        )
    );
}

#[test]
fn what_came_with_a_later_notice_is_left_out() {
    let line = assembled(&[("code", 3.into())], 1).expect("as declared").line;
    assert!(!line.contains("code"), "{line}");
    assert_eq!(value(&[("code", 3.into())], &["eventData", "code"]), 3);
}

#[test]
fn values_are_reduced_to_what_is_declared() {
    assert_eq!(value(&[("steps", 7.into())], &["eventData", "steps"]), 5);
    assert_eq!(value(&[("command", "probe stop now".into())], &["command"]), "probe stop");
}

#[test]
fn values_outside_their_type_are_refused_without_being_named() {
    let secret = "s3cret/path@host";
    let options = Given::Options(vec![OptionUse {
        name: secret.to_owned(),
        as_cli: true,
        as_env: false,
        count: 1,
    }]);
    for (field, given) in [
        ("command", secret.into()),
        ("options", options),
        ("kind", secret.into()),
        ("steps", 101.into()),
        ("steps", secret.into()),
        ("code", secret.into()),
        ("os", secret.into()),
    ] {
        let error = assembled(&[(field, given)], 2).expect_err(field).to_string();
        assert!(error.starts_with(&format!("probe: E: {field} ")), "{error}");
        assert!(!error.contains(secret), "{error}");
    }
    let error = assembled(&[("stranger", secret.into())], 2).expect_err("undeclared").to_string();
    assert_eq!(error, "probe: E: stranger is not declared");
}

#[test]
fn hashes_are_keyed_as_declared_and_never_shown() {
    let given: Vec<(&str, Given)> =
        ["mine", "shared", "bare"].into_iter().map(|name| (name, "thing".into())).collect();
    let recorded = assembled(&given, 2).expect("as declared");
    let bare = hex(&Sha256::digest(b"thing"));
    let spooled: Value = serde_json::from_str(&recorded.line).expect("JSON");
    assert_eq!(spooled["eventData"]["bare"], bare);
    assert_ne!(spooled["eventData"]["mine"], bare);
    assert_ne!(spooled["eventData"]["shared"], bare);
    assert_ne!(spooled["eventData"]["shared"], spooled["eventData"]["mine"]);
    assert_eq!(recorded.shown["eventData"]["bare"], "<hash of bare>");
    assert!(!recorded.line.contains("thing") && !recorded.shown.to_string().contains("thing"));
}

#[test]
fn without_the_persons_secret_there_is_no_hash_of_theirs() {
    let mut declaration = declaration();
    declaration.purposes[0].identity = Identity::Day;
    let given = BTreeMap::from([("mine".to_owned(), Given::from("thing"))]);
    let stamp = Stamp { ts: 7, event_id: "event".to_owned() };
    let event = &declaration.events[0];
    let declared = (&declaration.tool, &declaration as &dyn Terms);
    let made = assemble(declared, event, &given, &run(), 2, &stamp, Hashes::Made(None));
    assert!(!made.expect("as declared").line().contains("mine"));
}

#[test]
fn versions_are_versions_and_nothing_else() {
    for good in [
        "1.2.3",
        "v0.6.2-rc1",
        "dev",
        "2",
        "1.2.3-rc.1",
        "v1.2.3.4",
        "99999.0",
        "2026.11.27-nightly",
        "1.2.3-preview-9999",
        "1.2beta",
        "1.2.alpha3",
        "v1-dev",
    ] {
        assert_eq!(environment::version(good), good);
    }
    for bad in [
        "",
        "1.2.3 secret",
        "/home/ada",
        "ada@host",
        "1.2.3-",
        "x",
        "1..2",
        "100000",
        "1.2.3.4.5",
        "v",
        "vv1",
        "1.2.3-alice",
        "1.2.3-alice.myhost.secretproj",
        "1.2.3+build",
        "1.2.3-rc.1.2",
        "1.2.3-rc12345",
        "1.2.3-rc1-beta",
        "1.2.3-RC1",
        "dev1",
        "1.2.3--rc",
        "1.2.3-rc-",
        "1.2.3-prefix",
        "-1",
        "１",
        "1.2.3-20261127",
    ] {
        assert_eq!(environment::version(bad), "other", "{bad}");
    }
    assert!(environment::is_pre_release("v0.6.2-rc1") && environment::is_pre_release("dev"));
    assert!(!environment::is_pre_release("v0.6.2"));
}

#[test]
fn options_carry_names_and_no_large_number() {
    let used = |count| OptionUse { name: "loud".into(), as_cli: true, as_env: false, count };
    let counted =
        value(&[("options", Given::Options(vec![used(u64::MAX)]))], &["eventData", "options"]);
    assert_eq!(counted[0]["count"], 100);
    assert!(assembled(&[("options", Given::Options(vec![used(1), used(1)]))], 2).is_err());
}

#[test]
fn times_and_durations_are_bounded_by_what_they_mean() {
    let event = |field: &str, value: i64| {
        let text = format!(
            "tool = \"t\"\nname = \"T\"\nvendor = \"T\"\nwhy = \"T\"\n[purposes.usage]\nwhy = \"T\"\n\
             [events.E]\npurpose = \"usage\"\n[events.E.fields]\nx = {{ type = \"{field}\" }}\n"
        );
        let declaration = parse(&text).expect("valid");
        let now = 1_795_219_872_000;
        let stamp = Stamp { ts: now, event_id: "event".to_owned() };
        let given = BTreeMap::from([("x".to_owned(), Given::Integer(value))]);
        let declared = (&declaration.tool, &declaration as &dyn Terms);
        assemble(declared, &declaration.events[0], &given, &run(), 1, &stamp, Hashes::Named).is_ok()
    };
    let now = 1_795_219_872_000;
    for (field, value, is_right) in [
        ("timestamp", now, true),
        ("timestamp", now + 86_400_000, true),
        ("timestamp", now + 86_400_001, false),
        ("timestamp", 946_684_800_000, true),
        ("timestamp", 946_684_799_999, false),
        ("timestamp", 1_795_219_872, false),
        ("timestamp", 0, false),
        ("timestamp", i64::MAX, false),
        ("duration-ms", 0, true),
        ("duration-ms", 366 * 86_400_000, true),
        ("duration-ms", 366 * 86_400_000 + 1, false),
        ("duration-ms", -1, false),
        ("duration-ms", i64::MAX, false),
    ] {
        assert_eq!(event(field, value), is_right, "{field} {value}");
    }
}

proptest! {
    /// No text at all gets through a type that is not about that text.
    #[test]
    fn no_free_text_gets_through(text in "\\PC{1,40}") {
        let version = assembled(&[("version", text.as_str().into())], 2).expect("as declared");
        let version = &version.shown["eventData"]["version"];
        prop_assert!(*version == "other" || environment::version(&text) == text);
        for field in ["command", "kind", "steps", "code", "os", "options"] {
            let declared = ["probe run", "probe stop now", "a", "b"].contains(&text.as_str());
            prop_assume!(!declared);
            prop_assert!(assembled(&[(field, text.as_str().into())], 2).is_err());
        }
    }

    /// Typed values of the command line never become anything but what their type allows.
    #[test]
    fn typed_values_are_held_to_their_type(text in "[a-z0-9:,./@ -]{0,20}") {
        let greeter = parse(GREETER).expect("valid");
        for field in &greeter.events[0].fields {
            let given = Given::typed(&text, &field.kind);
            let vocabulary = Vocabulary {
                now: 7,
                knows_command: &|word| greeter.knows_command(word),
                knows_option: &|word| greeter.knows_option(word),
            };
            if let Ok(value) = given.accepted_as(&field.kind, &vocabulary) {
                let known = value.to_string().contains("loud") || value == serde_json::json!([])
                    || greeter.commands.iter().any(|command| value == *command);
                prop_assert!(known, "{value}");
            }
        }
    }
}
