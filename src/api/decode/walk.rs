//! One pass over a body with the schema beside it. Nothing is copied where nothing changes.

use super::scalar;
use crate::api::schema::{Field, Kind, Type};
use crate::apimachinery::{Map, Value};

/// Deeper than any object of the API; what goes deeper is refused.
const MAX_DEPTH: usize = 200;

/// One step of the way to where the walk is.
#[derive(Clone, Copy)]
enum Step<'a> {
    Field(&'a str),
    Index(usize),
    Key(&'a str),
}

/// The state of a walk.
#[derive(Default)]
pub struct Walk<'a> {
    /// `unknown field "spec.x"`, in order.
    pub unknown: Vec<String>,
    from_unstructured: bool,
    /// The first wrong type: the walk goes on after it, as Go's decoder does.
    saved: Option<String>,
    /// An error of a type that reads itself (Quantity, Time): the walk ends.
    fatal: Option<String>,
    path: Vec<Step<'a>>,
    /// The innermost definition, with the field that is being read.
    within: Option<(&'static Type, &'static Field)>,
}

impl<'a> Walk<'a> {
    /// `from_unstructured`: errors are worded as the converter of strategic merge patches words them.
    pub fn new(from_unstructured: bool) -> Self {
        Self { from_unstructured, ..Self::default() }
    }

    /// What the decoder reports, if anything.
    pub fn error(&self) -> Option<String> {
        self.fatal.clone().or_else(|| self.saved.clone())
    }

    /// Walks an object. Returns what is to take its place, or None where it stays as it is.
    pub fn kind(&mut self, value: &'a Value, definition: &'static Type) -> Option<Value> {
        self.object(value, definition)
    }

    fn object(&mut self, value: &'a Value, definition: &'static Type) -> Option<Value> {
        let Value::Map(map) = value else {
            self.mismatch(value, &definition.go_name());
            return None;
        };
        if self.path.len() > MAX_DEPTH {
            self.fatal.get_or_insert_with(|| "exceeded max depth".to_owned());
            return None;
        }
        let mut edit = Edit::default();
        let (outer, fields) = (self.within, definition.fields());
        let mut at = 0;
        for (name, v) in map.iter() {
            while fields.get(at).is_some_and(|f| f.name < name) {
                at += 1;
            }
            self.path.push(Step::Field(name));
            match fields.get(at).filter(|f| f.name == name) {
                None => {
                    self.unknown.push(format!("unknown field {:?}", self.text()));
                    edit.change(map, name, None);
                }
                Some(field) => {
                    self.within = Some((definition, field));
                    self.field(v, field, map, &mut edit);
                }
            }
            self.path.pop();
            if self.fatal.is_some() {
                return None;
            }
        }
        self.within = outer;
        edit.done()
    }

    fn field(&mut self, value: &'a Value, field: &'static Field, map: &Map, edit: &mut Edit) {
        if value.is_null() {
            if !field.keeps_null {
                edit.change(map, field.name, None);
            }
            return;
        }
        let new = self.value(value, &field.kind);
        let empty_after = match new.as_ref().unwrap_or(value) {
            Value::List(l) => l.is_empty() && !field.required,
            Value::Map(m) => m.is_empty() && matches!(field.kind, Kind::Map(_)),
            scalar => field.omits_zero && scalar.is_empty(),
        };
        if empty_after {
            edit.change(map, field.name, None);
        } else if let Some(new) = new {
            edit.change(map, field.name, Some(new));
        }
    }

    fn value(&mut self, value: &'a Value, kind: &'static Kind) -> Option<Value> {
        match kind {
            Kind::Ref(definition) => self.object(value, definition),
            Kind::List(inner) => self.list(value, inner, kind),
            Kind::Map(inner) => self.map(value, inner, kind),
            Kind::Any | Kind::Raw | Kind::FieldsV1 | Kind::Object => None,
            _ => match scalar::read(value, kind) {
                Ok(new) => new,
                Err(scalar::Error::Own(text)) => {
                    self.fatal.get_or_insert(text);
                    None
                }
                Err(scalar::Error::Saved(text)) => {
                    self.saved.get_or_insert(text);
                    None
                }
                Err(scalar::Error::Mismatch(shown)) => {
                    self.wrong_type(value, &shown, &self.scalar_name(kind));
                    None
                }
            },
        }
    }

