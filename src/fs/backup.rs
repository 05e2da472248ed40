//! What other programs' files were before sayso changed them: written down first, so that whatever
//! happens on the way can be taken back.
//!
//! One file for each changed one, with its whole text as it was, every change since, and the digest
//! of what sayso left there. A change is written down as the next one, then made: the digest of the
//! file tells which of the two happened last. (A log to append to was turned down: what was there
//! before would have to be found in it, and it grows for ever.)

use crate::domain::hex::hex;
use crate::domain::tool_id::ToolId;
use crate::fs::Error;
use crate::fs::external_file::VendorsFile;
use crate::fs::file::{self, Replacement, Trust};
use crate::fs::folder;
use crate::fs::layout::Layout;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// The largest file that is changed, with every byte of it escaped.
const LIMIT: u64 = 8 * 1024 * 1024;

const VERSION: u32 = 1;

/// The right to change other programs' files, held against every other sayso until it is dropped.
pub struct Turn(
    #[expect(dead_code, reason = "held, and given back when it is dropped")] Replacement,
);

impl Turn {
    /// Waits for it.
    ///
    /// # Errors
    /// Where another process keeps it, or nothing can be written down here.
    pub fn take(layout: &Layout) -> Result<Self, Error> {
        Replacement::for_an_opt_out(&layout.undo().join("turn")).map(Self)
    }
}

/// A file as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// Everything in it.
    pub text: String,
    /// Its permission bits.
    pub mode: Option<u32>,
}

/// One key that a tool's switch set or took out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Touch {
    /// The tool.
    pub tool: String,
    /// What it switches.
    pub channel: String,
    /// The name of the format of the file.
    pub format: String,
    /// The names that lead to the value.
    pub key: Vec<String>,
    /// What sayso wrote; `None` where it took the key out.
    pub value: Option<Value>,
}

/// What a file was made to say, all changes together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Generation {
    /// The changes, oldest first.
    pub touches: Vec<Touch>,
    /// The digest of the file with them; `None` where there is then no file.
    pub left: Option<String>,
}

/// What is kept of one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    version: u32,
    /// Where the file really is.
    pub place: PathBuf,
    /// What it was; `None` where there was none.
    pub before: Option<Original>,
    /// The folders that were made for it, the topmost first.
    pub folders: Vec<PathBuf>,
    /// What it was last made to say.
    pub done: Generation,
    /// What it is just being made to say.
    pub next: Option<Generation>,
}

impl Kept {
    /// What there is to keep of a file that sayso has not touched.
    pub fn of(file: &VendorsFile) -> Self {
        let mode = file.mode();
        let before = file.text().map(|text| Original { text: text.to_owned(), mode });
        Self {
            version: VERSION,
            place: file.place().to_owned(),
            folders: Vec::new(),
            done: Generation { touches: Vec::new(), left: digest(file.text()) },
            next: None,
            before,
        }
    }

    /// What the file was, as text.
    pub fn text_before(&self) -> Option<&str> {
        self.before.as_ref().map(|before| before.text.as_str())
    }

    /// Finds out which change was the last by what the file says; `false` where somebody else
    /// changed it since.
    pub fn settle(&mut self, text: Option<&str>) -> bool {
        let is = digest(text);
        if let Some(next) = self.next.take()
            && (next.left == is || self.done.left != is)
        {
            self.done = next;
        }
        if self.done.left != is && digest(self.text_before()) == is {
            self.done = Generation { touches: Vec::new(), left: is.clone() };
        }
        self.done.left == is
    }

    /// Every change that may stand in the file.
    pub fn touches(&self) -> &[Touch] {
        &self.next.as_ref().unwrap_or(&self.done).touches
    }
}

/// A short name for what stands in a file; `None` for no file.
pub fn digest(text: Option<&str>) -> Option<String> {
    text.map(|text| hex(&Sha256::digest(text.as_bytes())))
}

fn path_for(layout: &Layout, place: &Path) -> PathBuf {
    let digest = Sha256::digest(place.as_os_str().as_encoded_bytes());
    layout.undo_of_file(&hex(&digest[..12]))
}

