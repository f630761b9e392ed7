//! The caller's language (RFC 9110 §12.5.4): Ukrainian where it is preferred, English otherwise.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use litopys_domain::violation::Words;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    English,
    Ukrainian,
}

impl Language {
    pub fn of(headers: &HeaderMap) -> Self {
        let Some(asked) = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()) else {
            return Self::English;
        };
        let mut best = (0, Self::English);
        for range in asked.split(',') {
            let (tag, weight) = range
                .split_once(';')
                .map_or((range, 1000), |(tag, parameter)| (tag, weight_permille(parameter)));
            let language = match tag.trim().split('-').next() {
                Some(primary) if primary.eq_ignore_ascii_case("uk") => Self::Ukrainian,
                Some(primary) if primary.eq_ignore_ascii_case("en") => Self::English,
                _ => continue,
            };
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }

    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Ukrainian => "uk",
        }
    }

    pub fn pick(self, words: &Words) -> &str {
        match self {
            Self::English => &words.en,
            Self::Ukrainian => &words.uk,
        }
    }

    pub fn of_pair<'w>(self, (en, uk): (&'w str, &'w str)) -> &'w str {
        match self {
            Self::English => en,
            Self::Ukrainian => uk,
        }
    }
}

/// `q=0.8` as 800; what cannot be read does not count.
fn weight_permille(parameter: &str) -> u32 {
    let Some(value) = parameter.trim().strip_prefix("q=") else { return 0 };
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    let digits: String = format!("{part}000").chars().take(3).collect();
    let permille = whole.parse::<u32>().ok().zip(digits.parse::<u32>().ok());
    permille.map_or(0, |(whole, part)| (whole.min(1) * 1000 + part).min(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str) -> Language {
        Language::of(&HeaderMap::from_iter([(ACCEPT_LANGUAGE, header.parse().unwrap())]))
    }

    #[test]
    fn the_heavier_language_wins() {
        assert_eq!(Language::of(&HeaderMap::new()), Language::English);
        assert_eq!(of("uk"), Language::Ukrainian);
        assert_eq!(of("uk-UA,uk;q=0.9,en;q=0.8"), Language::Ukrainian);
        assert_eq!(of("en;q=0.9, uk;q=0.95"), Language::Ukrainian);
        assert_eq!(of("de, en;q=0.3, uk;q=0.2"), Language::English);
        assert_eq!(of("de"), Language::English);
        assert_eq!(of("uk;q=0"), Language::English);
        assert_eq!(of("uk;q=x"), Language::English);
    }
}
