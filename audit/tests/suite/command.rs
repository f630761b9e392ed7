//! The command: what it prints and with which status it ends.

use std::path::PathBuf;
use std::process::{Command, Output};

use litopys_migrations::Role;
use litopys_migrations::testing::TestDatabase;
use serde_json::Value;
use sqlx::Executor as _;

use crate::clean::stored;
use crate::ledger::Ledger;

struct Place {
    dir: tempfile::TempDir,
    database: TestDatabase,
    ledger: Ledger,
}

impl Place {
    async fn new() -> Self {
        let mut ledger = Ledger::founded();
        ledger.fill(20, 4, 10);
        let dir = tempfile::tempdir().unwrap();
        let trust = serde_json::to_string(&ledger.trust()).unwrap();
        std::fs::write(dir.path().join("trust.json"), trust).unwrap();
        Self { dir, database: stored(&ledger).await, ledger }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_litopys-audit"))
            .args(arguments)
            .env("DATABASE_URL", self.database.url(Role::Auditor))
            .current_dir(self.dir.path())
            .output()
            .unwrap()
    }
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

#[tokio::test]
async fn a_sound_ledger_ends_with_0_and_a_tampered_one_with_1() {
    let place = Place::new().await;
    let all = ["verify", "--all", "--trust", "trust.json"];
    let output = place.run(&all);
    assert_eq!(status(&output), 0, "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("33 events") && text.ends_with("findings: 0\n"), "{text}");

    let pool = place.database.pool(Role::Superuser);
    let sql = "alter table events disable trigger append_only;
               update events set event_type = 'Other' where position = 20;";
    pool.execute(sql).await.unwrap();
    pool.close().await;
    let output = place.run(&[&all[..], &["--json"]].concat());
    assert_eq!(status(&output), 1);
    let finding = &json(&output)["findings"][0];
    assert_eq!((&finding["code"], &finding["position"]), (&"column-event-type".into(), &20.into()));
    assert_eq!(finding["stream"], place.ledger.rows[20].stream.to_string());
    let output = place.run(&[&all[..], &["--lang", "uk"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("позиція: 20") && text.contains("зауважень: 1"), "{text}");

    let case = |row: usize| place.ledger.rows[row].stream.id().to_owned();
    let verify = |id: &str| place.run(&["verify", "--case", id, "--trust", "trust.json"]);
    assert_eq!(status(&verify(&case(20))), 1, "its own fault");
    assert_eq!(status(&verify(&case(21))), 0, "another case's fault");
    let nobody = "0192f0c4-0000-7000-8000-00000000ffff";
    assert_eq!(status(&verify(nobody)), 2, "no such case");
}

#[tokio::test]
async fn what_cannot_run_ends_with_2_and_says_why() {
    let place = Place::new().await;
    let fails = |arguments: &[&str], says: &str| {
        let output = place.run(arguments);
        let error = String::from_utf8(output.stderr.clone()).unwrap();
        assert_eq!(status(&output), 2, "{error}");
        assert!(error.contains(says), "{error}");
    };
    fails(&["verify", "--all", "--trust", "nowhere.json"], "litopys init");
    fails(&["verify", "--all"], "--trust");
    fails(&["verify", "--trust", "trust.json"], "--all");
    let elsewhere = ["--database-url", "postgres://nobody@127.0.0.1:1/none"];
    let all = ["verify", "--all", "--trust", "trust.json"];
    fails(&[&all[..], &elsewhere].concat(), "cannot connect");
    fails(&["history", "--case", "x"], "UUID");
}

#[tokio::test]
async fn receipts_and_histories_are_told() {
    let place = Place::new().await;
    let receipt = serde_json::json!({
        "position": 0,
        "payload": place.ledger.rows[0].payload,
        "inclusion": [],
        "checkpoint": place.ledger.notes[0].1,
    });
    std::fs::write(place.file("receipt.json"), receipt.to_string()).unwrap();
    let output =
        place.run(&["verify", "--receipt", "receipt.json", "--trust", "trust.json", "--json"]);
    assert_eq!(status(&output), 1);
    assert_eq!(json(&output)["findings"][0]["code"], "inclusion");
    let case = place.ledger.rows[13].stream.id();
    let output = place.run(&["history", "--case", case, "--json"]);
    assert_eq!(status(&output), 0, "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(json(&output)["number"], "80-FR-2026-000001");
    let output = place.run(&["history", "--case", case, "--lang", "uk"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Матеріали підготовлено") && text.contains("стан: decided"), "{text}");
}

#[test]
fn help_shows_examples() {
    let output = Command::new(env!("CARGO_BIN_EXE_litopys-audit")).arg("--help").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for part in ["Examples:", "verify --all --trust", "Exit status: 0 sound, 1 findings"] {
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn defects_are_listed_in_both_languages_with_the_status_of_the_other_commands() {
    let place = Place::new().await;
    let none = place.run(&["defects", "--all", "--on", "2000-01-01"]);
    assert_eq!(status(&none), 0, "{}", String::from_utf8_lossy(&none.stderr));
    assert!(String::from_utf8(none.stdout).unwrap().contains("0 defects in 0"));
    let all = ["defects", "--all", "--on", "2100-01-01"];
    let found = place.run(&all);
    assert_eq!(status(&found), 1);
    let text = String::from_utf8(found.stdout).unwrap();
    for part in [
        "DEF-019 [U] The prosecutor was not told within 24 hours",
        "still missing; due on 2026-03-03",
        "not answered",
        "design: a rule of our own, not to be cited to a court",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text =
        String::from_utf8(place.run(&[&all[..], &["--lang", "uk"]].concat()).stdout).unwrap();
    assert!(text.contains("досі немає; строк 2026-03-03"), "{text}");
    let told = json(&place.run(&[&all[..], &["--json"]].concat()));
    let case = told["cases"][0]["case"].as_str().unwrap();
    let one = json(&place.run(&["defects", "--case", case, "--on", "2100-01-01", "--json"]));
    assert_eq!(one["cases"][0], told["cases"][0]);
    assert_eq!(one["cases_read"], 1);
    let nobody = "0192f0c4-0000-7000-8000-00000000ffff";
    assert_eq!(status(&place.run(&["defects", "--case", nobody])), 2);
    assert_eq!(status(&place.run(&["defects"])), 2);
}
