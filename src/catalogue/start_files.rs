//! The files that carry the variables into every shell that starts, and into what no shell starts:
//! written only where a person asks for that, and put back as they were.
//!
//! A start file gets one line that asks sayso each time, so it never is out of date. Programs of
//! the desktop and user services read no such file; they get the values themselves, in
//! `environment.d`, which is true only until the person decides something else. (A generator for
//! systemd would always be true, but can only be installed for the whole machine.)

use crate::catalogue::place::Surroundings;
use crate::catalogue::shells::{SHELLS, Shell, Start, VALUES};
use crate::catalogue::start_lines;
use crate::catalogue::variables::Variables;
use crate::consent::World;
use crate::fs::backup::Turn;
use crate::fs::external_file::{self, VendorsFile};
use crate::fs::{Error, external};
use crate::registry::diagnostics::Trouble;
use std::path::{Path, PathBuf};

/// How a file of values begins, so that no other is taken for one.
const HEAD: &str = "# What sayso tells programs that no shell starts. sayso env --install writes it anew,\n\
                    # sayso env --uninstall takes it out.\n";

/// What a file is to hold.
enum Content<'c> {
    /// A line among others.
    Line(&'static str),
    /// Values, and nothing else.
    Values(&'c Variables),
    /// Nothing of ours.
    Nothing,
}

/// One file: what it holds, and what it is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds now; `None` where there is none.
    pub before: Option<String>,
    /// What it is to hold; `None` where there shall be none.
    pub after: Option<String>,
}

impl Change {
    fn of(path: &Path, content: &Content<'_>) -> Result<Self, Error> {
        let before = external::read(path)?;
        let after = wanted(path, before.as_deref(), content)?;
        Ok(Self { path: path.to_owned(), before, after })
    }

    /// Whether there is anything to do.
    pub fn is_due(&self) -> bool {
        self.before != self.after
    }

    /// Puts it in place. A file that was changed meanwhile is left alone.
    ///
    /// # Errors
    /// Where it cannot be changed.
    pub fn make(&self, world: &World) -> Result<(), Error> {
        if !self.is_due() {
            return Ok(());
        }
        let turn = Turn::take(world.layout()?)?;
        let file = VendorsFile::hold(&self.path, &here(world).own_folders(), &turn)?;
        if file.text() != self.before.as_deref() {
            return Err(Error::Busy { path: self.path.clone() });
        }
        file.replace(self.after.as_deref(), None)?;
        if self.after.is_none() {
            // What is left in them was put there by somebody else.
            let _ = external_file::remove_empty(&self.folders(world));
        }
        Ok(())
    }

    /// The folders between the home and the file, which may have been made for it.
    fn folders(&self, world: &World) -> Vec<PathBuf> {
        let own = here(world).own_folders();
        let above = self.path.ancestors().skip(1);
        let mut folders: Vec<PathBuf> = above
            .take_while(|folder| !own.iter().any(|own| own == folder))
            .map(Path::to_owned)
            .collect();
        folders.reverse();
        folders
    }
}

fn here(world: &World) -> Surroundings<'_> {
    Surroundings { environment: world.environment(), working_folder: None, program: None }
}

fn places(world: &World, starts: &[Start]) -> Vec<PathBuf> {
    let found = starts.iter().filter_map(Start::place);
    found.flat_map(|place| here(world).find(&place)).collect()
}

fn wanted(path: &Path, text: Option<&str>, content: &Content<'_>) -> Result<Option<String>, Error> {
    let torn =
        |torn: start_lines::Torn| Error::LeftAlone { path: path.to_owned(), why: torn.to_string() };
    match (content, text) {
        (Content::Line(line), _) => start_lines::with(text, line).map(Some).map_err(torn),
        (Content::Values(_), Some(text)) if !text.starts_with(HEAD) => {
            Err(Error::LeftAlone { path: path.to_owned(), why: "was not made by sayso".to_owned() })
        }
        (Content::Values(variables), _) => Ok(Some(values(variables))),
        (Content::Nothing, Some(text)) if !text.starts_with(HEAD) => {
            start_lines::without(text).map_err(torn)
        }
        (Content::Nothing, _) => Ok(None),
    }
}

/// Values for `environment.d`, which has quotes and escapes of its own: what would need any is left
/// out.
fn values(variables: &Variables) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-.,:/@%+".contains(c);
    let plain = variables.pairs().filter(|(_, value)| value.chars().all(is_plain));
    let lines = plain.map(|(name, value)| format!("{name}={value}\n"));
    HEAD.to_owned() + &lines.collect::<String>()
}

/// What has to change so that every new shell of this kind has the variables, and what systemd
/// starts for the person as well.
///
/// # Errors
/// Where one of the files cannot be read or must be left alone, or there is no home.
pub fn install(world: &World, shell: &Shell, variables: &Variables) -> Result<Vec<Change>, Error> {
    let mut changes = Vec::new();
    for group in shell.files {
        let places = places(world, group);
        let there = places.iter().find(|place| place.symlink_metadata().is_ok());
        if let Some(path) = there.or(places.last()) {
            changes.push(Change::of(path, &Content::Line(shell.guarded))?);
        }
    }
    if changes.is_empty() {
        return Err(Error::NoHome);
    }
    for path in places(world, VALUES) {
        changes.push(Change::of(&path, &Content::Values(variables))?);
    }
    Ok(changes)
}

/// What has to change so that nothing of it is left, with one shell or with all.
///
/// # Errors
/// Where one of the files cannot be read or must be left alone.
pub fn uninstall(world: &World, shell: Option<&Shell>) -> Result<Vec<Change>, Error> {
    let changes = installed(world, shell);
    changes.iter().map(|path| Change::of(path, &Content::Nothing)).collect()
}

/// The files that hold something of ours.
fn installed(world: &World, only: Option<&Shell>) -> Vec<PathBuf> {
    let shells = SHELLS.iter().filter(|shell| only.is_none_or(|only| only.name == shell.name));
    let starts = shells.flat_map(|shell| shell.files).flat_map(|group| places(world, group));
    let mut found: Vec<PathBuf> = starts.chain(places(world, VALUES)).collect();
    // What cannot be read was not written by sayso.
    let text = |path: &PathBuf| external::read(path).ok().flatten().unwrap_or_default();
    found.retain(|path| {
        let text = text(path);
        text.starts_with(HEAD) || start_lines::are_in(&text)
    });
    found.sort();
    // The one of sh may be that of Bash as well.
    found.dedup();
    found
}

/// Values that are no longer those of the person.
pub fn out_of_date(world: &World, variables: &Variables) -> Vec<Trouble> {
    let stale = |path: PathBuf| {
        let text = external::read(&path).ok().flatten()?;
        (text.starts_with(HEAD) && text != values(variables)).then(|| Trouble {
            path: Some(path),
            problem: "holds other variables than your choices come to now".to_owned(),
            hint: "sayso env --install".to_owned(),
        })
    };
    places(world, VALUES).into_iter().filter_map(stale).collect()
}
