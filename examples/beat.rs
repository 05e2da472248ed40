//! A server with a sign of life, and a crowd of writers in one: records the same event over and over.
//!
//! `beat DECLARATION EVENT COUNT` records COUNT events as fast as it can and then ends;
//! `beat DECLARATION EVENT every MILLISECONDS` beats until its input ends.
#![expect(clippy::print_stdout, reason = "a program of its own, which prints its answers")]
#![expect(clippy::disallowed_methods, reason = "the declaration is named on the command line")]

use sayso::Given;
use std::sync::Arc;
use std::time::Duration;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [declaration, event, rest @ ..] = &arguments[..] else {
        println!("usage: beat DECLARATION EVENT COUNT|every MILLISECONDS [FIELD=VALUE…]");
        return;
    };
    let text = std::fs::read_to_string(declaration).unwrap_or_default();
    let host = Arc::new(sayso::open(&text).with_bound(1 << 40));
    let fields: Vec<(&str, Given)> = rest
        .iter()
        .filter_map(|field| field.split_once('=').map(|(name, value)| (name, value.into())))
        .collect();
    if rest.first().is_some_and(|word| word == "every") {
        let pause = rest.get(1).and_then(|word| word.parse().ok()).unwrap_or(1000);
        let event: &'static str = event.clone().leak();
        let heartbeat = host.heartbeat(event, Vec::new(), Duration::from_millis(pause));
        println!("beating");
        let _ = std::io::read_to_string(std::io::stdin());
        println!("still beating: {}", heartbeat.is_beating());
        return;
    }
    let count: u32 = rest.first().and_then(|word| word.parse().ok()).unwrap_or(1);
    for _ in 0..count {
        host.record(event, &fields);
    }
    println!("done");
}
