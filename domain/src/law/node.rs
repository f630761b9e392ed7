//! A YAML or JSON document as a tree whose every part knows its line and column.
//!
//! Law files are read to this tree, cut to a date (`law::cut`), and only then read into types.
//! An edition that comes back from the log as JCS text takes the same way, so both give the same
//! engine.

mod de;

use jiff::civil::Date;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;
use serde_saphyr::Spanned;

use super::problem::Problem;

/// The largest law file, in bytes.
pub const FILE_BYTES_MAX: usize = 1 << 20;
/// How deeply a law file may nest.
const FILE_DEPTH_MAX: usize = 24;

/// Line and column from 1; 0 where the text came from the log and has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, Hash)]
pub struct Place {
    pub line: u64,
    pub column: u64,
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub kind: Kind,
    pub at: Place,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    pub at: Place,
}

impl Node {
    /// Reads a YAML file; `file` is its name in messages.
    pub fn from_yaml(file: &str, text: &str) -> Result<Self, Problem> {
        if text.len() > FILE_BYTES_MAX {
            let message = format!("the file has {} bytes", text.len());
            return Err(Problem::new(file, Place { line: 1, column: 1 }, message)
                .hint(format!("at most {FILE_BYTES_MAX}; split code lists off")));
        }
        let options = serde_saphyr::options! {
            strict_booleans: true,
            budget: serde_saphyr::budget! { max_depth: FILE_DEPTH_MAX },
        };
        let raw: Spanned<Raw> = serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| yaml_problem(file, &error))?;
        raw.value.located(place(&raw.referenced), 0).map_err(|error| error.in_file(file))
    }

    /// Reads JSON from the log; it carries no places.
    pub fn from_json(json: &Json) -> Self {
        let kind = match json {
            Json::Null => Kind::Null,
            Json::Bool(truth) => Kind::Bool(*truth),
            Json::Number(number) => {
                number.as_i64().map_or_else(|| Kind::Text(number.to_string()), Kind::Int)
            }
            Json::String(text) => Kind::Text(text.clone()),
            Json::Array(items) => Kind::List(items.iter().map(Self::from_json).collect()),
            Json::Object(map) => Kind::Map(
                map.iter()
                    .map(|(name, value)| {
                        (Key { name: name.clone(), at: Place::default() }, Self::from_json(value))
                    })
                    .collect(),
            ),
        };
        Self { kind, at: Place::default() }
    }

    /// The tree as JSON, without places.
    pub fn to_json(&self) -> Json {
        match &self.kind {
            Kind::Null => Json::Null,
            Kind::Bool(truth) => Json::Bool(*truth),
            Kind::Int(int) => Json::from(*int),
            Kind::Text(text) => Json::String(text.clone()),
            Kind::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Kind::Map(pairs) => Json::Object(
                pairs.iter().map(|(key, value)| (key.name.clone(), value.to_json())).collect(),
            ),
        }
    }

    /// Reads the tree into a type; errors carry the place of the part they are about.
    pub fn read<T: DeserializeOwned>(&self, file: &str) -> Result<T, Problem> {
        T::deserialize(self).map_err(|error| error.in_file(file))
    }

    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn date(&self) -> Option<Date> {
        self.text()?.parse().ok()
    }

    pub fn pairs(&self) -> &[(Key, Node)] {
        match &self.kind {
            Kind::Map(pairs) => pairs,
            _ => &[],
        }
    }

    pub fn get(&self, name: &str) -> Option<&Self> {
        self.pairs().iter().find(|(key, _)| key.name == name).map(|(_, value)| value)
    }

    /// The node at a path of keys and list indices, as far as it goes.
    pub fn nearest(&self, path: &[&str]) -> &Self {
        let mut node = self;
        for step in path {
            let next = match &node.kind {
                Kind::List(items) => step.parse().ok().and_then(|i: usize| items.get(i)),
                _ => node.get(step),
            };
            match next {
                Some(next) => node = next,
                None => break,
            }
        }
        node
    }
}

/// What is wrong with a part of the tree, before its file is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeError {
    at: Option<Place>,
    message: String,
}

impl NodeError {
    fn in_file(self, file: &str) -> Problem {
        described(Problem::new(file, self.at.unwrap_or_default(), self.message))
    }
}

