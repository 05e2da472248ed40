//! Where a tool's own file is: paths that begin with a token, resolved as the tool itself does.

use crate::catalogue::entry::Place;
use crate::domain::signals::Environment;
use crate::fs::external;
use std::path::{Path, PathBuf};

/// What places depend on.
pub struct Surroundings<'m> {
    /// The variables.
    pub environment: &'m dyn Environment,
    /// The folder the person works in.
    pub working_folder: Option<&'m Path>,
    /// Where the tool's program is, if it is installed.
    pub program: Option<&'m Path>,
}

/// What a token stands for.
type Token = fn(&Surroundings<'_>) -> Option<PathBuf>;

/// Every token, but those that need more than a folder: `{project}` and `{env:NAME}`.
const TOKENS: &[(&str, Token)] = &[
    ("home", home),
    ("xdg_config", |here| here.absolute("XDG_CONFIG_HOME").or_else(|| below(here, ".config"))),
    ("xdg_data", |here| here.absolute("XDG_DATA_HOME").or_else(|| below(here, ".local/share"))),
    ("xdg_cache", |here| here.absolute("XDG_CACHE_HOME").or_else(|| below(here, ".cache"))),
    ("appdata", |here| here.absolute("APPDATA")),
    ("documents", documents),
    ("cwd", |here| here.working_folder.map(Path::to_owned)),
    ("exe_dir", |here| Some(external::real(here.program?)?.parent()?.to_owned())),
    // brew finds its repository by where its own script really is.
    ("brew_repository", |here| Some(external::real(here.program?)?.parent()?.parent()?.to_owned())),
];

const PROJECT: &str = "project";
const VARIABLE: &str = "env:";

fn home(here: &Surroundings<'_>) -> Option<PathBuf> {
    here.absolute(if cfg!(windows) { "USERPROFILE" } else { "HOME" })
}

/// On Windows a known folder, which may be anywhere.
fn documents(here: &Surroundings<'_>) -> Option<PathBuf> {
    let known = if cfg!(windows) { dirs::document_dir() } else { None };
    known.or_else(|| below(here, "Documents"))
}

fn below(here: &Surroundings<'_>, folder: &str) -> Option<PathBuf> {
    Some(home(here)?.join(folder))
}

impl Surroundings<'_> {
    fn absolute(&self, variable: &str) -> Option<PathBuf> {
        self.environment.get(variable).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    /// The folders in which programs keep what is the person's: new folders are made only in these.
    pub fn own_folders(&self) -> Vec<PathBuf> {
        let named = ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "APPDATA"];
        let named = named.into_iter().filter_map(|variable| self.absolute(variable));
        home(self).into_iter().chain(named).collect()
    }

    /// The paths at which the file may be, nearest first; none where a variable is not set.
    pub fn find(&self, place: &Place) -> Vec<PathBuf> {
        match place.moved.as_deref().filter(|path| self.is_moved(path)) {
            Some(moved) => self.resolve(moved),
            None => self.resolve(&place.path),
        }
    }

    /// Whether the variable that moves a file is set. Where its value is relative, the file is wherever
    /// the tool is started, and so nowhere that could be told.
    fn is_moved(&self, path: &str) -> bool {
        let variable = split(path).and_then(|(token, _)| token.strip_prefix(VARIABLE));
        let value = variable.and_then(|variable| self.environment.get(variable));
        variable.is_none() || value.is_some_and(|value| !value.is_empty())
    }

    fn resolve(&self, path: &str) -> Vec<PathBuf> {
        let Some((token, rest)) = split(path) else { return vec![PathBuf::from(path)] };
        if token == PROJECT {
            let nearest = self.working_folder.into_iter().flat_map(Path::ancestors);
            return nearest.map(|folder| folder.join(rest)).collect();
        }
        let folder = match token.strip_prefix(VARIABLE) {
            Some(variable) => self.absolute(variable),
            None => named(token).and_then(|folder| folder(self)),
        };
        folder.map(|folder| folder.join(rest)).into_iter().collect()
    }
}

fn named(token: &str) -> Option<Token> {
    TOKENS.iter().find(|(name, _)| *name == token).map(|(_, folder)| *folder)
}

/// The token that a path begins with, and what follows it.
fn split(path: &str) -> Option<(&str, &str)> {
    let (token, rest) = path.strip_prefix('{')?.split_once('}')?;
    Some((token, rest.trim_start_matches('/')))
}

/// Whether a path of an entry can be resolved.
///
/// # Errors
/// What is wrong with it, as the end of a sentence.
pub fn check(path: &str) -> Result<(), String> {
    let Some((token, rest)) = split(path) else {
        let is_whole = path.starts_with('/') && !path.contains(['{', '}']);
        return is_whole.then_some(()).ok_or_else(|| "begins with a token or with /".to_owned());
    };
    let is_known = token == PROJECT
        || named(token).is_some()
        || token.starts_with(VARIABLE) && token.len() > 4;
    if !is_known {
        let known: Vec<&str> = TOKENS.iter().map(|(name, _)| *name).collect();
        return Err(format!("tokens are {}, {PROJECT} and env:NAME", known.join(", ")));
    }
    if rest.is_empty() || rest.contains(['{', '}']) || rest.split('/').any(|part| part == "..") {
        return Err("after the token stands a plain path".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn find(variables: &[(&str, &str)], path: &str, moved: Option<&str>) -> Vec<String> {
        let environment: BTreeMap<String, String> =
            variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let here = Surroundings {
            environment: &environment,
            working_folder: Some(Path::new("/w/p")),
            program: None,
        };
        let place = Place { path: path.to_owned(), moved: moved.map(str::to_owned) };
        here.find(&place).iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    #[cfg(unix)]
    fn tokens_are_resolved_as_the_tool_does() {
        let home = ("HOME", "/home/ada");
        let config = "{xdg_config}/dvc/config";
        assert_eq!(find(&[home], config, None), ["/home/ada/.config/dvc/config"]);
        assert_eq!(find(&[home, ("XDG_CONFIG_HOME", "/c")], config, None), ["/c/dvc/config"]);
        let relative = [home, ("XDG_CONFIG_HOME", "c")];
        assert_eq!(find(&relative, config, None), ["/home/ada/.config/dvc/config"]);
        assert_eq!(find(&[], config, None), [""; 0]);
        assert_eq!(find(&[home], "/etc/popcon.conf", None), ["/etc/popcon.conf"]);
        assert_eq!(find(&[home], "{cwd}/a.json", None), ["/w/p/a.json"]);
        assert_eq!(find(&[], "{project}/a", None), ["/w/p/a", "/w/a", "/a"]);
        assert_eq!(find(&[home], "{env:DAGSTER_HOME}/dagster.yaml", None), [""; 0]);
        assert_eq!(find(&[home], "{exe_dir}/marker", None), [""; 0]);
    }

    #[test]
    #[cfg(unix)]
    fn a_tools_own_variable_moves_its_file() {
        let path = "{home}/.azure/config";
        let moved = Some("{env:AZURE_CONFIG_DIR}/config");
        let home = ("HOME", "/home/ada");
        assert_eq!(find(&[home], path, moved), ["/home/ada/.azure/config"]);
        assert_eq!(find(&[home, ("AZURE_CONFIG_DIR", "/az")], path, moved), ["/az/config"]);
    }

    #[test]
    fn a_path_that_leads_nowhere_is_refused() {
        for good in ["{home}/.x", "{env:A}/b", "/etc/x", "{project}/.telemetry"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in
            ["", "x", "{homes}/x", "{home}", "{home}/../x", "{env:}/x", "{home}/{cwd}", "/{a}"]
        {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
