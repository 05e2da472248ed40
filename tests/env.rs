//! The variables in real shells: each evaluates what is printed for it, has it after its start file
//! was written, and finds its files as they were once that is taken back.
#![cfg(unix)]

mod values;

use crate::support::{Home, Ran, have, is_here, path_with_the_program};
use sayso::catalogue::shells::{SHELLS, Shell};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

/// How a shell is tried.
struct Trial {
    shell: &'static str,
    /// Its programs.
    programs: &'static [&'static str],
    /// It need not be here.
    is_rare: bool,
    /// Evaluates the variable CODE, then prints the environment.
    evaluates: &'static [&'static str],
    /// The ways to start it so that it reads its start files; the last word is the code.
    starts: &'static [&'static [&'static str]],
    /// Where it looks for them.
    files: &'static [&'static str],
}

const LOOK: &str = "env -0";

const TRIALS: &[Trial] = &[
    Trial {
        shell: "sh",
        programs: &["sh", "dash"],
        is_rare: false,
        evaluates: &["-c", "eval \"$CODE\"; env -0"],
        starts: &[&["-l", "-c"]],
        files: &[".profile"],
    },
    Trial {
        shell: "bash",
        programs: &["bash"],
        is_rare: false,
        evaluates: &["--norc", "-c", "eval \"$CODE\"; env -0"],
        starts: &[&["-i", "-c"], &["-l", "-c"], &["-l", "-i", "-c"]],
        files: &[".bashrc", ".bash_profile"],
    },
    Trial {
        shell: "zsh",
        programs: &["zsh"],
        is_rare: false,
        evaluates: &["-f", "-c", "eval \"$CODE\"; env -0"],
        starts: &[&["-c"], &["-i", "-c"], &["-l", "-c"]],
        files: &[".zshenv", ".zshrc"],
    },
    Trial {
        shell: "fish",
        programs: &["fish"],
        is_rare: false,
        evaluates: &["--no-config", "-c", "printf %s $CODE | source; env -0"],
        starts: &[&["-c"], &["-i", "-c"], &["-l", "-c"]],
        files: &[".config/fish/conf.d/sayso.fish"],
    },
    Trial {
        shell: "nu",
        programs: &["nu"],
        is_rare: true,
        evaluates: &["--no-config-file", "-c", "load-env ($env.CODE | from json); ^env -0"],
        starts: &[&["-l", "-c"]],
        files: &[".config/nushell/config.nu"],
    },
    Trial {
        shell: "pwsh",
        programs: &["pwsh"],
        is_rare: true,
        evaluates: &["-NoProfile", "-Command", "$env:CODE | Invoke-Expression; env -0"],
        starts: &[&["-Command"], &["-Login", "-Command"]],
        files: &[".config/powershell/profile.ps1"],
    },
];

impl Trial {
    fn programs(&self) -> impl Iterator<Item = &'static str> {
        let is_here = |program: &&str| if self.is_rare { is_here(program) } else { have(program) };
        self.programs.iter().copied().filter(is_here)
    }

    fn shell(&self) -> &'static Shell {
        Shell::named(self.shell).expect("a shell")
    }
}

fn home_with_a_no() -> Home {
    let home = Home::new();
    home.run(&["disable", "--unknown", "turborepo"]).ends(0);
    home
}

fn in_shell(home: &Home, program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = home.command(program);
    command.args(arguments).envs(variables.iter().copied()).env("PATH", path_with_the_program());
    command.env("LC_ALL", "C.UTF-8");
    Ran::of(&command.output().expect(program))
}

fn environment(ran: &Ran) -> BTreeMap<String, String> {
    let pairs = ran.stdout.split('\0').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn every_shell_is_tried() {
    let tried: Vec<&str> = TRIALS.iter().map(|trial| trial.shell).collect();
    assert_eq!(tried, SHELLS.iter().map(|shell| shell.name).collect::<Vec<_>>());
}

#[test]
fn the_readme_shows_the_line_of_each() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).expect("README.md").replace("\\|", "|");
    for shell in SHELLS {
        assert!(
            readme.contains(&format!("| {} | `{}` |", shell.title, shell.line)),
            "{}",
            shell.line
        );
    }
}

#[test]
fn what_is_printed_is_evaluated_also_where_there_is_nothing_to_set() {
    for home in [Home::new(), home_with_a_no()] {
        let has_a_no = home.consent("turborepo").exists();
        for trial in TRIALS {
            let code = home.run(&["env", "--shell", trial.shell]).ends(0).stdout;
            for program in trial.programs() {
                let ran = in_shell(&home, program, trial.evaluates, &[("CODE", &code)]).ends(0);
                assert_eq!(ran.stderr, "", "{program}");
                let there = environment(&ran);
                let expected = has_a_no.then_some("1");
                let found = there.get("TURBO_TELEMETRY_DISABLED").map(String::as_str);
                assert_eq!(found, expected, "{program}");
            }
        }
    }
}

