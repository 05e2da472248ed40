//! The outside, gathered once: variables, clock, places. Nothing else reads them.

use crate::consent::config::Config;
use crate::domain::policy::Policy;
use crate::domain::signals::{Environment, Signals};
use crate::fs::Error;
use crate::fs::layout::Layout;
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

/// The variables of this process.
struct Process;

impl Environment for Process {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads variables")]
    fn get(&self, name: &str) -> Option<String> {
        // What is not Unicode is kept as something that no list of values contains.
        let value = std::env::var_os(name)?.into_string();
        Some(value.unwrap_or_else(|value| value.to_string_lossy().into_owned()))
    }
}

/// What a decision may depend on, apart from the tool: taken once, so that one run gives one answer.
pub struct World {
    environment: Arc<dyn Environment + Send + Sync>,
    decided: Signals,
    signals: OnceLock<Signals>,
    now: OnceLock<Timestamp>,
    layout: Option<Layout>,
    policy: OnceLock<Result<Policy, Arc<Error>>>,
    config: OnceLock<Result<Config, Arc<Error>>>,
}

impl World {
    /// The world of this process.
    pub fn of_this_process() -> Arc<Self> {
        Self::at(Arc::new(Process), OnceLock::new())
    }

    /// A world made of values.
    pub fn new(environment: Arc<dyn Environment + Send + Sync>, now: Timestamp) -> Arc<Self> {
        Self::at(environment, to_the_second(now).into())
    }

    fn at(environment: Arc<dyn Environment + Send + Sync>, now: OnceLock<Timestamp>) -> Arc<Self> {
        Arc::new(Self {
            decided: Signals::read_for_the_decided(&*environment),
            signals: OnceLock::new(),
            layout: Layout::find(&*environment),
            now,
            environment,
            policy: OnceLock::new(),
            config: OnceLock::new(),
        })
    }

    /// The time of this run, to the second: a finer one would tell more than an answer needs. Taken when
    /// it is first asked for; a check of what was answered never does.
    pub fn now(&self) -> Timestamp {
        *self.now.get_or_init(|| to_the_second(self.clock()))
    }

    /// The time of this moment, for what happens while the program runs.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn clock(&self) -> Timestamp {
        within_range(SystemTime::now())
    }

    /// Whether the process acts for another user than the one who started it.
    pub fn acts_for_another_user(&self) -> bool {
        crate::fs::platform::acts_for_another_user()
    }

    /// The variables.
    pub fn environment(&self) -> &dyn Environment {
        &*self.environment
    }

    /// The folder this process works in; nothing is ever written relative to it.
    pub fn working_folder(&self) -> Option<PathBuf> {
        std::env::current_dir().ok()
    }

    /// What the general variables say.
    pub fn signals(&self) -> &Signals {
        self.signals.get_or_init(|| self.decided.clone().with_automation(&*self.environment))
    }

    /// The same without markers of automation, which a decision about what was answered has no use
    /// for: there are many, and looking for all of them takes longer than reading the answer.
    pub fn signals_for_the_decided(&self) -> &Signals {
        &self.decided
    }

    /// The places.
    ///
    /// # Errors
    /// [`Error::NoHome`] where no variable names a usable home.
    pub fn layout(&self) -> Result<&Layout, Error> {
        self.layout.as_ref().ok_or(Error::NoHome)
    }

    /// The administrator's policy, read at most once.
    ///
    /// # Errors
    /// Where the file is there and cannot be understood.
    pub fn policy(&self) -> Result<&Policy, Arc<Error>> {
        let read = || crate::consent::policy::read(&self.layout()?.policy);
        self.policy.get_or_init(|| read().map_err(Arc::new)).as_ref().map_err(Arc::clone)
    }

    /// The person's `config.toml`, read at most once.
    ///
    /// # Errors
    /// Where the file is there and cannot be understood.
    pub fn config(&self) -> Result<&Config, Arc<Error>> {
        let read = || crate::consent::config::read(&self.layout()?.config_file());
        self.config.get_or_init(|| read().map_err(Arc::new)).as_ref().map_err(Arc::clone)
    }

    /// The same world a moment later: files are read again.
    #[must_use]
    pub fn again(&self) -> Arc<Self> {
        Self::at(Arc::clone(&self.environment), self.now.clone())
    }
}

/// The time of a clock that may be set to anything: from 1970 on, and up to the last time that can be
/// written down (the range of [`Timestamp`] ends on 9999-12-30).
fn within_range(clock: SystemTime) -> Timestamp {
    match clock.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(_) => Timestamp::try_from(clock).unwrap_or(Timestamp::MAX),
        Err(_) => Timestamp::UNIX_EPOCH,
    }
}

fn to_the_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn every_setting_of_the_clock_is_a_time() {
        let epoch = SystemTime::UNIX_EPOCH;
        let years = |years: u64| Duration::from_secs(years * 366 * 24 * 60 * 60);
        assert_eq!(within_range(epoch + Duration::from_secs(1)).as_second(), 1);
        assert_eq!(within_range(epoch - years(60)), Timestamp::UNIX_EPOCH);
        assert_eq!(within_range(epoch + years(8_100)), Timestamp::MAX);
        assert_eq!(within_range(epoch + years(1_000_000)), Timestamp::MAX);
    }
}
