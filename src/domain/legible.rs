//! Whether a text shows what it holds, and whether a name is what it looks like: what an author writes
//! stands beside our own sentences, and must not be able to draw, hide or imitate one.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_security::{MixedScript, confusable_detection::skeleton};

/// `Default_Ignorable_Code_Point` (Unicode Character Database, DerivedCoreProperties.txt): what a
/// terminal may leave out.
const IGNORABLE: [(u32, u32); 17] = [
    (0xad, 0xad),
    (0x34f, 0x34f),
    (0x61c, 0x61c),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x200b, 0x200f),
    (0x202a, 0x202e),
    (0x2060, 0x206f),
    (0x3164, 0x3164),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff0, 0xfff8),
    (0x1bca0, 0x1bca3),
    (0x1d173, 0x1d17a),
    (0xe0000, 0xe0fff),
];

/// Characters with a mark of their own by their category, whose mark is blank (the code charts).
const BLANK: [char; 6] =
    ['\u{2800}', '\u{303f}', '\u{16fe4}', '\u{13441}', '\u{13442}', '\u{1d159}'];

/// The longest run of combining marks that writing needs; more of them draw over other lines.
const MOST_MARKS: usize = 2;

/// Whose name nobody else bears.
const OURS: &str = "sayso";

/// Whether a character makes a mark of its own, or adds to that of the one before it: it is a letter, a
/// mark, a number, punctuation, a symbol or the plain space, and is seen.
pub fn is_visible(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, ' '..='~');
    }
    let is_hidden =
        |c: char| IGNORABLE.iter().any(|(from, to)| (*from..=*to).contains(&u32::from(c)));
    let makes_a_mark = matches!(
        c.general_category_group(),
        GeneralCategoryGroup::Letter
            | GeneralCategoryGroup::Mark
            | GeneralCategoryGroup::Number
            | GeneralCategoryGroup::Punctuation
            | GeneralCategoryGroup::Symbol
    );
    makes_a_mark && !BLANK.contains(&c) && !is_hidden(c)
}

/// What is wrong with a text on one line, as the end of a sentence; `None` where nothing is.
pub fn flaw(text: &str) -> Option<String> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return None;
    }
    if let Some(c) = text.chars().find(|c| !is_visible(*c)) {
        let what = match c.general_category() {
            GeneralCategory::Control => "a control character",
            _ => "a character that is not seen or turns text around",
        };
        return Some(format!("holds {what}, U+{:04X}", u32::from(c)));
    }
    let is_mark = |c: &char| c.general_category_group() == GeneralCategoryGroup::Mark;
    let characters: Vec<char> = text.chars().collect();
    let runs = characters.windows(MOST_MARKS + 1).any(|run| run.iter().all(is_mark));
    runs.then(|| format!("holds more than {MOST_MARKS} combining marks in a row"))
}

/// What is wrong with the name of a tool, a vendor or a recipient; `None` where nothing is. One script
/// and no skeleton of another's name, as Unicode Technical Standard #39 defines both.
pub fn flaw_of_name(name: &str) -> Option<String> {
    if !name.is_single_script() {
        return Some("mixes letters of several scripts".to_owned());
    }
    if name.contains([':', ';', '"', '\u{201c}', '\u{201d}', '\u{201e}']) {
        return Some("is a name: it holds no ':', ';' or quotation mark".to_owned());
    }
    let words = name.split(|c: char| !c.is_alphanumeric() && !is_joined(c));
    let imitates = words.chain([name]).any(|word| folded(word) == OURS);
    imitates.then(|| format!("looks like {OURS}, which is not who collects"))
}

/// Whether a character belongs to the letter before it.
fn is_joined(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Mark
}

/// What a word looks like, whatever its case and whatever stands between its letters.
fn folded(word: &str) -> String {
    let letters = |text: String| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    letters(skeleton(&letters(word.to_lowercase())).collect()).to_lowercase()
}

/// Whether a character makes a mark of its own: it can neither move the cursor nor recolour the
/// words around it nor turn them around. (A line end and a tab do move it.)
pub fn is_plain(c: char) -> bool {
    let turns_text_around = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !turns_text_around && !c.is_control()
}

/// Somebody else's text as it may be printed: a file's name, a variable's value, a line of a file.
pub fn visible(text: impl Into<String>) -> String {
    let text = text.into();
    // Without a branch in the loop, sixteen bytes are looked at at once.
    if text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~')) {
        return text;
    }
    text.replace(|c| !is_plain(c) && !matches!(c, '\n' | '\t'), "\u{fffd}")
}

/// The same where one line is meant, so that nothing can look like a line of ours: line ends and tabs too
/// become a mark (U+2028 and U+2029 are line ends to some, UAX 14).
pub fn on_one_line(text: impl Into<String>) -> String {
    let text = visible(text);
    let ends = |c| matches!(c, '\n' | '\t' | '\u{2028}' | '\u{2029}');
    if text.contains(ends) { text.replace(ends, "\u{fffd}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_no_text() {
        for c in [
            '\u{0}',
            '\u{1b}',
            '\u{7f}',
            '\u{9b}',
            '\n',
            '\t',
            '\u{ad}',
            '\u{a0}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{1160}',
            '\u{1680}',
            '\u{180e}',
            '\u{2003}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{2028}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{206a}',
            '\u{2800}',
            '\u{3000}',
            '\u{3164}',
            '\u{e000}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{ffff}',
            '\u{1d159}',
            '\u{1d173}',
            '\u{e0001}',
            '\u{e0100}',
            '\u{10ffff}',
        ] {
            assert!(!is_visible(c), "U+{:04X}", u32::from(c));
            assert!(flaw(&format!("a{c}b")).is_some(), "U+{:04X}", u32::from(c));
        }
        for text in
            ["Größe, naïve — ok", "日本語", "हिन्दी", "العربية", "e\u{301}\u{323}", "→ 100 €", "🙂"]
        {
            assert_eq!(flaw(text), None, "{text}");
        }
        assert!(flaw("e\u{301}\u{323}\u{300}").is_some());
    }

    #[test]
    fn a_name_is_of_one_script_and_not_ours() {
        for good in
            ["werf", "Google Analytics (4)", "株式会社", "Яндекс", "AT&T, Inc.", "Saysome", "Ω 3"]
        {
            assert_eq!(flaw_of_name(good), None, "{good}");
        }
        for bad in [
            "w\u{435}rf",
            "Gоogle",
            "PostΗog",
            "sayso",
            "Sayso",
            "SAYSO",
            "says0",
            "S A Y S O",
            "say-so",
            "sаyso",
            "ѕауѕо",
            "Sayso Labs",
            "by sayso",
            "ｓａｙｓｏ",
            "sáyso\u{301}",
            "a: b",
            "x; y",
            "nobody: kept on this machine only. Its manual stands",
        ] {
            assert!(flaw_of_name(bad).is_some(), "{bad}");
        }
    }
}
