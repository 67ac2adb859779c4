//! Signs certificate requests that were approved. Models `pkg/controller/certificates/signer`.
//!
//! No key signs here: a certificate holds the bytes of its request and a drawn signature, and nothing reads it.

use super::{Context, Controller};
use crate::apimachinery::{Status, Time, Value, base64};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::object;

/// The signers of clients of the API server.
const SIGNERS: [&str; 2] = ["kubernetes.io/kube-apiserver-client", "kubernetes.io/kube-apiserver-client-kubelet"];
/// What a client may ask its certificate to be for; `client auth` it must.
const USAGES: [&str; 3] = ["client auth", "digital signature", "key encipherment"];
const SIGNATURE: usize = 256;
const LINE: usize = 64;

#[derive(Clone)]
pub struct CertificateSigner;

impl CertificateSigner {
    pub fn boxed() -> Box<dyn Controller> {
        Box::new(Self)
    }
}

impl Controller for CertificateSigner {
    fn name(&self) -> &'static str {
        "certificatesigningrequest-signing-controller"
    }

    fn watches(&self) -> &'static [Resource] {
        &[Resource::CertificateSigningRequests]
    }

    fn enqueue(&mut self, delta: &Delta, _: &Informers, queue: &mut WorkQueue, _: Time) {
        if !delta.is_delete() && is_to_sign(delta.object()) {
            queue.add(&*delta.key);
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let request = context.get(Resource::CertificateSigningRequests, key).filter(|r| is_to_sign(r));
        let Some(asked) = request.and_then(|r| body_of(r.at("spec.request").str())) else { return Ok(()) };
        let signature = (0..SIGNATURE / 8).flat_map(|_| context.rng.next_u64().to_be_bytes());
        let bytes: Vec<u8> = asked.into_iter().chain(signature).collect();
        let certificate = base64::encode(pem(&bytes).as_bytes());
        let status = object! { "status" => object! { "certificate" => certificate } };
        match context.door().patch_status(Resource::CertificateSigningRequests, key, status) {
            Err(status) if status.code == 404 => Ok(()),
            other => other.map(drop),
        }
    }
}

/// True for a request that is approved, neither denied nor failed nor signed, and one of these signers'.
fn is_to_sign(request: &Value) -> bool {
    let conditions = request.at("status.conditions").items();
    let has = |kind: &str| conditions.iter().any(|c| c["type"].str() == kind);
    let usages = request.at("spec.usages").items();
    has("Approved")
        && !has("Denied")
        && !has("Failed")
        && request.at("status.certificate").is_empty()
        && SIGNERS.contains(&request.at("spec.signerName").str())
        && usages.iter().any(|u| u.str() == "client auth")
        && usages.iter().all(|u| USAGES.contains(&u.str()))
}

/// The bytes in the PEM block of a request.
fn body_of(request: &str) -> Option<Vec<u8>> {
    let text = String::from_utf8(base64::decode(request).ok()?).ok()?;
    let lines: String = text.lines().filter(|l| !l.starts_with("-----")).map(str::trim).collect();
    base64::decode(&lines).ok()
}

fn pem(bytes: &[u8]) -> String {
    let text = base64::encode(bytes);
    let mut out = String::from("-----BEGIN CERTIFICATE-----\n");
    let mut rest = text.as_str();
    while let Some((line, more)) = rest.split_at_checked(LINE.min(rest.len())).filter(|(line, _)| !line.is_empty()) {
        out.push_str(line);
        out.push('\n');
        rest = more;
    }
    out + "-----END CERTIFICATE-----\n"
}
