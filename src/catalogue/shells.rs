//! Every shell: how it is told from its program, and, where `sayso env` serves it, how all variables
//! reach it from a start file, and which file that is. A table, so that a new shell is a row. How
//! one variable is written stands in `shell_syntax.rs`.

use crate::catalogue::entry::{Place, System};
use crate::catalogue::shell_syntax::{CSH, ELVISH, FISH, NUSHELL, POSIX, POWERSHELL, Syntax};
use crate::domain::signals::Environment;
use serde_json::{Map, Value};

/// A file that a shell reads when it starts.
#[derive(Debug)]
pub struct Start {
    system: System,
    path: &'static str,
    moved: Option<&'static str>,
}

impl Start {
    /// Where it is, if this system has such a file.
    pub fn place(&self) -> Option<Place> {
        let place =
            || Place { path: self.path.to_owned(), moved: self.moved.map(ToOwned::to_owned) };
        self.system.covers(System::here()).then(place)
    }
}

/// What `sayso env` prints for a shell.
#[derive(Debug)]
enum Carrier {
    /// Lines that it evaluates, and comments among them.
    Lines,
    /// A record that it loads: Nushell evaluates no text.
    Record,
}

/// A shell that `sayso env` serves.
#[derive(Debug)]
pub struct Shell {
    /// Its name.
    pub name: &'static str,
    /// Further names that `$SHELL` or a person may call it by.
    pub also: &'static [&'static str],
    /// Its name for people.
    pub title: &'static str,
    /// The line that sets the variables.
    pub line: &'static str,
    /// The same for a start file: a missing sayso is no error there.
    pub guarded: &'static str,
    /// The files that it stands in. Of each group the first that is there, or else the last.
    pub files: &'static [&'static [Start]],
    carrier: Carrier,
    syntax: &'static Syntax,
}

const fn anywhere(path: &'static str) -> Start {
    Start { system: System::Any, path, moved: None }
}

const fn on(system: System, path: &'static str) -> Start {
    Start { system, path, moved: None }
}

const fn moved(path: &'static str, moved: &'static str) -> Start {
    Start { system: System::Any, path, moved: Some(moved) }
}

macro_rules! shell {
    ($name:literal) => {
        concat!(
            "if command -v sayso >/dev/null; then eval \"$(sayso env --shell ",
            $name,
            ")\"; fi"
        )
    };
}

/// Every shell that `sayso env` serves.
pub static SHELLS: &[Shell] = &[
    Shell {
        name: "sh",
        also: &["dash", "ash", "ksh", "mksh", "ksh93"],
        title: "sh",
        line: r#"eval "$(sayso env --shell sh)""#,
        guarded: shell!("sh"),
        files: &[&[anywhere("{home}/.profile")]],
        carrier: Carrier::Lines,
        syntax: &POSIX,
    },
    Shell {
        name: "bash",
        also: &[],
        title: "Bash",
        line: r#"eval "$(sayso env --shell bash)""#,
        guarded: shell!("bash"),
        // One for terminals, and the one that a login reads: of three, the first that is there.
        files: &[
            &[anywhere("{home}/.bashrc")],
            &[
                anywhere("{home}/.bash_profile"),
                anywhere("{home}/.bash_login"),
                anywhere("{home}/.profile"),
            ],
        ],
        carrier: Carrier::Lines,
        syntax: &POSIX,
    },
    Shell {
        name: "zsh",
        also: &[],
        title: "Zsh",
        line: r#"eval "$(sayso env --shell zsh)""#,
        guarded: shell!("zsh"),
        // The first is read by scripts and logins as well; but PATH may not lead to sayso there yet.
        files: &[
            &[moved("{home}/.zshenv", "{env:ZDOTDIR}/.zshenv")],
            &[moved("{home}/.zshrc", "{env:ZDOTDIR}/.zshrc")],
        ],
        carrier: Carrier::Lines,
        syntax: &POSIX,
    },
    Shell {
        name: "fish",
        also: &[],
        title: "fish",
        line: "sayso env --shell fish | source",
        guarded: "if command -q sayso; sayso env --shell fish | source; end",
        files: &[&[anywhere("{xdg_config}/fish/conf.d/sayso.fish")]],
        carrier: Carrier::Lines,
        syntax: &FISH,
    },
    Shell {
        name: "nu",
        also: &["nushell"],
        title: "Nushell",
        line: "load-env (sayso env --shell nu | from json)",
        guarded: "if (which sayso | is-not-empty) { load-env (^sayso env --shell nu | from json) }",
        files: &[&[
            on(System::Linux, "{xdg_config}/nushell/config.nu"),
            on(System::MacOs, "{env:XDG_CONFIG_HOME}/nushell/config.nu"),
            on(System::MacOs, "{home}/Library/Application Support/nushell/config.nu"),
            on(System::Windows, "{appdata}/nushell/config.nu"),
        ]],
        carrier: Carrier::Record,
        syntax: &NUSHELL,
    },
    Shell {
        name: "pwsh",
        also: &["powershell"],
        title: "PowerShell",
        line: "sayso env --shell pwsh | Out-String | Invoke-Expression",
        guarded: "if (Get-Command sayso -ErrorAction Ignore) \
                  { sayso env --shell pwsh | Out-String | Invoke-Expression }",
        files: &[
            &[
                on(System::Linux, "{xdg_config}/powershell/profile.ps1"),
                on(System::MacOs, "{xdg_config}/powershell/profile.ps1"),
                on(System::Windows, "{documents}/PowerShell/profile.ps1"),
            ],
            &[on(System::Windows, "{documents}/WindowsPowerShell/profile.ps1")],
        ],
        carrier: Carrier::Lines,
        syntax: &POWERSHELL,
    },
];

