//! Parses tokens to an untyped tree. Recursion is bounded by [`RULE_DEPTH_MAX`].

use super::{
    RuleError,
    lexer::{Spot, Token, tokens},
};

/// How deeply parentheses, calls, lists and negations may nest.
pub const RULE_DEPTH_MAX: usize = 32;

/// A part of a rule and the character it starts at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tree {
    pub kind: Kind,
    pub at: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Digits with or without a unit, still unread.
    Number(String),
    Text(String),
    Bool(bool),
    List(Vec<Tree>),
    /// `facts.leave_by`, or a bare word such as an act's id.
    Path(Vec<String>),
    /// `name(arguments)` and what follows after dots: `facts(ActId).leave_by`.
    Call(String, Vec<Tree>, Vec<String>),
    Not(Box<Tree>),
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Compare(Op, Box<Tree>, Box<Tree>),
}

/// Comparison operators; `In` compares with the items of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
}

pub(super) fn parse(text: &str) -> Result<Tree, RuleError> {
    let spots = tokens(text)?;
    let mut parser = Parser { spots, next: 0, depth: 0, end: text.chars().count() };
    let tree = parser.any_of()?;
    match parser.spots.get(parser.next) {
        None => Ok(tree),
        Some(spot) => Err(RuleError::new(spot.at, "the rule should end here")
            .hint("comparisons do not chain; join conditions with `&&` or `||`")),
    }
}

struct Parser {
    spots: Vec<Spot>,
    next: usize,
    depth: usize,
    end: usize,
}

impl Parser {
    /// `a || b || c`
    fn any_of(&mut self) -> Result<Tree, RuleError> {
        self.chain("||", Self::all_of, Kind::Or)
    }

    /// `a && b && c`
    fn all_of(&mut self) -> Result<Tree, RuleError> {
        self.chain("&&", Self::comparison, Kind::And)
    }

    fn chain(
        &mut self,
        symbol: &'static str,
        part: fn(&mut Self) -> Result<Tree, RuleError>,
        join: fn(Vec<Tree>) -> Kind,
    ) -> Result<Tree, RuleError> {
        let first = part(self)?;
        let at = first.at;
        let mut parts = vec![first];
        while self.eat(symbol) {
            parts.push(part(self)?);
        }
        match parts.pop() {
            Some(only) if parts.is_empty() => Ok(only),
            last => {
                parts.extend(last);
                Ok(Tree { kind: join(parts), at })
            }
        }
    }

    fn comparison(&mut self) -> Result<Tree, RuleError> {
        let left = self.unary()?;
        let at = left.at;
        let Some(op) = self.operator() else { return Ok(left) };
        self.next += 1;
        let right = Box::new(self.unary()?);
        Ok(Tree { kind: Kind::Compare(op, Box::new(left), right), at })
    }

    fn operator(&self) -> Option<Op> {
        Some(match &self.spots.get(self.next)?.token {
            Token::Word(word) if word == "in" => Op::In,
            Token::Symbol("==") => Op::Equal,
            Token::Symbol("!=") => Op::Unequal,
            Token::Symbol("<") => Op::Less,
            Token::Symbol("<=") => Op::LessOrEqual,
            Token::Symbol(">") => Op::Greater,
            Token::Symbol(">=") => Op::GreaterOrEqual,
            _ => return None,
        })
    }

    fn unary(&mut self) -> Result<Tree, RuleError> {
        let at = self.at();
        if self.eat("!") {
            let inner = self.deeper(Self::unary)?;
            return Ok(Tree { kind: Kind::Not(Box::new(inner)), at });
        }
        self.primary()
    }

    fn primary(&mut self) -> Result<Tree, RuleError> {
        let at = self.at();
        let Some(spot) = self.spots.get_mut(self.next) else {
            return Err(RuleError::new(self.end, "the rule ends too early")
                .hint("a value is missing at its end"));
        };
        // The parser never goes back, so a token's text may be taken.
        let token = std::mem::replace(&mut spot.token, Token::Symbol(""));
        self.next += 1;
        let kind = match token {
            Token::Number(text) => Kind::Number(text),
            Token::Text(text) => Kind::Text(text),
            Token::Symbol("(") => {
                let inner = self.deeper(Self::any_of)?;
                self.expect(")")?;
                return Ok(inner);
            }
            Token::Symbol("[") => Kind::List(self.items("]")?),
            Token::Word(word) => return self.named(word, at),
            Token::Symbol(symbol) => {
                return Err(RuleError::new(at, format!("`{symbol}` is out of place")));
            }
        };
        Ok(Tree { kind, at })
    }

    fn named(&mut self, word: String, at: usize) -> Result<Tree, RuleError> {
        let kind = match word.as_str() {
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            _ if self.eat("(") => {
                let arguments = self.items(")")?;
                Kind::Call(word, arguments, self.steps()?)
            }
            _ => {
                let mut path = vec![word];
                path.extend(self.steps()?);
                Kind::Path(path)
            }
        };
        Ok(Tree { kind, at })
    }

    /// `.a.b`
    fn steps(&mut self) -> Result<Vec<String>, RuleError> {
        let mut steps = Vec::new();
        while self.eat(".") {
            match self.spots.get(self.next) {
                Some(Spot { token: Token::Word(word), .. }) => steps.push(word.clone()),
                _ => return Err(RuleError::new(self.at(), "a name should follow the dot")),
            }
            self.next += 1;
        }
        Ok(steps)
    }

    fn items(&mut self, close: &'static str) -> Result<Vec<Tree>, RuleError> {
        let mut items = Vec::new();
        if self.eat(close) {
            return Ok(items);
        }
        loop {
            items.push(self.deeper(Self::any_of)?);
            if self.eat(close) {
                return Ok(items);
            }
            self.expect(",")?;
        }
    }

    fn deeper(
        &mut self,
        part: fn(&mut Self) -> Result<Tree, RuleError>,
    ) -> Result<Tree, RuleError> {
        if self.depth == RULE_DEPTH_MAX {
            return Err(RuleError::new(self.at(), "the rule nests too deeply")
                .hint(format!("at most {RULE_DEPTH_MAX} levels")));
        }
        self.depth += 1;
        let tree = part(self);
        self.depth -= 1;
        tree
    }

    fn eat(&mut self, symbol: &'static str) -> bool {
        let found =
            self.spots.get(self.next).is_some_and(|spot| spot.token == Token::Symbol(symbol));
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &'static str) -> Result<(), RuleError> {
        if self.eat(symbol) {
            return Ok(());
        }
        Err(RuleError::new(self.at(), format!("`{symbol}` is missing here")))
    }

    fn at(&self) -> usize {
        self.spots.get(self.next).map_or(self.end, |spot| spot.at)
    }
}
