//! The administrator's policy, in an `/etc` of its own.

use super::*;

/// Runs a script where `/etc/sayso/policy.toml` has this text.
fn under_policy(home: &Home, policy: &str, script: &str) -> Option<Ran> {
    home.write("policy", policy);
    let start = r#"mount -t tmpfs tmpfs /etc; mkdir /etc/sayso; cp policy /etc/sayso/policy.toml
        say() { "$0" "$@" && echo "$1: 0" || echo "$1: $?"; }"#;
    let start = start.replace("\"$0\"", &format!("'{}'", program().display()));
    with_own_mounts(home, &format!("{start}\n{script}"))
}

#[test]
fn a_policy_forbids_everything_a_tool_or_a_purpose() {
    for (deny, usage) in
        [("*", 1), ("werf", 1), ("werf/usage", 1), ("werf/errors", 0), ("gitops", 0)]
    {
        let policy = format!("version = 1\ndeny = [\"{deny}\"]\nreason = \"House rules\"\n");
        let script = "say check werf usage; say status";
        let Some(ran) = under_policy(&granted(), &policy, script) else { return };
        assert!(ran.stdout.starts_with(&format!("check: {usage}\n")), "{deny}: {ran:#?}");
        assert_eq!(ran.stdout.contains("House rules"), usage == 1, "{deny}: {ran:#?}");
        assert!(ran.stderr.is_empty(), "{ran:#?}");
    }
}

#[test]
fn a_policys_default_counts_for_people_who_set_none() {
    let policy = "version = 1\ndefault = \"off\"\n";
    let script = "say check werf --json; say default; say default ask; say check werf --json";
    let Some(ran) = under_policy(&declared(), policy, script) else { return };
    let own = ran.stdout.find("default: ask").expect("an answer of one's own");
    let (before, after) = ran.stdout.split_at(own);
    assert!(before.contains("\"reason\": \"default-off\""), "{ran:#?}");
    assert!(before.contains("\noff\ndefault: 0\n"), "{ran:#?}");
    assert!(after.contains("\"reason\": \"unasked\""), "{ran:#?}");
}

#[test]
fn a_policy_that_cannot_be_understood_holds_everything() {
    for policy in
        ["", "version = 2\n", "version = 1\ndeny = \"*\"\n", "version = 1\nallow = []\n", "[["]
    {
        let script = "say check werf; say check werf --json; say status; say disable werf";
        let Some(ran) = under_policy(&granted(), policy, script) else { return };
        assert!(ran.stdout.starts_with("check: 1\n"), "{policy}: {ran:#?}");
        assert!(ran.stdout.contains("\"reason\": \"unreadable\""), "{policy}: {ran:#?}");
        assert!(ran.stderr.contains("error: /etc/sayso/policy.toml"), "{policy}: {ran:#?}");
        assert!(ran.stderr.contains("hint: "), "{policy}: {ran:#?}");
        assert!(ran.stdout.ends_with("disable: 0\n"), "{policy}: {ran:#?}");
    }
}

#[test]
fn a_policy_that_is_no_file_holds_everything_and_nothing_waits_for_it() {
    if !have("timeout") || !have("mkfifo") {
        return;
    }
    for make in ["mkdir", "mkfifo", "truncate -s 200M", "touch"] {
        let script = format!(
            "rm /etc/sayso/policy.toml; {make} /etc/sayso/policy.toml
             timeout -s KILL 10 \"$0\" check werf && echo on || echo \"check $?\"
             timeout -s KILL 10 \"$0\" status > /dev/null && echo status"
        );
        let Some(ran) = under_policy(&granted(), "", &script) else { return };
        assert_eq!(ran.stdout, "check 1\nstatus\n", "{make}: {ran:#?}");
        assert!(ran.stderr.contains("policy.toml"), "{make}: {ran:#?}");
    }
}

#[test]
fn a_policy_that_only_its_administrator_may_read_holds_everything() {
    if !can_be_nobody() {
        return;
    }
    let home = granted();
    give_to(&home, NOBODY);
    let nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups";
    let script = format!(
        "chmod 600 /etc/sayso/policy.toml
         {nobody} '{0}' check werf && echo on || echo \"check $?\"
         {nobody} '{0}' status > /dev/null && echo status",
        program_for_all().display()
    );
    let Some(ran) = under_policy(&home, "version = 1\n", &script) else { return };
    assert_eq!(ran.stdout, "check 1\nstatus\n", "{ran:#?}");
    assert!(ran.stderr.contains("error: /etc/sayso/policy.toml"), "{ran:#?}");
}