/// Shells of which no start file is known, by their names: a person is told a line there all the same.
static OTHERS: &[(&[&str], &Syntax)] = &[(&["csh", "tcsh"], &CSH), (&["elvish"], &ELVISH)];

/// Where the values stand for what no shell starts: read by systemd for the person's services and
/// desktop.
pub static VALUES: &[Start] = &[on(System::Linux, "{xdg_config}/environment.d/60-sayso.conf")];

impl Shell {
    /// The shell that a word means.
    pub fn named(word: &str) -> Option<&'static Self> {
        SHELLS.iter().find(|shell| shell.name == word || shell.also.contains(&word))
    }

    /// The shell whose program this is, as `$SHELL` names it.
    pub fn of_program(path: &str) -> Option<&'static Self> {
        Self::named(called(path))
    }

    /// The one that is meant where nobody says which.
    pub fn usual() -> &'static Self {
        let name = if cfg!(windows) { "pwsh" } else { "sh" };
        Self::named(name).unwrap_or(&SHELLS[0])
    }

    /// What the shell evaluates to set these variables. Never empty: PowerShell evaluates no empty
    /// text.
    pub fn code<'v>(
        &self,
        settings: impl IntoIterator<Item = (&'v str, &'v str)>,
        remarks: &[String],
    ) -> String {
        match self.carrier {
            Carrier::Lines => {
                let remarks = remarks.iter().map(|remark| format!("# {remark}\n"));
                let set = |(name, value)| self.syntax.set(name, value) + "\n";
                remarks.chain(settings.into_iter().map(set)).collect()
            }
            Carrier::Record => {
                let pair = |(name, value): (&str, &str)| (name.to_owned(), value.into());
                let record: Map<String, Value> = settings.into_iter().map(pair).collect();
                format!("{}\n", Value::Object(record))
            }
        }
    }
}

/// The name of a program.
fn called(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// The language of the shell that the person works in. One that is not known is taken for a `sh`.
pub fn language(environment: &dyn Environment) -> &'static Syntax {
    let program = environment.get("SHELL").filter(|program| !program.is_empty());
    let Some(program) = program else { return Shell::usual().syntax };
    let other = || OTHERS.iter().find(|(names, _)| names.contains(&called(&program)));
    match Shell::of_program(&program) {
        Some(shell) => shell.syntax,
        None => other().map_or(&POSIX, |(_, syntax)| syntax),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_shell_is_found_by_its_program() {
        let name = |path| Shell::of_program(path).map(|shell| shell.name);
        assert_eq!(name("/bin/bash"), Some("bash"));
        assert_eq!(name("/usr/bin/dash"), Some("sh"));
        assert_eq!(name(r"C:\Program Files\PowerShell\7\pwsh.exe"), Some("pwsh"));
        assert_eq!(name("/bin/tcsh"), None);
        assert_eq!(name(""), None);
    }

    #[test]
    fn a_line_is_told_in_the_language_of_the_persons_shell() {
        for (program, expected) in [
            ("/bin/zsh", "export X=1"),
            ("/usr/bin/fish", "set -gx X 1"),
            ("/opt/bin/nu", "$env.X = '1'"),
            (r"C:\Program Files\PowerShell\7\pwsh.exe", "$env:X = '1'"),
            ("/bin/tcsh", "setenv X 1"),
            ("/usr/bin/elvish", "set-env X 1"),
            ("/bin/unheard-of", "export X=1"),
        ] {
            let environment = BTreeMap::from([("SHELL".to_owned(), program.to_owned())]);
            assert_eq!(language(&environment).set("X", "1"), expected, "{program}");
        }
    }

    #[test]
    fn all_variables_reach_each_shell_as_it_wants_them() {
        let code = |shell| {
            let shell = Shell::named(shell).expect("a shell");
            shell.code([("A", "x"), ("B", r#"it's "\$1"#)], &[])
        };
        assert_eq!(code("sh"), "export A=x\nexport B='it'\\''s \"\\$1'\n");
        assert_eq!(code("fish"), "set -gx A x\nset -gx B 'it\\'s \"\\\\$1'\n");
        assert_eq!(code("nu"), "{\"A\":\"x\",\"B\":\"it's \\\"\\\\$1\"}\n");
        assert_eq!(code("pwsh"), "$env:A = 'x'\n$env:B = 'it''s \"\\$1'\n");
    }

    #[test]
    fn nothing_to_set_is_still_something_to_evaluate() {
        for shell in SHELLS {
            let code = shell.code([], &["nothing to set".to_owned()]);
            let expected = if shell.name == "nu" { "{}\n" } else { "# nothing to set\n" };
            assert_eq!(code, expected, "{}", shell.name);
        }
    }
}
