//! The administrator's policy, which can forbid and never permit.

use super::tool_id::{Purpose, ToolId};

/// What holds for tools that nobody has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Default {
    /// Every tool must ask.
    Ask,
    /// Nobody asks; undecided is off.
    Off,
    /// Tools that would rather tell than ask may do so.
    Declared,
}

impl Default {
    /// All values, in the order in which help names them.
    pub const ALL: [Self; 3] = [Self::Ask, Self::Off, Self::Declared];

    /// The word in files and commands.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Off => "off",
            Self::Declared => "declared",
        }
    }
}

/// One entry of `deny`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// `*`
    Everything,
    /// `TOOL`
    Tool(ToolId),
    /// `TOOL/PURPOSE`
    Purpose(ToolId, Purpose),
}

impl Pattern {
    /// Reads an entry; `None` where it is neither `*`, `TOOL` nor `TOOL/PURPOSE`.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Everything);
        }
        match text.split_once('/') {
            None => text.parse().ok().map(Self::Tool),
            Some((tool, purpose)) => Some(Self::Purpose(tool.parse().ok()?, purpose.parse().ok()?)),
        }
    }

    fn covers(&self, tool: &ToolId, purpose: Option<&Purpose>) -> bool {
        match self {
            Self::Everything => true,
            Self::Tool(denied) => denied == tool,
            Self::Purpose(denied, denied_purpose) => {
                denied == tool && Some(denied_purpose) == purpose
            }
        }
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Everything => f.write_str("*"),
            Self::Tool(tool) => write!(f, "{tool}"),
            Self::Purpose(tool, purpose) => write!(f, "{tool}/{purpose}"),
        }
    }
}

/// The administrator's file, understood.
#[derive(Debug, Clone, PartialEq, Eq, std::default::Default)]
pub struct Policy {
    /// What is forbidden.
    pub deny: Vec<Pattern>,
    /// `off` or `ask` for people who set no default of their own.
    pub default: Option<Default>,
    /// Shown to people.
    pub reason: Option<String>,
}

impl Policy {
    /// The entry that forbids the purpose (or, without one, the whole tool).
    pub fn denies(&self, tool: &ToolId, purpose: Option<&Purpose>) -> Option<&Pattern> {
        self.deny.iter().find(|pattern| pattern.covers(tool, purpose))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_cover_everything_a_tool_or_a_purpose() {
        let werf: ToolId = "werf".parse().expect("an id");
        let usage: Purpose = "usage".parse().expect("a purpose");
        let errors: Purpose = "errors".parse().expect("a purpose");
        let denies = |entry: &str, purpose: &Purpose| {
            let deny = vec![Pattern::parse(entry).expect("an entry")];
            Policy { deny, ..Policy::default() }.denies(&werf, Some(purpose)).is_some()
        };
        assert!(denies("*", &usage));
        assert!(denies("werf", &usage));
        assert!(denies("werf/usage", &usage));
        assert!(!denies("werf/usage", &errors));
        assert!(!denies("gitops", &usage));
    }

    #[test]
    fn entries_that_mean_nothing_are_refused() {
        for bad in ["", "**", "Werf", "werf/", "/usage", "werf/usage/x", "werf/*"] {
            assert_eq!(Pattern::parse(bad), None, "{bad}");
        }
    }
}
