//! How the program is linked.
//!
//! A release build for Linux with glibc is linked to a fixed address. Otherwise the dynamic linker mends
//! some five thousand addresses at every start, a sixth of all instructions of `sayso check`. The stack,
//! the heap and the libraries stay where the system puts them at random; whoever wants that for the program
//! itself, as distributions do, builds with `SAYSO_PIE=1`.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=SAYSO_PIE");
    #[expect(clippy::disallowed_methods, reason = "a build script is told by variables what to do")]
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let is_glibc = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    if is_glibc && is("PROFILE", "release") && !is("SAYSO_PIE", "1") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
        println!("cargo::rustc-link-arg-examples=-no-pie");
    }
}
