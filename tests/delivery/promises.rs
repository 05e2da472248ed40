//! Promises that hold in odd states too: a changed clock, an edited spool, a full disk, a dead receiver.

use super::{
    SCHEDULE, agreed, deliver, host, is_itself, probe, record, recorded, sent, wait_until_alone,
    waiting,
};
use crate::support::receiver::{OK, Receiver, nobody_listens};
use crate::support::{Home, Ran, am_root, have};
use serde_json::{Value, json};
use std::fs;
use std::process::Command;

/// The one file that events wait in.
fn spool(home: &Home) -> std::path::PathBuf {
    let files = home.files();
    let file = files.iter().find(|file| file.contains("/spool/") && file.ends_with(".jsonl"));
    home.path().join(file.expect("a spool"))
}

/// Writes an event that no recorder made.
fn forge(home: &Home, edit: impl Fn(&mut Value)) {
    let path = spool(home);
    let text = fs::read_to_string(&path).expect("a spool");
    let line = text.lines().find(|line| !line.is_empty()).expect("an event");
    let mut event: Value = serde_json::from_str(line).expect("JSON");
    edit(&mut event);
    fs::write(&path, format!("{text}{event}\n")).expect("written");
}

fn events(receiver: &Receiver) -> Vec<Value> {
    let bodies = receiver.requests().into_iter().map(|request| request.json());
    bodies.flat_map(|body| body["events"].as_array().cloned().unwrap_or_default()).collect()
}

#[test]
fn what_leaves_is_held_to_the_declaration_whoever_wrote_it() {
    let (receiver, home) = recorded(OK, 1);
    forge(&home, |event| event["eventType"] = json!("Undeclared"));
    forge(&home, |event| event["tool"] = json!("other"));
    forge(&home, |event| event["notice"] = json!(99));
    forge(&home, |event| event["eventID"] = Value::Null);
    forge(&home, |event| {
        event["eventID"] = json!("extra");
        event["attributes"]["user"] = json!("alice");
        event["path"] = json!("/home/alice");
    });
    deliver(&home).ends(0);
    let left = events(&receiver);
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(!json!(left).to_string().contains("alice"), "{left:?}");
    let log = home.run(&["log", "probe"]).ends(0);
    assert!(log.stderr.contains("4 more for usage were dropped"), "{log:?}");
}

#[test]
fn two_days_never_travel_together() {
    let (receiver, home) = recorded(OK, 1);
    let day = 24 * 60 * 60 * 1000;
    let path = spool(&home);
    forge(&home, |event| {
        event["ts"] = json!(event["ts"].as_i64().expect("a time") - day);
        event["eventID"] = json!("yesterday");
    });
    // The yes was said before both.
    let older = path.with_file_name(format!(
        "{}-{}",
        1_500_000_000,
        path.file_name().expect("a name").to_str().expect("text").split_once('-').expect("two").1
    ));
    fs::rename(&path, &older).expect("renamed");
    deliver(&home).ends(0);
    assert_eq!((receiver.requests().len(), events(&receiver).len()), (2, 2));
}

#[test]
fn a_yes_to_a_newer_notice_keeps_what_the_older_one_covered() {
    let receiver = Receiver::start(OK);
    let first = probe(&[&receiver.url()]);
    let home = agreed(&first);
    record(&home, 3);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let second = first.replace("[purposes.usage]", "notice = 2\n[purposes.usage]");
    let second = second + "[events.F]\npurpose = \"usage\"\nsince = 2\n";
    home.declare_text(&second);
    home.run(&["enable", "probe", "--notice", "2"]).ends(0);
    assert_eq!(waiting(&home).len(), 3);
    deliver(&home).ends(0);
    assert_eq!(events(&receiver).len(), 3);
}

#[test]
fn a_dead_receiver_keeps_nothing_from_one_that_lives() {
    let alive = Receiver::start(OK);
    let dead = format!("http://{}/events", nobody_listens());
    let home = agreed(&probe(&[&alive.url(), &dead]));
    for round in 1..=4 {
        record(&home, 3500);
        deliver(&home).ends(1);
        assert_eq!(alive.event_ids().len(), round * 3500, "round {round}");
    }
    let log = home.run(&["log", "probe", "--waiting", "--json"]).ends(0);
    assert!(log.stderr.contains("were dropped, because the spool was full"), "{}", log.stderr);
}

#[test]
fn an_event_of_a_time_to_come_holds_nothing_up() {
    let receiver = Receiver::start(OK);
    let text = probe(&[&receiver.url()]).replace("wait = \"0s\"", "wait = \"24h\"");
    let home = agreed(&text);
    record(&home, 1);
    let now = events_of(&home)[0]["ts"].as_i64().expect("a time");
    forge(&home, |event| {
        event["ts"] = json!(now + 20 * 365 * 24 * 60 * 60 * 1000);
        event["eventID"] = json!("far");
    });
    deliver(&home).ends(0);
    assert_eq!(events(&receiver).len(), 2);
}

