//! `litopys procedure explain`, the real command against a real case of the built-in law.

use crate::acting::Office;
use crate::support::{Desk, Said, value};

/// A return whose materials were collected, and the officer who holds the case.
struct Scene {
    office: Office,
    officer: String,
    case: String,
}

impl Scene {
    fn open() -> Self {
        let desk = Desk::new();
        let said = desk.found_with("");
        let office = Office::of(desk, &said, "80");
        let officer = office.attestor.clone();
        office.appoint("R-TO-HEAD", "80");
        let act = |line: &str| {
            let line = format!(
                "act {line} --role R-TO-HEAD --office 80 --officer {officer} --key attestor.pem --yes"
            );
            let (status, said) = office.run_as(&officer, "case:write case:read", &line);
            assert_eq!(status, 0, "{line}\n{said}");
            let stream = said.lines().rfind(|line| line.starts_with("stream ")).unwrap();
            value(stream, "stream").to_owned()
        };
        let person = act("PersonRegistered --private family_name=Тестенко");
        let case = act(&format!(
            "ReturnMaterialsCollected --open forced-return --subject {person} --occurred-at 2025-03-03 \
             --fact violation=1 --fact asylum_asked=false --fact art31_assessed=true \
             --flag DEF-043=accepted:x"
        ));
        let case = case.strip_prefix("case/").unwrap().to_owned();
        Self { office, officer, case }
    }

    /// What the ledger that is served says.
    fn explain(&self, line: &str) -> (i32, String) {
        let line = format!("procedure explain {line} --case {}", self.case);
        self.office.run_as(&self.officer, "case:read", &line)
    }

    fn told(&self, line: &str) -> String {
        let (status, said) = self.explain(line);
        assert_eq!(status, 0, "{line}\n{said}");
        said
    }

    /// What the command says of bad data: status 3 is the ledger's no, 1 its own.
    fn refused(&self, line: &str, status: i32, words: &[&str]) {
        let (found, said) = self.explain(line);
        assert_eq!(found, status, "{line}\n{said}");
        for word in words {
            assert!(said.contains(word), "{line}: no `{word}` in\n{said}");
        }
    }
}

/// The rules below a heading, each with its lines.
fn below<'t>(told: &'t str, heading: &str) -> &'t str {
    let (_, rest) = told.split_once(&format!("\n{heading}\n")).unwrap_or_default();
    rest.split("\n\n").next().unwrap_or_default()
}

const DECIDED: &str = "ForcedReturnDecided --on 2025-03-10T09:00:00Z --role R-TO-HEAD --office 80 \
     --fact ground=1 --fact country=GEO --fact ban=3y";

/// One test, for founding a ledger with all of the law takes long.
#[test]
fn an_act_is_explained_and_bad_data_is_named() {
    let scene = Scene::open();
    allowed_flagged_or_refused(&scene);
    bad_data(scene);
}

