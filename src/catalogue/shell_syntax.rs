//! How a shell sets one variable, unsets it, and writes a value so that it reads back exactly that.
//! A table, so that a new shell is a row. A template engine was turned down: quoting is a few
//! characters that are written as others, and nothing else.

/// Quotes, and how a value stands between them.
#[derive(Debug)]
struct Quotes {
    begin: &'static str,
    end: &'static str,
    /// What a character is written as, where not as itself.
    written: &'static [(char, &'static str)],
    /// What cannot stand between them at all.
    barred: &'static [char],
}

/// The language of a shell, as far as variables are concerned.
#[derive(Debug)]
pub struct Syntax {
    /// What stands before the name, and between name and value.
    set: [&'static str; 2],
    /// What stands before the name.
    unset: &'static str,
    /// A plain word needs no quotes.
    has_words: bool,
    /// The first that the value fits between are taken; any value fits between the last.
    quotes: &'static [Quotes],
}

/// Of `sh` and everything that grew out of it. At a prompt, a `^` at the start of a line asks for an
/// earlier command, even between quotes that began on the line before, so quotes stand before it.
pub(super) static POSIX: Syntax = Syntax {
    set: ["export ", "="],
    unset: "unset ",
    has_words: true,
    quotes: &[Quotes { written: &[('\'', r"'\''"), ('\n', "\n''")], ..SINGLE }],
};

pub(super) static FISH: Syntax = Syntax {
    set: ["set -gx ", " "],
    unset: "set -e ",
    has_words: true,
    quotes: &[Quotes { written: &[('\\', r"\\"), ('\'', r"\'")], ..SINGLE }],
};

/// To Nushell, a plain word may be a number. Its single quotes know no escapes.
pub(super) static NUSHELL: Syntax = Syntax {
    set: ["$env.", " = "],
    unset: "hide-env ",
    has_words: false,
    quotes: &[
        Quotes { barred: &['\''], ..SINGLE },
        Quotes { begin: "\"", end: "\"", written: &[('\\', r"\\"), ('"', "\\\"")], barred: &[] },
    ],
};

/// To PowerShell, a plain word is a command, and typographic quotes are quotes.
pub(super) static POWERSHELL: Syntax = Syntax {
    set: ["$env:", " = "],
    unset: "Remove-Item Env:",
    has_words: false,
    quotes: &[Quotes {
        written: &[
            ('\'', "''"),
            ('\u{2018}', "\u{2018}\u{2018}"),
            ('\u{2019}', "\u{2019}\u{2019}"),
            ('\u{201a}', "\u{201a}\u{201a}"),
            ('\u{201b}', "\u{201b}\u{201b}"),
        ],
        ..SINGLE
    }],
};

/// To csh, `!` asks for an earlier command even between quotes, as does a `^` at the start of a line; and a
/// line ends there too.
pub(super) static CSH: Syntax = Syntax {
    set: ["setenv ", " "],
    unset: "unsetenv ",
    has_words: true,
    quotes: &[Quotes { written: &[('\'', r"'\''"), ('!', r"\!"), ('\n', "\\\n''")], ..SINGLE }],
};

pub(super) static ELVISH: Syntax = Syntax {
    set: ["set-env ", " "],
    unset: "unset-env ",
    has_words: true,
    quotes: &[Quotes { written: &[('\'', "''")], ..SINGLE }],
};

const SINGLE: Quotes = Quotes { begin: "'", end: "'", written: &[], barred: &[] };

impl Syntax {
    /// What sets a variable.
    pub fn set(&self, name: &str, value: &str) -> String {
        format!("{}{name}{}{}", self.set[0], self.set[1], self.value(value))
    }

    /// What unsets it.
    pub fn unset(&self, name: &str) -> String {
        format!("{}{name}", self.unset)
    }

    fn value(&self, value: &str) -> String {
        if self.has_words && is_word(value) {
            return value.to_owned();
        }
        let fits = |quotes: &&Quotes| !value.contains(quotes.barred);
        self.quotes.iter().find(fits).map(|quotes| quotes.around(value)).unwrap_or_default()
    }
}

impl Quotes {
    fn around(&self, value: &str) -> String {
        let mut out = self.begin.to_owned();
        for c in value.chars() {
            match self.written.iter().find(|(special, _)| *special == c) {
                Some((_, instead)) => out.push_str(instead),
                None => out.push(c),
            }
        }
        out + self.end
    }
}

/// Whether all shells that have plain words take this for one.
fn is_word(value: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,+@".contains(c);
    !value.is_empty() && value.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_set_and_unset_as_each_shell_wants() {
        for (syntax, set, unset) in [
            (&POSIX, "export X=1", "unset X"),
            (&FISH, "set -gx X 1", "set -e X"),
            (&NUSHELL, "$env.X = '1'", "hide-env X"),
            (&POWERSHELL, "$env:X = '1'", "Remove-Item Env:X"),
            (&CSH, "setenv X 1", "unsetenv X"),
            (&ELVISH, "set-env X 1", "unset-env X"),
        ] {
            assert_eq!((syntax.set("X", "1").as_str(), syntax.unset("X").as_str()), (set, unset));
        }
    }

    #[test]
    fn values_are_quoted_as_each_shell_wants() {
        let nasty = "it's \"\\!$1`\n";
        for (syntax, expected) in [
            (&POSIX, "export X='it'\\''s \"\\!$1`\n'''"),
            (&FISH, "set -gx X 'it\\'s \"\\\\!$1`\n'"),
            (&NUSHELL, "$env.X = \"it's \\\"\\\\!$1`\n\""),
            (&POWERSHELL, "$env:X = 'it''s \"\\!$1`\n'"),
            (&CSH, "setenv X 'it'\\''s \"\\\\!$1`\\\n'''"),
            (&ELVISH, "set-env X 'it''s \"\\!$1`\n'"),
        ] {
            assert_eq!(syntax.set("X", nasty), expected);
        }
        assert_eq!(NUSHELL.set("X", r#"\"!"#), r#"$env.X = '\"!'"#);
        assert_eq!(POWERSHELL.set("X", "a\u{2019}"), "$env:X = 'a\u{2019}\u{2019}'");
    }

    #[test]
    fn an_empty_value_is_a_value() {
        assert_eq!(POSIX.set("X", ""), "export X=''");
        assert_eq!(ELVISH.set("X", ""), "set-env X ''");
    }
}
