//! `/token` of a service account. Models `pkg/registry/core/serviceaccount/storage/token.go`.

use crate::apimachinery::base64::encode_url;
use crate::apimachinery::field::{Error, Path};
use crate::apimachinery::time::Duration;
use crate::apimachinery::{GroupVersionKind, Object, Status, Value};
use crate::apiserver::ApiServer;
use crate::apiserver::handlers::{Call, body};
use crate::client::Reply;
use crate::storage::store::key_of;
use crate::{list, object};

const AUDIENCE: &str = "https://kubernetes.default.svc.cluster.local";
const DEFAULT_SECONDS: i64 = 3600;
const MIN_SECONDS: i64 = 600;
const MAX_SECONDS: i64 = 1 << 32;

impl ApiServer {
    pub(super) fn serve_token(&mut self, call: &Call) -> Result<Reply, Status> {
        let mut request = body(call.request, "TokenRequest")?.clone();
        let account = self.fetch(call)?;
        request.set("kind", "TokenRequest");
        request.set("apiVersion", "authentication.k8s.io/v1");
        request.default_to("spec.expirationSeconds", DEFAULT_SECONDS);
        if request.at("spec.audiences").items().is_empty() {
            request.set("spec.audiences", list![AUDIENCE]);
        }
        let seconds = request.at("spec.expirationSeconds").int();
        let why = match seconds {
            ..MIN_SECONDS => "may not specify a duration less than 10 minutes",
            MAX_SECONDS.. => "may not specify a duration larger than 2^32 seconds",
            _ => "",
        };
        if !why.is_empty() {
            let error = Error::invalid(&Path::new("spec").child("expirationSeconds"), seconds, why);
            let gvk = GroupVersionKind::new("authentication.k8s.io", "v1", "TokenRequest");
            return Err(Status::invalid(&gvk, "", &vec![error]));
        }
        self.check_bound(&account, request.at("spec.boundObjectRef"))?;
        let token = self.sign(&account, &request, seconds);
        let until = self.now() + Duration::from_secs(seconds.unsigned_abs());
        for (field, value) in [("name", account.name().to_owned()), ("namespace", account.namespace().to_owned())] {
            request.set_in(&["metadata", field], value);
        }
        request.set("metadata.creationTimestamp", self.now().rfc3339());
        request.set("status", object! { "token" => token, "expirationTimestamp" => until.rfc3339() });
        Ok(Reply::object(201, request))
    }

    /// What a token is bound to must be there.
    fn check_bound(&self, account: &Value, reference: &Value) -> Result<(), Status> {
        if reference.is_null() {
            return Ok(());
        }
        let (kind, name) = (reference["kind"].str(), reference["name"].str());
        let (resource, namespace) = match kind {
            "Pod" => ("pods", account.namespace()),
            "Secret" => ("secrets", account.namespace()),
            "Node" => ("nodes", ""),
            _ => {
                let gvk = reference.gvk();
                return Err(Status::bad_request(format!("cannot bind token to object of type {gvk}")));
            }
        };
        let Some(object) = self.store.get(resource, &key_of(namespace, name)) else {
            return Err(Status::not_found(resource, name));
        };
        if kind == "Pod" && object.at("spec.serviceAccountName").str() != account.name() {
            return Err(Status::bad_request(format!(
                "cannot bind token for serviceaccount {:?} to pod running with different serviceaccount name.",
                account.name()
            )));
        }
        let uid = reference["uid"].str();
        if !uid.is_empty() && uid != object.uid() {
            let why = format!(
                "the UID in the bound object reference ({uid}) does not match the UID in record. The object might have \
                 been deleted and then recreated"
            );
            return Err(Status::conflict(kind, name, &why));
        }
        Ok(())
    }

    /// A JSON web token with the claims of a real one; its signature is noise.
    fn sign(&mut self, account: &Value, request: &Value, seconds: i64) -> String {
        let now = self.now().secs();
        let (namespace, name) = (account.namespace(), account.name());
        let header = object! { "alg" => "RS256", "kid" => encode_url(AUDIENCE.as_bytes()) };
        let claims = object! {
            "aud" => request.at("spec.audiences").clone(), "exp" => now.saturating_add(seconds), "iat" => now,
            "iss" => AUDIENCE, "jti" => self.rng.uuid(), "nbf" => now,
            "kubernetes.io" => object! {
                "namespace" => namespace, "serviceaccount" => object! { "name" => name, "uid" => account.uid() },
            },
            "sub" => format!("system:serviceaccount:{namespace}:{name}"),
        };
        let noise: Vec<u8> = (0..32).flat_map(|_| self.rng.next_u64().to_le_bytes()).collect();
        let part = |v: &Value| encode_url(v.to_string().as_bytes());
        [part(&header), part(&claims), encode_url(&noise)].join(".")
    }
}
