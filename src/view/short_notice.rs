//! What a user reads before one key decides: on one screen of 80 × 24, made from the declaration. The
//! author's words stand in quotation marks; everything else is ours.

use crate::domain::declaration::field::FieldType;
use crate::domain::declaration::{Declaration, describe};
use crate::domain::tool_id::Purpose;
use crate::view::identifier;
use crate::view::notice::Ways;
use crate::view::text::{self, Text};
use unicode_width::UnicodeWidthStr;

/// The most lines of a question, keys included, in a terminal of [`COLUMNS`].
pub const MOST_LINES: usize = 18;

/// Lines of it beside notice and question: an empty one, and its keys.
const AROUND: usize = 2;

/// The columns for which it is made.
pub const COLUMNS: usize = 80;

/// The notice for some purposes of a tool, without the question.
pub fn short_notice(
    declaration: &Declaration,
    purposes: &[&Purpose],
    ways: &Ways,
    width: usize,
) -> String {
    let name = &declaration.name;
    let mut text = Text::new(width);
    text.paragraph(&format!("{name} asks to collect telemetry. It stays off unless you allow it."));
    text.gap();
    let mut rows: Vec<(&str, String)> = Vec::new();
    for purpose in purposes {
        let why = quoted(&declaration.purposes[*purpose].why);
        rows.push(match purposes {
            [_] => ("Why", why),
            _ => (purpose.as_str(), format!("{why}{}", recipients(declaration, purpose))),
        });
    }
    rows.push(("Collects", collects(declaration, purposes)));
    rows.push(("Identifier", identifiers(declaration, purposes)));
    rows.extend(sent_to(declaration, purposes).map(|words| ("Sent to", words)));
    rows.extend(outside(declaration, purposes).map(|words| ("Elsewhere", words)));
    if let Some(required) = describe::required_in_words(&declaration.switches) {
        rows.push(("Only if", required));
    }
    rows.push(("Delay", delay(declaration)));
    let mut off = vec![ways.disable.clone()];
    off.extend(declaration.switches.ways_off());
    rows.push(("Opt out", off.join(" or ")));
    // The address of the policy is in the full notice as well, and goes first where there is no room.
    let privacy = declaration.policy.clone().map(|policy| ("Privacy", policy));
    let start = text.clone();
    text.rows(2, &rows.iter().cloned().chain(privacy).collect::<Vec<_>>());
    let whole = text.finish();
    if height(declaration, purposes, &whole) <= MOST_LINES {
        return whole;
    }
    let mut text = start;
    text.rows(2, &rows);
    text.finish()
}

/// How many lines the whole question takes: the notice, what is asked, and the keys.
fn height(declaration: &Declaration, purposes: &[&Purpose], notice: &str) -> usize {
    lines(notice, COLUMNS) + lines(&question(declaration, purposes, COLUMNS), COLUMNS) + AROUND
}

/// The question: who sends, and to whom.
pub fn question(declaration: &Declaration, purposes: &[&Purpose], width: usize) -> String {
    let hosts = hosts(declaration, purposes);
    let to = match hosts.split_last() {
        None => "collect this".to_owned(),
        Some((only, [])) => format!("send this to {only}"),
        Some((last, rest)) => format!("send this to {} and {last}", rest.join(", ")),
    };
    text::paragraph(&format!("Allow {} to {to}?", declaration.name), width)
}

/// How many lines the question about everything that a user decides would take, if those are too many.
pub fn too_long(declaration: &Declaration) -> Option<usize> {
    let purposes: Vec<&Purpose> = declaration.purposes_of_users().collect();
    let ways = Ways::sayso(declaration.tool.as_str());
    let notice = short_notice(declaration, &purposes, &ways, COLUMNS);
    let count = height(declaration, &purposes, &notice);
    (!purposes.is_empty() && count > MOST_LINES).then_some(count)
}

/// How many lines of a terminal a text takes that has so many columns.
pub fn lines(text: &str, columns: usize) -> usize {
    text.lines().map(|line| line.width().div_ceil(columns.max(1)).max(1)).sum()
}

