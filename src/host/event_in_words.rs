//! One event on one line, for people: local time, tool, what happened, and every field with its value.
//!
//! There may be a million of them, so words are written while the JSON is read, and nothing of an
//! event is kept. (Building it as a value first took twice as long.)

use crate::domain::declaration::field::ENVELOPE;
use crate::domain::text;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};
use std::fmt::{self, Write};

/// The event that happened at that time, in milliseconds since 1970. What is not JSON is left out.
pub(super) fn event_in_words(ts: i64, line: &str, zone: &TimeZone) -> String {
    let mut out = text::local_time(Timestamp::from_millisecond(ts).unwrap_or_default(), zone);
    out.reserve(line.len());
    let mut json = serde_json::Deserializer::from_str(line);
    let _ = json.deserialize_map(Object { is_event: true, out: &mut out });
    text::visible(out)
}

/// What a key of the event itself leads to.
enum Key {
    /// A word that needs no name: the tool, and what happened.
    Word,
    /// Fields.
    Fields,
    /// One field. Its name was written.
    Field,
    /// What only programs read.
    Ignored,
}

/// The event, or one of the objects of fields in it.
struct Object<'o> {
    is_event: bool,
    out: &'o mut String,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { is_event, out } = self;
        while let Some(key) = map.next_key_seed(Name { is_event, out })? {
            match key {
                Key::Word => {
                    out.push_str("  ");
                    map.next_value_seed(Shown(out))?;
                }
                Key::Fields => map.next_value_seed(Fields(out))?,
                Key::Field => map.next_value_seed(Shown(out))?,
                Key::Ignored => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// An object of fields.
struct Fields<'o>(&'o mut String);

impl<'de> DeserializeSeed<'de> for Fields<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(Object { is_event: false, out: self.0 })
    }
}

/// A key. That of a field is written.
struct Name<'o> {
    is_event: bool,
    out: &'o mut String,
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Key, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Key;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Key, E> {
        Ok(match key {
            "tool" | "eventType" if self.is_event => Key::Word,
            "attributes" | "eventData" if self.is_event => Key::Fields,
            key if self.is_event && ENVELOPE.contains(&key) => Key::Ignored,
            key => {
                self.out.extend(["  ", key, "="]);
                Key::Field
            }
        })
    }
}

/// A value without what a person can do without: quotes around words, and, of an option, all but its
/// name and how often it was given.
struct Shown<'o>(&'o mut String);

impl Shown<'_> {
    fn put<E: Error>(self, value: impl fmt::Display) -> Result<(), E> {
        write!(self.0, "{value}").map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Shown<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Shown<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.push_str(text);
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.0.push_str(if value { "true" } else { "false" });
        Ok(())
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

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let object: Value = serde::Deserialize::deserialize(MapAccessDeserializer::new(map))?;
        self.put(object)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut options: A) -> Result<(), A::Error> {
        let mut between = "";
        while let Some(option) = options.next_element::<Value>()? {
            let Some(name) = option["name"].as_str() else { continue };
            self.0.extend([between, name]);
            if option["asEnv"] == true {
                self.0.push_str(":env");
            }
            if let Some(count) = option["count"].as_u64().filter(|count| *count != 1) {
                self.0.extend([":", &count.to_string()]);
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
        let told = event_in_words(0, line, &TimeZone::UTC);
        told.strip_prefix("1970-01-01 00:00:00").expect("a time").to_owned()
    }

    #[test]
    fn every_field_is_told_and_nothing_that_only_programs_read() {
        let line = r#"{"ts":0,"eventID":"i","tool":"werf","eventType":"Ran","own":true,
            "attributes":{"os":"linux","ci":false},"eventData":{"code":-3,"tool":"other"},
            "schemaVersion":1,"notice":1}"#;
        assert_eq!(words(line), "  werf  Ran  own=true  os=linux  ci=false  code=-3  tool=other");
    }

    #[test]
    fn of_an_option_its_name_its_source_and_its_number_are_told() {
        let line = r#"{"eventData":{"options":[{"name":"a","asCli":true,"count":1},
            {"name":"b","asEnv":true,"count":2},{"count":1},"c"]}}"#;
        assert_eq!(words(line), "  options=a,b:env:2");
    }

    #[test]
    fn what_no_program_of_ours_writes_is_told_as_far_as_it_goes() {
        let line = r#"{"a\u0062":"x\u001b[1m","n":null,"f":1.5,"o":{"p":["q"]},"eventData":7}"#;
        assert_eq!(words(line), "  ab=x\u{fffd}[1m  n=null  f=1.5  o={\"p\":[\"q\"]}");
        assert_eq!(words("no event"), "");
    }
}
