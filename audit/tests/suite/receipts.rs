//! A receipt stands on its own.

use litopys_audit::{Receipt, verify_receipt};
use litopys_domain::log::Hash;

use crate::ledger::{Ledger, Step};

fn receipt() -> (Ledger, Receipt) {
    let mut ledger = Ledger::founded();
    let case = ledger.open();
    let person = ledger.subject_of(&case);
    ledger.step(&case, &person, Step::Decided);
    ledger.step(&case, &person, Step::Noted);
    ledger.publish();
    // Position 5 of 8: its sibling 4, then the subtrees of 6–7 and 0–3.
    let leaves: Vec<Hash> = ledger.rows.iter().map(|row| row.leaf).collect();
    let node = Hash::node;
    let left = node(&node(&leaves[0], &leaves[1]), &node(&leaves[2], &leaves[3]));
    let inclusion = [leaves[4], node(&leaves[6], &leaves[7]), left];
    let receipt = Receipt {
        position: 5,
        payload: ledger.rows[5].payload.clone(),
        inclusion: inclusion.map(|hash| hash.to_string()).to_vec(),
        checkpoint: ledger.notes.last().unwrap().1.clone(),
    };
    (ledger, receipt)
}

fn codes(ledger: &Ledger, receipt: &Receipt) -> Vec<&'static str> {
    let report = verify_receipt(receipt, &ledger.trust()).unwrap();
    report.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn a_sound_receipt_has_no_findings() {
    let (ledger, receipt) = receipt();
    let report = verify_receipt(&receipt, &ledger.trust()).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!((report.position, report.size), (5, Some(8)));
    assert_eq!(report.stream, Some(ledger.rows[5].stream.to_string()));
}

#[test]
fn a_changed_receipt_is_found() {
    let (ledger, sound) = receipt();
    let mut changed = sound.clone();
    changed.payload = changed.payload.replace("\"violation\":\"1\"", "\"violation\":\"2\"");
    assert_eq!(codes(&ledger, &changed), ["inclusion"]);
    changed.payload.push(' ');
    assert_eq!(codes(&ledger, &changed), ["payload-form", "inclusion"]);
    for position in [4, 6, 8, u64::MAX] {
        let changed = Receipt { position, ..sound.clone() };
        assert_eq!(codes(&ledger, &changed), ["inclusion"], "{position}");
    }
    let mut changed = sound.clone();
    changed.inclusion.pop();
    assert_eq!(codes(&ledger, &changed), ["inclusion"]);
    changed.inclusion.push("zz".to_owned());
    assert_eq!(codes(&ledger, &changed), ["inclusion"]);
    let mut changed = sound.clone();
    changed.checkpoint = changed.checkpoint.replace("\n8\n", "\n9\n");
    assert_eq!(codes(&ledger, &changed), ["checkpoint-note"]);
}
