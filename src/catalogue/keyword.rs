//! Closed sets of words that the catalogue writes: an enum each, parsed once.

/// A closed set of words of the catalogue.
pub trait Keyword: Copy + PartialEq + 'static {
    /// Every word.
    const ALL: &'static [(Self, &'static str)];

    /// The word with this spelling.
    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, word)| *word == name).map(|(value, _)| *value)
    }

    /// Its spelling.
    fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(value, _)| *value == self).map_or("", |(_, word)| word)
    }
}

macro_rules! keywords {
    ($(#[$about:meta])* $name:ident { $($(#[$says:meta])* $value:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$says])* $value,)* }

        impl $crate::catalogue::keyword::Keyword for $name {
            const ALL: &'static [(Self, &'static str)] = &[$((Self::$value, $word),)*];
        }
    };
}

pub(super) use keywords;
