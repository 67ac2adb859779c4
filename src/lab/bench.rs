//! What the core costs, the same natively and in the page. The caller brings the stopwatch: the core has none.

use super::Lab;
use crate::apimachinery::time::Duration;
use crate::apimachinery::{Object, Value};
use crate::client::{Api, Request, Resource};
use crate::cluster::{Cluster, ClusterSpec};
use crate::{list, object};

/// Virtual time after which a bench that is not done has failed.
const LONGEST: Duration = Duration::from_secs(600);

fn pod(i: usize) -> Value {
    let container = object! { "name" => "main", "image" => "nginx" };
    object! {
        "apiVersion" => "v1", "kind" => "Pod",
        "metadata" => object! { "name" => format!("pod-{i:05}"), "labels" => object! { "app" => "bench" } },
        "spec" => object! { "containers" => list![container] },
    }
}

/// Creates `count` pods on one node for every 100 and runs until all are Running. True where they came to be.
pub fn pods_to_running(cluster: &mut Cluster, count: usize) -> bool {
    for i in 0..count {
        cluster.handle(Request::post("/api/v1/namespaces/default/pods", pod(i)).user_agent("kubectl"));
    }
    let end = cluster.now() + LONGEST;
    while cluster.now() < end {
        if cluster.run_until(cluster.now() + Duration::from_millis(500)).is_err() {
            return false;
        }
        let pods = cluster.informers().list_in(Resource::Pods, "default");
        if pods.filter(|p| p.at("status.phase").str() == "Running" && p.is_ready()).count() == count {
            return true;
        }
    }
    false
}

/// One figure: a name, its unit, and what was measured.
fn figure(name: &str, unit: &str, value: f64) -> Value {
    object! { "name" => name, "unit" => unit, "value" => value }
}

/// What one of `times` turns takes; in one go, since some stopwatches tick coarsely.
fn mean(times: u32, now: &dyn Fn() -> f64, mut act: impl FnMut()) -> f64 {
    let begin = now();
    for _ in 0..times {
        act();
    }
    (now() - begin) / f64::from(times)
}

/// Runs the benchmarks; `now` is a stopwatch in milliseconds. Returns a list of figures.
pub fn run(now: &dyn Fn() -> f64) -> Value {
    let mut figures = Vec::new();
    let boot = mean(20, now, || drop(Lab::for_page(&ClusterSpec::plain(1))));
    figures.push(figure("boot of cluster and laptop (mean of 20)", "ms", boot));
    for count in [100, 1_000, 5_000] {
        let mut cluster = Cluster::boot(&ClusterSpec::bench(count, 1));
        let begin = now();
        let done = pods_to_running(&mut cluster, count);
        let spent = if done { now() - begin } else { f64::NAN };
        figures.push(figure(&format!("{count} pods from create to Running"), "ms", spent));
    }
    let mut lab = Lab::for_bench(1_000);
    pods_to_running(lab.cluster_mut(), 1_000);
    lab.rest();
    let listing = mean(20, now, || drop(lab.run_line("kubectl get pods")));
    figures.push(figure("kubectl get pods of 1000 pods (mean of 20)", "ms", listing));
    figures.into()
}

trait Ready {
    fn is_ready(&self) -> bool;
}

impl Ready for Value {
    fn is_ready(&self) -> bool {
        let conditions = self.at("status.conditions").items();
        !self.is_terminating() && conditions.iter().any(|c| c["type"].str() == "Ready" && c["status"].str() == "True")
    }
}
