//! How a tool understands what its switch is set to: a closed, named set of rules.

/// What a switch says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Off.
    Off,
    /// On.
    On,
    /// Nothing: it is not set, or the tool takes no notice of the value.
    Nothing,
    /// Nobody knows what the tool makes of it.
    Unclear,
}

/// What a rule makes of a value, before it is known whether the switch turns on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    Yes,
    No,
    Said(Said),
}

/// One way of understanding a value.
#[derive(Debug)]
pub struct Rule {
    /// The name, as the catalogue writes it.
    pub name: &'static str,
    yes: &'static [&'static str],
    no: &'static [&'static str],
    nothing: &'static [&'static str],
    any_case: bool,
    empty: Heard,
    rest: Heard,
}

const NOTHING: Heard = Heard::Said(Said::Nothing);
const UNCLEAR: Heard = Heard::Said(Said::Unclear);

/// Only the exact values of the entry are understood: what holds where no rule is named.
pub static EXACT: Rule = EXACT_VALUES;

/// Every rule.
pub static RULES: &[Rule] = &[
    // Every value, and be it 0.
    Rule { name: "nonempty", rest: Heard::Yes, ..EXACT_VALUES },
    // Being set at all, even to nothing.
    Rule { name: "set", empty: Heard::Yes, rest: Heard::Yes, ..EXACT_VALUES },
    Rule { name: "not-0", no: &["0"], rest: Heard::Yes, ..EXACT_VALUES },
    Rule { name: "bool", yes: &["1", "true"], no: &["0", "false"], any_case: true, ..EXACT_VALUES },
    Rule {
        name: "yes-or-no",
        yes: &["1", "yes", "true", "on"],
        no: &["0", "no", "false", "off"],
        any_case: true,
        ..EXACT_VALUES
    },
    Rule {
        name: "t-or-f",
        yes: &["1", "t", "T", "true", "True", "TRUE"],
        no: &["0", "f", "F", "false", "False", "FALSE"],
        ..EXACT_VALUES
    },
    Rule { name: "t-or-y", yes: &["1", "t", "true", "y", "yes"], rest: NOTHING, ..EXACT_VALUES },
    Rule { name: "truthy", yes: &["1", "true"], no: &["0", "false"], ..EXACT_VALUES },
    Rule { name: "1-or-true", yes: &["1", "true"], rest: NOTHING, ..EXACT_VALUES },
    Rule { name: "false-or-0", no: &["0", "false"], rest: NOTHING, ..EXACT_VALUES },
    // The one value of the entry switches off, and every other one is taken no notice of.
    Rule { name: "exactly", rest: NOTHING, ..EXACT_VALUES },
    Rule { name: "else-on", rest: Heard::Said(Said::On), ..EXACT_VALUES },
    Rule { name: "else-off", rest: Heard::Said(Said::Off), ..EXACT_VALUES },
    Rule { name: "0-is-undecided", nothing: &["0"], rest: Heard::Said(Said::On), ..EXACT_VALUES },
];

const EXACT_VALUES: Rule = Rule {
    name: "",
    yes: &[],
    no: &[],
    nothing: &[],
    any_case: false,
    empty: NOTHING,
    rest: UNCLEAR,
};

impl Rule {
    /// The rule with this name.
    pub fn named(name: &str) -> Option<&'static Rule> {
        RULES.iter().find(|rule| rule.name == name)
    }

    /// What a switch says that holds `value`, where `off` is known to switch off and `on` to switch on.
    pub fn says(&self, value: &str, off: &str, on: Option<&str>) -> Said {
        if value == off {
            return Said::Off;
        }
        if on == Some(value) {
            return Said::On;
        }
        match (self.hears(value, off), self.hears(off, off)) {
            (Heard::Said(said), _) => said,
            // Where yes switches off, no only takes nothing back that something else says.
            (Heard::Yes, Heard::No) => Said::On,
            (Heard::No, Heard::No) | (Heard::Yes, _) => Said::Off,
            (Heard::No, _) => Said::Nothing,
        }
    }

    /// Whether a value is one that somebody wrote down: it may be printed, where any other one may be a
    /// password.
    pub fn knows(&self, value: &str, off: &str, on: Option<&str>) -> bool {
        let lists = [self.yes, self.no, self.nothing];
        value == off
            || on == Some(value)
            || looks(value).is_some()
            || lists.concat().iter().any(|word| word.eq_ignore_ascii_case(value))
    }

    fn hears(&self, value: &str, off: &str) -> Heard {
        let is = |word: &&str| match self.any_case {
            true => word.eq_ignore_ascii_case(value),
            false => *word == value,
        };
        let is_nearly = |word: &&str| word.eq_ignore_ascii_case(value);
        let takes_all = matches!(self.rest, Heard::Yes | Heard::Said(Said::On | Said::Off));
        match value {
            "" => self.empty,
            _ if self.yes.iter().any(&is) => Heard::Yes,
            _ if self.no.iter().any(is) => Heard::No,
            _ if self.nothing.contains(&value) => NOTHING,
            _ if takes_all => self.rest,
            // Whether TRUE is as good as true, nobody looked.
            _ if self.yes.iter().chain(self.no).chain(&[off]).any(is_nearly) => UNCLEAR,
            _ => self.rest,
        }
    }
}

