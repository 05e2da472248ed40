//! Lines of ours in somebody's start file: put in at its end, and taken out so that every byte is
//! as it was. Between two marker lines, so that nobody has to guess whose they are.
//!
//! A line end stands before the first marker, and goes with it: whether the file ended in one
//! itself is seen from that, and needs to be remembered nowhere. A file that was not there before
//! begins with the marker. Rewriting the file from a backup was turned down: it would lose what the
//! person wrote since.

/// Before the lines.
const BEGIN: &str =
    "# >>> sayso >>> your noes to other tools, as variables; sayso env --uninstall takes this out";
/// After the lines.
const END: &str = "# <<< sayso <<<";
/// How every first marker begins, whatever it says after that.
const BEGINS: &str = "# >>> sayso >>>";

/// The markers are there, but not as a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("has one of the two lines that mark what is sayso's, and not the other")]
pub struct Torn;

/// The file with this line between markers, at its end or where it already is.
///
/// # Errors
/// Where one of two markers is missing.
pub fn with(text: Option<&str>, line: &str) -> Result<String, Torn> {
    let Some(text) = text else { return Ok(block("\n", line)) };
    if let Some(found) = find(text)? {
        let new = block(found.line_end, line);
        return Ok([&text[..found.marker], &new, &text[found.end..]].concat());
    }
    let line_end = line_end_of(text);
    Ok([text, line_end, &block(line_end, line)].concat())
}

/// The file without what [`with`] put in; `None` where nothing is left of a file that it made.
///
/// # Errors
/// Where one of two markers is missing.
pub fn without(text: &str) -> Result<Option<String>, Torn> {
    let Some(found) = find(text)? else { return Ok(Some(text.to_owned())) };
    let before = &text[..found.marker];
    let after = &text[found.end..];
    if before.is_empty() && after.is_empty() {
        return Ok(None);
    }
    let before = before.strip_suffix(found.line_end).unwrap_or(before);
    Ok(Some([before, after].concat()))
}

/// Whether there is anything of ours in it.
pub fn are_in(text: &str) -> bool {
    find(text) != Ok(None)
}

fn block(line_end: &str, line: &str) -> String {
    format!("{BEGIN}{line_end}{line}{line_end}{END}{line_end}")
}

/// Where the lines are.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    marker: usize,
    end: usize,
    line_end: &'static str,
}

fn find(text: &str) -> Result<Option<Found>, Torn> {
    let mut at = 0;
    let mut marker = None;
    for line in text.split_inclusive('\n') {
        let is_end = line.trim_end() == END;
        match marker {
            None if line.starts_with(BEGINS) => marker = Some((at, line)),
            None if is_end => return Err(Torn),
            Some(_) if line.starts_with(BEGINS) => return Err(Torn),
            Some((marker, first)) if is_end => {
                let line_end = if first.ends_with("\r\n") { "\r\n" } else { "\n" };
                return Ok(Some(Found { marker, end: at + line.len(), line_end }));
            }
            _ => {}
        }
        at += line.len();
    }
    marker.map_or(Ok(None), |_| Err(Torn))
}

/// How lines end in this file: as its last whole one does.
fn line_end_of(text: &str) -> &'static str {
    match text.rfind('\n') {
        Some(last) if text[..last].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINE: &str = "eval \"$(sayso env)\"";

    #[test]
    fn the_line_stands_at_the_end_between_markers() {
        let text = with(Some("PATH=x"), LINE).expect("put in");
        assert_eq!(text, format!("PATH=x\n{BEGIN}\n{LINE}\n{END}\n"));
        let text = with(Some("PATH=x\r\n"), LINE).expect("put in");
        assert_eq!(text, format!("PATH=x\r\n\r\n{BEGIN}\r\n{LINE}\r\n{END}\r\n"));
    }

    #[test]
    fn a_file_that_was_made_goes_and_an_empty_one_stays() {
        assert_eq!(without(&with(None, LINE).expect("put in")), Ok(None));
        assert_eq!(without(&with(Some(""), LINE).expect("put in")), Ok(Some(String::new())));
    }

    #[test]
    fn what_was_written_since_stays() {
        let text = with(Some("a"), LINE).expect("put in") + "b\n";
        assert_eq!(without(&text), Ok(Some("ab\n".to_owned())));
        let text = with(None, LINE).expect("put in") + "b\n";
        assert_eq!(without(&text), Ok(Some("b\n".to_owned())));
    }

    #[test]
    fn half_of_a_pair_is_left_alone() {
        let whole = with(Some("a\n"), LINE).expect("put in");
        let first = &whole[..whole.len() - END.len() - 1];
        assert_eq!(with(Some(first), LINE), Err(Torn));
        assert_eq!(without(&format!("a\n{END}\n")), Err(Torn));
        assert_eq!(without(&format!("{BEGIN}\n{BEGIN}\n{END}\n")), Err(Torn));
    }

    proptest! {
        #[test]
        fn every_byte_is_as_before(
            text in prop::collection::vec(prop_oneof![
                4 => any::<char>().prop_map(String::from),
                2 => Just("\r\n".to_owned()), 2 => Just("\n".to_owned()), 1 => Just("\r".to_owned()),
                1 => Just("export A=1".to_owned()), 1 => Just("\u{feff}".to_owned()),
            ], 0..40).prop_map(|parts| parts.concat()),
            other in "[ -~]{1,40}",
        ) {
            let once = with(Some(&text), LINE).expect("put in");
            prop_assert!(are_in(&once) && !are_in(&text));
            prop_assert_eq!(&with(Some(&once), LINE).expect("put in"), &once);
            let changed = with(Some(&once), &other).expect("put in");
            prop_assert_eq!(with(Some(&changed), LINE).expect("put in"), once.clone());
            prop_assert_eq!(without(&once).expect("taken out"), Some(text));
        }
    }
}
