//! `describe endpointslice`.

use super::common::head;
use super::writer::{Writer, joined, plain};
use crate::apimachinery::{Time, Value};

pub fn describe(slice: &Value, w: &mut Writer, _: Time) {
    head(w, slice);
    w.field(0, "AddressType", slice["addressType"].str());
    let ports = slice["ports"].items();
    if ports.is_empty() {
        w.write(0, "Ports: <unset>\n");
    } else {
        w.write(0, "Ports:\n");
        w.row(1, &["Name", "Port", "Protocol"]);
        w.row(1, &["----", "----", "--------"]);
    }
    for port in ports {
        let unset = |v: &Value| if v.is_null() || v.as_str() == Some("") { "<unset>".to_owned() } else { plain(v) };
        w.row(1, &[&unset(&port["name"]), &unset(&port["port"]), port["protocol"].str()]);
    }
    let endpoints = slice["endpoints"].items();
    w.write(0, if endpoints.is_empty() { "Endpoints: <none>\n" } else { "Endpoints:\n" });
    endpoints.iter().for_each(|e| endpoint(w, e));
}

fn endpoint(w: &mut Writer, e: &Value) {
    let addresses = joined(&e["addresses"], ", ");
    w.field(1, "- Addresses", if addresses.is_empty() { "<none>" } else { &addresses });
    w.write(2, "Conditions:\n");
    w.field_or(3, "Ready", e.at("conditions.ready"), "<unset>");
    w.field_or(2, "Hostname", &e["hostname"], "<unset>");
    let target = &e["targetRef"];
    if !target.is_null() {
        w.field(2, "TargetRef", format!("{}/{}", target["kind"].str(), target["name"].str()));
    }
    w.field_or(2, "NodeName", &e["nodeName"], "<unset>");
    w.field_or(2, "Zone", &e["zone"], "<unset>");
}
