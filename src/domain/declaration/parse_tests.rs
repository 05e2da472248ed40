use super::*;
use crate::domain::declaration::samples::{GREETER, edited};

fn problems(text: &str) -> String {
    parse(text).expect_err("a problem").to_string()
}

#[test]
fn a_whole_declaration_is_understood() {
    let greeter = parse(GREETER).expect("valid");
    assert_eq!(greeter.tool.as_str(), "greeter");
    assert_eq!(greeter.wait, 86_400);
    let started = &greeter.events[0];
    let names: Vec<&str> = started.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["os", "command", "options"]);
    assert_eq!(started.fields[2].since, 2);
}

#[test]
fn every_problem_is_named_with_its_key() {
    for (from, to, expected) in [
        ("tool = \"greeter\"", "tool = \"Greeter\"", "tool: use 1 to 64 of"),
        ("notice = 2", "notice = 0", "notice: versions count from 1"),
        ("since = 2", "since = 3", "since is a notice version, from 1 to 2"),
        ("type = \"os\"", "type = \"text\"", "there is no such type"),
        ("type = \"os\"", "type = \"os\", verbs = 1", "type os takes no verbs"),
        ("purpose = \"usage\"", "purpose = \"fun\"", "there is no [purposes.fun]"),
        ("GREETER_TELEMETRY", "SAYSO_GREETER", "SAYSO_GREETER is no tool's own"),
        ("kind = \"otlp\"", "kind = \"carrier-pigeon\"", "there is no such kind"),
        ("https://telemetry.", "http://telemetry.", "the url is https"),
        ("why = \"To see", "why = \"\\u001b[31mTo see", "holds a control character"),
        ("why = \"To see", "why = \"\\u202eTo see", "turns text around, U+202E"),
        ("on = { GREETER_TELEMETRY = [\"1\"] }", "on = { X = [\"ja\"] }", "may switch on"),
        ("wait = \"24h\"", "wait = \"soon\"", "wait: use a number"),
        ("vendor = \"Greeters\"", "vendor = \" \"", "vendor: may not be empty"),
        ("vendor = \"Greeters\"", "vendor = \"G\"\nwho = 1", "unknown field `who`"),
    ] {
        let text = edited(from, to);
        assert!(problems(&text).contains(expected), "{to}: {}", problems(&text));
    }
}

#[test]
fn problems_never_print_what_they_complain_about_raw() {
    let text = edited("[purposes.usage]", "[purposes.\"\\u001b[31m\"]");
    assert!(!problems(&text).contains('\u{1b}'));
}

#[test]
fn advice_names_what_people_will_miss() {
    let bare = edited("policy = \"https://greeters.example/privacy\"\n", "");
    let advice = advice(&parse(&bare).expect("valid"));
    assert!(advice.iter().any(|problem| problem.at == "policy"), "{advice:?}");
}
