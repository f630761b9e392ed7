//! `name=value` as the law types it, and documents as digests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use litopys_api::clock::random;
use litopys_domain::ids::ContentHash;
use litopys_domain::law::value::Type;
use litopys_domain::statement::{Evidence, EvidenceUse};
use serde_json::{Value, json};

use crate::cli::{data, law_files};

/// Bytes of salt before a document's own.
const SALT_BYTES: usize = 16;

/// The types of an act's fields, as the built-in law has them; the ledger's law decides.
pub(in crate::cli) struct Fields {
    types: BTreeMap<String, Type>,
}

impl Fields {
    pub(in crate::cli) fn of(act: &str) -> anyhow::Result<Self> {
        let book = law_files::read(None)?;
        let laws = book.procedures().filter_map(|id| {
            let newest = book.edition_dates(id).pop()?;
            book.law(id, newest).ok()
        });
        let mut types = BTreeMap::new();
        for law in laws {
            let Some(found) = law.act(act) else { continue };
            types.extend(found.fields.iter().map(|(name, field)| (name.clone(), field.ty.clone())));
            // Acts of every case are the same in each procedure.
            if found.engine.is_none() {
                break;
            }
        }
        Ok(Self { types })
    }

    pub(in crate::cli) fn read(&self, given: &[String]) -> anyhow::Result<BTreeMap<String, Value>> {
        let mut read = BTreeMap::new();
        for text in given {
            let (name, value) = text
                .split_once('=')
                .with_context(|| format!("`{text}`: write name=value, or name:=JSON"))?;
            let (name, value) = match name.strip_suffix(':') {
                Some(name) => {
                    let json = serde_json::from_str(value);
                    (name, json.with_context(|| format!("the value of `{name}` is no JSON"))?)
                }
                None => (name, self.typed(name, value)?),
            };
            if read.insert(name.to_owned(), value).is_some() {
                bail!("`{name}` is given twice");
            }
        }
        Ok(read)
    }

    fn typed(&self, name: &str, text: &str) -> anyhow::Result<Value> {
        match self.types.get(name) {
            None => Ok(text.into()),
            Some(Type::List(item)) => {
                let items = text.split(',').map(|text| one(name, text.trim(), item));
                Ok(Value::Array(items.collect::<Result<_, _>>()?))
            }
            Some(ty) => one(name, text, ty),
        }
    }
}

fn one(name: &str, text: &str, ty: &Type) -> anyhow::Result<Value> {
    match ty {
        Type::Bool => match text {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => bail!("`{name}` is true or false, not `{text}`"),
        },
        Type::Int => {
            let number: i64 =
                text.parse().with_context(|| format!("`{name}` is a whole number"))?;
            Ok(number.into())
        }
        Type::Money => serde_json::from_str(text).with_context(|| {
            format!("`{name}` is money: write {name}:={{\"amount\": 85000, \"currency\": \"UAH\"}}")
        }),
        _ => Ok(text.into()),
    }
}

/// A document's digest: SHA-256 over a fresh salt and the bytes. Both are kept beside the file,
/// because without the salt nobody can show that it is this document.
pub(super) fn document(file: &Path, used: EvidenceUse) -> anyhow::Result<Evidence> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let salt = random::<SALT_BYTES>().context("the system gives no random bytes")?;
    let document = ContentHash::of(&[salt.as_slice(), &bytes].concat());
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{}.salt.json", &document.to_string()[..8]));
    let kept = json!({"document": document, "salt": hex::encode(salt)});
    data::write_json(&PathBuf::from(name), &kept, data::SECRET)?;
    Ok(Evidence { document, used })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_typed_by_the_law() {
        let fields = Fields::of("ForcedReturnDecided").unwrap();
        let given = ["minor=false", "ground=1", "blockers=A, B", "country:=\"GEO\""];
        let read = fields.read(&given.map(str::to_owned)).unwrap();
        assert_eq!(
            Value::from_iter(read),
            json!({
                "minor": false, "ground": "1", "blockers": ["A", "B"], "country": "GEO",
            })
        );
        assert!(fields.read(&["minor=perhaps".to_owned()]).is_err());
        assert!(fields.read(&["minor".to_owned()]).is_err());
    }
}
