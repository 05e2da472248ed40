//! A variable that can opt in or name a file bears the tool's own id; and the file it names is a new
//! one, or one that this tool began.

use crate::support::{Home, PROBE, Ran};
use std::fs;

/// The probe with an `[environment]`, and the same for its purpose.
fn declared(environment: &str) -> [String; 2] {
    let whole = format!("[environment]\n{environment}\n[purposes.usage]");
    let one = format!("[purposes.usage.environment]\n{environment}\n[purposes.usage]");
    [whole, one].map(|table| PROBE.replace("[purposes.usage]", &table))
}

fn lint(text: &str) -> Ran {
    let home = Home::new();
    home.write("probe.toml", text);
    home.run(&["lint", "probe.toml"])
}

#[test]
fn only_the_tools_own_variable_may_opt_in() {
    for (name, value, is_right) in [
        ("PROBE_TELEMETRY", "1", true),
        ("PROBE_ANALYTICS_ENABLED", "on", true),
        ("PROBE_METRICS", "yes", true),
        ("PROBE_TRACKING_ENABLED", "true", true),
        ("PROBE_TELEMETRY", "TRUE", false),
        ("PROBE_TELEMETRY", "enabled", false),
        ("PROBE_TELEMETRY_ON", "1", false),
        ("PROBE", "1", false),
        ("PROBE_ENABLED", "1", false),
        ("PROBE_DATA", "1", false),
        ("probe_telemetry", "1", false),
        ("OTHER_TELEMETRY", "1", false),
        ("MY_PROBE_TELEMETRY", "1", false),
        ("TELEMETRY", "1", false),
        ("SHLVL", "1", false),
        ("CI_SERVER", "yes", false),
        ("CI", "true", false),
        ("GITHUB_ACTIONS", "true", false),
        ("RUNNER_DEBUG", "1", false),
        ("WINDOWID", "1", false),
        ("SAYSO_TELEMETRY", "1", false),
    ] {
        for text in declared(&format!("on = {{ {name} = [\"{value}\"] }}")) {
            let ran = lint(&text);
            assert_eq!(ran.code, Some(i32::from(!is_right)), "{name}={value}: {}", ran.stderr);
            assert!(is_right || ran.stderr.contains("environment.on"), "{}", ran.stderr);
        }
    }
    // An id with other characters bears them as `_`.
    let other = PROBE.replace("tool = \"probe\"", "tool = \"a-pro.be_2\"");
    for (name, code) in [("A_PRO_BE_2_TELEMETRY", 0), ("A_PROBE_TELEMETRY", 1)] {
        let on = format!("[environment]\non = {{ {name} = [\"1\"] }}\n[purposes.usage]");
        lint(&other.replace("[purposes.usage]", &on)).ends(code);
    }
}

#[test]
fn a_switch_is_no_variable_of_shells_loaders_or_automation() {
    for name in [
        "BASH_ENV",
        "ENV",
        "LD_PRELOAD",
        "LD_LIBRARY_PATH",
        "DYLD_INSERT_LIBRARIES",
        "SHLVL",
        "IFS",
        "PS1",
        "PROMPT_COMMAND",
        "ZDOTDIR",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "NODE_OPTIONS",
        "PERL5LIB",
        "PERL5OPT",
        "RUBYOPT",
        "JAVA_TOOL_OPTIONS",
        "GIT_SSH_COMMAND",
        "PATH",
        "Path",
        "HOME",
        "CI",
        "ci",
        "JENKINS_URL",
        "CODEBUILD_BUILD_ID",
        "DO_NOT_TRACK",
        "SAYSO",
        "SAYSO_HOME",
        "sayso_x",
        "1X",
        "A-B",
        "A B",
        "",
        "TERM",
        "USER",
        "http_proxy",
    ] {
        let off = format!("off = {{ \"{name}\" = \"any\" }}");
        for text in declared(&off) {
            let ran = lint(&text).ends(1);
            assert!(ran.stderr.contains("environment.off"), "{name}: {}", ran.stderr);
        }
    }
    for name in ["GITHUB_TOKEN", "CHECKPOINT_DISABLE", "NO_COLOR", "probe_off"] {
        for text in declared(&format!("off = {{ {name} = \"any\" }}")) {
            lint(&text).ends(0);
        }
    }
}

