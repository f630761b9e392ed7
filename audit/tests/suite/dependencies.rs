//! The auditor walks with its own legs.

use std::fs;
use std::path::Path;

/// What would make the auditor repeat the writer's mistakes.
const FORBIDDEN: [&str; 4] =
    ["litopys_api", "litopys_projections", "litopys_domain::log", "litopys_domain::canonical"];
/// Parts of `litopys_domain` that a grouped import could bring in.
const MODULES: [&str; 2] = ["log", "canonical"];

#[test]
fn no_source_names_the_writers_log_or_canonical_form() {
    let mut files = 0;
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut |name, text| {
        files += 1;
        for forbidden in FORBIDDEN {
            assert!(!text.contains(forbidden), "{name} names {forbidden}");
        }
        for import in grouped_imports(text) {
            let mut words = import.split(|c: char| !c.is_alphanumeric() && c != '_');
            let named = words.find(|word| MODULES.contains(word));
            assert_eq!(named, None, "{name} imports it from litopys_domain");
        }
    });
    assert!(files > 10, "only {files} files were looked at");
}

#[test]
fn grouped_imports_are_seen() {
    let found: Vec<_> =
        grouped_imports("use litopys_domain::{ids, log::Hash};\nuse x::y;").collect();
    assert_eq!(found, ["{ids, log::Hash}"]);
}

fn grouped_imports(text: &str) -> impl Iterator<Item = &str> {
    let groups = text.split("litopys_domain::").skip(1).filter(|rest| rest.starts_with('{'));
    groups.map(|rest| &rest[..=rest.find("};").unwrap_or(rest.len() - 1)])
}

fn visit(dir: &Path, look: &mut impl FnMut(&str, &str)) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            visit(&path, look);
        } else {
            look(&path.display().to_string(), &fs::read_to_string(&path).unwrap());
        }
    }
}