fn quoted(words: &str) -> String {
    format!("\"{words}\"")
}

/// The hosts that get something, each once.
fn hosts(declaration: &Declaration, purposes: &[&Purpose]) -> Vec<String> {
    let mut hosts: Vec<String> = Vec::new();
    for to in purposes.iter().flat_map(|purpose| declaration.destinations_of(purpose)) {
        let host = to.place_in_words();
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts
}

/// Who gets the events of a purpose, in a clause; where they are is said once for all purposes.
fn recipients(declaration: &Declaration, purpose: &Purpose) -> String {
    let whom: Vec<&str> =
        declaration.destinations_of(purpose).map(|to| to.recipient.as_str()).collect();
    if whom.is_empty() { String::new() } else { format!(" To {}", whom.join(", ")) }
}

/// Every place that gets something, the host first, with who is there; and how long it is kept, which is the
/// vendor's claim.
fn sent_to(declaration: &Declaration, purposes: &[&Purpose]) -> Option<String> {
    let mut kept: Vec<(Option<&str>, Vec<String>)> = Vec::new();
    for to in purposes.iter().flat_map(|purpose| declaration.destinations_of(purpose)) {
        let place = format!("{} ({})", to.place_in_words(), to.recipient);
        let time = to.retention.as_deref().or(declaration.retention.as_deref());
        match kept.iter_mut().find(|(known, _)| *known == time) {
            Some((_, places)) if places.contains(&place) => {}
            Some((_, places)) => places.push(place),
            None => kept.push((time, vec![place])),
        }
    }
    let vendor = &declaration.vendor;
    let group = |(time, places): &(Option<&str>, Vec<String>)| {
        let time = time.map(|time| format!(", kept {time}")).unwrap_or_default();
        format!("{}{time}", places.join(", "))
    };
    let claim = if kept.iter().any(|(time, _)| time.is_some()) {
        format!(", says {vendor}")
    } else {
        String::new()
    };
    let places = kept.iter().map(group).collect::<Vec<_>>().join("; ");
    (!places.is_empty()).then(|| places + &claim)
}

fn delay(declaration: &Declaration) -> String {
    match declaration.wait {
        0 => "none: it may be sent at once".to_owned(),
        wait => format!(
            "{} on this machine; opt out before that and nothing is sent",
            describe::wait_in_words(wait)
        ),
    }
}

/// What identifies the user or a thing: once where it is the same for all purposes.
fn identifiers(declaration: &Declaration, purposes: &[&Purpose]) -> String {
    if let [purpose] = purposes {
        return identifier::in_words(declaration, purpose);
    }
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for purpose in purposes {
        let words = identifier::briefly(declaration, purpose);
        match groups.iter_mut().find(|(known, _)| *known == words) {
            Some((_, names)) => names.push(purpose.as_str()),
            None => groups.push((words, vec![purpose.as_str()])),
        }
    }
    match groups.as_slice() {
        [(words, _)] => words.clone(),
        _ => {
            // What there is comes first; what has none need not be named.
            groups.sort_by_key(|(words, _)| *words == identifier::NONE);
            let group = |(words, names): &(String, Vec<&str>)| match *words == identifier::NONE {
                true => format!("otherwise {words}"),
                false => format!("{}: {words}", names.join(", ")),
            };
            groups.iter().map(group).collect::<Vec<_>>().join("; ")
        }
    }
}

/// What is collected outside sayso, and by whom.
fn outside(declaration: &Declaration, purposes: &[&Purpose]) -> Option<String> {
    let mut whom: Vec<&str> = Vec::new();
    for item in purposes.iter().flat_map(|purpose| declaration.elsewhere_for(purpose)) {
        if !whom.contains(&item.to.as_str()) {
            whom.push(&item.to);
        }
    }
    (!whom.is_empty()).then(|| format!("more is collected outside sayso, by {}", whom.join(", ")))
}

/// What the fields of some purposes hold, each kind once; those whose type does not say it by their names.
fn collects(declaration: &Declaration, purposes: &[&Purpose]) -> String {
    let mut said: Vec<&str> = Vec::new();
    let mut say = |words| {
        if !said.contains(&words) {
            said.push(words);
        }
    };
    for event in purposes.iter().flat_map(|purpose| declaration.events_of(purpose)) {
        say("time");
        event.fields.iter().for_each(|field| say(briefly(&field.kind).unwrap_or(&field.name)));
    }
    for to in purposes.iter().flat_map(|purpose| declaration.destinations_of(purpose)) {
        to.kind.facts().inherent.iter().for_each(|name| say(inherent(name)));
    }
    match said.is_empty() {
        true => "nothing by itself".to_owned(),
        false => said.join(", "),
    }
}

/// The same for what every request of a kind of destination names, by the name of a field type.
fn inherent(name: &'static str) -> &'static str {
    match name {
        "version" => briefly(&FieldType::Version),
        "os" => briefly(&FieldType::Os),
        "arch" => briefly(&FieldType::Arch),
        _ => None,
    }
    .unwrap_or(name)
}

/// What a field holds, where its type says so.
fn briefly(kind: &FieldType) -> Option<&'static str> {
    Some(match kind {
        FieldType::DurationMs => "duration",
        FieldType::ExitCode => "exit code",
        FieldType::Command { .. } => "name of the command (no arguments)",
        FieldType::Options => "names of options (no values)",
        FieldType::Version => "version",
        FieldType::PreRelease => "whether a pre-release",
        FieldType::Os => "OS",
        FieldType::Arch => "CPU",
        FieldType::Ci => "whether in CI",
        FieldType::CiName => "CI system",
        FieldType::Timestamp => "time",
        FieldType::RunId => "ID of the run",
        FieldType::ErrorCode { .. } => "error code",
        FieldType::Boolean
        | FieldType::Integer { .. }
        | FieldType::Enum { .. }
        | FieldType::Constant { .. }
        | FieldType::Hash { .. }
        | FieldType::Project { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::declaration::{parse, samples::GREETER};

    fn declaration(text: &str) -> Declaration {
        parse(text).unwrap_or_else(|problems| panic!("{problems}"))
    }

    fn shown(text: &str) -> String {
        let declaration = declaration(text);
        let purposes: Vec<&Purpose> = declaration.purposes_of_users().collect();
        let ways = Ways::sayso(declaration.tool.as_str());
        let question = question(&declaration, &purposes, COLUMNS);
        short_notice(&declaration, &purposes, &ways, COLUMNS) + "\n" + &question + "keys"
    }

    #[test]
    fn the_question_of_every_example_fits_one_screen() {
        for (name, text) in [
            ("werf", include_str!("../../examples/tools/werf.toml")),
            ("gitops", include_str!("../../examples/tools/gitops.toml")),
            ("testkube", include_str!("../../examples/tools/testkube.toml")),
            ("greeter", GREETER),
        ] {
            let shown = shown(text);
            let count = lines(&shown, COLUMNS);
            assert!(count <= MOST_LINES, "{name}: {count} lines:\n{shown}");
            assert_eq!(too_long(&declaration(text)), None, "{name}");
        }
    }

    #[test]
    fn it_says_who_why_what_where_and_how_to_opt_out() {
        let shown = shown(include_str!("../../examples/tools/werf.toml"));
        let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [
            "werf asks to collect telemetry. It stays off unless you allow it.",
            "\"To see which commands and options are used",
            "names of options (no values)",
            "telemetry.werf.io (werf",
            "kept 24 months",
            "none for you; one random ID per run; projectID is a hash",
            "sayso disable werf or WERF_TELEMETRY=0",
            "Allow werf to send this to telemetry.werf.io?",
        ] {
            assert!(words.contains(part), "{part:?} is missing in:\n{shown}");
        }
    }

    #[test]
    fn a_line_that_is_too_long_takes_more_than_one() {
        assert_eq!(lines("12345\n\n1", 3), 4);
        assert_eq!(lines("", 80), 0);
    }
}
