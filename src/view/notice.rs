//! The text a person reads before deciding, made from the declaration and from nothing else.

use crate::domain::declaration::diff::{self, Item};
use crate::domain::declaration::field::{Field, FieldType};
use crate::domain::declaration::{Declaration, Event, describe};
use crate::domain::tool_id::Purpose;
use crate::view::identifier;
use crate::view::text::Text;

/// The commands that the notice names, in the words of whoever shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ways {
    /// Switches on.
    pub enable: String,
    /// Switches off.
    pub disable: String,
    /// Says what holds.
    pub status: String,
}

impl Ways {
    /// The commands of `sayso` itself.
    pub fn sayso(tool: &str) -> Self {
        Self {
            enable: format!("sayso enable {tool}"),
            disable: format!("sayso disable {tool}"),
            status: format!("sayso status {tool}"),
        }
    }

    /// The commands of `sayso` for one purpose of a tool.
    pub fn sayso_for(tool: &str, purpose: Option<&Purpose>) -> Self {
        let mut ways = Self::sayso(tool);
        if let Some(purpose) = purpose {
            ways.enable += &format!(" {purpose}");
            ways.disable += &format!(" {purpose}");
        }
        ways
    }
}

/// How much to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What is needed to decide.
    Brief,
    /// Every word of the declaration.
    Full,
}

/// The notice for some purposes of a tool, as a person reads it before the question.
pub fn notice(
    declaration: &Declaration,
    purposes: &[&Purpose],
    ways: &Ways,
    width: usize,
) -> String {
    let mut text = Text::new(width);
    text.paragraph(&format!(
        "{} asks: may it collect data about how you use it?",
        declaration.name
    ));
    text.paragraph(&format!(
        "Nothing is collected unless you say yes, and {} works the same if you say no.",
        declaration.name
    ));
    body(&mut text, declaration, purposes, ways, Detail::Brief);
    text.finish()
}

/// The notice of a tool that tells instead of asking.
pub fn told(declaration: &Declaration, purposes: &[&Purpose], ways: &Ways, width: usize) -> String {
    let mut text = Text::new(width);
    text.paragraph(&format!(
        "{} collects data about how you use it, from its next run on. You let tools do so when \
         they tell you: `sayso default` says declared.",
        declaration.name
    ));
    text.paragraph(&format!(
        "Nothing is collected in this run. To switch it off: {}",
        ways.disable
    ));
    body(&mut text, declaration, purposes, ways, Detail::Brief);
    text.finish()
}

/// What came after notice `read`, for a person who said yes to that one.
pub fn additions(
    declaration: &Declaration,
    read: u32,
    new: &[Item],
    ways: &Ways,
    width: usize,
) -> String {
    let mut text = Text::new(width);
    text.paragraph(&format!(
        "{} asks for more than you agreed to in notice {read}. This is new in notice {}:",
        declaration.name, declaration.notice
    ));
    for (purpose, spec) in &declaration.purposes {
        let mine: Vec<&Item> = new.iter().filter(|item| item.purpose == *purpose).collect();
        if mine.is_empty() {
            continue;
        }
        text.gap();
        text.line(0, &format!("{purpose}: {}", spec.why));
        for item in mine {
            text.line(2, &format!("+ {}", item.in_full()));
        }
        text.row(2, "Identifier", &identifier::in_words(declaration, purpose));
    }
    text.gap();
    text.line(
        0,
        &format!("If you say no, your yes to notice {read} goes on covering what it covered."),
    );
    text.row(0, "Switch off", &ways.disable);
    text.finish()
}

/// What stands before the notice where another declaration of the tool is registered.
pub fn another_declaration(declaration: &Declaration, takeover: &[String], width: usize) -> String {
    let mut text = Text::new(width);
    text.paragraph(&format!(
        "Another declaration of {} is registered on this machine. By the one below, {}. It replaces \
         the registered one if you allow it.",
        declaration.name,
        takeover.join("; ")
    ));
    text.finish() + "\n"
}

