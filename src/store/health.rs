//! What is wrong on disk: files that cannot be understood, owners, modes, leftovers.

use super::declarations;
use super::error::Error;
use super::world::World;
use super::{platform, undo};
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
    match super::consent::list(&layout.consents()) {
        Err(error) => troubles.push(Trouble::of(&error)),
        Ok(tools) => troubles.extend(tools.iter().filter_map(|tool| {
            let error = super::consent::read(&layout.consent(tool), tool).err()?;
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
    let errors = match undo::all(layout) {
        Ok(all) => all.unreadable,
        Err(error) => vec![error],
    };
    let errors = errors.into_iter().chain(undo::unreadable_wishes(layout));
    errors.map(|error| Trouble { hint: undo::hint(&error), ..Trouble::of(&error) }).collect()
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
