//! Splits the text of a rule into tokens.

use super::RuleError;

/// The longest rule, in characters.
pub const RULE_CHARS_MAX: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    /// Digits, possibly with a unit or dashes: `30`, `36m`, `2025-03-10`.
    Number(String),
    Text(String),
    Symbol(&'static str),
}

/// A token and the character it starts at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub token: Token,
    pub at: usize,
}

const SYMBOLS: [&str; 15] =
    ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "(", ")", "[", "]", ",", "."];

pub(super) fn tokens(text: &str) -> Result<Vec<Spot>, RuleError> {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() > RULE_CHARS_MAX {
        return Err(RuleError::new(0, format!("the rule is {} characters long", chars.len()))
            .hint(format!("split it: at most {RULE_CHARS_MAX} characters")));
    }
    let mut spots = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if chars[at].is_whitespace() {
            at += 1;
            continue;
        }
        let (token, end) = next(&chars, at)?;
        spots.push(Spot { token, at });
        at = end;
    }
    Ok(spots)
}

fn next(chars: &[char], at: usize) -> Result<(Token, usize), RuleError> {
    let first = chars[at];
    if first.is_ascii_alphabetic() || first == '_' {
        let end = word_end(chars, at);
        return Ok((Token::Word(chars[at..end].iter().collect()), end));
    }
    if first.is_ascii_digit() {
        let end = run(chars, at, |c| c.is_ascii_alphanumeric() || c == '-');
        return Ok((Token::Number(chars[at..end].iter().collect()), end));
    }
    if first == '"' {
        let end = run(chars, at + 1, |c| c != '"' && c != '\\');
        if chars.get(end) != Some(&'"') {
            return Err(RuleError::new(at, "the text does not end").hint("close it with `\"`"));
        }
        return Ok((Token::Text(chars[at + 1..end].iter().collect()), end + 1));
    }
    for symbol in SYMBOLS {
        if symbol.chars().enumerate().all(|(i, c)| chars.get(at + i) == Some(&c)) {
            return Ok((Token::Symbol(symbol), at + symbol.len()));
        }
    }
    Err(RuleError::new(at, format!("`{first}` does not belong to the rule language"))
        .hint("there is no arithmetic; `=` is written `==`"))
}

/// Words may hold dashes inside (`clock.leave-term.due`): the language has no subtraction.
fn word_end(chars: &[char], at: usize) -> usize {
    let end = run(chars, at, |c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let dashes = chars[at..end].iter().rev().take_while(|c| **c == '-').count();
    end - dashes
}

fn run(chars: &[char], from: usize, keep: impl Fn(char) -> bool) -> usize {
    from + chars[from..].iter().take_while(|c| keep(**c)).count()
}
