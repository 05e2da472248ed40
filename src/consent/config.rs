//! `config.toml`: the person's id and default.

use crate::domain::policy::Default;
use crate::fs::Error;
use crate::fs::file::{self, Intent, Replacement, Trust};
use crate::fs::random;
use crate::fs::toml_edit::{self, ValueEdit};
use crate::fs::toml_subset::{self, Line, Plain};
use std::path::Path;
use uuid::Uuid;

const LIMIT: u64 = 64 * 1024;

/// The person's config, understood. Empty where there is no file.
#[derive(Debug, Clone, PartialEq, Eq, std::default::Default)]
pub struct Config {
    /// What holds for tools without a choice.
    pub default: Option<Default>,
    /// The random id; there only while something is granted or was noticed. It never leaves.
    id: Option<String>,
}

impl Config {
    /// The id; `None` where there is none or it is not one that was made here.
    pub fn id(&self) -> Option<Uuid> {
        let id: Uuid = self.id.as_ref()?.parse().ok()?;
        (id.get_version_num() == 4).then_some(id)
    }
}

#[derive(serde::Deserialize)]
struct Typed {
    version: Option<i64>,
    id: Option<toml::Value>,
    default: Option<String>,
}

pub(crate) fn read(path: &Path) -> Result<Config, Error> {
    match file::read(path, LIMIT, Trust::Choice)? {
        None => Ok(Config::default()),
        Some(text) => parse(path, &text),
    }
}

fn parse(path: &Path, text: &str) -> Result<Config, Error> {
    match parse_plain(text) {
        Some(config) => Ok(config),
        None => parse_toml(path, text),
    }
}

/// The file in the shape that this program gives it; `None` for any other.
fn parse_plain(text: &str) -> Option<Config> {
    let (mut version, mut id, mut default) = (None, None, None);
    for line in toml_subset::lines(text) {
        let is_new = match line? {
            Line::Pair("version", Plain::Number(number)) => version.replace(number).is_none(),
            Line::Pair("id", Plain::Text(text)) => id.replace(text.to_owned()).is_none(),
            Line::Pair("default", Plain::Text(word)) => {
                let known = Default::ALL.into_iter().find(|default| default.as_str() == word)?;
                default.replace(known).is_none()
            }
            _ => false,
        };
        is_new.then_some(())?;
    }
    (version == Some(1)).then_some(Config { default, id })
}

fn parse_toml(path: &Path, text: &str) -> Result<Config, Error> {
    let typed: Typed = toml::from_str(text)
        .map_err(|error| Error::damaged(path, format!("is damaged: {}", error.message())))?;
    crate::consent::record::check_version(path, typed.version)?;
    let default = match typed.default {
        None => None,
        Some(word) => {
            let known = Default::ALL.into_iter().find(|default| default.as_str() == word);
            let unknown = || Error::damaged(path, "has a default that is not ask, off or declared");
            Some(known.ok_or_else(unknown)?)
        }
    };
    let id = typed.id.and_then(|id| id.as_str().map(str::to_owned));
    Ok(Config { default, id })
}

/// Changes the file, keeping every other byte of it.
fn change(
    path: &Path,
    intent: Intent,
    changes: &dyn Fn(&Config) -> Result<Vec<ValueEdit>, Error>,
) -> Result<(), Error> {
    let replacement = Replacement::of_choice(path, intent)?;
    let text = file::read(replacement.place(), LIMIT, Trust::Choice)?;
    let config = text.as_ref().map_or_else(|| Ok(Config::default()), |text| parse(path, text))?;
    let changes = changes(&config)?;
    if changes.is_empty() {
        return Ok(());
    }
    let text = text.unwrap_or_else(|| "version = 1\n".to_owned());
    let edited = toml_edit::apply(&text, &changes)
        .map_err(|toml_edit::EditError| Error::NotEditable { path: path.to_owned() })?;
    replacement.commit(&edited)
}

/// Sets what holds for tools without a choice.
pub(crate) fn set_default(path: &Path, default: Default) -> Result<(), Error> {
    let intent = if default == Default::Off { Intent::OptOut } else { Intent::Any };
    change(path, intent, &|config| {
        if config.default == Some(default) {
            return Ok(Vec::new());
        }
        Ok(vec![ValueEdit::set(&["default"], default.as_str())])
    })
}

/// Makes an id where there is none.
pub(crate) fn ensure_id(path: &Path) -> Result<(), Error> {
    change(path, Intent::Any, &|config| match config.id() {
        Some(_) => Ok(Vec::new()),
        None => Ok(vec![new_id(path)?]),
    })
}

/// Puts another id in the place of the one that is there.
pub(crate) fn renew_id(path: &Path) -> Result<(), Error> {
    change(path, Intent::Any, &|config| match config.id {
        Some(_) => Ok(vec![new_id(path)?]),
        None => Ok(Vec::new()),
    })
}

fn new_id(path: &Path) -> Result<ValueEdit, Error> {
    Ok(ValueEdit::set(&["id"], random::uuid(path)?.to_string()))
}

/// Removes the id, and with it every pseudonym made from it, if nothing uses it. That is asked while
/// nobody else can make one.
pub(crate) fn remove_id(
    path: &Path,
    is_unused: &dyn Fn() -> Result<bool, Error>,
) -> Result<(), Error> {
    if read(path)?.id.is_none() || !is_unused()? {
        return Ok(());
    }
    change(path, Intent::OptOut, &|config| {
        let is_to_go = config.id.is_some() && is_unused()?;
        Ok(if is_to_go { vec![ValueEdit::remove(&["id"])] } else { Vec::new() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_readers_read_the_same() {
        for text in [
            "version = 1\n",
            "version = 1\nid = \"6f1c2a34-9d0e-4b7a-8f11-2a3b4c5d6e7f\"\ndefault = \"off\"\n",
            "default = \"declared\"\nversion = 1",
        ] {
            let plain = parse_plain(text).expect("plain");
            assert_eq!(plain, parse_toml(Path::new("config.toml"), text).expect("whole"), "{text}");
        }
        for other in ["", "version = 2", "version = 1\nversion = 1", "version = 1\nx = 1", "id = 7"]
        {
            assert_eq!(parse_plain(other), None, "{other}");
        }
    }
}
