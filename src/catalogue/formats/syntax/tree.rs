//! What a file with names inside names says, and where each of them stands in its text.

use crate::catalogue::formats::format::{Leaves, Refused, Scalar};
use std::ops::Range;

/// A value and the bytes it is written in.
#[derive(Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
    /// What keeps it from being read or changed on its own, such as `an anchor`.
    pub(crate) hindrance: Option<&'static str>,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Kind {
    Value(Scalar),
    Null,
    /// A single value of another kind, such as `a fraction`, as it is written.
    Other(&'static str, String),
    List(Vec<Node>),
    Table(Vec<Member>),
}

/// A name and what it holds.
#[derive(Debug, PartialEq)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) key: Range<usize>,
    pub(crate) value: Node,
}

/// How far a key could be followed.
#[derive(Debug, PartialEq)]
pub(crate) struct Found<'a> {
    /// The tables passed through, with the place of the member that was followed.
    pub(crate) passed: Vec<(&'a Node, usize)>,
    /// The node at the end.
    pub(crate) node: &'a Node,
    /// The names of the key that are not there.
    pub(crate) missing: &'a [String],
}

impl Node {
    pub(crate) fn new(span: Range<usize>, kind: Kind) -> Self {
        Self { span, kind, hindrance: None }
    }

    pub(crate) fn members(&self) -> &[Member] {
        match &self.kind {
            Kind::Table(members) => members,
            _ => &[],
        }
    }

    fn what(&self) -> &'static str {
        match &self.kind {
            Kind::Value(Scalar::Bool(true)) => "true",
            Kind::Value(Scalar::Bool(false)) => "false",
            Kind::Value(Scalar::Integer(_)) => "a number",
            Kind::Value(Scalar::Text(_)) => "a text",
            Kind::Null => "nothing",
            Kind::Other(what, _) => what,
            Kind::List(_) => "a list",
            Kind::Table(_) => "a group of values",
        }
    }

    /// Follows a key as far as it is there.
    pub(crate) fn find<'a>(&'a self, text: &str, key: &'a [String]) -> Result<Found<'a>, Refused> {
        let mut found = Found { passed: Vec::new(), node: self, missing: key };
        loop {
            found.node.is_plain(text)?;
            let Some((name, rest)) = found.missing.split_first() else { return Ok(found) };
            let members = match &found.node.kind {
                Kind::Table(members) => members,
                Kind::Null => return Ok(found),
                _ => return Err(found.node.is_no_table(text, name)),
            };
            let mut named = (0..).zip(members).filter(|(_, member)| member.name == *name);
            let Some((place, member)) = named.next() else { return Ok(found) };
            if let Some((_, again)) = named.next() {
                let why = format!("has `{name}` twice in one place; keep one of them");
                return Err(Refused::at(text, again.key.start, why));
            }
            found.passed.push((found.node, place));
            found.node = &member.value;
            found.missing = rest;
        }
    }

    fn is_plain(&self, text: &str) -> Result<(), Refused> {
        match self.hindrance {
            Some(what) => {
                let why = format!("has {what} on the way to the value; change it by hand");
                Err(Refused::at(text, self.span.start, why))
            }
            None => Ok(()),
        }
    }

    fn is_no_table(&self, text: &str, name: &str) -> Refused {
        let why = format!("has {} where `{name}` would stand; change it by hand", self.what());
        Refused::at(text, self.span.start, why)
    }

    /// Everything below, each value behind the names that lead to it. What holds nothing is empty.
    pub(crate) fn leaves(&self) -> Leaves {
        let mut leaves = Leaves::new();
        self.collect(&mut Vec::new(), &mut leaves);
        leaves
    }

    fn collect(&self, path: &mut Vec<String>, leaves: &mut Leaves) {
        let value = match &self.kind {
            Kind::Table(members) if !members.is_empty() => {
                for member in members {
                    path.push(member.name.clone());
                    member.value.collect(path, leaves);
                    path.pop();
                }
                return;
            }
            Kind::List(nodes) => {
                for (place, node) in nodes.iter().enumerate() {
                    path.push(format!("[{place}]"));
                    node.collect(path, leaves);
                    path.pop();
                }
                format!("{} in a list", nodes.len())
            }
            Kind::Table(_) | Kind::Null => String::new(),
            Kind::Value(value) => format!("{value:?}"),
            Kind::Other(_, written) => format!("{:?} {written}", self.hindrance),
        };
        leaves.push((path.clone(), value));
    }
}

impl Found<'_> {
    /// The one value that is there.
    pub(crate) fn value(&self, text: &str) -> Result<Option<Scalar>, Refused> {
        match &self.node.kind {
            _ if !self.missing.is_empty() => Ok(None),
            Kind::Null => Ok(None),
            Kind::Value(value) => Ok(Some(value.clone())),
            _ => {
                let why = format!("has {} where one value is expected", self.node.what());
                Err(Refused::at(text, self.node.span.start, why))
            }
        }
    }
}
