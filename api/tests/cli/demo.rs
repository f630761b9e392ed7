use std::process::Command;

use crate::support::{Desk, Said};

/// The demonstration runs the auditor, which another package builds, from beside itself.
pub(crate) fn with_auditor() -> Desk {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "-p", "litopys-audit"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .status()
        .unwrap();
    assert!(built.success());
    Desk::new()
}

fn demo(desk: &Desk, args: &[&str]) -> Said {
    let output = desk
        .command()
        .args(["demo", "--listen", "127.0.0.1:0", "--data"])
        .arg(desk.path("demo"))
        .args(args)
        .env("DEMO", "exit")
        .env_remove("YEARS")
        .output()
        .unwrap();
    Said::of(output)
}

#[test]
fn it_ends_well_twice() {
    let desk = with_auditor();
    for _ in 0..2 {
        let said = demo(&desk, &[]);
        assert_eq!(said.status, 0, "{}{}", said.out, said.err);
        assert_eq!(said.out.lines().last(), Some("demo: ok"));
        let summary = std::fs::read_to_string(desk.path("target/demo/summary.json")).unwrap();
        let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
        let year = &summary["years"][0];
        assert_eq!(year["year"], 2023);
        assert_eq!(year["published"], year["computed"]);
        assert_eq!(year["computed"]["rejected"], 117);
        assert_eq!(summary["audit"]["findings"], serde_json::json!([]));
        assert_eq!(summary["events"], summary["audit"]["events"]);
        assert_eq!(summary["refusals"].as_array().unwrap().len(), 4);
        let finding = &summary["tampering"];
        assert!(finding["stream"].as_str().unwrap().starts_with("case/"), "{finding}");
        assert!(finding["position"].is_u64() && finding["sequence"].is_u64(), "{finding}");
        for step in ["ground", "figures", "cases", "refusals", "audit"] {
            assert!(summary["seconds"][step].is_f64(), "{step}");
        }
    }
}

#[test]
fn one_act_left_out_fails_it() {
    let desk = with_auditor();
    let said = demo(&desk, &["--leave-out", "1"]);
    assert_eq!(said.status, 1, "{}", said.out);
    assert!(said.err.contains("figures differ in 2023"), "{}", said.err);
    assert!(said.out.contains("DIFFERENT") && !said.out.contains("demo: ok"), "{}", said.out);
    assert!(!desk.path("target/demo/summary.json").exists());
}

#[test]
fn it_removes_nothing_but_a_demonstration() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("demo")).unwrap();
    std::fs::write(desk.path("demo/letter.txt"), "mine").unwrap();
    let said = demo(&desk, &[]);
    assert_eq!(said.status, 1);
    assert!(said.err.contains("something else than a demonstration"), "{}", said.err);
    assert!(desk.path("demo/letter.txt").exists());
}
