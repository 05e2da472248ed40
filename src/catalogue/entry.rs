//! What is known of one tool that is not ours: who makes it, and which switches it has.

use crate::catalogue::formats::FormatKind;
use crate::catalogue::formats::format::Scalar;
use crate::catalogue::keyword::{Keyword, keywords};
use crate::catalogue::rule::Rule;
use crate::domain::tool_id::ToolId;
use std::path::PathBuf;

keywords! {
    /// What a switch is for.
    Channel {
        /// What is done with the tool.
        Usage = "usage",
        /// A second pipeline beside usage, with a switch of its own.
        Telemetry = "telemetry",
        /// What goes wrong in it.
        Crash = "crash",
        /// Whether there is a newer version.
        UpdateCheck = "update-check",
    }
}

keywords! {
    /// What the tool does before anybody decided.
    Default {
        /// It collects.
        On = "on",
        /// It does not.
        Off = "off",
        /// It asks.
        Ask = "ask",
        /// It counts on this disk and sends nothing.
        Local = "local",
        /// That depends on what is done with it.
        Auto = "auto",
        /// Nobody looked.
        Unknown = "unknown",
    }
}

keywords! {
    /// Whether `DO_NOT_TRACK` turns it off.
    Honours {
        /// It does.
        Yes = "yes",
        /// It does not, or nothing says so.
        No = "no",
        /// Nobody looked.
        Unknown = "unknown",
    }
}

keywords! {
    /// How a fact is known.
    Evidence {
        /// The tool was installed and tried.
        Ran = "ran",
        /// Its vendor's code was read.
        Code = "code",
        /// Its vendor's documentation says so.
        Doc = "doc",
        /// The library that it uses has such a rule.
        LibraryRule = "library-rule",
        /// Somebody said so in a discussion.
        Thread = "thread",
        /// It is in a list that somebody else made.
        Listed = "listed",
    }
}

impl Evidence {
    /// Whether a state may rest on it.
    pub fn is_certain(self) -> bool {
        !matches!(self, Self::Thread | Self::Listed)
    }

    /// How the facts are known, for a person.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Ran => "tried",
            Self::Code => "read in the vendor's code",
            Self::Doc => "from the vendor's documentation",
            Self::LibraryRule => "from the rules of a library",
            Self::Thread => "from a discussion, not confirmed",
            Self::Listed => "only listed by others, not confirmed",
        }
    }
}

keywords! {
    /// The systems on which a file is where it is said to be.
    System {
        /// All.
        Any = "any",
        /// Linux and other Unix.
        Linux = "linux",
        /// macOS.
        MacOs = "macos",
        /// Windows.
        Windows = "windows",
    }
}

impl System {
    /// The one this program runs on.
    pub fn here() -> Self {
        match () {
            () if cfg!(windows) => Self::Windows,
            () if cfg!(target_os = "macos") => Self::MacOs,
            () => Self::Linux,
        }
    }

    /// Whether what is said of this system holds on that one.
    pub fn covers(self, other: Self) -> bool {
        self == Self::Any || self == other
    }
}

keywords! {
    /// For whom a file speaks. The order is that of strength.
    Scope {
        /// For whoever works in a project.
        Project = "project",
        /// For one person.
        User = "user",
        /// For everybody on the machine.
        System = "system",
    }
}

keywords! {
    /// Which switch counts where several are set.
    Precedence {
        /// Variables, then files of the project, of the person, of the system.
        Strongest = "strongest",
        /// Whichever says off.
        AnyOff = "any-off",
    }
}

/// Where a file is: see [`super::place`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its path, which may begin with a token.
    pub path: String,
    /// Its path where the variable in this one is set.
    pub moved: Option<String>,
}

/// A variable that is a switch.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// The value that switches off.
    pub off: String,
    /// The value that switches on, where there is one.
    pub on: Option<String>,
    /// How the tool understands other values.
    pub rule: &'static Rule,
    /// What it switches.
    pub channel: Channel,
    /// How that is known.
    pub basis: Evidence,
}

