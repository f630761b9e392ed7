//! Open facts and sealed fields against the fields the act declares.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Court, says};
use crate::law::{engine::EngineAct, file::Kept, fold::FoldedAct, model::FieldLaw, value::Type};

/// The fields a statement may use.
struct Fields<'a> {
    own: &'a BTreeMap<String, FieldLaw>,
    /// Of the decision a record holds, or of the act a correction concerns; never required.
    borrowed: Option<&'a BTreeMap<String, FieldLaw>>,
}

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Option<&'a FieldLaw> {
        self.own.get(name).or_else(|| self.borrowed?.get(name))
    }
}

impl<'a> Court<'a, '_> {
    fn fields(&self) -> Fields<'a> {
        let other = match self.act.engine {
            Some(EngineAct::LegacyRecordAttested) => {
                self.statement.facts.get("decision").and_then(Json::as_str)
            }
            Some(EngineAct::ClericalErrorCorrected) => self.concerned().map(FoldedAct::acts_as),
            _ => None,
        };
        let borrowed = other.and_then(|id| self.law.act(id)).map(|act| &act.fields);
        Fields { own: &self.act.fields, borrowed }
    }

    pub(super) fn check_facts(&mut self) {
        let fields = self.fields();
        for (name, field) in fields.own {
            let open = field.kept == Kept::Open;
            if open && !field.optional && !self.statement.facts.contains_key(name) {
                self.refuse(says::missing_fact(name, &field.ty));
            }
        }
        for (name, json) in &self.statement.facts {
            match fields.get(name) {
                None => self.refuse(says::unknown_fact(name, &self.act.id)),
                Some(field) if field.kept != Kept::Open => self.refuse(says::must_be_sealed(name)),
                Some(field) => self.check_fact(name, &field.ty, json),
            }
        }
        let corrects = self.is_engine(EngineAct::ClericalErrorCorrected);
        if corrects && self.statement.facts.is_empty() && self.statement.sealed.is_empty() {
            self.refuse(says::nothing_corrected());
        }
    }

    fn check_fact(&mut self, name: &str, ty: &Type, json: &Json) {
        if ty.read(json).is_none() {
            self.refuse(says::wrong_fact(name, ty));
            return;
        }
        let Some(list_id) = ty.code_list() else { return };
        let codes = match json {
            Json::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        let list = self.act_law.lists.get(list_id);
        for code in codes.iter().filter_map(Json::as_str) {
            if list.and_then(|list| list.on(code, self.item.date)).is_none() {
                self.refuse(says::unknown_code(name, code, list_id, self.item.date));
            }
        }
    }

    pub(super) fn check_sealed(&mut self) {
        let fields = self.fields();
        for (name, field) in fields.own {
            let sealed = field.kept != Kept::Open;
            if sealed && !field.optional && !self.statement.sealed.contains_key(name) {
                self.refuse(says::missing_sealed(name));
            }
        }
        for name in self.statement.sealed.keys() {
            match fields.get(name) {
                None => self.refuse(says::unknown_sealed(name, &self.act.id)),
                Some(field) if field.kept == Kept::Open => self.refuse(says::must_be_open(name)),
                Some(_) => {}
            }
        }
    }
}
