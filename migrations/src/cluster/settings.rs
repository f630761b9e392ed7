//! The server's settings. They go on its command line, where nobody overlooks or edits them.

use std::path::Path;

use super::ClusterOptions;

/// What every private cluster runs with, whatever `postgresql.conf` says.
const ALWAYS: &[(&str, &str)] = &[
    // Only the unix socket, and only for the user it belongs to.
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("port", "5432"), // names the socket; each cluster has a directory of its own
    // Nothing acknowledged is lost: said aloud, so that no file can say otherwise.
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
    // Room for `litopys`, the auditor and a test run side by side.
    ("max_connections", "200"),
    // Base backups, and WAL that a standby or an archive can use.
    ("wal_level", "replica"),
    ("max_wal_size", "2GB"),
    ("wal_compression", "on"),
    ("checkpoint_completion_target", "0.9"),
    // Short statements on one table: just-in-time compilation only costs.
    ("jit", "off"),
    // Timestamps in answers and logs do not depend on the host.
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    // The log holds no statement text, no key values, no parameters: it is read by people who
    // have no business with the cases.
    ("log_min_messages", "warning"),
    ("log_min_error_statement", "panic"),
    ("log_error_verbosity", "terse"),
    ("log_parameter_max_length", "0"),
    ("log_parameter_max_length_on_error", "0"),
    ("log_line_prefix", "%m [%p] %q%u@%d "),
];

/// All settings as `name=value`, the caller's last, where they win.
pub(crate) fn arguments(options: &ClusterOptions, socket_dir: &Path) -> Vec<String> {
    let fsync = if options.fsync { "on" } else { "off" };
    let mut arguments = vec![
        format!("unix_socket_directories={}", socket_dir.display()),
        format!("fsync={fsync}"),
        format!("shared_buffers={}", options.shared_buffers),
    ];
    arguments.extend(ALWAYS.iter().map(|(name, value)| format!("{name}={value}")));
    arguments.extend(options.settings.iter().map(|(name, value)| format!("{name}={value}")));
    arguments
}