#[test]
fn a_log_file_is_named_by_the_tools_own_variable() {
    for (name, code) in [
        ("PROBE_TELEMETRY_LOG_FILE", 0),
        ("PROBE_TRACKING_LOG_FILE", 0),
        ("PROBE_TELEMETRY_ENABLED_LOG_FILE", 1),
        ("PROBE_LOG_FILE", 1),
        ("PROBE_TELEMETRY", 1),
        ("OTHER_TELEMETRY_LOG_FILE", 1),
        ("GOOGLE_APPLICATION_CREDENTIALS", 1),
        ("BASH_ENV", 1),
        ("HISTFILE", 1),
        ("", 1),
    ] {
        let [text, of_a_purpose] = declared(&format!("log-file = \"{name}\""));
        let ran = lint(&text).ends(code);
        assert_eq!(
            ran.stderr.contains("environment.log-file"),
            code == 1,
            "{name}: {}",
            ran.stderr
        );
        lint(&of_a_purpose).ends(1);
    }
}

fn with_a_log() -> Home {
    let home = Home::new();
    let [text, _] = declared("log-file = \"PROBE_TELEMETRY_LOG_FILE\"");
    home.declare_text(&(text + "size = { type = \"boolean\" }\n"));
    home
}

/// Records an event with that file as the log.
fn record(home: &Home, file: &str) {
    let path = home.path().canonicalize().expect("a home").join(file);
    let variables = [("PROBE_TELEMETRY_LOG_FILE", path.to_str().expect("text"))];
    home.run_with(&variables, &["record", "probe", "E", "size=true"]).ends(0);
}

#[test]
fn the_log_is_a_new_file_or_one_that_the_tool_began() {
    let home = with_a_log();
    record(&home, "log.jsonl");
    record(&home, "log.jsonl");
    let log = home.read("log.jsonl");
    assert_eq!(log.lines().count(), 2, "{log}");
    let first = log.lines().next().expect("a line");
    for (content, is_ours) in [
        (format!("{first}\n"), true),
        (format!("{first}\nwhatever a person wrote below\n"), true),
        (first.to_owned(), false),
        (format!("\n{first}\n"), false),
        (first.replace("\"probe\"", "\"other\"") + "\n", false),
        ("{\"tool\":\"probe\"}\n".to_owned(), false),
        ("[\"probe\"]\n".to_owned(), false),
        ("{ \"type\": \"service_account\" }\n".to_owned(), false),
        ("export A=1\n".to_owned(), false),
        (String::new(), false),
        ("x".repeat(100_000), false),
    ] {
        home.write("file", &content);
        record(&home, "file");
        assert_eq!(home.read("file") != content, is_ours, "{content:.80}");
    }
}

#[cfg(unix)]
#[test]
fn the_log_is_private_and_no_link_pipe_or_file_of_another() {
    use std::os::unix::fs::{PermissionsExt, chown, symlink};
    let home = with_a_log();
    record(&home, "log.jsonl");
    let mode = fs::metadata(home.path().join("log.jsonl")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let log = home.read("log.jsonl");
    symlink(home.path().join("log.jsonl"), home.path().join("link")).expect("a link");
    symlink(home.path().join("nothing"), home.path().join("dead")).expect("a link");
    record(&home, "link");
    record(&home, "dead");
    assert_eq!(home.read("log.jsonl"), log);
    assert!(!home.path().join("nothing").exists());
    let pipe = home.path().join("pipe");
    if crate::support::have("mkfifo") {
        let made = home.command("mkfifo").arg(&pipe).status().expect("it runs");
        assert!(made.success());
        record(&home, "pipe");
    }
    if crate::support::am_root() {
        chown(home.path().join("log.jsonl"), Some(4242), None).expect("the right");
        record(&home, "log.jsonl");
        assert_eq!(home.read("log.jsonl"), log);
    }
}

#[test]
fn the_notice_names_the_variable() {
    let home = with_a_log();
    for arguments in [&["show", "probe"][..], &["show", "probe", "--notice"]] {
        let shown = home.run(arguments).ends(0).stdout;
        assert!(shown.contains("PROBE_TELEMETRY_LOG_FILE=FILE"), "{shown}");
    }
}
