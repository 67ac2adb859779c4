//! Controllers, scheduler and kubelets together over the API server, as the recorded cluster does it.

use podium::apimachinery::time::Duration;
use podium::apimachinery::{Object, Value};
use podium::client::request::{Reply, Request};
use podium::client::{Api, Resource};
use podium::cluster::{Cluster, ClusterSpec};
use podium::{list, object};

struct Lab(Cluster);

impl Lab {
    fn new() -> Self {
        Self(Cluster::boot(&ClusterSpec::plain(1)))
    }
    fn wait(&mut self, seconds: f64) {
        let end = self.0.now() + Duration::from_secs_f64(seconds);
        self.0.run_until(end).unwrap();
    }
    fn send(&mut self, request: Request) -> Value {
        self.try_send(request).into_result().unwrap()
    }
    fn try_send(&mut self, request: Request) -> Reply {
        self.0.handle(request)
    }
    fn create(&mut self, resource: Resource, object: Value) -> Value {
        self.send(Request::post(resource.url("default", ""), object))
    }
    fn get(&mut self, resource: Resource, name: &str) -> Value {
        self.send(Request::get(resource.url("default", name)))
    }
    fn list(&mut self, resource: Resource) -> Vec<Value> {
        self.send(Request::get(resource.url("default", "")))["items"].items().to_vec()
    }
    fn events(&mut self, name: &str) -> Vec<String> {
        let list = self.send(Request::get("/api/v1/namespaces/default/events"));
        let about = list["items"].items().iter().filter(|e| e.at("involvedObject.name").str() == name);
        about.map(|e| format!("{} {} {}", e["count"].int(), e["reason"].str(), e["message"].str())).collect()
    }
}

fn pod(name: &str, container: Value) -> Value {
    object! {
        "apiVersion" => "v1", "kind" => "Pod", "metadata" => object! { "name" => name },
        "spec" => object! {
            "containers" => list![container], "schedulerName" => "default-scheduler", "restartPolicy" => "Always",
            "terminationGracePeriodSeconds" => 30,
        },
    }
}

fn container(image: &str) -> Value {
    object! { "name" => "a", "image" => image, "imagePullPolicy" => "Always" }
}

fn with(mut container: Value, field: &str, value: impl Into<Value>) -> Value {
    container.set(field, value);
    container
}

fn template(app: &str, container: Value) -> Value {
    let mut pod = pod("", container);
    let spec = std::mem::take(pod.at_mut("spec"));
    object! { "metadata" => object! { "labels" => object! { "app" => app } }, "spec" => spec }
}

fn deployment(name: &str, image: &str, replicas: i64) -> Value {
    object! {
        "apiVersion" => "apps/v1", "kind" => "Deployment", "metadata" => object! { "name" => name },
        "spec" => object! {
            "replicas" => replicas, "progressDeadlineSeconds" => 600, "revisionHistoryLimit" => 10,
            "selector" => object! { "matchLabels" => object! { "app" => name } },
            "strategy" => object! {
                "type" => "RollingUpdate",
                "rollingUpdate" => object! { "maxSurge" => "25%", "maxUnavailable" => "25%" },
            },
            "template" => template(name, container(image)),
        },
    }
}

#[test]
fn a_pod_runs_and_tells_its_story() {
    let mut lab = Lab::new();
    lab.create(Resource::Pods, pod("kubia", container("luksa/kubia")));
    lab.wait(6.0);
    let pod = lab.get(Resource::Pods, "kubia");
    assert_eq!(pod.at("status.phase").str(), "Running");
    assert_eq!(pod.at("status.podIP").str(), "10.244.0.2");
    let reasons: Vec<String> =
        lab.events("kubia").iter().map(|e| e.split(' ').nth(1).unwrap_or("").to_owned()).collect();
    assert_eq!(reasons, ["Scheduled", "Pulling", "Pulled", "Created", "Started"]);
}

