//! What a path asks for. Models `apiserver/pkg/endpoints/request/requestinfo.go`.

use crate::client::Method;

/// A path of the API, taken apart. Everything borrows from the path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestInfo<'a> {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`.
    pub verb: &'static str,
    /// "" for the core group.
    pub group: &'a str,
    pub version: &'a str,
    /// "" where the path names none.
    pub namespace: &'a str,
    /// The plural name; "" where the path is not one of a resource.
    pub resource: &'a str,
    /// "" for a collection.
    pub name: &'a str,
    pub subresource: &'a str,
    /// What follows the subresource: the path behind `/proxy/`.
    pub rest: &'a str,
}

/// Subresources of a namespace; any other third part is a resource in it.
const NAMESPACE_SUBRESOURCES: [&str; 2] = ["status", "finalize"];

impl<'a> RequestInfo<'a> {
    /// Reads the path of a resource; None for every other path. `watch` is whether the query has `watch=true`.
    pub fn parse(method: Method, path: &'a str, watch: bool) -> Option<Self> {
        let path = path.strip_prefix('/')?.trim_end_matches('/');
        let (prefix, rest) = path.split_once('/')?;
        let (group, rest) = match prefix {
            "api" => ("", rest),
            "apis" => rest.split_once('/')?,
            _ => return None,
        };
        let (version, rest) = rest.split_once('/')?;
        let mut info = Self { group, version, ..Self::default() };
        let watch = watch || rest.starts_with("watch/");
        info.read_resource(rest.strip_prefix("watch/").unwrap_or(rest));
        info.verb = match method {
            Method::Get if watch => "watch",
            Method::Get if info.name.is_empty() => "list",
            Method::Get => "get",
            Method::Post => "create",
            Method::Put => "update",
            Method::Patch(_) => "patch",
            Method::Delete if info.name.is_empty() => "deletecollection",
            Method::Delete => "delete",
        };
        Some(info)
    }

    fn read_resource(&mut self, rest: &'a str) {
        let mut rest = rest;
        if let Some((namespace, inner)) = rest.strip_prefix("namespaces/").and_then(|r| r.split_once('/')) {
            if !NAMESPACE_SUBRESOURCES.contains(&inner) {
                self.namespace = namespace;
                rest = inner;
            }
        }
        let mut parts = rest.splitn(4, '/');
        let mut next = || parts.next().unwrap_or("");
        (self.resource, self.name, self.subresource, self.rest) = (next(), next(), next(), next());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_the_server_reads_them() {
        let cases = [
            (Method::Get, "/api/v1/pods", "list  v1  pods   "),
            (Method::Get, "/api/v1/namespaces/a/pods/p", "get  v1 a pods p  "),
            (Method::Get, "/api/v1/namespaces/a/pods/p/log", "get  v1 a pods p log "),
            (Method::Get, "/api/v1/namespaces/a", "get  v1  namespaces a  "),
            (Method::Put, "/api/v1/namespaces/a/finalize", "update  v1  namespaces a finalize "),
            (Method::Delete, "/apis/apps/v1/namespaces/a/deployments", "deletecollection apps v1 a deployments   "),
            (Method::Get, "/api/v1/namespaces/a/pods/p:80/proxy/x/y", "get  v1 a pods p:80 proxy x/y"),
            (Method::Get, "/api/v1/nodes/", "list  v1  nodes   "),
        ];
        for (method, path, want) in cases {
            let i = RequestInfo::parse(method, path, false).unwrap();
            let got = [i.verb, i.group, i.version, i.namespace, i.resource, i.name, i.subresource, i.rest].join(" ");
            assert_eq!(got, want);
        }
        for path in ["/", "/api", "/api/v1", "/apis/apps/v1", "/version", "x", ""] {
            assert_eq!(RequestInfo::parse(Method::Get, path, false), None, "{path}");
        }
    }
}
