//! Questions that are asked by creating an object: may I, who am I. Models `pkg/registry/{authorization,authentication}`.

use super::handlers::{Call, body};
use super::rbac::{self, Attributes, User};
use super::{ApiServer, managed};
use crate::apimachinery::{Status, Value};
use crate::client::Reply;
use crate::object;
use crate::registry::store::Part;

/// What `auth whoami` shows of the administrator's certificate.
const CREDENTIAL: &str = "X509SHA256=51b4bcc52c0a2890e8e056d031cb4369fb5e1885f6c494dabe51caac9ed41ec3";

impl ApiServer {
    /// True for the kinds that are answered and never stored.
    pub(super) fn is_review(group: &str, resource: &str) -> bool {
        matches!(group, "authorization.k8s.io" | "authentication.k8s.io") && resource.ends_with("reviews")
    }

    #[inline(never)]
    pub(super) fn serve_review(&self, call: &Call) -> Result<Reply, Status> {
        let mut review = body(call.request, call.resource.kind)?.clone();
        review.set("kind", call.resource.kind);
        review.set("apiVersion", call.resource.api_version.as_str());
        let user = User::of(call.request);
        let status = match call.resource.kind {
            "SelfSubjectAccessReview" => self.access(&user, &review["spec"]),
            "SubjectAccessReview" | "LocalSubjectAccessReview" => self.access(&other(&review["spec"]), &review["spec"]),
            "SelfSubjectRulesReview" => self.rules(&user, review.at("spec.namespace").str()),
            "SelfSubjectReview" => object! { "userInfo" => user_info(&user, call.request.as_user.is_empty()) },
            "TokenReview" => self.token_review(&review),
            kind => return Err(Status::new(501, "NotImplemented", format!("{kind} is not simulated here"))),
        };
        if let Some(managed) = managed::after_write(call, &Value::Null, &review, Part::Main, self.now()) {
            review.set("metadata.managedFields", managed);
        }
        // Upstream answers with an object of its own.
        if call.resource.kind == "SelfSubjectReview" {
            review.set("metadata", object! { "creationTimestamp" => self.now().rfc3339() });
        }
        review.set("status", status);
        Ok(Reply::object(201, review))
    }

    fn access(&self, user: &User, spec: &Value) -> Value {
        let resource = &spec["resourceAttributes"];
        let text = |v: &Value| v.str().to_owned();
        let wanted = if resource.is_null() {
            let asked = &spec["nonResourceAttributes"];
            Attributes { verb: text(&asked["verb"]), path: text(&asked["path"]), ..Attributes::default() }
        } else {
            let name = match resource["subresource"].str() {
                "" => text(&resource["resource"]),
                subresource => format!("{}/{subresource}", resource["resource"].str()),
            };
            Attributes {
                verb: text(&resource["verb"]),
                group: text(&resource["group"]),
                resource: name,
                namespace: text(&resource["namespace"]),
                name: text(&resource["name"]),
                path: String::new(),
            }
        };
        match rbac::authorize(&self.store, user, &wanted) {
            Some(reason) if reason.is_empty() => object! { "allowed" => true },
            Some(reason) => object! { "allowed" => true, "reason" => reason },
            None => object! { "allowed" => false },
        }
    }

    fn rules(&self, user: &User, namespace: &str) -> Value {
        let (mut resources, mut urls) = (Vec::new(), Vec::new());
        for (rule, _) in rbac::rules_for(&self.store, user, namespace) {
            let pick = |fields: &[&str]| -> Value {
                let mut out = Value::object();
                for field in fields.iter().filter(|f| !rule[**f].is_null()) {
                    out.set(field, rule[*field].clone());
                }
                out
            };
            if rule["nonResourceURLs"].items().is_empty() {
                resources.push(pick(&["verbs", "apiGroups", "resources", "resourceNames"]));
            } else {
                urls.push(pick(&["verbs", "nonResourceURLs"]));
            }
        }
        object! { "resourceRules" => resources, "nonResourceRules" => urls, "incomplete" => false }
    }

    /// A token of ours is told by the subject it names.
    fn token_review(&self, review: &Value) -> Value {
        let subject = super::continue_token::claims(review.at("spec.token").str())
            .filter(|claims| claims["exp"].int() > self.now().secs())
            .map(|claims| claims["sub"].str().to_owned());
        match subject.filter(|s| s.starts_with("system:serviceaccount:")) {
            Some(name) => {
                let request = crate::client::Request { as_user: name, ..crate::client::Request::get("") };
                object! { "authenticated" => true, "user" => user_info(&User::of(&request), false) }
            }
            None => object! { "authenticated" => false, "error" => "invalid bearer token" },
        }
    }
}

fn other(spec: &Value) -> User {
    let groups = spec["groups"].items().iter().map(|g| g.str().to_owned()).collect();
    User { name: spec["user"].str().to_owned(), groups }
}

/// A signing request tells who makes it, whatever it says itself. Models `csrStrategy.PrepareForCreate`.
pub(super) fn stamp_requester(call: &Call, object: &mut Value) {
    if call.resource.stored_as != "certificatesigningrequests.certificates.k8s.io" {
        return;
    }
    let info = user_info(&User::of(call.request), call.request.as_user.is_empty());
    object.remove("spec.uid");
    for field in ["username", "groups", "extra"] {
        match info.get(field) {
            Some(value) => object.set(&format!("spec.{field}"), value.clone()),
            None => {
                object.remove(&format!("spec.{field}"));
            }
        }
    }
}

fn user_info(user: &User, admin: bool) -> Value {
    let groups: Value = user.groups.iter().map(String::as_str).collect();
    let mut info = object! { "username" => user.name.as_str(), "groups" => groups };
    if admin {
        info.set_in(&["extra", "authentication.kubernetes.io/credential-id"], crate::list![CREDENTIAL]);
    }
    info
}
