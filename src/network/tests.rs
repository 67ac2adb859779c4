use super::{Addresses, Caller, Machines, Network, PodUid, dns};
use crate::apimachinery::Value;
use crate::client::request::{StreamPoll, WatchPoll};
use crate::client::{Api, Informers, Reply, Request, Resource, StreamId, WatchId};
use crate::sh::{ConnId, Kernel, NetError};
use crate::sim::Rng;
use crate::{list, object};

/// An API that has two services with their slices, and a node; it has no watches.
struct Shelf;

impl Api for Shelf {
    fn handle(&mut self, request: Request) -> Reply {
        let meta = |name: &str| object! { "name" => name, "namespace" => "shop" };
        let items = match request.path.as_str() {
            p if p == Resource::Services.url("", "") => list![
                object! {
                    "metadata" => meta("web"),
                    "spec" => object! {
                        "clusterIP" => "10.96.0.7", "clusterIPs" => list!["10.96.0.7"],
                        "ports" => list![object! { "port" => 80, "nodePort" => 30080 }],
                    },
                },
                object! { "metadata" => meta("db"), "spec" => object! { "clusterIP" => "None" } }
            ],
            p if p == Resource::EndpointSlices.url("", "") => list![slice("web", true), slice("db", true)],
            p if p == Resource::Namespaces.url("", "") => list![object! { "metadata" => object! { "name" => "shop" } }],
            p if p == Resource::Nodes.url("", "") => list![object! {
                "metadata" => object! { "name" => "node-1" },
                "status" => object! { "addresses" => list![object! { "address" => "172.18.0.2" }] },
            }],
            _ => Value::Null,
        };
        Reply::object(200, object! { "items" => items })
    }
    fn poll_watch(&mut self, _: WatchId) -> WatchPoll {
        WatchPoll::default()
    }
    fn close_watch(&mut self, _: WatchId) {}
    fn poll_stream(&mut self, _: StreamId) -> StreamPoll {
        StreamPoll::default()
    }
    fn write_stream(&mut self, _: StreamId, _: Option<&[u8]>) {}
    fn close_stream(&mut self, _: StreamId) {}
}

fn slice(service: &str, ready: bool) -> Value {
    object! {
        "metadata" => object! {
            "name" => format!("{service}-x"), "namespace" => "shop",
            "labels" => object! { "kubernetes.io/service-name" => service },
        },
        "ports" => list![object! { "name" => "", "port" => 8080 }],
        "endpoints" => list![object! {
            "addresses" => list!["10.244.1.5"], "hostname" => "db-0", "conditions" => object! { "ready" => ready },
        }],
    }
}

fn informers() -> Informers {
    let mut informers = Informers::default();
    informers.sync(&mut Shelf);
    informers
}

/// Pods that only say who was reached.
#[derive(Default)]
struct Doors(Vec<(String, u16, String)>);

impl Machines for Doors {
    fn accept(&mut self, pod: &PodUid, port: u16, peer: &str) -> Result<(String, ConnId), NetError> {
        self.0.push((pod.to_string(), port, peer.to_owned()));
        if port == 8080 { Ok(("c".to_owned(), 1)) } else { Err(NetError::Refused) }
    }
    fn machine(&mut self, _: &PodUid, _: &str) -> Option<&mut Kernel> {
        None
    }
}

#[test]
fn names_lead_to_services_and_pods() {
    let informers = informers();
    let cases = [
        ("web", "shop", Some("10.96.0.7")),
        ("web", "default", None),
        ("web.shop", "default", Some("10.96.0.7")),
        ("web.shop.svc", "default", Some("10.96.0.7")),
        ("web.shop.svc.cluster.local.", "default", Some("10.96.0.7")),
        ("db.shop", "default", Some("10.244.1.5")),
        ("db-0.db.shop.svc.cluster.local", "default", Some("10.244.1.5")),
        ("db-0.db", "shop", Some("10.244.1.5")),
        ("db-1.db", "shop", None),
        ("example.com", "shop", None),
        // CoreDNS with `pods insecure`.
        ("10-244-1-9.shop.pod.cluster.local", "default", Some("10.244.1.9")),
        ("10-244-1-9.shop.pod", "default", Some("10.244.1.9")),
        ("10-244-1-9.shop.pod.svc.cluster.local", "default", None),
        ("10-244-1-9.nosuch.pod.cluster.local", "default", None),
        ("a.shop.pod.cluster.local", "default", None),
    ];
    for (host, namespace, want) in cases {
        let got = dns::resolve(host, namespace, &informers);
        assert_eq!(got.as_deref(), want.map(|ip| [ip.to_owned()]).as_ref().map(|a| a.as_slice()), "{host}");
    }
    assert_eq!(dns::reverse("10.96.0.7", &informers), ["web.shop.svc.cluster.local"]);
    let of_pod = ["db-0.db.shop.svc.cluster.local", "db-0.web.shop.svc.cluster.local"];
    assert_eq!(dns::reverse("10.244.1.5", &informers), of_pod);
    assert_eq!(dns::reverse("10.244.1.6", &informers), Vec::<String>::new());
}

#[test]
fn a_connection_finds_its_pod_and_carries_the_callers_address() {
    let (informers, mut network, mut rng) = (informers(), Network::default(), Rng::new(1));
    let (server, client) = (PodUid::from("server"), PodUid::from("client"));
    network.join(&server, "10.244.1.5");
    network.join(&client, "10.244.0.9");
    let caller = Caller { pod: &client, ip: "10.244.0.9" };
    let cases = [
        ("10.244.1.5", 8080, Ok("server")),
        ("10.96.0.7", 80, Ok("server")),
        ("10.96.0.7", 81, Err(NetError::Dropped)),
        ("172.18.0.2", 30080, Ok("server")),
        ("172.18.0.2", 30081, Err(NetError::Refused)),
        ("127.0.0.1", 8080, Ok("client")),
        ("10.244.1.5", 22, Err(NetError::Refused)),
        ("10.244.9.9", 8080, Err(NetError::Unreachable)),
    ];
    for (ip, port, want) in cases {
        let mut doors = Doors::default();
        let got = network.connect(caller, (ip, port), &informers, &mut rng, &mut doors);
        match want {
            Ok(pod) => {
                assert!(got.is_ok(), "{ip}:{port}: {got:?}");
                assert_eq!(doors.0, [(pod.to_owned(), 8080, "10.244.0.9".to_owned())], "{ip}:{port}");
            }
            Err(why) => assert_eq!(got, Err(why), "{ip}:{port}"),
        }
    }
    network.leave(&server, "10.244.1.5");
    let gone = network.connect(caller, ("10.244.1.5", 8080), &informers, &mut rng, &mut Doors::default());
    assert_eq!(gone, Err(NetError::Unreachable));
}

#[test]
fn addresses_go_round_and_come_back() {
    let mut addresses = Addresses::default();
    let cidr = "10.244.3.0/29";
    let all: Vec<String> = std::iter::from_fn(|| addresses.take(cidr)).collect();
    assert_eq!(all, ["10.244.3.2", "10.244.3.3", "10.244.3.4", "10.244.3.5", "10.244.3.6"]);
    addresses.release("10.244.3.4");
    assert_eq!(addresses.take(cidr).as_deref(), Some("10.244.3.4"));
    assert_eq!(addresses.take(cidr), None);
    assert_eq!(addresses.take("nonsense"), None);
}
