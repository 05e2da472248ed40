//! A declaration holds no more than a person can be shown, in characters that show what they say. What
//! holds more is refused by every reader, naming key and limit, before anything is made of it.

use crate::support::{Home, PROBE};
use std::fmt::Write;

/// So many of something, made from their numbers.
fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

fn list(count: usize) -> String {
    format!("[{}]", many(count, |n| format!("\"e{n}\", ")))
}

/// The probe with a line at the top, and lines at the end.
fn probe(top: &str, end: &str) -> String {
    format!("{top}\n{PROBE}{end}")
}

fn on_top(line: impl Fn(usize) -> String) -> impl Fn(usize) -> String {
    move |count| probe(&line(count), "")
}

fn at_end(line: impl Fn(usize) -> String) -> impl Fn(usize) -> String {
    move |count| probe("", &line(count))
}

type Row = (&'static str, usize, Box<dyn Fn(usize) -> String>);

/// A key, its limit, and a declaration that holds so many of it.
fn rows() -> Vec<Row> {
    let row = |key, limit, make: Box<dyn Fn(usize) -> String>| (key, limit, make);
    let usage_off = |table: &'static str| {
        at_end(move |n| {
            format!(
                "[purposes.usage.environment]\n{table} = {{ {} }}",
                many(n, |n| { format!("OFF_{n} = \"any\", ") })
            )
        })
    };
    vec![
        row(
            "purposes",
            12,
            Box::new(at_end(|n| many(n - 1, |n| format!("[purposes.p{n}]\nwhy = \"x\"\n")))),
        ),
        row(
            "events",
            200,
            Box::new(at_end(|n| many(n - 1, |n| format!("[events.E{n}]\npurpose = \"usage\"\n")))),
        ),
        row(
            "destinations",
            16,
            Box::new(at_end(|n| {
                many(n, |n| {
                    format!(
                        "[[destinations]]\nkind = \"https\"\nurl = \"https://a{n}.example\"\nrecipient = \"R\"\n\
             purposes = [\"usage\"]\n"
                    )
                })
            })),
        ),
        row(
            "elsewhere",
            100,
            Box::new(at_end(|n| {
                many(n, |n| {
                    format!("[[elsewhere]]\nwhat = \"w{n}\"\nto = \"T\"\npurpose = \"usage\"\n")
                })
            })),
        ),
        row(
            "events.E.fields",
            100,
            Box::new(at_end(|n| many(n, |n| format!("f{n} = {{ type = \"os\" }}\n")))),
        ),
        row("commands", 500, Box::new(on_top(|n| format!("commands = {}", list(n))))),
        row("options", 500, Box::new(on_top(|n| format!("options = {}", list(n))))),
        row("source", 20, Box::new(on_top(|n| format!("source = {}", list(n))))),
        row("opt-out", 20, Box::new(on_top(|n| format!("opt-out = {}", list(n))))),
        row(
            "environment.off",
            20,
            Box::new(at_end(|n| {
                format!(
                    "[environment]\noff = {{ {} }}",
                    many(n, |n| format!("OFF_{n} = \"any\", "))
                )
            })),
        ),
        row(
            "environment.off.OFF",
            20,
            Box::new(at_end(|n| format!("[environment]\noff = {{ OFF = {} }}", list(n)))),
        ),
        row(
            "environment.requires",
            20,
            Box::new(at_end(|n| format!("[environment]\nrequires = {}", list(n)))),
        ),
        row("purposes.usage.environment.off", 20, Box::new(usage_off("off"))),
        row(
            "events.E.fields.v.values",
            100,
            Box::new(at_end(|n| format!("v = {{ type = \"enum\", values = {} }}", list(n)))),
        ),
        row(
            "events.E.fields.v.buckets",
            20,
            Box::new(at_end(|n| {
                let all: Vec<String> = (0..n).map(|n| n.to_string()).collect();
                format!("v = {{ type = \"integer\", buckets = [{}] }}", all.join(", "))
            })),
        ),
        row(
            "destinations.1.headers",
            20,
            Box::new(at_end(|n| {
                format!(
                    "[[destinations]]\nkind = \"https\"\nurl = \"https://a.example\"\nrecipient = \"R\"\n\
             purposes = [\"usage\"]\nheaders = {{ {} }}\n",
                    many(n, |n| format!("X-{n} = \"v\", "))
                )
            })),
        ),
        row(
            "name",
            60,
            Box::new(|n| PROBE.replace("\"Probe\"", &format!("\"{}\"", "n".repeat(n)))),
        ),
        row(
            "vendor",
            60,
            Box::new(|n| PROBE.replace("\"Probes\"", &format!("\"{}\"", "ö".repeat(n)))),
        ),
        row("retention", 300, Box::new(on_top(|n| format!("retention = \"{}\"", "x".repeat(n))))),
        row("opt-out", 300, Box::new(on_top(|n| format!("opt-out = [\"{}\"]", "x".repeat(n))))),
        row(
            "why",
            1_000,
            Box::new(|n| PROBE.replacen("\"To test.\"", &format!("\"{}\"", "ö".repeat(n)), 1)),
        ),
        row(
            "purposes.usage.example",
            1_000,
            Box::new(|n| {
                PROBE.replace("[events.E]", &format!("example = \"{}\"\n[events.E]", "x".repeat(n)))
            }),
        ),
        row("commands", 5, Box::new(on_top(|n| format!("commands = [\"{}\"]", "w ".repeat(n))))),
        row(
            "commands",
            48,
            Box::new(on_top(|n| format!("commands = [\"probe {}\"]", "w".repeat(n)))),
        ),
        row("options", 48, Box::new(on_top(|n| format!("options = [\"{}\"]", "w".repeat(n))))),
    ]
}