fn events_of(home: &Home) -> Vec<Value> {
    let log = home.run(&["log", "probe", "--waiting", "--json"]).ends(0);
    log.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn whatever_the_clock_said_a_host_starts_one_delivery() {
    if !have("strace") {
        return;
    }
    let receiver = Receiver::start(OK);
    let text = probe(&[&receiver.url()]).replace("wait = \"0s\"", "wait = \"89d\"");
    let home = agreed(&text);
    record(&home, 1);
    fs::write(home.path().join(SCHEDULE), "{}").expect("a schedule");
    let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1000);
    let schedule = fs::File::options().write(true).open(home.path().join(SCHEDULE));
    schedule.expect("a file").set_modified(long_ago).expect("a time");
    let log = home.path().join("trace");
    let mut strace = home.command("strace");
    strace.args(["-f", "-qq", "-e", "trace=execve", "-o"]).arg(&log);
    strace.arg(crate::support::example("probe")).args(["run", "--exit", "3"]);
    strace.env("PROBE_DECLARATION", home.path().join("probe.toml"));
    is_itself(&Ran::of(&strace.output().expect("strace")));
    wait_until_alone(&home);
    let calls = fs::read_to_string(&log).expect("a trace");
    let programs = calls.lines().filter(|call| call.contains("execve(") && call.ends_with("= 0"));
    assert!(programs.count() <= 3, "{calls}");
}

#[test]
fn nothing_leaves_that_the_log_has_no_room_for() {
    if !am_root() || !have("mount") {
        return;
    }
    let (receiver, home) = recorded(OK, 20);
    let sent_folder = home.path().join(".local/state/sayso/sent");
    fs::create_dir_all(&sent_folder).expect("a folder");
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=4k,nr_inodes=8,mode=700", "tmpfs"])
        .arg(&sent_folder)
        .status();
    assert!(mounted.expect("mount").success());
    let ran = deliver(&home);
    let left = receiver.requests().len();
    let umounted = Command::new("umount").arg(&sent_folder).status();
    assert!(umounted.expect("umount").success());
    assert_eq!((ran.code, left), (Some(1), 0), "{ran:?}");
    assert_eq!(waiting(&home).len(), 20);
    deliver(&home).ends(0);
    assert_eq!((events(&receiver).len(), sent(&home).len()), (20, 1));
}

#[test]
fn a_lock_on_a_high_descriptor_is_free_once_the_host_has_ended() {
    if !have("bash") || !have("flock") {
        return;
    }
    let (receiver, home) = recorded(crate::support::receiver::Mode::Held, 1);
    let probe = host(&home);
    let mut bash = home.command("bash");
    bash.env("PROBE_DECLARATION", home.path().join("probe.toml")).arg("-c").arg(format!(
        "exec 200>lock; flock 200; out=$(exec 10>&1; {} run --exit 3); echo \"$out\"",
        probe.get_program().to_string_lossy()
    ));
    let ran = Ran::of(&bash.current_dir(home.path()).output().expect("it runs"));
    assert_eq!(ran.stdout, "probe: done\n");
    receiver.wait_for_requests(1);
    let lock = Command::new("flock").args(["-n", "lock", "true"]).current_dir(home.path()).status();
    assert!(lock.expect("flock").success(), "the delivery holds it");
    receiver.release();
    wait_until_alone(&home);
}

#[test]
fn a_command_that_nobody_declared_does_not_go_with_an_update_check() {
    let receiver = Receiver::start(OK);
    let base = receiver.url();
    let base = base.trim_end_matches("/events");
    let home = Home::new();
    home.declare_text(&format!(
        "tool = \"probe\"\nname = \"P\"\nvendor = \"P\"\nwhy = \"w\"\ncommands = [\"probe run\"]\n\
         [purposes.usage]\nwhy = \"w\"\n[purposes.update-check]\nwhy = \"w\"\n\
         [events.Check]\npurpose = \"update-check\"\n[events.Check.fields]\n\
         command = {{ type = \"command\", in = \"event\" }}\n\
         [[destinations]]\nkind = \"checkpoint\"\nproduct = \"p\"\nurl = \"{base}\"\n\
         recipient = \"P\"\npurposes = [\"update-check\"]\n"
    ));
    home.run(&["enable", "probe", "--notice", "1"]).ends(0);
    let asks = |version: &str, command: &str| {
        home.run(&["update-check", "probe", "--version", version, "--command", command]).ends(1);
        receiver.requests().pop().expect("a request").path
    };
    assert!(asks("1.0", "probe run").contains("flag_command=probe%20run"));
    let secret = asks("1.1", "probe push git@corp:secret --password hunter2");
    assert!(!secret.contains("command") && !secret.contains("hunter2"), "{secret}");
}
