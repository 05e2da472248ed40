//! What the source tree promises: each layer imports only those before it, the domain is pure, and
//! nothing outside the project is reached for.

use regex::Regex;
use std::fs;
use std::path::{Path, PathBuf};

/// Each folder of `src`. It may import those before it, except for these.
const LAYERS: [(&str, &[&str]); 12] = [
    ("domain", &[]),
    ("view", &[]),
    ("fs", &["view"]),
    ("consent", &["view"]),
    ("registry", &["view"]),
    ("events", &["view"]),
    ("choices", &["view"]),
    ("delivery", &[]),
    ("catalogue", &["view", "delivery"]),
    ("host", &["catalogue"]),
    ("app", &[]),
    ("cli", &[]),
];

/// What the pure layer has no use for.
const IMPURE: [&str; 17] = [
    "std::fs",
    "std::env::var",
    "std::env::args",
    "std::env::current",
    "std::env::home",
    "std::net",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant",
    "Timestamp::now",
    "Zoned::now",
    "new_v4",
    "getrandom",
    "print!",
    "println!",
    "dbg!",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder, as its path from the root of the project.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(root()).expect("below").to_owned());
            }
        }
    }
    assert!(!found.is_empty(), "{folder} is empty");
    found
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(root().join(path)).expect("a file")).into_owned()
}

/// The code without comments, in which links may point anywhere.
fn code(text: &str) -> String {
    let lines: Vec<&str> =
        text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    lines.join("\n")
}

/// The folder of `src` that a file is in.
fn layer(path: &Path) -> Option<&str> {
    let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
    (parts.len() > 2).then(|| parts[1])
}

/// What a file of a layer imports although it may not.
fn trespasses(layer: &str, code: &str) -> Vec<String> {
    let own = LAYERS.iter().position(|(name, _)| *name == layer).expect("a known layer");
    let may_import = |name: &str| {
        LAYERS[..=own].iter().any(|(layer, _)| *layer == name) && !LAYERS[own].1.contains(&name)
    };
    let path = Regex::new(r"\b(?:crate|super)\s*::\s*(?:super\s*::\s*)*(\w+|\{)").expect("valid");
    path.captures_iter(code)
        .filter(|found| {
            let name = &found[1];
            let is_layer = LAYERS.iter().any(|(layer, _)| *layer == name);
            let is_bundle = name == "{" && found[0].starts_with("crate");
            is_bundle || (is_layer && !may_import(name))
        })
        .map(|found| found[0].to_owned())
        .collect()
}

#[test]
fn a_trespass_is_found_however_it_is_written() {
    for code in [
        "use crate::consent::World;",
        "fn f() { crate :: cli::main() }",
        "use super::super::host::open;",
        "use crate::{domain, fs};",
    ] {
        assert_eq!(trespasses("domain", code).len(), 1, "{code}");
    }
    assert!(trespasses("fs", "use crate::domain::text; use super::layout;").is_empty());
    assert_eq!(trespasses("fs", "use crate::view::text;").len(), 1, "a front end's");
}

#[test]
fn every_file_is_in_a_layer() {
    for path in files("src") {
        match layer(&path) {
            Some(layer) => assert!(LAYERS.iter().any(|(name, _)| *name == layer), "{layer}"),
            None => assert!(path.ends_with("lib.rs") || path.ends_with("main.rs"), "{path:?}"),
        }
    }
}

#[test]
fn nothing_imports_a_layer_above_its_own() {
    for path in files("src") {
        if let Some(layer) = layer(&path) {
            let found = trespasses(layer, &code(&read(&path)));
            assert!(found.is_empty(), "{}: {found:?}", path.display());
        }
    }
}

#[test]
fn only_main_calls_the_program() {
    assert!(code(&read(Path::new("src/main.rs"))).contains("sayso::cli::main()"));
    let library = code(&read(Path::new("src/lib.rs")));
    assert!(!library.contains("cli::"), "the library re-exports a part of the program");
}

#[test]
fn the_domain_is_pure() {
    for path in files("src/domain") {
        let code = code(&read(&path));
        let found: Vec<_> = IMPURE.iter().filter(|impure| code.contains(**impure)).collect();
        assert!(found.is_empty(), "{}: {found:?}", path.display());
    }
}

#[test]
fn no_module_is_named_after_nothing() {
    let empty = ["util", "utils", "common", "helper", "helpers", "misc"];
    for path in files("src") {
        for part in path.with_extension("").iter().filter_map(|part| part.to_str()) {
            assert!(!empty.contains(&part), "{}", path.display());
        }
        for word in empty {
            let module = format!("mod {word} ");
            assert!(!code(&read(&path)).contains(&module), "{}: {module}", path.display());
        }
    }
}

#[test]
fn no_file_is_so_long_that_it_is_two() {
    let is_code = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "rs");
    for path in files("src").into_iter().filter(is_code) {
        let lines = read(&path).lines().count();
        assert!(lines <= 500, "{} has {lines} lines", path.display());
    }
}

#[test]
fn nothing_outside_the_project_is_reached_for() {
    let outside = concat!("..", "/shared");
    let folders = ["src", "tests", "examples", ".ci"];
    let mut all: Vec<PathBuf> = folders.into_iter().flat_map(files).collect();
    all.push("Cargo.toml".into());
    for path in all {
        assert!(!read(&path).contains(outside), "{}", path.display());
    }
}

/// The oldest Rust that a package needs, as its parts.
#[cfg(target_os = "linux")]
fn rust_version(package: &serde_json::Value) -> Vec<u32> {
    let version = package["rust_version"].as_str().unwrap_or("0");
    let mut parts: Vec<u32> =
        version.split('.').map(|part| part.parse().expect("a number")).collect();
    parts.resize(3, 0);
    parts
}

#[test]
#[cfg(target_os = "linux")]
fn no_dependency_needs_a_newer_rust_than_we_say() {
    let ran = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", &format!("{}-unknown-linux-gnu", std::env::consts::ARCH)])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let ours = packages.iter().find(|package| package["name"] == "sayso").map(rust_version);
    let ours = ours.expect("this package");
    assert!(ours[0] == 1);
    let newer = packages.iter().filter(|package| rust_version(package) > ours);
    let newer: Vec<_> = newer.map(|package| (&package["name"], &package["rust_version"])).collect();
    assert!(newer.is_empty(), "{newer:?}");
}
