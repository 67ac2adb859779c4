//! Commands against the API server, as recorded in the transcripts.

use super::run;
use crate::apimachinery::Time;
use crate::apiserver::{ApiServer, Config, proxy::NoNodes};
use crate::cli::Context;
use crate::cli::memory::Memory;
use crate::client::request::{StreamPoll, WatchPoll};
use crate::client::{Api, Client, Reply, Request, StreamId, WatchId};
use crate::sim::{Clock, Executor, Rng};
use crate::{list, object};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

struct Door(ApiServer);

impl Api for Door {
    fn handle(&mut self, request: Request) -> Reply {
        self.0.handle(request, &mut NoNodes)
    }
    fn poll_watch(&mut self, id: WatchId) -> WatchPoll {
        self.0.poll_watch(id)
    }
    fn close_watch(&mut self, id: WatchId) {
        self.0.close_watch(id);
    }
    fn poll_stream(&mut self, _: StreamId) -> StreamPoll {
        StreamPoll { closed: true, ..StreamPoll::default() }
    }
    fn write_stream(&mut self, _: StreamId, _: Option<&[u8]>) {}
    fn close_stream(&mut self, _: StreamId) {}
}

struct Lab {
    door: RefCell<Door>,
    clock: Clock,
    system: Rc<Memory>,
}

const SERVER: &str = "https://127.0.0.1:6443";

impl Lab {
    fn new() -> Self {
        let clock = Clock::new(Time::parse_rfc3339("2026-11-23T12:00:00Z").unwrap());
        let mut server = ApiServer::new(clock.clone(), Rng::new(1), Config::default());
        for name in ["default", "kube-system"] {
            let namespace = object! { "kind" => "Namespace", "apiVersion" => "v1",
            "metadata" => object! { "name" => name }, "spec" => object! { "finalizers" => list!["kubernetes"] },
            "status" => object! { "phase" => "Active" } };
            server.store_mut().put("namespaces", name, namespace);
        }
        Self { door: RefCell::new(Door(server)), clock, system: Rc::new(Memory::with_kubeconfig(SERVER)) }
    }

    /// Runs a line (words apart by blanks, `'` keeps words together) and returns stdout, stderr marked `! `, and the
    /// exit code, as transcripts have them.
    fn run(&self, line: &str) -> String {
        let client = Client::new(self.clock.clone());
        let ctx = Context {
            client: client.clone(),
            system: self.system.clone(),
            server: SERVER.into(),
            descriptions: None,
            discovery: Default::default(),
        };
        let code = Rc::new(Cell::new(None));
        let (slot, argv) = (code.clone(), words(line));
        let mut executor = Executor::default();
        executor.spawn(async move { slot.set(Some(run(ctx, argv).await)) });
        for _ in 0..10_000 {
            self.clock.begin_round();
            executor.poll();
            if executor.is_idle() {
                break;
            }
            if client.deliver(&mut *self.door.borrow_mut()) == 0 {
                if let Some(t) = self.clock.next_wakeup() {
                    self.clock.advance_to(t);
                }
            }
        }
        let (out, err) = (self.system.stdout.take(), self.system.stderr.take());
        let err: String = err.lines().map(|l| format!("! {l}\n")).collect();
        match code.get() {
            Some(0) => out + &err,
            Some(code) => format!("{out}{err}? {code}\n"),
            None => format!("{out}{err}? still running\n"),
        }
    }
}

fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words
}

