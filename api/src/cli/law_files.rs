//! The law as files: those compiled in, or those of a folder.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use litopys_domain::built_in::LAW_FILES;
use litopys_domain::law::book::LawBook;
use litopys_domain::law::problem::Problem;

/// What a folder of law holds.
const FOLDERS: [&str; 5] = ["calendars", "codes", "letters", "parameters", "procedures"];

/// Reads the law: of `folder`, or what this program was built with.
pub(crate) fn read(folder: Option<&Path>) -> anyhow::Result<LawBook> {
    let book = match folder {
        None => LawBook::read(LAW_FILES.iter().copied()),
        Some(folder) => {
            let files = files_of(folder)?;
            LawBook::read(files.iter().map(|(path, text)| (path.as_str(), text.as_str())))
        }
    };
    book.map_err(|problems| anyhow::anyhow!(list(&problems)))
        .context("the law files cannot be read")
}

/// Paths below `folder`, with their texts, in a fixed order.
pub(crate) fn files_of(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for name in FOLDERS {
        let inner = folder.join(name);
        if inner.is_dir() {
            find(&inner, name, &mut files)?;
        }
    }
    if files.is_empty() {
        bail!("{} holds no law files: {}", folder.display(), FOLDERS.join(", "));
    }
    files.sort();
    Ok(files)
}

/// Every file below a folder that is called `name` from where the law lies.
fn find(folder: &Path, name: &str, files: &mut Vec<(String, String)>) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("cannot read the folder {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let below = format!("{name}/{file}");
        if path.is_dir() {
            find(&path, &below, files)?;
        } else {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            files.push((below, text));
        }
    }
    Ok(())
}

/// Whether a folder of this name holds law files.
pub(crate) fn is_folder(name: &OsStr) -> bool {
    FOLDERS.iter().any(|folder| name == *folder)
}

pub(crate) fn list(problems: &[Problem]) -> String {
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
