//! The variables that a tool's users already know.

use crate::domain::declaration::parse::Reader;
use crate::domain::declaration::typed;
use crate::domain::signals::ON_WORDS;
use crate::domain::switch::{OffValues, Switches};
use crate::domain::tool_id::ToolId;
use crate::domain::variable;

impl Reader {
    /// Reads the switches. Where the tool has no valid id, nothing can bear it.
    pub(super) fn switches(
        &mut self,
        typed: &typed::Environment,
        tool: Option<&ToolId>,
        at: &str,
    ) -> Switches {
        let mut switches = Switches::default();
        for (name, off) in &typed.off {
            let at = format!("{at}.off");
            self.may_hold(name, tool, &at);
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
                typed::Off::Listed(values) => OffValues::Listed(self.words(values.clone(), 1, &at)),
            };
            switches.off.insert(name.clone(), values);
        }
        for (name, values) in &typed.on {
            let at = format!("{at}.on");
            self.may_hold(name, tool, &at);
            if let Some(tool) = tool.filter(|tool| !variable::may_opt_in(tool, name)) {
                let own = variable::in_words(tool);
                self.problem(&at, format!("only {own} may opt in, or one of them with _ENABLED"));
            }
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
        for name in &typed.requires {
            self.may_hold(name, tool, &format!("{at}.requires"));
        }
        switches.requires.clone_from(&typed.requires);
        switches
    }

    /// A variable that can only cause hold.
    fn may_hold(&mut self, name: &str, tool: Option<&ToolId>, at: &str) {
        let is_own = tool.is_some_and(|tool| variable::may_opt_in(tool, name));
        if !variable::is_name(name) {
            self.problem(at, "a variable has a name of letters, digits and '_', no digit first");
        } else if variable::is_taken(name) || !is_own && variable::is_spoken_for(name) {
            self.problem(at, format!("{name} is no tool's own and cannot be its switch"));
        }
    }

    /// The variable that names a file.
    pub(super) fn log_file(&mut self, name: &str, tool: Option<&ToolId>) {
        if let Some(tool) = tool.filter(|tool| !variable::may_name_a_log(tool, name)) {
            let own = variable::in_words(tool);
            self.problem("environment.log-file", format!("use {own}, followed by _LOG_FILE"));
        }
    }
}
