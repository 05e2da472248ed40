//! A deletion request goes to the address that was consented to, which is named before, and joins no two
//! pseudonyms.

use crate::delivery::{agreed, deliver};
use crate::support::Home;
use crate::support::receiver::{Mode, OK, Receiver};
use std::collections::BTreeSet;

const KINDS: [&str; 4] = ["none", "day", "month", "stable"];

fn probe(to: &Receiver, deletion: &str) -> String {
    let mut text = format!(
        "tool = \"probe\"\nname = \"Probe\"\nvendor = \"Probes\"\nwhy = \"To test.\"\nwait = \"0s\"\n\
         deletion = \"{deletion}\"\n"
    );
    for kind in KINDS {
        text += &format!(
            "[purposes.p-{kind}]\nwhy = \"To test.\"\nidentity = \"{kind}\"\n\
             [events.E-{kind}]\npurpose = \"p-{kind}\"\n"
        );
    }
    text += &format!(
        "[[destinations]]\nkind = \"posthog\"\nkey = \"k\"\nurl = \"{}\"\nrecipient = \"Probes\"\n\
         purposes = [\"p-none\", \"p-day\", \"p-month\", \"p-stable\"]\n",
        to.url()
    );
    text
}

/// A home from which an event of each kind has left.
fn has_left(to: &Receiver, deletion: &str) -> Home {
    let home = agreed(&probe(to, deletion));
    for kind in KINDS {
        home.run(&["record", "probe", &format!("E-{kind}")]).ends(0);
    }
    crate::delivery::wait_until_alone(&home);
    let _ = deliver(&home);
    assert_eq!(to.requests().len(), KINDS.len());
    home
}

/// The pseudonyms of each request.
fn asked(vendor: &Receiver) -> Vec<Vec<String>> {
    let names = |body: serde_json::Value| {
        let names = body["pseudonyms"].as_array().expect("a list").clone();
        names.iter().map(|name| name.as_str().expect("a text").to_owned()).collect()
    };
    vendor.requests().iter().map(|request| names(request.json())).collect()
}

#[test]
fn each_pseudonym_has_a_request_of_its_own_and_the_host_is_named_before() {
    for commands in
        [vec!["forget probe"], vec!["disable probe", "forget probe"], vec!["forget --everything"]]
    {
        let (to, vendor) = (Receiver::start(OK), Receiver::start(OK));
        let home = has_left(&to, &vendor.url());
        let dry = home.run(&["forget", "probe", "--dry-run"]).ends(0).stdout;
        let place = vendor.address.to_string();
        assert!(dry.contains(&format!("would ask {place} to delete")), "{dry}");
        assert_eq!(vendor.connections(), 0);
        let mut told = String::new();
        for command in &commands {
            told += &home.run(&command.split(' ').collect::<Vec<_>>()).ends(0).stdout;
        }
        let before = told.find(&format!("Asking {place} to delete")).expect(&told);
        assert!(told.find("was asked").is_some_and(|after| before < after), "{told}");
        let asked = asked(&vendor);
        assert!(asked.iter().all(|names| names.len() == 1), "{asked:?}");
        let different: BTreeSet<&String> = asked.iter().flatten().collect();
        // The placeholders of the purpose without identity are nobody's.
        assert_eq!((asked.len(), different.len()), (3, 3), "{commands:?}");
    }
}

#[test]
fn an_address_that_was_not_agreed_to_is_not_asked() {
    for commands in [vec![], vec!["disable probe"]] {
        let (to, vendor) = (Receiver::start(OK), Receiver::start(OK));
        let other = Receiver::start(OK);
        let home = has_left(&to, &vendor.url());
        home.write("new.toml", &probe(&to, &other.url()));
        home.run(&["declare", "--replace", "new.toml"]).ends(0);
        for command in commands {
            home.run(&str::split(command, ' ').collect::<Vec<_>>()).ends(0);
        }
        let dry = home.run(&["forget", "probe", "--dry-run"]).ends(0).stdout;
        assert!(!dry.contains("would ask"), "{dry}");
        let ran = home.run(&["forget", "probe"]).ends(1);
        assert!(ran.stderr.contains("was not asked to delete what has left"), "{ran:?}");
        assert_eq!((vendor.connections(), other.connections()), (0, 0));
        let names = ran.stdout.lines().filter(|line| line.matches('-').count() == 4).count();
        assert_eq!(names, 3, "the user can ask: {ran:?}");
    }
}

#[test]
fn what_could_not_be_asked_is_told_with_its_pseudonym() {
    let (to, vendor) = (Receiver::start(OK), Receiver::start(Mode::InTurn(&[200, 500])));
    let home = has_left(&to, &vendor.url());
    let ran = home.run(&["forget", "probe"]).ends(1);
    let asked = asked(&vendor);
    assert_eq!(asked.len(), 3);
    let told: Vec<bool> = asked.iter().map(|names| ran.stdout.contains(&names[0])).collect();
    assert_eq!(told, [false, true, false], "{ran:?}");
    assert!(ran.stderr.contains("answered 500"), "{ran:?}");
}
