//! The one place that writes to the terminal.

use std::fmt::Arguments;
use std::io::Write as _;

/// Says one line on standard output, like `println!`.
macro_rules! say {
    () => { $crate::cli::out::line(format_args!("")) };
    ($($text:tt)*) => { $crate::cli::out::line(format_args!($($text)*)) };
}
pub(crate) use say;

/// Writes a line. Nobody reading on is no failure: the work goes on.
pub(crate) fn line(text: Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    _ = writeln!(out, "{text}");
}

/// Writes a text as it is.
pub(crate) fn raw(text: &str) {
    let mut out = std::io::stdout().lock();
    _ = out.write_all(text.as_bytes());
    _ = out.flush();
}

/// A remark beside the result: on standard error.
pub(crate) fn note(text: &str) {
    _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Says what failed and why, each cause on a line of its own.
pub(crate) fn complain(error: &anyhow::Error) {
    let mut err = std::io::stderr().lock();
    _ = writeln!(err, "error: {error}");
    let mut last = error.to_string();
    for cause in error.chain().skip(1) {
        let text = cause.to_string();
        if !last.contains(&text) {
            _ = writeln!(err, "  because: {text}");
        }
        last = text;
    }
}

/// A progress bar on standard error; nothing is drawn where nobody looks.
pub(crate) fn progress(what: &'static str, length: u64) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new(length);
    let template = "{msg} {wide_bar} {pos}/{len} {per_sec} {eta}";
    if let Ok(style) = indicatif::ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.with_message(what)
}
