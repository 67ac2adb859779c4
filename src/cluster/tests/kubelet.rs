//! What kubelets say of probes and volumes.

use super::*;

/// The texts of the warnings about the pod `web`.
fn warnings(cluster: &mut Cluster) -> Vec<String> {
    let list = look(cluster, "/api/v1/namespaces/default/events", 0);
    let warns = |e: &&Value| e["type"].str() == "Warning";
    list["items"].items().iter().filter(warns).map(|e| e["message"].str().to_owned()).collect()
}

#[test]
fn a_probe_that_cannot_be_asked_does_not_count() {
    // prober.go and worker.go: an error is told and thrown away.
    let exec = r#""exec":{"command":["nosuch"]}"#;
    let port = r#""httpGet":{"port":"nosuch"}"#;
    let texts = [
        (exec, "exec: \"nosuch\": executable file not found in $PATH: unknown"),
        (port, "strconv.Atoi: parsing \"nosuch\": invalid syntax"),
    ];
    for (probe, text) in texts {
        let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
        let spec = format!(
            r#"{{"containers":[{{"name":"c","image":"busybox","command":["sleep","9999"],"livenessProbe":{{{probe},
                "periodSeconds":1,"failureThreshold":1}}}}]}}"#
        );
        let pod = live(&mut cluster, &spec, 60);
        assert_eq!(pod.at("status.containerStatuses")[0]["restartCount"].int(), 0);
        let said = warnings(&mut cluster);
        assert!(said[0].starts_with("Liveness probe errored and resulted in unknown state: "), "{said:?}");
        assert!(said[0].ends_with(text), "{said:?}");
    }
}

#[test]
fn a_server_without_tls_fails_a_probe_with_it() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let spec =
        r#"{"containers":[{"name":"c","image":"nginx","readinessProbe":{"httpGet":{"port":80,"scheme":"HTTPS"}}}]}"#;
    live(&mut cluster, spec, 10);
    let said = warnings(&mut cluster);
    assert!(said[0].ends_with(":80/\": http: server gave HTTP response to HTTPS client"), "{said:?}");
}

#[test]
fn volumes_that_cannot_be_mounted_say_why() {
    // secret.go, host_path.go.
    let secret = r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"a":"Yg=="}}"#;
    let cases = [
        (r#""secret":{"secretName":"s","items":[{"key":"x","path":"x"}]}"#, "references non-existent secret key: x"),
        (r#""hostPath":{"path":"/no","type":"Directory"}"#, "hostPath type check failed: /no is not a directory"),
    ];
    for (volume, why) in cases {
        let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
        create(&mut cluster, &[("/api/v1/namespaces/default/secrets", secret)]);
        let spec = format!(r#"{{"volumes":[{{"name":"v",{volume}}}],"containers":[{{"name":"c","image":"nginx"}}]}}"#);
        live(&mut cluster, &spec, 5);
        assert_eq!(warnings(&mut cluster)[0], format!("MountVolume.SetUp failed for volume \"v\" : {why}"));
    }
}

#[test]
fn a_container_that_is_killed_ended_then() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let spec = r#"{"terminationGracePeriodSeconds":20,"containers":[{"name":"c","image":"busybox","command":["sleep","9999"],
        "livenessProbe":{"exec":{"command":["false"]},"periodSeconds":1,"failureThreshold":1}}]}"#;
    let pod = live(&mut cluster, spec, 40);
    let ended = &pod.at("status.containerStatuses")[0]["lastState"]["terminated"];
    let time = |field: &str| Time::parse_rfc3339(ended[field].str()).expect("a time");
    assert!(time("finishedAt").since(time("startedAt")) >= Duration::from_secs(20));
}

/// Runs a script in a pod with this security context and an empty volume at `/data`: what it says.
fn said(security: &str, script: &str) -> String {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let script = Value::from(format!("({script}) > /dev/termination-log 2>&1"));
    let spec = format!(
        r#"{{"restartPolicy":"Never","securityContext":{security},"volumes":[{{"name":"v","emptyDir":{{}}}}],"containers":[{{
            "name":"c","image":"busybox","command":["sh","-c",{script}],"volumeMounts":[{{"name":"v","mountPath":"/data"}}]}}]}}"#
    );
    let pod = live(&mut cluster, &spec, 10);
    pod.at("status.containerStatuses")[0].at("state.terminated.message").str().to_owned()
}

#[test]
fn a_container_works_in_the_name_it_is_given() {
    // The task "Configure a Security Context" of the documentation.
    let context = r#"{"runAsUser":1000,"runAsGroup":3000,"fsGroup":2000,"supplementalGroups":[4000]}"#;
    assert_eq!(said(context, "id"), "uid=1000 gid=3000 groups=2000,3000,4000\n");
    assert_eq!(said(context, "ls -ld /data | cut -c1-23"), "drwxrwsrwx 2 root 2000 \n");
    assert_eq!(said(context, "echo hello > /data/f; ls -l /data/f | cut -c1-22"), "-rw-r--r-- 1 1000 2000\n");
    assert_eq!(said(context, "touch /etc/x"), "touch: /etc/x: Permission denied\n");
    assert_eq!(said("{}", "id"), "uid=0(root) gid=0(root) groups=0(root),10(wheel)\n");
}

#[test]
fn files_of_config_maps_are_links_into_a_directory_of_one_moment() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    let map = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},"data":{"a":"1"}}"#;
    create(&mut cluster, &[("/api/v1/namespaces/default/configmaps", map)]);
    let spec = r#"{"restartPolicy":"Never","volumes":[{"name":"v","configMap":{"name":"m","defaultMode":256}}],"containers":[
        {"name":"c","image":"busybox","command":["sh","-c",
        "(readlink /v/a; ls -lL /v/a | cut -c1-10; ls -a /v | grep -c 2026; cat /v/a) > /dev/termination-log"],
        "volumeMounts":[{"name":"v","mountPath":"/v"}]}]}"#;
    let pod = live(&mut cluster, spec, 10);
    let said = pod.at("status.containerStatuses")[0].at("state.terminated.message").str().to_owned();
    assert_eq!(said, "..data/a\n-r--------\n1\n1");
}
