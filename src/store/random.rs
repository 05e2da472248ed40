//! Random numbers from the operating system. That they can be missing is an error like any other.

use super::error::Error;
use std::fmt::Write;
use std::path::Path;
use uuid::Uuid;

fn bytes(for_file: &Path) -> Result<[u8; 16], Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::io("make a random number for", for_file, std::io::Error::other(error.to_string()))
    })?;
    Ok(bytes)
}

/// A random UUID, version 4.
pub(super) fn uuid(for_file: &Path) -> Result<Uuid, Error> {
    Ok(uuid::Builder::from_random_bytes(bytes(for_file)?).into_uuid())
}

/// 32 random hex digits.
pub(super) fn salt(for_file: &Path) -> Result<String, Error> {
    let bytes = bytes(for_file)?;
    Ok(bytes.iter().fold(String::with_capacity(32), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
