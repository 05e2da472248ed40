//! When a tool's next delivery is due, and which destinations are to be left alone until when.
//!
//! One small file a tool. Whoever delivers holds a lock of the operating system on it, or leaves; so
//! it is written in place and not replaced. Its time of change is when the next delivery is due, a
//! time to come as a rule: a host learns at its exit with one look at it that nothing is to be done.

use crate::domain::tool_id::ToolId;
use crate::fs::Error;
use crate::fs::layout::Layout;
use crate::fs::{file, platform};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The shortest time between two deliveries that a host starts.
pub const INTERVAL: SignedDuration = SignedDuration::from_hours(1);

/// The longest until another look: what rests longer is looked at again and again.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// A time further away than we ever set one was not meant by us: the clock was changed.
pub const FARTHEST: SignedDuration = SignedDuration::from_hours(32);

/// When to look again, for something that will be ready then: not before an interval is over, and
/// within a day.
pub fn look_again(ready: Timestamp, now: Timestamp) -> Timestamp {
    ready.clamp(
        now.saturating_add(INTERVAL).unwrap_or(now),
        now.saturating_add(LONGEST).unwrap_or(now),
    )
}

const LIMIT: u64 = 1024 * 1024;

/// What is remembered of destinations, by their keys.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Those that could not be reached, or asked to be left alone.
    #[serde(default)]
    pub pauses: BTreeMap<String, Pause>,
}

impl State {
    /// Why a destination is to be left alone now. Who is hurried by a person waits only for a receiver
    /// that asked for it. A pause that ends further away than any that we make was made by another clock.
    pub fn pause_of(&self, key: &str, now: Timestamp, is_hurried: bool) -> Option<&Pause> {
        let pause = self.pauses.get(key)?;
        let is_ahead = pause.until > now && pause.until.duration_since(now) < FARTHEST;
        (is_ahead && (pause.asked_for || !is_hurried)).then_some(pause)
    }
}

/// A destination that is left alone for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Who it is, for people.
    pub recipient: String,
    /// How many tries in a row failed.
    pub tries: u32,
    /// What went wrong with the last one.
    pub why: String,
    /// No further try before this.
    pub until: Timestamp,
    /// Whether the receiver itself named that time: then nobody hurries it.
    pub asked_for: bool,
}

/// The right to deliver a tool's events, held until it is dropped.
pub struct Schedule {
    file: File,
    way: File,
    /// What is remembered.
    pub state: State,
}

impl Schedule {
    /// Takes the right; `None` where another process has it.
    ///
    /// # Errors
    /// Where the file cannot be made or locked.
    pub fn take(layout: &Layout, tool: &ToolId) -> Result<Option<Self>, Error> {
        let path = layout.schedule(tool);
        let way = way(layout, tool);
        file::ensure(&path)?;
        file::ensure(&way)?;
        let failed = |error| Error::io("lock", &path, error);
        let mut options = platform::careful_options(false);
        let file = options.read(true).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Ok(()) => {}
        }
        // Whoever forgot the tool meanwhile removed the file that is locked now.
        let here = file.metadata().map_err(failed)?;
        if !std::fs::symlink_metadata(&path).is_ok_and(|at| platform::is_same_file(&here, &at)) {
            return Ok(None);
        }
        let way = options.open(&way).map_err(failed)?;
        Ok(Some(Self { state: state(layout, tool), file, way }))
    }

    /// To be held from a look at consent until the connection stands; `None` where the system has no
    /// locks.
    pub fn set_out(&self) -> Option<OnTheWay> {
        let way = self.way.try_clone().ok()?;
        way.lock().ok().map(|()| OnTheWay(way))
    }

    /// Removes what is remembered, and the right with it.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn remove(self, layout: &Layout, tool: &ToolId) -> Result<(), Error> {
        remove(layout, tool)
    }

    /// Writes down what is remembered, and when the next delivery is due.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn finish(mut self, layout: &Layout, tool: &ToolId, due: Timestamp) -> Result<(), Error> {
        let path = layout.schedule(tool);
        let failed = |error| Error::io("write", &path, error);
        let text = serde_json::to_vec(&self.state).map_err(|error| failed(error.into()))?;
        platform::may_write(text.len() as u64).map_err(failed)?;
        self.file
            .set_len(0)
            .and_then(|()| self.file.seek(SeekFrom::Start(0)))
            .and_then(|_| self.file.write_all(&text))
            .and_then(|()| self.file.set_modified(system_time(due)?))
            .map_err(failed)
    }
}

/// A request is on its way, until this is dropped.
pub struct OnTheWay(File);

impl Drop for OnTheWay {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// After a no was stored: waits until no request is on its way that was allowed before. Not longer than
/// it takes to have begun; a receiver that does not answer keeps nobody waiting.
pub(crate) fn wait_for_requests(layout: &Layout, tool: &ToolId) {
    const MOST: u32 = 200;
    let opened = platform::careful_options(false).read(true).write(true).open(way(layout, tool));
    let Ok(file) = opened else { return };
    for _ in 0..MOST {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            Ok(()) | Err(TryLockError::Error(_)) => return,
        }
    }
}

/// Who locks this file has a request on its way.
fn way(layout: &Layout, tool: &ToolId) -> PathBuf {
    layout.schedule(tool).with_extension("way")
}

/// What is remembered of a tool's destinations. Damage is as good as nothing: they are tried again.
pub fn state(layout: &Layout, tool: &ToolId) -> State {
    let text = file::read(&layout.schedule(tool), LIMIT, file::Trust::Own).ok().flatten();
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Whether a delivery is due. A tool without a schedule is due once its first event has rested.
pub fn is_due(layout: &Layout, tool: &ToolId, now: Timestamp) -> Option<bool> {
    let found = std::fs::symlink_metadata(layout.schedule(tool)).ok()?;
    let due = found.modified().ok().and_then(|at| Timestamp::try_from(at).ok())?;
    Some(due <= now || due.duration_since(now) > FARTHEST)
}

/// Says when the next delivery is due: by a host that starts one, so that the next host does not
/// start another, and by the first host that leaves an event behind.
///
/// # Errors
/// Where the file cannot be made.
pub fn set_due(layout: &Layout, tool: &ToolId, due: Timestamp) -> Result<(), Error> {
    let path = layout.schedule(tool);
    file::ensure(&path)?;
    set_time(&path, due)
}

fn set_time(path: &Path, due: Timestamp) -> Result<(), Error> {
    let opened = platform::careful_options(false).write(true).open(path);
    opened
        .and_then(|file| file.set_modified(system_time(due)?))
        .map_err(|error| Error::io("write", path, error))
}

fn system_time(at: Timestamp) -> io::Result<SystemTime> {
    SystemTime::try_from(at).map_err(io::Error::other)
}

/// Removes what is remembered of a tool's deliveries, unless one is under way: that one ends by itself,
/// and its lock must stay, or a second one could begin beside it.
pub(crate) fn forget(layout: &Layout, tool: &ToolId) -> Result<(), Error> {
    let path = layout.schedule(tool);
    let opened = platform::careful_options(false).read(true).write(true).open(&path);
    if let Ok(file) = &opened
        && matches!(file.try_lock(), Err(TryLockError::WouldBlock))
    {
        return Ok(());
    }
    remove(layout, tool)
}

fn remove(layout: &Layout, tool: &ToolId) -> Result<(), Error> {
    file::remove(&way(layout, tool))?;
    file::remove(&layout.schedule(tool))
}
