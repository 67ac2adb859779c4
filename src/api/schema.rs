//! The schema of every kind: fields, types, enums, merge keys. Made from the server's OpenAPI documents
//! (`data/README.md`); the text is indexed at first use and a definition is read when it is first looked at.

use crate::apimachinery::patch::strategic::{PatchField, Schema};
use std::sync::OnceLock;

const TEXT: &str = include_str!("data/schema.txt");

/// One definition, such as `io.k8s.api.core.v1.PodSpec`.
#[derive(Debug)]
pub struct Type {
    /// `io.k8s.api.core.v1`
    pub package: &'static str,
    /// `PodSpec`
    pub name: &'static str,
    /// "" for the core group and for shared types.
    pub group: &'static str,
    /// An object of its own, with apiVersion, kind and metadata.
    pub is_kind: bool,
    /// Server-side apply takes the whole.
    pub atomic: bool,
    text: &'static str,
    fields: OnceLock<Vec<Field>>,
}

/// The type of a field.
#[derive(Clone, Debug)]
pub enum Kind {
    String,
    Int32,
    Int64,
    Bool,
    Number,
    /// Base64 in JSON.
    Bytes,
    /// A map with anything in it.
    Object,
    Any,
    Quantity,
    IntOrString,
    Time,
    MicroTime,
    /// An object of any kind.
    Raw,
    FieldsV1,
    List(Box<Kind>),
    /// A map from string.
    Map(Box<Kind>),
    Ref(&'static Type),
}

/// How a list merges under server-side apply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ListType {
    #[default]
    None,
    Atomic,
    Set,
    /// With the fields that identify an item.
    Map(Vec<&'static str>),
}

/// One field of a definition.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    /// Go leaves it out when it is zero (false, 0, "").
    pub omits_zero: bool,
    /// Go writes it even when it is null.
    pub keeps_null: bool,
    pub atomic: bool,
    /// Allowed values, sorted; those of the items where the field is a list.
    pub enums: Vec<&'static str>,
    /// JSON; "" where there is none.
    pub default: &'static str,
    pub list_type: ListType,
    /// Of strategic merge patches; "" where there is none.
    pub merge_key: &'static str,
    /// Of strategic merge patches: `merge`, `retainKeys`, `merge,retainKeys`, `replace` or "".
    pub patch_strategy: &'static str,
    /// What Go calls the type in errors (`PullPolicy`), where that is not plain.
    go_name: &'static str,
}

/// The definition of a kind.
pub fn by_gvk(group: &str, version: &str, kind: &str) -> Option<&'static Type> {
    let fits = |t: &&&Type| t.name == kind && t.group == group && t.version() == version;
    let from = kinds().partition_point(|t| t.name < kind);
    kinds().get(from..)?.iter().take_while(|t| t.name == kind).find(fits).copied()
}

/// A definition by its full name, `io.k8s.api.core.v1.PodSpec`.
pub fn by_name(full: &str) -> Option<&'static Type> {
    let (package, name) = full.rsplit_once('.')?;
    table().iter().find(|t| t.name == name && t.package == package)
}

/// `ObjectMeta` of `meta/v1`.
pub fn object_meta() -> Option<&'static Type> {
    by_name("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")
}

/// The kinds, sorted by name: every write looks one up.
fn kinds() -> &'static [&'static Type] {
    static KINDS: OnceLock<Vec<&'static Type>> = OnceLock::new();
    KINDS.get_or_init(|| {
        let mut kinds: Vec<&Type> = table().iter().filter(|t| t.is_kind).collect();
        kinds.sort_by_key(|t| t.name);
        kinds
    })
}

fn table() -> &'static [Type] {
    static TABLE: OnceLock<Vec<Type>> = OnceLock::new();
    TABLE.get_or_init(index)
}

