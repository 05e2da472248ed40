use super::*;
use crate::domain::declaration::{parse, samples::GREETER};
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
        execution: "run".to_owned(),
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
    assert_eq!(
        line,
        format!(
            r#"{{"ts":7,"eventID":"event","executionID":"run","tool":"probe","eventType":"E","command":"probe run","attributes":{{"os":"{system}"}},"eventData":{{"version":"1.2.3"}},"schemaVersion":1,"notice":2}}"#
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
        ("version", secret.into()),
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
    let declaration = declaration();
    let given = BTreeMap::from([("mine".to_owned(), Given::from("thing"))]);
    let stamp = Stamp { ts: 7, event_id: "event".to_owned() };
    let event = &declaration.events[0];
    let declared = (&declaration.tool, &declaration as &dyn Terms);
    let made = assemble(declared, event, &given, &run(), 2, &stamp, Hashes::Made(None));
    assert!(!made.expect("as declared").line().contains("mine"));
}

#[test]
fn versions_are_versions_and_nothing_else() {
    for good in ["1.2.3", "v0.6.2-RC1", "dev", "2", "1.2.3-rc.1+build.5"] {
        assert!(environment::is_version(good), "{good}");
    }
    for bad in ["", "1.2.3 secret", "/home/ada", "ada@host", "1.2.3-", "x", "1..2", &"1".repeat(10)]
    {
        assert!(!environment::is_version(bad), "{bad}");
    }
    assert!(environment::is_pre_release("0.6.2-RC1"));
    assert!(!environment::is_pre_release("0.6.2+a-b"));
}

proptest! {
    /// No text at all gets through a type that is not about that text.
    #[test]
    fn no_free_text_gets_through(text in "\\PC{1,40}") {
        for field in ["command", "kind", "version", "steps", "code", "os", "options"] {
            let declared = ["probe run", "probe stop now", "a", "b"].contains(&text.as_str());
            prop_assume!(!declared && !environment::is_version(&text));
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
