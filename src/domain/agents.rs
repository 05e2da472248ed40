//! Variables by which coding agents mark the commands they type: a program is typing, and no user. They
//! say nothing about automation, so no variable opts in because of them.

use crate::domain::signals::Environment;

/// A variable of an agent, and where it is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agent {
    /// The variable.
    pub variable: &'static str,
    /// A public repository, and the file in it that reads the variable.
    pub source: &'static str,
}

const DETECT_AGENT: &str = "github.com/vercel/vercel: packages/detect-agent";
const DTCTL: &str = "github.com/dynatrace-oss/dtctl: pkg/aidetect/detect.go";
const CDK: &str = "github.com/aws/aws-cdk-cli: packages/aws-cdk/lib/cli/util/detect-agent.ts";
const GOOSE: &str = "github.com/aaif-goose/goose: pull request 7017";
const COPILOT: &str = "github.com/github/copilot-cli: changelog.md";

const fn agent(variable: &'static str, source: &'static str) -> Agent {
    Agent { variable, source }
}

/// Every one that is known.
pub const AGENTS: &[Agent] = &[
    agent("AGENT", GOOSE),
    agent("AI_AGENT", DETECT_AGENT),
    agent("CLAUDECODE", DETECT_AGENT),
    agent("CURSOR_AGENT", DETECT_AGENT),
    agent("GEMINI_CLI", DETECT_AGENT),
    agent("CODEX_THREAD_ID", CDK),
    agent("CODEX_SANDBOX", DETECT_AGENT),
    agent("OPENCODE", DTCTL),
    agent("COPILOT_AGENT_SESSION_ID", COPILOT),
    agent("COPILOT_CLI", COPILOT),
];

/// The first variable of an agent that is set to anything but nothing, `0` and `false` (in any case).
pub fn typing(environment: &dyn Environment) -> Option<&'static str> {
    let is_set = |variable: &str| {
        environment.get(variable).is_some_and(|value| {
            !["", "0", "false"].iter().any(|unset| value.eq_ignore_ascii_case(unset))
        })
    };
    AGENTS.iter().map(|agent| agent.variable).find(|variable| is_set(variable))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn every_agent_is_seen_and_can_be_cleared() {
        for agent in AGENTS {
            let of = |value: &str| {
                typing(&BTreeMap::from([(agent.variable.to_owned(), value.to_owned())]))
            };
            for set in ["1", "true", "x", " ", "no"] {
                assert_eq!(of(set), Some(agent.variable), "{set:?}");
            }
            for unset in ["", "0", "false", "False"] {
                assert_eq!(of(unset), None, "{unset:?}");
            }
            assert!(agent.source.starts_with("github.com/"), "{}", agent.variable);
        }
    }
}