fn index() -> Vec<Type> {
    let (mut out, mut package, mut group): (Vec<Type>, &str, &str) = (Vec::new(), "", "");
    let mut at = 0;
    let mut open: Option<(usize, &'static str)> = None;
    let mut close = |open: &mut Option<(usize, &'static str)>, end: usize, package, group| {
        let Some((start, head)) = open.take() else { return };
        let (name, flags) = head.split_once(' ').unwrap_or((head, ""));
        let text = TEXT.get(start..end).unwrap_or("");
        let (is_kind, atomic) = (flags.contains('='), flags.contains('A'));
        out.push(Type { package, name, group, is_kind, atomic, text, fields: OnceLock::new() });
    };
    for line in TEXT.lines() {
        let next = at + line.len() + 1;
        if let Some(head) = line.strip_prefix('@') {
            close(&mut open, at, package, group);
            let mut cells = head.split(' ');
            package = cells.next().unwrap_or("");
            group = cells.nth(1).unwrap_or("");
        } else if !line.starts_with([' ', '#']) {
            close(&mut open, at, package, group);
            open = Some((next, line));
        }
        at = next;
    }
    close(&mut open, TEXT.len(), package, group);
    out
}

impl Type {
    /// A structure that a user defined, for as long as the program runs.
    pub fn custom(name: &'static str, group: &'static str, mut fields: Vec<Field>) -> &'static Type {
        fields.sort_by_key(|f| f.name);
        let is_kind = !name.is_empty();
        let custom =
            Type { package: "", name, group, is_kind, atomic: false, text: "", fields: OnceLock::from(fields) };
        Box::leak(Box::new(custom))
    }

    /// True for what a user defined: Go has no structure for it.
    pub fn is_custom(&self) -> bool {
        self.package.is_empty()
    }

    /// `v1`, `v2`: the last part of the package.
    pub fn version(&self) -> &'static str {
        self.package.rsplit('.').next().unwrap_or("")
    }

    /// Sorted by name, which is the order in which `explain` and JSON have them.
    pub fn fields(&'static self) -> &'static [Field] {
        self.fields.get_or_init(|| self.text.lines().map(|line| read_field(line.trim_start(), self.package)).collect())
    }

    pub fn field(&'static self, name: &str) -> Option<&'static Field> {
        let fields = self.fields();
        fields.binary_search_by(|f| f.name.cmp(name)).ok().and_then(|i| fields.get(i))
    }

    /// The field at a path of names, through lists and maps.
    pub fn lookup(&'static self, path: &[&str]) -> Option<&'static Field> {
        let (first, rest) = path.split_first()?;
        let field = self.field(first)?;
        if rest.is_empty() { Some(field) } else { field.kind.definition()?.lookup(rest) }
    }

    /// As Go's errors call it: `v1.PodSpec`.
    pub fn go_name(&self) -> String {
        format!("{}.{}", self.version(), self.name)
    }
}

impl Kind {
    /// The definition of the object, of the list's items or of the map's values.
    pub fn definition(&self) -> Option<&'static Type> {
        match self {
            Kind::Ref(t) => Some(t),
            Kind::List(inner) | Kind::Map(inner) => inner.definition(),
            _ => None,
        }
    }

    /// As Go's errors call it: `[]v1.Container`, `map[string]string`.
    pub fn go_name(&self) -> String {
        match self {
            Kind::String => "string".into(),
            Kind::Int32 => "int32".into(),
            Kind::Int64 => "int64".into(),
            Kind::Bool => "bool".into(),
            Kind::Number => "float64".into(),
            Kind::Bytes => "[]uint8".into(),
            Kind::Object | Kind::Any => "map[string]interface {}".into(),
            Kind::Quantity => "resource.Quantity".into(),
            Kind::IntOrString => "intstr.IntOrString".into(),
            Kind::Time => "v1.Time".into(),
            Kind::MicroTime => "v1.MicroTime".into(),
            Kind::Raw => "runtime.RawExtension".into(),
            Kind::FieldsV1 => "v1.FieldsV1".into(),
            Kind::List(inner) => format!("[]{}", inner.go_name()),
            Kind::Map(inner) => format!("map[string]{}", inner.go_name()),
            Kind::Ref(t) => t.go_name(),
        }
    }
}

impl Field {
    /// A field with nothing said of it but its type.
    pub fn new(name: &'static str, kind: Kind) -> Field {
        Field {
            name,
            kind,
            required: false,
            omits_zero: false,
            keeps_null: false,
            atomic: false,
            enums: Vec::new(),
            default: "",
            list_type: ListType::None,
            merge_key: "",
            patch_strategy: "",
            go_name: "",
        }
    }

    /// As Go's errors call the field's type: `v1.PullPolicy`, `[]v1.Container`, `string`.
    pub fn go_type(&self) -> String {
        if self.go_name.is_empty() { self.kind.go_name() } else { format!("v1.{}", self.go_name) }
    }
}

impl Schema for &'static Type {
    fn patch_field(&self, name: &str) -> Option<PatchField> {
        let t: &'static Type = self;
        let Some(field) = t.field(name) else {
            // Custom kinds may keep fields that their schema does not know.
            return t.is_custom().then_some(PatchField { merge_key: "", strategy: "", schema: None });
        };
        let definition = match &field.kind {
            Kind::Map(_) => None,
            other => other.definition(),
        };
        let schema = definition.map(|t| Box::new(t) as Box<dyn Schema>);
        Some(PatchField { merge_key: field.merge_key, strategy: field.patch_strategy, schema })
    }

    fn name(&self) -> &str {
        self.name
    }
}