#[test]
fn every_bound_is_named_with_its_key() {
    for (key, limit, make) in rows() {
        let home = Home::new();
        home.write("probe.toml", &make(limit));
        let ran = home.run(&["lint", "probe.toml"]);
        // A question that does not fit one screen is a matter of its own.
        let mut errors = ran.stderr.lines().filter(|line| line.starts_with("error:"));
        assert!(
            errors.all(|line| line.contains("the question takes")),
            "{key} {limit}: {}",
            ran.stderr
        );
        home.write("probe.toml", &make(limit + 1));
        let ran = home.run(&["lint", "probe.toml"]).ends(1);
        let named = ran.stderr.lines().any(|line| {
            line.contains(&format!("probe.toml: {key}: ")) && line.contains(&limit.to_string())
        });
        assert!(named, "{key} {limit}: {}", ran.stderr);
    }
}

/// What was found to take a second and 140 MB, and what never ended.
fn floods() -> [String; 3] {
    let common =
        |count| format!("[common.fields]\n{}", many(count, |n| format!("f{n}={{type=\"os\"}}\n")));
    let events = |count| many(count, |n| format!("[events.e{n}]\npurpose=\"usage\"\n"));
    let head = PROBE.split("[events.E]").next().expect("a head");
    [
        format!("{head}{}{}", common(100), events(1_000)),
        format!("{head}{}{}", common(21), events(191)),
        format!("{head}{}{}", common(900), events(12_000)),
    ]
}

#[test]
fn no_reader_expands_what_is_too_much() {
    for (flood, named) in
        floods().iter().zip(["at most 200 events", "at most 4000 fields", "65536"])
    {
        let home = Home::new();
        home.write("flood.toml", flood);
        for arguments in [
            &["lint", "flood.toml"][..],
            &["declare", "flood.toml"],
            &["show", "./flood.toml"],
            &["lint", "flood.toml", "--against", "flood.toml"],
        ] {
            let ran = home.run(arguments).ends(1);
            assert!(ran.stderr.contains(named), "{arguments:?}: {}", ran.stderr);
        }
        // However it got there.
        home.write(".local/share/sayso/tools/probe.toml", flood);
        assert_eq!(home.reason("probe", "usage"), (false, "unreadable".to_owned()));
        home.run(&["check", "probe"]).ends(1);
        home.run(&[]).ends(0);
        home.run(&["disable", "probe"]).ends(0);
    }
}

