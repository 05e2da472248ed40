//! The tools that this machine knows, and what a mistyped one may have meant.

use crate::app::resolve::ToolKind;
use crate::choices;
use crate::cli::Session;
use crate::cli::failure::Failure;
use crate::consent::World;
use crate::domain::tool_id::ToolId;
use crate::registry::{Subject, declarations};
use std::collections::BTreeSet;

/// Every tool that is declared or was answered, sorted.
pub(super) fn known(world: &World) -> Result<BTreeSet<ToolId>, Failure> {
    let layout = world.layout()?;
    let mut tools = declarations::list(layout)?;
    tools.extend(choices::answered_tools(layout)?);
    Ok(tools)
}

/// Every tool that was answered, sorted.
pub(super) fn answered(world: &World) -> Result<BTreeSet<ToolId>, Failure> {
    Ok(choices::answered_tools(world.layout()?)?.into_iter().collect())
}

/// Reads an id as typed.
pub(super) fn parse(session: &Session, typed: &str) -> Result<ToolId, Failure> {
    typed.parse().map_err(|_| unknown(session, typed))
}

/// The tool with this id, where it is declared here or was answered.
pub(super) fn registered(world: &World, typed: &str) -> Result<Option<ToolId>, Failure> {
    let Ok(tool) = typed.parse::<ToolId>() else { return Ok(None) };
    // Asked by name: a folder that cannot be listed must not keep anybody from saying no.
    let layout = world.layout()?;
    let declared = layout.all_tools().map(|folder| folder.join(format!("{tool}.toml")));
    let mut files = declared.chain([layout.consent(&tool)]);
    if files.any(|file| file.symlink_metadata().is_ok()) {
        return Ok(Some(tool));
    }
    // Where nothing can be listed, nobody can say that it is not there.
    known(world)?;
    Ok(None)
}

/// Reads the id of a tool that is known here, or of somebody else's that sayso knows of.
pub(super) fn find(session: &Session, typed: &str) -> Result<ToolId, Failure> {
    if let Some(tool) = registered(&session.world, typed)? {
        return Ok(tool);
    }
    let entry = session.third_party().named(typed).ok_or_else(|| unknown(session, typed))?;
    Ok(entry.id.clone())
}

/// Reads the id of a tool that asks sayso. Of any other, nothing waits here, leaves or is known.
pub(super) fn find_asking(session: &Session, typed: &str) -> Result<ToolId, Failure> {
    let tool = find(session, typed)?;
    let subject = Subject::registered(&session.world, &tool);
    if !ToolKind::of(&subject, session.third_party()).is_third_party() {
        return Ok(tool);
    }
    let hint = format!("sayso status {tool} shows its vendor's own switch");
    Err(Failure::not_done(anyhow::anyhow!("{tool} does not ask sayso")).hint(hint))
}

/// Nothing is called that: what may have been meant.
pub(super) fn unknown(session: &Session, typed: &str) -> Failure {
    let failure = match typed.parse::<ToolId>() {
        Ok(tool) => {
            Failure::not_done(anyhow::anyhow!("nothing on this machine declares a tool {tool}"))
        }
        Err(error) => Failure::misuse(format!("{typed:?} is no tool id: {error}")),
    };
    let listed = || "sayso lists the tools that are known here".to_owned();
    failure.hint(meant(session, typed).unwrap_or_else(listed))
}

/// The tool whose program is called that, or whose id is close to it.
pub(super) fn meant(session: &Session, typed: &str) -> Option<String> {
    let catalogue = &session.third_party().catalogue;
    let known = known(&session.world).unwrap_or_default();
    let others = catalogue.entries().map(|entry| entry.id.as_str());
    let closest = || closest(typed, known.iter().map(ToolId::as_str).chain(others));
    let of_program = catalogue.entry_of_program(typed).map(|entry| entry.id.as_str());
    Some(format!("did you mean {}?", of_program.or_else(closest)?))
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
