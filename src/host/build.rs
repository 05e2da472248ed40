//! For the build script of a host: its declaration is read and hashed while the host is built, and
//! never again when it runs.

use crate::domain::declaration::{self, prepared};
use std::path::{Path, PathBuf};

/// Prepares a declaration for [`open_prepared`](crate::open_prepared): `tools/werf.toml` becomes
/// `$OUT_DIR/werf.sayso`. Called from a host's `build.rs`, with sayso among its build-dependencies:
///
/// ```no_run
/// sayso::build::prepare("tools/werf.toml");
/// ```
///
/// # Panics
/// Where the file cannot be read or is no valid declaration: the host is not built then.
#[expect(clippy::disallowed_methods, reason = "a build script reads and writes its own files")]
#[expect(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
pub fn prepare(path: impl AsRef<Path>) -> PathBuf {
    let path = path.as_ref();
    println!("cargo::rerun-if-changed={}", path.display());
    let text = std::fs::read_to_string(path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let declaration = declaration::parse(&text);
    let declaration = declaration.unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let prepared = prepared::prepare(&declaration, &text);
    let prepared = prepared.unwrap_or_else(|| panic!("{}: too many notices", path.display()));
    let folder = std::env::var_os("OUT_DIR").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| panic!("there is no OUT_DIR: is this a build script?"));
    let target = folder.join(format!("{}.sayso", declaration.tool));
    std::fs::write(&target, prepared)
        .unwrap_or_else(|error| panic!("{}: {error}", target.display()));
    target
}
