//! One variable set or unset for good, in the words of the person's shell.

use crate::domain::signals::Environment;

/// How a family of shells writes it; `{n}` is the name, `{v}` the value.
struct Writing {
    shells: &'static [&'static str],
    set: &'static str,
    unset: &'static str,
}

/// The first one is for every shell that is not named.
const WRITINGS: &[Writing] = &[
    Writing { shells: &["sh", "bash", "zsh"], set: "export {n}={v}", unset: "unset {n}" },
    Writing { shells: &["fish"], set: "set -gx {n} {v}", unset: "set -e {n}" },
    Writing { shells: &["nu"], set: "$env.{n} = '{v}'", unset: "hide-env {n}" },
    Writing { shells: &["pwsh"], set: "$env:{n} = '{v}'", unset: "Remove-Item Env:{n}" },
    Writing { shells: &["csh", "tcsh"], set: "setenv {n} {v}", unset: "unsetenv {n}" },
    Writing { shells: &["elvish"], set: "set-env {n} {v}", unset: "unset-env {n}" },
];

fn writing(environment: &dyn Environment) -> &'static Writing {
    let usual = if cfg!(windows) { "pwsh" } else { "sh" };
    let shell = environment.get("SHELL").filter(|shell| !shell.is_empty());
    let shell = shell.unwrap_or_else(|| usual.to_owned());
    let name = shell.rsplit(['/', '\\']).next().unwrap_or_default();
    WRITINGS.iter().find(|writing| writing.shells.contains(&name)).unwrap_or(&WRITINGS[0])
}

/// The line that sets a variable.
pub fn set(environment: &dyn Environment, name: &str, value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,+@%".contains(c);
    let writing = writing(environment);
    if value.chars().all(is_plain) {
        return writing.set.replace("{n}", name).replace("{v}", value);
    }
    // Shells differ in how a quote stands inside quotes, so what has one is left to the person.
    let is_safe = !value.contains(|c: char| c == '\'' || c == '\\' || c.is_control());
    match (is_safe, writing.set.contains('\'')) {
        (true, true) => writing.set.replace("{n}", name).replace("{v}", value),
        (true, false) => writing.set.replace("{n}", name).replace("{v}", &format!("'{value}'")),
        (false, _) => format!("set {name} to the value that sayso show tells"),
    }
}

/// The line that unsets a variable.
pub fn unset(environment: &dyn Environment, name: &str) -> String {
    writing(environment).unset.replace("{n}", name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn the_line_is_one_of_the_persons_shell() {
        let line = |shell: &str| {
            let environment = BTreeMap::from([("SHELL".to_owned(), shell.to_owned())]);
            (set(&environment, "X", "1"), unset(&environment, "X"))
        };
        for (shell, expected) in [
            ("/bin/zsh", ("export X=1", "unset X")),
            ("/usr/bin/fish", ("set -gx X 1", "set -e X")),
            ("/opt/bin/nu", ("$env.X = '1'", "hide-env X")),
            ("/bin/tcsh", ("setenv X 1", "unsetenv X")),
            ("/bin/unheard-of", ("export X=1", "unset X")),
        ] {
            assert_eq!(line(shell), (expected.0.to_owned(), expected.1.to_owned()), "{shell}");
        }
    }
}
