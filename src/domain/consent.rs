//! What a person said about one tool: the meaning of `consent/ID.toml`.

use crate::domain::switch::Withdrawal;
use crate::domain::tool_id::Purpose;
use jiff::Timestamp;

/// A person's word on one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Yes.
    Granted,
    /// No.
    Denied,
}

impl Choice {
    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Denied => "denied",
        }
    }
}

/// How a choice was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// At the first-run question.
    Prompt,
    /// By a command.
    Command,
    /// On the page that `sayso` serves to the person's own browser.
    Page,
}

impl Via {
    /// All ways.
    pub const ALL: [Self; 3] = [Self::Prompt, Self::Command, Self::Page];

    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Command => "command",
            Self::Page => "page",
        }
    }
}

/// The notice an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Its version.
    pub notice: u32,
    /// Digest of what it meant: see [`super::declaration::canonical`].
    pub digest: String,
}

/// The answer for one purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Yes or no.
    pub choice: Choice,
    /// What was read; always there for a yes.
    pub read: Option<Read>,
    /// The notice whose additions were turned down while the older yes stayed.
    pub declined: Option<u32>,
    /// When.
    pub at: Option<Timestamp>,
    /// How.
    pub via: Option<Via>,
    /// Ways out promised for this purpose alone.
    pub withdraw: Withdrawal,
}

/// The no to a whole tool.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusal {
    /// When.
    pub at: Option<Timestamp>,
    /// How.
    pub via: Option<Via>,
}

/// A notice that was shown under `default = "declared"` and not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noticed {
    /// What was shown.
    pub read: Read,
    /// When.
    pub at: Option<Timestamp>,
}

/// Answers by purpose, in the order of the file. A list, and not a map: they are a handful, and every
/// check reads them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers(Vec<(Purpose, Answer)>);

impl Answers {
    /// The answer for a purpose.
    pub fn get(&self, purpose: &Purpose) -> Option<&Answer> {
        self.place(purpose).map(|place| &self.0[place].1)
    }

    /// Where the answer for a purpose stands among them.
    pub fn place(&self, purpose: &Purpose) -> Option<usize> {
        self.0.iter().position(|(known, _)| known == purpose)
    }

    /// Puts an answer in the place of an earlier one, which is returned, or at the end.
    pub fn insert(&mut self, purpose: Purpose, answer: Answer) -> Option<Answer> {
        if let Some(place) = self.place(&purpose) {
            return Some(std::mem::replace(&mut self.0[place].1, answer));
        }
        self.0.push((purpose, answer));
        None
    }

    /// Every purpose with its answer.
    pub fn iter(&self) -> impl Iterator<Item = (&Purpose, &Answer)> {
        self.0.iter().map(|(purpose, answer)| (purpose, answer))
    }

    /// The purposes.
    pub fn purposes(&self) -> impl Iterator<Item = &Purpose> {
        self.0.iter().map(|(purpose, _)| purpose)
    }

    /// The answers alone.
    pub fn values(&self) -> impl Iterator<Item = &Answer> {
        self.0.iter().map(|(_, answer)| answer)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Everything a person said about one tool. Empty: nothing was said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Consent {
    /// The file remembers a wish about a vendor's own switch and never allows anything.
    pub catalogued: bool,
    /// The no to the whole tool, which holds every purpose without an answer of its own.
    pub refused: Option<Refusal>,
    /// 32 random hex digits; there while anything is granted.
    pub salt: Option<String>,
    /// Answers for single purposes, in the order of the file.
    pub answers: Answers,
    /// Purposes with something like a choice outside a table of their own, such as `usage = "denied"` or
    /// `[[usage]]`: they are held, and the other answers of the file stay valid.
    pub unclear: Vec<Purpose>,
    /// The notice shown and not answered.
    pub noticed: Option<Noticed>,
    /// Ways out promised for all purposes.
    pub withdraw: Withdrawal,
}

impl Consent {
    /// Whether the person said yes to anything.
    pub fn grants_anything(&self) -> bool {
        !self.catalogued && self.answers.values().any(|answer| answer.choice == Choice::Granted)
    }

    /// Whether something is granted or was noticed, so that an id may exist.
    pub fn may_use_an_id(&self) -> bool {
        self.grants_anything() || (self.noticed.is_some() && self.refused.is_none())
    }

    /// What the person said about the tool as a whole.
    pub fn word_on_the_tool(&self) -> Word<'_> {
        match &self.refused {
            Some(no) => Word::Denied { at: no.at, via: no.via, whole_tool: true },
            None => Word::Nothing,
        }
    }

    /// What the person wants of a channel of a vendor's own switch.
    pub fn wish_on(&self, channel: &Purpose) -> Option<Choice> {
        let own = self.answers.get(channel).map(|answer| answer.choice);
        let is_held = self.refused.is_some() || self.unclear.contains(channel);
        own.or(is_held.then_some(Choice::Denied))
    }

    /// What the person said about the purpose, of whatever kind. The yes of a catalogued file is a
    /// wish about somebody else's switch, and none here.
    pub fn word_on(&self, purpose: &Purpose) -> Word<'_> {
        let word = self.word_on_the_tool();
        let counts = |answer: &&Answer| !self.catalogued || answer.choice == Choice::Denied;
        match (self.answers.get(purpose).filter(counts), word, &self.noticed) {
            (Some(answer), _, _) => match (answer.choice, &answer.read) {
                (Choice::Granted, Some(read)) => Word::Granted { answer, read },
                _ => Word::Denied { at: answer.at, via: answer.via, whole_tool: false },
            },
            (None, ..) if self.unclear.contains(purpose) => {
                Word::Denied { at: None, via: None, whole_tool: false }
            }
            (None, Word::Nothing, Some(noticed)) => Word::Noticed(noticed),
            (None, word, _) => word,
        }
    }
}

/// What holds for one purpose by the person's word alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word<'a> {
    /// A yes, and what was read before it.
    Granted {
        /// The answer.
        answer: &'a Answer,
        /// What was read.
        read: &'a Read,
    },
    /// A no.
    Denied {
        /// When.
        at: Option<Timestamp>,
        /// How.
        via: Option<Via>,
        /// It was said of the whole tool.
        whole_tool: bool,
    },
    /// A notice was shown and not answered.
    Noticed(&'a Noticed),
    /// Nothing was said.
    Nothing,
}

impl Word<'_> {
    /// When it was said.
    pub fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Granted { answer, .. } => answer.at,
            Self::Denied { at, .. } => *at,
            Self::Noticed(noticed) => noticed.at,
            Self::Nothing => None,
        }
    }
}
