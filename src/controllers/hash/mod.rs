//! The hashes that name replica sets and controller revisions. Models `controller.ComputeHash`, `hash.DeepHashObject` and
//! `history.HashControllerRevision`.

mod dump;

use crate::apimachinery::Value;

/// The alphabet of names, indexed by the digits of a number. Models `rand.SafeEncodeString`.
const SAFE: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
const OFFSET: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;

/// The hash of a pod template, as replica sets and daemon sets carry it: over the Go dump of the struct.
pub fn of_template(template: &Value, collisions: Option<i64>) -> String {
    let mut template = template.clone();
    template.remove_in(&["metadata", "labels", super::deployment::util::HASH_LABEL]);
    let collisions = collisions.map_or(Vec::new(), |c| c.to_le_bytes().to_vec());
    let text = dump::dump("PodTemplateSpec", &template);
    // FNV-1a, 32 bits.
    let hash = text.bytes().chain(collisions).fold(OFFSET, |h, b| (h ^ u32::from(b)).wrapping_mul(PRIME));
    encode(&hash.to_string())
}

/// The hash of a stateful set's revision: over the JSON of the patch that it holds.
pub fn of_patch(patch: &Value, collisions: i64) -> String {
    // Go's encoder writes these three so that the text may stand in a page.
    let text = patch.to_string().replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e");
    let text = format!("{text}{collisions}");
    // FNV-1, 32 bits.
    let hash = text.bytes().fold(OFFSET, |h, b| h.wrapping_mul(PRIME) ^ u32::from(b));
    encode(&hash.to_string())
}

fn encode(text: &str) -> String {
    text.bytes().map(|b| SAFE.get(usize::from(b) % SAFE.len()).copied().unwrap_or(b'b') as char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A template as the API server stores it: labels, annotations, the fields of its one container, more of its spec.
    fn template(metadata: &str, container: &str, spec: &str) -> Value {
        let text = format!(
            r#"{{"metadata":{{{metadata}}},"spec":{{"containers":[{{{container},"terminationMessagePath":"/dev/termination-log",
            "terminationMessagePolicy":"File"}}],"dnsPolicy":"ClusterFirst","restartPolicy":"Always",
            "schedulerName":"default-scheduler","securityContext":{{}}{spec}}}}}"#
        );
        Value::from_json(&text).expect("JSON")
    }

    const KUBIA: &str = r#""labels":{"app":"kubia"}"#;
    const RESTARTED: &str =
        r#""labels":{"app":"kubia"},"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-11-23T12:29:04Z"}"#;
    const RESOURCES: &str =
        r#""resources":{"limits":{"cpu":"200m","memory":"512Mi"},"requests":{"cpu":"100m","memory":"256Mi"}}"#;

    /// Hashes of recorded replica sets and of a recorded daemon set.
    #[test]
    fn templates_hash_as_the_real_controllers_hash_them() {
        let probed = |tag: &str| {
            format!(
                r#""image":"nginx:{tag}","imagePullPolicy":"IfNotPresent","name":"nginx","resources":{{}},
                "ports":[{{"containerPort":80,"protocol":"TCP"}}],"readinessProbe":{{"failureThreshold":3,
                "httpGet":{{"path":"/","port":80,"scheme":"HTTP"}},"initialDelaySeconds":2,"periodSeconds":1,
                "successThreshold":1,"timeoutSeconds":1}}"#
            )
        };
        let kubia = |image: &str, more: &str| {
            format!(r#""image":"{image}","imagePullPolicy":"IfNotPresent","name":"nodejs",{more}"#)
        };
        let two = r#","terminationGracePeriodSeconds":2"#;
        let three = r#","terminationGracePeriodSeconds":3"#;
        let web = r#""labels":{"app":"web"}"#;
        let env = format!(r#""env":[{{"name":"FOO","value":"bar"}}],{RESOURCES}"#);
        let cases = [
            ("5c75978bf7", template(web, &probed("1.27"), three)),
            ("669f88f9f4", template(web, &probed("1.26"), three)),
            ("776449d7c4", template(KUBIA, &kubia("luksa/kubia:v1", r#""resources":{}"#), two)),
            ("7f7b499d6b", template(RESTARTED, &kubia("luksa/kubia:doesnotexist", r#""resources":{}"#), two)),
            ("6d8b7dcc8b", template(RESTARTED, &kubia("luksa/kubia:v2", &env), two)),
            (
                "6c9d57cdfb",
                template(
                    r#""labels":{"app":"ssd"}"#,
                    r#""image":"luksa/ssd-monitor","imagePullPolicy":"Always","name":"main","resources":{}"#,
                    r#","nodeSelector":{"disk":"ssd"},"terminationGracePeriodSeconds":2"#,
                ),
            ),
        ];
        for (want, template) in cases {
            assert_eq!(of_template(&template, None), want, "{template}");
        }
    }

    /// The revision of a recorded stateful set.
    #[test]
    fn a_revision_hashes_as_recorded() {
        let container = r#""image":"luksa/kubia-pet","imagePullPolicy":"Always","name":"kubia","resources":{}"#;
        let mut template = template(KUBIA, container, r#","terminationGracePeriodSeconds":2"#);
        template.map_mut().insert("$patch", "replace");
        let patch = crate::object! { "spec" => crate::object! { "template" => template } };
        assert_eq!(of_patch(&patch, 0), "5f5764d9b7");
    }

    #[test]
    fn the_hash_label_does_not_count_and_collisions_do() {
        let plain = template(KUBIA, r#""name":"a""#, "");
        let mut labelled = plain.clone();
        labelled.set_in(&["metadata", "labels", "pod-template-hash"], "x");
        assert_eq!(of_template(&plain, None), of_template(&labelled, None));
        assert_ne!(of_template(&plain, None), of_template(&plain, Some(1)));
    }
}
