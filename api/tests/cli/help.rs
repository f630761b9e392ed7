use crate::support::Desk;

#[test]
fn alone_it_prints_help_with_the_demo_first() {
    let said = Desk::new().run("");
    assert_eq!(said.status, 0, "{}", said.err);
    let commands = said.out.split("Commands:").nth(1).unwrap();
    assert!(commands.trim_start().starts_with("demo "), "{commands}");
}

#[test]
fn every_command_explains_itself_with_an_example() {
    let desk = Desk::new();
    for command in [
        "demo",
        "serve",
        "init",
        "keygen",
        "act",
        "sign",
        "token",
        "import",
        "rebuild",
        "backup",
        "restore",
        "next-acts",
        "database-url",
    ] {
        let said = desk.ok(&format!("{command} --help"));
        assert!(said.contains("Example"), "{command}\n{said}");
        assert!(said.contains(&format!("litopys {command}")), "{command}\n{said}");
    }
    for command in ["lint", "print", "diff", "graph", "explain", "table", "publish"] {
        let said = desk.ok(&format!("procedure {command} --help"));
        assert!(said.contains("Example"), "{command}\n{said}");
    }
}

#[test]
fn wrong_usage_has_its_own_status() {
    assert_eq!(Desk::new().run("init --origin").status, 2);
}
