//! The only file of the program that prints. Answers go to standard output, everything else to
//! standard error.

use crate::choices::Stored;
use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::consent::World;
use crate::domain::legible;
use crate::host::act;
use crate::host::terminal;
use crate::view::table::Tone;
use crate::view::text;
use anstyle::{AnsiColor, Style};
use jiff::tz::TimeZone;
use serde::Serialize;
use std::cell::Cell;
use std::io::{self, IsTerminal, Write};

/// Where to print, and how.
pub(super) struct Terminal {
    colours_answers: bool,
    colours_the_rest: bool,
    shows_progress: bool,
    has_progress: Cell<bool>,
    width: usize,
    /// The time zone of the person, for dates on the screen.
    pub(super) zone: TimeZone,
}

impl Terminal {
    /// The terminal of this process. Colour only on a terminal, without `NO_COLOR` and with a
    /// `TERM` that knows colours.
    pub(super) fn of(world: &World) -> Self {
        let set = |name: &str| world.environment().get(name).filter(|value| !value.is_empty());
        let wanted = set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb");
        let is_terminal = io::stdout().is_terminal();
        Self {
            colours_answers: wanted && is_terminal,
            colours_the_rest: wanted && io::stderr().is_terminal(),
            shows_progress: set("TERM").is_none_or(|term| term != "dumb")
                && io::stderr().is_terminal(),
            has_progress: Cell::new(false),
            width: if is_terminal { terminal::width() } else { text::WIDEST },
            zone: TimeZone::system(),
        }
    }

    /// How many columns an answer may take.
    pub(super) fn width(&self) -> usize {
        self.width.clamp(40, 120)
    }

    /// Prints an answer. That the reader went away, as `head` does, is no failure, and what is
    /// still to be done gets done; a full disk is one.
    pub(super) fn say(&self, text: &str) -> Result<(), Failure> {
        self.clear_progress();
        let mut out = io::stdout().lock();
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let written = out
            .write_all(text.as_bytes())
            .and_then(|()| out.write_all(end.as_bytes()))
            .and_then(|()| out.flush());
        heard(written).map(|_| ())
    }

    /// Prints an answer line by line, for one that is too long to be held.
    pub(super) fn stream(&self) -> Stream {
        self.clear_progress();
        Stream { out: io::BufWriter::with_capacity(64 * 1024, io::stdout().lock()) }
    }

    /// Prints one JSON document as an answer.
    pub(super) fn say_json(&self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value).map_err(anyhow::Error::from)?;
        self.say(&text)
    }

    /// Says something that is no answer. Whether anybody hears it changes nothing.
    pub(super) fn note(&self, text: &str) {
        self.clear_progress();
        let end = if text.ends_with('\n') { "" } else { "\n" };
        let _ = io::stderr().lock().write_all(format!("{text}{end}").as_bytes());
    }

    /// Shows how far long work has got, on one line that the next one replaces; nothing where no person
    /// is looking. An empty text clears the line.
    pub(super) fn progress(&self, text: &str) {
        if self.shows_progress {
            let shown = legible::on_one_line(text);
            let _ = io::stderr().lock().write_all(format!("\r\x1b[2K{shown}").as_bytes());
            self.has_progress.set(!text.is_empty());
        }
    }

    /// What is said stands on a line of its own.
    fn clear_progress(&self) {
        if self.has_progress.replace(false) {
            let _ = io::stderr().lock().write_all(b"\r\x1b[2K");
        }
    }

    /// Colours a part of an answer.
    pub(super) fn paint(&self, text: &str, tone: Tone) -> String {
        painted(self.colours_answers, text, tone)
    }

    /// Says what is left to do after an answer that was stored, and how the program ends.
    pub(super) fn finish(&self, stored: &Stored) -> Exit {
        for unfinished in &stored.unfinished {
            let (what, hint) = act::left_to_do(unfinished);
            self.complain(&anyhow::anyhow!(what), &[hint]);
        }
        if stored.unfinished.is_empty() { Exit::Done } else { Exit::NotDone }
    }

    /// `error:`, then `caused by:` for each cause, then `hint:`.
    pub(super) fn complain(&self, error: &anyhow::Error, hints: &[String]) {
        let label = |text: &str| painted(self.colours_the_rest, text, Tone::Bad);
        // What an error quotes may come from anybody's file.
        let visible = |text: &dyn std::fmt::Display| legible::visible(text.to_string());
        let mut text = format!("{} {}\n", label("error:"), visible(error));
        for cause in error.chain().skip(1) {
            text += &format!("{} {}\n", label("caused by:"), visible(cause));
        }
        self.note(text.trim_end());
        hints.iter().for_each(|hint| self.advise(hint));
    }

    /// What to do next, where nothing went wrong just now.
    pub(super) fn advise(&self, hint: &str) {
        let label = painted(self.colours_the_rest, "hint:", Tone::Heading);
        self.note(&format!("{label} {}", legible::visible(hint)));
    }

    /// Shows help where it was asked for, on standard output; and usage where something was typed
    /// wrongly, on standard error.
    pub(super) fn show_usage(&self, error: &clap::Error) -> Result<Exit, Failure> {
        let rendered = error.render();
        if error.use_stderr() {
            let text = if self.colours_the_rest {
                rendered.ansi().to_string()
            } else {
                rendered.to_string()
            };
            self.note(&text);
            return Ok(Exit::Misuse);
        }
        let text =
            if self.colours_answers { rendered.ansi().to_string() } else { rendered.to_string() };
        self.say(&text).map(|()| Exit::Done)
    }
}

/// An answer that is printed line by line.
pub(super) struct Stream {
    out: io::BufWriter<io::StdoutLock<'static>>,
}

impl Stream {
    /// Prints one line, and says whether anybody still reads.
    pub(super) fn line(&mut self, text: &str) -> Result<bool, Failure> {
        let written = self.out.write_all(text.as_bytes()).and_then(|()| self.out.write_all(b"\n"));
        heard(written)
    }

    /// Makes sure that everything was printed.
    pub(super) fn end(mut self) -> Result<(), Failure> {
        heard(self.out.flush()).map(|_| ())
    }
}

/// Whether somebody reads. A reader that went away, as `head` does, is no failure: what is left to
/// do is still done. A full disk is one.
fn heard(written: io::Result<()>) -> Result<bool, Failure> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => {
            let error = anyhow::Error::from(error).context("could not print the answer");
            Err(Failure::not_done(error).hint("look where standard output goes"))
        }
    }
}

fn painted(colours: bool, text: &str, tone: Tone) -> String {
    let style = match tone {
        Tone::Plain => return text.to_owned(),
        Tone::On => AnsiColor::Green.on_default().bold(),
        Tone::Off => AnsiColor::Cyan.on_default(),
        Tone::Open => AnsiColor::Yellow.on_default(),
        Tone::Heading => Style::new().bold(),
        Tone::Bad => AnsiColor::Red.on_default().bold(),
    };
    if colours { format!("{style}{text}{style:#}") } else { text.to_owned() }
}
