//! What the environment says about every tool: `DO_NOT_TRACK`, `SAYSO`, and markers of automation.

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

/// A variable that said something, as it stood in the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
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
    pub do_not_track: Option<String>,
    /// `SAYSO`, likewise.
    pub sayso: Option<String>,
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
        let set = |name: &str| environment.get(name).filter(|value| !value.is_empty());
        Self { do_not_track: set("DO_NOT_TRACK"), sayso: set("SAYSO"), automation: None }
    }

    /// The same with the marker of automation.
    #[must_use]
    pub fn with_automation(mut self, environment: &dyn Environment) -> Self {
        let set = |name: &str| environment.get(name).filter(|value| !value.is_empty());
        let marker = |name: &str| set(name).map(|value| Variable { name: name.to_owned(), value });
        let ci = marker("CI").filter(|ci| !matches!(ci.value.as_str(), "0" | "false"));
        self.automation = ci.or_else(|| AUTOMATIONS.into_iter().find_map(|(name, _)| marker(name)));
        self
    }

    /// Whether `DO_NOT_TRACK` says no: anything but empty, `0`, `false`, `no`, `off`, in any case.
    /// (The published text of the convention names only `1`; tools in the field accept many
    /// spellings, and a value nobody understands is taken for a no.)
    pub fn do_not_track_says_no(&self) -> bool {
        self.do_not_track.as_ref().is_some_and(|value| {
            !["0", "false", "no", "off"].iter().any(|yes| value.eq_ignore_ascii_case(yes))
        })
    }

    /// Whether `SAYSO` says no: anything but empty, `1`, `true`, `yes`, `on`.
    pub fn sayso_says_no(&self) -> bool {
        self.sayso.as_ref().is_some_and(|value| !super::switch::ON_WORDS.contains(&value.as_str()))
    }
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
        for on in ["", "1", "true", "yes", "on"] {
            assert!(!read(&[("SAYSO", on)]).sayso_says_no(), "{on}");
        }
        for off in ["0", "off", "false", "nonsense", "TRUE"] {
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
}
