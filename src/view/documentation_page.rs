//! The telemetry page of a tool's documentation, in Markdown, made from its declaration.

use crate::domain::declaration::destination::Destination;
use crate::domain::declaration::field::Place;
use crate::domain::declaration::{Declaration, Event, describe};
use crate::domain::tool_id::Purpose;
use crate::view::identifier;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// The whole page. Ends with one line end.
pub fn markdown(declaration: &Declaration) -> String {
    let sections = [
        head(declaration),
        why(declaration),
        kept(declaration),
        collected(declaration),
        elsewhere(declaration),
        sent(declaration),
        see(declaration),
        opt_out(declaration),
        deletion(declaration),
        feedback(declaration),
    ];
    let whole: Vec<&str> =
        sections.iter().map(|section| section.trim_end()).filter(|s| !s.is_empty()).collect();
    whole.join("\n\n") + "\n"
}

fn head(declaration: &Declaration) -> String {
    format!(
        "# Telemetry\n\n{} collects data about how it is used only from people who said yes. It \
         works the same for those who said no. This page was made by `sayso show {} --format \
         markdown` from the declaration that the program itself is held to (notice {}).",
        plain(&declaration.name),
        declaration.tool,
        declaration.notice
    )
}

fn why(declaration: &Declaration) -> String {
    let mut out = format!("## Why\n\n{}\n\n", plain(&declaration.why));
    out += "| purpose | why |\n|---|---|\n";
    for (purpose, spec) in &declaration.purposes {
        let _ = writeln!(out, "| `{purpose}` | {} |", cell(&spec.why));
    }
    let examples: Vec<(&Purpose, &String)> = declaration
        .purposes
        .iter()
        .filter_map(|(purpose, spec)| Some((purpose, spec.example.as_ref()?)))
        .collect();
    if !examples.is_empty() {
        out += "\nFor example:\n\n";
        for (purpose, example) in examples {
            let _ = writeln!(out, "- `{purpose}`: {}", plain(example));
        }
    }
    if let Some(required) = describe::required_in_words(&declaration.switches) {
        let _ = writeln!(out, "\nNothing is collected unless {required}.");
    }
    for (purpose, spec) in &declaration.purposes {
        if spec.operator {
            let operator = describe::operator_in_words(declaration, spec);
            let _ = writeln!(out, "\nAbout `{purpose}` decides {operator}.");
        }
        if let Some(required) = describe::required_in_words(&spec.switches) {
            let _ = writeln!(out, "\nNothing is collected for `{purpose}` unless {required}.");
        }
    }
    out
}

fn kept(declaration: &Declaration) -> String {
    if declaration.destinations.is_empty() && declaration.retention.is_none() {
        return String::new();
    }
    let mut out = String::from("## How long it is kept, and by whom\n\n");
    let vendor = plain(&declaration.vendor);
    let _ = match &declaration.retention {
        Some(time) => writeln!(out, "{vendor} keeps it for {}.", plain(time)),
        None => writeln!(out, "{vendor} does not say how long."),
    };
    let differing: Vec<&Destination> =
        declaration.destinations.iter().filter(|to| to.retention.is_some()).collect();
    if !differing.is_empty() {
        out += "\nIt differs here:\n\n";
        for to in differing {
            let time = to.retention.as_deref().unwrap_or_default();
            let _ = writeln!(out, "- {}: {}", plain(&to.recipient), plain(time));
        }
    }
    out
}

fn collected(declaration: &Declaration) -> String {
    if declaration.events.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "## What is collected\n\nOnly what is listed here; every field has a closed type. There \
         is no free text: paths, values of options, error messages and addresses cannot be \
         recorded.\n",
    );
    if let Some(event) = declaration.events.iter().max_by_key(|event| event.fields.len()) {
        let sample = serde_json::to_string_pretty(&sample(declaration, event)).unwrap_or_default();
        let _ = writeln!(
            out,
            "\nAn example, as it is stored before it leaves:\n\n```json\n{sample}\n```"
        );
        out += ENVELOPE;
    }
    for event in &declaration.events {
        let _ = writeln!(
            out,
            "\n### `{}`\n\nFor `{}` {}.{}",
            event.name,
            event.purpose,
            describe::occasion(event),
            event.why.as_ref().map(|why| format!(" {}", plain(why))).unwrap_or_default()
        );
        if !event.fields.is_empty() {
            out += "\n| field | in | holds | why |\n|---|---|---|---|\n";
        }
        for field in &event.fields {
            let _ = writeln!(
                out,
                "| `{}` | `{}` | {} | {} |",
                field.name,
                field.place.as_str(),
                cell(&field.kind.in_words()),
                cell(field.why.as_deref().unwrap_or_default())
            );
        }
    }
    out
}

