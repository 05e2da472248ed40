//! Random numbers from the operating system. That they can be missing is an error like any other.

use crate::domain::hex::hex;
use crate::fs::Error;
use std::path::Path;
use std::time::Duration;
use uuid::Uuid;

fn bytes(for_file: &Path) -> Result<[u8; 16], Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::io("make a random number for", for_file, std::io::Error::other(error.to_string()))
    })?;
    Ok(bytes)
}

/// A random UUID, version 4, as text; `None` where the system has no random numbers.
pub fn id() -> Option<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string())
}

/// Sixteen random bytes, and an id besides, for the price of one question to the system.
pub(crate) fn secret_and_id() -> Option<([u8; 16], String)> {
    let mut bytes = [[0; 16]; 2];
    getrandom::fill(bytes.as_flattened_mut()).ok()?;
    let [secret, id] = bytes;
    Some((secret, uuid::Builder::from_random_bytes(id).into_uuid().to_string()))
}

/// Between three and five quarters of a time, so that machines that were started together do not
/// speak together.
pub fn jittered(interval: Duration) -> Duration {
    let mut byte = [128];
    let _ = getrandom::fill(&mut byte);
    interval.mul_f64(0.75 + f64::from(byte[0]) / 510.0)
}

/// A random UUID, version 4.
pub(crate) fn uuid(for_file: &Path) -> Result<Uuid, Error> {
    Ok(uuid::Builder::from_random_bytes(bytes(for_file)?).into_uuid())
}

/// 32 random hex digits.
pub(crate) fn salt(for_file: &Path) -> Result<String, Error> {
    Ok(hex(&bytes(for_file)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_lie_between_three_and_five_quarters() {
        let hour = Duration::from_secs(3600);
        for _ in 0..1000 {
            let pause = jittered(hour);
            assert!(pause >= hour.mul_f64(0.75) && pause <= hour.mul_f64(1.25), "{pause:?}");
        }
    }
}
