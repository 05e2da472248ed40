//! The administrator's policy, which can forbid and never permit.

use crate::domain::tool_id::{Purpose, ToolId};

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
    /// `*/PURPOSE`
    OfEveryTool(Purpose),
}

impl Pattern {
    /// Reads an entry; `None` where it is neither `*`, `TOOL`, `TOOL/PURPOSE` nor `*/PURPOSE`.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Everything);
        }
        match text.split_once('/') {
            None => text.parse().ok().map(Self::Tool),
            Some(("*", purpose)) => purpose.parse().ok().map(Self::OfEveryTool),
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
            Self::OfEveryTool(denied) => Some(denied) == purpose,
        }
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Everything => f.write_str("*"),
            Self::Tool(tool) => write!(f, "{tool}"),
            Self::Purpose(tool, purpose) => write!(f, "{tool}/{purpose}"),
            Self::OfEveryTool(purpose) => write!(f, "*/{purpose}"),
        }
    }
}

/// An entry that forbids, and what the administrator says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeniedBy {
    /// The entry.
    pub pattern: Pattern,
    /// The administrator's words.
    pub reason: Option<String>,
}

impl std::fmt::Display for DeniedBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "deny = \"{}\"", self.pattern)?;
        match &self.reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}

/// What the administrator's files say together.
#[derive(Debug, Clone, PartialEq, Eq, std::default::Default)]
pub struct Policy {
    /// What is forbidden.
    pub deny: Vec<DeniedBy>,
    /// `off` or `ask` for people who set no default of their own.
    pub default: Option<Default>,
}

impl Policy {
    /// The entry that forbids the purpose (or, without one, the whole tool).
    pub fn denies(&self, tool: &ToolId, purpose: Option<&Purpose>) -> Option<&DeniedBy> {
        self.deny.iter().find(|denied| denied.pattern.covers(tool, purpose))
    }

    /// The entry that forbids the tool or one of these purposes.
    pub fn denies_any(&self, tool: &ToolId, purposes: &[Purpose]) -> Option<&DeniedBy> {
        let one = |purpose| self.denies(tool, Some(purpose));
        self.denies(tool, None).or_else(|| purposes.iter().find_map(one))
    }

    /// The entry that forbids everything.
    pub fn denies_everything(&self) -> Option<&DeniedBy> {
        self.deny.iter().find(|denied| denied.pattern == Pattern::Everything)
    }

    /// Both at once: what either forbids is forbidden, and `off` comes before `ask`.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.deny.extend(other.deny);
        if self.default != Some(Default::Off) {
            self.default = other.default.or(self.default);
        }
        self
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
            let pattern = Pattern::parse(entry).expect("an entry");
            let deny = vec![DeniedBy { pattern, reason: None }];
            Policy { deny, ..Policy::default() }.denies(&werf, Some(purpose)).is_some()
        };
        assert!(denies("*", &usage));
        assert!(denies("werf", &usage));
        assert!(denies("werf/usage", &usage));
        assert!(!denies("werf/usage", &errors));
        assert!(!denies("gitops", &usage));
        assert!(denies("*/usage", &usage));
        assert!(!denies("*/usage", &errors));
    }

    #[test]
    fn two_policies_together_forbid_what_either_does() {
        let of = |entry: &str, default| Policy {
            deny: vec![DeniedBy { pattern: Pattern::parse(entry).expect("one"), reason: None }],
            default,
        };
        let (ask, off) = (Some(Default::Ask), Some(Default::Off));
        for (one, other, both) in [
            (ask, off, off),
            (off, ask, off),
            (None, ask, ask),
            (off, None, off),
            (None, None, None),
        ] {
            let together = of("werf", one).and(of("*/usage", other));
            assert_eq!((together.deny.len(), together.default), (2, both));
        }
    }

    #[test]
    fn entries_that_mean_nothing_are_refused() {
        for bad in [
            "",
            "**",
            "Werf",
            "werf/",
            "/usage",
            "werf/usage/x",
            "werf/*",
            "*/",
            "*/*",
            "*/Usage",
            "*/usage/x",
        ] {
            assert_eq!(Pattern::parse(bad), None, "{bad}");
        }
    }
}