const ENVELOPE: &str = "
Around its own fields, every event has `ts` (when, in milliseconds), `eventID` (random, so that a \
repeat is dropped), `executionID` (made of a random secret of the run: the same for one run, purpose and period, a day \
where the purpose has no identity), `tool`, `eventType`, \
`schemaVersion` and `notice` (the version that was agreed to).
";

fn elsewhere(declaration: &Declaration) -> String {
    if declaration.elsewhere.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "## What is collected elsewhere\n\nThis does not go through sayso, so sayso can neither \
         show nor stop it:\n\n| what | to | for |\n|---|---|---|\n",
    );
    for item in &declaration.elsewhere {
        let _ = writeln!(out, "| {} | {} | `{}` |", cell(&item.what), cell(&item.to), item.purpose);
    }
    out
}

fn sent(declaration: &Declaration) -> String {
    if declaration.destinations.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "## When and where it is sent\n\nNothing before a yes, and nothing from before it. Events \
         rest {} on the machine first, so that a change of mind leaves no trace; then they leave \
         in the background, over HTTPS. Without a network nothing happens and nobody waits.\n\n\
         | to | address | for | identifier |\n|---|---|---|---|\n",
        describe::wait_in_words(declaration.wait)
    );
    for to in &declaration.destinations {
        let purposes: Vec<String> = to.purposes.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(
            out,
            "| {} ({}) | `{}` | {} | {} |",
            cell(&to.recipient),
            to.kind.facts().words,
            to.url,
            purposes.join(", "),
            identifiers(declaration, to)
        );
    }
    for (purpose, to, unlisted) in describe::everything_unlisted(declaration) {
        let to = plain(&to.recipient);
        let _ = writeln!(out, "\nEach request for `{purpose}` to {to} also names {unlisted}.");
    }
    if !declaration.source.is_empty() {
        let code: Vec<String> = declaration.source.iter().map(|path| format!("`{path}`")).collect();
        let _ = writeln!(out, "\nThe collecting code: {}.", code.join(", "));
    }
    out
}

/// What identifies anything in what goes to a destination, for the purposes that have it in common.
fn identifiers(declaration: &Declaration, to: &Destination) -> String {
    let mut rules: IndexMap<String, Vec<String>> = IndexMap::new();
    for purpose in &to.purposes {
        let words = cell(&identifier::in_words(declaration, purpose));
        rules.entry(words).or_default().push(format!("`{purpose}`"));
    }
    let several = rules.len() > 1;
    let one = |(words, of): (String, Vec<String>)| match several {
        true => format!("{}: {words}", of.join(", ")),
        false => words,
    };
    rules.into_iter().map(one).collect::<Vec<_>>().join(". ")
}

fn see(declaration: &Declaration) -> String {
    let tool = &declaration.tool;
    let mut out = format!(
        "## How to see it\n\n```sh\nsayso status {tool}   # what holds, and why\nsayso show {tool}     # everything declared\n```\n"
    );
    if let Some(variable) = &declaration.log_file {
        let _ = writeln!(
            out,
            "\nSet `{variable}` to an absolute path, and every event is written to that file as \
             it is recorded."
        );
    }
    out
}

