# Everything here is one command that works without `just` as well.

# List the recipes
default:
    @just --list

# Run the tests as the README does; `just test NAME` runs those whose names contain NAME
test *NAMES:
    cargo test -- {{ NAMES }}

# Run everything that has to hold before a change goes in
ci:
    .ci/run

# Format, and show what clippy finds
lint:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- -D warnings

# Refresh generated documents: terminal sessions, completions, man pages, example pages, the picture
snapshots:
    SNAPSHOTS=overwrite cargo test --test sayso -- sessions documents picture

# Count the instructions of what scripts call often
budget:
    cargo build --release --bin sayso --example empty
    .ci/budget

# Install real third-party tools and hold the catalogue to what they say of themselves
real-tools:
    .ci/real-tools

# Check what is packed for Cargo's registry
package:
    cargo package --locked

# What a release takes is in CONTRIBUTING.md; this checks that it can be made
release: ci package
    cargo build --locked --release
