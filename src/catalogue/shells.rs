//! Every shell there are variables for: how one is set there, how the whole is evaluated from a
//! start file, and which file that is. A table, so that a new shell is a row. A template engine was
//! turned down: quoting is a few characters that are written as others, and nothing else.

use super::entry::{Place, System};

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

/// How variables are set.
#[derive(Debug)]
struct Syntax {
    /// What stands before the first setting, between two, and after the last.
    around: [&'static str; 3],
    /// What stands before the name, between name and value, and after the value.
    setting: [&'static str; 3],
    /// What a character of a value is written as, where not as itself.
    written: &'static [(char, &'static str)],
    /// What begins a comment, where one may stand.
    comment: Option<&'static str>,
}

/// A shell.
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
    syntax: &'static Syntax,
}

static POSIX: Syntax = Syntax {
    around: ["", "\n", "\n"],
    setting: ["export ", "='", "'"],
    written: &[('\'', r"'\''")],
    comment: Some("# "),
};

static FISH: Syntax = Syntax {
    around: ["", "\n", "\n"],
    setting: ["set -gx ", " '", "'"],
    written: &[('\\', r"\\"), ('\'', r"\'")],
    comment: Some("# "),
};

/// Nushell evaluates no text, but it loads a record.
static RECORD: Syntax = Syntax {
    around: ["{", ", ", "}\n"],
    setting: ["\"", "\": \"", "\""],
    written: &[('\\', r"\\"), ('"', "\\\"")],
    comment: None,
};

/// To PowerShell, typographic quotes are quotes.
static POWERSHELL: Syntax = Syntax {
    around: ["", "\n", "\n"],
    setting: ["$env:", " = '", "'"],
    written: &[
        ('\'', "''"),
        ('\u{2018}', "\u{2018}\u{2018}"),
        ('\u{2019}', "\u{2019}\u{2019}"),
        ('\u{201a}', "\u{201a}\u{201a}"),
        ('\u{201b}', "\u{201b}\u{201b}"),
    ],
    comment: Some("# "),
};

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

/// Every shell.
pub static SHELLS: &[Shell] = &[
    Shell {
        name: "sh",
        also: &["dash", "ash", "ksh", "mksh", "ksh93"],
        title: "sh",
        line: r#"eval "$(sayso env --shell sh)""#,
        guarded: shell!("sh"),
        files: &[&[anywhere("{home}/.profile")]],
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
        syntax: &POSIX,
    },
    Shell {
        name: "fish",
        also: &[],
        title: "fish",
        line: "sayso env --shell fish | source",
        guarded: "if command -q sayso; sayso env --shell fish | source; end",
        files: &[&[anywhere("{xdg_config}/fish/conf.d/sayso.fish")]],
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
        syntax: &RECORD,
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
        syntax: &POWERSHELL,
    },
];

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
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        Self::named(name.strip_suffix(".exe").unwrap_or(name))
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
        let Syntax { around, setting, comment, .. } = self.syntax;
        let settings: Vec<String> = settings
            .into_iter()
            .map(|(name, value)| {
                let value = self.written(value);
                format!("{}{name}{}{value}{}", setting[0], setting[1], setting[2])
            })
            .collect();
        let remarks =
            remarks.iter().filter_map(|remark| Some(format!("{}{remark}\n", (*comment)?)));
        let mut code: String = remarks.collect();
        if !settings.is_empty() || comment.is_none() {
            code += &format!("{}{}{}", around[0], settings.join(around[1]), around[2]);
        }
        code
    }

    fn written(&self, value: &str) -> String {
        let mut written = String::with_capacity(value.len());
        for c in value.chars() {
            match self.syntax.written.iter().find(|(special, _)| *special == c) {
                Some((_, instead)) => written.push_str(instead),
                None => written.push(c),
            }
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn values_are_quoted_as_each_shell_wants() {
        let code = |shell| {
            let shell = Shell::named(shell).expect("a shell");
            shell.code([("A", "x"), ("B", r#"it's "\$1"#)], &[])
        };
        assert_eq!(code("sh"), "export A='x'\nexport B='it'\\''s \"\\$1'\n");
        assert_eq!(code("fish"), "set -gx A 'x'\nset -gx B 'it\\'s \"\\\\$1'\n");
        assert_eq!(code("nu"), "{\"A\": \"x\", \"B\": \"it's \\\"\\\\$1\"}\n");
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