/// What a value looks like to a person who knows nothing of the tool: yes, no, or neither.
pub fn looks(value: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(value));
    match value {
        _ if is(&["1", "true", "yes", "y", "on", "enabled"]) => Some(true),
        _ if is(&["0", "false", "no", "n", "off", "disabled"]) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Said::{Nothing, Off, On, Unclear};
    use proptest::prelude::*;

    /// A rule, the values that switch off and on, and what each value says under it.
    type Row = (&'static str, &'static str, Option<&'static str>, &'static [(&'static str, Said)]);

    #[rustfmt::skip]
    const TABLE: &[Row] = &[
        // NEXT_TELEMETRY_DISABLED=0 switches off.
        ("nonempty", "1", None, &[("1", Off), ("0", Off), ("false", Off), (" ", Off), ("", Nothing)]),
        ("set", "1", None, &[("1", Off), ("0", Off), ("", Off)]),
        ("not-0", "1", None, &[("1", Off), ("x", Off), ("0", Nothing), ("", Nothing)]),
        ("bool", "False", Some("True"), &[("False", Off), ("false", Off), ("0", Off), ("TRUE", On), ("1", On), ("no", Unclear), ("", Nothing)]),
        ("bool", "no", Some("yes"), &[("no", Off), ("yes", On), ("off", Unclear)]),
        ("bool", "1", None, &[("1", Off), ("True", Off), ("0", Nothing), ("off", Unclear), ("", Nothing)]),
        ("yes-or-no", "0", Some("1"), &[("0", Off), ("No", Off), ("off", Off), ("YES", On), ("on", On), ("2", Unclear), ("", Nothing)]),
        ("t-or-f", "1", None, &[("1", Off), ("T", Off), ("true", Off), ("tRUE", Unclear), ("0", Nothing), ("f", Nothing), ("yes", Unclear)]),
        ("t-or-y", "1", None, &[("1", Off), ("y", Off), ("yes", Off), ("YES", Unclear), ("on", Nothing), ("0", Nothing)]),
        ("truthy", "1", None, &[("1", Off), ("true", Off), ("0", Nothing), ("false", Nothing), ("TRUE", Unclear), ("yes", Unclear), ("", Nothing)]),
        ("truthy", "0", Some("1"), &[("0", Off), ("false", Off), ("1", On), ("true", On), ("no", Unclear), ("", Nothing)]),
        ("1-or-true", "1", None, &[("1", Off), ("true", Off), ("True", Unclear), ("yes", Nothing), ("0", Nothing), ("", Nothing)]),
        // NG_CLI_ANALYTICS=off does not switch off.
        ("false-or-0", "false", None, &[("false", Off), ("0", Off), ("off", Nothing), ("no", Nothing), ("False", Unclear), ("", Nothing)]),
        // DO_NOT_TRACK=1 does not reach MLflow.
        ("exactly", "true", None, &[("true", Off), ("1", Nothing), ("True", Unclear), ("", Nothing)]),
        ("exactly", "1", None, &[("1", Off), ("true", Nothing), ("0", Nothing)]),
        ("exactly", "no", None, &[("no", Off), ("false", Nothing), ("NO", Unclear)]),
        ("exactly", "off", None, &[("off", Off), ("0", Nothing)]),
        ("else-on", "false", None, &[("false", Off), ("true", On), ("6f1c2a34", On), ("", Nothing)]),
        // GRADIO_ANALYTICS_ENABLED=true switches off: only True is on.
        ("else-off", "False", Some("True"), &[("True", On), ("true", Off), ("False", Off), ("1", Off), ("", Nothing)]),
        ("0-is-undecided", "-1", Some("3"), &[("-1", Off), ("0", Nothing), ("2", On), ("3", On), ("", Nothing)]),
    ];

    #[test]
    fn every_rule_says_what_the_table_says() {
        for (name, off, on, values) in TABLE {
            let rule = Rule::named(name).expect("a rule");
            for (value, said) in *values {
                assert_eq!(rule.says(value, off, *on), *said, "{name} {value:?} (off is {off})");
            }
        }
        for rule in RULES {
            assert!(TABLE.iter().any(|(name, ..)| *name == rule.name), "{} untested", rule.name);
        }
    }

    #[test]
    fn without_a_rule_only_the_exact_values_are_understood() {
        for (value, said) in [("no", Off), ("yes", On), ("false", Unclear), ("No", Unclear)] {
            assert_eq!(EXACT.says(value, "no", Some("yes")), said, "{value}");
        }
        assert_eq!(EXACT.says("", "no", Some("yes")), Nothing);
    }

    proptest! {
        #[test]
        fn what_is_documented_holds_under_every_rule(
            n in 0..RULES.len(), value in ".{0,12}", off in "[a-z0-9]{1,6}", on in "[a-z0-9]{1,6}",
        ) {
            let rule = &RULES[n];
            let _ = rule.says(&value, &off, Some(&on));
            let _ = looks(&value);
            prop_assert_eq!(rule.says(&off, &off, Some(&on)), Off);
            if on != off {
                prop_assert_eq!(rule.says(&on, &off, Some(&on)), On);
            }
        }
    }
}
