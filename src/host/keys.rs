//! Single keys from the terminal, for as long as patience lasts. Whatever happens meanwhile, the terminal is
//! as it was before: what is typed and what signals say is looked at here, and has its usual effect only
//! once that is done.
//!
//! Signals are blocked in the thread that asks, and a thread of its own waits for them. (Handlers were
//! turned down: they belong to the host, and cannot be put back without unsafe code. In a host of several
//! threads, one that does not block a signal may still get it first.)

use crate::host::terminal::Pressed;
use nix::sys::pthread::pthread_kill;
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, killpg};
use nix::unistd::{Pid, getpgrp};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use std::io::{Read, Write, stdin};
use std::os::unix::net::UnixStream;
use std::os::unix::thread::JoinHandleExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What is typed behind a key is discarded until it has been silent for this long.
const SILENCE: Duration = Duration::from_millis(500);

/// Or until this long after the key.
const LONGEST: Duration = Duration::from_secs(2);

/// How soon the rest of a key follows that sends several bytes, such as an arrow.
const SEQUENCE: Duration = Duration::from_millis(50);

/// The signals that end or stop a program at its terminal.
const WATCHED: [Signal; 5] =
    [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT, Signal::SIGTSTP];

/// What ends the watch of a thread: one of those that it waits for.
const WAKE: Signal = Signal::SIGTSTP;

/// The terminal, handing over each key at once. Dropped, it discards the rest of the line that was typed,
/// and is as it was before.
pub(super) struct Keyboard {
    before: Option<Termios>,
    watch: Option<Watch>,
    discards: bool,
}

/// What came first.
enum Event {
    Byte(u8),
    Signal(Signal),
    /// The end of input.
    End,
    /// Nothing, in time.
    Nothing,
}

impl Keyboard {
    /// Discards what was typed before: it answers nothing that was not seen.
    pub(super) fn open() -> Self {
        let watch = Watch::start();
        let before = tcgetattr(stdin()).ok();
        if let Some(before) = &before {
            let mut keys = before.clone();
            let lines = LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
            keys.local_modes -= lines | LocalModes::IEXTEN;
            keys.input_modes -= InputModes::IXON;
            keys.special_codes[SpecialCodeIndex::VMIN] = 1;
            keys.special_codes[SpecialCodeIndex::VTIME] = 0;
            let _ = tcsetattr(stdin(), OptionalActions::Flush, &keys);
        }
        Self { before, watch, discards: false }
    }

    /// Waits for one key.
    pub(super) fn key(&mut self, patience: Duration) -> Pressed {
        let byte = match self.next(Instant::now() + patience) {
            Event::Byte(byte) => byte,
            Event::Signal(Signal::SIGINT) => {
                self.restore();
                return Pressed::Interrupt;
            }
            Event::Signal(signal) => return self.give_way(signal, false),
            Event::End | Event::Nothing => return Pressed::Other,
        };
        match self.signal_of(byte) {
            Some(Signal::SIGINT) => return self.interrupted(),
            Some(signal) => return self.give_way(signal, true),
            None => {}
        }
        match byte {
            b'\r' | b'\n' => Pressed::Other,
            0x1b if self.has_more() => Pressed::Other,
            0x1b => self.pressed(Pressed::Escape),
            b' '..=b'~' => self.pressed(Pressed::Key(byte.to_ascii_lowercase().into())),
            _ => self.pressed(Pressed::Other),
        }
    }

    /// Puts the terminal back without discarding the rest of the line.
    pub(super) fn keep_the_rest(mut self) {
        self.discards = false;
    }

    fn pressed(&mut self, pressed: Pressed) -> Pressed {
        self.discards = true;
        pressed
    }

    /// The signal that the terminal would have made of a byte.
    fn signal_of(&self, byte: u8) -> Option<Signal> {
        let codes = &self.before.as_ref()?.special_codes;
        [
            (SpecialCodeIndex::VINTR, Signal::SIGINT),
            (SpecialCodeIndex::VQUIT, Signal::SIGQUIT),
            (SpecialCodeIndex::VSUSP, Signal::SIGTSTP),
        ]
        .into_iter()
        // A code of 0 is none (termios(3): _POSIX_VDISABLE).
        .find(|(code, _)| codes[*code] == byte && byte != 0)
        .map(|(_, signal)| signal)
    }

    /// Ctrl-C: the others in the foreground hear of it as they would have without us.
    fn interrupted(&mut self) -> Pressed {
        self.restore();
        if self.watch.is_some() {
            let _ = killpg(getpgrp(), Signal::SIGINT);
            // Ours is taken from the watch; otherwise it would end this program once it may.
            self.next(Instant::now() + Duration::from_secs(1));
        }
        Pressed::Interrupt
    }