fn read_kind(code: &'static str, package: &'static str) -> Kind {
    if let Some(inner) = code.strip_prefix('[') {
        return Kind::List(Box::new(read_kind(inner, package)));
    }
    if let Some(inner) = code.strip_prefix('{') {
        return Kind::Map(Box::new(read_kind(inner, package)));
    }
    match code {
        "s" => Kind::String,
        "i" => Kind::Int32,
        "l" => Kind::Int64,
        "b" => Kind::Bool,
        "n" => Kind::Number,
        "y" => Kind::Bytes,
        "o" => Kind::Object,
        "q" => Kind::Quantity,
        "x" => Kind::IntOrString,
        "t" => Kind::Time,
        "u" => Kind::MicroTime,
        "r" => Kind::Raw,
        "f" => Kind::FieldsV1,
        _ => reference(code, package).map_or(Kind::Any, Kind::Ref),
    }
}

/// `PodSpec` is of the same package, `meta/v1.ObjectMeta` of the one whose last two parts are meta and v1.
fn reference(code: &str, package: &str) -> Option<&'static Type> {
    let Some((alias, name)) = code.rsplit_once('.') else {
        return table().iter().find(|t| t.name == code && t.package == package);
    };
    let suffix = alias.replace('/', ".");
    let fits = |p: &str| p.strip_suffix(suffix.as_str()).is_some_and(|head| head.ends_with('.'));
    table().iter().find(|t| t.name == name && fits(t.package))
}

fn read_field(line: &'static str, package: &'static str) -> Field {
    let mut cells = line.split(' ');
    let name = cells.next().unwrap_or("");
    let kind = read_kind(cells.next().unwrap_or("a"), package);
    let mut field = Field::new(name, kind);
    for cell in cells {
        match cell.split_once('=') {
            Some(("e", list)) => field.enums = list.split('|').collect(),
            Some(("d", json)) => field.default = json,
            Some(("k", key)) => field.merge_key = key,
            Some(("p", strategy)) => field.patch_strategy = strategy,
            Some(("g", go)) => field.go_name = go,
            _ => flag(&mut field, cell),
        }
    }
    field
}

fn flag(field: &mut Field, cell: &'static str) {
    match cell {
        "!" => field.required = true,
        "0" => field.omits_zero = true,
        "N" => field.keeps_null = true,
        "A" => field.atomic = true,
        "Ls" => field.list_type = ListType::Set,
        "La" => field.list_type = ListType::Atomic,
        _ => {
            if let Some(keys) = cell.strip_prefix("Lm:") {
                field.list_type = ListType::Map(keys.split(',').collect());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_definition_reads_and_every_reference_resolves() {
        for t in table() {
            assert!(t.fields().is_sorted_by(|a, b| a.name < b.name), "{}", t.name);
        }
        let unresolved = TEXT
            .lines()
            .filter(|l| l.starts_with(' '))
            .filter(|l| l.split(' ').nth(2).is_some_and(|c| c.trim_start_matches(['[', '{']).len() > 1))
            .count();
        let resolved: usize =
            table().iter().map(|t| t.fields().iter().filter(|f| f.kind.definition().is_some()).count()).sum();
        assert_eq!(unresolved, resolved);
    }

    #[test]
    fn kinds_are_found_with_their_fields() {
        let pod = by_gvk("", "v1", "Pod").unwrap();
        let port = pod.lookup(&["spec", "containers", "ports", "containerPort"]).unwrap();
        assert!(port.required && matches!(port.kind, Kind::Int32));
        let ports = pod.lookup(&["spec", "containers", "ports"]).unwrap();
        assert_eq!((ports.merge_key, ports.patch_strategy), ("containerPort", "merge"));
        assert_eq!(ports.list_type, ListType::Map(vec!["containerPort", "protocol"]));
        assert_eq!(pod.lookup(&["spec", "containers"]).unwrap().go_type(), "[]v1.Container");
        assert_eq!(by_gvk("apps", "v1", "Deployment").unwrap().name, "Deployment");
        assert!(by_gvk("apps", "v1", "Pod").is_none());
    }
}