    fn list(&mut self, value: &'a Value, inner: &'static Kind, kind: &'static Kind) -> Option<Value> {
        let Value::List(items) = value else {
            self.mismatch(value, &self.container_name(kind));
            return None;
        };
        let mut out: Option<Vec<Value>> = None;
        for (i, item) in items.iter().enumerate() {
            self.path.push(Step::Index(i));
            let new = if item.is_null() { zero(inner) } else { self.value(item, inner) };
            self.path.pop();
            if let Some(new) = new {
                let list = out.get_or_insert_with(|| items.to_vec());
                if let Some(slot) = list.get_mut(i) {
                    *slot = new;
                }
            }
        }
        out.map(Value::from)
    }

    fn map(&mut self, value: &'a Value, inner: &'static Kind, kind: &'static Kind) -> Option<Value> {
        let Value::Map(map) = value else {
            self.mismatch(value, &self.container_name(kind));
            return None;
        };
        let mut edit = Edit::default();
        for (key, v) in map.iter() {
            self.path.push(Step::Key(key));
            let new = if v.is_null() { zero(inner) } else { self.value(v, inner) };
            self.path.pop();
            if let Some(new) = new {
                edit.change(map, key, Some(new));
            }
        }
        edit.done()
    }

    /// Go's name for a scalar: the field's own where the field is that scalar.
    fn scalar_name(&self, kind: &Kind) -> String {
        match self.within {
            Some((_, field)) if !matches!(field.kind, Kind::List(_) | Kind::Map(_)) => field.go_type(),
            _ => kind.go_name(),
        }
    }

    fn container_name(&self, kind: &Kind) -> String {
        match (self.within, self.path.last()) {
            (Some((_, field)), Some(Step::Field(_))) => field.go_type(),
            _ => kind.go_name(),
        }
    }

    fn mismatch(&mut self, value: &Value, go_type: &str) {
        self.wrong_type(value, scalar::json_name(value), go_type);
    }

    /// The first wrong type is what is reported.
    fn wrong_type(&mut self, value: &Value, shown: &str, go_type: &str) {
        if self.saved.is_some() {
            return;
        }
        if self.from_unstructured {
            self.saved = Some(scalar::cannot_convert(value, go_type));
            return;
        }
        let place = match self.within {
            None => "Go value".to_owned(),
            Some((definition, _)) => {
                let names: Vec<_> =
                    self.path.iter().filter_map(|s| if let Step::Field(n) = s { Some(*n) } else { None }).collect();
                format!("Go struct field {}.{}", definition.name, names.join("."))
            }
        };
        self.saved = Some(format!("json: cannot unmarshal {shown} into {place} of type {go_type}"));
    }

    /// `spec.containers[0].image`
    fn text(&self) -> String {
        let mut out = String::new();
        for step in &self.path {
            match step {
                Step::Field(name) if out.is_empty() => out.push_str(name),
                Step::Field(name) | Step::Key(name) => {
                    out.push('.');
                    out.push_str(name);
                }
                Step::Index(i) => out = format!("{out}[{i}]"),
            }
        }
        out
    }
}

/// What null becomes in a list or as the value of a map.
fn zero(kind: &Kind) -> Option<Value> {
    match kind {
        Kind::String | Kind::Bytes => Some("".into()),
        Kind::Int32 | Kind::Int64 | Kind::Number | Kind::IntOrString => Some(0.into()),
        Kind::Bool => Some(false.into()),
        Kind::Quantity => Some("0".into()),
        Kind::Ref(_) => Some(Value::object()),
        _ => None,
    }
}

/// Changes to a map, copied at the first of them.
#[derive(Default)]
struct Edit(Option<Map>);

impl Edit {
    fn change(&mut self, original: &Map, key: &str, new: Option<Value>) {
        let map = self.0.get_or_insert_with(|| original.clone());
        match new {
            Some(v) => map.insert(key, v),
            None => {
                map.remove(key);
            }
        }
    }

    fn done(self) -> Option<Value> {
        self.0.map(Value::from)
    }
}
