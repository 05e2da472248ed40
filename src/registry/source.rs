//! What is known of a tool's declaration, in the form in which it came.

use crate::consent::World;
use crate::domain::declaration::{self, Declaration, Prepared, Terms};
use crate::domain::tool_id::ToolId;
use crate::registry::declarations::{self, Registered};
use std::sync::OnceLock;

/// A declaration, or what was prepared of one.
#[derive(Clone)]
pub(crate) enum Known {
    /// Nobody declared the tool, or not in a way that is understood.
    Nothing,
    /// The tool carries it.
    Embedded(Box<Declaration>),
    /// It is registered.
    Registered(Box<Registered>),
    /// It was prepared. What a decision does not need is read only where somebody asks for it.
    Prepared(Box<Prepared<'static>>, OnceLock<Option<Box<Declaration>>>),
}

impl Known {
    /// What was prepared.
    pub(crate) fn prepared(prepared: Prepared<'static>) -> Self {
        Self::Prepared(Box::new(prepared), OnceLock::new())
    }

    /// What a decision and a record need.
    pub(crate) fn terms(&self) -> Option<&dyn Terms> {
        match self {
            Self::Nothing => None,
            Self::Embedded(declaration) => Some(&**declaration),
            Self::Registered(found) => Some(&found.declaration),
            Self::Prepared(prepared, _) => Some(&**prepared),
        }
    }

    /// All of it.
    pub(crate) fn declaration(&self, world: &World, tool: &ToolId) -> Option<&Declaration> {
        match self {
            Self::Nothing => None,
            Self::Embedded(declaration) => Some(declaration),
            Self::Registered(found) => Some(&found.declaration),
            Self::Prepared(prepared, whole) => {
                let whole = whole.get_or_init(|| whole_of(prepared, world, tool).map(Box::new));
                whole.as_deref()
            }
        }
    }
}

/// The declaration that was prepared: from its own text, or from where it is registered.
pub(crate) fn whole_of(
    prepared: &Prepared<'_>,
    world: &World,
    tool: &ToolId,
) -> Option<Declaration> {
    if prepared.text().is_empty() {
        let found = declarations::find(world.layout().ok()?, tool).ok()??;
        return Some(found.declaration);
    }
    declaration::parse(std::str::from_utf8(prepared.text()).ok()?).ok()
}
