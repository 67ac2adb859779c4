//! `describe endpoints`.

use super::common::head;
use super::writer::Writer;
use crate::apimachinery::{Time, Value};

pub fn describe(ep: &Value, w: &mut Writer, _: Time) {
    head(w, ep);
    w.write(0, "Subsets:\n");
    for subset in ep["subsets"].items() {
        for (title, field) in [("Addresses", "addresses"), ("NotReadyAddresses", "notReadyAddresses")] {
            let ips: Vec<&str> = subset[field].items().iter().map(|a| a["ip"].str()).collect();
            w.field(1, title, if ips.is_empty() { "<none>".to_owned() } else { ips.join(",") });
        }
        if !subset["ports"].items().is_empty() {
            w.write(1, "Ports:\n");
            w.row(2, &["Name", "Port", "Protocol"]);
            w.row(2, &["----", "----", "--------"]);
        }
        for port in subset["ports"].items() {
            let name = if port["name"].str().is_empty() { "<unset>" } else { port["name"].str() };
            w.row(2, &[name, &port["port"].int().to_string(), port["protocol"].str()]);
        }
        w.write(0, "\n");
    }
}
