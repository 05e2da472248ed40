//! A disk that is really full, in bytes and in files: what was on is off all the same.

use crate::support::{Home, Ran, Terminal, am_root, declaration, have, missing, program};
use std::fs;

/// Runs a script in a copy of the home on a small disk of its own: `fill` fills it with bytes,
/// `fill_files` with files, `empty` undoes both, and `say` runs sayso and prints how that ended.
fn on_a_small_disk(home: &Home, script: &str) -> Option<String> {
    if !am_root() || !have("unshare") || !have("mount") {
        return None;
    }
    let start = r#"
        set -u; program=$1; copy=$2
        cp -a "$HOME"/. "$copy"
        mount -t tmpfs -o size=96k,nr_inodes=60,mode=700 tmpfs "$HOME" || { echo no mount; exit; }
        cp -a "$copy"/. "$HOME"; cd "$HOME"
        fill() { cat /dev/zero 2>/dev/null > "$HOME/bytes"; }
        fill_files() { n=0; while : 2>/dev/null > "$HOME/file$n"; do n=$((n+1)); done; }
        empty() { rm -f "$HOME/bytes" "$HOME"/file*; }
        say() { "$program" "$@"; echo "$1: $?"; }
    "#;
    let copy = tempfile::tempdir().expect("a folder");
    let mut command = home.command("unshare");
    // bash: in a smaller shell a failed redirection may end the loop and the script with it.
    command.args(["-m", "bash", "-c", &format!("{start}\n{script}"), "bash"]);
    let ran = Ran::of(&command.arg(program()).arg(copy.path()).output().expect("it runs"));
    if ran.code != Some(0) || ran.stdout.starts_with("no mount") {
        missing("the right to mount");
        return None;
    }
    assert!(!ran.stderr.contains("panicked"), "{ran:#?}");
    Some(format!("{}{}", ran.stdout, ran.stderr))
}

fn granted() -> Home {
    let home = Home::new();
    home.declare("werf").run(&["enable", "werf", "--notice", "1"]).ends(0);
    home
}

#[track_caller]
fn assert_in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            panic!("{part:?} is not there, or not in this order:\n{text}");
        };
        rest = after;
    }
}

#[test]
fn a_no_takes_effect_on_a_disk_without_a_free_byte() {
    let script = "say check werf; fill; say disable werf; say check werf; say check werf --explain";
    let Some(said) = on_a_small_disk(&granted(), script) else { return };
    assert_in_order(&said, &["check: 0", "disable: 1", "check: 1", "denied", "check: 1"]);
    assert_in_order(&said, &["error: the answer is stored, but", "No space left", "hint: "]);
}

#[test]
fn a_no_takes_effect_on_a_disk_that_has_no_room_for_another_file() {
    let script = "fill_files; say disable werf; say check werf; say check werf --explain";
    let Some(said) = on_a_small_disk(&granted(), script) else { return };
    assert_in_order(&said, &["disable: 1", "check: 1", "denied", "check: 1"]);
}

#[test]
fn once_there_is_room_again_the_no_is_completed() {
    let script = "fill; say disable werf; empty; say disable werf; say check werf; \
                  cat .config/sayso/config.toml; ls -A .config/sayso/consent; \
                  cat .config/sayso/consent/werf.toml";
    let Some(said) = on_a_small_disk(&granted(), script) else { return };
    assert_in_order(&said, &["disable: 1", "disable: 0", "check: 1", "choice = \"denied\""]);
    assert!(!said.contains("id = "), "{said}");
    assert!(!said.contains("\n.werf.toml.new"), "{said}");
}

#[test]
fn a_no_to_one_purpose_on_a_full_disk_leaves_the_others_alone() {
    let home = Home::new();
    home.declare("gitops");
    let notice = fs::read_to_string(declaration("gitops")).expect("a declaration");
    let notice = notice.lines().find_map(|line| line.strip_prefix("notice = ")).expect("a notice");
    home.run(&["enable", "gitops", "--notice", notice]).ends(0);
    let script = "fill; say disable gitops dashboard; say check gitops dashboard; \
                  say check gitops usage";
    let Some(said) = on_a_small_disk(&home, script) else { return };
    assert_in_order(&said, &["disable: 1", "check: 1", "check: 0"]);
}

#[test]
fn a_no_to_what_was_only_told_takes_effect_on_a_full_disk() {
    let home = Home::new();
    let tells = fs::read_to_string(declaration("werf")).expect("a declaration");
    home.declare_text(&tells.replace("default = \"ask\"", "default = \"notice\""));
    home.lets_tools_tell();
    Terminal::start(&home, &program(), &["ask", "werf"]).finish();
    home.run(&["check", "werf"]).ends(0);
    let script = "fill; say disable werf; say check werf; say check werf --explain";
    let Some(said) = on_a_small_disk(&home, script) else { return };
    assert_in_order(&said, &["disable: 1", "check: 1", "denied", "check: 1"]);
}

#[test]
fn a_yes_on_a_full_disk_is_refused_and_leaves_what_was_there() {
    let home = granted();
    home.run(&["disable", "werf"]).ends(0);
    let script = "cp .config/sayso/consent/werf.toml /dev/shm/before.$$; fill; \
                  say enable werf --notice 1; say check werf; \
                  cmp /dev/shm/before.$$ .config/sayso/consent/werf.toml && echo same; \
                  rm /dev/shm/before.$$; ls -A .config/sayso/consent";
    let Some(said) = on_a_small_disk(&home, script) else { return };
    assert_in_order(&said, &["enable: 1", "check: 1", "same", "error: ", "hint: "]);
    assert!(!said.contains("\n.werf.toml.new"), "{said}");
}

#[test]
fn a_damaged_file_stays_where_it_is_if_a_no_has_no_room() {
    let home = granted();
    let damaged = "version = 1\ntool = \"werf\"\nchoice = \"den";
    home.write(".config/sayso/consent/werf.toml", damaged);
    let script = "fill; fill_files; say disable werf; say check werf; say status werf; \
                  cat .config/sayso/consent/werf.toml";
    let Some(said) = on_a_small_disk(&home, script) else { return };
    assert_in_order(&said, &["disable: 1", "check: 1", "status: 0", damaged, "error: "]);
}