/// As in 505-pods-misc: at once, then after the back-off; the status says so a look later.
#[test]
fn a_container_that_crashes_backs_off() {
    let mut lab = Lab::new();
    let crash = with(container("busybox"), "command", list!["false"]);
    lab.create(Resource::Pods, pod("crash", crash));
    lab.wait(4.5);
    let status = lab.get(Resource::Pods, "crash")["status"].clone();
    assert_eq!(status.at("containerStatuses")[0]["restartCount"].int(), 1, "{status}");
    lab.wait(14.0);
    let status = lab.get(Resource::Pods, "crash")["status"].clone();
    assert_eq!(status["containerStatuses"][0]["restartCount"].int(), 2);
    assert_eq!(status["containerStatuses"][0].at("lastState.terminated.exitCode").int(), 1);
    assert_eq!(status["phase"].str(), "Running");
    println!("{:#?}", lab.events("crash"));
}

#[test]
fn a_missing_command_and_a_missing_image_are_told_as_containerd_does() {
    let mut lab = Lab::new();
    lab.create(Resource::Pods, pod("nocmd", with(container("busybox"), "command", list!["nosuchcmd"])));
    lab.create(Resource::Pods, pod("badimage", container("nosuchimage:v9")));
    // Until the next look at the runtime; from then on it may as well be said to back off.
    lab.wait(1.5);
    let nocmd = lab.get(Resource::Pods, "nocmd")["status"]["containerStatuses"][0].clone();
    assert_eq!(nocmd.at("state.waiting.reason").str(), "RunContainerError", "{nocmd}");
    assert_eq!(nocmd.at("lastState.terminated.reason").str(), "StartError");
    lab.wait(1.5);
    let bad = lab.get(Resource::Pods, "badimage")["status"]["containerStatuses"][0].clone();
    assert_eq!(bad.at("state.waiting.reason").str(), "ErrImagePull", "{bad}");
    lab.wait(12.0);
    let bad = lab.get(Resource::Pods, "badimage")["status"]["containerStatuses"][0].clone();
    assert_eq!(bad.at("state.waiting.reason").str(), "ImagePullBackOff", "{bad}");
    println!("{:#?}\n{:#?}", lab.events("nocmd"), lab.events("badimage"));
}

#[test]
fn a_deployment_rolls_out_and_its_pods_go_with_it() {
    let mut lab = Lab::new();
    lab.create(Resource::Deployments, deployment("web", "nginx:1.26", 4));
    lab.wait(8.0);
    let web = lab.get(Resource::Deployments, "web");
    assert_eq!(web.at("status.availableReplicas").int(), 4, "{web}");
    let mut changed = web.clone();
    changed.at_mut("spec.template.spec.containers").list_mut()[0].set("image", "nginx:1.27");
    lab.send(Request::put(Resource::Deployments.url("default", "web"), changed));
    lab.wait(40.0);
    let web = lab.get(Resource::Deployments, "web");
    assert_eq!(web.at("status.updatedReplicas").int(), 4, "{web}");
    assert_eq!(lab.list(Resource::Pods).len(), 4);
    println!("{}\n{:#?}", web["status"], lab.events("web"));
    lab.send(Request::delete(Resource::Deployments.url("default", "web"), Value::Null));
    lab.wait(40.0);
    assert_eq!(lab.list(Resource::ReplicaSets).len(), 0);
    assert_eq!(lab.list(Resource::Pods).len(), 0);
}

#[test]
fn a_namespace_is_emptied_five_seconds_later() {
    let mut lab = Lab::new();
    let namespace = object! {
        "apiVersion" => "v1", "kind" => "Namespace", "metadata" => object! { "name" => "work" },
    };
    lab.send(Request::post("/api/v1/namespaces", namespace));
    lab.wait(1.0);
    lab.send(Request::post(Resource::Pods.url("work", ""), pod("p", container("nginx"))));
    lab.wait(4.0);
    lab.send(Request::delete("/api/v1/namespaces/work", Value::Null));
    lab.wait(4.0);
    assert!(lab.try_send(Request::get(Resource::Pods.url("work", "p"))).into_result().is_ok());
    lab.wait(60.0);
    let gone = lab.try_send(Request::get("/api/v1/namespaces/work")).into_result();
    assert_eq!(gone.unwrap_err().code, 404);
}