#[test]
fn texts_that_need_no_cluster_are_those_recorded() {
    let lab = Lab::new();
    let recorded = "\
$ kubectl foo
! error: unknown command \"foo\" for \"kubectl\"
!\u{20}
! Did you mean this?
! \ttop
? 1
$ kubectl gett pods
! error: unknown command \"gett\" for \"kubectl\"
!\u{20}
! Did you mean this?
! \tset
! \tget
? 1
$ kubectl get
! You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.
!\u{20}
! error: Required resource not specified.
! Use \"kubectl explain <resource>\" for a detailed description of that resource (e.g. kubectl explain pods).
! See 'kubectl get -h' for help and examples
? 1
$ kubectl get pods --foo
! error: unknown flag: --foo
! See 'kubectl get --help' for usage.
? 1
$ kubectl --nosuch
! error: unknown flag: --nosuch
! See 'kubectl --help' for usage.
? 1
$ kubectl create foo
! error: Unexpected args: [foo]
! See 'kubectl create -h' for help and examples
? 1
$ kubectl create ns a b
! error: exactly one NAME is required, got 2
! See 'kubectl create namespace -h' for help and examples
? 1
$ kubectl create -f nosuch.yaml -f also-nosuch.yaml
! the path \"nosuch.yaml\" does not exist
! the path \"also-nosuch.yaml\" does not exist
? 1
$ kubectl --context=nosuch get pods
! Error in configuration: context was not found for specified context: nosuch
? 1
$ kubectl --kubeconfig=/nosuch get pods
! error: stat /nosuch: no such file or directory
? 1
$ kubectl --user=nosuch get pods
! error: auth info \"nosuch\" does not exist
? 1
";
    check(&lab, recorded);
}

/// Runs each `$` line and compares with what follows it.
fn check(lab: &Lab, recorded: &str) {
    for block in recorded.split("$ ").filter(|b| !b.is_empty()) {
        let (line, want) = block.split_once('\n').unwrap();
        assert_eq!(lab.run(line), want, "{line}");
    }
}

