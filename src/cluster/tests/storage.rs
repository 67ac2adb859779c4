//! Claims and volumes: who is bound to what, and what becomes of volumes whose claim is gone.

use super::*;

const PVS: &str = "/api/v1/persistentvolumes";
const CLAIMS: &str = "/api/v1/namespaces/default/persistentvolumeclaims";
const PODS: &str = "/api/v1/namespaces/default/pods";
const LOCAL: &str = r#"{"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"local"},
    "provisioner":"kubernetes.io/no-provisioner","volumeBindingMode":"WaitForFirstConsumer"}"#;
const CLAIM: &str = r#"{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"c"},"spec":{
    "accessModes":["ReadWriteOnce"],"storageClassName":"local","resources":{"requests":{"storage":"1Gi"}}}}"#;
const POD: &str = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c",
    "image":"nginx"}],"volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"c"}}]}}"#;

fn volume(class: &str, policy: &str, source: &str) -> String {
    format!(
        r#"{{"apiVersion":"v1","kind":"PersistentVolume","metadata":{{"name":"v"}},"spec":{{"capacity":{{"storage":"1Gi"}},
            "accessModes":["ReadWriteOnce"],"storageClassName":"{class}","persistentVolumeReclaimPolicy":"{policy}",{source}}}}}"#
    )
}

#[test]
fn a_claim_that_waits_for_a_consumer_is_bound_with_its_pod() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let on_node = r#""local":{"path":"/mnt"},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[
        {"key":"kubernetes.io/hostname","operator":"In","values":["node-2"]}]}]}}"#;
    let volume = volume("local", "Retain", on_node);
    let classes = "/apis/storage.k8s.io/v1/storageclasses";
    create(&mut cluster, &[(classes, LOCAL), (PVS, volume.as_str()), (CLAIMS, CLAIM)]);
    let claim = look(&mut cluster, &format!("{CLAIMS}/c"), 20);
    assert_eq!(claim.at("status.phase").str(), "Pending");
    create(&mut cluster, &[(PODS, POD)]);
    let pod = look(&mut cluster, &format!("{PODS}/p"), 8);
    assert_eq!((pod.at("spec.nodeName").str(), pod.at("status.phase").str()), ("node-2", "Running"));
    let claim = look(&mut cluster, &format!("{CLAIMS}/c"), 0);
    assert_eq!((claim.at("status.phase").str(), claim.at("spec.volumeName").str()), ("Bound", "v"));
}

#[test]
fn a_pod_waits_where_no_node_reaches_a_volume() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    create(&mut cluster, &[("/apis/storage.k8s.io/v1/storageclasses", LOCAL), (CLAIMS, CLAIM), (PODS, POD)]);
    look(&mut cluster, &format!("{PODS}/p"), 20);
    // binder.go: ErrReasonBindConflict.
    let pod = events_of(&mut cluster, "Pod");
    assert!(pod[0].contains("3 node(s) didn't find available persistent volumes to bind"), "{pod:?}");
    let claim = events_of(&mut cluster, "PersistentVolumeClaim");
    assert_eq!(claim.last().map(String::as_str), Some("WaitForPodScheduled: waiting for pod p to be scheduled"));
}

#[test]
fn a_volume_that_cannot_be_deleted_fails() {
    // host_path.go: only below /tmp.
    for (path, phase, gone) in [("/mnt/data", "Failed", false), ("/tmp/data", "", true)] {
        let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
        let volume = volume("m", "Delete", &format!(r#""hostPath":{{"path":"{path}"}}"#));
        let claim = CLAIM.replace("local", "m");
        create(&mut cluster, &[(PVS, volume.as_str()), (CLAIMS, claim.as_str())]);
        let claim = look(&mut cluster, &format!("{CLAIMS}/c"), 3);
        assert_eq!(claim.at("status.phase").str(), "Bound");
        cluster.handle(Request::delete(format!("{CLAIMS}/c"), Value::Null));
        let volume = look(&mut cluster, &format!("{PVS}/v"), 3);
        assert_eq!((volume.is_null(), volume.at("status.phase").str()), (gone, phase));
        if !gone {
            let why = "host_path deleter only supports /tmp/.+ but received provided /mnt/data";
            assert_eq!(volume.at("status.message").str(), why);
            let events = events_of(&mut cluster, "PersistentVolume");
            assert_eq!(events, [format!("VolumeFailedDelete: {why}")]);
        }
    }
}

#[test]
fn a_claim_that_names_a_volume_says_why_it_does_not_fit() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let volume = volume("m", "Retain", r#""hostPath":{"path":"/mnt"}"#);
    let claim =
        CLAIM.replace("local", "m").replace("1Gi", "2Gi").replace(r#""spec":{"#, r#""spec":{"volumeName":"v","#);
    create(&mut cluster, &[(PVS, volume.as_str()), (CLAIMS, claim.as_str())]);
    look(&mut cluster, CLAIMS, 1);
    let events = events_of(&mut cluster, "PersistentVolumeClaim");
    assert_eq!(events[0], "VolumeMismatch: Cannot bind to requested volume \"v\": requested PV is too small");
}

#[test]
fn an_external_provisioner_is_named_in_the_claim() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let class = r#"{"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"local"},
        "provisioner":"kubernetes.io/gce-pd"}"#;
    create(&mut cluster, &[("/apis/storage.k8s.io/v1/storageclasses", class), (CLAIMS, CLAIM)]);
    let claim = look(&mut cluster, &format!("{CLAIMS}/c"), 1);
    for annotation in ["volume.beta.kubernetes.io/storage-provisioner", "volume.kubernetes.io/storage-provisioner"] {
        assert_eq!(claim.annotation(annotation), Some("pd.csi.storage.gke.io"));
    }
}