#[test]
fn texts_hold_only_characters_that_are_seen() {
    for character in [
        "\\u0007",
        "\\u001b",
        "\\u009b",
        "\\u202e",
        "\\u2066",
        "\\u200b",
        "\\u00ad",
        "\\ufeff",
        "\\u2800",
        "\\u3164",
        "\\u115f",
        "\\u1160",
        "\\uffa0",
        "\\u034f",
        "\\u00a0",
        "\\u3000",
        "\\ufe0f",
        "e\\u0301\\u0301\\u0301",
        "\\U000e0041",
        "\\U0001d159",
    ] {
        for (key, text) in [
            ("why", PROBE.replacen("To test.", &format!("To {character} test."), 1)),
            ("vendor", PROBE.replace("Probes", &format!("Pro{character}bes"))),
            ("retention", probe(&format!("retention = \"a{character}\""), "")),
            (
                "elsewhere.1.what",
                probe(
                    "",
                    &format!(
                        "[[elsewhere]]\nwhat = \"{character}\"\nto = \"T\"\npurpose = \"usage\"\n"
                    ),
                ),
            ),
        ] {
            let home = Home::new();
            home.write("probe.toml", &text);
            let ran = home.run(&["lint", "probe.toml"]).ends(1);
            assert!(ran.stderr.contains(&format!("{key}: holds ")), "{character}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_name_is_of_one_script_and_not_ours() {
    let with_recipient = |name: &str| {
        let mut text = PROBE.to_owned();
        let _ = write!(
            text,
            "[[destinations]]\nkind = \"https\"\nurl = \"https://a.example\"\nrecipient = \"{name}\"\n\
             purposes = [\"usage\"]\n[[elsewhere]]\nwhat = \"x\"\nto = \"{name}\"\npurpose = \"usage\"\n"
        );
        text
    };
    for (name, is_right) in [
        ("Probes", true),
        ("プローブ株式会社", true),
        ("Пробы", true),
        ("Prоbes", false),
        ("sayso", false),
        ("Sаysо", false),
        ("ѕауѕо", false),
        ("SAY SO", false),
        ("nobody: kept on this machine only. Its manual stands", false),
    ] {
        for (key, text) in [
            ("name", PROBE.replace("\"Probe\"", &format!("\"{name}\""))),
            ("vendor", PROBE.replace("\"Probes\"", &format!("\"{name}\""))),
            ("destinations.1.recipient", with_recipient(name)),
            ("elsewhere.1.to", with_recipient(name)),
        ] {
            let home = Home::new();
            home.write("probe.toml", &text);
            let ran = home.run(&["lint", "probe.toml"]).ends(i32::from(!is_right));
            assert!(is_right || ran.stderr.contains(&format!("{key}: ")), "{name}: {}", ran.stderr);
        }
    }
    let home = Home::new();
    home.write("probe.toml", &PROBE.replace("tool = \"probe\"", "tool = \"sayso\""));
    home.run(&["lint", "probe.toml"]).ends(1);
}

#[test]
fn words_purposes_headers_and_integers_have_a_form() {
    let destination = |url: &str, headers: &str| {
        format!(
            "[[destinations]]\nkind = \"https\"\nurl = \"{url}\"\nrecipient = \"R\"\n\
             purposes = [\"usage\"]\nheaders = {{ {headers} }}\n"
        )
    };
    let ports = ["http://127.0.0.1:2375/x", "http://localhost:2375/x", "http://[::1]:2375/x"];
    let mut cases: Vec<(String, bool)> = vec![
        (probe("commands = [\"probe a:b.c_d-e\"]", ""), true),
        (probe("commands = [\"probe -x\"]", ""), false),
        (probe("commands = [\"probe /home/ada\"]", ""), false),
        (probe("options = [\"two words\"]", ""), false),
        (probe("options = [\"$HOME\"]", ""), false),
        (probe("", "n = { type = \"integer\" }"), false),
        (probe("", "n = { type = \"integer\", min = 0 }"), false),
        (probe("", "n = { type = \"integer\", min = 1, max = 1_000_000 }"), true),
        (probe("", "n = { type = \"integer\", min = 0, max = 1_000_000 }"), false),
        (
            probe(
                "",
                &format!("n = {{ type = \"integer\", min = {}, max = {} }}", i64::MIN, i64::MAX),
            ),
            false,
        ),
        (probe("", "n = { type = \"integer\", buckets = [0, 9_000_000] }"), true),
        (probe("", &destination("https://a.example", "Authorization = \"Bearer x\"")), true),
        (probe("", &destination("https://a.example", "Host = \"b.example\"")), false),
        (probe("", &destination("https://a.example", "X-A = \"a\\r\\nHost: b\"")), false),
        (probe("", &destination("https://a.example", "\"X A\" = \"a\"")), false),
    ];
    for word in ["version", "tool", "choice", "at", "via", "salt", "noticed", "withdraw", "kind"] {
        cases.push((probe("", &format!("[purposes.{word}]\nwhy = \"x\"\n")), false));
    }
    for url in ports {
        cases.push((probe("", &destination(url, "X-Tenant = \"a\"")), true));
        cases.push((probe("", &destination(url, "X-Registry-Auth = \"a\"")), false));
        cases.push((probe("", &destination(url, "Authorization = \"Bearer x\"")), false));
    }
    for (text, is_right) in cases {
        let home = Home::new();
        home.write("probe.toml", &text);
        let ran = home.run(&["lint", "probe.toml"]);
        assert_eq!(ran.code, Some(i32::from(!is_right)), "{text}\n{}", ran.stderr);
    }
}

#[test]
fn a_version_tells_a_version_and_nothing_else() {
    let home = Home::new();
    home.declare_text(&probe("", "v = { type = \"version\" }\nt = { type = \"timestamp\" }\n"));
    home.run(&["enable", "probe", "--notice", "1"]).ends(0);
    for (given, sent) in [
        ("1.2.3", "1.2.3"),
        ("v2.0-rc.1", "v2.0-rc.1"),
        ("dev", "dev"),
        ("1.2.3-alice.myhost.secretproj", "other"),
        ("123456", "other"),
        ("ada@host", "other"),
    ] {
        home.run(&["record", "probe", "E", &format!("v={given}")]).ends(0);
        let log = home.run(&["log", "probe", "--json"]).ends(0).stdout;
        let last: serde_json::Value =
            serde_json::from_str(log.lines().last().expect("an event")).expect("JSON");
        assert_eq!(last["eventData"]["v"], sent, "{given}");
    }
    for time in ["0", "1795219872", "9223372036854775807"] {
        home.run(&["record", "probe", "E", &format!("t={time}")]).ends(1);
    }
}
