//! Where everything of ours lives. Every folder is named here and nowhere else; what else is kept
//! beside a file, by who keeps it.

use crate::domain::signals::Environment;
use crate::domain::tool_id::{Purpose, ToolId};
use std::borrow::Cow;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The folders and files of one person on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The folder of `config.toml` and `consent/`.
    pub config: PathBuf,
    /// The folder of everything that is no answer: history, spools, dates.
    pub state: PathBuf,
    /// The person's own declarations.
    pub tools: PathBuf,
    /// Folders of the system's packages, as the variable names them.
    data: Option<String>,
    /// The administrator's file.
    pub policy: Cow<'static, Path>,
}

impl Layout {
    /// The places as the environment names them; `None` where there is no usable home.
    ///
    /// Relative values of `SAYSO_HOME`, `HOME` and the XDG variables are ignored, as the XDG Base
    /// Directory Specification asks; so are values that are not Unicode, because the replacement
    /// characters in them would name another folder. No list of users is consulted: a process whose `HOME` was
    /// taken away was meant to have none.
    pub fn find(environment: &dyn Environment) -> Option<Self> {
        let absolute = |name: &str| {
            let value = environment.get(name).filter(|value| !value.contains('\u{fffd}'));
            value.map(PathBuf::from).filter(|path| path.is_absolute())
        };
        let data = environment.get("XDG_DATA_DIRS").filter(|folders| !folders.is_empty());
        let policy = policy(environment);
        if let Some(home) = absolute("SAYSO_HOME") {
            return Some(Self {
                state: below(&home, &["state"]),
                tools: below(&home, &["tools"]),
                config: home,
                data,
                policy,
            });
        }
        let (config, state, tools) = folders(&absolute)?;
        Some(Self { config, state, tools, data, policy })
    }

    /// `config.toml`: id and default.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The folder of the answers.
    pub fn consents(&self) -> PathBuf {
        self.config.join("consent")
    }

    /// The answers for one tool.
    pub fn consent(&self, tool: &ToolId) -> PathBuf {
        below(&self.config, &["consent/", tool.as_str(), ".toml"])
    }

    /// The folder of what the person knows better about other people's tools.
    pub fn catalogues(&self) -> PathBuf {
        self.config.join("catalogue")
    }

    /// The person's own declaration of one tool.
    pub fn declaration(&self, tool: &ToolId) -> PathBuf {
        self.tools.join(format!("{tool}.toml"))
    }

    /// Where a declaration of one tool may stand, first to last.
    pub fn declarations(&self, tool: &ToolId) -> impl Iterator<Item = PathBuf> {
        self.all_tools().map(move |folder| below(&folder, &[tool.as_str(), ".toml"]))
    }

    /// Declarations that programs carry, where others are registered.
    pub fn all_carried(&self) -> PathBuf {
        self.state.join("carried")
    }

    /// The declaration that the program of one tool carries, where another is registered.
    pub fn carried(&self, tool: &ToolId) -> PathBuf {
        below(&self.state, &["carried/", tool.as_str(), ".toml"])
    }

    /// What was prepared of the declaration of one tool.
    pub fn prepared(&self, tool: &ToolId) -> PathBuf {
        below(&self.state, &["prepared/", tool.as_str()])
    }

    /// All folders that hold declarations, first to last.
    pub fn all_tools(&self) -> impl Iterator<Item = Cow<'_, Path>> {
        std::iter::once(Cow::from(&self.tools)).chain(self.system_tools().map(Cow::from))
    }

    /// Declarations that the system's packages brought, first to last. Worked out where somebody asks:
    /// most tools are declared in the person's own folder.
    pub fn system_tools(&self) -> impl Iterator<Item = PathBuf> {
        system_data(self.data.as_deref())
            .split(':')
            .filter(|folder| Path::new(folder).is_absolute())
            .map(|folder| below(Path::new(folder), &["sayso/tools"]))
    }

    /// The folder of the histories.
    pub fn histories(&self) -> PathBuf {
        self.state.join("history")
    }

    /// The history of one tool.
    pub fn history(&self, tool: &ToolId) -> PathBuf {
        self.histories().join(format!("{tool}.jsonl"))
    }

    /// The folder of the dates on which people said "not now".
    pub fn asked_folder(&self) -> PathBuf {
        self.state.join("asked")
    }

    /// When the person was last asked about a tool.
    pub fn asked(&self, tool: &ToolId) -> PathBuf {
        self.asked_folder().join(format!("{tool}.toml"))
    }

    /// The folder of the spools.
    pub fn spools(&self) -> PathBuf {
        self.state.join("spool")
    }

    /// The folder of the spools of one tool.
    pub fn spool_of(&self, tool: &ToolId) -> PathBuf {
        self.spools().join(tool.as_str())
    }

    /// The folder of what has left.
    pub fn sent_logs(&self) -> PathBuf {
        self.state.join("sent")
    }

    /// The folder of what has left for one tool, a file for each day.
    pub fn sent_log(&self, tool: &ToolId) -> PathBuf {
        self.sent_logs().join(tool.as_str())
    }

    /// When the next delivery of a tool's events is due, and what went wrong so far.
    pub fn schedule(&self, tool: &ToolId) -> PathBuf {
        self.state.join("delivery").join(format!("{tool}.json"))
    }

    /// The folder of what other programs' files were before sayso changed them.
    pub fn undo(&self) -> PathBuf {
        self.state.join("undo")
    }

    /// What one file of another program was before, by a name made from its path.
    pub fn undo_of_file(&self, name: &str) -> PathBuf {
        self.undo().join(format!("{name}.json"))
    }

    /// The folder of what the answers were before a wish was remembered.
    pub fn undo_of_wishes(&self) -> PathBuf {
        self.undo().join("wish")
    }

    /// What the answers for one tool were before a wish was remembered.
    pub fn undo_of_wish(&self, tool: &ToolId) -> PathBuf {
        self.undo_of_wishes().join(format!("{tool}.json"))
    }

    /// The folder of the events for one purpose that wait.
    pub fn spool(&self, tool: &ToolId, purpose: &Purpose) -> PathBuf {
        below(&self.state, &["spool/", tool.as_str(), "/", purpose.as_str()])
    }
}

