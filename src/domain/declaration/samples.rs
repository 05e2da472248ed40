//! A small declaration for the tests of this crate's pure code.

/// Two purposes, two notice versions.
pub(crate) const GREETER: &str = r#"
tool = "greeter"
name = "Greeter"
vendor = "Greeters"
policy = "https://greeters.example/privacy"
contact = "privacy@greeters.example"
source = ["src/telemetry.rs"]
notice = 2
retention = "12 months"
wait = "24h"
why = "To see which greetings people use."
deletion = "https://greeters.example/delete"
commands = ["greeter hello", "greeter bye"]
options = ["loud"]

[environment]
off = { GREETER_TELEMETRY = ["0", "false"] }
on = { GREETER_TELEMETRY = ["1"] }

[purposes.usage]
why = "To see which greetings people use."
example = "Nobody said bye, so it is no longer the first."

[purposes.heartbeat]
why = "To see how many servers greet."
identity = "month"
since = 2

[common.fields]
os = { type = "os", in = "attributes", why = "To know where it runs." }

[events.Greeted]
purpose = "usage"
[events.Greeted.fields]
command = { type = "command", in = "event", why = "To count greetings." }
options = { type = "options", since = 2, why = "To see how." }

[events.Beat]
purpose = "heartbeat"

[[destinations]]
kind = "otlp"
url = "https://telemetry.greeters.example/v1/logs"
recipient = "Greeters"
purposes = ["usage", "heartbeat"]

[[elsewhere]]
what = "Clicks on the web page"
to = "Pendo"
purpose = "usage"
"#;

/// The sample with one text put in place of another, which must be there.
pub(crate) fn edited(from: &str, to: &str) -> String {
    assert!(GREETER.contains(from), "the sample has no {from:?}");
    GREETER.replacen(from, to, 1)
}
