//! The tools that this machine knows, and what a mistyped one may have meant.

use super::Session;
use super::failure::Failure;
use crate::domain::tool_id::ToolId;
use crate::store::{World, answers, declarations};
use std::collections::BTreeSet;

/// Every tool that is declared or was answered, sorted.
pub(super) fn known(world: &World) -> Result<BTreeSet<ToolId>, Failure> {
    let layout = world.layout()?;
    let mut tools = declarations::list(layout)?;
    tools.extend(answers::answered_tools(layout)?);
    Ok(tools)
}

/// Every tool that was answered, sorted.
pub(super) fn answered(world: &World) -> Result<BTreeSet<ToolId>, Failure> {
    Ok(answers::answered_tools(world.layout()?)?.into_iter().collect())
}

/// Reads an id as typed.
pub(super) fn parse(world: &World, typed: &str) -> Result<ToolId, Failure> {
    typed.parse().map_err(|error| {
        let failure = Failure::misuse(format!("{typed:?} is no tool id: {error}"));
        with_suggestion(world, typed, failure)
    })
}

/// Reads the id of a tool that is known here.
pub(super) fn find(world: &World, typed: &str) -> Result<ToolId, Failure> {
    let tool = parse(world, typed)?;
    // Asked by name: a folder that cannot be listed must not keep anybody from saying no.
    let layout = world.layout()?;
    let declared = layout.all_tools().map(|folder| folder.join(format!("{tool}.toml")));
    let mut files = declared.chain([layout.consent(&tool)]);
    if files.any(|file| file.symlink_metadata().is_ok()) {
        return Ok(tool);
    }
    known(world)?;
    Err(with_suggestion(world, typed, unknown(&tool)))
}

/// Reads the id of a tool that is known here, or of somebody else's that sayso knows of.
pub(super) fn find_anywhere(session: &Session, typed: &str) -> Result<ToolId, Failure> {
    let world = &session.world;
    find(world, typed).or_else(|failure| {
        // A place that cannot be listed is told as it is.
        if known(world).is_err() {
            return Err(failure);
        }
        let others = session.others();
        let entry = others.named(typed).ok_or_else(|| others.unknown(world, typed))?;
        Ok(entry.id.clone())
    })
}

/// Nothing on this machine is called that.
pub(super) fn unknown(tool: &ToolId) -> Failure {
    Failure::not_done(anyhow::anyhow!("nothing on this machine declares a tool {tool}"))
}

/// Adds "did you mean".
pub(super) fn with_suggestion(world: &World, typed: &str, failure: Failure) -> Failure {
    with_suggestion_among(world, typed, failure, &[])
}

/// The same, with further words that may have been meant.
pub(super) fn with_suggestion_among(
    world: &World,
    typed: &str,
    failure: Failure,
    others: &[&str],
) -> Failure {
    let known = known(world).unwrap_or_default();
    let mut words: Vec<&str> = known.iter().map(ToolId::as_str).collect();
    words.extend(others);
    match closest(typed, words.into_iter()) {
        Some(close) => failure.hint(format!("did you mean {close}?")),
        None => failure.hint("sayso lists the tools that are known here"),
    }
}

/// The word closest to what was typed, if it is close enough to be meant.
fn closest<'a>(typed: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    words
        .map(|word| (strsim::jaro_winkler(&typed, word), word))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_close_to_what_was_typed() {
        let words = ["werf", "gitops", "testkube"];
        assert_eq!(closest("wref", words.into_iter()), Some("werf"));
        assert_eq!(closest("GitOps", words.into_iter()), Some("gitops"));
        assert_eq!(closest("docker", words.into_iter()), None);
    }
}
