//! TOML: what stands where is read here; the same editor changes it that changes sayso's own files.

use crate::catalogue::formats::format::{Format, Leaves, Refused, Scalar, not_safe};
use crate::catalogue::formats::syntax::tree::{Kind, Member, Node};
use crate::fs::toml_edit::{self, ValueEdit};
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Value};

pub(super) struct Toml;

impl Format for Toml {
    fn read(&self, text: &str, key: &[String]) -> Result<Option<Scalar>, Refused> {
        parse(text)?.find(text, key)?.value(text)
    }

    fn set(&self, text: &str, key: &[String], value: &Scalar) -> Result<String, Refused> {
        parse(text)?.find(text, key)?;
        let value = match value {
            Scalar::Bool(value) => Value::Boolean(*value),
            Scalar::Integer(value) => Value::Integer(*value),
            Scalar::Text(value) => Value::String(value.clone()),
        };
        let edit = ValueEdit::Set { path: key.to_vec(), value };
        toml_edit::apply(text, &[edit]).map_err(|_| not_safe())
    }

    fn remove(&self, text: &str, key: &[String]) -> Result<String, Refused> {
        parse(text)?.find(text, key)?;
        let edit = ValueEdit::Remove { path: key.to_vec() };
        toml_edit::apply(text, &[edit]).map_err(|_| not_safe())
    }

    fn leaves(&self, text: &str) -> Result<Leaves, Refused> {
        // Tables are not always read in the order they stand in.
        let mut leaves = parse(text)?.leaves();
        leaves.sort();
        Ok(leaves)
    }

    fn is_as_asked(&self, is: &Scalar, asked: &Scalar) -> bool {
        is == asked
    }
}

fn parse(text: &str) -> Result<Node, Refused> {
    let root = DeTable::parse(text).map_err(|error| {
        let why = format!("is not valid TOML: {}", error.message());
        let at = error.span().map_or(0, |span| span.start);
        Refused::at(text, at, why)
    })?;
    Ok(Node::new(0..text.len(), Kind::Table(members(text, root.get_ref()))))
}

fn members(text: &str, table: &DeTable<'_>) -> Vec<Member> {
    let member = |(key, value): (&Spanned<_>, _)| {
        let key: &Spanned<std::borrow::Cow<'_, str>> = key;
        Member {
            name: key.get_ref().clone().into_owned(),
            key: key.span(),
            value: node(text, value),
        }
    };
    table.iter().map(member).collect()
}

fn node(text: &str, value: &Spanned<DeValue<'_>>) -> Node {
    let other = |what| Kind::Other(what, text[value.span()].to_owned());
    let kind = match value.get_ref() {
        DeValue::Boolean(value) => Kind::Value(Scalar::Bool(*value)),
        DeValue::String(value) => Kind::Value(Scalar::Text(value.clone().into_owned())),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Kind::Value(Scalar::Integer(number)),
            Err(_) => other("another kind of number"),
        },
        DeValue::Float(_) => other("another kind of number"),
        DeValue::Datetime(_) => other("a date"),
        DeValue::Array(items) => Kind::List(items.iter().map(|item| node(text, item)).collect()),
        DeValue::Table(table) => Kind::Table(members(text, table)),
    };
    Node::new(value.span(), kind)
}

#[cfg(test)]
mod tests;
