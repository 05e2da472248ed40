//! Links, owners, modes, pipes, and homes in which nothing can be written.

use super::{Machine, NUXT, TURBOREPO, assert_same};
use crate::support::{Home, Ran, am_root, have, nobody};
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::process::Command;

/// It was not done, says why and what to do, and everything is as it was.
#[track_caller]
fn assert_left_alone(machine: &Machine, tool: &str, why: &str) {
    let before = machine.tree();
    let ran = machine.run(&["disable", tool]).ends(1);
    assert!(ran.stderr.contains(why) && ran.stderr.contains("\nhint: "), "{ran:#?}");
    assert_same(&before, &machine.tree());
    machine.run(&["undo"]).ends(0);
    assert_same(&before, &machine.tree());
}

#[test]
fn a_link_stays_a_link_and_what_it_leads_to_is_changed() {
    for is_absolute in [true, false] {
        let machine = Machine::with(&["nuxi"]);
        machine.home.write("dotfiles/nuxtrc", "# mine\n");
        let target = machine.home.path().join("dotfiles/nuxtrc");
        fs::set_permissions(&target, fs::Permissions::from_mode(0o644)).expect("a mode");
        let link = machine.home.path().join(NUXT);
        match is_absolute {
            true => symlink(&target, &link).expect("a link"),
            false => symlink("dotfiles/nuxtrc", &link).expect("a link"),
        }
        let before = machine.tree();
        machine.run(&["disable", "nuxt"]).ends(0);
        assert!(link.is_symlink());
        assert_eq!(machine.home.read("dotfiles/nuxtrc"), "# mine\ntelemetry.enabled=false\n");
        machine.run(&["undo"]).ends(0);
        assert_same(&before, &machine.tree());
    }
}

#[test]
fn a_linked_folder_and_two_names_for_one_file_are_one_file() {
    let machine = Machine::with(&["turbo"]);
    fs::remove_dir(machine.home.path().join(".config")).expect("a folder");
    fs::create_dir_all(machine.home.path().join("dotfiles/config")).expect("a folder");
    symlink("dotfiles/config", machine.home.path().join(".config")).expect("a link");
    machine.run(&["disable", "turborepo"]).ends(0);
    let moved = machine.home.path().join("dotfiles/config").display().to_string();
    let ran = machine.run_with(&[("XDG_CONFIG_HOME", &moved)], &["disable", "turborepo"]).ends(0);
    assert!(ran.stdout.contains("off already"), "{ran:#?}");
    machine.run(&["undo"]).ends(0);
    assert!(!machine.home.path().join("dotfiles/config/turborepo").exists());
}

#[test]
fn what_is_no_regular_file_is_left_alone() {
    let machine = Machine::with(&["nuxi"]);
    let path = machine.home.path().join(NUXT);
    fs::create_dir(&path).expect("a folder");
    assert_left_alone(&machine, "nuxt", "is not a regular file");
    fs::remove_dir(&path).expect("the folder");
    symlink("nowhere", &path).expect("a link");
    assert_left_alone(&machine, "nuxt", ".nuxtrc");
    fs::remove_file(&path).expect("the link");
    symlink(NUXT, &path).expect("a link to itself");
    assert_left_alone(&machine, "nuxt", ".nuxtrc");
    fs::remove_file(&path).expect("the link");
    machine.home.write("other", "a = 1\n");
    fs::hard_link(machine.home.path().join("other"), &path).expect("a second name");
    assert_left_alone(&machine, "nuxt", "has a second name");
    fs::remove_file(&path).expect("the name");
    if have("mkfifo") {
        assert!(Command::new("mkfifo").arg(&path).status().expect("it runs").success());
        assert_left_alone(&machine, "nuxt", "is not a regular file");
    }
}

#[test]
fn what_cannot_be_changed_safely_is_told_with_its_line() {
    let machine = Machine::with(&["turbo", "flyctl"]);
    machine.home.write(TURBOREPO, "{\n  \"telemetry_enabled\": true,\n  oops\n}\n");
    assert_left_alone(&machine, "turborepo", "line 3");
    machine.home.write(".fly/config.yml", "a: &x true\nsend_metrics: &y true\nb: *y\n");
    assert_left_alone(&machine, "flyctl", "line 2");
    fs::write(machine.home.path().join(TURBOREPO), b"{ \"a\": \"\xff\" }").expect("a file");
    assert_left_alone(&machine, "turborepo", "UTF-8");
}

#[test]
fn one_tool_that_fails_stops_no_other() {
    let machine = Machine::with(&["turbo", "nuxi", "next"]);
    machine.home.write(".config/nextjs-nodejs/config.json", "{ oops");
    let ran = machine.run(&["disable"]).ends(1);
    assert!(ran.stderr.contains("nextjs-nodejs/config.json"), "{ran:#?}");
    assert!(machine.home.read(NUXT).contains("false"));
    assert!(machine.home.read(TURBOREPO).contains("false"));
}