fn opt_out(declaration: &Declaration) -> String {
    let tool = &declaration.tool;
    let mut out = format!(
        "## How to opt out\n\nNobody is told. What waits is deleted at once.\n\n```sh\nsayso disable {tool}\n```\n"
    );
    let mut variables: Vec<String> =
        declaration.switches.ways_off().iter().map(|way| format!("- `export {way}`")).collect();
    for (purpose, spec) in &declaration.purposes {
        let ways = spec.switches.ways_off();
        variables.extend(ways.iter().map(|way| format!("- `export {way}`, for `{purpose}` alone")));
    }
    variables.push("- `export DO_NOT_TRACK=1`, for every tool that asks sayso".to_owned());
    let _ = writeln!(out, "\nOr by a variable:\n\n{}", variables.join("\n"));
    if !declaration.opt_out.is_empty() {
        out += "\nBeyond the reach of sayso:\n\n";
        for way in &declaration.opt_out {
            let _ = writeln!(out, "- {}", plain(way));
        }
    }
    out
}

fn deletion(declaration: &Declaration) -> String {
    let mut out = format!(
        "## How to have it deleted\n\n`sayso forget {}` deletes everything on the machine.",
        declaration.tool
    );
    if let Some(url) = &declaration.deletion {
        let _ = write!(out, " What has left already: <{url}>.");
    }
    if let Some(contact) = &declaration.contact {
        let _ = write!(out, " Questions: {}.", plain(contact));
    }
    if let Some(policy) = &declaration.policy {
        let _ = write!(out, "\n\nPrivacy policy: <{policy}>");
    }
    out
}

fn feedback(declaration: &Declaration) -> String {
    match (&declaration.feedback, &declaration.homepage) {
        (Some(feedback), _) => format!("## Feedback\n\n{}", plain(feedback)),
        (None, Some(homepage)) => format!("## Feedback\n\n<{homepage}>"),
        (None, None) => String::new(),
    }
}

/// When sample events happened, in milliseconds.
pub const SAMPLE_TS: i64 = 1_795_219_872_000;

/// An event such as the tool could record, in the form in which it waits on the machine.
pub fn sample(declaration: &Declaration, event: &Event) -> Value {
    let mut whole = Map::new();
    let mut places: [Map<String, Value>; 2] = [Map::new(), Map::new()];
    whole.insert("ts".into(), json!(SAMPLE_TS));
    whole.insert("eventID".into(), json!("0b54e9a1-7d21-4c3f-9a5e-5d1f0c9b8a77"));
    whole.insert("executionID".into(), json!("2f75d020-684e-4224-9013-35e95e1b7721"));
    whole.insert("tool".into(), json!(declaration.tool.as_str()));
    whole.insert("eventType".into(), json!(event.name));
    for field in &event.fields {
        let value = field.kind.sample(&declaration.commands, &declaration.options);
        let object = match field.place {
            Place::Event => &mut whole,
            Place::Attributes => &mut places[0],
            Place::EventData => &mut places[1],
        };
        object.insert(field.name.clone(), value);
    }
    let [attributes, data] = places;
    whole.insert("attributes".into(), Value::Object(attributes));
    whole.insert("eventData".into(), Value::Object(data));
    whole.insert("schemaVersion".into(), json!(1));
    whole.insert("notice".into(), json!(declaration.notice));
    Value::Object(whole)
}

/// An author's text where Markdown is read: nothing in it may become markup by accident, but an
/// address may still be a link.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn cell(text: &str) -> String {
    plain(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::declaration::{parse, samples::GREETER, samples::edited};

    #[test]
    fn the_page_has_the_sections_readers_look_for() {
        let page = markdown(&parse(GREETER).expect("valid"));
        let headings: Vec<&str> = page.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(
            headings,
            [
                "## Why",
                "## How long it is kept, and by whom",
                "## What is collected",
                "## What is collected elsewhere",
                "## When and where it is sent",
                "## How to see it",
                "## How to opt out",
                "## How to have it deleted",
            ]
        );
        assert!(page.contains("GREETER_TELEMETRY=0"), "{page}");
        assert!(page.ends_with('\n') && !page.ends_with("\n\n"));
    }

    #[test]
    fn texts_cannot_become_markup() {
        let text = edited("Greeters\"\npolicy", "<b>Greeters</b> | x\"\npolicy");
        let page = markdown(&parse(&text).expect("valid"));
        assert!(page.contains("\\<b\\>Greeters\\</b\\> \\| x"), "{page}");
    }
}
