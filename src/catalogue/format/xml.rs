//! XML: the text of an element, or an attribute, that is already there. Nothing is created: what an
//! element must stand among differs from tool to tool.

mod parse;

use super::{Format, Leaves, Refused, Scalar, lines};
use parse::{Element, parse};
use std::ops::Range;

pub(super) const FORMAT: Format = Format {
    name: "xml",
    read,
    set,
    remove,
    leaves,
    path: <[String]>::to_vec,
    is_as_asked: |is, asked| is.to_text() == asked.to_text(),
};

/// A value that was found.
enum Found<'a> {
    Text(&'a Element),
    /// The whole attribute, and what is between its quotes.
    Attribute {
        whole: Range<usize>,
        value: Range<usize>,
    },
}

impl Found<'_> {
    fn value(&self, text: &str) -> Range<usize> {
        match self {
            Self::Attribute { value, .. } => value.clone(),
            Self::Text(element) => {
                let inside = &text[element.inside.clone()];
                let start = element.inside.start + inside.len() - inside.trim_start().len();
                start..start + inside.trim().len()
            }
        }
    }
}

/// Follows a key from the outermost element, which it does not name.
fn find<'a>(text: &str, root: &'a Element, key: &[String]) -> Result<Option<Found<'a>>, Refused> {
    let mut element = root;
    for (place, name) in key.iter().enumerate() {
        let mut named = element.children.iter().filter(|child| child.name == *name);
        let attribute = element.attributes.iter().find(|one| one.name == *name);
        match (named.next(), named.next(), attribute) {
            (Some(child), None, None) => element = child,
            (None, _, None) => return Ok(None),
            (None, _, Some(one)) if place + 1 == key.len() => {
                let (whole, value) = (one.whole.clone(), one.value.clone());
                return Ok(Some(Found::Attribute { whole, value }));
            }
            _ => {
                let why = format!("has `{name}` more than once in one place; change it by hand");
                return Err(Refused::at(text, element.whole.start, why));
            }
        }
    }
    if !element.children.is_empty() || element.has_more || key.is_empty() {
        let why = "has more than a text where one value is expected";
        return Err(Refused::at(text, element.whole.start, why));
    }
    Ok(Some(Found::Text(element)))
}

fn read(text: &str, key: &[String]) -> Result<Option<Scalar>, Refused> {
    let Some(root) = parse(text)? else { return Ok(None) };
    let Some(found) = find(text, &root, key)? else { return Ok(None) };
    let value = found.value(text);
    if text[value.clone()].contains('&') {
        return Err(Refused::at(text, value.start, "has a value with `&` in it"));
    }
    Ok(Some(Scalar::Text(text[value].to_owned())))
}

fn set(text: &str, key: &[String], value: &Scalar) -> Result<String, Refused> {
    let value = super::assignments::plain(value)?;
    let root = parse(text)?;
    let found = match &root {
        Some(root) => find(text, root, key)?,
        None => None,
    };
    let Some(found) = found else {
        let name = key.join("/");
        let why = format!("has no `{name}` yet; start the tool once so that it writes it");
        return Err(Refused::new(why));
    };
    let place = found.value(text);
    if let Found::Text(element) = found
        && element.inside.is_empty()
        && text[..element.inside.start].ends_with("/>")
    {
        let why = "has the value as an empty element; change it by hand";
        return Err(Refused::at(text, element.whole.start, why));
    }
    Ok(lines::spliced(text, place, &value))
}

fn remove(text: &str, key: &[String]) -> Result<String, Refused> {
    let Some(root) = parse(text)? else { return Ok(text.to_owned()) };
    let whole = match find(text, &root, key)? {
        None => return Ok(text.to_owned()),
        Some(Found::Attribute { whole, .. }) => whole,
        Some(Found::Text(element)) => element.whole.clone(),
    };
    let end = lines::end(text, whole.end);
    let is_alone =
        lines::indent(text, whole.start).is_some() && text[whole.end..end].trim().is_empty();
    if is_alone {
        return Ok(lines::cut(text, lines::start(text, whole.start)..end));
    }
    Ok(lines::spliced(text, whole, ""))
}

fn leaves(text: &str) -> Result<Leaves, Refused> {
    let mut leaves = Leaves::new();
    if let Some(root) = parse(text)? {
        collect(text, &root, &mut Vec::new(), &mut leaves);
    }
    Ok(leaves)
}

fn collect(text: &str, element: &Element, path: &mut Vec<String>, leaves: &mut Leaves) {
    for one in &element.attributes {
        path.push(one.name.clone());
        leaves.push((path.clone(), format!("= {}", &text[one.value.clone()])));
        path.pop();
    }
    let is_bare = element.children.is_empty();
    let inside = if is_bare { text[element.inside.clone()].trim() } else { "" };
    leaves.push((path.clone(), inside.to_owned()));
    for child in &element.children {
        path.push(child.name.clone());
        collect(text, child, path, leaves);
        path.pop();
    }
}

#[cfg(test)]
#[path = "xml_tests.rs"]
mod tests;
