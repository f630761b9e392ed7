//! What is wrong with a law file, and where.

use std::fmt;

use super::node::Place;

/// A finding of the loader or the linter: `file:line:column: message (hint)`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub struct Problem {
    pub file: String,
    pub at: Place,
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

impl Problem {
    pub(crate) fn new(file: &str, at: Place, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), at, message: message.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.at.line, self.at.column, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// Why a file that reads well is of no use: what is wrong, and the path to it in the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unready {
    pub path: Vec<String>,
    pub message: String,
}

impl Unready {
    pub(crate) fn at(list: &str, index: usize, message: impl Into<String>) -> Self {
        Self { path: vec![list.to_owned(), index.to_string()], message: message.into() }
    }
}
