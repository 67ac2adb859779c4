//! The real kubectl, whatever version this machine has, against `podium serve`.

use crate::process::{Failure, Result, cargo, command, find, root};
use crate::stages::Outcome;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// What kubectl is asked, from create to delete, and what it must answer.
struct Case {
    args: &'static str,
    expect: Expect,
}

enum Expect {
    /// Exit code 0 and this in standard output.
    Out(&'static str),
    /// Exit code 0 and all of these in standard output.
    All(&'static [&'static str]),
    /// An exit code other than 0 and this in standard error.
    Err(&'static str),
    /// Exit code 0 and this not in standard output.
    Not(&'static str),
}
use Expect::{All, Err as Error, Not, Out};

/// The longest that one command may take.
const LIMIT: Duration = Duration::from_secs(40);
/// Failures after which the rest would only repeat them.
const ENOUGH: usize = 10;

const MANIFEST: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: kubia-manual\nspec:\n  containers:\n  - image: luksa/kubia\n    name: kubia\n    ports:\n    - containerPort: 8080\n      protocol: TCP\n";
const LABELLED: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: kubia-manual-v2\n  labels:\n    creation_method: manual\n    env: prod\nspec:\n  containers:\n  - image: luksa/kubia\n    name: kubia\n";
const NAMESPACE: &str = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: custom-namespace\n";

const CHAPTER: &[Case] = &[
    Case { args: "get nodes", expect: All(&["node-1", "node-3", "Ready"]) },
    Case { args: "create -f kubia-manual.yaml", expect: Out("pod/kubia-manual created") },
    Case { args: "create -f kubia-manual.yaml", expect: Error("AlreadyExists") },
    Case { args: "apply -f kubia-manual-v2.yaml", expect: Out("pod/kubia-manual-v2 created") },
    Case { args: "wait --for=condition=Ready pod --all --timeout=30s", expect: Out("pod/kubia-manual condition met") },
    Case { args: "get po", expect: All(&["NAME", "kubia-manual-v2", "1/1", "Running"]) },
    Case {
        args: "get po kubia-manual -o yaml",
        expect: All(&["podIP: 10.244.", "phase: Running", "qosClass: BestEffort"]),
    },
    Case { args: "get po kubia-manual -o json", expect: Out("\"kind\": \"Pod\"") },
    Case { args: "get po -o wide", expect: All(&["NODE", "10.244."]) },
    Case { args: "describe po kubia-manual", expect: All(&["Name:", "kubia-manual", "Scheduled", "Started"]) },
    Case { args: "logs kubia-manual", expect: Out("Kubia server starting...") },
    Case { args: "logs kubia-manual -c kubia", expect: Out("Kubia server starting...") },
    Case { args: "exec kubia-manual -- hostname", expect: Out("kubia-manual") },
    Case { args: "exec kubia-manual -- nosuchprogram", expect: Error("") },
    Case { args: "get po --show-labels", expect: Out("creation_method=manual,env=prod") },
    Case { args: "get po -L creation_method,env", expect: All(&["CREATION_METHOD", "ENV", "prod"]) },
    Case { args: "label po kubia-manual creation_method=manual", expect: Out("pod/kubia-manual labeled") },
    Case { args: "label po kubia-manual-v2 env=debug", expect: Error("already has a value (prod)") },
    Case { args: "label po kubia-manual-v2 env=debug --overwrite", expect: Out("pod/kubia-manual-v2 labeled") },
    Case { args: "get po -l env=debug -o name", expect: Out("pod/kubia-manual-v2") },
    Case { args: "get po -l !env -o name", expect: Not("kubia-manual-v2") },
    Case { args: "label node node-2 gpu=true", expect: Out("node/node-2 labeled") },
    Case { args: "get nodes -l gpu=true -o name", expect: Out("node/node-2") },
    Case { args: "annotate pod kubia-manual mycompany.com/someannotation=foo", expect: Out("annotated") },
    Case { args: "get ns", expect: All(&["default", "kube-system", "Active"]) },
    Case { args: "get po --namespace kube-system", expect: Not("kubia") },
    Case { args: "create -f custom-namespace.yaml", expect: Out("namespace/custom-namespace created") },
    Case { args: "create namespace other", expect: Out("namespace/other created") },
    Case { args: "create -f kubia-manual.yaml -n custom-namespace", expect: Out("pod/kubia-manual created") },
    Case { args: "explain pod.spec.nodeSelector", expect: Out("nodeSelector") },
    Case { args: "api-resources", expect: All(&["po", "Deployment"]) },
    Case { args: "delete po kubia-manual", expect: Out("pod \"kubia-manual\" deleted") },
    Case { args: "delete po -l creation_method=manual", expect: Out("pod \"kubia-manual-v2\" deleted") },
    Case { args: "delete ns custom-namespace other", expect: Out("namespace \"custom-namespace\" deleted") },
    Case { args: "delete po --all", expect: Out("No resources found") },
    Case { args: "get po", expect: Not("kubia") },
];

/// What kubectl makes itself, which it sends as protobuf, and what a rollout and a drain ask for.
const MADE: &[Case] = &[
    Case { args: "create deployment web --image=nginx --replicas=2", expect: Out("deployment.apps/web created") },
    Case { args: "rollout status deployment/web --timeout=30s", expect: Out("successfully rolled out") },
    Case { args: "set image deployment/web nginx=nginx:1.27", expect: Out("image updated") },
    Case { args: "rollout status deployment/web --timeout=30s", expect: Out("successfully rolled out") },
    Case { args: "rollout undo deployment/web", expect: Out("rolled back") },
    Case { args: "autoscale deployment web --min=1 --max=3", expect: Out("autoscaled") },
    Case { args: "create job once --image=busybox -- echo done", expect: Out("job.batch/once created") },
    Case { args: "wait --for=condition=complete job/once --timeout=30s", expect: Out("condition met") },
    Case { args: "logs job/once", expect: Out("done") },
    Case { args: "create cronjob often --image=busybox --schedule=@hourly -- date", expect: Out("created") },
    Case { args: "create configmap settings --from-literal=a=b", expect: Out("configmap/settings created") },
    Case { args: "get configmap settings -o jsonpath={.data.a}", expect: Out("b") },
    Case { args: "create secret generic hidden --from-literal=p=q", expect: Out("secret/hidden created") },
    Case { args: "get secret hidden -o jsonpath={.data.p}", expect: Out("cQ==") },
    Case { args: "create service clusterip web --tcp=80:80", expect: Out("service/web created") },
    Case {
        args: "create ingress front --rule=a.example/=web:80",
        expect: Out("ingress.networking.k8s.io/front created"),
    },
    Case { args: "create role reader --verb=get --resource=pods", expect: Out("reader created") },
    Case { args: "create rolebinding readers --role=reader --user=u", expect: Out("readers created") },
    Case { args: "create quota few --hard=pods=50", expect: Out("resourcequota/few created") },
    Case { args: "create poddisruptionbudget one --selector=app=web --min-available=1", expect: Out("created") },
    Case { args: "auth can-i create pods", expect: Out("yes") },
    Case { args: "auth whoami", expect: Out("kubernetes-admin") },
    Case { args: "drain node-2 --ignore-daemonsets --force --timeout=60s", expect: Out("node/node-2 drained") },
    Case { args: "uncordon node-2", expect: Out("node/node-2 uncordoned") },
];

/// Passes when every case answers as expected; not run where there is no kubectl.
pub fn stage() -> Result<Outcome> {
    if find("kubectl").is_none() {
        println!("NOT RUN: no kubectl");
        return Ok(Outcome::NotRun("no kubectl".to_string()));
    }
    let built = crate::process::run(&mut cargo(&["build", "--quiet", "--bin", "podium"]));
    built.map_err(|_| Failure("the native tool does not build".to_string()))?;
    let server = Server::start()?;
    let mut failures = Vec::new();
    for case in CHAPTER.iter().chain(MADE) {
        let why = match server.kubectl(case.args) {
            Ok(output) => wrong(&case.expect, &output),
            Err(Failure(text)) => Some(text),
        };
        if let Some(why) = why {
            println!("FAILED kubectl {}\n{why}", case.args);
            failures.push(case.args);
        }
        if failures.len() >= ENOUGH {
            return Err(Failure(format!("kubectl: given up after {ENOUGH} failures")));
        }
    }
    failures.extend((!server.watches()?).then_some("get po -w"));
    failures.extend((!server.forwards()?).then_some("port-forward"));
    let all = CHAPTER.len() + MADE.len() + 2;
    let line = format!("kubectl: {} passed, {} failed", all - failures.len(), failures.len());
    println!("{line}");
    if failures.is_empty() { Ok(Outcome::Passed(vec![line])) } else { Err(Failure(line)) }
}

/// Why an answer is wrong, or nothing.
fn wrong(expect: &Expect, output: &Output) -> Option<String> {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let ok = output.status.success();
    let right = match expect {
        Out(text) => ok && out.contains(text),
        All(texts) => ok && texts.iter().all(|text| out.contains(text)),
        Not(text) => ok && !out.contains(text),
        Error(text) => !ok && err.contains(text),
    };
    (!right).then(|| format!("{}\nstandard output:\n{out}\nstandard error:\n{err}", output.status))
}

/// `podium serve`, ended when this is dropped.
struct Server {
    child: Child,
    dir: PathBuf,
}

impl Server {
    /// Starts it on a free port and writes a kubeconfig and the manifests into a folder.
    fn start() -> Result<Server> {
        let dir = root().join("target/kubectl");
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir)?;
        let files =
            [("kubia-manual.yaml", MANIFEST), ("kubia-manual-v2.yaml", LABELLED), ("custom-namespace.yaml", NAMESPACE)];
        for (name, text) in files {
            std::fs::write(dir.join(name), text)?;
        }
        let podium = root().join("target/debug/podium");
        let mut child = Command::new(podium)
            .args(["serve", "--port", "0", "--speed", "10"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| Failure(format!("cannot start podium serve: {e}")))?;
        let mut said = child.stdout.take().map(BufReader::new);
        let address = said.as_mut().and_then(address_in);
        // Whatever else it says is read too, so that it never writes into a closed pipe.
        drain(said);
        let server = Server { child, dir };
        let address = address.ok_or_else(|| Failure("podium serve did not say http://HOST:PORT".to_string()))?;
        std::fs::write(server.dir.join("config"), kubeconfig(&address))?;
        Ok(server)
    }

    fn command(&self, args: &str) -> Command {
        let mut kubectl = command("kubectl");
        kubectl.current_dir(&self.dir).env("KUBECONFIG", self.dir.join("config")).env("HOME", &self.dir);
        kubectl.args(args.split(' ')).stdin(Stdio::null());
        kubectl
    }

    fn kubectl(&self, args: &str) -> Result<Output> {
        let child = self.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        finish(child, LIMIT).map_err(|_| Failure(format!("kubectl {args} did not end within {} s", LIMIT.as_secs())))
    }

    /// Whether `get -w` shows a pod that comes and becomes Running while it is watched.
    fn watches(&self) -> Result<bool> {
        let watch = self.command("get po -w").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        std::thread::sleep(Duration::from_secs(1));
        self.kubectl("create -f kubia-manual.yaml")?;
        let ready = self.kubectl("wait --for=condition=Ready pod kubia-manual --timeout=30s")?;
        std::thread::sleep(Duration::from_secs(1));
        let output = stop(watch)?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let right = ready.status.success()
            && ["Pending", "ContainerCreating", "Running"].iter().all(|phase| text.contains(phase));
        if !right {
            println!("FAILED kubectl get po -w\n{text}{}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(right)
    }
}

impl Server {
    /// Whether `port-forward` carries a request to the pod that `watches` made, and its answer back.
    fn forwards(&self) -> Result<bool> {
        let mut tunnel = self.command("port-forward kubia-manual :8080").stdout(Stdio::piped()).spawn()?;
        let mut said = tunnel.stdout.take().map(BufReader::new);
        let mut line = String::new();
        if let Some(said) = &mut said {
            said.read_line(&mut line)?;
        }
        drain(said);
        let port = line.strip_prefix("Forwarding from 127.0.0.1:").and_then(|l| l.split(' ').next());
        let answer = match port {
            Some(port) => http_get(&format!("127.0.0.1:{port}")),
            None => Err(std::io::Error::other("no tunnel")),
        };
        let _ = tunnel.kill();
        tunnel.wait()?;
        let right = answer.as_ref().is_ok_and(|text| text.contains("You've hit kubia-manual\n"));
        if !right {
            println!("FAILED kubectl port-forward\n{line}{answer:?}");
        }
        Ok(right)
    }
}

/// What is answered to a plain request, head and body.
fn http_get(address: &str) -> std::io::Result<String> {
    use std::io::{Read, Write};
    let mut socket = std::net::TcpStream::connect(address)?;
    socket.set_read_timeout(Some(LIMIT))?;
    socket.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    socket.read_to_string(&mut text)?;
    Ok(text)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first `http://…` that is said, or nothing when the output ends without one.
fn address_in(mut out: impl BufRead) -> Option<String> {
    let mut line = String::new();
    while out.read_line(&mut line).ok()? > 0 {
        if let Some(at) = line.find("http://") {
            return line.get(at..)?.split_whitespace().next().map(|s| s.trim_end_matches(['/', '.', ',']).to_string());
        }
        line.clear();
    }
    None
}

fn kubeconfig(address: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- name: podium\n  cluster:\n    server: {address}\ncontexts:\n- name: podium\n  context:\n    cluster: podium\n    user: podium\nusers:\n- name: podium\n  user: {{}}\ncurrent-context: podium\n"
    )
}

/// Waits for the end, with a limit.
fn finish(mut child: Child, limit: Duration) -> Result<Output> {
    let start = Instant::now();
    let (out, err) = (drain(child.stdout.take()), drain(child.stderr.take()));
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            return Err(Failure("too slow".to_string()));
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    Ok(Output { status, stdout: out.join().unwrap_or_default(), stderr: err.join().unwrap_or_default() })
}

fn stop(mut child: Child) -> Result<Output> {
    let (out, err) = (drain(child.stdout.take()), drain(child.stderr.take()));
    child.kill()?;
    let status = child.wait()?;
    Ok(Output { status, stdout: out.join().unwrap_or_default(), stderr: err.join().unwrap_or_default() })
}

fn drain(stream: Option<impl std::io::Read + Send + 'static>) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            let _ = stream.read_to_end(&mut bytes);
        }
        bytes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_what_serve_says() {
        let said = "podium 0.1.0\nserving Kubernetes at http://127.0.0.1:45123/ (Ctrl-C ends it)\n";
        assert_eq!(address_in(said.as_bytes()).as_deref(), Some("http://127.0.0.1:45123"));
        assert_eq!(address_in("nothing here\n".as_bytes()), None);
    }

    #[test]
    fn a_wrong_answer_is_noticed() {
        let output = |code: i32, out: &str, err: &str| Output {
            status: std::os::unix::process::ExitStatusExt::from_raw(code << 8),
            stdout: out.into(),
            stderr: err.into(),
        };
        assert!(wrong(&Out("created"), &output(0, "pod/x created", "")).is_none());
        assert!(wrong(&Out("created"), &output(1, "pod/x created", "")).is_some());
        assert!(wrong(&All(&["a", "b"]), &output(0, "a", "")).is_some());
        assert!(wrong(&Not("a"), &output(0, "a", "")).is_some());
        assert!(wrong(&Error("no"), &output(0, "", "no")).is_some());
    }
}
