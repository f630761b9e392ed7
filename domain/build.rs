//! Lists the law files of this package, so that they can be compiled in.

use std::{
    env,
    fmt::Write as _,
    fs,
    io::{Error, Result},
    path::{Path, PathBuf},
};

const FOLDERS: [&str; 5] = ["calendars", "codes", "letters", "parameters", "procedures"];

fn main() -> Result<()> {
    let missing = |name| Error::other(format!("cargo sets {name}"));
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(missing("the manifest"))?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(missing("the output folder"))?);
    let mut files = Vec::new();
    for folder in FOLDERS {
        println!("cargo::rerun-if-changed={folder}");
        find(&root.join(folder), folder, &mut files)?;
    }
    files.sort();
    let mut lines = String::new();
    for path in &files {
        let place = root.join(path);
        let place = place.to_str().ok_or_else(|| Error::other("a path is not UTF-8"))?;
        writeln!(lines, "    ({path:?}, include_str!({place:?})),").map_err(Error::other)?;
    }
    fs::write(out.join("law_files.rs"), format!("&[\n{lines}]\n"))
}

/// Every file below a folder, by its path from the root; what explains the files is no law.
fn find(folder: &Path, path: &str, files: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let below = format!("{path}/{name}");
        if entry.file_type()?.is_dir() {
            find(&entry.path(), &below, files)?;
        } else if !name.starts_with("README") {
            files.push(below);
        }
    }
    Ok(())
}