fn allowed_flagged_or_refused(scene: &Scene) {
    let told = scene.told(&format!("{DECIDED} --fact leave_by=2025-04-01 --fact minor=false"));
    for line in [
        "\n  forced-return by the law of 2023-12-15; 2025-03-10\n",
        "\n  state: materials-collected, Materials collected\n",
        "\n  possible here\n",
        "\n  your role may sign it\n",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    let silent = below(&told, "Rules that are silent");
    assert!(silent.contains("  DEF-018 asks for an answer (U): "), "{told}");
    assert!(!below(&told, "Rules that hold").contains("DEF-018"), "{told}");

    // Beyond thirty days: flagged, in both languages, with what was asked and how to mend it.
    let late = format!("{DECIDED} --fact leave_by=2025-05-01 --fact minor=false");
    let told = scene.told(&late);
    let holds = below(&told, "Rules that hold");
    assert!(holds.contains("  DEF-018 asks for an answer (U): "), "{told}");
    assert!(holds.contains("\n      facts.leave_by = 2025-05-01\n"), "{told}");
    assert!(holds.contains("\n      to mend it: "), "{told}");
    let told = scene.told(&format!("{late} --lang uk"));
    for line in [
        "\n  forced-return за законодавством від 2023-12-15; 2025-03-10\n",
        "\n  стан: materials-collected, Матеріали зібрано\n",
        "\n  тут можлива\n",
        "\n  ваша роль може підписати\n",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    let holds = below(&told, "Правила, що діють");
    assert!(holds.contains("  DEF-018 потребує відповіді (U): "), "{told}");
    assert!(holds.contains("\n      як виправити: "), "{told}");

    // A rule that refuses, and no answer helps.
    let never = format!("{DECIDED} --fact leave_by=2025-03-09 --fact minor=false");
    let told = scene.told(&never);
    assert!(below(&told, "Rules that hold").contains("  RET-TERM refuses: "), "{told}");
    let told = scene.told(&format!("{never} --lang uk"));
    assert!(below(&told, "Правила, що діють").contains("  RET-TERM відмовляє: "), "{told}");

    // Nothing given: what hangs on facts is open, not silent.
    let told = scene.told("ForcedReturnDecided --on 2025-03-10T09:00:00Z");
    let open = below(&told, "Rules that hang on what was not given");
    assert!(open.contains("\n      facts.leave_by = not given yet"), "{told}");
    assert!(!told.contains("your role"), "no role was named: {told}");

    // The state does not let it.
    let told = scene.told("DepartureConfirmed --on 2025-03-10 --role R-TO-HEAD --office 80");
    assert!(told.contains("\n  not possible: "), "{told}");
    let told = scene.told("DepartureConfirmed --on 2025-03-10 --lang uk");
    assert!(told.contains("\n  неможлива: "), "{told}");
    let told = scene.told("ForcedReturnDecided --on 2025-03-10T09:00:00Z --role R-APP");
    assert!(told.contains("\n  your role may neither sign nor record it\n"), "{told}");
}

fn bad_data(scene: Scene) {
    let act = "ForcedReturnDecided --on 2025-03-10T09:00:00Z";
    for (line, status, words) in [
        (
            "--fact weather=fine",
            3,
            &["/facts/weather", "ForcedReturnDecided has no field `weather`"][..],
        ),
        ("--fact leave_by=soon", 3, &["/facts/leave_by", "`leave_by` is no Date"]),
        ("--fact ground=77", 3, &["/facts/ground", "`77` is not in"]),
        ("--fact minor:=7", 3, &["/facts/minor", "`minor` is no Bool"]),
        ("--fact minor=perhaps", 1, &["`minor` is true or false, not `perhaps`"]),
        ("--fact minor", 1, &["`minor`: write name=value"]),
        ("--fact ground=1 --fact ground=2", 1, &["`ground` is given twice"]),
    ] {
        scene.refused(&format!("{act} {line}"), status, words);
    }
    scene.refused("Nothing", 3, &["there is no such act in the law of that day"]);
    scene.refused("ForcedReturnDecided --on never", 2, &["--on"]);

    // The same of a ledger that is not served.
    let Scene { office, case, .. } = scene;
    let desk = office.close();
    let explain = |line: &str| -> Said {
        desk.run(&format!("procedure explain {line} --case {case} --data data"))
    };
    let said = explain(&format!("{act} --fact leave_by=2025-05-01"));
    assert_eq!(said.status, 0, "{}", said.err);
    assert!(below(&said.out, "Rules that hold").contains("DEF-018"), "{}", said.out);
    let said = explain(&format!("{act} --fact weather=fine --fact leave_by=soon"));
    assert_eq!(said.status, 3, "{}", said.err);
    for words in
        ["/facts/weather ForcedReturnDecided has no field", "/facts/leave_by `leave_by` is no"]
    {
        assert!(said.err.contains(words), "{}", said.err);
    }
    let said = explain("Nothing");
    assert_eq!(said.status, 1);
    assert!(said.err.contains("its law has no act Nothing"), "{}", said.err);
}
