//! The two ways to write a narrowed value, JCS and plain `serde_json`, agree; so do two JCS crates.

use litopys_domain::canonical;
use proptest::prelude::*;
use serde_json::{Map, Value};

fn narrowed() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (-canonical::INTEGER_MAX..=canonical::INTEGER_MAX).prop_map(Value::from),
        "[^\0]{1,24}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..6).prop_map(Value::from),
            prop::collection::btree_map("[a-z][a-z0-9_]{0,12}", inner, 1..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn every_writer_gives_the_same_text(value in narrowed()) {
        let text = canonical::to_string(&value);
        prop_assert_eq!(&value.to_string(), &text);
        prop_assert_eq!(&serde_jcs::to_string(&value).unwrap_or_default(), &text);
        prop_assert_eq!(canonical::parse(&text).ok(), Some(value));
    }

    #[test]
    fn the_parser_never_panics(text in "\\PC{0,200}") {
        let _ = canonical::parse(&text);
    }
}
