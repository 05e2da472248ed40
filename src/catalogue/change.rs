//! One key of another program's file set or taken out. What the file was is written down first, so
//! that [`super::taking_back`] can put it back. (Keeping a copy beside the file was turned down: it
//! would be litter in a folder of somebody else, and some programs read all that lies there.)

use crate::catalogue::formats::FormatKind;
use crate::catalogue::formats::format::{Refused, Scalar};
use crate::catalogue::keyword::Keyword;
use crate::catalogue::reading::in_text;
use crate::domain::tool_id::ToolId;
use crate::fs::backup::{self, Generation, Kept, Original, Touch, Turn, digest};
use crate::fs::external_file::VendorsFile;
use crate::fs::layout::Layout;
use crate::fs::{Error, external};
use std::path::{Path, PathBuf};

/// A value in a file, and what it shall be.
#[derive(Debug, Clone)]
pub struct Wanted<'e> {
    /// The tool.
    pub tool: &'e ToolId,
    /// What it switches.
    pub channel: &'static str,
    /// The file.
    pub path: PathBuf,
    /// How the file is written.
    pub format: FormatKind,
    /// The names that lead to the value.
    pub key: Vec<String>,
    /// The value; `None` takes the key out.
    pub value: Option<Scalar>,
    /// How the file begins where there is none yet.
    pub new: Option<&'e str>,
}

/// Why a file was not changed. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum Unchanged {
    /// Its text cannot be changed safely.
    #[error("{}{} {}", path.display(), in_line(*line), why)]
    Refused {
        /// Which.
        path: PathBuf,
        /// The line it is about.
        line: Option<usize>,
        /// Why, as the end of a sentence that begins with the path.
        why: String,
    },
    /// It could not be read or written.
    #[error(transparent)]
    Store(#[from] Error),
}

fn in_line(line: Option<usize>) -> String {
    line.map(|line| format!(" (line {line})")).unwrap_or_default()
}

impl Unchanged {
    pub(super) fn refused(path: &Path, refused: Refused) -> Self {
        Self::Refused { path: path.to_owned(), line: refused.line, why: refused.why }
    }

    /// What a person can do about it, where there is nothing better to say.
    pub fn hint(&self) -> String {
        match self {
            Self::Refused { path, .. } => format!("change {} by hand", path.display()),
            Self::Store(error) => error.hint(),
        }
    }
}

/// Whether a file is one in which people's answers stand, or what belongs to them: no entry of a catalogue
/// may reach those.
fn is_of_sayso(layout: &Layout, path: &Path) -> bool {
    let policy = layout.policy.parent().unwrap_or(&layout.policy);
    let folders = [&*layout.config, &layout.state, &layout.tools, policy];
    folders.into_iter().any(|folder| {
        let real = external::real(folder);
        path.starts_with(folder) || real.is_some_and(|real| path.starts_with(real))
    })
}

/// The text with the key at the value. A file in which nothing is left is removed.
pub(super) fn edited(
    text: Option<&str>,
    format: FormatKind,
    key: &[String],
    value: Option<&Scalar>,
) -> Result<Option<String>, Refused> {
    let bytes = text.unwrap_or_default().as_bytes();
    let edited = match (value, text) {
        (Some(value), _) => format.set(bytes, key, value)?,
        (None, Some(_)) => format.remove(bytes, key)?,
        (None, None) => return Ok(None),
    };
    let text = String::from_utf8_lossy(&edited).into_owned();
    Ok((value.is_some() || !text.is_empty()).then_some(text))
}

fn held(text: Option<&str>, format: FormatKind, key: &[String]) -> Result<Option<Scalar>, Refused> {
    text.map_or(Ok(None), |text| format.read(text.as_bytes(), key))
}

/// What a touch wrote, in terms of its format; refused where that is not known any more.
pub(super) fn written(touch: &Touch) -> Result<(FormatKind, Option<Scalar>), Refused> {
    let unknown =
        || Refused { line: None, why: "was changed by another version of sayso".to_owned() };
    let format = FormatKind::named(&touch.format).ok_or_else(unknown)?;
    let value = touch.value.clone().map(serde_json::from_value).transpose();
    Ok((format, value.map_err(|_| unknown())?))
}

fn is_same(one: Option<&Scalar>, other: Option<&Scalar>) -> bool {
    one.map(in_text) == other.map(in_text)
}

fn has_same_key(one: &Touch, other: &Touch) -> bool {
    one.format == other.format && one.key == other.key
}

