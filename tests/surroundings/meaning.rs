//! Files that are there and cannot be understood.

use super::*;

/// Each of these was a yes before it was damaged.
fn damaged(whole: &str) -> Vec<(&'static str, String)> {
    let half = whole[..whole.len() / 2].to_owned();
    vec![
        ("empty", String::new()),
        ("cut", half),
        ("of a future version", whole.replace("version = 1", "version = 2")),
        ("without a version", whole.replace("version = 1\n", "")),
        ("about another tool", whole.replace("tool = \"werf\"", "tool = \"gitops\"")),
        ("with two answers", format!("{whole}\n[usage]\nchoice = \"denied\"\n")),
        ("with an odd answer", whole.replace("\"granted\"", "\"YES\"")),
        ("with an answer of another type", whole.replace("\"granted\"", "true")),
        ("without the notice", whole.replace("notice = 1\n", "")),
        ("with a NUL", format!("{whole}\0")),
        ("nothing but brackets", "[".repeat(10_000)),
        ("too long", format!("{whole}#{}", "x".repeat(70_000))),
    ]
}

#[test]
fn a_damaged_answer_holds_is_named_and_stays_byte_for_byte_until_a_no() {
    let whole = granted().read(CONSENT);
    for (how, text) in damaged(&whole) {
        let home = granted();
        home.write(CONSENT, &text);
        home.run(&["check", "werf"]).says_only(1);
        assert_eq!(reason(&home), "unreadable", "{how}");
        let status = home.run(&["status"]).ends(0);
        assert!(status.stderr.contains(CONSENT), "{how}: {status:?}");
        assert!(status.stderr.contains("hint: "), "{how}: {status:?}");
        let status = home.run(&["status", "--json"]).ends(0);
        assert!(status.stdout.contains(CONSENT), "{how}: {status:?}");
        home.run(&["doctor"]).ends(1);
        let enable = home.run(&["enable", "werf", "--notice", "1"]).tells();
        assert!(enable.stderr.contains(CONSENT), "{how}: {enable:?}");
        home.run(&["ask", "werf"]).ends(1);
        home.run(&["id", "reset", "werf"]).tells();
        assert_eq!(home.read(CONSENT), text, "{how}");
        // One damaged file is nobody else's business.
        home.run(&["disable", "--unknown", "other"]).ends(0);
        home.run(&["disable", "werf"]).ends(0);
        assert_eq!(reason(&home), "denied", "{how}");
        let word = if how == "of a future version" { "newer" } else { "damaged" };
        let name = format!("{CONSENT}.{word}-");
        let kept: Vec<String> = home.files().into_iter().filter(|f| f.starts_with(&name)).collect();
        assert_eq!(kept.len(), 1, "{how}: {kept:?}");
        assert_eq!(home.read(&kept[0]), text, "{how}");
    }
}

#[test]
fn a_no_to_one_purpose_loses_no_other_no_of_a_damaged_file() {
    const GITOPS: &str = ".config/sayso/consent/gitops.toml";
    let home = Home::new();
    home.declare("gitops").run(&["disable", "gitops", "dashboard"]).ends(0);
    home.write(GITOPS, &format!("{}oops", home.read(GITOPS)));
    let told = home.run(&["disable", "gitops", "usage"]).ends(0);
    assert!(told.stdout.contains("all of gitops is off"), "{told:?}");
    for purpose in ["usage", "dashboard", "update-check"] {
        assert_eq!(home.reason("gitops", purpose), (false, "denied".to_owned()), "{purpose}");
    }
}

#[test]
fn a_no_leaves_no_yes_in_the_file_of_a_catalogued_tool() {
    let home = granted();
    home.write(CONSENT, &format!("kind = \"catalogued\"\n{}", home.read(CONSENT)));
    home.run(&["check", "werf"]).says_only(1);
    home.run(&["disable", "werf"]).ends(0);
    let text = home.read(CONSENT);
    assert!(!text.contains("granted") && text.contains("kind = \"catalogued\""), "{text}");
}