/// A node as serde-saphyr hands it over.
enum Raw {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl Raw {
    fn located(self, at: Place, depth: usize) -> Result<Node, NodeError> {
        if depth > FILE_DEPTH_MAX {
            let message = format!("nested deeper than {FILE_DEPTH_MAX} levels");
            return Err(NodeError { at: Some(at), message });
        }
        let inner = |part: Spanned<Self>| part.value.located(place(&part.referenced), depth + 1);
        let kind = match self {
            Self::Null => Kind::Null,
            Self::Bool(truth) => Kind::Bool(truth),
            Self::Int(int) => Kind::Int(int),
            Self::Text(text) => Kind::Text(text),
            Self::List(items) => {
                Kind::List(items.into_iter().map(inner).collect::<Result<_, _>>()?)
            }
            Self::Map(pairs) => Kind::Map(
                pairs
                    .into_iter()
                    .map(|(key, value)| {
                        let at = place(&key.referenced);
                        Ok((Key { name: key.value, at }, inner(value)?))
                    })
                    .collect::<Result<_, _>>()?,
            ),
        };
        Ok(Node { kind, at })
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("text, a whole number, true or false, a list or a map")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(truth))
    }

    fn visit_i64<E>(self, int: i64) -> Result<Raw, E> {
        Ok(Raw::Int(int))
    }

    fn visit_u64<E: serde::de::Error>(self, int: u64) -> Result<Raw, E> {
        i64::try_from(int).map(Raw::Int).map_err(|_| E::custom("the number is too large"))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Raw, E> {
        if text.contains('\0') {
            return Err(E::custom("unexpected character: a text holds a NUL"));
        }
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Raw::Map(pairs))
    }
}

fn place(location: &serde_saphyr::Location) -> Place {
    Place { line: location.line(), column: location.column() }
}

fn yaml_problem(file: &str, error: &serde_saphyr::Error) -> Problem {
    let at = error.location().map(|location| place(&location)).unwrap_or_default();
    let message = error.without_snippet().to_string();
    // The place stands before the message already.
    let message = message.split_once(" at line ").map_or(message.as_str(), |(said, _)| said);
    described(Problem::new(file, at, message))
}

/// Says in words of law files what the reader says in its own, and how to mend it.
fn described(mut problem: Problem) -> Problem {
    let says = |part| problem.message.contains(part);
    let (message, hint) = if says("Depth {") || says("recursion limit") {
        let hint = "no law needs more; is a bracket left open?";
        (format!("nested deeper than {FILE_DEPTH_MAX} levels"), hint.to_owned())
    } else if says("budget breached") || says("recursive references") {
        ("anchors and aliases unfold to too much".to_owned(), "write the text out".to_owned())
    } else if says("unexpected character") {
        let hint = "law files are UTF-8 text without control characters";
        (std::mem::take(&mut problem.message), hint.to_owned())
    } else if let Some((said, _)) = problem.message.split_once(", set DuplicateKeyPolicy") {
        (said.to_owned(), "keep one of the two".to_owned())
    } else if says("missing field") {
        (std::mem::take(&mut problem.message), "add it".to_owned())
    } else {
        match problem.message.split_once(", expected ") {
            Some((said, "a string")) => (said.to_owned(), "write it in quotes".to_owned()),
            Some((said, expected)) => (said.to_owned(), format!("expected {expected}")),
            None => (std::mem::take(&mut problem.message), FORM.to_owned()),
        }
    };
    problem.message = message;
    problem.hint(hint)
}

const FORM: &str = "law files are plain YAML: maps, lists, texts, whole numbers, true and false";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_know_their_place() {
        let node = Node::from_yaml("x.yaml", "a:\n  - {b: \"1\"}\n  - c\n").unwrap();
        let place = |path: &[&str]| (node.nearest(path).at.line, node.nearest(path).at.column);
        assert_eq!(place(&["a", "0", "b"]), (2, 9));
        assert_eq!(place(&["a", "1"]), (3, 5));
        assert_eq!(place(&["a", "9"]), place(&["a"]), "the deepest part that is there");
    }

    #[test]
    fn json_takes_the_same_way() {
        let node = Node::from_yaml("x.yaml", "a: [1, true, text, null]").unwrap();
        assert_eq!(Node::from_json(&node.to_json()).to_json(), node.to_json());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[a-z0-9:{}\\[\\]&*<>|\"'# \\-\n]{0,120}") {
            let _ = Node::from_yaml("x.yaml", &text);
        }
    }
}