/// A path below a folder, made in one piece.
fn below(folder: &Path, parts: &[&str]) -> PathBuf {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let mut path = OsString::with_capacity(folder.as_os_str().len() + 1 + length);
    path.push(folder);
    if !folder.as_os_str().as_encoded_bytes().ends_with(b"/") {
        path.push(std::path::MAIN_SEPARATOR_STR);
    }
    parts.iter().for_each(|part| path.push(part));
    path.into()
}

/// Config, state and tools, as the XDG Base Directory Specification places them.
#[cfg(all(unix, not(target_os = "macos")))]
fn folders(absolute: &dyn Fn(&str) -> Option<PathBuf>) -> Option<(PathBuf, PathBuf, PathBuf)> {
    let home = absolute("HOME");
    let place = |variable: &str, usual: &str, own: &str| match absolute(variable) {
        Some(folder) => Some(below(&folder, &[own])),
        None => Some(below(home.as_ref()?, &[usual, own])),
    };
    Some((
        place("XDG_CONFIG_HOME", ".config/", "sayso")?,
        place("XDG_STATE_HOME", ".local/state/", "sayso")?,
        place("XDG_DATA_HOME", ".local/share/", "sayso/tools")?,
    ))
}

/// Everything below `Application Support`.
#[cfg(target_os = "macos")]
fn folders(absolute: &dyn Fn(&str) -> Option<PathBuf>) -> Option<(PathBuf, PathBuf, PathBuf)> {
    let base = absolute("HOME")?.join("Library/Application Support/sayso");
    Some((base.clone(), base.join("state"), base.join("tools")))
}

/// The Known Folders decide, not the variables that usually repeat them.
#[cfg(windows)]
fn folders(_: &dyn Fn(&str) -> Option<PathBuf>) -> Option<(PathBuf, PathBuf, PathBuf)> {
    let roaming = dirs::config_dir()?.join("sayso");
    let local = dirs::data_local_dir()?.join("sayso");
    Some((roaming.clone(), local.join("state"), roaming.join("tools")))
}

#[cfg(all(unix, not(target_os = "macos")))]
fn system_data(named: Option<&str>) -> &str {
    named.unwrap_or("/usr/local/share:/usr/share")
}

#[cfg(any(windows, target_os = "macos"))]
fn system_data(_: Option<&str>) -> &str {
    ""
}

/// The Known Folder, and not the variable `ProgramData`, which every user can set.
#[cfg(windows)]
fn policy(_: &dyn Environment) -> Cow<'static, Path> {
    use known_folders::{KnownFolder, get_known_folder_path};
    let data = get_known_folder_path(KnownFolder::ProgramData);
    let data = data.unwrap_or_else(|| r"C:\ProgramData".into());
    data.join(r"sayso\policy.toml").into()
}

#[cfg(target_os = "macos")]
fn policy(_: &dyn Environment) -> Cow<'static, Path> {
    Path::new("/Library/Application Support/sayso/policy.toml").into()
}

#[cfg(all(unix, not(target_os = "macos")))]
fn policy(_: &dyn Environment) -> Cow<'static, Path> {
    Path::new("/etc/sayso/policy.toml").into()
}

#[cfg(all(test, unix, not(target_os = "macos")))]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn find(variables: &[(&str, &str)]) -> Option<Layout> {
        let map: BTreeMap<String, String> =
            variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Layout::find(&map)
    }

    #[test]
    fn the_xdg_variables_decide_where_they_are_absolute() {
        let layout = find(&[
            ("HOME", "/home/ada"),
            ("XDG_CONFIG_HOME", "/c"),
            ("XDG_STATE_HOME", "relative"),
            ("XDG_DATA_DIRS", "/opt/share:nothing:/usr/share"),
        ])
        .expect("a home");
        assert_eq!(layout.config_file(), Path::new("/c/sayso/config.toml"));
        assert_eq!(layout.state, Path::new("/home/ada/.local/state/sayso"));
        assert_eq!(layout.tools, Path::new("/home/ada/.local/share/sayso/tools"));
        assert_eq!(
            layout.system_tools().collect::<Vec<_>>(),
            [Path::new("/opt/share/sayso/tools"), Path::new("/usr/share/sayso/tools")]
        );
    }

    #[test]
    fn sayso_home_holds_all_of_a_persons_files() {
        let layout = find(&[("SAYSO_HOME", "/s"), ("HOME", "/home/ada")]).expect("a home");
        let werf = "werf".parse().expect("an id");
        assert_eq!(layout.consent(&werf), Path::new("/s/consent/werf.toml"));
        assert_eq!(layout.history(&werf), Path::new("/s/state/history/werf.jsonl"));
        assert_eq!(layout.declaration(&werf), Path::new("/s/tools/werf.toml"));
        let relative = find(&[("SAYSO_HOME", "s"), ("HOME", "/home/ada")]).expect("a home");
        assert_eq!(relative.config, Path::new("/home/ada/.config/sayso"));
    }

    #[test]
    fn without_a_home_there_is_no_place() {
        for home in [&[][..], &[("HOME", "")], &[("HOME", "relative/home")]] {
            assert_eq!(find(home), None, "{home:?}");
        }
    }
}
