//! Prepares the declaration that the tool carries.

fn main() {
    sayso::build::prepare("../tools/werf.toml");
}
