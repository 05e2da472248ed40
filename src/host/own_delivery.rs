//! The delivery that a host's own program does, and how a process knows that it is one.
//!
//! A variable and the first argument have to say the same: no command line that a user types for the
//! host means a delivery, and no variable that something inherits does either. It is looked at before
//! any argument is parsed, so that nothing of the host's own work is ever done here.

use crate::delivery::background;
use crate::delivery::update::Question;
use crate::host::Host;
use crate::host::detach::{Program, VARIABLE, first_argument};
use crate::registry::Subject;
use std::ffi::OsString;

impl Host {
    /// Lets the host's own program deliver what is queued, in the background. Without this, an installed
    /// `sayso` does it; where there is neither, events stay queued.
    ///
    /// Call it before the arguments are parsed: the process that was started to deliver does so here, and
    /// ends with status 0 without running anything else of the host.
    #[must_use]
    pub fn with_delivery(mut self) -> Self {
        if let (Some(subject), Some(recorder)) = (&self.subject, &self.recorder)
            && let Some(question) = asked_of(subject, &mut std::env::args_os().skip(1))
        {
            background::run(subject, recorder, question.as_ref());
            std::process::exit(0);
        }
        self.delivery = Program::Host;
        self
    }
}

/// Whether this process was started to deliver this tool's events, and what it is to ask before that.
fn asked_of(
    subject: &Subject,
    arguments: &mut dyn Iterator<Item = OsString>,
) -> Option<Option<Question>> {
    let tool = subject.tool.as_str();
    let is_meant = subject.world().environment().get(VARIABLE).is_some_and(|value| value == tool);
    if !is_meant || arguments.next()? != *first_argument(tool) {
        return None;
    }
    Some(Question::of_arguments(arguments))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::World;
    use crate::domain::declaration;
    use crate::domain::declaration::samples::GREETER;
    use std::collections::BTreeMap;
    use std::sync::Arc;

    fn asked(variable: Option<&str>, words: &[&str]) -> Option<Option<Question>> {
        let variables = variable.map(|value| (VARIABLE.to_owned(), value.to_owned()));
        let variables: BTreeMap<String, String> = variables.into_iter().collect();
        let world = World::new(Arc::new(variables), jiff::Timestamp::UNIX_EPOCH);
        let subject = Subject::embedded(&world, declaration::parse(GREETER).expect("valid"));
        asked_of(&subject, &mut words.iter().map(OsString::from))
    }

    #[test]
    fn a_delivery_is_known_by_its_variable_and_its_first_argument_together() {
        let first = "--sayso-delivery=greeter";
        let further = ["--update-from", "1.2", "--update-command", "greeter greet"];
        assert!(asked(Some("greeter"), &[first]).is_some_and(|question| question.is_none()));
        let words = [&[first][..], &further].concat();
        let question = asked(Some("greeter"), &words).flatten().expect("a question");
        assert_eq!(question.version, "1.2");
        assert_eq!(question.command.as_deref(), Some("greeter greet"));
        for (variable, words) in [
            (None, &[first][..]),
            (Some("other"), &[first]),
            (Some("greeter"), &[]),
            (Some("greeter"), &["run", first]),
            (Some("greeter"), &["--sayso-delivery=other"]),
            (Some("greeter"), &["telemetry", "deliver"]),
        ] {
            assert!(asked(variable, words).is_none(), "{variable:?} {words:?}");
        }
    }
}
