//! A real terminal: a program runs in a pseudo-terminal, keys are pressed, the screen is read.

use super::Home;
use portable_pty::{
    Child, CommandBuilder, ExitStatus, MasterPty, PtyPair, PtySize, native_pty_system,
};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// A program in a terminal.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    bytes: Receiver<Vec<u8>>,
    screen: String,
    master: Box<dyn MasterPty + Send>,
}

/// How every question ends.
pub const QUESTION: &str = "any other key: not now";

/// Far longer than anything takes here: a test that needs it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

impl Terminal {
    /// Starts a program in a terminal of 24 lines and 80 columns, in a home of its own.
    pub fn start(home: &Home, program: &Path, arguments: &[&str]) -> Self {
        Self::start_with(home, program, arguments, &[], 80)
    }

    /// The same with more variables and another width.
    pub fn start_with(
        home: &Home,
        program: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
        columns: u16,
    ) -> Self {
        Self::start_sized(home, program, arguments, variables, (24, columns))
    }

    /// The same in a terminal of so many lines and columns.
    pub fn start_sized(
        home: &Home,
        program: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
        (rows, cols): (u16, u16),
    ) -> Self {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.env("HOME", home.path());
        command.env("PATH", super::path());
        command.env("SAYSO_UNDER_TEST", super::program());
        command.env("TERM", "xterm-256color");
        command.cwd(home.path());
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("it starts");
        drop(pair.slave);
        let keys = pair.master.take_writer().expect("a keyboard");
        let bytes = listen(&*pair.master);
        Self { child, keys, bytes, screen: String::new(), master: pair.master }
    }

    /// Starts a script in a terminal; `$SAYSO_UNDER_TEST` is the program.
    pub fn start_script(home: &Home, script: &str) -> Self {
        Self::start(home, Path::new("/bin/sh"), &["-c", script])
    }

    /// Waits until the screen shows the words.
    #[track_caller]
    pub fn wait_for(&mut self, words: &str) -> &mut Self {
        let end = Instant::now() + PATIENCE;
        while !self.screen.contains(words) {
            match self.bytes.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.screen.push_str(&String::from_utf8_lossy(&bytes)),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("{words:?} never came; the screen shows:\n{}", self.screen)
                }
            }
        }
        self
    }

    /// Presses keys, once the program waits for a single key. Earlier ones would be discarded.
    #[track_caller]
    pub fn press(&mut self, keys: &str) -> &mut Self {
        let reads_keys = || reads_single_keys(&*self.master);
        let otherwise = || format!("it reads no key; the screen shows:\n{}", self.screen);
        super::wait_until(PATIENCE, reads_keys, otherwise);
        self.type_ahead(keys)
    }

    /// Types without waiting for anybody to read it.
    pub fn type_ahead(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("keys");
        self
    }

    /// Waits for the question, presses a key, and waits for the end.
    #[track_caller]
    pub fn answer(mut self, key: &str) -> Shown {
        self.wait_for(QUESTION).press(key);
        self.shown()
    }

    /// Waits for the end, without pressing any key.
    #[track_caller]
    pub fn shown(self) -> Shown {
        let (status, screen) = self.finish();
        Shown { code: code(&status), screen }
    }

    /// Sends the program a signal, once it waits for a single key.
    #[track_caller]
    pub fn signal(&mut self, signal: &str) -> &mut Self {
        let reads_keys = || reads_single_keys(&*self.master);
        super::wait_until(PATIENCE, reads_keys, || "it reads no key".to_owned());
        let pid = self.child.process_id().expect("a process").to_string();
        let sent = std::process::Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(sent.expect("kill").success());
        self
    }

    /// Forgets what was shown so far.
    pub fn clear(&mut self) -> &mut Self {
        self.screen.clear();
        self
    }

    /// The process that was started.
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("a process")
    }

    /// Waits until the terminal hands over whole lines again.
    #[track_caller]
    pub fn is_restored(&self) {
        let is_restored = || !reads_single_keys(&*self.master);
        super::wait_until(PATIENCE, is_restored, || "the terminal is not restored".to_owned());
    }

    /// Waits for the end; says how it ended and everything that was shown.
    #[track_caller]
    pub fn finish(mut self) -> (ExitStatus, String) {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.bytes.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.screen.push_str(&String::from_utf8_lossy(&bytes)),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    let _ = self.child.kill();
                    panic!("it does not end; the screen shows:\n{}", self.screen);
                }
            }
        }
        let status = self.child.wait().expect("it ended");
        (status, self.screen)
    }
}

/// The exit code, or what a shell shows for a signal.
fn code(status: &ExitStatus) -> u32 {
    match status.signal() {
        Some("Interrupt") => 130,
        Some("Quit") => 131,
        Some("Hangup") => 129,
        Some("Terminated") => 143,
        Some(signal) => panic!("ended by {signal}"),
        None => status.exit_code(),
    }
}

/// How a program in a terminal ended, and what it showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub code: u32,
    pub screen: String,
}

impl Shown {
    /// Asserts that it ended with this code.
    #[track_caller]
    pub fn ends(self, code: u32) -> Self {
        assert_eq!(self.code, code, "{}", self.screen);
        self
    }

    /// Asserts that it showed these words, wherever the lines were broken.
    #[track_caller]
    pub fn shows(self, words: &str) -> Self {
        assert!(self.has(words), "{words:?} is missing in:\n{}", self.screen);
        self
    }

    /// Asserts that it did not show these words.
    #[track_caller]
    pub fn hides(self, words: &str) -> Self {
        assert!(!self.has(words), "{words:?} is in:\n{}", self.screen);
        self
    }

    /// Asserts that it showed nothing.
    #[track_caller]
    pub fn shows_nothing(self) -> Self {
        assert_eq!(self.screen, "");
        self
    }

    fn has(&self, words: &str) -> bool {
        self.screen.split_whitespace().collect::<Vec<_>>().join(" ").contains(words)
    }
}

/// A terminal in which no program runs: another one's output can be sent there.
#[cfg(unix)]
pub struct Screen {
    pair: PtyPair,
}

#[cfg(unix)]
impl Screen {
    pub fn new() -> Self {
        let pair = native_pty_system().openpty(PtySize::default()).expect("a terminal");
        Self { pair }
    }

    /// The device to write to.
    pub fn device(&self) -> PathBuf {
        self.pair.master.tty_name().expect("a name")
    }

    /// Everything that was written to it.
    pub fn finish(self) -> String {
        let bytes = listen(&*self.pair.master);
        drop(self.pair.slave);
        String::from_utf8_lossy(&bytes.iter().flatten().collect::<Vec<u8>>()).into_owned()
    }
}

fn listen(master: &dyn MasterPty) -> Receiver<Vec<u8>> {
    let mut reader = master.try_clone_reader().expect("a screen");
    let (sender, bytes) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    bytes
}

/// Whether the terminal hands over each key at once, instead of whole lines.
#[cfg(unix)]
fn reads_single_keys(master: &dyn MasterPty) -> bool {
    use rustix::fs::{Mode, OFlags, open};
    use rustix::termios::{LocalModes, tcgetattr};
    let device = master.tty_name().expect("a name");
    let terminal = open(device, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("a terminal");
    tcgetattr(terminal).is_ok_and(|modes| !modes.local_modes.contains(LocalModes::ICANON))
}

/// Nobody can tell here, so it gets the time that it needs.
#[cfg(not(unix))]
fn reads_single_keys(_: &dyn MasterPty) -> bool {
    std::thread::sleep(Duration::from_millis(300));
    true
}
