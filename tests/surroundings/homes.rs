//! Homes that are missing, strange or somebody else's.

use super::*;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;

/// Runs the program with another `HOME`, or none, in a current folder that must stay empty.
#[track_caller]
fn with_home(value: Option<&OsStr>, arguments: &[&str]) -> Ran {
    let here = Home::new();
    let mut command = here.sayso(arguments);
    match value {
        Some(value) => command.env("HOME", value),
        None => command.env_remove("HOME"),
    };
    let ran = Ran::of(&command.output().expect("it runs"));
    let found = fs::read_dir(here.path()).expect("a folder").count();
    assert_eq!(found, 0, "something was written into the current folder: {:?}", here.files());
    ran
}

#[test]
fn without_a_usable_home_everything_holds_and_nothing_is_written_here() {
    let values: [Option<&[u8]>; 5] =
        [None, Some(b""), Some(b"relative/home"), Some(b"."), Some(b"/tmp/not-\xff-unicode")];
    let file = crate::support::declaration("werf");
    for value in values.map(|value| value.map(OsStr::from_bytes)) {
        with_home(value, &["check", "werf"]).says_only(1);
        with_home(value, &["check", "werf", "usage"]).says_only(1);
        with_home(value, &["enable", "werf", "--notice", "1"]).tells();
        with_home(value, &["disable", "--unknown", "werf"]).tells();
        with_home(value, &["disable"]).tells();
        with_home(value, &["default", "off"]).tells();
        with_home(value, &["declare", &file.to_string_lossy()]).tells();
        with_home(value, &["forget", "--everything"]).tells();
        with_home(value, &["doctor"]).ends(1);
        let status = with_home(value, &["status"]).ends(0);
        assert!(status.stdout.contains("everything is off"), "{value:?}: {status:?}");
        assert!(status.stderr.contains("hint: set HOME"), "{value:?}: {status:?}");
    }
}

#[test]
fn a_home_that_is_missing_is_not_made_by_a_user_without_rights() {
    if !can_be_nobody() {
        return;
    }
    let here = Home::new();
    give_to(&here, NOBODY);
    let run = |arguments: &[&str]| {
        let mut command = as_nobody(&here, arguments);
        Ran::of(&command.env("HOME", "/nonexistent").output().expect("it runs"))
    };
    run(&["check", "werf"]).says_only(1);
    run(&["status"]).ends(0);
    run(&["disable", "--unknown", "werf"]).tells();
    run(&["default", "off"]).tells();
    assert!(!Path::new("/nonexistent").exists());
    assert_eq!(here.files(), [""; 0]);
}

#[test]
fn relative_folders_in_variables_are_ignored() {
    let home = granted();
    let before = contents(&home);
    for name in
        ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_DATA_DIRS", "SAYSO_HOME"]
    {
        for value in ["relative", "./here", ""] {
            home.run_with(&[(name, value)], &["check", "werf"]).says_only(0);
        }
    }
    assert_eq!(contents(&home), before);
    home.run_with(&[("SAYSO_HOME", "relative")], &["disable", "werf"]).ends(0);
    home.run(&["check", "werf"]).says_only(1);
    assert!(!home.path().join("relative").exists());
}

#[test]
fn sayso_home_holds_everything() {
    let (home, other) = (Home::new(), Home::new());
    let folder = other.path().join("not there yet");
    let run =
        |arguments: &[&str]| home.run_with(&[("SAYSO_HOME", &folder.to_string_lossy())], arguments);
    run(&["declare", &crate::support::declaration("werf").to_string_lossy()]).ends(0);
    run(&["enable", "werf", "--notice", "1"]).ends(0);
    run(&["check", "werf"]).says_only(0);
    assert_eq!(home.files(), [""; 0], "nothing outside of it");
    let names = [
        "config.toml",
        "consent/werf.toml",
        "state/history/werf.jsonl",
        "state/prepared/werf",
        "tools/werf.toml",
    ];
    let expected = names.map(|name| format!("not there yet/{name}"));
    let mut files = other.files();
    files.retain(|file| !file.contains("/state/spool/"));
    assert_eq!(files, expected);
}

#[test]
fn absolute_xdg_folders_are_used_even_without_a_home() {
    let (home, other) = (Home::new(), Home::new());
    let folder = |name: &str| other.path().join(name).to_string_lossy().into_owned();
    let (config, state, data) = (folder("c"), folder("s"), folder("d"));
    let mut command = home.sayso(&["disable", "--unknown", "werf"]);
    command.env_remove("HOME").env("XDG_CONFIG_HOME", config);
    command.env("XDG_STATE_HOME", state).env("XDG_DATA_HOME", data);
    Ran::of(&command.output().expect("it runs")).ends(0);
    assert_eq!(other.files(), ["c/sayso/consent/werf.toml", "s/sayso/history/werf.jsonl"]);
}