    /// Lets a signal have its usual effect. Whoever comes back from it goes on.
    fn give_way(&mut self, signal: Signal, to_all: bool) -> Pressed {
        self.restore();
        self.watch = None;
        let _ = if to_all { killpg(getpgrp(), signal) } else { kill(Pid::this(), signal) };
        if signal == Signal::SIGTSTP { Pressed::Resumed } else { Pressed::Other }
    }

    /// Whether more bytes of the same key follow. They are taken.
    fn has_more(&self) -> bool {
        let mut has_more = false;
        while let Event::Byte(_) = self.next(Instant::now() + SEQUENCE) {
            has_more = true;
        }
        has_more
    }

    fn discard_line(&mut self) {
        let end = Instant::now() + LONGEST;
        loop {
            match self.next(end.min(Instant::now() + SILENCE)) {
                Event::Byte(b'\r' | b'\n') | Event::Nothing | Event::End => return,
                Event::Byte(byte) => {
                    if let Some(signal) = self.signal_of(byte) {
                        self.give_way(signal, true);
                        return;
                    }
                }
                Event::Signal(signal) => {
                    self.give_way(signal, false);
                    return;
                }
            }
        }
    }

    fn next(&self, until: Instant) -> Event {
        let keys = stdin();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(left) = Timespec::try_from(left) else { return Event::Nothing };
            let mut places = vec![PollFd::new(&keys, PollFlags::IN)];
            places.extend(self.watch.iter().map(|w| PollFd::new(&w.heard, PollFlags::IN)));
            match poll(&mut places, Some(&left)) {
                Ok(0) => return Event::Nothing,
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(_) => return Event::End,
            }
            let has = |place: usize| places.get(place).is_some_and(|p| !p.revents().is_empty());
            let (signal, key) = (has(1), has(0));
            if signal && let Some(signal) = self.watch.as_ref().and_then(Watch::next) {
                return Event::Signal(signal);
            }
            let mut byte = [0];
            return match key.then(|| rustix::io::read(&keys, &mut byte)) {
                Some(Ok(1)) => Event::Byte(byte[0]),
                Some(Err(rustix::io::Errno::INTR)) | None => continue,
                Some(_) => Event::End,
            };
        }
    }

    fn restore(&mut self) {
        self.discards = false;
        if let Some(before) = self.before.take() {
            let _ = tcsetattr(stdin(), OptionalActions::Now, &before);
        }
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        if self.discards {
            self.discard_line();
        }
        self.restore();
    }
}

/// Signals, waited for by a thread of its own while this one blocks them.
struct Watch {
    heard: UnixStream,
    thread: Option<JoinHandle<()>>,
    is_over: Arc<AtomicBool>,
    mask: SigSet,
}

impl Watch {
    /// `None` where no thread can be made: then signals have their usual effect at once.
    fn start() -> Option<Self> {
        let signals: SigSet = WATCHED.into_iter().collect();
        let (heard, mut told) = UnixStream::pair().ok()?;
        let mask = signals.thread_swap_mask(SigmaskHow::SIG_BLOCK).ok()?;
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        let watch = move || {
            while let Ok(signal) = signals.wait() {
                if signal == WAKE && ends.load(Ordering::SeqCst) {
                    return;
                }
                let number = u8::try_from(signal as i32).unwrap_or_default();
                if told.write_all(&[number]).is_err() {
                    return;
                }
            }
        };
        match std::thread::Builder::new().name("signals".to_owned()).spawn(watch) {
            Ok(thread) => Some(Self { heard, thread: Some(thread), is_over, mask }),
            Err(_) => {
                let _ = mask.thread_set_mask();
                None
            }
        }
    }

    fn next(&self) -> Option<Signal> {
        let mut number = [0];
        (&self.heard).read_exact(&mut number).ok()?;
        Signal::try_from(i32::from(number[0])).ok()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = pthread_kill(thread.as_pthread_t(), WAKE);
            let _ = thread.join();
        }
        // What came too late to be looked at, such as the hang-up after the end of input, is not lost.
        let is_set = self.heard.set_nonblocking(true).is_ok();
        let late: Vec<Signal> = std::iter::from_fn(|| self.next()).take_while(|_| is_set).collect();
        let _ = self.mask.thread_set_mask();
        for signal in late {
            let _ = kill(Pid::this(), signal);
        }
    }
}

/// Ends this program as the signal of Ctrl-C does, so that whoever started it stops as well.
pub(super) fn end_by_interrupt() -> ! {
    let _ = signal_hook::low_level::emulate_default_handler(Signal::SIGINT as i32);
    std::process::exit(130);
}