#[test]
fn two_damaged_answers_in_one_second_are_both_kept() {
    let home = granted();
    for text in ["first", "second"] {
        home.write(CONSENT, text);
        home.run(&["disable", "werf"]).ends(0);
    }
    let name = format!("{CONSENT}.damaged-");
    let kept = home.files().into_iter().filter(|file| file.starts_with(&name));
    let kept: Vec<String> = kept.map(|file| home.read(&file)).collect();
    assert!(kept.contains(&"first".to_owned()) && kept.contains(&"second".to_owned()), "{kept:?}");
}

#[test]
fn the_beginning_of_a_yes_is_no_yes() {
    let home = granted();
    let whole = home.read(CONSENT);
    let allowed: Vec<usize> = (0..whole.len())
        .filter(|length| {
            home.write(CONSENT, &whole[..*length]);
            home.run(&["check", "werf"]).code != Some(1)
        })
        .collect();
    // A yes is the choice, the notice and the digest; what follows them only tells when and how.
    let end_of_yes = whole.find("\nat = ").expect("an answer");
    assert!(allowed.iter().all(|length| *length >= end_of_yes), "{allowed:?} of\n{whole}");
    home.write(CONSENT, &whole);
    home.run(&["check", "werf"]).says_only(0);
}

#[test]
fn the_beginning_of_a_yes_after_a_no_keeps_its_promises_or_is_none() {
    for (tool, purpose, variable) in
        [("werf", "usage", "WERF_TELEMETRY"), ("gitops", "update-check", "CHECKPOINT_DISABLE")]
    {
        let file = format!(".config/sayso/consent/{tool}.toml");
        let home = Home::new();
        home.declare(tool).run(&["disable", tool, purpose]).ends(0);
        home.run(&["enable", tool, purpose, "--notice", "1"]).ends(0);
        let whole = home.read(&file);
        for length in 0..whole.len() {
            home.write(&file, &whole[..length]);
            if home.run(&["check", tool, purpose]).code == Some(0) {
                assert!(whole[..length].contains(variable), "{}", &whole[..length]);
            }
        }
    }
}

#[test]
fn a_damaged_config_matters_only_where_nobody_decided() {
    for text in ["", "version = 9\n", "version = 1\ndefault = \"maybe\"\n", "default = off"] {
        let home = granted();
        home.write(CONFIG, text);
        home.run(&["check", "werf"]).says_only(0);
        home.run(&["default", "ask"]).tells();
        let status = home.run(&["status"]).ends(0);
        assert!(status.stderr.contains(CONFIG), "{text}: {status:?}");
        assert_eq!(home.read(CONFIG), text);
        let undecided = declared();
        undecided.write(CONFIG, text);
        undecided.run(&["check", "werf"]).says_only(1);
        assert_eq!(reason(&undecided), "unreadable", "{text}");
        undecided.run(&["disable", "werf"]).ends(0);
        assert_eq!(reason(&undecided), "denied", "{text}");
        assert_eq!(undecided.read(CONFIG), text);
    }
}

#[test]
fn a_damaged_declaration_holds_and_a_whole_one_mends_it() {
    const FILE: &str = ".local/share/sayso/tools/werf.toml";
    for text in ["", "tool = \"gitops\"\n", "tool = ", "tool = \"werf\"\n"] {
        let home = granted();
        home.write(FILE, text);
        home.run(&["check", "werf"]).says_only(1);
        assert_eq!(reason(&home), "unreadable", "{text}");
        home.run(&["enable", "werf", "--notice", "1"]).tells();
        let status = home.run(&["status"]).ends(0);
        assert!(status.stderr.contains(FILE), "{text}: {status:?}");
        assert_eq!(home.read(FILE), text);
        home.declare("werf");
        home.run(&["check", "werf"]).says_only(0);
        home.write(FILE, text);
        home.run(&["disable", "werf"]).ends(0);
        home.declare("werf");
        assert_eq!(reason(&home), "denied", "{text}");
    }
}
