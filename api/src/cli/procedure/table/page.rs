//! The table as a page in Markdown.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use litopys_domain::law::file::{Pending, Switch};

use super::Table;
use super::coverage::Row;
use super::told::{Edition, Told, row};
use super::vectors::Played;

const HEAD: &str = "\
# Procedures

<!-- Made by `litopys procedure table` (make docs); a test holds it to the law files. Do not edit. -->

What the law files in [domain/procedures](../domain/procedures/README.md) hold. `sure`, `check` and `design` count acts, rules and terms of the
procedure's own file over all its editions, each as it last stood: verified in a published text, to be verified before production, ours. Rules that
included law (general administrative law, particulars of every decision, penalties) adds to acts stand apart. A vector is a case with the answer the
law gives, in [domain/tests/vectors/law](../domain/tests/vectors/law/README.md). What was left out, and why: [left-out.md](left-out.md).

";

pub(super) fn page(table: &Table) -> String {
    let mut page = HEAD.to_owned();
    summary(&mut page, table);
    for told in &table.procedures {
        section(&mut page, told, table.vectors.by_procedure.get(&told.id));
    }
    page.push_str("\n# The catalogue, row by row\n\n");
    page.push_str(
        "Where each row of the catalogue is covered, found in the law files and vectors; remarks are kept by hand in \
         [dossier.yaml](dossier.yaml).\n",
    );
    for (kind, rows) in &table.coverage.kinds {
        coverage(&mut page, kind, rows);
    }
    page
}

fn line(page: &mut String, cells: &[&str]) {
    let cells: Vec<_> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    _ = writeln!(page, "| {} |", cells.join(" | "));
}

fn head(page: &mut String, titles: &[&str]) {
    line(page, titles);
    line(page, &vec!["---"; titles.len()]);
}

fn summary(page: &mut String, table: &Table) {
    let titles = [
        "",
        "procedure",
        "title",
        "назва",
        "editions",
        "acts",
        "terms",
        "rules",
        "sure",
        "check",
        "design",
        "vectors",
    ];
    head(page, &titles);
    let mut sums = [0; 8];
    for told in &table.procedures {
        let vectors = table.vectors.by_procedure.get(&told.id).map_or(0, |played| played.count);
        let counts = [
            told.editions.len(),
            told.acts.len(),
            told.clocks.len(),
            told.rules.len(),
            told.certainty.sure,
            told.certainty.check,
            told.certainty.design,
            vectors,
        ];
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        let link = format!("[{}](#{})", told.id, told.id);
        let row = told.row.as_deref().unwrap_or_default();
        counted(page, &[row, &link, &told.title.en, &told.title.uk], &counts);
    }
    let procedures = format!("{} procedures", table.procedures.len());
    counted(page, &["", &procedures, "", ""], &sums);
    page.push('\n');
}

fn counted(page: &mut String, words: &[&str], counts: &[usize]) {
    let counts: Vec<_> = counts.iter().map(ToString::to_string).collect();
    let cells: Vec<&str> = words.iter().copied().chain(counts.iter().map(String::as_str)).collect();
    line(page, &cells);
}

fn section(page: &mut String, told: &Told, played: Option<&Played>) {
    _ = writeln!(page, "## {}\n\n{} · {}\n", told.id, told.title.en, told.title.uk);
    let row = told.row.as_deref().unwrap_or("no row");
    let file = format!("[{}](../domain/{})", told.file, told.file);
    _ = writeln!(
        page,
        "{row}, subsystem {}, {file}, `{}` in case numbers.\n",
        told.subsystem, told.short
    );
    editions(page, &told.editions);
    _ = writeln!(page, "**Acts ({})**: {}.\n", told.acts.len(), joined(&told.acts));
    clocks(page, told);
    let own = defects(&told.rules);
    let added: BTreeSet<_> = defects(&told.added).difference(&own).cloned().collect();
    _ = writeln!(page, "**Defects ({})**: {}.", own.len(), joined(&own));
    if !added.is_empty() {
        _ = writeln!(page, "By included law also: {}.", joined(&added));
    }
    page.push('\n');
    vectors(page, told, played);
}

fn defects(rules: &BTreeSet<String>) -> BTreeSet<String> {
    let found = rules.iter().filter(|rule| rule.starts_with("DEF-")).filter_map(|rule| row(rule));
    found.map(str::to_owned).collect()
}

fn joined(items: &BTreeSet<String>) -> String {
    if items.is_empty() {
        return "none".to_owned();
    }
    items.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn editions(page: &mut String, editions: &[Edition]) {
    head(
        page,
        &["edition", "register", "what changed", "що змінилося", "law", "open cases", "certainty"],
    );
    for edition in editions {
        let day = edition.on.to_string();
        if edition.switches.is_empty() {
            line(page, &[&day, "", "beginning", "початок", "", "", ""]);
        }
        for switch in &edition.switches {
            let certainty = switch.certainty.map(|c| format!("{c:?}").to_lowercase());
            let cells = [
                &day,
                switch.reference.as_deref().unwrap_or_default(),
                &switch.title.en,
                &switch.title.uk,
                &switch.law.join(", "),
                pending(switch),
                certainty.as_deref().unwrap_or_default(),
            ];
            line(page, &cells);
        }
    }
    page.push('\n');
}

fn pending(switch: &Switch) -> &'static str {
    match switch.pending {
        Pending::New => "new text",
        Pending::Old => "keep states and terms",
    }
}

fn clocks(page: &mut String, told: &Told) {
    _ = write!(page, "**Terms ({})**: ", told.clocks.len());
    let one = |(id, clock): (&String, &super::told::Clock)| {
        let length = clock.length.as_deref().unwrap_or("a day of the case");
        let rows = joined(&clock.rows);
        let rows = if clock.rows.is_empty() { String::new() } else { format!(", {rows}") };
        format!("{id} ({length}{rows})")
    };
    let terms = told.clocks.iter().map(one).collect::<Vec<_>>();
    let terms = if terms.is_empty() { "none".to_owned() } else { terms.join(", ") };
    _ = writeln!(page, "{terms}.\n");
}

fn vectors(page: &mut String, told: &Told, played: Option<&Played>) {
    let Some(played) = played else {
        page.push_str("**Vectors**: none.\n\n");
        return;
    };
    let acts = told.acts.intersection(&played.acts).count();
    let raised = told.rules.iter().filter(|rule| played.raised.contains_key(*rule)).count();
    let silent = told.rules.intersection(&played.silent).count();
    _ = writeln!(
        page,
        "**Vectors ({})**: {acts} of {} acts played, {raised} of {} rules raised, {silent} expected to stay silent; beside cases of \
         other procedures {} times.\n",
        played.count,
        told.acts.len(),
        told.rules.len(),
        played.beside
    );
    for (file, names) in &played.names {
        _ = writeln!(page, "- {file}: {}", names.join("; "));
    }
    page.push('\n');
}

fn coverage(page: &mut String, kind: &str, rows: &[Row]) {
    _ = writeln!(page, "\n## {kind}\n");
    head(page, &["row", "where", "vectors", "remark"]);
    for row in rows {
        let count = if row.vectors == 0 { String::new() } else { row.vectors.to_string() };
        let at = if row.at.is_empty() { String::new() } else { joined(&row.at) };
        line(page, &[&row.id, &at, &count, &row.remark]);
    }
}