/// Makes a file say what is wanted; `false` where it does already. What it was is written down
/// first.
///
/// # Errors
/// Where it was left as it was.
pub fn make(layout: &Layout, own: &[PathBuf], wanted: &Wanted<'_>) -> Result<bool, Unchanged> {
    let turn = Turn::take(layout)?;
    let file = VendorsFile::hold(&wanted.path, own, &turn)?;
    if is_of_sayso(layout, file.place()) {
        let why = "is a file of sayso itself".to_owned();
        return Err(Error::LeftAlone { path: file.place().to_owned(), why }.into());
    }
    let refused = |refused| Unchanged::refused(&wanted.path, refused);
    let new = wanted.new.filter(|_| wanted.value.is_some());
    let after = edited(file.text().or(new), wanted.format, &wanted.key, wanted.value.as_ref());
    let after = after.map_err(refused)?;
    if after.as_deref() == file.text() {
        return Ok(false);
    }
    let kept = backup::of_file(layout, file.place())?;
    let mut kept = kept.unwrap_or_else(|| Kept::of(&file));
    if !kept.settle(file.text()) {
        let rebased = rebase(&kept, &file).map_err(refused)?;
        kept.before = rebased.before;
        kept.done = Generation { touches: rebased.ours, left: digest(file.text()) };
    }
    let touch = Touch {
        tool: wanted.tool.to_string(),
        channel: wanted.channel.to_owned(),
        format: wanted.format.as_str().to_owned(),
        key: wanted.key.clone(),
        value: wanted.value.as_ref().map(|value| serde_json::json!(value)),
    };
    let mut touches = kept.done.touches.clone();
    touches.retain(|old| {
        !(old.tool == touch.tool && old.channel == touch.channel && has_same_key(old, &touch))
    });
    touches.push(touch);
    kept.next = Some(Generation { touches, left: digest(after.as_deref()) });
    kept.folders.extend(file.missing_folders().iter().cloned());
    backup::keep(layout, &kept, &turn)?;
    in_place(file.replace(after.as_deref(), None))?;
    Ok(true)
}

/// Removes what a killed run left beside the files of a tool that sayso has changed. Where that fails, it
/// stays for the next one.
pub(super) fn tidy(layout: &Layout, tool: &ToolId) {
    let is_of_the_tool = |touch: &Touch| touch.tool == tool.as_str();
    let kept = backup::all(layout).unwrap_or_default().kept;
    for kept in kept.iter().filter(|kept| kept.touches().iter().any(is_of_the_tool)) {
        if VendorsFile::has_a_rest(&kept.place)
            && let Ok(turn) = Turn::take(layout)
        {
            let _ = VendorsFile::hold(&kept.place, &[], &turn);
        }
    }
}

/// That a new file is in place is what counts; only a power cut right now would show the old one.
pub(super) fn in_place(replaced: Result<(), Error>) -> Result<(), Error> {
    replaced.or_else(|error| match error {
        Error::NotDurable { .. } => Ok(()),
        other => Err(other),
    })
}

/// A file that somebody else changed, without what sayso had changed in it.
pub(super) struct Rebased {
    pub(super) before: Option<Original>,
    /// The changes that still stand in the file.
    ours: Vec<Touch>,
    /// Those whose key somebody else has changed since.
    pub(super) theirs: Vec<Touch>,
}

pub(super) fn rebase(kept: &Kept, file: &VendorsFile) -> Result<Rebased, Refused> {
    let (text, taken) = without(kept, file.text(), &kept.done.touches, &[])?;
    let is_ours = |touch: &Touch| !taken.contains(touch);
    let (ours, theirs) = kept.done.touches.iter().cloned().partition(is_ours);
    let before = text.map(|text| Original { text, mode: file.mode() });
    Ok(Rebased { before, ours, theirs })
}

/// The text with what these touches changed as it was before, but for keys that one of those that
/// `stay` holds as well; and the touches whose key somebody else changed.
pub(super) fn without(
    kept: &Kept,
    text: Option<&str>,
    gone: &[Touch],
    stay: &[Touch],
) -> Result<(Option<String>, Vec<Touch>), Refused> {
    let before = kept.text_before();
    let mut now = text.map(str::to_owned);
    let mut theirs = Vec::new();
    for (n, touch) in gone.iter().enumerate().rev() {
        let (format, value) = written(touch)?;
        let is_done = gone[n + 1..].iter().any(|later| has_same_key(touch, later));
        if is_done || stay.iter().any(|other| has_same_key(touch, other)) {
            continue;
        }
        if !is_same(held(text, format, &touch.key)?.as_ref(), value.as_ref()) {
            theirs.push(touch.clone());
            continue;
        }
        let old = held(before, format, &touch.key)?;
        now = edited(now.as_deref(), format, &touch.key, old.as_ref())?;
    }
    let was_missing = kept.before.is_none();
    Ok((now.filter(|text| !was_missing || !text.trim().is_empty()), theirs))
}
