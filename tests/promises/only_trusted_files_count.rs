//! Only files that nobody but the user and root can change turn anything on.
#![cfg(unix)]

use crate::support::{Home, am_root};
use crate::surroundings::with_own_mounts;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

const CONSENT: &str = ".config/sayso/consent/werf.toml";
const DECLARATION: &str = ".local/share/sayso/tools/werf.toml";
const TOOLS: &str = ".local/share/sayso/tools";

/// A group that is nobody's private one here.
const OTHERS: u32 = 4242;

fn granted() -> Home {
    let home = Home::new();
    home.declare("werf");
    home.run(&["enable", "werf", "usage", "--notice", "1"]).ends(0);
    // So that the prepared form of the declaration is there as well.
    assert!(home.reason("werf", "usage").0);
    home
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
}

#[test]
fn whoever_may_write_to_a_file_or_replace_it_is_asked_for() {
    if !am_root() {
        return;
    }
    let me = Some(0);
    for (file, owner, group, mode, counts) in [
        (CONSENT, me, me, 0o600, true),
        (CONSENT, me, me, 0o660, true),
        (CONSENT, me, Some(OTHERS), 0o640, true),
        (CONSENT, me, Some(OTHERS), 0o660, false),
        (CONSENT, me, Some(OTHERS), 0o620, false),
        (CONSENT, me, me, 0o602, false),
        (CONSENT, me, me, 0o666, false),
        (CONSENT, Some(OTHERS), me, 0o600, false),
        (DECLARATION, me, me, 0o644, true),
        (DECLARATION, me, me, 0o664, true),
        (DECLARATION, me, Some(OTHERS), 0o664, false),
        (DECLARATION, me, me, 0o646, false),
        (DECLARATION, Some(OTHERS), me, 0o644, false),
    ] {
        let home = granted();
        let path = home.path().join(file);
        chown(&path, owner, group).expect("the right");
        set_mode(&path, mode);
        let case = format!("{file} {owner:?} {group:?} {mode:o}");
        let expected = if counts { "granted" } else { "unreadable" };
        assert_eq!(home.reason("werf", "usage"), (counts, expected.to_owned()), "{case}");
        home.run(&["check", "werf", "usage"]).ends(i32::from(!counts));
        // An opt-out is never refused because of it.
        home.run(&["disable", "werf"]).ends(0);
        assert!(!home.reason("werf", "usage").0, "{case}");
    }
}

#[test]
fn a_declaration_where_others_may_replace_it_does_not_count() {
    if !am_root() {
        return;
    }
    for (owner, group, mode, counts) in [
        (0, 0, 0o755, true),
        (0, OTHERS, 0o750, true),
        (0, OTHERS, 0o775, false),
        (0, 0, 0o777, false),
        (0, 0, 0o1777, false),
        (0, OTHERS, 0o1775, true),
        (OTHERS, 0, 0o755, false),
    ] {
        let home = granted();
        let folder = home.path().join(TOOLS);
        chown(&folder, Some(owner), Some(group)).expect("the right");
        set_mode(&folder, mode);
        // As it is read for the first time, and not as it was prepared while it was in order.
        let path = home.path().join(DECLARATION);
        let text = fs::read(&path).expect("the file");
        fs::write(&path, text).expect("the file");
        assert_eq!(fs::metadata(&path).expect("the file").uid(), 0);
        let (allows, reason) = home.reason("werf", "usage");
        assert_eq!(allows, counts, "{owner} {group} {mode:o}: {reason}");
        home.run(&["disable", "werf"]).ends(0);
    }
}

#[test]
fn a_policy_and_a_catalogue_that_others_can_change_are_told_and_allow_nothing() {
    if !am_root() {
        return;
    }
    let home = granted();
    let catalogue = ".config/sayso/catalogue/own.toml";
    let entry = "[[tool]]\nid = \"own\"\nname = \"Own\"\n";
    for (owner, mode, folder_mode) in [(OTHERS, 0o600, 0o700), (0, 0o666, 0o700), (0, 0o600, 0o777)]
    {
        home.write(catalogue, entry);
        let path = home.path().join(catalogue);
        chown(&path, Some(owner), None).expect("the right");
        set_mode(&path, mode);
        set_mode(path.parent().expect("a folder"), folder_mode);
        let doctor = home.run(&["doctor"]).ends(1);
        assert!(doctor.stdout.contains("catalogue/own.toml"), "{doctor:?}");
        assert!(doctor.stdout.contains("other user") || doctor.stdout.contains("another user"));
        set_mode(path.parent().expect("a folder"), 0o700);
    }
}

#[test]
fn a_policy_that_others_can_change_or_replace_holds_everything() {
    let home = granted();
    for (damage, expected) in [
        ("true", "check 0"),
        ("ln -s policy.toml further; mv policy.toml real; ln -s real policy.toml", "check 0"),
        ("chmod 666 policy.toml", "check 1"),
        ("chgrp 4242 policy.toml; chmod 664 policy.toml", "check 1"),
        ("chown 4242 policy.toml", "check 1"),
        ("chown 4242 .", "check 1"),
        ("chmod 777 .", "check 1"),
        ("chmod 1777 .", "check 1"),
        ("mv policy.toml real; ln -s real policy.toml; chown -h 4242 policy.toml", "check 1"),
        ("rm policy.toml; ln -s nothing policy.toml", "check 1"),
        ("mkdir policy.d; mv policy.toml policy.d", "check 0"),
        ("mkdir policy.d; mv policy.toml policy.d; chmod 666 policy.d/*", "check 1"),
        ("mkdir policy.d; mv policy.toml policy.d; chmod 777 policy.d", "check 1"),
    ] {
        let script = format!(
            "mount -t tmpfs tmpfs /etc; mkdir -m 755 /etc/sayso; cd /etc/sayso
             echo 'version = 1' > policy.toml; {damage}
             \"$0\" check werf usage && echo \"check $?\" || echo \"check $?\"
             \"$0\" doctor; \"$0\" disable werf > /dev/null && echo \"disable $?\"
             \"$0\" enable werf --notice 1 2> /dev/null > /dev/null || true"
        );
        let Some(ran) = with_own_mounts(&home, &script.replace("doctor;", "doctor || true;"))
        else {
            return;
        };
        assert!(ran.stdout.starts_with(&format!("{expected}\n")), "{damage}: {ran:#?}");
        assert!(ran.stdout.contains("disable 0"), "{damage}: {ran:#?}");
        let is_told = ran.stdout.contains("/etc/sayso/policy");
        assert_eq!(is_told, expected == "check 1", "{damage}: {ran:#?}");
        home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    }
}
