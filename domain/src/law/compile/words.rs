//! The names a rule of an act may use.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::law::{
    engine::EngineAct,
    file::Kept,
    lists::{CodeList, Parameter},
    model::FieldLaw,
    rule::Vocabulary,
    value::Type,
};

/// What is known of an act before its rules are typed.
pub(super) struct Draft {
    pub fields: BTreeMap<String, FieldLaw>,
    pub has_instant: bool,
    pub opens: bool,
}

/// What an edition knows.
pub(super) struct Names<'a> {
    pub drafts: &'a BTreeMap<String, Draft>,
    pub lists: &'a BTreeMap<String, Arc<CodeList>>,
    pub parameters: &'a BTreeMap<String, Arc<Parameter>>,
    pub clocks: BTreeSet<&'a str>,
}

impl Names<'_> {
    /// The words of an act's rules; `None` where there is no such act.
    pub(super) fn of(&self, act: &str) -> Option<ActWords<'_>> {
        self.drafts.get(act).map(|draft| ActWords { names: self, draft })
    }
}

pub(super) struct ActWords<'a> {
    names: &'a Names<'a>,
    draft: &'a Draft,
}

fn open_field(draft: &Draft, name: &str) -> Option<(Type, bool)> {
    let field = draft.fields.get(name).filter(|field| field.kept == Kept::Open)?;
    Some((field.ty.clone(), field.optional))
}

impl Vocabulary for ActWords<'_> {
    fn field(&self, name: &str) -> Option<(Type, bool)> {
        open_field(self.draft, name)
    }

    fn sealed(&self, name: &str) -> bool {
        self.draft.fields.get(name).is_some_and(|field| field.kept != Kept::Open)
    }

    fn knows_act(&self, act: &str) -> bool {
        self.names.drafts.contains_key(act)
    }

    fn field_of(&self, act: &str, name: &str) -> Option<Type> {
        open_field(self.names.drafts.get(act)?, name).map(|(ty, _)| ty)
    }

    fn code(&self, list: &str, code: &str) -> Option<bool> {
        self.names.lists.get(list).map(|list| list.knows(code))
    }

    fn param(&self, name: &str) -> Option<Type> {
        self.names.parameters.get(name).map(|parameter| parameter.ty.clone())
    }

    fn clock(&self, id: &str) -> bool {
        self.names.clocks.contains(id)
    }

    fn has_instant(&self) -> bool {
        self.draft.has_instant
    }

    fn act_has_instant(&self, act: &str) -> bool {
        let engine = EngineAct::parse(act).is_some();
        engine || self.names.drafts.get(act).is_some_and(|draft| draft.has_instant)
    }

    fn has_state(&self) -> bool {
        !self.draft.opens
    }
}
