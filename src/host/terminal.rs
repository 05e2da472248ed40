//! The terminal at which a user is asked: its size, and single keys.

#[cfg(unix)]
use crate::host::keys::{self, Keyboard};
use crate::view::text::WIDEST;
use dialoguer::console::Term;
use std::time::Duration;

/// Lines and columns of the terminal; `None` where it has none (0 × 0), or where there is no terminal.
pub fn size() -> Option<(usize, usize)> {
    let (lines, columns) = Term::stderr().size_checked()?;
    Some((lines.into(), columns.into()))
}

/// How many columns the terminal has.
pub fn width() -> usize {
    size().map_or(WIDEST, |(_, columns)| columns)
}

/// How long a question waits for a key.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How long it waits once the user has begun to read every field.
pub const READING: Duration = Duration::from_secs(10 * 60);

/// What came of waiting for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    /// A key that stands for a character, in lower case.
    Key(char),
    /// Esc.
    Escape,
    /// Ctrl-C.
    Interrupt,
    /// The program was suspended and goes on: what was on the screen is to be shown anew.
    Resumed,
    /// Enter, any other key, the end of input; or no key in time.
    Other,
}

/// A key that was pressed. While this is there, the terminal stays as keys need it; dropped, it discards
/// what was typed behind the key, and puts the terminal back.
pub struct Answer {
    /// The key.
    pub pressed: Pressed,
    #[cfg(unix)]
    keyboard: Keyboard,
}

impl Answer {
    /// The key alone, where the next one is a matter of its own: what was typed behind it is not waited for.
    pub fn at_once(self) -> Pressed {
        #[cfg(unix)]
        self.keyboard.keep_the_rest();
        self.pressed
    }
}

/// Waits for one key, for as long as patience lasts. What was typed before is discarded: it answers
/// nothing that was not seen.
#[cfg(unix)]
pub fn read_key(patience: Duration) -> Answer {
    let mut keyboard = Keyboard::open();
    Answer { pressed: keyboard.key(patience), keyboard }
}

/// Waits for one key. (What is typed early, patience and signals are as the system has them: none of it was
/// ever tried on one that is no Unix.)
#[cfg(not(unix))]
pub fn read_key(_patience: Duration) -> Answer {
    use dialoguer::console::Key;
    let pressed = match Term::stderr().read_key_raw() {
        Ok(Key::Char('\u{3}') | Key::CtrlC) => Pressed::Interrupt,
        Ok(Key::Char(key)) => Pressed::Key(key.to_ascii_lowercase()),
        Ok(Key::Escape) => Pressed::Escape,
        Err(error) if error.kind() == std::io::ErrorKind::Interrupted => Pressed::Interrupt,
        Ok(_) | Err(_) => Pressed::Other,
    };
    Answer { pressed }
}

/// Ends this program as Ctrl-C does: by the signal, so that a loop of a shell ends as well (it shows 130).
pub fn end_by_interrupt() -> ! {
    #[cfg(unix)]
    keys::end_by_interrupt();
    #[cfg(not(unix))]
    std::process::exit(130);
}

/// Makes the cursor visible again.
pub fn show_cursor() {
    let _ = Term::stderr().show_cursor();
}
