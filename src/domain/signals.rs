//! What the environment says about every tool: `DO_NOT_TRACK`, `SAYSO`, and markers of automation.

use std::fmt;

/// Looks variables up. Unset is `None`; text that is not Unicode arrives with replacement
/// characters, which no list of accepted values contains.
pub trait Environment {
    /// The value of the variable `name`, empty if it is set to nothing.
    fn get(&self, name: &str) -> Option<String>;
}

impl Environment for std::collections::BTreeMap<String, String> {
    fn get(&self, name: &str) -> Option<String> {
        std::collections::BTreeMap::get(self, name).cloned()
    }
}

/// A variable that had a say, as it may be printed: its value may be anything, a password too, so only
/// one of those that are declared or listed is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
}

/// The value of a variable, as far as it may be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// One of the declared or listed ones.
    Known(String),
    /// Any other one.
    Set,
    /// None.
    Unset,
}

impl Variable {
    /// A variable whose value is printed only if it is one of the general words for on and off.
    fn general(name: &str, value: String) -> Self {
        let is_known = is_word(&value, &ON_WORDS) || is_word(&value, &OFF_WORDS);
        let value = if is_known { Value::Known(value) } else { Value::Set };
        Self { name: name.to_owned(), value }
    }

    fn is_one_of(&self, words: &[&str]) -> bool {
        matches!(&self.value, Value::Known(value) if is_word(value, words))
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Known(value) => write!(f, "{}={value}", self.name),
            Value::Set => write!(f, "{} is set", self.name),
            Value::Unset => write!(f, "{} is not set", self.name),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Known(value) => value,
            Self::Set => "set",
            Self::Unset => "not set",
        })
    }
}

/// The only words that may switch something on.
pub const ON_WORDS: [&str; 4] = ["1", "true", "yes", "on"];

/// The words that mean the opposite.
pub const OFF_WORDS: [&str; 4] = ["0", "false", "no", "off"];

/// Whether the value is one of the words, in any case.
fn is_word(value: &str, words: &[&str]) -> bool {
    words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// A variable without which a declaration holds everything; `None` where it is set to anything but
/// nothing and the words for off.
pub fn lacking(environment: &dyn Environment, name: &str) -> Option<Variable> {
    let value = match environment.get(name).filter(|value| !value.is_empty()) {
        None => Value::Unset,
        Some(off) if is_word(&off, &OFF_WORDS) => Value::Known(off),
        Some(_) => return None,
    };
    Some(Variable { name: name.to_owned(), value })
}

/// Variables that only automation sets, each with the word by which events name it. `CI` is judged by
/// its value, these by being set. The words are those that werf and Testkube send.
const AUTOMATIONS: [(&str, &str); 14] = [
    ("GITHUB_ACTIONS", "github-actions"),
    ("GITLAB_CI", "gitlab"),
    ("JENKINS_URL", "jenkins"),
    ("TRAVIS", "travis"),
    ("CIRCLECI", "circleci"),
    ("TEAMCITY_VERSION", "teamcity"),
    ("BUDDY", "buddy"),
    ("GO_SERVER_URL", "gocd"),
    ("TF_BUILD", "azure-pipelines"),
    ("BUILDKITE", "buildkite"),
    ("SEMAPHORE", "semaphore"),
    ("BITBUCKET_BUILD_NUMBER", "bitbucket"),
    ("DRONE", "drone"),
    ("CODEBUILD_BUILD_ID", "codebuild"),
];

/// The word for the automation that a variable names.
pub fn automation(environment: &dyn Environment) -> Option<&'static str> {
    let is_set = |name| environment.get(name).is_some_and(|value| !value.is_empty());
    AUTOMATIONS.into_iter().find(|(name, _)| is_set(name)).map(|(_, word)| word)
}

/// All words for automations.
pub fn automations() -> impl Iterator<Item = &'static str> {
    AUTOMATIONS.into_iter().map(|(_, word)| word)
}

/// Whether only automation sets the variable.
pub fn is_of_automation(name: &str) -> bool {
    name == "CI" || AUTOMATIONS.iter().any(|(marker, _)| *marker == name)
}

/// The variables of the general kind, read once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signals {
    /// `DO_NOT_TRACK`, if it is set to anything but nothing.
    pub do_not_track: Option<Variable>,
    /// `SAYSO`, likewise.
    pub sayso: Option<Variable>,
    /// The first marker of automation found.
    pub automation: Option<Variable>,
}

