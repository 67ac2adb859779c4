//! Services, endpoints, ingresses, network policies, configuration.

use super::{each, object};

fn service(spec: &str) -> String {
    object("v1", "Service", &format!(r#""spec":{{"clusterIP":"10.96.0.9","clusterIPs":["10.96.0.9"],{spec}}}"#))
}

#[test]
fn services_and_endpoints() {
    each(&[
        (
            service(r#""ports":[{"port":80}],"loadBalancerSourceRanges":["1.2.3.4/8"]"#),
            &["spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"],
        ),
        (
            service(
                r#""ports":[{"port":80}],"sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":100000}}"#,
            ),
            &[
                "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 100000: must be greater than 0 and less than 86400",
            ],
        ),
        (
            service(r#""ports":[{"port":80}],"externalIPs":["127.0.0.1"]"#),
            &[
                r#"spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)"#,
            ],
        ),
        (
            service(r#""ports":[{"port":80}],"ipFamilyPolicy":"Two""#),
            &[
                r#"spec.ipFamilyPolicy: Unsupported value: "Two": supported values: "PreferDualStack", "RequireDualStack", "SingleStack""#,
            ],
        ),
        (
            service(r#""ports":[{"port":80}],"loadBalancerClass":"a.b/c","allocateLoadBalancerNodePorts":true"#),
            &[
                "spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'",
                "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
            ],
        ),
        (
            object(
                "v1",
                "Endpoints",
                r#""subsets":[{"ports":[{"port":1},{"port":2}]},{"addresses":[{"ip":"169.254.1.1"}]}]"#,
            ),
            &[
                "subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`",
                "subsets[0].ports[0].name: Required value",
                "subsets[0].ports[1].name: Required value",
                r#"subsets[1].addresses[0].ip: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)"#,
            ],
        ),
        (
            object("discovery.k8s.io/v1", "EndpointSlice", r#""addressType":"IPv5","endpoints":[{"addresses":[]}]"#),
            &[
                r#"addressType: Unsupported value: "IPv5": supported values: "FQDN", "IPv4", "IPv6""#,
                "endpoints[0].addresses: Required value: must contain at least 1 address",
            ],
        ),
    ]);
}

#[test]
fn ingresses_and_policies() {
    let ingress = |spec: &str| object("networking.k8s.io/v1", "Ingress", &format!(r#""spec":{{{spec}}}"#));
    let policy = |spec: &str| {
        object("networking.k8s.io/v1", "NetworkPolicy", &format!(r#""spec":{{"podSelector":{{}},{spec}}}"#))
    };
    each(&[
        (
            ingress(r#""rules":[{"host":"1.2.3.4"}]"#),
            &[r#"spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address"#],
        ),
        (
            ingress(r#""defaultBackend":{"service":{"name":"s"}}"#),
            &["spec.defaultBackend: Required value: port name or number is required"],
        ),
        (
            ingress(r#""defaultBackend":{}"#),
            &[r#"spec.defaultBackend: Invalid value: "": resource or service backend is required"#],
        ),
        (
            ingress(
                r#""rules":[{"http":{"paths":[{"path":"/a/..","pathType":"Prefix","backend":{"service":{"name":"s","port":{"name":"a","number":1}}}}]}}]"#,
            ),
            &[
                r#"spec.rules[0].http.paths[0].path: Invalid value: "/a/..": cannot end with '/..'"#,
                r#"spec.rules[0].http.paths[0].backend: Invalid value: "": cannot set both port name & port number"#,
            ],
        ),
        (
            object("networking.k8s.io/v1", "IngressClass", r#""spec":{"controller":"foo"}"#),
            &[r#"spec.controller: Invalid value: "foo": must be a domain-prefixed path (such as "acme.io/foo")"#],
        ),
        (
            policy(
                r#""ingress":[{"ports":[{"port":80,"endPort":70},{"port":"http","endPort":1}],"from":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["11.0.0.0/9"]}}]}]"#,
            ),
            &[
                "spec.ingress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`",
                "spec.ingress[0].ports[1].endPort: Invalid value: 1: may not be specified when `port` is non-numeric",
                r#"spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/9": must be a strict subset of `cidr`"#,
            ],
        ),
        (
            policy(r#""policyTypes":["Ingress","Both"]"#),
            &[r#"spec.policyTypes[1]: Unsupported value: "Both": supported values: "Ingress", "Egress""#],
        ),
    ]);
}

#[test]
fn config_maps_and_secrets() {
    each(&[
        (
            object("v1", "ConfigMap", r#""data":{"a":"1"},"binaryData":{"a":"MQ=="}"#),
            &[r#"data[a]: Invalid value: "a": duplicate of key present in binaryData"#],
        ),
        (
            object("v1", "Secret", r#""type":"kubernetes.io/basic-auth""#),
            &["data[username]: Required value", "data[password]: Required value"],
        ),
        (
            object(
                "v1",
                "Secret",
                r#""type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"e2JhZA=="}"#,
            ),
            &[
                r#"data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character 'b' looking for beginning of object key string"#,
            ],
        ),
    ]);
}
