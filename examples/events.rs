//! A host that opens its declaration and records as many events as it is told, to count what that
//! costs: `cargo run --example events -- 2`.

const DECLARATION: &str = r#"
tool = "events"
name = "Events"
vendor = "Events"
why = "To count."
[purposes.usage]
why = "To count."
[events.Counted]
purpose = "usage"
[events.Counted.fields]
exitCode = { type = "exit-code" }
os = { type = "os", in = "attributes" }
[[destinations]]
kind = "https"
url = "https://events.example/"
recipient = "Events"
purposes = ["usage"]
"#;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let events: u32 = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(0);
    let consent = sayso::open(DECLARATION);
    for _ in 0..events {
        consent.record("Counted", &[("exitCode", 0.into())]);
    }
    let exit = i32::from(!consent.allows("usage"));
    // Without what happens at the end of a host, which is counted elsewhere.
    std::process::exit(exit);
}
