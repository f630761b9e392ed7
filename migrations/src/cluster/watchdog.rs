//! Ends an ephemeral cluster with the process it belongs to, however that process ends.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::error::{ClusterError, IoContext};

/// Reads a pipe that only we hold the other end of: its end is our end, be it an exit without
/// destructors or SIGKILL. Then stops the server at once and removes the directory.
const SCRIPT: &str = r#"
cat > /dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2> /dev/null)
if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$1/data" ]; then
    kill -QUIT "$pid"
    tries=0
    while [ -e "/proc/$pid" ] && [ "$tries" -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
fi
rm -rf "$1"
"#;

/// A shell that waits for us to end.
#[derive(Debug)]
pub(crate) struct Watchdog {
    shell: Child,
}

impl Watchdog {
    /// Watches over the cluster in `dir`, an absolute path.
    pub(crate) fn start(dir: &Path) -> Result<Self, ClusterError> {
        let shell = Command::new("sh")
            .args(["-c", SCRIPT, "litopys-watchdog"])
            .arg(dir)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .doing("start a watchdog for", dir)?;
        Ok(Self { shell })
    }
}

impl Drop for Watchdog {
    /// The server is stopped by now; the shell only removes the directory, which is waited for.
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        if let Err(error) = self.shell.wait() {
            tracing::warn!(%error, "the watchdog of an ephemeral cluster is lost");
        }
    }
}
