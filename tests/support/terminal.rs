//! A real terminal: a program runs in a pseudo-terminal, keys are pressed, the screen is read.

use super::Home;
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// A program in a terminal.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    bytes: Receiver<Vec<u8>>,
    screen: String,
    _master: Box<dyn MasterPty + Send>,
}

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
        let size = PtySize { rows: 24, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.env("HOME", home.path());
        command.env("TERM", "xterm-256color");
        command.cwd(home.path());
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("it starts");
        drop(pair.slave);
        let keys = pair.master.take_writer().expect("a keyboard");
        let mut reader = pair.master.try_clone_reader().expect("a screen");
        let (sender, bytes) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, keys, bytes, screen: String::new(), _master: pair.master }
    }

    /// Waits until the screen shows the words, after what was waited for before.
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

    /// Presses keys, once the program has had the time to turn to its keyboard.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        std::thread::sleep(Duration::from_millis(150));
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("keys");
        self
    }

    /// Everything that was shown so far.
    pub fn screen(&self) -> &str {
        &self.screen
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
