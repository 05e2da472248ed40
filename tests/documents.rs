//! Committed documents: each is what the program prints today, and each does what it is there for.
//! `SNAPSHOTS=overwrite cargo test` writes them anew.

use crate::support::{
    Home, Ran, Terminal, declaration, have, is_here, path_with_the_program, session,
};
use std::path::{Path, PathBuf};
use std::process::Command;

const SCRIPTS: [(&str, &str); 6] = [
    ("bash", "sayso.bash"),
    ("zsh", "_sayso"),
    ("fish", "sayso.fish"),
    ("powershell", "_sayso.ps1"),
    ("elvish", "sayso.elv"),
    ("nushell", "sayso.nu"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn script(name: &str) -> PathBuf {
    root().join("completions").join(name)
}

/// What the program prints.
fn printed(arguments: &[&str]) -> String {
    Home::new().run(arguments).ends(0).stdout
}

#[test]
fn the_completion_scripts_are_what_the_program_prints() {
    for (shell, name) in SCRIPTS {
        session::assert_file_says(&script(name), &printed(&["completions", shell]));
    }
}

#[test]
fn the_manual_page_is_what_the_program_prints() {
    session::assert_file_says(&root().join("man/sayso.1"), &printed(&["man"]));
}

#[test]
fn the_manual_page_is_sound() {
    if !have("mandoc") {
        return;
    }
    let mut mandoc = Command::new("mandoc");
    mandoc.args(["-Tlint", "-Wwarning"]).arg(root().join("man/sayso.1"));
    let lint = Ran::of(&mandoc.output().expect("mandoc")).ends(0);
    assert_eq!((lint.stdout.as_str(), lint.stderr.as_str()), ("", ""));
}

#[test]
fn the_example_pages_are_made_from_the_example_declarations() {
    for tool in ["gitops", "werf", "testkube"] {
        let file = declaration(tool);
        let page = printed(&["show", &file.to_string_lossy(), "--format", "markdown"]);
        session::assert_file_says(&root().join(format!("docs/examples/{tool}.md")), &page);
    }
}

#[test]
fn the_example_declarations_have_no_problem() {
    for tool in ["gitops", "werf", "testkube"] {
        let file = declaration(tool).display().to_string();
        let lint = Home::new().run(&["lint", &file]).ends(0);
        assert_eq!(lint.stdout, format!("{file} is a valid declaration.\n"));
        assert!(!lint.stderr.contains("error:"), "{lint:#?}");
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "shows the paths of Linux")]
fn the_sessions_of_the_readme_take_place_as_it_says() {
    let path = root().join("README.md");
    let home = Home::new();
    let document = std::fs::read_to_string(&path).expect("README.md");
    let start = "$ sayso";
    assert!(document.contains(&format!("```console\n{start}")), "README.md shows no session");
    let told = session::replay(&document, start, |step| session::as_on_screen(&home, step));
    let told = session::settled(&told, &home);
    // The dates and ids in it need not be the ones that stand for them elsewhere.
    if told != session::settled(&document, &home) {
        session::assert_file_says(&path, &told);
    }
}

#[test]
fn every_promise_has_its_row_in_the_security_policy() {
    let policy = std::fs::read_to_string(root().join("SECURITY.md")).expect("SECURITY.md");
    let (_, rest) = policy.split_once("| promise | tests |").expect("a table");
    let rows = rest.lines().skip(2).take_while(|line| line.starts_with('|'));
    let named = rows.map(|row| {
        let (_, link) = row.rsplit_once("](tests/promises/").expect(row);
        link.trim_end_matches(" |").trim_end_matches(')').to_owned()
    });
    let mut named: Vec<String> = named.collect();
    let files = std::fs::read_dir(root().join("tests/promises")).expect("a folder").flatten();
    let files = files.map(|file| file.file_name().to_string_lossy().into_owned());
    let mut files: Vec<String> = files.filter(|name| name != "mod.rs").collect();
    named.sort();
    files.sort();
    assert_eq!(named, files, "each promise has its row, and each row its tests");
}

#[test]
fn the_changelog_has_a_place_for_what_is_not_released() {
    let changelog = std::fs::read_to_string(root().join("CHANGELOG.md")).expect("CHANGELOG.md");
    let mut headings = changelog.lines().filter(|line| line.starts_with("## "));
    assert!(headings.any(|heading| heading.contains("Unreleased")), "{changelog}");
}

/// A home in which werf is known, and a shell in it that finds the program.
fn home_with_werf() -> Home {
    let home = Home::new();
    home.declare("werf");
    home
}

/// What a shell prints when it runs the code.
fn in_shell(shell: &str, options: &[&str], code: &str) -> Vec<String> {
    let home = home_with_werf();
    let mut command = home.command(shell);
    command.args(options).arg(code).env("PATH", path_with_the_program());
    let ran = Ran::of(&command.output().expect(shell)).ends(0);
    assert_eq!(ran.stderr, "", "{shell}");
    ran.stdout.lines().map(str::to_owned).collect()
}

#[track_caller]
fn assert_offers(candidates: &[String], word: &str) {
    let first = |line: &String| line.split('\t').next() == Some(word);
    assert!(candidates.iter().any(first), "{word} is not among {candidates:?}");
}

#[test]
fn bash_completes_commands_and_tools() {
    if !have("bash") {
        return;
    }
    let complete = |words: &str, at: u8| {
        let source = script("sayso.bash");
        let code = format!(
            "source '{}'; COMP_WORDS=({words} ''); COMP_CWORD={at}; COMP_TYPE=9
             _clap_complete_sayso sayso '' ''; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            source.display()
        );
        in_shell("bash", &["--norc", "-c"], &code)
    };
    assert_offers(&complete("sayso", 1), "disable");
    assert_offers(&complete("sayso enable", 2), "werf");
    assert_offers(&complete("sayso enable werf", 3), "usage");
    // Other people's tools, as far as they are here.
    let turbo = "mkdir -p \"$HOME/bin\"; : > \"$HOME/bin/turbo\"; chmod +x \"$HOME/bin/turbo\"";
    let code = |command: &str| {
        format!(
            "{turbo}; PATH=\"$PATH:$HOME/bin\"; source '{}'; COMP_WORDS=(sayso {command} '')
             COMP_CWORD=2; COMP_TYPE=9
             _clap_complete_sayso sayso '' ''; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            script("sayso.bash").display()
        )
    };
    for command in ["disable", "undo"] {
        let offered = in_shell("bash", &["--norc", "-c"], &code(command));
        assert_offers(&offered, "turborepo");
    }
}

#[test]
fn fish_completes_commands_and_tools() {
    if !have("fish") {
        return;
    }
    let source = script("sayso.fish");
    let complete = |line: &str| {
        let code = format!("source '{}'; complete -C'{line}'", source.display());
        in_shell("fish", &["--no-config", "-c"], &code)
    };
    assert_offers(&complete("sayso "), "disable");
    assert_offers(&complete("sayso enable "), "werf");
    assert_offers(&complete("sayso enable werf "), "usage");
}

/// In a real terminal: the script lies where zsh looks for such, and the first Tab completes.
#[test]
fn zsh_completes_commands_and_tools() {
    if !have("zsh") {
        return;
    }
    let zsh = std::env::split_paths(&path_with_the_program())
        .map(|folder| folder.join("zsh"))
        .find(|path| path.is_file())
        .expect("zsh");
    let home = home_with_werf();
    let path = path_with_the_program();
    let mut terminal = Terminal::start_with(
        &home,
        &zsh,
        &["-f", "-i"],
        &[("PATH", path.as_str()), ("NO_COLOR", "1")],
        80,
    );
    let folder = root().join("completions");
    terminal
        .press(&format!("PS1='> '; fpath=('{}' $fpath)\r", folder.display()))
        .press("autoload -U compinit; compinit -u -D; echo rea''dy\r")
        .wait_for("ready")
        .press("sayso che\tw\t --explain\r")
        .wait_for("werf usage is not asked yet")
        .press("exit 0\r");
    let (status, screen) = terminal.finish();
    assert!(status.success(), "{screen}");
}

#[test]
fn elvish_completes_commands_and_tools() {
    if !is_here("elvish") {
        return;
    }
    // `edit:` is there only at a keyboard, so a plain map stands where it keeps its completers.
    let script = std::fs::read_to_string(script("sayso.elv")).expect("a script");
    let script = script.replace("edit:completion:arg-completer", "completer");
    let complete = |words: &str| {
        let code = format!("var completer = [&]\n{script}\n$completer[sayso] {words} ''");
        in_shell("elvish", &["-norc", "-c"], &code)
    };
    let shown = complete("sayso enable").join("\n");
    assert!(shown.contains("werf"), "{shown}");
    let shown = complete("sayso").join("\n");
    assert!(shown.contains("disable"), "{shown}");
}

#[test]
fn nushell_understands_its_script() {
    if !is_here("nu") {
        return;
    }
    let code = format!("source '{}'", script("sayso.nu").display());
    in_shell("nu", &["--no-config-file", "-c"], &code);
}

#[test]
fn powershell_understands_its_script() {
    if !is_here("pwsh") {
        return;
    }
    let code = format!(". '{}'", script("_sayso.ps1").display());
    in_shell("pwsh", &["-NoProfile", "-NonInteractive", "-Command"], &code);
}
