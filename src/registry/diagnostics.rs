//! What is wrong on disk: files that cannot be understood, owners, modes, leftovers.

use crate::consent::World;
use crate::fs::Error;
use crate::fs::file;
use crate::fs::{backup, platform};
use crate::registry::declarations;
use std::fs;
use std::path::{Path, PathBuf};

/// Something wrong, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Trouble {
    /// The file; `None` where it is about the surroundings.
    pub path: Option<PathBuf>,
    /// What is wrong, as the end of a sentence that begins with the path.
    pub problem: String,
    /// How to mend it.
    pub hint: String,
}

impl Trouble {
    /// What is wrong with which file, as one sentence.
    pub fn sentence(&self) -> String {
        match &self.path {
            Some(path) => format!("{} {}", path.display(), self.problem),
            None => self.problem.clone(),
        }
    }

    fn of(error: &Error) -> Self {
        Self { path: error.path().map(Path::to_owned), problem: error.why(), hint: error.hint() }
    }
}

/// Files that cannot be understood: what `status` names as problems.
pub fn unreadable_files(world: &World) -> Vec<Trouble> {
    let layout = match world.layout() {
        Ok(layout) => layout,
        Err(error) => return vec![Trouble::of(&error)],
    };
    let mut troubles = Vec::new();
    troubles.extend(world.policy().err().map(|error| Trouble {
        hint: "ask the administrator to correct it".to_owned(),
        ..Trouble::of(&error)
    }));
    troubles.extend(world.config().err().map(|error| Trouble::of(&error)));
    match crate::consent::record::list(&layout.consents()) {
        Err(error) => troubles.push(Trouble::of(&error)),
        Ok(tools) => troubles.extend(tools.iter().filter_map(|tool| {
            let error = crate::consent::record::read(&layout.consent(tool), tool).err()?;
            Some(Trouble::of(&error))
        })),
    }
    match declarations::list(layout) {
        Err(error) => troubles.push(Trouble::of(&error)),
        Ok(tools) => troubles.extend(
            tools
                .iter()
                .filter_map(|tool| Some(Trouble::of(&declarations::find(layout, tool).err()?))),
        ),
    }
    troubles
}

/// Records for undo that cannot be understood.
pub fn undo_records(world: &World) -> Vec<Trouble> {
    let Ok(layout) = world.layout() else { return Vec::new() };
    let errors = match backup::all(layout) {
        Ok(all) => all.unreadable,
        Err(error) => vec![error],
    };
    let errors = errors.into_iter().chain(backup::unreadable_wishes(layout));
    errors.map(|error| Trouble { hint: backup::hint(&error), ..Trouble::of(&error) }).collect()
}

/// Folders and files of ours whose owner or mode is not as it should be, and leftovers of runs that
/// were killed.
pub fn owners_and_modes(world: &World) -> Vec<Trouble> {
    let Ok(layout) = world.layout() else { return Vec::new() };
    let mut troubles = Vec::new();
    for folder in [&layout.config, &layout.consents(), &layout.state, &layout.tools] {
        look_at(folder, 0o700, &mut troubles);
    }
    look_at(&layout.config_file(), 0o600, &mut troubles);
    for entry in fs::read_dir(layout.consents()).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') && name.ends_with(".new") {
            troubles.push(Trouble {
                hint: format!("remove {} if no sayso is running", path.display()),
                path: Some(path),
                problem: "was left behind by a run that was killed".to_owned(),
            });
        } else if name.contains(".toml.newer-") {
            troubles.push(Trouble {
                hint: format!("remove {} when you no longer need it", path.display()),
                path: Some(path),
                problem: "was written by a newer sayso, and kept for you".to_owned(),
            });
        } else if name.contains(".toml.damaged-") {
            troubles.push(Trouble {
                hint: format!("remove {} when you no longer need it", path.display()),
                path: Some(path),
                problem: "is a damaged file that was kept for you".to_owned(),
            });
        } else {
            look_at(&path, 0o600, &mut troubles);
        }
    }
    troubles
}

/// What marks the top of a working tree, and of which version control.
const WORK_TREES: [(&str, &str); 8] = [
    (".git", "git"),
    (".jj", "Jujutsu"),
    (".hg", "Mercurial"),
    (".svn", "Subversion"),
    (".bzr", "Bazaar"),
    (".pijul", "Pijul"),
    ("_darcs", "Darcs"),
    (".fslckout", "Fossil"),
];

/// The secrets of this machine where version control may carry them to another one: both would then have
/// the same pseudonyms. A `.gitignore` beside them that leaves everything out settles it for git.
pub fn in_version_control(world: &World) -> Option<Trouble> {
    let layout = world.layout().ok()?;
    world.config().ok()?.id()?;
    let places = [layout.config_file(), layout.config.clone(), layout.consents()];
    // Links lead to where the files are: managers of dotfiles make such.
    places.iter().chain(&places.clone().map(|path| path.canonicalize().unwrap_or(path))).find_map(
        |path| {
            let (top, name) = path.ancestors().skip(1).find_map(|folder| {
                let is_here = |(mark, _): &&(&str, &str)| folder.join(mark).symlink_metadata().is_ok();
                Some((folder, WORK_TREES.iter().find(is_here)?.1))
            })?;
            let mut inside = path.ancestors().take_while(|folder| folder.starts_with(top));
            if name == "git" && inside.any(is_ignored) {
                return None;
            }
            Some(Trouble {
                path: Some(path.clone()),
                problem: format!(
                    "is in a working tree of {name} ({}): where it is copied to another machine, both \
                     have the same pseudonyms",
                    top.display()
                ),
                hint: "keep config.toml and consent/ out of it, then run sayso id reset on each machine \
                       that has a copy"
                    .to_owned(),
            })
        },
    )
}

/// Whether a folder tells git to leave out everything in it.
fn is_ignored(folder: &Path) -> bool {
    const LIMIT: u64 = 64 * 1024;
    let rules = file::read(&folder.join(".gitignore"), LIMIT, file::Trust::Anyone);
    let rules = rules.ok().flatten().unwrap_or_default();
    let mut rules = rules.lines().map(str::trim_end);
    rules.clone().any(|rule| rule == "*") && !rules.any(|rule| rule.starts_with('!'))
}

fn look_at(path: &Path, expected: u32, troubles: &mut Vec<Trouble>) {
    // What is behind a link is its manager's; whether it can be trusted is looked at where it is read.
    let Ok(metadata) = fs::symlink_metadata(path) else { return };
    if metadata.is_symlink() {
        return;
    }
    let mut add = |problem: String, hint: String| {
        troubles.push(Trouble { path: Some(path.to_owned()), problem, hint });
    };
    if platform::owner(&metadata) != platform::effective_user() {
        add(
            "belongs to another user".to_owned(),
            format!("{} has to be made yours by its owner, or removed", path.display()),
        );
    }
    if let Some(mode) = platform::mode(&metadata).filter(|mode| mode & 0o777 & !expected != 0) {
        add(
            format!("is open to others (mode {:o})", mode & 0o777),
            format!("chmod {expected:o} {}", path.display()),
        );
    }
}
