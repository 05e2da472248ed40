//! Where version control may carry the machine's secrets to another machine, `doctor` says so and what to
//! do.

use crate::support::Home;
use std::fs;

const MARKS: [&str; 8] = [".git", ".jj", ".hg", ".svn", ".bzr", ".pijul", "_darcs", ".fslckout"];

fn granted() -> Home {
    let home = Home::new();
    home.declare("werf");
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    home.run(&["doctor"]).ends(0);
    home
}

#[track_caller]
fn warns(home: &Home) {
    let told = home.run(&["doctor"]).ends(1).stdout;
    assert!(told.contains("in a working tree of") && told.contains("sayso id reset"), "{told}");
}

#[test]
fn a_config_folder_in_a_working_tree_is_told_of() {
    for mark in MARKS {
        for folder in ["", ".config/", ".config/sayso/"] {
            let home = granted();
            fs::create_dir(home.path().join(format!("{folder}{mark}"))).expect("a folder");
            warns(&home);
            home.run(&["disable", "werf"]).ends(0);
            home.run(&["doctor"]).ends(0);
        }
    }
    // A second work tree, or a submodule, has a file of that name.
    let home = granted();
    home.write(".config/.git", "gitdir: /elsewhere\n");
    warns(&home);
}

#[cfg(unix)]
#[test]
fn links_into_a_working_tree_are_followed() {
    for linked in [".config", ".config/sayso", ".config/sayso/config.toml", ".config/sayso/consent"]
    {
        let home = granted();
        let at = home.path().join(linked);
        let to = home.path().join("dotfiles/linked");
        fs::create_dir_all(home.path().join("dotfiles/.git")).expect("folders");
        fs::rename(&at, &to).expect("moved");
        std::os::unix::fs::symlink(&to, &at).expect("a link");
        warns(&home);
    }
}

#[test]
fn what_git_leaves_out_is_not() {
    for (rules, is_told) in
        [("*\n", false), ("# all\n*\r\n", false), ("*\n!config.toml\n", true), ("*.toml\n", true)]
    {
        let home = granted();
        fs::create_dir(home.path().join(".git")).expect("a folder");
        home.write(".config/sayso/.gitignore", rules);
        let told = home.run(&["doctor"]).stdout.contains("in a working tree of");
        assert_eq!(told, is_told, "{rules:?}");
    }
}