#[test]
fn a_shell_that_starts_has_them_once_that_was_asked_for() {
    for trial in TRIALS {
        for program in trial.programs() {
            let home = home_with_a_no();
            // A login may set PATH anew, so people set theirs there as well.
            let is_posix = ["sh", "bash", "zsh"].contains(&trial.shell);
            let path = match is_posix {
                true => format!("PATH='{}'\n", path_with_the_program()),
                false => String::new(),
            };
            for file in trial.files {
                home.write(file, &path);
            }
            home.run(&["env", "--install", "--shell", trial.shell]).ends(0);
            for start in trial.starts {
                let arguments = [start, &[LOOK][..]].concat();
                let there = environment(&in_shell(&home, program, &arguments, &[]));
                let found = there.get("TURBO_TELEMETRY_DISABLED").map(String::as_str);
                assert_eq!(found, Some("1"), "{program} {start:?}");
            }
            // Without sayso, the shell starts as it did.
            for file in trial.files {
                let without = home.read(file).replacen(&path, "", 1);
                home.write(file, &without);
            }
            for start in trial.starts {
                let arguments = [start, &[LOOK][..]].concat();
                let ran = Ran::of(&home.command(program).args(&arguments).output().expect(program));
                assert_eq!(ran.code, Some(0), "{program} {start:?} {ran:#?}");
                assert!(!ran.stderr.contains("sayso"), "{program} {start:?} {ran:#?}");
            }
        }
    }
}

/// Start files as people have them.
fn start_files() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        "\n",
        "no final newline",
        "export A=1\n",
        "export A=1\n\n\n",
        "\u{feff}$env:A = 1\r\n",
        "if (1) {\r\n\t$env:A = 1\r\n}",
        "a\r\nb\n",
        "a\nb\r\n",
        "# >>> conda initialize >>>\nx\n# <<< conda initialize <<<\n",
        "case $- in *i*) ;; *) return;; esac\nPS1='\\[\\e[1m\\]ü$ '\n. ~/.cargo/env",
        "cat <<EOF\nsayso\nEOF\n",
    ]
    .map(str::to_owned)
    .into();
    let system = ["/etc/skel/.bashrc", "/etc/skel/.profile", "/etc/bash.bashrc", "/etc/zsh/zshrc"];
    texts.extend(system.iter().filter_map(|path| fs::read_to_string(path).ok()));
    texts
}

/// Everything in a home but sayso's own: what it is, its mode, and what stands in it.
fn picture(home: &Home) -> BTreeMap<String, (u32, Vec<u8>)> {
    let look = |name: String| {
        let path = home.path().join(&name);
        let found = fs::symlink_metadata(&path).expect("a file");
        let content = match found.is_symlink() {
            true => fs::read_link(&path).expect("a link").to_string_lossy().into_owned().into(),
            false => fs::read(&path).expect("a file"),
        };
        (name, (found.mode(), content))
    };
    let all = home.files().into_iter().filter(|name| !name.contains("/sayso/"));
    all.map(look).collect()
}

#[test]
fn taken_out_again_every_file_is_as_it_was() {
    let home = home_with_a_no();
    let nothing = picture(&home);
    for trial in TRIALS {
        let install = ["env", "--install", "--shell", trial.shell];
        home.run(&install).ends(0);
        home.run(&["env", "--uninstall"]).ends(0);
        assert_eq!(picture(&home), nothing, "{}: what was made is removed", trial.shell);
        assert!(!home.path().join(".config/environment.d").exists(), "{}", trial.shell);
        for text in start_files() {
            for file in trial.files {
                home.write(file, &text);
            }
            let first = home.path().join(trial.files[0]);
            fs::set_permissions(&first, fs::Permissions::from_mode(0o754)).expect("a mode");
            let before = picture(&home);
            home.run(&install).ends(0);
            let installed = picture(&home);
            for file in trial.files {
                let now = String::from_utf8(installed[*file].1.clone()).expect("text");
                assert!(now.starts_with(&text), "{file}: {text:?}");
                assert!(now.contains("sayso env --shell"), "{file}: {text:?}");
                assert_eq!(installed[*file].0, before[*file].0, "{file}: its mode");
            }
            home.run(&install).ends(0);
            assert_eq!(picture(&home), installed, "a second time changes nothing");
            home.run(&["env", "--uninstall", "--shell", trial.shell]).ends(0);
            assert_eq!(picture(&home), before, "{}: {text:?}", trial.shell);
        }
        for file in trial.files {
            fs::remove_file(home.path().join(file)).expect("the file");
        }
    }
}

#[test]
fn a_link_of_the_persons_own_stays_one() {
    let home = home_with_a_no();
    home.write("dotfiles/bashrc", "export A=1\n");
    symlink(Path::new("dotfiles/bashrc"), home.path().join(".bashrc")).expect("a link");
    let before = picture(&home);
    home.run(&["env", "--install", "--shell", "bash"]).ends(0);
    assert!(home.read("dotfiles/bashrc").contains("sayso env"));
    assert!(home.path().join(".bashrc").is_symlink());
    home.run(&["env", "--uninstall"]).ends(0);
    assert_eq!(picture(&home), before);
}

#[test]
fn a_variable_here_is_compared_as_its_tools_understand_it() {
    let home = home_with_a_no();
    for (value, code) in [("1", 0), ("true", 0), ("0", 1), ("", 1), ("yes", 1)] {
        home.run_with(&[("TURBO_TELEMETRY_DISABLED", value)], &["env", "--check"]).ends(code);
    }
}
