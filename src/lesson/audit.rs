//! What kubectl asked the API server, as its audit log would have it, for steps that only read.

use super::model::{Form, RequestPattern};
use crate::apimachinery::labels::{Operator, Requirement, Selector};
use crate::client::{Accept, Method, Request};
use serde::{Deserialize, Serialize};

/// How many commands are remembered, and how many different requests of each.
const MOST_COMMANDS: usize = 256;
const MOST_REQUESTS: usize = 64;

/// One request for a resource. Models `RequestInfo` and the audit log's `objectRef`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`
    pub verb: String,
    /// `pods`, `apps/v1/deployments`
    pub resource: String,
    pub subresource: String,
    pub namespace: String,
    pub name: String,
    /// In the canonical form of [`canonical_selector`].
    pub selector: String,
    pub field_selector: String,
    /// Of exec, attach and log.
    #[serde(default)]
    pub container: String,
    pub form: Form,
}

impl Asked {
    /// Reads a request; None for one that names no resource (discovery, health).
    pub fn of(request: &Request) -> Option<Asked> {
        let mut segments = request.path.trim_start_matches('/').split('/').filter(|s| !s.is_empty());
        let prefix = match segments.next()? {
            "api" => segments.next().map(|_| String::new())?,
            "apis" => format!("{}/{}/", segments.next()?, segments.next()?),
            _ => return None,
        };
        let rest: Vec<&str> = segments.collect();
        let (namespace, rest) = match rest.as_slice() {
            // `namespaces/NAME` and `namespaces/NAME/finalize` are about the namespace itself.
            ["namespaces", ns, resource, more @ ..] if !matches!(*resource, "finalize" | "status") => {
                (*ns, [&[*resource], more].concat())
            }
            _ => ("", rest),
        };
        let at = |i: usize| rest.get(i).copied().unwrap_or("");
        Some(Asked {
            verb: verb(request, !at(1).is_empty()).into(),
            resource: format!("{prefix}{}", rest.first()?),
            subresource: at(2).into(),
            namespace: namespace.into(),
            name: at(1).into(),
            selector: canonical_selector(request.param("labelSelector")),
            field_selector: request.param("fieldSelector").into(),
            container: request.param("container").into(),
            form: if request.accept == Accept::Table { Form::Table } else { Form::Object },
        })
    }

    fn fits(&self, pattern: &RequestPattern) -> bool {
        let is = |want: &Option<String>, got: &str| want.as_ref().is_none_or(|w| w == got);
        (pattern.verb.is_empty() || pattern.verb.contains(&self.verb))
            && pattern.resource == self.resource
            && pattern.subresource == self.subresource
            && is(&pattern.namespace, &self.namespace)
            && is(&pattern.name, &self.name)
            && pattern.selector.as_ref().is_none_or(|want| canonical_selector(want) == self.selector)
            && pattern.field_selector.as_ref().is_none_or(|want| self.field_selector.split(',').any(|r| r == want))
            && is(&pattern.container, &self.container)
            && pattern.form.is_none_or(|form| form == self.form)
    }
}

fn verb(request: &Request, named: bool) -> &'static str {
    match (request.method, named) {
        (Method::Get, _) if matches!(request.param("watch"), "true" | "1") => "watch",
        (Method::Get, true) => "get",
        (Method::Get, false) => "list",
        (Method::Post, _) => "create",
        (Method::Put, _) => "update",
        (Method::Patch(_), _) => "patch",
        (Method::Delete, true) => "delete",
        (Method::Delete, false) => "deletecollection",
    }
}

/// The requests of each command line since the step began.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    commands: Vec<Vec<Asked>>,
}

impl Audit {
    /// What is recorded from now on belongs to a new command line.
    pub fn begin_command(&mut self) {
        if self.commands.last().is_some_and(Vec::is_empty) {
            return;
        }
        if self.commands.len() >= MOST_COMMANDS {
            self.commands.remove(0);
        }
        self.commands.push(Vec::new());
    }

    /// Records a request of kubectl's that was answered with this HTTP code. Others', failed ones and those for no
    /// resource are left out.
    pub fn record(&mut self, request: &Request, code: u16) {
        if !request.user_agent.starts_with("kubectl") || code >= 400 {
            return;
        }
        if let Some(asked) = Asked::of(request) {
            self.add(asked);
        }
    }