/// Everything declared, for `show`.
pub fn everything(declaration: &Declaration, ways: &Ways, width: usize) -> String {
    let mut text = Text::new(width);
    text.paragraph(&format!(
        "{} ({}), notice {}",
        declaration.name, declaration.tool, declaration.notice
    ));
    text.paragraph(&declaration.why);
    let purposes: Vec<&Purpose> = declaration.purposes.keys().collect();
    body(&mut text, declaration, &purposes, ways, Detail::Full);
    text.finish()
}

fn body(
    text: &mut Text,
    declaration: &Declaration,
    purposes: &[&Purpose],
    ways: &Ways,
    detail: Detail,
) {
    for purpose in purposes {
        purpose_section(text, declaration, purpose, detail);
    }
    text.gap();
    text.row(0, "Who", &declaration.vendor);
    if purposes.iter().any(|purpose| declaration.events_of(purpose).next().is_some()) {
        text.row(0, "With each", "when it happened, and a random id of that one run");
        let waits = match declaration.wait {
            0 => "not at all: it may leave at once".to_owned(),
            wait => format!("{}; until then a no leaves no trace", describe::wait_in_words(wait)),
        };
        text.row(0, "Waits here", &waits);
    }
    if let Some(required) = describe::required_in_words(&declaration.switches) {
        text.row(0, "Only if", &required);
    }
    let mut off = vec![ways.disable.clone()];
    off.extend(declaration.switches.ways_off());
    text.row(0, "Switch off", &off.join(" or "));
    if detail == Detail::Full {
        everything_else(text, declaration);
    }
    for way in &declaration.opt_out {
        text.row(0, "Also off by", way);
    }
    let log = declaration.log_file.as_ref().map(|variable| {
        format!("{variable}=FILE writes every event to FILE as well, also while it is off")
    });
    let rows = [
        ("Look first", detail == Detail::Brief, Some(&ways.status)),
        ("Privacy", true, declaration.policy.as_ref()),
        ("Questions", true, declaration.contact.as_ref()),
        ("Deletion", detail == Detail::Full, declaration.deletion.as_ref()),
        ("Home page", detail == Detail::Full, declaration.homepage.as_ref()),
        ("Feedback", detail == Detail::Full, declaration.feedback.as_ref()),
        ("Log file", true, log.as_ref()),
    ];
    for (label, _, value) in rows.into_iter().filter(|(_, shown, _)| *shown) {
        if let Some(value) = value {
            text.row(0, label, value);
        }
    }
    if !declaration.source.is_empty() {
        text.row(0, "Code", &declaration.source.join(", "));
    }
}

/// What a person need not know to decide, and may want to know all the same.
fn everything_else(text: &mut Text, declaration: &Declaration) {
    text.row(0, "Asks", describe::manner_in_words(declaration.manner));
    let on = declaration.switches.ways_on();
    if !on.is_empty() {
        text.row(0, "Switch on", &format!("{}, under automation (CI) only", on.join(" or ")));
    }
    for (label, list) in [("Commands", &declaration.commands), ("Options", &declaration.options)] {
        if !list.is_empty() {
            text.row(0, label, &list.join(", "));
        }
    }
}

fn purpose_section(text: &mut Text, declaration: &Declaration, purpose: &Purpose, detail: Detail) {
    let Some(spec) = declaration.purposes.get(purpose) else { return };
    text.gap();
    text.line(0, &format!("{purpose}: {}", spec.why));
    if let Some(example) = &spec.example {
        text.line(2, &format!("For example: {example}"));
    }
    let events: Vec<&Event> = declaration.events_of(purpose).collect();
    let shared = shared_fields(&events);
    for event in &events {
        let why = event.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        text.line(2, &format!("{} {}{why}", event.name, describe::occasion(event)));
        let own = event.fields.iter().filter(|field| !shared.contains(field));
        text.rows(4, &own.map(|field| in_a_row(field, detail)).collect::<Vec<_>>());
    }
    if !shared.is_empty() {
        text.line(2, "With each of these");
        text.rows(4, &shared.iter().map(|field| in_a_row(field, detail)).collect::<Vec<_>>());
    }
    outside(text, declaration, purpose);
    for to in declaration.destinations_of(purpose) {
        text.row(2, "Sent to", &describe::sent_in_words(declaration, purpose, to));
    }
    let asks_anyway =
        declaration.destinations_of(purpose).any(|to| !to.kind.facts().inherent.is_empty());
    if !events.is_empty() || asks_anyway {
        text.row(2, "Identifier", &identifier::in_words(declaration, purpose));
    }
    if spec.operator {
        text.row(2, "Decided by", &describe::operator_in_words(declaration, spec));
    }
    if let Some(required) = describe::required_in_words(&spec.switches) {
        text.row(2, "Only if", &required);
    }
    let off = spec.switches.ways_off();
    if !off.is_empty() {
        text.row(2, "Switch off", &off.join(" or "));
    }
}