impl Signals {
    /// Reads the variables. A variable set to the empty string counts as unset, so that
    /// `VARIABLE= command` clears it for one command.
    pub fn read(environment: &dyn Environment) -> Self {
        Self::read_for_the_decided(environment).with_automation(environment)
    }

    /// Reads only what can overrule a yes or a no that was given, which no marker of automation can.
    pub fn read_for_the_decided(environment: &dyn Environment) -> Self {
        let set = |name| general(environment, name);
        Self { do_not_track: set("DO_NOT_TRACK"), sayso: set("SAYSO"), automation: None }
    }

    /// The same with the marker of automation.
    #[must_use]
    pub fn with_automation(mut self, environment: &dyn Environment) -> Self {
        let ci = environment.get("CI").filter(|ci| !matches!(ci.as_str(), "" | "0" | "false"));
        let markers = || AUTOMATIONS.into_iter().find_map(|(name, _)| general(environment, name));
        self.automation = ci.map(|ci| Variable::general("CI", ci)).or_else(markers);
        self
    }

    /// Whether `DO_NOT_TRACK` says no: anything but empty, `0`, `false`, `no`, `off`, in any case.
    /// (The published text of the convention names only `1`; tools in the field accept many
    /// spellings, and a value nobody understands is taken for a no.)
    pub fn do_not_track_says_no(&self) -> bool {
        self.do_not_track.as_ref().is_some_and(|said| !said.is_one_of(&OFF_WORDS))
    }

    /// Whether `SAYSO` says no: anything but empty, `1`, `true`, `yes`, `on`, in any case.
    pub fn sayso_says_no(&self) -> bool {
        self.sayso.as_ref().is_some_and(|said| !said.is_one_of(&ON_WORDS))
    }
}

fn general(environment: &dyn Environment, name: &str) -> Option<Variable> {
    let value = environment.get(name).filter(|value| !value.is_empty())?;
    Some(Variable::general(name, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn read(variables: &[(&str, &str)]) -> Signals {
        let map: BTreeMap<String, String> =
            variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Signals::read(&map)
    }

    #[test]
    fn do_not_track_is_off_only_for_four_words_and_nothing() {
        for tracking in ["", "0", "false", "FALSE", "No", "off"] {
            assert!(!read(&[("DO_NOT_TRACK", tracking)]).do_not_track_says_no(), "{tracking}");
        }
        for refusing in ["1", "true", "yes", "2", " ", "disabled", "\u{fffd}"] {
            assert!(read(&[("DO_NOT_TRACK", refusing)]).do_not_track_says_no(), "{refusing}");
        }
    }

    #[test]
    fn sayso_is_on_only_for_four_words_and_nothing() {
        for on in ["", "1", "true", "yes", "on", "TRUE", "On"] {
            assert!(!read(&[("SAYSO", on)]).sayso_says_no(), "{on}");
        }
        for off in ["0", "off", "false", "nonsense", "OFF"] {
            assert!(read(&[("SAYSO", off)]).sayso_says_no(), "{off}");
        }
    }

    #[test]
    fn automation_is_ci_by_value_or_any_other_marker() {
        for person in ["", "0", "false"] {
            assert_eq!(read(&[("CI", person)]).automation, None, "{person}");
        }
        assert!(read(&[("CI", "1")]).automation.is_some());
        for (marker, _) in AUTOMATIONS {
            let found = read(&[(marker, "x")]).automation.expect("a marker");
            assert_eq!(found.name, marker);
            assert_eq!(read(&[(marker, "")]).automation, None, "{marker} cleared");
        }
    }

    #[test]
    fn only_words_for_on_and_off_are_printed() {
        let shown = |value| read(&[("SAYSO", value)]).sayso.expect("set").to_string();
        assert_eq!((shown("No"), shown("hunter2")), ("SAYSO=No".into(), "SAYSO is set".into()));
        let shown = |value| read(&[("JENKINS_URL", value)]).automation.expect("set").to_string();
        assert_eq!(shown("https://user:word@ci.example"), "JENKINS_URL is set");
    }

    #[test]
    fn what_is_required_is_lacking_unless_it_is_on() {
        let of = |value: &str| lacking(&BTreeMap::from([("X".to_owned(), value.to_owned())]), "X");
        for off in ["", "0", "False", "no", "OFF"] {
            assert!(of(off).is_some(), "{off}");
        }
        assert!(["1", "enabled", " "].iter().all(|on| of(on).is_none()));
        assert_eq!(lacking(&BTreeMap::new(), "X").expect("lacking").to_string(), "X is not set");
    }
}