/// What is kept of a file; `None` where sayso has not changed it.
///
/// # Errors
/// Where something is kept and cannot be understood.
pub fn of_file(layout: &Layout, place: &Path) -> Result<Option<Kept>, Error> {
    read(&path_for(layout, place))
}

/// What is kept of every file.
#[derive(Debug, Default)]
pub struct All {
    /// What can be understood, sorted by place.
    pub kept: Vec<Kept>,
    /// Why the rest cannot.
    pub unreadable: Vec<Error>,
}

/// What is kept of every file.
///
/// # Errors
/// Where the folder is there and cannot be listed.
pub fn all(layout: &Layout) -> Result<All, Error> {
    let mut all = All::default();
    for path in folder::entries(&layout.undo())? {
        if path.extension().is_some_and(|ending| ending == "json") {
            match read(&path) {
                Ok(kept) => all.kept.extend(kept),
                Err(error) => all.unreadable.push(error),
            }
        }
    }
    all.kept.sort_by(|one, other| one.place.cmp(&other.place));
    Ok(all)
}

/// What to do about a record that cannot be understood.
pub fn hint(error: &Error) -> String {
    match error {
        Error::Damaged { path, .. } | Error::Untrusted { path, .. } => {
            format!("look at {}, and remove it when you no longer need it", path.display())
        }
        other => other.hint(),
    }
}

/// Why records of choices cannot be understood.
pub(crate) fn unreadable_wishes(layout: &Layout) -> Vec<Error> {
    let tools = wishes(layout).unwrap_or_default();
    tools.iter().filter_map(|tool| KeptAnswers::of(layout, tool).err()).collect()
}

/// Writes down what is kept of a file.
///
/// # Errors
/// Where it could not be stored.
pub fn keep(layout: &Layout, kept: &Kept, _turn: &Turn) -> Result<(), Error> {
    write(&path_for(layout, &kept.place), kept)
}

/// Forgets a file that is as it was.
///
/// # Errors
/// Where that could not be stored.
pub fn forget(layout: &Layout, place: &Path, _turn: &Turn) -> Result<(), Error> {
    file::remove(&path_for(layout, place))
}

/// What the answers for a tool were before a wish about its vendor's switch was remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptAnswers {
    version: u32,
    /// The whole file; `None` where there was none.
    pub(crate) before: Option<String>,
}

impl KeptAnswers {
    pub(crate) fn of(layout: &Layout, tool: &ToolId) -> Result<Option<Self>, Error> {
        read(&layout.undo_of_wish(tool))
    }

    pub(crate) fn keep(
        layout: &Layout,
        tool: &ToolId,
        before: Option<String>,
    ) -> Result<(), Error> {
        write(&layout.undo_of_wish(tool), &Self { version: VERSION, before })
    }

    pub(crate) fn forget(layout: &Layout, tool: &ToolId) -> Result<(), Error> {
        file::remove(&layout.undo_of_wish(tool))
    }
}

/// Forgets what a file with answers was before the first wish about a vendor's switch.
pub(crate) fn forget_wish(layout: &Layout, tool: &ToolId) -> Result<(), Error> {
    KeptAnswers::forget(layout, tool)
}

/// The tools about whose vendors' switches a wish was remembered, sorted.
///
/// # Errors
/// Where the folder is there and cannot be listed.
pub fn wishes(layout: &Layout) -> Result<Vec<ToolId>, Error> {
    let mut tools = folder::tools_in(&layout.undo_of_wishes(), ".json")?;
    tools.sort();
    Ok(tools)
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Option<T>, Error> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let Some(text) = file::read(path, LIMIT, Trust::Own)? else { return Ok(None) };
    let damaged = |error: serde_json::Error| Error::damaged(path, format!("is damaged: {error}"));
    let Versioned { version } = serde_json::from_str(&text).map_err(damaged)?;
    if version != VERSION {
        return Err(Error::Newer { path: path.to_owned(), version: version.into() });
    }
    serde_json::from_str(&text).map(Some).map_err(damaged)
}

fn write(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Error::io("write", path, std::io::Error::other(error)))?;
    match Replacement::for_an_opt_out(path)?.commit(&(text + "\n")) {
        Err(error) if !error.is_in_place() => Err(error),
        _ => Ok(()),
    }
}
