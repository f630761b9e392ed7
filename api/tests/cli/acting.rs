use std::fs;

use crate::support::{Desk, Served, value};

/// A served ledger with an officer who may attest, enrolled from the command line.
pub(crate) struct Office {
    pub(crate) desk: Desk,
    served: Served,
    administrator: String,
    pub(crate) attestor: String,
}

impl Office {
    /// In a ledger with a small law; the attestor's post is at `place`.
    pub(crate) fn open(desk: Desk, place: &str) -> Self {
        let said = desk.found();
        Self::of(desk, said, place)
    }

    /// In a ledger that was founded, and said so.
    pub(crate) fn of(desk: Desk, said: &str, place: &str) -> Self {
        let administrator = value(said, "administrator").split(' ').next().unwrap().to_owned();
        let served = Served::start(&desk);
        let mut office = Self { desk, served, administrator, attestor: String::new() };
        let key = office.desk.key("attestor.pem");
        let enrolled =
            office.administer(&format!("OfficerEnrolled --fact key={key} --with-key attestor.pem"));
        let stream = enrolled.lines().rfind(|line| line.starts_with("stream ")).unwrap();
        value(stream, "stream").clone_into(&mut office.attestor);
        office.appoint("R-ATT", place);
        office
    }

    /// Gives the attestor a post more.
    pub(crate) fn appoint(&self, role: &str, place: &str) {
        self.administer(&format!(
            "OfficerAppointed --stream {} --fact role={role} --fact office={place} --fact from=2020-01-01",
            self.attestor
        ));
    }

    /// Ends the serving; the ledger stays.
    pub(crate) fn close(self) -> Desk {
        drop(self.served);
        self.desk
    }

    fn administer(&self, line: &str) -> String {
        let who = &self.administrator;
        let line = format!("act {line} --role R-ADM --officer {who} --key admin.pem --yes");
        let said = self.run_as(who, "admin case:read", &line);
        assert_eq!(said.0, 0, "{line}\n{}", said.1);
        said.1
    }

    pub(crate) fn run_as(&self, who: &str, scope: &str, line: &str) -> (i32, String) {
        let token = self.desk.run_args(&["token", "--sub", who, "--scope", scope]).out;
        let output = self
            .desk
            .command()
            .args(line.split_whitespace())
            .env("LITOPYS_URL", format!("http://{}", self.served.address))
            .env("LITOPYS_TOKEN", token.trim())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(said).unwrap())
    }

    fn import(&self, file: &str) -> (i32, String) {
        let line = format!(
            "import {file} --unhcr --key attestor.pem --officer {} --office 00",
            self.attestor
        );
        self.run_as(&self.attestor, "case:write", &line)
    }
}

const HEADER: &str = "year,coo,procedure_type,dec_level,dec_pc,recognized,other,rejected,closed\n";

#[test]
fn good_rows_go_in_once_and_bad_ones_are_named() {
    let desk = Desk::new();
    let said = desk.found_with("");
    let office = Office::of(desk, &said, "00");
    let good = "2023,AFG,G,FI,P,1,2,3,0\n2023,SYR,G,JR,P,9,9,9,9\n";
    let table = format!("{HEADER}{good}2023,QQQ,G,FI,P,0,1,0,0\n2022,AFG,G,FI,P,some,0,0,0\n");
    fs::write(office.desk.path("table.csv"), table).unwrap();
    let (status, said) = office.import("table.csv");
    assert_eq!(status, 3, "{said}");
    assert_eq!(value(&said, "recorded"), "6", "{said}");
    assert!(said.contains("table.csv:4: ") && said.contains("/facts/citizenship"), "{said}");
    assert!(said.contains("table.csv:5: "), "{said}");
    // The same rows, mended: what is there stays, what was bad goes in.
    let table = format!("{HEADER}{good}");
    fs::write(office.desk.path("whole.csv"), &table).unwrap();
    let (status, said) = office.import("whole.csv");
    assert_eq!((status, value(&said, "recorded")), (0, "6"), "another file is other records");
    let (status, said) = office.import("whole.csv");
    assert_eq!((status, value(&said, "recorded")), (0, "0"), "{said}");
    fs::remove_file(office.desk.path("whole.csv.import.json")).unwrap();
    let (status, said) = office.import("whole.csv");
    assert_eq!((status, value(&said, "recorded")), (0, "0"), "the statements are the same");
    assert!(value(&said, "there").starts_with('6'), "{said}");
}

#[test]
fn what_the_ledger_refuses_is_said_before_signing() {
    let office = Office::open(Desk::new(), "00");
    let line = format!(
        "act PersonRegistered --private family_name=Тестенко --role R-TO-OFF --office 80 \
         --officer {} --key attestor.pem --yes",
        office.attestor
    );
    let (status, said) = office.run_as(&office.attestor, "case:write case:read", &line);
    assert_eq!(status, 3, "{said}");
    assert!(said.contains("no post R-TO-OFF in office 80"), "{said}");
    let (status, said) = office.run_as("reader", "statistics", &line);
    assert_eq!(status, 3, "a reader drafts nothing: {said}");
}

#[test]
fn two_people_sign_one_draft() {
    let office = Office::open(Desk::new(), "00");
    let who = &office.administrator;
    let line = format!(
        "act CompetenceGranted --stream {0} --fact course=C-RET --fact from=2026-01-01 \
         --fact until=2029-01-01 --role R-ADM --officer {who} --key admin.pem --yes \
         --signer {0}:R-ATT:00 --draft both.json",
        office.attestor
    );
    let (status, said) = office.run_as(who, "admin", &line);
    assert_eq!(status, 0, "{said}");
    let (status, said) = office.run_as(who, "admin", "act --submit both.json");
    assert_eq!(status, 3, "{said}");
    assert!(said.contains(&office.attestor), "{said}");
    office.desk.ok("sign both.json --key attestor.pem --yes");
    let submit = "act --submit both.json --receipt receipt.json";
    let (status, said) = office.run_as(who, "admin", submit);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("recorded at position"), "{said}");
    assert!(office.desk.path("receipt.json").exists());
}
