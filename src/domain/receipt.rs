//! Changes of mind, and consent receipts made from them.
//!
//! The parts of a receipt are those of ISO/IEC TS 27560:2023 as the W3C Data Privacy Vocabulary's
//! guide "Consent Records and Receipts" names them: header, processing, parties, event. The ISO
//! text itself was not at hand, so no conformance is claimed.

use super::declaration::{Declaration, meaning};
use super::tool_id::Purpose;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// A yes.
    Granted,
    /// A no.
    Denied,
    /// A no to what a newer notice added; the older yes stayed.
    Declined,
    /// A notice was shown and not answered.
    Noticed,
    /// Pseudonyms were made anew.
    Reset,
    /// Everything that the tool had left on this machine was deleted.
    Forgotten,
}

impl Change {
    /// The word in the Data Privacy Vocabulary (DPV 2, "consent status").
    fn status(self) -> &'static str {
        match self {
            Self::Granted => "ConsentGiven",
            Self::Denied | Self::Declined => "ConsentRefused",
            Self::Noticed => "ConsentRequested",
            Self::Reset => "ConsentGiven",
            Self::Forgotten => "ConsentWithdrawn",
        }
    }
}

/// One change of mind, as a line of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// A random id of this record, not of the person.
    pub record: String,
    /// When: RFC 3339, UTC.
    pub at: String,
    /// The tool.
    pub tool: String,
    /// The purpose; `None` for the tool as a whole.
    pub purpose: Option<String>,
    /// What changed.
    pub change: Change,
    /// The notice it rests on.
    pub notice: Option<u32>,
    /// The digest of what that notice meant.
    pub digest: Option<String>,
    /// How: see [`super::consent::Via`].
    pub via: Option<String>,
    /// What was agreed to, as it stood then; only for a yes.
    pub terms: Option<Value>,
}

/// What a yes agrees to: the meaning behind the digest, and whom to turn to.
pub fn terms(declaration: &Declaration, purpose: &Purpose, notice: u32) -> Option<Value> {
    let meaning = meaning::of_purpose(declaration, purpose, notice)?;
    Some(json!({
        "contact": declaration.contact,
        "deletion": declaration.deletion,
        "meaning": meaning,
        "name": declaration.name,
        "policy": declaration.policy,
        "why": declaration.purposes.get(purpose).map(|spec| &spec.why),
    }))
}

/// The receipt for one change of mind.
pub fn receipt(entry: &Entry) -> Value {
    let terms = entry.terms.as_ref();
    let term = |key: &str| terms.and_then(|terms| terms.get(key)).cloned();
    let meaning = |key: &str| terms.and_then(|terms| terms.get("meaning")?.get(key)).cloned();
    let recipients: Vec<Value> = meaning("destinations")
        .and_then(|list| list.as_array().cloned())
        .unwrap_or_default()
        .iter()
        .map(|to| to["recipient"].clone())
        .collect();
    json!({
        "header": {
            "schema_version": "sayso-receipt-1",
            "record_id": entry.record,
            // No identity is kept to prove consent: the record lies in the person's own folder.
            "pii_principal_id": Value::Null,
        },
        "pii_processing": {
            "privacy_notice": {
                "version": entry.notice,
                "digest": entry.digest,
                "policy": term("policy"),
                "language": "en",
            },
            "purposes": [{
                "purpose": entry.purpose,
                "description": term("why"),
                "lawful_basis": "consent",
                "pii_information": meaning("events"),
                "collected_elsewhere": meaning("elsewhere"),
                "recipient_third_parties": recipients,
                "retention_period": meaning("retention"),
                "withdrawal_method": format!("sayso disable {}", entry.tool),
                "deletion_method": term("deletion"),
            }],
            "service": entry.tool,
        },
        "party_identification": [{
            "party_role": "pii_controller",
            "party_name": meaning("vendor"),
            "party_contact": term("contact"),
        }],
        "event": {
            "event_time": entry.at,
            "event_type": entry.via,
            "event_state": entry.change.status(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::declaration::{parse, samples::GREETER};
    use super::*;

    #[test]
    fn a_receipt_says_what_was_agreed_to() {
        let greeter = parse(GREETER).expect("valid");
        let usage: Purpose = "usage".parse().expect("a purpose");
        let entry = Entry {
            record: "r".to_owned(),
            at: "2026-11-20T10:11:12Z".to_owned(),
            tool: "greeter".to_owned(),
            purpose: Some("usage".to_owned()),
            change: Change::Granted,
            notice: Some(1),
            digest: meaning::digest_of_purpose(&greeter, &usage, 1),
            via: Some("prompt".to_owned()),
            terms: terms(&greeter, &usage, 1),
        };
        let receipt = receipt(&entry);
        assert_eq!(receipt["party_identification"][0]["party_name"], "Greeters");
        let purpose = &receipt["pii_processing"]["purposes"][0];
        assert_eq!(purpose["recipient_third_parties"][0], "Greeters");
        assert_eq!(purpose["retention_period"], "12 months");
        assert!(purpose["pii_information"]["Greeted"].is_object());
        assert_eq!(receipt["event"]["event_state"], "ConsentGiven");
        assert_eq!(receipt["header"]["pii_principal_id"], Value::Null);
    }
}
