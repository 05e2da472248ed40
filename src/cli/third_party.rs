//! Third-party tools on the screen: their rows, their explanation, and what is known of them.

use crate::app::third_party::ThirdParty;
use crate::catalogue::entry::Entry;
use crate::catalogue::keyword::Keyword;
use crate::catalogue::state::{ChannelState, State};
use crate::catalogue::wording;
use crate::cli::Session;
use crate::view::table::{self, Cell, Tone};
use serde_json::{Value, json};

impl ThirdParty {
    /// Why a channel is as it is, in a few words, and whether the administrator forbids it.
    fn because(&self, entry: &Entry, is: &ChannelState<'_>) -> String {
        wording::because(self.machine(), entry, is) + &self.forbidden(entry, is)
    }

    /// The same in full.
    fn detail(&self, entry: &Entry, is: &ChannelState<'_>) -> String {
        wording::detail(self.machine(), entry, is) + &self.forbidden(entry, is)
    }

    fn forbidden(&self, entry: &Entry, is: &ChannelState<'_>) -> String {
        let denied = self.denied_by(entry, is);
        denied.map_or_else(String::new, |denied| {
            format!("; the administrator's policy forbids it ({denied})")
        })
    }

    /// One tool as `status --json` prints it.
    pub(super) fn document(&self, entry: &Entry) -> Value {
        let purpose = |is: &ChannelState<'_>| {
            json!({
                "purpose": is.channel.as_str(),
                "state": is.state.as_str(),
                "reason": is.reason.as_str(),
                "detail": self.detail(entry, is),
                "decided": null,
                "notice": null,
                "waiting": 0,
            })
        };
        json!({
            "tool": entry.id.as_str(),
            "name": entry.name,
            "kind": "catalogued",
            "purposes": self.states(entry).iter().map(purpose).collect::<Vec<_>>(),
        })
    }

    /// The rows of one tool in the table of `status`.
    pub(super) fn rows(&self, entry: &Entry) -> Vec<Vec<Cell>> {
        let row = |(n, is): (usize, &ChannelState<'_>)| {
            let because = self.because(entry, is);
            let because = match self.machine().program(entry) {
                Some(_) => because,
                None => format!("not installed: {because}"),
            };
            vec![
                Cell::plain(if n == 0 { entry.id.as_str() } else { "" }),
                Cell::plain(is.channel.as_str()),
                toned(is.state),
                Cell::plain(because),
                Cell::default(),
                Cell::default(),
            ]
        };
        self.states(entry).iter().enumerate().map(row).collect()
    }

    /// Puts a vendor's own switches into the rows of a tool that asks sayso as well. Of two states
    /// the worse one is shown.
    pub(super) fn worsen(&self, entry: &Entry, rows: &mut Vec<Vec<Cell>>) {
        for is in self.states(entry) {
            let because = self.because(entry, &is);
            let because = Cell::plain(format!("its vendor's own switch: {because}"));
            match rows.iter_mut().find(|row| row[1].text == is.channel.as_str()) {
                Some(row) if row[2].tone == Tone::On || is.state == State::Off => {}
                Some(row) => {
                    row[2] = toned(is.state);
                    row[3] = because;
                }
                None => {
                    let purpose = Cell::plain(is.channel.as_str());
                    let [empty, decided, waiting] = <[Cell; 3]>::default();
                    rows.push(vec![empty, purpose, toned(is.state), because, decided, waiting]);
                }
            }
        }
    }

    /// What is known of a tool, and everything its state depends on.
    pub(super) fn explained(&self, session: &Session, entry: &Entry) -> String {
        let machine = self.machine();
        let mut out = format!("\n{}", self.facts(session, entry));
        let states = self.states(entry);
        let is_one = states.len() == 1;
        for is in states {
            let detail = self.detail(entry, &is);
            let hint = wording::how_to_change(machine, entry, &is);
            let channel = is.channel.as_str();
            out += &format!("\n{channel} is {}: {detail}.\n", is.state.as_str());
            let verb = if is.state == State::Off { "enable" } else { "disable" };
            let which = if is_one { String::new() } else { format!(" {channel}") };
            let or = hint.map(|hint| format!(", or {hint}")).unwrap_or_default();
            out += &format!("  To change it: run sayso {verb} {}{which}{or}.\n", entry.id);
            let rows: Vec<Vec<Cell>> = is
                .sources
                .iter()
                .enumerate()
                .map(|(n, source)| {
                    let value = source.problem.clone().or_else(|| source.shown());
                    let decides = if is.decided_by == Some(n) { "decides" } else { "" };
                    vec![
                        Cell::plain(wording::switch(machine, source)),
                        Cell::plain(value.unwrap_or_default()),
                        Cell::plain(wording::says(source.says)),
                        Cell::plain(decides),
                    ]
                })
                .collect();
            if !rows.is_empty() {
                let paint = |text: &str, tone: Tone| session.terminal.paint(text, tone);
                let headings = ["SOURCE", "VALUE", "SAYS", ""];
                out += "\n";
                out += &table::lay_out(&headings, &rows, session.terminal.width(), &paint);
            }
        }
        out
    }

    fn facts(&self, session: &Session, entry: &Entry) -> String {
        pairs(session, &wording::facts(self.machine(), entry))
    }

    /// Everything known of a tool, for `show`.
    pub(super) fn shown(&self, session: &Session, entry: &Entry) -> String {
        let ways = wording::ways_off(self.machine(), entry);
        format!(
            "{} does not ask sayso. This is known of its vendor's own switches:\n\n{}\n\
             To switch off, by channel:\n\n{}",
            entry.name,
            self.facts(session, entry),
            pairs(session, &ways),
        )
    }

    /// The same for programs.
    pub(super) fn shown_document(&self, entry: &Entry) -> Value {
        let ways = wording::ways_off(self.machine(), entry);
        let ways: Vec<Value> =
            ways.iter().map(|(channel, way)| json!({ "purpose": channel, "off": way })).collect();
        json!({
            "tool": entry.id.as_str(),
            "name": entry.name,
            "kind": "catalogued",
            "vendor": entry.vendor,
            "homepage": entry.homepage,
            "program": self.machine().program(entry),
            "default": entry.default.as_str(),
            "do-not-track": entry.do_not_track.as_str(),
            "evidence": entry.evidence.as_str(),
            "version": entry.version,
            "sources": entry.sources,
            "removed-in": entry.removed_in,
            "note": entry.note,
            "from": entry.from,
            "ways": ways,
        })
    }
}

impl Session {
    /// Third-party tools, looked for at most once.
    pub(super) fn third_party(&self) -> &ThirdParty {
        self.third_party.get_or_init(|| ThirdParty::look(&self.world))
    }
}

fn toned(state: State) -> Cell {
    let tone = match state {
        State::On => Tone::On,
        State::Off => Tone::Off,
        State::Unknown => Tone::Open,
    };
    Cell::toned(state.as_str(), tone)
}

/// Labels and words in two columns.
fn pairs(session: &Session, pairs: &[(&str, String)]) -> String {
    let row = |(label, words): &(&str, String)| vec![Cell::plain(*label), Cell::plain(words)];
    let rows: Vec<Vec<Cell>> = pairs.iter().map(row).collect();
    let laid = table::lay_out(&["", ""], &rows, session.terminal.width(), &|text, _| text.into());
    laid.trim_start_matches('\n').to_owned()
}
