//! Third-party tools: what the catalogue knows of them, and which of them are on this machine.

use crate::catalogue::Catalogue;
use crate::catalogue::entry::Entry;
use crate::catalogue::keyword::Keyword;
use crate::catalogue::source::Machine;
use crate::catalogue::state::{self, ChannelState};
use crate::consent::World;
use crate::domain::tool_id::{Purpose, ToolId};
use std::cell::OnceCell;
use std::sync::Arc;

/// What is known of third-party tools, and which of them are here.
pub struct ThirdParty {
    /// The entries, and what is wrong with files of them.
    pub catalogue: Catalogue,
    world: Arc<World>,
    machine: OnceCell<Machine>,
}

impl ThirdParty {
    /// Reads the catalogue.
    pub fn look(world: &Arc<World>) -> Self {
        let catalogue = Catalogue::read(world);
        Self { catalogue, world: Arc::clone(world), machine: OnceCell::new() }
    }

    /// This machine, looked at once something has to be known of it.
    pub fn machine(&self) -> &Machine {
        self.machine.get_or_init(|| self.catalogue.look_around(&self.world))
    }

    /// Whether the program of a tool is on this machine.
    pub fn is_here(&self, entry: &Entry) -> bool {
        self.machine().program(entry).is_some()
    }

    /// Every tool whose program is here.
    pub fn installed(&self) -> impl Iterator<Item = &Entry> {
        self.catalogue.entries().filter(|entry| self.is_here(entry))
    }

    /// The entry that a person means by a word: its id, or else nothing.
    pub fn named(&self, typed: &str) -> Option<&Entry> {
        self.catalogue.entry(&typed.parse::<ToolId>().ok()?)
    }

    /// The channels of a tool.
    pub fn states<'e>(&self, entry: &'e Entry) -> Vec<ChannelState<'e>> {
        state::of(self.machine(), entry)
    }

    /// The row of the administrator's policy that forbids a channel, if there is one.
    pub fn denied_by(&self, entry: &Entry, is: &ChannelState<'_>) -> Option<String> {
        let purpose: Option<Purpose> = is.channel.as_str().parse().ok();
        let denied = self.world.policy().ok()?.denies(&entry.id, purpose.as_ref())?;
        Some(denied.to_string())
    }
}
