//! Runs the binary in a directory of its own.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use tempfile::TempDir;

/// A working directory that the database server's user can pass through.
pub(crate) struct Desk {
    dir: TempDir,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("litopys-cli-").tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
        Self { dir }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The command with nothing of this process's own settings.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_litopys"));
        command.current_dir(self.dir.path()).env("LITOPYS_DATA", self.path("data"));
        for name in ["DATABASE_URL", "LITOPYS_KEY", "LITOPYS_OFFICER", "LITOPYS_TOKEN"] {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn run(&self, line: &str) -> Said {
        self.run_args(&line.split_whitespace().collect::<Vec<_>>())
    }

    pub(crate) fn run_args(&self, args: &[&str]) -> Said {
        Said::of(self.command().args(args).output().unwrap())
    }

    /// Runs what must succeed.
    pub(crate) fn ok(&self, line: &str) -> String {
        let said = self.run(line);
        assert_eq!(said.status, 0, "litopys {line}\n{}{}", said.out, said.err);
        said.out
    }

    /// Makes a key file and answers its public key.
    pub(crate) fn key(&self, name: &str) -> String {
        let said = self.ok(&format!("keygen --out {name}"));
        value(&said, "public key").to_owned()
    }

    /// A ledger of one administrator, `admin.pem`, with the law at [`LAW`]: a copy of the one that
    /// is founded once for all tests. Answers what its founding said.
    pub(crate) fn found(&self) -> &'static str {
        let (kept, said) = &*FOUNDED;
        copy(&kept.join("."), self.dir.path());
        said
    }

    /// Founds a ledger of one administrator, `admin.pem`, with more options.
    pub(crate) fn found_with(&self, options: &str) -> String {
        self.key("admin.pem");
        let init = "init --origin ledger.example/cli --administrator admin.pem --threshold 1";
        self.ok(&format!("{init} {options}"))
    }
}

/// The folder of a small law, one procedure of two editions: every process that opens a ledger
/// compiles all of its law, which for the built-in one takes seconds.
pub(crate) const LAW: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/road-fines");

/// The ledger that tests copy, and what its founding said. It lies below target, at rest: there it
/// outlives nobody's directory, and the next run replaces it.
static FOUNDED: LazyLock<(PathBuf, String)> = LazyLock::new(|| {
    let desk = Desk::new();
    let said = desk.found_with(&format!("--law {LAW} --time-zone Europe/Rome"));
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("founded");
    if kept.exists() {
        std::fs::remove_dir_all(&kept).unwrap();
    }
    copy(desk.dir.path(), &kept);
    (kept, said)
});

/// Copies with modes and owners: the database server insists on them.
fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
}

impl Said {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// What stands behind a label.
pub(crate) fn value<'a>(said: &'a str, label: &str) -> &'a str {
    said.lines().find_map(|line| line.strip_prefix(label)).unwrap().trim()
}

/// A ledger being served; it is told to stop when this is dropped.
pub(crate) struct Served {
    pub(crate) child: std::process::Child,
    pub(crate) address: String,
}