#[test]
fn sudo_with_the_home_of_a_user_is_refused_and_leaves_nothing_of_root_there() {
    if !can_be_nobody() {
        return;
    }
    for home in [declared(), granted(), Home::new()] {
        give_to(&home, NOBODY);
        let before = contents(&home);
        let file = crate::support::declaration("werf");
        let file = file.to_string_lossy();
        for arguments in [
            &["disable", "--unknown", "werf"][..],
            &["disable"],
            &["default", "off"],
            &["declare", &file],
        ] {
            let ran = home.run(arguments).tells();
            assert!(ran.stderr.contains("hint: run it without sudo"), "{ran:?}");
        }
        if !before.is_empty() {
            home.run(&["enable", "werf", "--notice", "1"]).tells();
            home.run(&["forget", "werf"]).tells();
        }
        assert_eq!(contents(&home), before);
        let names: Vec<String> = home.files();
        for path in names.iter().map(|name| home.path().join(name)).chain([home.path().to_owned()])
        {
            assert_eq!(fs::metadata(&path).expect("a file").uid(), NOBODY, "{}", path.display());
        }
        home.run(&["check", "werf"]).says_only(1);
        home.run(&["status"]).ends(0);
        // And its owner is not kept from anything afterwards.
        run_as_nobody(&home, &["disable", "--unknown", "werf"]).ends(0);
    }
}

#[test]
fn the_home_of_somebody_else_is_left_alone() {
    if !can_be_nobody() {
        return;
    }
    let home = granted();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o777)).expect("a mode");
    let before = contents(&home);
    run_as_nobody(&home, &["check", "werf"]).says_only(1);
    run_as_nobody(&home, &["disable", "--unknown", "werf"]).tells();
    run_as_nobody(&home, &["default", "off"]).tells();
    assert_eq!(contents(&home), before);
}

#[test]
fn a_read_only_home_keeps_its_answers_and_says_why_nothing_can_be_stored() {
    if !can_be_nobody() {
        return;
    }
    let home = granted();
    give_to(&home, NOBODY);
    for folder in ["", ".config/sayso", ".config/sayso/consent", ".local/state/sayso"] {
        let path = home.path().join(folder);
        fs::set_permissions(path, fs::Permissions::from_mode(0o500)).expect("a mode");
    }
    let before = contents(&home);
    run_as_nobody(&home, &["check", "werf"]).says_only(0);
    run_as_nobody(&home, &["disable", "werf"]).tells();
    run_as_nobody(&home, &["default", "off"]).tells();
    run_as_nobody(&home, &["status"]).ends(0);
    assert_eq!(contents(&home), before);
}

#[test]
fn a_read_only_mount_keeps_its_answers_and_says_why_nothing_can_be_stored() {
    let home = granted();
    let script = r#"mount --bind "$HOME" "$HOME"; mount -o remount,bind,ro "$HOME"; cd "$HOME"
        "$0" check werf && echo on; "$0" disable werf || echo "disable $?"
        "$0" status >/dev/null && echo status; "$0" check werf && echo on"#;
    let Some(ran) = with_own_mounts(&home, script) else { return };
    assert_eq!(ran.stdout, "on\ndisable 1\nstatus\non\n", "{ran:#?}");
    assert!(ran.stderr.contains("caused by: Read-only file system"), "{ran:#?}");
    assert!(ran.stderr.contains("hint: "), "{ran:#?}");
}

#[test]
fn folders_and_files_are_their_owners_alone_whatever_the_umask() {
    for umask in ["000", "022", "777"] {
        let home = Home::new();
        let nobody = am_root() && have("setpriv");
        if nobody {
            // Root may do everything, so with a umask of 777 only another user shows anything.
            give_to(&home, NOBODY);
        }
        let file = home.path().join("werf.toml");
        fs::copy(crate::support::declaration("werf"), &file).expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("a mode");
        for arguments in
            ["declare werf.toml", "enable werf --notice 1", "disable werf", "default off"]
        {
            let script = format!("umask {umask}; exec \"$0\" {arguments}");
            let mut command = match nobody {
                false => home.command("sh"),
                true => {
                    let user = NOBODY.to_string();
                    let mut command = home.command("setpriv");
                    command.args(["--reuid", &user, "--regid", &user, "--clear-groups", "sh"]);
                    command
                }
            };
            command.arg("-c").arg(script).arg(program_for_all());
            Ran::of(&command.output().expect("it runs")).ends(0);
        }
        fs::remove_file(file).expect("the file");
        for name in home.files() {
            let file = home.path().join(&name);
            let mode = |path: &Path| fs::metadata(path).expect("there").mode() & 0o7777;
            assert_eq!(mode(&file), 0o600, "umask {umask}: {name}");
            for folder in file.ancestors().skip(1).take_while(|folder| *folder != home.path()) {
                assert_eq!(mode(folder), 0o700, "umask {umask}: {}", folder.display());
            }
        }
    }
}

#[test]
fn the_current_folder_never_matters() {
    let home = declared();
    let here = Home::new();
    let commands: [&[&str]; 12] = [
        &[],
        &["status"],
        &["enable", "werf", "--notice", "1"],
        &["check", "werf"],
        &["show", "werf"],
        &["history"],
        &["id"],
        &["path"],
        &["doctor"],
        &["disable"],
        &["ask", "werf"],
        &["forget", "werf"],
    ];
    for arguments in commands {
        let mut command = home.sayso(arguments);
        let ran = Ran::of(&command.current_dir(here.path()).output().expect("it runs"));
        assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
    }
    assert_eq!(here.files(), [""; 0]);
    let gone = r#"mkdir gone; cd gone; rmdir ../gone; "$0" check werf; "$0" status"#;
    assert!(shell(&home, gone).ends(0).stdout.contains("werf"));
}
