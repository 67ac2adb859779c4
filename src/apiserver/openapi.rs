//! OpenAPI documents, made from the schema table. Models `kube-openapi`.

use super::ApiServer;
use crate::apimachinery::Value;

/// Answers `/openapi/…`; None for a document that there is not.
pub fn serve(_server: &ApiServer, _rest: &[&str]) -> Option<Value> {
    None
}