#[test]
fn objects_are_created_listed_and_deleted() {
    let lab = Lab::new();
    lab.system.put("/scratch/c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  labels: {a: b}\n");
    check(
        &lab,
        "\
$ kubectl get cm
! No resources found in default namespace.
$ kubectl create -f c.yaml
configmap/c created
$ kubectl create -f c.yaml
! Error from server (AlreadyExists): error when creating \"c.yaml\": configmaps \"c\" already exists
? 1
$ kubectl create ns other
namespace/other created
$ kubectl create -f c.yaml -n other
configmap/c created
$ kubectl get cm c --server-print=false
NAME   AGE
c      0s
$ kubectl get cm -A --field-selector=metadata.name=c -o name
configmap/c
configmap/c
$ kubectl get configmaps -L a --no-headers --server-print=false
c     0s    b
$ kubectl get cm c nosuch -o name
configmap/c
! Error from server (NotFound): configmaps \"nosuch\" not found
? 1
$ kubectl get cm c -o jsonpath='{.metadata.labels}'
{\"a\":\"b\"}$ kubectl get foo
! error: the server doesn't have a resource type \"foo\"
? 1
$ kubectl get pods/
! error: arguments in resource/name form must have a single resource and name
? 1
$ kubectl delete cm
! error: resource(s) were provided, but no name was specified
? 1
$ kubectl delete -f c.yaml
configmap \"c\" deleted from default namespace
$ kubectl delete cm --all
No resources found
$ kubectl delete cm c -n other --dry-run=client
configmap \"c\" deleted from other namespace (dry run)
",
    );
}

#[test]
fn labels_and_annotations_change_as_recorded() {
    let lab = Lab::new();
    lab.system.put("/scratch/c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  labels: {env: prod}\n");
    check(
        &lab,
        "\
$ kubectl create -f c.yaml
configmap/c created
$ kubectl label cm c env=debug
! error: 'env' already has a value (prod), and --overwrite is false
? 1
$ kubectl label cm c env=debug --overwrite
configmap/c labeled
$ kubectl label cm c env=debug --overwrite
configmap/c not labeled
$ kubectl label cm c a=b a-
! error: can not both modify and remove a label in the same command
? 1
$ kubectl label cm c env-
configmap/c unlabeled
$ kubectl label cm c env-
label \"env\" not found.
configmap/c not labeled
$ kubectl label pod x a
! error: at least one label update is required
? 1
$ kubectl label
! error: one or more resources must be specified as <resource> <name> or <resource>/<name>
? 1
$ kubectl annotate cm c note='foo bar'
configmap/c annotated
$ kubectl annotate cm c note=other
! error: --overwrite is false but found the following declared annotation(s): 'note' already has a value (foo bar)
? 1
$ kubectl label cm c a=c --dry-run=server
configmap/c labeled (server dry run)
$ kubectl label cm c --resource-version=1 zz=1
! Error from server (Conflict): Operation cannot be fulfilled on configmaps \"c\": the object has been modified; please apply your changes to the latest version and try again
? 1
$ kubectl patch cm c -p '{\"data\":{\"z\":\"26\"}}'
configmap/c patched
$ kubectl patch cm c -p '{\"data\":{\"z\":\"26\"}}'
configmap/c patched (no change)
$ kubectl patch cm c --type=foo -p '{}'
! error: --type must be one of [json merge strategic], not \"foo\"
? 1
",
    );
}

#[test]
fn apply_makes_changes_and_keeps_what_it_did() {
    let lab = Lab::new();
    lab.system.put(
        "/scratch/cm.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cm\ndata:\n  a: \"1\"\n  b: \"2\"\n",
    );
    lab.system.put(
        "/scratch/cm2.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cm\ndata:\n  a: \"1\"\n  c: \"3\"\n",
    );
    check(
        &lab,
        "\
$ kubectl apply -f cm.yaml
configmap/cm created
$ kubectl apply -f cm.yaml
configmap/cm unchanged
$ kubectl apply -f cm2.yaml --dry-run=server
configmap/cm configured (server dry run)
$ kubectl apply -f cm2.yaml
configmap/cm configured
$ kubectl get cm cm -o jsonpath='{.data}'
{\"a\":\"1\",\"c\":\"3\"}$ kubectl replace -f cm.yaml
configmap/cm replaced
$ kubectl replace --force -f cm.yaml
configmap \"cm\" deleted from default namespace
configmap/cm replaced
$ kubectl apply -f cm.yaml
configmap/cm configured
! Warning: resource configmaps/cm is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.
",
    );
}

/// As recorded in 200-err-cli.
#[test]
fn rollouts_and_nodes_that_are_not_there() {
    let lab = Lab::new();
    check(
        &lab,
        "\
$ kubectl rollout status
! error: required resource not specified
? 1
$ kubectl rollout status deployment nosuch
! Error from server (NotFound): deployments.apps \"nosuch\" not found
? 1
$ kubectl rollout foo
! error: unknown command \"foo\"
! See 'kubectl rollout -h' for help and examples
? 1
$ kubectl cordon
! error: USAGE: cordon NODE [flags]
! See 'kubectl cordon -h' for help and examples
? 1
$ kubectl cordon nosuch
! Error from server (NotFound): nodes \"nosuch\" not found
? 1
",
    );
}

/// As recorded in 503-jobs.
#[test]
fn waiting_for_creation_takes_until_something_is_there() {
    let lab = Lab::new();
    let late = "! error: timed out waiting for the condition\n? 1\n";
    assert_eq!(lab.run("kubectl wait --for=create cm -l nosuch=x --timeout=1s"), late);
    assert_eq!(lab.run("kubectl wait --for=create cm/c --timeout=1s"), late);
    lab.run("kubectl create configmap c");
    assert_eq!(lab.run("kubectl wait --for=create cm/c --timeout=1s"), "configmap/c condition met\n");
}

/// What Kubernetes' own tests ask of going from client-side to server-side apply and back (`test/cmd/testdata/apply.txtar`).
#[test]
fn apply_changes_sides_without_leaving_fields_behind() {
    let lab = Lab::new();
    let map = |data: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata: {{{data}}}\n");
    lab.system.put("/scratch/1.yaml", &map("a: x, old: v"));
    lab.system.put("/scratch/2.yaml", &map("a: z, new: v"));
    check(&lab, "$ kubectl apply -f 1.yaml\nconfigmap/c created\n");
    let strange = lab.run("kubectl apply --server-side --field-manager=strange -f 2.yaml");
    assert!(strange.starts_with("! error: Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\""));
    check(
        &lab,
        "\
$ kubectl apply --server-side -f 2.yaml
configmap/c serverside-applied
$ kubectl get cm c -o jsonpath='{.data}'
{\"a\":\"z\",\"new\":\"v\"}$ kubectl apply -f 1.yaml
configmap/c configured
$ kubectl get cm c -o jsonpath='{.data}'
{\"a\":\"x\",\"old\":\"v\"}",
    );
    check(&lab, "$ kubectl delete cm c\nconfigmap \"c\" deleted from default namespace\n");
    check(
        &lab,
        "\
$ kubectl apply --field-manager=m -f 1.yaml
configmap/c created
$ kubectl apply --server-side --field-manager=m -f 1.yaml
configmap/c serverside-applied
$ kubectl get cm c -o jsonpath='{.data} {.metadata.annotations}'
{\"a\":\"x\",\"old\":\"v\"} ",
    );
}

/// As `test/cmd/testdata/diff.txtar` has it.
#[test]
fn diff_shows_what_apply_would_prune() {
    let lab = Lab::new();
    for name in ["a", "b"] {
        let text = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, labels: {{g: x}}}}\n");
        lab.system.put(&format!("/scratch/{name}.yaml"), &text);
        lab.run(&format!("kubectl apply -f {name}.yaml"));
    }
    assert_eq!(lab.run("kubectl diff -f b.yaml"), "");
    let allow = "--prune-allowlist=core/v1/ConfigMap";
    let shown = lab.run(&format!("kubectl diff --prune {allow} -l g=x -f b.yaml"));
    assert!(shown.contains("\n-  name: a\n") && shown.ends_with("? 1\n"), "{shown}");
    assert_eq!(lab.run(&format!("kubectl diff --prune {allow} -l g=y -f b.yaml")), "");
}

/// As `LocationStreamer` and `portforward.go` have it: without a node there is nothing to read from.
#[test]
fn a_pod_on_no_node_has_an_empty_log() {
    let lab = Lab::new();
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\n";
    lab.system.put("/scratch/a.yaml", account);
    lab.run("kubectl create -f a.yaml");
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {kubectl.kubernetes.io/default-container: x}}\n\
               spec: {containers: [{name: c, image: nginx, ports: [{containerPort: 53, protocol: UDP}]}]}\n";
    lab.system.put("/scratch/p.yaml", pod);
    check(
        &lab,
        "\
$ kubectl create -f p.yaml
pod/p created
$ kubectl logs p -c c
$ kubectl logs p
! error: container x is not valid for pod p out of: c
? 1
$ kubectl port-forward p 53
! error: UDP protocol is not supported for 53
? 1
$ kubectl port-forward p 80:80:80
! error: unable to forward port because pod is not running. Current status=Pending
? 1
",
    );
}

/// The lines of `700-http-traffic`, less their times.
#[test]
fn traffic_is_logged_at_the_levels_of_client_go() {
    let lab = Lab::new();
    let log = |line: &str| -> Vec<String> {
        let shown = lab.run(line);
        let plain =
            |l: &str| l.split_once("] ").filter(|(head, _)| head.starts_with("! I")).map_or(l, |(_, t)| t).to_owned();
        shown
            .lines()
            .map(plain)
            .filter(|l| !l.starts_with("\"Feature gate") && !l.starts_with("Config loaded"))
            .collect()
    };
    lab.run("kubectl api-resources");
    let url = "https://127.0.0.1:6443/api/v1/namespaces/default/pods?limit=500";
    let none = "! No resources found in default namespace.".to_owned();
    let answer = format!("\"Response\" verb=\"GET\" url=\"{url}\" status=\"200 OK\" milliseconds=0");
    assert_eq!(log("kubectl get pods -v=6").split_off(2), [answer, none.clone()]);
    let asked = log("kubectl get pods --v=7 -l a=b");
    let want = [
        "\"Request\" verb=\"GET\" url=\"https://127.0.0.1:6443/api/v1/namespaces/default/pods?labelSelector=a%3Db&limit=500\" headers=<",
        "! \tAccept: application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
        "! \tUser-Agent: kubectl/v1.36.2 (linux/amd64) kubernetes/98b3519",
        "!  >",
        "\"Response\" status=\"200 OK\" milliseconds=0",
        &none,
    ];
    assert_eq!(asked[asked.len() - 6..], want);
    assert_eq!(log("kubectl get pods -v=5"), [none]);
    let pieces = log("kubectl get ns -v=6 --chunk-size=1");
    assert!(pieces.iter().any(|l| l.contains("?continue=") && l.contains("&limit=1")), "{pieces:?}");
    assert_eq!(lab.run("kubectl get ns --chunk-size=1"), lab.run("kubectl get ns"));
}
