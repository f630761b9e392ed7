//! Another country's law and its event log, with not a line of Rust for either.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use jiff::civil::Date;

use crate::acting::Office;
use crate::demo::with_auditor;
use crate::support::{Desk, LAW, value};

const CASES: usize = 300;

fn example(name: &str) -> String {
    format!("{LAW}{name}")
}

/// The header and the rows of the first cases.
fn rows() -> Vec<String> {
    let unzipped =
        Command::new("gzip").arg("-dc").arg(example("/data/road_fines.csv.gz")).output().unwrap();
    let text = String::from_utf8(unzipped.stdout).unwrap();
    let mut seen = HashSet::new();
    let case = |row: &str| row.split(',').next().unwrap().to_owned();
    let taken = text.lines().take_while(|row| {
        seen.insert(case(row));
        // The header counts as one.
        seen.len() <= CASES + 1
    });
    taken.map(str::to_owned).collect()
}

/// The totals of the example's mapping, counted here from the rows themselves.
fn counted(rows: &[String]) -> [(&'static str, usize); 11] {
    let mut cases: HashMap<&str, HashMap<&str, Vec<Date>>> = HashMap::new();
    for row in &rows[1..] {
        let [case, _, day, act] = row.splitn(5, ',').collect::<Vec<_>>()[..4] else { panic!() };
        cases.entry(case).or_default().entry(act).or_default().push(day.parse().unwrap());
    }
    let all = |act: &str| cases.values().filter_map(|case| case.get(act)).map(Vec::len).sum();
    // Days between the first of two acts in each case that has both.
    let days = |from: &str, to: &str, fits: &dyn Fn(i32) -> bool| {
        let both = cases.values().filter_map(|case| Some((case.get(from)?[0], case.get(to)?[0])));
        both.filter(|(from, to)| fits((*to - *from).get_days())).count()
    };
    let (notified, penalty) = ("Insert Fine Notification", "Add penalty");
    let appeal = "Insert Date Appeal to Prefecture";
    [
        ("Cases", cases.len()),
        ("Events", rows.len() - 1),
        ("Fines sent", all("Send Fine")),
        ("of them later than 90 days", days("Create Fine", "Send Fine", &|days| days > 90)),
        ("Penalties added", all(penalty)),
        ("of them exactly on day 60", days(notified, penalty, &|days| days == 60)),
        ("of them earlier", days(notified, penalty, &|days| days < 60)),
        ("Appeals to the prefect", all(appeal)),
        ("of them later than 60 days", days(notified, appeal, &|days| days > 60)),
        ("Appeals to the judge", all("Appeal to Judge")),
        ("Handed to the tax collector", all("Send for Credit Collection")),
    ]
}

/// The example's mapping, its known totals replaced by those of fewer cases.
fn mapping(totals: &[(&str, usize)]) -> String {
    let text = fs::read_to_string(example("/import.yaml")).unwrap();
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    for (title, count) in totals {
        let title = format!("{{en: {title}, uk:");
        let line = lines.iter_mut().find(|line| line.contains(&title)).unwrap();
        let (before, _) = line.split_once("known: ").unwrap();
        *line = format!("{before}known: {count}}}");
    }
    lines.join("\n")
}

fn import(office: &Office, file: &str, mapping: &str) -> (i32, String) {
    let law = example("");
    let line = format!(
        "import {file} --mapping {mapping} --law {law} --key attestor.pem --officer {} --office PL",
        office.attestor
    );
    office.run_as(&office.attestor, "case:write", &line)
}

#[test]
fn road_fines_come_out_as_others_counted_them() {
    let office = Office::open(with_auditor(), "PL");
    let rows = rows();
    let totals = counted(&rows);
    let total = |title: &str| totals.iter().find(|(name, _)| *name == title).unwrap().1;
    for found in ["later than 90 days", "exactly on day 60", "later than 60 days"] {
        assert!(total(&format!("of them {found}")) > 0, "these cases show nothing: {totals:?}");
    }
    fs::write(office.desk.path("fines.csv"), rows.join("\n")).unwrap();
    fs::write(office.desk.path("mapping.yaml"), mapping(&totals)).unwrap();
    let (status, said) = import(&office, "fines.csv", "mapping.yaml");
    assert_eq!(status, 0, "{said}");
    assert_eq!(value(&said, "recorded"), total("Events").to_string(), "{said}");
    assert_eq!(said.matches("equal").count(), totals.len(), "{said}");
    // Again from the beginning: the same statements, which the ledger has.
    fs::remove_file(office.desk.path("fines.csv.import.json")).unwrap();
    let (status, said) = import(&office, "fines.csv", "mapping.yaml");
    assert_eq!((status, value(&said, "recorded")), (0, "0"), "{said}");
    assert!(value(&said, "there").starts_with(&total("Events").to_string()), "{said}");
    assert_eq!(said.matches("equal").count(), totals.len(), "{said}");
    let (status, said) = import(&office, "fines.csv", &example("/import.yaml"));
    assert_eq!(status, 3, "the totals of all cases are others: {said}");
    assert!(said.contains("DIFFERENT"), "{said}");
    audited(&office);
}

/// The auditor judges every act again, and counts every term by its own method.
fn audited(office: &Office) {
    let auditor = PathBuf::from(env!("CARGO_BIN_EXE_litopys")).with_file_name("litopys-audit");
    let data = office.desk.path("data");
    let output = Command::new(auditor)
        .args(["verify", "--all", "--trust"])
        .arg(data.join("trust.json"))
        .arg("--data")
        .arg(&data)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains(&format!("{CASES} cases judged again")), "{said}");
}

#[test]
fn a_bad_event_is_named_by_line_and_column() {
    let office = Office::open(Desk::new(), "PL");
    let header = &rows()[0];
    let log = format!(
        "{header}\n\
         A1,1,2007-03-09,Create Fine,561,36.0,157,NIL,,,,0,0.0,A\n\
         A1,2,2007-04-09,Send Fine,,,,,dear,,,,,\n\
         A1,3,2007-05-09,Add penalty,,74.0,,,,,,,,\n\
         A1,4,2007-05-09,Fly,,,,,,,,,,\n\
         A1,5,2007-05-10,Payment,,,,,,,,,36.0,\n"
    );
    fs::write(office.desk.path("log.csv"), log).unwrap();
    let (status, said) = import(&office, "log.csv", &example("/import.yaml"));
    assert_eq!((status, value(&said, "recorded")), (3, "2"), "{said}");
    assert!(said.contains("log.csv:3:9: `expense`: `dear` is no Money"), "{said}");
    assert!(said.contains("log.csv:5:4: `activity`: `Fly` is no act"), "{said}");
    let impossible = said.lines().find(|line| line.starts_with("log.csv:4:")).unwrap();
    assert!(impossible.contains("PenaltyAdded"), "the law refuses it: {impossible}");
}

#[test]
fn its_law_holds_together_and_has_two_editions() {
    let desk = Desk::new();
    let law = example("");
    assert_eq!(
        desk.ok(&format!("procedure lint --all --law {law}")),
        "the law files hold together\n"
    );
    let print = |on: &str| desk.ok(&format!("procedure print road-fine --law {law} --on {on}"));
    assert!(print("2010-08-12").contains("150d") && !print("2010-08-13").contains("150d"));
}
