//! Texts, names and words of a declaration: how long they may be, and what may stand in them.

use crate::domain::declaration::parse::Reader;
use crate::domain::legible;

/// The most characters of a text.
const TEXT: usize = 300;

/// The most characters of a text that explains.
const EXPLANATION: usize = 1_000;

/// The most characters of a name.
pub(super) const NAME: usize = 60;

/// The most characters of a word of a command or an option.
const WORD: usize = 48;

impl Reader {
    /// A text that must say something.
    pub(super) fn said(&mut self, text: String, at: &str) -> String {
        self.text_of(text, TEXT, at)
    }

    pub(super) fn text(&mut self, text: Option<String>, at: &str) -> Option<String> {
        text.map(|text| self.said(text, at))
    }

    pub(super) fn texts(&mut self, texts: Vec<String>, at: &str) -> Vec<String> {
        texts.into_iter().map(|text| self.said(text, at)).collect()
    }

    /// Why something is collected, or what was learned from it.
    pub(super) fn explained(&mut self, text: String, at: &str) -> String {
        self.text_of(text, EXPLANATION, at)
    }

    pub(super) fn explanation(&mut self, text: Option<String>, at: &str) -> Option<String> {
        text.map(|text| self.explained(text, at))
    }

    /// The name of a tool, a vendor or a recipient.
    pub(super) fn name(&mut self, name: String, at: &str) -> String {
        let name = self.text_of(name, NAME, at);
        if let Some(flaw) = legible::flaw(&name).is_none().then(|| legible::flaw_of_name(&name)) {
            flaw.into_iter().for_each(|flaw| self.problem(at, flaw));
        }
        name
    }

    /// Commands or options: words that a person could type, at most so many in each.
    pub(super) fn words(&mut self, texts: Vec<String>, most: usize, at: &str) -> Vec<String> {
        let is_word = |word: &str| {
            word.len() <= WORD
                && word.starts_with(|c: char| c.is_ascii_alphanumeric())
                && word.bytes().all(|b| b.is_ascii_alphanumeric() || b":._-".contains(&b))
        };
        if texts.iter().flat_map(|text| text.split_whitespace()).any(|word| !is_word(word)) {
            self.problem(
                at,
                format!(
                    "a word has 1 to {WORD} letters, digits, ':', '.', '_' and '-', a letter or \
                     digit first"
                ),
            );
        }
        if texts.iter().any(|text| text.split_whitespace().count() > most) {
            let words = if most == 1 { "word" } else { "words" };
            self.problem(at, format!("each has at most {most} {words}"));
        }
        self.texts(texts, at)
    }

    fn text_of(&mut self, text: String, most: usize, at: &str) -> String {
        if text.trim().is_empty() {
            self.problem(at, "may not be empty");
        }
        // An author may write on several lines; they are read as one.
        let text = text.split(['\n', '\r', '\t', ' ']).filter(|word| !word.is_empty());
        let text = text.collect::<Vec<_>>().join(" ");
        if let Some(flaw) = legible::flaw(&text) {
            self.problem(at, flaw);
        }
        if text.chars().count() > most {
            self.problem(at, format!("has more than {most} characters"));
        }
        text
    }
}

/// A name as it may be printed, even where it is not valid.
pub(super) fn visible(name: &str) -> String {
    let plain = |c: char| if legible::is_visible(c) && c != ' ' { c } else { '?' };
    name.chars().take(64).map(plain).collect()
}
