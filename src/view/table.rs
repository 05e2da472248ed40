//! Tables for people: aligned columns, two spaces apart, no lines.

use crate::domain::legible::on_one_line;
use unicode_width::UnicodeWidthStr;

/// What a cell is about, so that the terminal can colour it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// Something is on.
    On,
    /// Something is off.
    Off,
    /// Something is open.
    Open,
    /// A heading.
    Heading,
    /// Something is wrong.
    Bad,
}

/// A cell: text and what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// The text.
    pub text: String,
    /// What it is about.
    pub tone: Tone,
}

impl Cell {
    /// A cell without a tone.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::toned(text, Tone::Plain)
    }

    /// A cell with a tone.
    pub fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: on_one_line(text.into()), tone }
    }
}

/// Lays rows out in columns. Columns that are empty in every row are left out. The widest columns
/// give way (their text continues on further lines) where the table is wider than `width`.
pub fn lay_out(
    headings: &[&str],
    rows: &[Vec<Cell>],
    width: usize,
    paint: &dyn Fn(&str, Tone) -> String,
) -> String {
    let used: Vec<usize> = (0..headings.len())
        .filter(|&column| rows.iter().any(|row| !row[column].text.is_empty()))
        .collect();
    let widths = column_widths(headings, rows, &used, width);
    let heading: Vec<Cell> =
        headings.iter().map(|text| Cell::toned(*text, Tone::Heading)).collect();
    let mut out = String::new();
    for row in std::iter::once(&heading).chain(rows) {
        push_row(&mut out, row, &used, &widths, paint);
    }
    out
}

/// No column gets narrower than this.
const NARROWEST: usize = 8;

fn column_widths(
    headings: &[&str],
    rows: &[Vec<Cell>],
    used: &[usize],
    width: usize,
) -> Vec<usize> {
    let mut widths: Vec<usize> = used
        .iter()
        .map(|&column| {
            let cells = rows.iter().map(|row| row[column].text.width()).max().unwrap_or(0);
            cells.max(headings[column].width())
        })
        .collect();
    let gaps = 2 * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > width {
        match widths.iter_mut().max() {
            Some(widest) if *widest > NARROWEST => *widest -= 1,
            _ => break,
        }
    }
    widths
}

fn push_row(
    out: &mut String,
    row: &[Cell],
    used: &[usize],
    widths: &[usize],
    paint: &dyn Fn(&str, Tone) -> String,
) {
    let cells: Vec<Vec<String>> = used
        .iter()
        .zip(widths)
        .map(|(&column, &width)| {
            textwrap::wrap(&row[column].text, width).into_iter().map(|l| l.into_owned()).collect()
        })
        .collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(1).max(1);
    for line in 0..height {
        let mut padding = 0;
        for ((&column, &width), lines) in used.iter().zip(widths).zip(&cells) {
            let text = lines.get(line).map_or("", String::as_str);
            if !text.is_empty() {
                out.push_str(&" ".repeat(padding));
                out.push_str(&paint(text, row[column].tone));
                padding = 0;
            }
            padding += width.saturating_sub(text.width()) + 2;
        }
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, _: Tone) -> String {
        text.to_owned()
    }

    #[test]
    fn columns_line_up_and_empty_ones_vanish() {
        let rows = [
            vec![Cell::plain("werf"), Cell::default(), Cell::plain("on")],
            vec![Cell::plain("gitops"), Cell::default(), Cell::plain("off")],
        ];
        let table = lay_out(&["TOOL", "NOTHING", "STATE"], &rows, 80, &plain);
        assert_eq!(table, "TOOL    STATE\nwerf    on\ngitops  off\n");
    }

    #[test]
    fn the_widest_column_gives_way() {
        let long = "because of a great many words that do not fit on one line at all";
        let rows = [vec![Cell::plain("werf"), Cell::plain(long), Cell::plain("2026-11-20")]];
        let table = lay_out(&["TOOL", "BECAUSE", "DECIDED"], &rows, 50, &plain);
        assert!(table.lines().all(|line| line.width() <= 50), "{table}");
        assert_eq!(table.lines().count(), 4, "{table}");
    }
}
