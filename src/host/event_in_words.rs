//! One event on one line, for people: local time, tool, what happened, and every field with its value.
//!
//! There may be a million of them, so words are written while the JSON is read, and nothing of an
//! event is kept; and what tells of it also knows that it is whole, so that it is read once.

use crate::domain::declaration::field::ENVELOPE;
use crate::domain::legible;
use crate::fs::lines::time_of;
use crate::view::text;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};
use std::borrow::Cow;
use std::fmt::{self, Write};

/// Keys of an event whose words stand for themselves.
const WORDS: [&str; 2] = ["tool", "eventType"];

/// Keys of an event that lead to objects of fields.
const OBJECTS: [&str; 2] = ["attributes", "eventData"];

/// When an event happened, in milliseconds since 1970, and its line; `None` where it is not whole.
/// Of an event in another shape than ours, as much is told as can be.
pub(super) fn event_in_words(line: &str, zone: &TimeZone) -> Option<(i64, String)> {
    let mut words = String::with_capacity(line.len());
    let mut json = serde_json::Deserializer::from_str(line);
    let told = json.deserialize_map(Event(&mut words));
    let ts = match (told, json.end()) {
        (Ok(Some(ts)), Ok(())) => ts,
        _ => time_of(line)?,
    };
    let mut out = text::local_time(Timestamp::from_millisecond(ts).unwrap_or_default(), zone);
    out.push_str(&words);
    Some((ts, legible::on_one_line(out)))
}

/// A key, copied only where something in it is escaped.
#[derive(Deserialize)]
struct Key<'k>(#[serde(borrow)] Cow<'k, str>);

/// An event. Read, it is the time at which it happened.
struct Event<'o>(&'o mut String);

impl<'de> Visitor<'de> for Event<'_> {
    type Value = Option<i64>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<i64>, A::Error> {
        let mut ts = None;
        while let Some(Key(key)) = map.next_key()? {
            let key = &*key;
            let is_told = WORDS.contains(&key) || OBJECTS.contains(&key);
            if key == "ts" {
                ts = Some(map.next_value()?);
            } else if is_told || !ENVELOPE.contains(&key) {
                map.next_value_seed(Told { out: self.0, key, is_of_event: true })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(ts)
    }
}

/// A key with its value, without what a person can do without: the names of tool and event, quotes around
/// words, and, of an option, all but its name and how often it was given.
struct Told<'o> {
    out: &'o mut String,
    key: &'o str,
    is_of_event: bool,
}

impl Told<'_> {
    /// The text, with the key told.
    fn begin(&mut self) -> &mut String {
        self.out.push_str("  ");
        if !self.is_of_event || !WORDS.contains(&self.key) {
            self.out.extend([self.key, "="]);
        }
        self.out
    }

    fn put<E: Error>(mut self, value: impl fmt::Display) -> Result<(), E> {
        write!(self.begin(), "{value}").map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Told<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Told<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<(), E> {
        self.begin().push_str(text);
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.put(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.put(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.put(value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.put(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.put(Value::Null)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if !self.is_of_event || !OBJECTS.contains(&self.key) {
            return self.put(Value::deserialize(MapAccessDeserializer::new(map))?);
        }
        while let Some(Key(key)) = map.next_key()? {
            map.next_value_seed(Told { out: self.out, key: &key, is_of_event: false })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut options: A) -> Result<(), A::Error> {
        let out = self.begin();
        let mut between = "";
        while let Some(option) = options.next_element::<Value>()? {
            let Some(name) = option["name"].as_str() else { continue };
            out.extend([between, name]);
            if option["asEnv"] == true {
                out.push_str(":env");
            }
            if let Some(count) = option["count"].as_u64().filter(|count| *count != 1) {
                out.extend([":", &count.to_string()]);
            }
            between = ",";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> String {
        let (ts, told) = event_in_words(line, &TimeZone::UTC).expect("an event");
        assert_eq!(ts, 1000);
        told.strip_prefix("1970-01-01 00:00:01").expect("a time").to_owned()
    }

    #[test]
    fn every_field_is_told_and_nothing_that_only_programs_read() {
        let line = r#"{"ts":1000,"eventID":"i","tool":"werf","eventType":"Ran","own":true,
            "attributes":{"os":"linux","ci":false},"eventData":{"code":-3,"tool":"other"},
            "schemaVersion":1,"notice":1}"#;
        assert_eq!(words(line), "  werf  Ran  own=true  os=linux  ci=false  code=-3  tool=other");
    }

    #[test]
    fn of_an_option_its_name_its_source_and_its_number_are_told() {
        let line = r#"{"ts":1000,"eventData":{"options":[{"name":"a","asCli":true,"count":1},
            {"name":"b","asEnv":true,"count":2},{"count":1},"c"]}}"#;
        assert_eq!(words(line), "  options=a,b:env:2");
    }

    #[test]
    fn what_no_program_of_ours_writes_is_told_as_far_as_it_goes() {
        let line = r#"{"a\u0062":"x\u001b[1m","n":null,"f":1.5,"o":{"p":["q"]},"ts":1000}"#;
        assert_eq!(words(line), "  ab=x\u{fffd}[1m  n=null  f=1.5  o={\"p\":[\"q\"]}");
        assert_eq!(
            words(r#"{"tool":"werf","eventData":7,"o":1,"ts":1000}"#),
            "  werf  eventData=7  o=1"
        );
    }

    #[test]
    fn an_event_is_one_line_whatever_is_in_it() {
        for escaped in ["\\n", "\\r\\n", "\\t", "\\u2028", "\\u2029", "\\u0085", "\\u000b"] {
            let line =
                format!(r#"{{"a{escaped}b":"c{escaped}d","o":{{"e{escaped}":1}},"ts":1000}}"#);
            let told = words(&line);
            assert!(
                !told.contains(['\n', '\r', '\t', '\u{2028}', '\u{2029}', '\u{85}']),
                "{told:?}"
            );
        }
    }

    #[test]
    fn what_is_torn_is_not_told() {
        for torn in [r#"{"ts":1000,"tool":"werf""#, r#"{"ts":1000}}"#, r#"{"tool":"werf"}"#, "x"] {
            assert_eq!(event_in_words(torn, &TimeZone::UTC), None, "{torn}");
        }
    }
}
