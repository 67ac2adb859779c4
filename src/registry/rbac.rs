//! Roles and bindings. Models `pkg/registry/rbac`.

use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Time, Value};
use crate::registry::printing::{self, AGE, NAME, text, wide};
use crate::registry::simple::Simple;
use crate::registry::strategy::Column;
use crate::registry::validation::{go_struct, metadata, rbac};

/// Roles.
pub static ROLES: Simple = Simple {
    name: metadata::path_segment,
    check: |errors, o| rbac::role(errors, o, true),
    create_on_update: true,
    ..Simple::PLAIN
};

/// ClusterRoles.
pub static CLUSTER_ROLES: Simple = Simple {
    name: metadata::path_segment,
    check: |errors, o| rbac::role(errors, o, false),
    create_on_update: true,
    ..Simple::CLUSTER
};

const BINDING: [Column; 6] = [NAME, text("Role"), AGE, wide("Users"), wide("Groups"), wide("ServiceAccounts")];

/// RoleBindings.
pub static ROLE_BINDINGS: Simple = Simple {
    name: metadata::path_segment,
    check: |errors, o| rbac::role_binding(errors, o, &["Role", "ClusterRole"]),
    check_update: same_role,
    columns: &BINDING,
    cells: binding_cells,
    create_on_update: true,
    ..Simple::PLAIN
};

/// ClusterRoleBindings.
pub static CLUSTER_ROLE_BINDINGS: Simple = Simple {
    name: metadata::path_segment,
    check: |errors, o| rbac::role_binding(errors, o, &["ClusterRole"]),
    check_update: same_role,
    columns: &BINDING,
    cells: binding_cells,
    create_on_update: true,
    ..Simple::CLUSTER
};

fn same_role(errors: &mut ErrorList, new: &Value, old: &Value) {
    if new["roleRef"] != old["roleRef"] {
        let role = &new["roleRef"];
        let mut error = Error::invalid(&Path::new("roleRef"), role.clone(), "cannot change roleRef");
        let fields = [("APIGroup", "apiGroup"), ("Kind", "kind"), ("Name", "name")];
        error.shown = Some(go_struct(role, &fields));
        errors.push(error);
    }
}

fn binding_cells(binding: &Value, now: Time) -> Vec<Value> {
    let subjects = |kind: &str| -> Value {
        let of_kind = binding["subjects"].items().iter().filter(|s| s["kind"].str() == kind);
        let names = of_kind.map(|s| match kind {
            "ServiceAccount" => format!("{}/{}", s["namespace"].str(), s["name"].str()),
            _ => s["name"].str().to_owned(),
        });
        names.collect::<Vec<_>>().join(", ").into()
    };
    let role = &binding["roleRef"];
    vec![
        printing::name(binding),
        format!("{}/{}", role["kind"].str(), role["name"].str()).into(),
        printing::age(binding, now),
        subjects("User"),
        subjects("Group"),
        subjects("ServiceAccount"),
    ]
}
