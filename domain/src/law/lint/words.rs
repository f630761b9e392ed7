//! Texts that lack a language.

use crate::law::{
    node::{Kind, Node},
    problem::Problem,
};

/// Every pair of `en` and `uk` below a node, whatever it stands for.
pub(super) fn check(file: &str, node: &Node, problems: &mut impl Extend<Problem>) {
    match &node.kind {
        Kind::List(items) => items.iter().for_each(|item| check(file, item, problems)),
        Kind::Map(pairs) => {
            if let (Some(en), Some(uk)) = (text(node, "en"), text(node, "uk")) {
                problems.extend(pair(file, node, en.trim(), uk.trim()));
            }
            for (_, value) in pairs {
                check(file, value, problems);
            }
        }
        _ => {}
    }
}

fn pair(file: &str, node: &Node, en: &str, uk: &str) -> Option<Problem> {
    let named = |language| Problem::new(file, node.nearest(&[language]).at, "");
    let (mut problem, message, hint) = if en.is_empty() {
        (named("en"), "a text is empty in English", "say in `en` what `uk` says")
    } else if uk.is_empty() {
        (named("uk"), "a text is empty in Ukrainian", "say in `uk` what `en` says")
    } else if en == uk && en.chars().any(char::is_alphabetic) {
        (named("uk"), "a text is not translated", "`en` and `uk` say the same in two languages")
    } else {
        return None;
    };
    message.clone_into(&mut problem.message);
    Some(problem.hint(hint))
}

fn text<'n>(node: &'n Node, language: &str) -> Option<&'n str> {
    node.get(language).and_then(Node::text)
}