#[test]
fn endpoints_follow_the_pods_of_a_service() {
    let mut lab = Lab::new();
    lab.create(Resource::Deployments, deployment("web", "nginx", 2));
    let ports = list![object! { "port" => 80, "targetPort" => 80, "protocol" => "TCP" }];
    lab.create(
        Resource::Services,
        object! {
            "apiVersion" => "v1", "kind" => "Service", "metadata" => object! { "name" => "web" },
            "spec" => object! { "selector" => object! { "app" => "web" }, "ports" => ports },
        },
    );
    lab.wait(6.0);
    let endpoints = lab.get(Resource::Endpoints, "web");
    assert_eq!(endpoints["subsets"][0]["addresses"].items().len(), 2, "{endpoints}");
    let slices = lab.list(Resource::EndpointSlices);
    let slice = slices.iter().find(|s| s.label("kubernetes.io/service-name") == Some("web")).unwrap();
    assert_eq!(slice["endpoints"].items().len(), 2);
}

#[test]
fn a_cluster_clones_in_the_middle_of_what_it_does() {
    let mut lab = Lab::new();
    lab.create(Resource::Deployments, deployment("web", "nginx", 3));
    lab.wait(0.5);
    let mut other = Lab(lab.0.clone());
    lab.wait(10.0);
    other.wait(10.0);
    assert_eq!(other.list(Resource::Pods).len(), 3);
    assert_eq!(other.get(Resource::Deployments, "web").at("status.availableReplicas").int(), 3);
}

/// The kubelet does not wait for the probe's turn: `manualTriggerCh` of `pkg/kubelet/prober/worker.go`.
#[test]
fn readiness_is_asked_as_soon_as_a_container_has_started() {
    let mut lab = Lab::new();
    let probe =
        object! { "httpGet" => object! { "path" => "/", "port" => 80, "scheme" => "HTTP" }, "periodSeconds" => 10 };
    let ready = |lab: &mut Lab, name| lab.get(Resource::Pods, name).at("status.containerStatuses")[0]["ready"].bool();
    lab.create(Resource::Pods, pod("prompt", with(container("nginx"), "readinessProbe", probe.clone())));
    let mut late = probe;
    late.set("initialDelaySeconds", 8);
    lab.create(Resource::Pods, pod("late", with(container("nginx"), "readinessProbe", late)));
    lab.wait(5.0);
    assert!(ready(&mut lab, "prompt"));
    assert!(!ready(&mut lab, "late"), "not before its delay is over");
    lab.wait(18.0);
    assert!(ready(&mut lab, "late"));
}

/// As `kubectl get csr` shows of a client's request on the real cluster: `Approved,Issued`.
#[test]
fn an_approved_request_of_a_client_is_signed() {
    let mut lab = Lab::new();
    let url = Resource::CertificateSigningRequests.url("", "");
    let pem = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQgotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K";
    let request = |name: &str, usage: &str| {
        object! {
            "apiVersion" => "certificates.k8s.io/v1", "kind" => "CertificateSigningRequest",
            "metadata" => object! { "name" => name },
            "spec" => object! {
                "request" => pem, "signerName" => "kubernetes.io/kube-apiserver-client", "usages" => list![usage],
            },
        }
    };
    for (name, usage) in [("a", "client auth"), ("b", "server auth")] {
        let mut asked = lab.send(Request::post(url.clone(), request(name, usage)));
        lab.wait(1.0);
        assert!(lab.send(Request::get(format!("{url}/{name}"))).at("status.certificate").is_empty());
        let approved = object! { "type" => "Approved", "status" => "True", "reason" => "KubectlApprove" };
        asked.set("status", object! { "conditions" => list![approved] });
        lab.send(Request::put(format!("{url}/{name}/approval"), asked));
        lab.wait(1.0);
    }
    assert!(!lab.send(Request::get(format!("{url}/a"))).at("status.certificate").is_empty());
    assert!(lab.send(Request::get(format!("{url}/b"))).at("status.certificate").is_empty());
}
