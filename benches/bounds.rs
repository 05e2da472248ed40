//! What the largest declarations cost that the bounds allow, in time and memory, and how soon one is
//! refused that exceeds them: `cargo bench --bench bounds`. The aim is 100 ms and 32 MiB for each of the
//! first, and no more for any of the second than reading its text takes.

use divan::{AllocProfiler, Bencher};
use sayso::delivery::protocols;
use sayso::domain::declaration::{self, BYTES, Declaration, diff, prepared};
use sayso::view::documentation_page;
use sayso::view::notice::{self, Ways};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const HEAD: &str = "tool = \"probe\"\nname = \"Probe\"\nvendor = \"Probes\"\nwhy = \"w\"\n\
                    [purposes.usage]\nwhy = \"w\"\n";

fn main() {
    divan::main();
}

fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

/// So many common fields and so many events.
fn flood(fields: usize, events: usize, first: &str) -> String {
    let fields = many(fields, |n| format!("f{n}={{type=\"os\"}}\n"));
    let events = many(events, |n| format!("[events.E{n}]\npurpose=\"usage\"\n"));
    format!("{HEAD}[common.fields]\n{first}{fields}{events}")
}

/// Declarations within the bounds, each as large as one of them lets it be.
const LARGEST: [&str; 3] =
    ["4,000 fields", "4,000 fields, one of them long", "long lists and texts"];

fn largest(name: &str) -> String {
    let long = || many(100, |n| format!("\"{}{n}\",", "v".repeat(280)));
    let text = match name {
        "4,000 fields" => flood(20, 200, ""),
        "4,000 fields, one of them long" => {
            flood(19, 200, &format!("v={{type=\"enum\",values=[{}]}}\n", long()))
        }
        _ => format!(
            "commands=[{}]\noptions=[{}]\n{HEAD}{}",
            many(500, |n| format!("\"probe a b c {n}\",")),
            many(500, |n| format!("\"option-{n}\",")),
            many(100, |n| format!(
                "[[elsewhere]]\nwhat=\"{}{n}\"\nto=\"T\"\npurpose=\"usage\"\n",
                "w".repeat(290)
            ))
        ),
    };
    assert!(text.len() <= BYTES, "{name}: {}", text.len());
    text
}

fn parsed(name: &str) -> Declaration {
    declaration::parse(&largest(name)).expect("within the bounds")
}

#[divan::bench(args = LARGEST)]
fn lint(bencher: Bencher<'_, '_>, name: &str) {
    let text = largest(name);
    bencher.bench(|| {
        let declaration = declaration::parse(&text).expect("within the bounds");
        (declaration::advice(&declaration), protocols::objections(&declaration))
    });
}

#[divan::bench(args = LARGEST)]
fn show(bencher: Bencher<'_, '_>, name: &str) {
    let declaration = parsed(name);
    let ways = Ways::sayso("probe");
    bencher.bench(|| {
        (notice::everything(&declaration, &ways, 80), documentation_page::markdown(&declaration))
    });
}

#[divan::bench(args = LARGEST)]
fn compare_and_prepare(bencher: Bencher<'_, '_>, name: &str) {
    let (one, other) = (parsed(name), parsed(name));
    bencher.bench(|| (diff::between(&one, &other), prepared::prepare(&one, "")));
}

/// Those that were found to take a second and 140 MB, and never to end.
#[divan::bench(args = ["100 x 1,000", "900 x 12,000", "21 x 191"])]
fn refuse(bencher: Bencher<'_, '_>, name: &str) {
    let text = match name {
        "100 x 1,000" => flood(100, 1_000, ""),
        "900 x 12,000" => flood(900, 12_000, ""),
        _ => flood(21, 191, ""),
    };
    bencher.bench(|| declaration::parse(&text).expect_err("beyond the bounds"));
}
