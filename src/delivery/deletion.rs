//! Asks a vendor to delete what has left, by the pseudonyms it left under: one request for each, so for
//! each purpose and period, and none that joins two of them.

use crate::delivery::request::{Request, agreed_to};
use crate::delivery::transport::{LIMIT, Line, Reply};
use crate::domain::declaration::Terms;
use crate::domain::pseudonym::AUTOMATION;
use crate::events::sent;
use crate::fs::Error;
use crate::registry::Subject;
use serde_json::json;
use std::collections::BTreeMap;

/// The pseudonyms that something left under.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Left {
    /// Those whose deletion may be asked for at the address that is declared: what left under them was
    /// agreed to together with it.
    pub agreed: Vec<String>,
    /// All others.
    pub others: Vec<String>,
}

impl Left {
    /// What the sent log of a tool names. What stands for every automation is no person's.
    ///
    /// # Errors
    /// Where the log is there and cannot be listed.
    pub fn of(subject: &Subject) -> Result<Self, Error> {
        let mut found: BTreeMap<String, bool> = BTreeMap::new();
        for entry in sent::entries(subject.world().layout()?, &subject.tool)? {
            let agreed = || {
                let (read, purpose) =
                    (agreed_to(&entry.request.headers)?, entry.purpose.parse().ok()?);
                Some(subject.declaration()?.means(&purpose, &read))
            };
            let is_agreed = agreed() == Some(true);
            for pseudonym in entry.pseudonyms.into_iter().filter(|name| name != AUTOMATION) {
                *found.entry(pseudonym).or_default() |= is_agreed;
            }
        }
        let mut left = Self::default();
        for (pseudonym, is_agreed) in found {
            if is_agreed { &mut left.agreed } else { &mut left.others }.push(pseudonym);
        }
        Ok(left)
    }

    /// Whether nothing has left under a pseudonym.
    pub fn is_empty(&self) -> bool {
        self.agreed.is_empty() && self.others.is_empty()
    }
}

/// Sends the declared deletion request for one pseudonym: a JSON object with `schemaVersion`, `tool`,
/// `request` (always `delete`) and `pseudonyms`, a list of one.
///
/// # Errors
/// Why the vendor was not asked, for a person.
pub fn ask(subject: &Subject, url: &str, pseudonym: &str) -> Result<(), String> {
    if !url.starts_with("http") {
        return Err("its declaration names no address that a program can ask".to_owned());
    }
    let body = json!({
        "schemaVersion": 1,
        "tool": subject.tool.as_str(),
        "request": "delete",
        "pseudonyms": [pseudonym],
    });
    let line = Line::to(url, subject.world().environment())?;
    match line.send(&Request::post(url, body.to_string()), LIMIT, Box::new(|| true), None) {
        Ok(Reply::Answered { status: 200..=299, .. }) => Ok(()),
        Ok(Reply::Answered { status, .. }) => Err(format!("it answered {status}")),
        Ok(Reply::Failed { why, .. }) => Err(why),
        Err(withdrawn) => Err(withdrawn.to_string()),
    }
}
