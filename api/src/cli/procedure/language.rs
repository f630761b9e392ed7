//! The language in which the law tools answer.

use litopys_domain::violation::Words;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum Lang {
    /// English
    #[default]
    En,
    /// Ukrainian
    Uk,
}

impl Lang {
    pub(super) fn of(self, words: &Words) -> &str {
        self.pick(&words.en, &words.uk)
    }

    pub(super) fn pick<'t>(self, en: &'t str, uk: &'t str) -> &'t str {
        match self {
            Self::En => en,
            Self::Uk => uk,
        }
    }

    /// The code that HTML and SVG name a language by.
    pub(super) fn code(self) -> &'static str {
        self.pick("en", "uk")
    }
}