/// What is collected outside sayso, under the name of who gets it.
fn outside(text: &mut Text, declaration: &Declaration, purpose: &Purpose) {
    let mut heading = None;
    for item in declaration.elsewhere_for(purpose) {
        if heading != Some(&item.to) {
            text.line(2, &format!("Outside sayso, to {}", item.to));
            heading = Some(&item.to);
        }
        text.line(4, &format!("- {}", item.what));
    }
}

/// Fields that every event of a purpose has, so that they are told once.
fn shared_fields<'a>(events: &[&'a Event]) -> Vec<&'a Field> {
    let Some((first, rest)) = events.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return Vec::new();
    };
    first
        .fields
        .iter()
        .filter(|field| rest.iter().all(|event| event.fields.contains(field)))
        .collect()
}

fn in_a_row(field: &Field, detail: Detail) -> (&str, String) {
    (&field.name, field_in_words(field, detail))
}

/// A field in words: what it can hold; and why, where the type alone does not say what it is
/// about, or everything is wanted.
fn field_in_words(field: &Field, detail: Detail) -> String {
    let words = field.kind.in_words();
    let says_enough = !matches!(
        field.kind,
        FieldType::Boolean
            | FieldType::Integer { .. }
            | FieldType::Enum { .. }
            | FieldType::Constant { .. }
            | FieldType::Hash { .. }
            | FieldType::ErrorCode { .. }
            | FieldType::Timestamp
    );
    match &field.why {
        Some(why) if detail == Detail::Full || !says_enough => {
            format!("{words}. {why}")
        }
        _ => words,
    }
}

/// What is new since the notice that was read, for the purposes in question.
pub fn since(declaration: &Declaration, purposes: &[&Purpose], read: u32) -> Vec<Item> {
    diff::items(declaration)
        .into_iter()
        .filter(|item| item.since > read && purposes.contains(&&item.purpose))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::declaration::{parse, samples::GREETER};

    fn greeter() -> Declaration {
        parse(GREETER).expect("valid")
    }

    #[test]
    fn a_notice_says_everything_that_matters_for_deciding() {
        let greeter = greeter();
        let purposes: Vec<&Purpose> = greeter.purposes.keys().collect();
        let text = notice(&greeter, &purposes, &Ways::sayso("greeter"), 80);
        for part in [
            "usage: To see which greetings people use.",
            "names of the options used, how often, and if by a variable; never their values",
            "telemetry.greeters.example (Greeters, an OpenTelemetry collector), kept 12 months",
            "Outside sayso, to Pendo - Clicks on the web page",
            "1 day; until then a no leaves no trace",
            "sayso disable greeter or GREETER_TELEMETRY=0",
            "https://greeters.example/privacy",
        ] {
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains(part), "{part} is missing in:\n{text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn additions_hold_only_what_is_new() {
        let greeter = greeter();
        let usage: Purpose = "usage".parse().expect("a purpose");
        let new = since(&greeter, &[&usage], 1);
        let text = additions(&greeter, 1, &new, &Ways::sayso("greeter"), 80);
        assert!(text.contains("+ options in Greeted"), "{text}");
        assert!(!text.contains("command"), "{text}");
        assert!(!text.contains("heartbeat"), "{text}");
    }

    #[test]
    fn narrow_terminals_get_narrow_lines() {
        let greeter = greeter();
        let purposes: Vec<&Purpose> = greeter.purposes.keys().collect();
        let text = notice(&greeter, &purposes, &Ways::sayso("greeter"), 40);
        let long_words = |line: &&str| line.split_whitespace().all(|word| word.len() < 25);
        assert!(text.lines().filter(long_words).all(|line| line.chars().count() <= 40), "{text}");
    }
}
