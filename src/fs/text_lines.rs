//! Lines of a text: where they begin and end, and how some are put in or taken out.

use std::ops::Range;

/// The line ending of the text, by its first line.
pub(crate) fn ending(text: &str) -> &'static str {
    match text.find('\n') {
        Some(newline) if text[..newline].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Where the line that holds this byte begins.
pub(crate) fn start(text: &str, byte: usize) -> usize {
    text[..byte].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line that holds this byte ends, its line ending included.
pub(crate) fn end(text: &str, byte: usize) -> usize {
    text[byte..].find('\n').map_or(text.len(), |newline| byte + newline + 1)
}

/// Each line with its line ending.
#[cfg(feature = "cli")]
pub(crate) fn all(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let line = at..end(text, at);
        at = line.end;
        (!line.is_empty()).then_some(line)
    })
}

/// What stands before this byte in its line, if that is nothing but an indent.
#[cfg(feature = "cli")]
pub(crate) fn indent(text: &str, byte: usize) -> Option<&str> {
    let before = &text[start(text, byte)..byte];
    before.trim_matches([' ', '\t']).is_empty().then_some(before)
}

/// The blanks that a text begins with.
#[cfg(feature = "cli")]
pub(crate) fn blanks(text: &str) -> &str {
    &text[..text.len() - text.trim_start_matches([' ', '\t']).len()]
}

/// The text with this range replaced.
pub(crate) fn spliced(text: &str, range: Range<usize>, replacement: &str) -> String {
    [&text[..range.start], replacement, &text[range.end..]].concat()
}

/// The text with lines before this byte, which begins a line or ends the text. A text without a
/// final newline stays one.
pub(crate) fn inserted(text: &str, at: usize, lines: &str) -> String {
    let eol = ending(text);
    if at == text.len() && !text.is_empty() && !text.ends_with('\n') {
        return [text, eol, lines].concat();
    }
    spliced(text, at..at, &[lines, eol].concat())
}

/// The text without the line ending that it may have at its end.
pub(crate) fn without_ending(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

/// The text without these whole lines. A text without a final newline stays one.
pub(crate) fn cut(text: &str, mut lines: Range<usize>) -> String {
    if lines.end == text.len() && !text.ends_with('\n') {
        lines.start = without_ending(&text[..lines.start]).len();
    }
    spliced(text, lines, "")
}
