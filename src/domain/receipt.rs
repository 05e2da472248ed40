//! Changes of mind, and consent receipts made from them.
//!
//! The parts of a receipt are those of ISO/IEC TS 27560:2023 as the W3C Data Privacy Vocabulary's
//! guide "Consent Records and Receipts" names them: header, processing, parties, event. The ISO
//! text itself was not at hand, so no conformance is claimed.

use crate::domain::declaration::{Declaration, canonical};
use crate::domain::tool_id::Purpose;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

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
    /// A wish about a vendor's own switch, and what it changed, was taken back.
    Undone,
}

impl Change {
    /// The word in the Data Privacy Vocabulary (DPV 2, "consent status"). `None` where nothing
    /// about consent changed.
    fn status(self, after_a_yes: bool) -> Option<&'static str> {
        match self {
            Self::Granted => Some("ConsentGiven"),
            Self::Denied if after_a_yes => Some("ConsentWithdrawn"),
            Self::Denied | Self::Declined => Some("ConsentRefused"),
            Self::Noticed => Some("ConsentRequested"),
            Self::Forgotten => Some("ConsentWithdrawn"),
            Self::Reset | Self::Undone => None,
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
    /// `catalogued` where it is about a vendor's own switch, which is no consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// What a yes agrees to: the meaning behind the digest, and whom to turn to.
pub fn terms(declaration: &Declaration, purpose: &Purpose, notice: u32) -> Option<Value> {
    let meaning = canonical::of_purpose(declaration, purpose, notice)?;
    let of_purpose = declaration.purposes.get(purpose).into_iter();
    let of_purpose = of_purpose.flat_map(|spec| &spec.switches.requires);
    Some(json!({
        "contact": declaration.contact,
        "deletion": declaration.deletion,
        "meaning": meaning,
        "name": declaration.name,
        "policy": declaration.policy,
        "requires": declaration.switches.requires.iter().chain(of_purpose).collect::<Vec<_>>(),
        "why": declaration.purposes.get(purpose).map(|spec| &spec.why),
    }))
}

/// A receipt for each change of mind, oldest first. New pseudonyms are none, and neither are wishes
/// about vendors' own switches.
pub fn receipts(entries: &[Entry]) -> Vec<Value> {
    let mut granted: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut receipts = Vec::new();
    for entry in entries.iter().filter(|entry| entry.kind.is_none()) {
        let tool = entry.tool.as_str();
        let after_a_yes = match &entry.purpose {
            Some(purpose) => granted.contains(&(tool, purpose.as_str())),
            None => granted.iter().any(|(of, _)| *of == tool),
        };
        match (entry.change, &entry.purpose) {
            (Change::Granted, Some(purpose)) => _ = granted.insert((tool, purpose)),
            (Change::Denied, Some(purpose)) => _ = granted.remove(&(tool, purpose)),
            _ => {}
        }
        receipts.extend(entry.change.status(after_a_yes).map(|status| receipt(entry, status)));
    }
    receipts
}

fn receipt(entry: &Entry, status: &str) -> Value {
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
            "event_state": status,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::declaration::{parse, samples::GREETER};
    use super::*;

    fn entry(purpose: Option<&str>, change: Change) -> Entry {
        let greeter = parse(GREETER).expect("valid");
        let usage: Purpose = "usage".parse().expect("a purpose");
        let is_yes = change == Change::Granted;
        Entry {
            record: "r".to_owned(),
            at: "2026-11-20T10:11:12Z".to_owned(),
            tool: "greeter".to_owned(),
            purpose: purpose.map(str::to_owned),
            change,
            notice: is_yes.then_some(1),
            digest: is_yes.then(|| canonical::digest_of_purpose(&greeter, &usage, 1)).flatten(),
            via: Some("prompt".to_owned()),
            terms: is_yes.then(|| terms(&greeter, &usage, 1)).flatten(),
            kind: None,
        }
    }

    fn states(entries: &[Entry]) -> Vec<String> {
        let state = |receipt: &Value| receipt["event"]["event_state"].as_str().map(str::to_owned);
        receipts(entries).iter().filter_map(state).collect()
    }

    #[test]
    fn a_receipt_says_what_was_agreed_to() {
        let receipt = &receipts(&[entry(Some("usage"), Change::Granted)])[0];
        assert_eq!(receipt["party_identification"][0]["party_name"], "Greeters");
        let purpose = &receipt["pii_processing"]["purposes"][0];
        assert_eq!(purpose["recipient_third_parties"][0], "Greeters");
        assert_eq!(purpose["retention_period"], "12 months");
        assert!(purpose["pii_information"]["Greeted"].is_object());
        assert_eq!(receipt["event"]["event_state"], "ConsentGiven");
        assert_eq!(receipt["header"]["pii_principal_id"], Value::Null);
    }

    #[test]
    fn a_no_after_a_yes_is_a_withdrawal() {
        let usage = Some("usage");
        assert_eq!(states(&[entry(usage, Change::Denied)]), ["ConsentRefused"]);
        for denied in [usage, None] {
            let entries = [entry(usage, Change::Granted), entry(denied, Change::Denied)];
            assert_eq!(states(&entries), ["ConsentGiven", "ConsentWithdrawn"]);
        }
        let twice = [Change::Granted, Change::Denied, Change::Denied];
        let entries = twice.map(|change| entry(usage, change));
        assert_eq!(states(&entries), ["ConsentGiven", "ConsentWithdrawn", "ConsentRefused"]);
    }

    #[test]
    fn a_wish_about_a_vendors_switch_is_no_consent() {
        let kind = Some("catalogued".to_owned());
        let wish = Entry { kind, ..entry(Some("usage"), Change::Granted) };
        assert_eq!(receipts(&[wish]), Vec::<Value>::new());
    }

    #[test]
    fn new_pseudonyms_are_no_consent() {
        assert_eq!(receipts(&[entry(None, Change::Reset)]), Vec::<Value>::new());
    }
}
