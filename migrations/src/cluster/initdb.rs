//! The files of a cluster: made once, whole or not at all, and never over existing ones.

use std::fs;
use std::path::Path;

use super::error::{ClusterError, IoContext};
use super::{Layout, user};

/// The major version that made the files in `data`, `None` where there are none.
pub(crate) fn existing_version(data: &Path) -> Result<Option<String>, ClusterError> {
    if !data.exists() {
        return Ok(None);
    }
    let path = data.join("PG_VERSION");
    if !path.is_file() {
        return Err(ClusterError::NotADataDirectory(data.to_owned()));
    }
    let version = fs::read_to_string(&path).doing("read", path)?;
    Ok(Some(version.trim().to_owned()))
}

/// Makes the files where there are none; refuses files of another major version.
pub(crate) fn ensure(layout: &Layout, found: Option<&str>) -> Result<(), ClusterError> {
    match found {
        None => create(layout),
        Some(found) if found == layout.programs.major => Ok(()),
        Some(found) => Err(ClusterError::OtherVersion {
            data: layout.data.clone(),
            found: found.to_owned(),
            programs: layout.programs.major.clone(),
            bin_dir: layout.programs.bin_dir.clone(),
            upgrade: upgrade_commands(layout, found),
        }),
    }
}

/// What an earlier attempt that was killed left behind.
pub(crate) fn remove_if_there(dir: &Path) -> Result<(), ClusterError> {
    if dir.exists() { fs::remove_dir_all(dir).doing("remove", dir) } else { Ok(()) }
}

/// initdb into `data.new`, then rename: a killed initdb leaves nothing that looks finished.
fn create(layout: &Layout) -> Result<(), ClusterError> {
    let fresh = layout.data.with_extension("new");
    remove_if_there(&fresh)?;
    user::make_private(&fresh, layout.user.as_ref())?;
    let initdb = layout.programs.path("initdb");
    let mut command = user::command(&initdb, &fresh, layout.user.as_ref());
    command
        .arg("--pgdata")
        .arg(&fresh)
        .args(["--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"])
        // Trust is safe here: the socket lies in a directory that only the server's user enters.
        .args(["--auth=trust", "--no-instructions"]);
    if !layout.options.fsync {
        command.arg("--no-sync");
    }
    let output = command.output().doing("run", &initdb)?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        let output_text = String::from_utf8_lossy(&said).trim().to_owned();
        return Err(ClusterError::Initdb { status: output.status, output: output_text });
    }
    fs::rename(&fresh, &layout.data).doing("rename", fresh)
}

/// What an administrator types to bring the files from `found` to the installed version.
fn upgrade_commands(layout: &Layout, found: &str) -> String {
    let new_bin = layout.programs.bin_dir.display();
    let data = layout.data.display();
    let su = layout
        .user
        .as_ref()
        .map(|user| format!("runuser -u {} -- ", user.name()))
        .unwrap_or_default();
    let owner = layout
        .user
        .as_ref()
        .map(|user| format!("chown {} {data}.upgraded\n", user.name()))
        .unwrap_or_default();
    format!(
        "mkdir -m 700 {data}.upgraded\n\
         {owner}\
         {su}{new_bin}/initdb -D {data}.upgraded -U postgres -E UTF8 --locale=C.UTF-8 \
         --data-checksums --auth=trust\n\
         cd {data}.upgraded && {su}{new_bin}/pg_upgrade -U postgres \
         -b /usr/lib/postgresql/{found}/bin -B {new_bin} -d {data} -D {data}.upgraded\n\
         mv {data} {data}.{found} && mv {data}.upgraded {data}"
    )
}
