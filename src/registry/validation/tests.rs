//! One mistake each, against the words of upstream's `pkg/apis/*/validation/validation.go`.

mod kinds;
mod pods;
mod services;
mod workloads;

use crate::registry::tests::check;

fn each(cases: &[(String, &[&str])]) {
    for (object, want) in cases {
        assert_eq!(check(object), *want, "{object}");
    }
}

fn object(api: &str, kind: &str, rest: &str) -> String {
    format!(r#"{{"apiVersion":"{api}","kind":"{kind}","metadata":{{"name":"x"}},{rest}}}"#)
}