#[test]
fn a_missing_folder_is_made_only_where_a_persons_things_are() {
    let machine = Machine::with(&["az"]);
    let outside = tempfile::tempdir().expect("a folder");
    let missing = outside.path().join("a/b").display().to_string();
    let ran = machine.run_with(&[("AZURE_CONFIG_DIR", &missing)], &["disable", "azure-cli"]);
    let ran = ran.ends(1);
    assert!(ran.stderr.contains("is not made outside your home"), "{ran:#?}");
    assert!(!outside.path().join("a").exists());
    let there = outside.path().display().to_string();
    machine.run_with(&[("AZURE_CONFIG_DIR", &there)], &["disable", "azure-cli"]).ends(0);
    assert!(outside.path().join("config").exists());
    machine.run(&["undo"]).ends(0);
    assert!(!outside.path().join("config").exists());
}

#[test]
fn files_of_other_people_are_left_alone() {
    if !am_root() {
        return;
    }
    let machine = Machine::with(&["nuxi"]);
    machine.home.write(NUXT, "a = 1\n");
    let path = machine.home.path().join(NUXT);
    chown(&path, Some(65534), None).expect("the right");
    assert_left_alone(&machine, "nuxt", "belongs to another user");
    fs::remove_file(&path).expect("the file");
    machine.home.write("other", "a = 1\n");
    symlink("other", &path).expect("a link");
    std::os::unix::fs::lchown(&path, Some(65534), None).expect("the right");
    assert_left_alone(&machine, "nuxt", "belongs to another user");
}

#[test]
fn the_group_of_a_file_stays() {
    if !am_root() {
        return;
    }
    use std::os::unix::fs::MetadataExt;
    let machine = Machine::with(&["nuxi"]);
    machine.home.write(NUXT, "a = 1\n");
    let path = machine.home.path().join(NUXT);
    chown(&path, None, Some(65534)).expect("the right");
    machine.run(&["disable", "nuxt"]).ends(0);
    assert_eq!(fs::metadata(&path).expect("it is there").gid(), 65534);
}

#[test]
fn where_nothing_can_be_written_nothing_is_touched() {
    let machine = Machine::with(&["turbo"]);
    machine.home.write(TURBOREPO, "{ \"telemetry_enabled\": true }\n");
    let Some(start) = nobody(&machine.home) else { return };
    let folder = machine.home.path().join(".config/turborepo");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).expect("a mode");
    let run = |arguments: &[&str]| {
        let mut command = machine.home.command(&start[0]);
        command.args(&start[1..]).args(arguments);
        Ran::of(&command.output().expect("it runs"))
    };
    let before = machine.tree();
    let ran = run(&["disable", "turborepo"]).ends(1);
    assert!(ran.stderr.contains("Permission denied"), "{ran:#?}");
    assert_same(&before, &machine.tree());
    run(&["undo"]).ends(0);
    assert_same(&before, &machine.tree());
}

/// A home with an entry of the person's own about a tool called `t1`.
fn with_entry(file: &str) -> Home {
    let home = Home::new();
    home.write(
        ".config/sayso/catalogue/mine.toml",
        &format!(
            "[[tool]]\nid = \"t1\"\nname = \"T\"\nvendor = \"V\"\nhomepage = \"https://t.example\"\n\
             exe = [\"t1\"]\ndefault = \"on\"\ndo-not-track = \"no\"\nevidence = \"ran\"\n\
             sources = [\"s\"]\n[[tool.file]]\n{file}\n"
        ),
    );
    home
}

#[test]
fn no_entry_reaches_an_answer() {
    let path = "{xdg_config}/sayso/consent/werf.toml";
    let home = with_entry(&format!(
        "path = \"{path}\"\nformat = \"toml\"\nkey = [\"usage\", \"choice\"]\noff = \"granted\"\nbasis = \"ran\""
    ));
    home.declare("werf").run(&["disable", "werf", "usage"]).ends(0);
    let before = home.read(".config/sayso/consent/werf.toml");
    let told = home.run(&["disable", "t1"]).ends(1);
    assert!(told.stderr.contains("is a file of sayso itself"), "{told:?}");
    assert_eq!(home.read(".config/sayso/consent/werf.toml"), before);
}

#[test]
fn a_key_is_no_order_to_a_terminal_and_has_an_end() {
    for key in ["\"\\u001b]0;x\\u0007\"", &vec!["\"a\""; 5000].join(",")] {
        let home = with_entry(&format!(
            "path = \"{{home}}/t.json\"\nformat = \"json\"\nkey = [{key}]\noff = false\nbasis = \"ran\""
        ));
        let lint = home.run(&[
            "lint",
            &home.path().join(".config/sayso/catalogue/mine.toml").display().to_string(),
        ]);
        assert!(lint.ends(1).stderr.contains("key is at most"));
    }
}

#[test]
fn a_folder_that_became_a_link_does_not_keep_undo_from_its_end() {
    let home = Home::new();
    home.run(&["disable", "aws-sam-cli"]).ends(0);
    let folder = home.path().join(".aws-sam");
    fs::rename(&folder, home.path().join("dots")).expect("moved");
    std::os::unix::fs::symlink("dots", &folder).expect("a link");
    home.run(&["undo"]).ends(0);
    assert_eq!(home.run(&["undo"]).ends(0).stdout, "There is nothing to undo.\n");
}
