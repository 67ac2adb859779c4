//! A strategy made of data, for kinds that need no code of their own.

use super::strategy::{Column, Strategy};
use super::validation::metadata::{self, NameRule};
use super::validation::warnings;
use super::{common, printing};
use crate::apimachinery::field::ErrorList;
use crate::apimachinery::{Time, Value, names};

/// What a kind has, and what is checked and printed.
pub struct Simple {
    pub namespaced: bool,
    pub name: NameRule,
    /// Paths whose change makes a new generation; none for kinds without generations.
    pub generation: &'static [&'static str],
    /// The status of a new object; kinds without status have none.
    pub status: Option<fn() -> Value>,
    /// Rules besides those of metadata, on create and on update.
    pub check: fn(&mut ErrorList, &Value),
    /// Rules of updates only.
    pub check_update: fn(&mut ErrorList, &Value, &Value),
    /// Texts of `Warning` headers.
    pub warn: fn(&Value) -> Vec<String>,
    /// Normalizes what is about to be stored.
    pub tidy: fn(&mut Value),
    pub columns: &'static [Column],
    pub cells: fn(&Value, Time) -> Vec<Value>,
    pub create_on_update: bool,
    pub unconditional_update: bool,
    pub selectable: fn(&Value) -> Vec<(&'static str, String)>,
}

fn name_and_created(object: &Value, _: Time) -> Vec<Value> {
    vec![printing::name(object), printing::created_at(object)]
}

impl Simple {
    /// A namespaced kind without rules, status or generation.
    pub const PLAIN: Simple = Simple {
        namespaced: true,
        name: names::is_dns1123_subdomain,
        generation: &[],
        status: None,
        check: |_, _| {},
        check_update: |_, _, _| {},
        warn: |_| Vec::new(),
        tidy: |_| {},
        columns: &[printing::NAME, printing::CREATED_AT],
        cells: name_and_created,
        create_on_update: false,
        unconditional_update: true,
        selectable: |_| Vec::new(),
    };
    /// Like [`Simple::PLAIN`], for what has no namespace.
    pub const CLUSTER: Simple = Simple { namespaced: false, ..Simple::PLAIN };
}

impl Strategy for Simple {
    fn prepare_for_create(&self, object: &mut Value) {
        if let Some(status) = self.status {
            common::reset_status(object, status());
        }
        if !self.generation.is_empty() {
            common::first_generation(object);
        }
        (self.tidy)(object);
    }

    fn validate(&self, object: &Value) -> ErrorList {
        let mut errors = metadata::validate(object, self.namespaced, self.name);
        (self.check)(&mut errors, object);
        errors
    }

    fn warnings(&self, object: &Value, old: Option<&Value>) -> Vec<String> {
        let mut out = metadata::warnings(object);
        out.extend(warnings::again((self.warn)(object), object, old));
        out
    }

    fn prepare_for_update(&self, new: &mut Value, old: &Value) {
        if self.status.is_some() {
            common::keep_status(new, old);
        }
        if !self.generation.is_empty() {
            common::bump_generation(new, old, self.generation);
        }
        (self.tidy)(new);
    }

    fn validate_update(&self, new: &Value, old: &Value) -> ErrorList {
        let mut errors = metadata::validate_update(new, old);
        (self.check_update)(&mut errors, new, old);
        (self.check)(&mut errors, new);
        errors
    }

    fn allow_create_on_update(&self) -> bool {
        self.create_on_update
    }

    fn allow_unconditional_update(&self) -> bool {
        self.unconditional_update
    }

    fn selectable_fields(&self, object: &Value) -> Vec<(&'static str, String)> {
        (self.selectable)(object)
    }

    fn columns(&self) -> Option<&'static [Column]> {
        Some(self.columns)
    }

    fn cells(&self, object: &Value, now: Time) -> Vec<Value> {
        (self.cells)(object, now)
    }
}
