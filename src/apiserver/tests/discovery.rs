//! Paths, OpenAPI, kinds of one's own.

use super::{ask, config_map, err, ok, server};
use crate::apimachinery::{Object, Value};
use crate::client::request::ReplyBody;
use crate::client::{Accept, PatchType, Request};
use crate::{list, object};

#[test]
fn unknown_paths_and_methods_are_told_apart() {
    let mut s = server();
    let nothing = "the server could not find the requested resource";
    for path in ["/api/v1/nosuch", "/api/v2", "/api/v1/namespaces/default/configmaps/c/nosuch"] {
        let status = err(&mut s, Request::get(path));
        assert_eq!((status.code, status.message.as_str(), status.details), (404, nothing, Value::object()), "{path}");
    }
    for path in ["/nosuch", "/apis/nosuch", "/apis/nosuch/v1/things"] {
        let reply = ask(&mut s, Request::get(path));
        assert_eq!((reply.code, reply.body), (404, ReplyBody::Text("404 page not found\n".to_owned())), "{path}");
    }
    let status = err(&mut s, Request::post("/api/v1/namespaces/default/configmaps/c", config_map("c")));
    assert_eq!((status.code, status.reason), (405, "MethodNotAllowed"));
    let groups = ok(&mut s, Request::get("/apis"));
    assert_eq!(groups["groups"][0]["name"].str(), "apiregistration.k8s.io");
    let core = ok(&mut s, Request::get("/api/v1"));
    assert_eq!(core["resources"][0]["name"].str(), "bindings");
    let all = ok(&mut s, Request::get("/apis").accept(Accept::Discovery));
    assert_eq!(all["items"][1]["versions"][0]["resources"][2]["subresources"][0]["subresource"].str(), "scale");
}

#[test]
fn a_custom_kind_is_served_while_its_definition_is() {
    let mut s = server();
    // From transcript 601.
    let definition = r#"{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
        "metadata":{"name":"crontabs.stable.example.com"},"spec":{"group":"stable.example.com","scope":"Namespaced",
        "names":{"plural":"crontabs","singular":"crontab","kind":"CronTab","shortNames":["ct"]},
        "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",
        "properties":{"spec":{"type":"object","required":["image"],"properties":{"cronSpec":{"type":"string"},
        "image":{"type":"string"},"replicas":{"type":"integer","minimum":1}}}}}},
        "additionalPrinterColumns":[{"name":"Spec","type":"string","jsonPath":".spec.cronSpec"},
        {"name":"Replicas","type":"integer","jsonPath":".spec.replicas"},
        {"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}]}]}}"#;
    let path = "/apis/stable.example.com/v1/namespaces/default/crontabs";
    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    let tab = |spec: &str| {
        Value::from_json(&format!(
            r#"{{"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{{"name":"my-ct"}},"spec":{spec}}}"#
        ))
        .unwrap()
    };
    ok(&mut s, Request::post(definitions, Value::from_json(definition).unwrap()));
    let made = ok(&mut s, Request::post(path, tab(r#"{"cronSpec":"* * * * */5","image":"img"}"#)));
    assert_eq!(made.generation(), 1);
    let strict =
        Request::post(path, tab(r#"{"cronSpec":5,"replicas":0,"foo":"bar"}"#)).query("fieldValidation", "Strict");
    assert_eq!(
        err(&mut s, strict).message,
        "CronTab in version \"v1\" cannot be handled as a CronTab: strict decoding error: unknown field \"spec.foo\""
    );
    let object = format!("{path}/my-ct");
    let patch = object! { "spec" => object! { "replicas" => 3 } };
    assert_eq!(ok(&mut s, Request::patch(PatchType::Merge, object.as_str(), patch.clone())).generation(), 2);
    assert_eq!(err(&mut s, Request::patch(PatchType::Strategic, object.as_str(), patch)).code, 415);
    let table = ok(&mut s, Request::get(path).accept(Accept::Table));
    assert_eq!(table["rows"][0]["cells"], list!["my-ct", "* * * * */5", 3, "0s"]);
    let core = ok(&mut s, Request::get("/apis/stable.example.com/v1"));
    assert_eq!(core["resources"][0]["shortNames"], list!["ct"]);
    ok(&mut s, Request::delete(format!("{definitions}/crontabs.stable.example.com"), Value::Null));
    assert_eq!(ask(&mut s, Request::get(path)).code, 404);
    assert_eq!(s.store().count("crontabs.stable.example.com"), 0);
}

#[test]
fn openapi_tells_what_clients_look_for() {
    let mut s = server();
    let index = ok(&mut s, Request::get("/openapi/v3"));
    assert!(index["paths"]["apis/apps/v1"]["serverRelativeURL"].str().starts_with("/openapi/v3/apis/apps/v1?hash="));
    let core = ok(&mut s, Request::get("/openapi/v3/api/v1"));
    let pod = &core["components"]["schemas"]["io.k8s.api.core.v1.Pod"];
    assert_eq!(pod["x-kubernetes-group-version-kind"][0]["kind"].str(), "Pod");
    let spec = &core["components"]["schemas"]["io.k8s.api.core.v1.PodSpec"];
    assert_eq!(spec["required"], list!["containers"]);
    assert_eq!(spec["properties"]["containers"]["x-kubernetes-patch-merge-key"].str(), "name");
    let patch = &core["paths"]["/api/v1/namespaces/{namespace}/pods/{name}"]["patch"];
    assert!(patch["parameters"].items().iter().any(|p| p["name"].str() == "fieldValidation"));
    assert_eq!(ask(&mut s, Request::get("/openapi/v3/apis/nosuch/v1")).code, 404);
}
