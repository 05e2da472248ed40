//! A tool's own variables: the switches that its users already know.

use crate::domain::signals::{self, Environment, Value, Variable};
use std::collections::BTreeMap;

/// Variables, each with the values that do *not* say no. Any other non-empty value says no.
///
/// This is the form in which a promise is kept (`[withdraw]` in a consent file): a later
/// declaration may forget a variable, but not the person who was told about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Withdrawal(pub BTreeMap<String, Vec<String>>);

impl Withdrawal {
    /// The name of the first variable that says no.
    pub fn says_no(&self, environment: &dyn Environment) -> Option<&str> {
        let says_no = |(name, harmless): &(&String, &Vec<String>)| {
            let value = environment.get(name);
            value.is_some_and(|value| !value.is_empty() && !harmless.contains(&value))
        };
        self.0.iter().find(says_no).map(|(name, _)| name.as_str())
    }

    /// Both promises at once: every variable of either, and of a variable's values only those
    /// that are harmless in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        for (name, harmless) in &other.0 {
            both.0
                .entry(name.clone())
                .and_modify(|values| values.retain(|value| harmless.contains(value)))
                .or_insert_with(|| harmless.clone());
        }
        both
    }
}

/// Values that switch off, as an author declares them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OffValues {
    /// Every non-empty value.
    Any,
    /// These, and every value that nobody declared.
    Listed(Vec<String>),
}

/// The switches of a declaration, or of one purpose in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Switches {
    /// Values that say no, for each variable.
    pub off: BTreeMap<String, OffValues>,
    /// Values that say yes where the owner of a pipeline or a server decides, for each variable; some of
    /// [`ON_WORDS`](super::signals::ON_WORDS).
    pub on: BTreeMap<String, Vec<String>>,
    /// Variables without which nothing is allowed.
    pub requires: Vec<String>,
}

impl Switches {
    /// What these switches promise: see [`Withdrawal`].
    pub fn withdrawal(&self) -> Withdrawal {
        let names = self.off.keys().chain(self.on.keys());
        Withdrawal(
            names
                .map(|name| {
                    let harmless = match self.off.get(name) {
                        Some(OffValues::Any) => Vec::new(),
                        _ => self.on.get(name).cloned().unwrap_or_default(),
                    };
                    (name.clone(), harmless)
                })
                .collect(),
        )
    }

    /// The first variable whose value says yes.
    pub fn says_yes(&self, environment: &dyn Environment) -> Option<Variable> {
        self.on.iter().find_map(|(name, values)| {
            let value = environment.get(name)?;
            values
                .contains(&value)
                .then(|| Variable { name: name.clone(), value: Value::Known(value) })
        })
    }

    /// The first variable that is required and not there.
    pub fn lacks(&self, environment: &dyn Environment) -> Option<Variable> {
        self.requires.iter().find_map(|name| signals::lacking(environment, name))
    }

    /// Whether the value is declared for that variable, and so may be printed.
    pub fn knows(&self, name: &str, value: &str) -> bool {
        let off = match self.off.get(name) {
            Some(OffValues::Listed(values)) => values.as_slice(),
            _ => &[],
        };
        off.iter().chain(self.on.get(name).into_iter().flatten()).any(|known| known == value)
    }

    /// `NAME=value` for each variable that switches on.
    pub fn ways_on(&self) -> Vec<String> {
        let way =
            |(name, values): (&String, &Vec<String>)| Some(format!("{name}={}", values.first()?));
        self.on.iter().filter_map(way).collect()
    }

    /// `NAME=value` for each variable that switches off, in words a person can type.
    pub fn ways_off(&self) -> Vec<String> {
        self.off
            .iter()
            .map(|(name, values)| match values {
                OffValues::Any => format!("{name}=1"),
                OffValues::Listed(values) => {
                    format!("{name}={}", values.first().map_or("0", String::as_str))
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(name: &str, value: &str) -> BTreeMap<String, String> {
        BTreeMap::from([(name.to_owned(), value.to_owned())])
    }

    fn werf() -> Switches {
        Switches {
            off: BTreeMap::from([(
                "WERF_TELEMETRY".to_owned(),
                OffValues::Listed(vec!["0".to_owned(), "false".to_owned()]),
            )]),
            on: BTreeMap::from([("WERF_TELEMETRY".to_owned(), vec!["1".to_owned()])]),
            requires: Vec::new(),
        }
    }

    #[test]
    fn a_value_nobody_declared_says_no() {
        let promise = werf().withdrawal();
        for off in ["0", "false", "off", "nonsense"] {
            assert!(promise.says_no(&environment("WERF_TELEMETRY", off)).is_some(), "{off}");
        }
        for harmless in ["", "1"] {
            assert_eq!(promise.says_no(&environment("WERF_TELEMETRY", harmless)), None);
        }
    }

    #[test]
    fn any_means_every_value_even_zero() {
        let switches = Switches {
            off: BTreeMap::from([("CHECKPOINT_DISABLE".to_owned(), OffValues::Any)]),
            on: BTreeMap::new(),
            requires: Vec::new(),
        };
        let promise = switches.withdrawal();
        assert!(promise.says_no(&environment("CHECKPOINT_DISABLE", "0")).is_some());
        assert_eq!(promise.says_no(&environment("CHECKPOINT_DISABLE", "")), None);
    }

    #[test]
    fn two_promises_bind_together() {
        let stricter = Withdrawal(BTreeMap::from([
            ("WERF_TELEMETRY".to_owned(), vec!["yes".to_owned()]),
            ("OLD".to_owned(), vec![]),
        ]));
        let both = werf().withdrawal().and(&stricter);
        assert!(both.says_no(&environment("WERF_TELEMETRY", "1")).is_some());
        assert!(both.says_no(&environment("OLD", "x")).is_some());
    }
}
