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

#[test]
fn a_pod_runs_and_tells_its_story() {
    let mut lab = Lab::new();
    lab.create(Resource::Pods, pod("kubia", container("luksa/kubia")));
    lab.wait(6.0);
    let pod = lab.get(Resource::Pods, "kubia");
    println!("{}", serde_json::to_string_pretty(&pod).unwrap());
    println!("{:#?}", lab.events("kubia"));
    assert_eq!(pod.at("status.phase").str(), "Running");
    assert_eq!(pod.at("status.podIP").str(), "10.244.0.2");
    let node = lab.send(Request::get("/api/v1/nodes/node-1"));
    println!("{}", serde_json::to_string_pretty(&node).unwrap());
}
