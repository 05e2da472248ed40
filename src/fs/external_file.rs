//! A file of another program, looked at and replaced while no other sayso changes one.
//!
//! Links of the person's own are followed, and stay links: the file they lead to is replaced. What
//! belongs to somebody else, has a second name or is no regular file is left alone. The new file is
//! made beside the old one, with its mode, group and attributes, and changes places with it. (Writing
//! into the file itself was turned down: who reads it meanwhile, or after a crash, would find half of it.)

mod in_place;

use crate::fs::Error;
use crate::fs::backup::Turn;
use crate::fs::file::{self, Trust};
use crate::fs::{external, folder, platform};
use in_place::{Exchanged, exchange, keep_attributes};
use std::fs::{self, Metadata};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// More links one after the other than anybody makes.
const MOST_LINKS: usize = 16;

/// For a file that was not there, where nothing else is asked for.
const NEW_MODE: u32 = 0o600;

/// A file of another program, or the place where it would be.
pub struct VendorsFile {
    place: PathBuf,
    found: Option<(Metadata, String)>,
    missing: Vec<PathBuf>,
}

impl VendorsFile {
    /// Looks at a file, and removes what a killed run left beside it. New folders may be made in
    /// one of those in `own`.
    ///
    /// # Errors
    /// Where it cannot be read, or must be left alone.
    pub fn hold(path: &Path, own: &[PathBuf], _turn: &Turn) -> Result<Self, Error> {
        let (place, metadata) = behind_links(path)?;
        let found = match metadata {
            None => None,
            Some(metadata) => {
                check_who_manages(path, &place, &metadata)?;
                check(&place, &metadata)?;
                let text = file::read(&place, external::LIMIT, Trust::Anyone).map_err(in_words)?;
                text.map(|text| (metadata, text))
            }
        };
        let missing = match found {
            None => missing_folders(&place, own)?,
            Some(_) => Vec::new(),
        };
        let held = Self { place, found, missing };
        if held.missing.is_empty() {
            file::discard(&held.draft())?;
        }
        Ok(held)
    }

    /// Where it really is.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// What stands in it; `None` where there is no file.
    pub fn text(&self) -> Option<&str> {
        self.found.as_ref().map(|(_, text)| text.as_str())
    }

    /// Its permission bits, where there is a file and a system that has some.
    pub fn mode(&self) -> Option<u32> {
        self.found.as_ref().and_then(|(metadata, _)| platform::mode(metadata))
    }

    /// The folders that have to be made for it, the topmost first.
    pub fn missing_folders(&self) -> &[PathBuf] {
        &self.missing
    }

    /// Puts the text in place, whole; or removes the file. A file that is there keeps its mode.
    ///
    /// # Errors
    /// Where it could not be done, or somebody else changed the file meanwhile. Nothing is left
    /// behind then.
    pub fn replace(&self, text: Option<&str>, mode: Option<u32>) -> Result<(), Error> {
        let Some(text) = text else {
            return self.check_unchanged().and_then(|()| file::remove(&self.place));
        };
        self.put(text, mode)?;
        let mut made = self.missing.iter().chain([&self.place]);
        made.try_for_each(|made| folder::sync_around(made, "stored"))
    }

    fn put(&self, text: &str, mode: Option<u32>) -> Result<(), Error> {
        let made: Result<(), Error> = self.missing.iter().try_for_each(|folder| {
            let made = platform::make_private_folder(folder);
            made.map_err(|error| Error::io("make", folder, error))
        });
        let mode = self.mode().or(mode).unwrap_or(NEW_MODE);
        let put = made.and_then(|()| self.fill(text, mode)).and_then(|()| {
            self.check_unchanged()?;
            match exchange(&self.draft(), &self.place, self.text()) {
                Ok(Exchanged::Done) => Ok(()),
                Ok(Exchanged::Busy) => Err(Error::Busy { path: self.place.clone() }),
                Err(error) => Err(Error::io("replace", &self.place, error)),
            }
        });
        if put.is_err() {
            let _ = fs::remove_file(self.draft());
            let _ = remove_empty(&self.missing);
        }
        put
    }

    fn fill(&self, text: &str, mode: u32) -> Result<(), Error> {
        let draft = self.draft();
        let failed = |error| Error::io("write", &draft, error);
        platform::may_write(text.len() as u64).map_err(failed)?;
        let mut options = platform::careful_options(false);
        let mut file = options.write(true).create_new(true).open(&draft).map_err(failed)?;
        let like = self.found.as_ref().map(|(metadata, _)| metadata);
        file.write_all(text.as_bytes())
            .and_then(|()| platform::make_like(&file, mode, like))
            .and_then(|()| like.map_or(Ok(()), |_| keep_attributes(&self.place, &file)))
            .and_then(|()| platform::sync(&file))
            .map_err(failed)
    }

