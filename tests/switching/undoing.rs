//! Taking back: in any order, after others, and after oneself.

use super::{Machine, NUXT, TURBOREPO, assert_same};
use std::fs;

const IONIC: &str = ".ionic/config.json";

#[test]
fn two_tools_in_one_file_are_taken_back_in_any_order() {
    let text = "{\n  \"version\": 1,   // mine\n  \"telemetry\": true\n}\n";
    for (file, tools) in [(Some(text), ["ionic", "stencil"]), (None, ["ionic", "stencil"])] {
        for (first, second) in [(0, 1), (1, 0)] {
            let machine = Machine::with(&["ionic", "stencil"]);
            file.iter().for_each(|text| machine.home.write(IONIC, text));
            let original = machine.tree();
            machine.run(&["disable", tools[second]]).ends(0);
            let with_second = machine.tree();
            machine.run(&["undo"]).ends(0);
            for tool in tools {
                machine.run(&["disable", tool]).ends(0);
            }
            machine.run(&["undo", tools[first]]).ends(0);
            assert_same(&with_second, &machine.tree());
            machine.run(&["undo", tools[second]]).ends(0);
            assert_same(&original, &machine.tree());
        }
    }
}

#[test]
fn two_channels_in_one_file_are_taken_back_together() {
    let machine = Machine::with(&["ns"]);
    machine.home.write(".local/share/.nativescript-cli/user-settings.json", "{\"a\":1}");
    let before = machine.tree();
    machine.run(&["disable", "nativescript", "crash"]).ends(0);
    machine.run(&["disable", "nativescript"]).ends(0);
    let text = machine.home.read(".local/share/.nativescript-cli/user-settings.json");
    assert_eq!(text.matches("\"false\"").count(), 2, "{text}");
    machine.run(&["undo", "nativescript"]).ends(0);
    assert_same(&before, &machine.tree());
}

#[test]
fn the_first_original_counts_however_often_one_changes_ones_mind() {
    let machine = Machine::with(&["turbo"]);
    machine.home.write(TURBOREPO, "{\"telemetry_enabled\":true,\"id\":\"x\"}\n\n");
    let before = machine.tree();
    for command in ["disable", "enable", "disable", "disable", "enable"] {
        machine.run(&[command, "turborepo"]).ends(0);
    }
    machine.run(&["disable"]).ends(0);
    machine.run(&["undo", "turborepo"]).ends(0);
    assert_same(&before, &machine.tree());
    assert!(!machine.home.consent("turborepo").exists());
}

#[test]
fn what_a_person_wished_before_by_hand_comes_back() {
    let machine = Machine::with(&["turbo"]);
    machine.run(&["disable", "--unknown", "turborepo"]).ends(0);
    let before = fs::read(machine.home.consent("turborepo")).expect("a file");
    machine.run(&["disable", "turborepo"]).ends(0);
    assert_ne!(fs::read(machine.home.consent("turborepo")).expect("a file"), before);
    machine.run(&["undo"]).ends(0);
    assert_eq!(fs::read(machine.home.consent("turborepo")).expect("a file"), before);
}

#[test]
fn what_the_tool_itself_wrote_since_stays() {
    let machine = Machine::with(&["turbo"]);
    machine.run(&["disable", "turborepo"]).ends(0);
    machine.home.write(TURBOREPO, "{\n  \"telemetry_enabled\": false,\n  \"salt\": \"x\"\n}\n");
    let ran = machine.run(&["undo"]).ends(0);
    assert!(ran.stdout.contains("only the key went back"), "{ran:#?}");
    assert_eq!(machine.home.read(TURBOREPO), "{\n  \"salt\": \"x\"\n}\n");
}

