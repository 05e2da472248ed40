//! What sayso changed in other programs' files, taken back.
//!
//! As long as a file is as sayso left it, that gives the bytes that were there before, with the
//! changes of other tools in the same file made anew on them. Where somebody else changed it since,
//! only the key is taken back. (Taking keys back in every case was turned down: an editor cannot
//! know whether `{}` was there before the key was.)

use crate::catalogue::change::{Unchanged, edited, in_place, rebase, without, written};
use crate::catalogue::formats::format::Refused;
use crate::fs::Error;
use crate::fs::backup::{self, All, Generation, Kept, Touch, Turn, digest};
use crate::fs::external_file::{VendorsFile, remove_empty};
use crate::fs::layout::Layout;
use std::path::{Path, PathBuf};

/// What taking back came to, for one file.
#[derive(Debug)]
pub struct Undone {
    /// The file.
    pub path: PathBuf,
    /// The tools whose changes it held.
    pub tools: Vec<String>,
    /// What came of it.
    pub outcome: Result<Outcome, Unchanged>,
}

/// How a file was put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Byte for byte.
    Restored,
    /// The same, and sayso had removed it.
    IsBack,
    /// It was not there before, and is not any more.
    Removed,
    /// What was changed for other tools stays in it.
    OthersStay,
    /// Somebody else changed it since, so only the key was put back.
    OnlyTheKey,
    /// Somebody else changed the key itself, so it stays.
    Theirs,
    /// Somebody else removed it, so it stays away.
    StaysAway,
}

/// Takes back the changes that are meant, of every file whose record can be understood, and says why
/// the other records cannot be. With `dry_run`, says what it would come to.
///
/// # Errors
/// Where it cannot be told which files were changed.
pub fn take_back(
    layout: &Layout,
    own: &[PathBuf],
    is_meant: &dyn Fn(&Touch) -> bool,
    dry_run: bool,
) -> Result<(Vec<Undone>, Vec<Error>), Error> {
    let mut undone = Vec::new();
    let All { kept, unreadable } = backup::all(layout)?;
    for kept in kept {
        let touches = kept.touches().iter().filter(|touch| is_meant(touch));
        let mut tools: Vec<String> = touches.map(|touch| touch.tool.clone()).collect();
        tools.sort();
        tools.dedup();
        if tools.is_empty() {
            continue;
        }
        let outcome = one(layout, own, &kept.place, is_meant, dry_run);
        undone.push(Undone { path: kept.place, tools, outcome });
    }
    Ok((undone, unreadable))
}

fn one(
    layout: &Layout,
    own: &[PathBuf],
    place: &Path,
    is_meant: &dyn Fn(&Touch) -> bool,
    dry_run: bool,
) -> Result<Outcome, Unchanged> {
    let turn = Turn::take(layout)?;
    let Some(mut kept) = backup::of_file(layout, place)? else { return Ok(Outcome::Restored) };
    let file = VendorsFile::hold(place, own, &turn)?;
    let is_as_left = kept.settle(file.text());
    let (gone, stay): (Vec<Touch>, Vec<Touch>) =
        kept.done.touches.iter().cloned().partition(|touch| is_meant(touch));
    let refused = |refused| Unchanged::refused(place, refused);
    let (text, theirs) = match is_as_left {
        true if stay.is_empty() => (kept.text_before().map(str::to_owned), Vec::new()),
        true => match replayed(&kept, &stay) {
            Ok(text) => (text, Vec::new()),
            Err(_) => without(&kept, file.text(), &gone, &stay).map_err(refused)?,
        },
        false => without(&kept, file.text(), &gone, &stay).map_err(refused)?,
    };
    let outcome = match (is_as_left, &text) {
        (_, None) if kept.before.is_none() => Outcome::Removed,
        (true, _) if !stay.is_empty() => Outcome::OthersStay,
        (true, Some(_)) if file.text().is_none() => Outcome::IsBack,
        (true, _) => Outcome::Restored,
        (false, None) if file.text().is_none() => Outcome::StaysAway,
        (false, _) if theirs.len() == gone.len() => Outcome::Theirs,
        (false, _) => Outcome::OnlyTheKey,
    };
    if dry_run {
        return Ok(outcome);
    }
    if !stay.is_empty() {
        if !is_as_left {
            let rebased = rebase(&kept, &file).map_err(refused)?;
            kept.done.touches.retain(|touch| !rebased.theirs.contains(touch));
            kept.before = rebased.before;
            kept.done.left = digest(file.text());
        }
        kept.next = Some(Generation { touches: stay.clone(), left: digest(text.as_deref()) });
        backup::keep(layout, &kept, &turn)?;
    }
    if text.as_deref() != file.text() {
        let mode = kept.before.as_ref().and_then(|before| before.mode);
        in_place(file.replace(text.as_deref(), mode))?;
    }
    if stay.is_empty() {
        if text.is_none() {
            remove_empty(&kept.folders)?;
            hand_over(layout, &kept, &turn)?;
        }
        backup::forget(layout, place, &turn)?;
    }
    Ok(outcome)
}

/// Folders that were made for one file and hold another one by now go with that one.
fn hand_over(layout: &Layout, kept: &Kept, turn: &Turn) -> Result<(), Error> {
    let left: Vec<&PathBuf> = kept.folders.iter().filter(|folder| folder.is_dir()).collect();
    if left.is_empty() {
        return Ok(());
    }
    for mut other in backup::all(layout)?.kept {
        let above = left.iter().filter(|folder| other.place.starts_with(folder));
        let mut folders: Vec<PathBuf> = above.map(|folder| folder.to_path_buf()).collect();
        folders.retain(|folder| !other.folders.contains(folder));
        if other.place != kept.place && !folders.is_empty() {
            folders.append(&mut other.folders);
            other.folders = folders;
            backup::keep(layout, &other, turn)?;
        }
    }
    Ok(())
}

/// The file as it was, with these changes made on it.
fn replayed(kept: &Kept, touches: &[Touch]) -> Result<Option<String>, Refused> {
    let mut text = kept.text_before().map(str::to_owned);
    for touch in touches {
        let (format, value) = written(touch)?;
        text = edited(text.as_deref(), format, &touch.key, value.as_ref())?;
    }
    Ok(text)
}
