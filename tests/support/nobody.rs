//! A user who is not root: for root, modes of files mean nothing.

use super::{Home, have, is_root, program};
use std::fs;
use std::process::Command;

/// Hands a home over to a user whom the modes of files bind, and says how that user starts
/// `sayso`. `None`, with the reason printed, where this cannot be done.
pub fn nobody(home: &Home) -> Option<Vec<String>> {
    // The folder with the tests may be closed to that user.
    let copy = home.path().join("sayso");
    fs::copy(program(), &copy).expect("a copy");
    let copy = copy.to_string_lossy().into_owned();
    if !is_root() {
        return Some(vec![copy]);
    }
    if !have("setpriv") || !have("chown") {
        return None;
    }
    let chown = Command::new("chown").args(["-R", "65534:65534"]).arg(home.path()).status();
    assert!(chown.expect("it runs").success());
    let user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    Some(user.map(str::to_owned).into_iter().chain([copy]).collect())
}
