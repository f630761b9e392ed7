//! Values that files may write in a short and a long form.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor, value};

/// One text or a list of texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Many(pub Vec<String>);

impl std::ops::Deref for Many {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Many {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ManyVisitor;
        impl<'de> Visitor<'de> for ManyVisitor {
            type Value = Many;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts (put codes in quotes)")
            }

            fn visit_str<E>(self, text: &str) -> Result<Many, E> {
                Ok(Many(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Many, A::Error> {
                Vec::deserialize(value::SeqAccessDeserializer::new(seq)).map(Many)
            }
        }
        deserializer.deserialize_any(ManyVisitor)
    }
}

/// Where an act leads: nowhere, a state, or the first case that holds.
#[derive(Debug, Clone, Default)]
pub enum ToFile {
    #[default]
    Stays,
    State(String),
    Cases(Vec<ToCase>),
}

#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToCase {
    pub when: Option<String>,
    pub is: String,
}

impl<'de> Deserialize<'de> for ToFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ToVisitor;
        impl<'de> Visitor<'de> for ToVisitor {
            type Value = ToFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a state, or a list of {when, is}")
            }

            fn visit_str<E>(self, text: &str) -> Result<ToFile, E> {
                Ok(ToFile::State(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<ToFile, A::Error> {
                Vec::deserialize(value::SeqAccessDeserializer::new(seq)).map(ToFile::Cases)
            }
        }
        deserializer.deserialize_any(ToVisitor)
    }
}

/// What an engine act does to the state: a state, or `{from, to}`.
#[derive(Debug, Clone)]
pub struct OnFile {
    pub from: Many,
    pub to: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct OnLong {
    #[serde(default)]
    from: Many,
    to: String,
}

impl<'de> Deserialize<'de> for OnFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OnVisitor;
        impl<'de> Visitor<'de> for OnVisitor {
            type Value = OnFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a state or {from, to}")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<OnFile, E> {
                Ok(OnFile { from: Many::default(), to: text.to_owned() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OnFile, A::Error> {
                let long = OnLong::deserialize(value::MapAccessDeserializer::new(map))?;
                Ok(OnFile { from: long.from, to: long.to })
            }
        }
        deserializer.deserialize_any(OnVisitor)
    }
}

/// Acts that do something to a clock: one, or a list; each as its name, or as `{act, when}`.
#[derive(Debug, Clone, Default)]
pub struct TriggersFile(pub Vec<TriggerFile>);

impl std::ops::Deref for TriggersFile {
    type Target = [TriggerFile];

    fn deref(&self) -> &[TriggerFile] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for TriggersFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TriggersVisitor;
        impl<'de> Visitor<'de> for TriggersVisitor {
            type Value = TriggersFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an act, or a list of acts or {act, when}")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<TriggersFile, E> {
                Ok(TriggersFile(vec![TriggerFile { act: text.to_owned(), when: None }]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<TriggersFile, A::Error> {
                Vec::deserialize(value::SeqAccessDeserializer::new(seq)).map(TriggersFile)
            }
        }
        deserializer.deserialize_any(TriggersVisitor)
    }
}

/// An act, and the condition seen from it under which it counts.
#[derive(Debug, Clone)]
pub struct TriggerFile {
    pub act: String,
    pub when: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct TriggerLong {
    act: String,
    when: Option<String>,
}

impl<'de> Deserialize<'de> for TriggerFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TriggerVisitor;
        impl<'de> Visitor<'de> for TriggerVisitor {
            type Value = TriggerFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an act or {act, when}")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<TriggerFile, E> {
                Ok(TriggerFile { act: text.to_owned(), when: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TriggerFile, A::Error> {
                let long = TriggerLong::deserialize(value::MapAccessDeserializer::new(map))?;
                Ok(TriggerFile { act: long.act, when: long.when })
            }
        }
        deserializer.deserialize_any(TriggerVisitor)
    }
}
