//! Endpoints and EndpointSlices. Models `pkg/registry/core/endpoint` and `pkg/registry/discovery/endpointslice`.

use crate::apimachinery::{Time, Value, names};
use crate::registry::printing::{self, AGE, NAME, list_with_more, text};
use crate::registry::simple::Simple;
use crate::registry::validation::endpoints;

/// The strategy of Endpoints.
pub static ENDPOINTS: Simple = Simple {
    check: endpoints::endpoints,
    columns: &[NAME, text("Endpoints"), AGE],
    cells: |o, now| vec![printing::name(o), addresses(o).into(), printing::age(o, now)],
    create_on_update: true,
    ..Simple::PLAIN
};

/// The strategy of EndpointSlices.
pub static SLICES: Simple = Simple {
    name: names::is_dns1123_subdomain,
    check: endpoints::slice,
    check_update: endpoints::slice_update,
    generation: &["addressType", "endpoints", "ports"],
    columns: &[NAME, text("AddressType"), text("Ports"), text("Endpoints"), AGE],
    cells: slice_cells,
    ..Simple::PLAIN
};

/// The first three addresses and how many more there are. Models `formatEndpoints`.
fn addresses(endpoints: &Value) -> String {
    let (mut list, mut count) = (Vec::new(), 0);
    let subsets = endpoints["subsets"].items();
    if subsets.is_empty() {
        return "<none>".to_owned();
    }
    for subset in subsets {
        let ips = subset["addresses"].items();
        let ports: Vec<Option<i64>> = match subset["ports"].items() {
            [] => vec![None],
            ports => ports.iter().map(|p| Some(p["port"].int())).collect(),
        };
        for port in ports {
            count += ips.len();
            for address in ips.iter().take(3usize.saturating_sub(list.len())) {
                let ip = address["ip"].str();
                list.push(match port {
                    None => ip.to_owned(),
                    Some(port) if ip.contains(':') => format!("[{ip}]:{port}"),
                    Some(port) => format!("{ip}:{port}"),
                });
            }
        }
    }
    let more = count - list.len();
    if more == 0 { list.join(",") } else { format!("{} + {more} more...", list.join(",")) }
}

fn slice_cells(slice: &Value, now: Time) -> Vec<Value> {
    let port = |p: &Value| p["port"].as_i64().map_or_else(|| "*".to_owned(), |n| n.to_string());
    let ports: Vec<String> = slice["ports"].items().iter().map(port).collect();
    let endpoints: Vec<String> =
        slice["endpoints"].items().iter().flat_map(|e| e["addresses"].items()).map(|a| a.str().to_owned()).collect();
    vec![
        printing::name(slice),
        slice["addressType"].clone(),
        list_with_more(&ports).into(),
        list_with_more(&endpoints).into(),
        printing::age(slice, now),
    ]
}