#[test]
fn a_change_between_two_of_ours_is_kept_by_undo() {
    let machine = Machine::with(&["ionic", "stencil"]);
    machine.home.write(IONIC, "{ \"a\": 1 }\n");
    machine.run(&["disable", "ionic"]).ends(0);
    let text = machine.home.read(IONIC).replace("\"a\": 1", "\"a\": 2");
    machine.home.write(IONIC, &text);
    machine.run(&["disable", "stencil"]).ends(0);
    machine.run(&["undo", "ionic"]).ends(0);
    let text = machine.home.read(IONIC);
    assert!(!text.contains("\"telemetry\":") && text.contains("telemetry.stencil"), "{text}");
    machine.run(&["undo"]).ends(0);
    assert_eq!(machine.home.read(IONIC), "{ \"a\": 2 }\n");
}

#[test]
fn a_file_that_somebody_removed_stays_removed() {
    let machine = Machine::with(&["nuxi"]);
    machine.home.write(NUXT, "a = 1\n");
    machine.run(&["disable", "nuxt"]).ends(0);
    fs::remove_file(machine.home.path().join(NUXT)).expect("the file");
    let before = machine.tree();
    machine.run(&["undo"]).ends(0);
    assert_same(&before, &machine.tree());
    assert_eq!(machine.run(&["undo"]).ends(0).stdout, "There is nothing to undo.\n");
}

#[test]
fn a_tool_whose_yes_nobody_knows_goes_back_to_what_it_was() {
    let machine = Machine::with(&["ng"]);
    machine.home.write(".angular-config.json", "{\"version\":1}");
    let before = machine.tree();
    machine.run(&["disable", "angular-cli"]).ends(0);
    let ran = machine.run(&["enable", "angular-cli"]);
    assert!(ran.stdout.contains("what sayso had changed is taken back"), "{ran:#?}");
    assert_same(&before, &machine.tree());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..proptest::prelude::ProptestConfig::with_cases(24) })]
    #[test]
    fn whatever_was_done_undo_gives_back_what_was_there(
        steps in proptest::collection::vec((0..3usize, 0..2usize), 1..8),
        file in proptest::sample::select(vec![None, Some("{}"), Some("{ \"telemetry\": false }\n")]),
    ) {
        let machine = Machine::with(&["ionic", "stencil"]);
        file.iter().for_each(|text| machine.home.write(IONIC, text));
        let before = machine.tree();
        for (command, tool) in steps {
            let (command, tool) = (["disable", "enable", "undo"][command], ["ionic", "stencil"][tool]);
            machine.run(&[command, tool]).ends(0);
        }
        machine.run(&["undo"]).ends(0);
        assert_same(&before, &machine.tree());
    }
}

#[test]
fn a_key_and_a_marker_whose_yes_is_their_absence_are_taken_out() {
    let machine = Machine::with(&["m365", "vcpkg"]);
    let m365 = ".config/configstore/cli-m365-config.json";
    machine.home.write(m365, "{\"a\":1,\"disableTelemetry\":true}");
    machine.home.write("bin/vcpkg.disable-metrics", "");
    let before = machine.tree();
    machine.run(&["enable", "cli-microsoft365"]).code.expect("it ends");
    machine.run(&["enable", "vcpkg"]).ends(0);
    assert_eq!(machine.home.read(m365), "{\"a\":1}");
    assert!(!machine.home.path().join("bin/vcpkg.disable-metrics").exists());
    machine.run(&["undo"]).ends(0);
    assert_same(&before, &machine.tree());
}

#[test]
fn two_runs_at_once_lose_nothing() {
    let machine = Machine::with(&["ionic", "stencil", "turbo", "nuxi", "next", "go"]);
    machine.home.write(IONIC, "{ \"a\": 1 }\n");
    let before = machine.tree();
    for _ in 0..10 {
        std::thread::scope(|scope| {
            for tool in ["ionic", "stencil", "turborepo", "nuxt", "nextjs", "go"] {
                let machine = &machine;
                scope.spawn(move || machine.run(&["disable", tool]).ends(0));
            }
        });
        let text = machine.home.read(IONIC);
        assert_eq!(text.matches("false").count(), 2, "{text}");
        std::thread::scope(|scope| {
            for tools in [&["undo", "ionic"][..], &["undo", "stencil"], &["undo"], &["undo"]] {
                let machine = &machine;
                scope.spawn(move || machine.run(tools).ends(0));
            }
        });
        assert_same(&before, &machine.tree());
    }
}