    /// The program that the file belongs to takes no lock of ours.
    fn check_unchanged(&self) -> Result<(), Error> {
        let is_same = match (&self.found, fs::symlink_metadata(&self.place)) {
            (None, Err(error)) => error.kind() == ErrorKind::NotFound,
            (Some((was, _)), Ok(is)) => {
                platform::is_same_file(was, &is)
                    && was.len() == is.len()
                    && was.modified().ok() == is.modified().ok()
            }
            _ => false,
        };
        if is_same { Ok(()) } else { Err(Error::Busy { path: self.place.clone() }) }
    }

    /// Whether a killed run left something beside a file.
    pub fn has_a_rest(place: &Path) -> bool {
        fs::symlink_metadata(draft_of(place)).is_ok()
    }

    fn draft(&self) -> PathBuf {
        draft_of(&self.place)
    }
}

fn draft_of(place: &Path) -> PathBuf {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    place.with_file_name(format!(".{name}.sayso.new"))
}

/// Removes folders, the last first, as far as there is nothing in them.
///
/// # Errors
/// Where one could not be removed although it is empty.
pub fn remove_empty(folders: &[PathBuf]) -> Result<(), Error> {
    for folder in folders.iter().rev() {
        match fs::remove_dir(folder) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            // Somebody else has put something into it, or something else in its place.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory
                ) =>
            {
                return Ok(());
            }
            Err(error) => return Err(Error::io("remove", folder, error)),
        }
    }
    Ok(())
}

fn left_alone(path: &Path, why: &str) -> Error {
    Error::LeftAlone { path: path.to_owned(), why: why.to_owned() }
}

fn foreign_file(path: &Path) -> Error {
    let as_root = platform::effective_user() == Some(0);
    Error::Foreign { path: path.to_owned(), as_root }
}

/// Where a path leads to, and what is there. The folders above are taken as they are.
fn behind_links(path: &Path) -> Result<(PathBuf, Option<Metadata>), Error> {
    let mut place = path.to_owned();
    for _ in 0..MOST_LINKS {
        let metadata = match fs::symlink_metadata(&place) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound && place == path => {
                return Ok((real(&place), None));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(left_alone(path, "is a link to nothing"));
            }
            Err(error) => return Err(Error::io("read", &place, error)),
        };
        if !metadata.is_symlink() {
            return Ok((real(&place), Some(metadata)));
        }
        if !platform::is_trusted(&metadata) {
            return Err(foreign_file(&place));
        }
        let target = fs::read_link(&place).map_err(|error| Error::io("read", &place, error))?;
        place = place.parent().unwrap_or(&place).join(target);
    }
    Err(left_alone(path, "is a link that leads nowhere"))
}

/// The path with the folders above it as they really are, so that one file has one name.
fn real(path: &Path) -> PathBuf {
    let nearest = folder::existing_ancestor(path.parent().unwrap_or(path));
    let below = path.strip_prefix(nearest).unwrap_or(path);
    fs::canonicalize(nearest).map_or_else(|_| path.to_owned(), |real| real.join(below))
}

/// Refuses a file behind a link that this user cannot replace, such as one in the store of Nix.
fn check_who_manages(path: &Path, place: &Path, metadata: &Metadata) -> Result<(), Error> {
    let is_own = platform::owner(metadata) == platform::effective_user();
    let is_writable = place.parent().is_some_and(platform::is_writable_folder);
    let is_led_elsewhere = path.ancestors().take(2).any(Path::is_symlink);
    match is_led_elsewhere && platform::is_trusted(metadata) && !(is_own && is_writable) {
        true => Err(Error::Managed { path: path.to_owned(), place: place.to_owned() }),
        false => Ok(()),
    }
}

fn check(path: &Path, metadata: &Metadata) -> Result<(), Error> {
    if !metadata.is_file() {
        return Err(left_alone(path, "is not a regular file"));
    }
    if platform::owner(metadata) != platform::effective_user() {
        return Err(foreign_file(path));
    }
    if platform::names(metadata) > 1 {
        return Err(left_alone(path, "has a second name, which would keep the old content"));
    }
    Ok(())
}

/// The folders to make for a file; refused outside the person's own.
fn missing_folders(place: &Path, own: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let folder = place.parent().unwrap_or(place);
    let nearest = folder::nearest_allowed(folder)?;
    let above = folder.ancestors().take_while(|folder| *folder != nearest);
    let mut missing: Vec<PathBuf> = above.map(Path::to_owned).collect();
    missing.reverse();
    let is_own =
        |folder: &PathBuf| fs::canonicalize(folder).is_ok_and(|own| place.starts_with(own));
    if !missing.is_empty() && !own.iter().any(is_own) {
        return Err(left_alone(folder, "is not there, and is not made outside your home"));
    }
    Ok(missing)
}

/// What our own files call damage is, in somebody else's, only something we do not touch.
fn in_words(error: Error) -> Error {
    match error {
        Error::Damaged { path, why } => Error::LeftAlone { path, why },
        Error::Untrusted { path, why } => Error::LeftAlone { path, why: why.to_owned() },
        other => other,
    }
}
