//! Kinds of the core group that are a row each.

use crate::apimachinery::labels::format_labels;
use crate::registry::printing::{self, AGE, NAME, text};
use crate::registry::simple::Simple;
use crate::registry::validation::{limits, metadata};

/// ServiceAccounts.
pub static SERVICE_ACCOUNTS: Simple =
    Simple { columns: &[NAME, AGE], cells: |o, now| vec![printing::name(o), printing::age(o, now)], ..Simple::PLAIN };

/// LimitRanges.
pub static LIMIT_RANGES: Simple = Simple { check: limits::limit_range, ..Simple::PLAIN };

/// PodTemplates.
pub static POD_TEMPLATES: Simple = Simple {
    generation: &["template"],
    columns: &[NAME, text("Containers"), text("Images"), text("Pod Labels")],
    cells: |o, _| {
        let (containers, images) = printing::containers(&o["template"]["spec"]);
        let labels = format_labels(&o["template"]["metadata"]["labels"]);
        vec![printing::name(o), containers, images, labels.into()]
    },
    ..Simple::PLAIN
};

/// ComponentStatuses, which are made when they are read.
pub static COMPONENT_STATUSES: Simple = Simple {
    name: metadata::path_segment,
    columns: &[NAME, text("Status"), text("Message"), text("Error")],
    cells: |o, _| {
        let healthy = o["conditions"].items().iter().find(|c| c["type"].str() == "Healthy");
        let (status, message, error) = match healthy {
            None => ("Unknown", "", ""),
            Some(c) if c["status"].str() == "True" => ("Healthy", c["message"].str(), c["error"].str()),
            Some(c) => ("Unhealthy", c["message"].str(), c["error"].str()),
        };
        vec![printing::name(o), status.into(), message.into(), error.into()]
    },
    ..Simple::CLUSTER
};
