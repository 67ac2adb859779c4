//! `describe ingressclass`, `describe servicecidr`, `describe ipaddress`.

use super::common::{CONDITION_COLUMNS, condition_table, labels_and_annotations};
use super::writer::{Writer, joined};
use crate::apimachinery::{Object, Time, Value};

pub fn describe_ingress_class(class: &Value, w: &mut Writer, _: Time) {
    w.field(0, "Name", class.name());
    labels_and_annotations(w, class);
    w.field(0, "Controller", class.at("spec.controller").str());
    let parameters = class.at("spec.parameters");
    if !parameters.is_null() {
        w.write(0, "Parameters:\n");
        w.optional(1, "APIGroup", &parameters["apiGroup"]);
        w.field(1, "Kind", parameters["kind"].str());
        w.field(1, "Name", parameters["name"].str());
    }
}

pub fn describe_service_cidr(cidr: &Value, w: &mut Writer, _: Time) {
    w.field(0, "Name", cidr.name());
    labels_and_annotations(w, cidr);
    w.field(0, "CIDRs", joined(cidr.at("spec.cidrs"), ", "));
    let conditions = cidr.at("status.conditions");
    if !conditions.items().is_empty() {
        w.write(0, "Status:\n");
        w.write(0, "Conditions:\n");
        condition_table(w, conditions, CONDITION_COLUMNS);
    }
}

pub fn describe_ip_address(ip: &Value, w: &mut Writer, _: Time) {
    w.field(0, "Name", ip.name());
    labels_and_annotations(w, ip);
    let parent = ip.at("spec.parentRef");
    if !parent.is_null() {
        w.write(0, "Parent Reference:\n");
        for (title, field) in
            [("Group", "group"), ("Resource", "resource"), ("Namespace", "namespace"), ("Name", "name")]
        {
            w.field(1, title, parent[field].str());
        }
    }
}
