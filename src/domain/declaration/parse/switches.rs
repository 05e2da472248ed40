//! The variables that a tool's users already know.

use super::Reader;
use crate::domain::declaration::typed;
use crate::domain::signals;
use crate::domain::switch::{ON_WORDS, OffValues, Switches};

impl Reader {
    pub(super) fn switches(&mut self, typed: &typed::Environment, at: &str) -> Switches {
        let mut switches = Switches::default();
        for (name, off) in &typed.off {
            let at = format!("{at}.off");
            self.variable(name, &at);
            let values = match off {
                typed::Off::Word(word) if word == "any" => OffValues::Any,
                typed::Off::Word(_) => {
                    self.problem(&at, "use a list of values, or \"any\" for every value");
                    continue;
                }
                typed::Off::Listed(values) if values.is_empty() => {
                    self.problem(&at, "list the values that switch off, or use \"any\"");
                    continue;
                }
                typed::Off::Listed(values) => OffValues::Listed(self.texts(values.clone(), &at)),
            };
            switches.off.insert(name.clone(), values);
        }
        for (name, values) in &typed.on {
            let at = format!("{at}.on");
            self.variable(name, &at);
            if values.is_empty() || values.iter().any(|value| !ON_WORDS.contains(&value.as_str())) {
                self.problem(&at, format!("only {} may switch on", ON_WORDS.join(", ")));
                continue;
            }
            let both = match switches.off.get(name) {
                Some(OffValues::Any) => true,
                Some(OffValues::Listed(off)) => off.iter().any(|value| values.contains(value)),
                None => false,
            };
            if both {
                self.problem(&at, "a value cannot switch both on and off");
            }
            switches.on.insert(name.clone(), values.clone());
        }
        switches
    }

    pub(super) fn variable(&mut self, name: &str, at: &str) {
        let letters = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let starts_well = name.bytes().next().is_some_and(|b| !b.is_ascii_digit());
        if !(starts_well && name.bytes().all(letters)) {
            self.problem(at, "a variable has a name of letters, digits and '_', no digit first");
        } else if signals::is_taken(name) {
            self.problem(at, format!("{name} is no tool's own and cannot be its switch"));
        }
    }
}