    /// Adds what was asked to the last command line.
    pub fn add(&mut self, asked: Asked) {
        if self.commands.is_empty() {
            self.commands.push(Vec::new());
        }
        let Some(last) = self.commands.last_mut() else { return };
        if last.len() < MOST_REQUESTS && !last.contains(&asked) {
            last.push(asked);
        }
    }

    /// True when a command asked for what the pattern describes.
    pub fn has(&self, pattern: &RequestPattern) -> bool {
        self.commands
            .iter()
            .any(|command| command.iter().any(|asked| asked.fits(pattern)) && (!pattern.alone || command.len() == 1))
    }
}

/// Writes a label selector so that selectors which mean the same are equal: requirements sorted, `==` as `=`, a set of one value as
/// `=` or `!=`. What is no selector stays as it is.
pub fn canonical_selector(text: &str) -> String {
    let Ok(mut selector) = Selector::parse(text) else { return text.to_owned() };
    for requirement in &mut selector.requirements {
        requirement.operator = match (requirement.operator, requirement.values.len()) {
            (Operator::DoubleEquals, _) | (Operator::In, 1) => Operator::Equals,
            (Operator::NotIn, 1) => Operator::NotEquals,
            (other, _) => other,
        };
    }
    let mut texts: Vec<String> = selector.requirements.iter().map(Requirement::to_string).collect();
    texts.sort();
    texts.dedup();
    texts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::Value;

    fn asked(request: Request) -> Asked {
        Asked::of(&request).unwrap()
    }

    #[test]
    fn a_request_reads_as_the_audit_log_names_it() {
        let list = asked(Request::get("/api/v1/namespaces/default/pods").query("labelSelector", "a==b"));
        assert_eq!((list.verb.as_str(), list.resource.as_str(), list.namespace.as_str()), ("list", "pods", "default"));
        assert_eq!(list.selector, "a=b");
        let log = asked(Request::get("/api/v1/namespaces/x/pods/web/log"));
        assert_eq!((log.verb.as_str(), log.name.as_str(), log.subresource.as_str()), ("get", "web", "log"));
        let all = asked(Request::get("/apis/apps/v1/deployments").query("watch", "true"));
        assert_eq!(
            (all.verb.as_str(), all.resource.as_str(), all.namespace.as_str()),
            ("watch", "apps/v1/deployments", "")
        );
        let ns = asked(Request::delete("/api/v1/namespaces/x", Value::Null));
        assert_eq!((ns.verb.as_str(), ns.resource.as_str(), ns.name.as_str()), ("delete", "namespaces", "x"));
        assert_eq!(Asked::of(&Request::get("/api/v1")), None);
        assert_eq!(Asked::of(&Request::get("/version")), None);
        assert_eq!(Asked::of(&Request::get("/apis/apps")), None);
    }

    #[test]
    fn only_what_kubectl_got_is_recorded_and_alone_means_the_command_asked_nothing_else() {
        let get = || Request::get("/api/v1/namespaces/default/pods/web").user_agent("kubectl");
        let whole = RequestPattern { resource: "pods".into(), alone: true, ..RequestPattern::default() };
        let mut audit = Audit::default();
        audit.record(&get().user_agent("kubelet"), 200);
        audit.record(&get(), 404);
        assert!(!audit.has(&whole));
        audit.begin_command();
        audit.record(&get(), 200);
        audit.record(&Request::get("/api/v1/namespaces/default/pods/web/log").user_agent("kubectl"), 200);
        assert!(!audit.has(&whole));
        audit.begin_command();
        audit.record(&get(), 200);
        audit.record(&get(), 200);
        assert!(audit.has(&whole));
    }

    #[test]
    fn selectors_are_compared_by_meaning() {
        for (a, b) in [
            ("env=prod", "env==prod"),
            ("env in (prod)", "env=prod"),
            ("env notin ( prod )", "env!=prod"),
            ("a=1,b", "b, a = 1"),
            ("env in (prod, dev)", "env  in (dev,prod)"),
            ("!env", " ! env"),
        ] {
            assert_eq!(canonical_selector(a), canonical_selector(b));
        }
        for (a, b) in [("env", "!env"), ("env=a", "env!=a"), ("env in (a,b)", "env notin (a,b)"), ("a=1", "a=1,b")] {
            assert_ne!(canonical_selector(a), canonical_selector(b));
        }
        for odd in ["(", ")", ",,", "=", "a in (", "é,é"] {
            canonical_selector(odd);
        }
    }
}