/// A file that holds a switch.
#[derive(Debug, Clone)]
pub struct File {
    /// Where it is.
    pub place: Place,
    /// On which systems.
    pub system: System,
    /// How it is written; `None` for a format that sayso does not read.
    pub format: Option<FormatKind>,
    /// The names that lead to the value; one may be `{active}`.
    pub key: Vec<String>,
    /// What the tool wants in it besides: where there is no file yet, it begins with this.
    pub new: Option<String>,
    /// The value that switches off.
    pub off: Scalar,
    /// The value that switches on, where there is one.
    pub on: Option<Scalar>,
    /// How the tool understands other values.
    pub rule: &'static Rule,
    /// What it switches.
    pub channel: Channel,
    /// For whom it speaks.
    pub scope: Scope,
    /// How that is known.
    pub basis: Evidence,
}

/// The vendor's own commands. Nothing here ever runs them by itself.
#[derive(Debug, Clone, Default)]
pub struct Command {
    /// Switches off.
    pub off: Vec<String>,
    /// Switches on.
    pub on: Vec<String>,
    /// Tells the state; some make an id by that.
    pub status: Vec<String>,
    /// What it then prints where it is off: a regular expression over both streams.
    pub status_off: Option<String>,
    /// The same where it is on.
    pub status_on: Option<String>,
    /// For whom it switches, where that is not the person.
    pub scope: Option<String>,
}

/// One tool.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its id.
    pub id: ToolId,
    /// Its name.
    pub name: String,
    /// Who makes it.
    pub vendor: String,
    /// Where to read about it.
    pub homepage: String,
    /// What it is called on `PATH`, the main name first.
    pub exe: Vec<String>,
    /// What it does before anybody decided.
    pub default: Default,
    /// The same for single channels.
    pub defaults: Vec<(Channel, Default)>,
    /// Where it asks: it is off until then.
    pub off_until_asked: bool,
    /// Whether `DO_NOT_TRACK` turns it off.
    pub do_not_track: Honours,
    /// How all this is known.
    pub evidence: Evidence,
    /// Of which version.
    pub version: Option<String>,
    /// Where from.
    pub sources: Vec<String>,
    /// The version since which there is nothing to switch.
    pub removed_in: Option<String>,
    /// Where else a choice may be that cannot be read.
    pub elsewhere: Option<String>,
    /// What else is worth knowing.
    pub note: Option<String>,
    /// Where events wait that the tool has not sent yet.
    pub queue: Option<Place>,
    /// Which switch counts.
    pub precedence: Precedence,
    /// Its variables.
    pub variables: Vec<Variable>,
    /// Its files.
    pub files: Vec<File>,
    /// Its commands.
    pub command: Command,
    /// The person's file that this comes from; `None` where it is the project's own.
    pub from: Option<PathBuf>,
}

impl Entry {
    /// What there are switches for, in a fixed order; usage where none is known.
    pub fn channels(&self) -> Vec<Channel> {
        let has = |channel: Channel| {
            self.variables.iter().any(|variable| variable.channel == channel)
                || self.files.iter().any(|file| file.channel == channel)
        };
        let all = Channel::ALL.iter().map(|(channel, _)| *channel);
        let mut found: Vec<Channel> = all.filter(|channel| has(*channel)).collect();
        if found.is_empty() {
            found.push(Channel::Usage);
        }
        found
    }

    /// The variables of a channel.
    pub fn variables_of(&self, channel: Channel) -> impl Iterator<Item = &Variable> {
        self.variables.iter().filter(move |variable| variable.channel == channel)
    }

    /// The files of a channel on a system.
    pub fn files_of(&self, channel: Channel, system: System) -> impl Iterator<Item = &File> {
        let fits = move |file: &&File| file.channel == channel && file.system.covers(system);
        self.files.iter().filter(fits)
    }

    /// What happens in a channel before anybody decided.
    pub fn default_of(&self, channel: Channel) -> Default {
        let own = self.defaults.iter().find(|(named, _)| *named == channel);
        own.map_or(self.default, |(_, default)| *default)
    }

    /// Whether a choice may be stored where it cannot be read: a command stores it, and no file of
    /// the person's is known here.
    pub fn may_hide_a_choice(&self, channel: Channel, system: System) -> bool {
        let seen = |file: &File| file.scope != Scope::Project;
        let is_seen = self.files_of(channel, system).any(seen);
        let has_other = self.files.iter().any(|f| f.channel == channel && f.scope == Scope::User);
        let command_stores =
            !self.command.off.is_empty() && self.command.scope.as_deref() != Some("project");
        let is_hidden = self.elsewhere.is_some() || command_stores;
        !is_seen && (has_other || channel == Channel::Usage && is_hidden)
    }
}
