//! What is fuzzed: everything that reads text from users.

use super::fuzz::Target;
use crate::apimachinery::fields;
use crate::apimachinery::jsonpath;
use crate::apimachinery::labels::Selector;
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::time::Duration;
use crate::apimachinery::{Value, yaml};
use crate::cli::command;
use crate::cli::printers::template::Template;
use crate::client::{Accept, Api, Method, PatchType, Request};
use crate::cluster::{Cluster, ClusterSpec};
use crate::kubectl;
use crate::lab::Lab;
use crate::lesson::Prose;
use crate::shell::complete;
use crate::{list, object};

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "yaml", words: YAML, seeds: yaml_seeds, budget: 200_000, make: || Box::new(read_yaml) },
    Target {
        name: "selectors",
        words: SELECTORS,
        seeds: || lines(include_str!("seeds/selectors.txt")),
        budget: 50_000,
        make: || Box::new(read_selectors),
    },
    Target {
        name: "jsonpath",
        words: JSONPATH,
        seeds: || lines(include_str!("seeds/jsonpath.txt")),
        budget: 500_000,
        make: read_jsonpath,
    },
    Target {
        name: "templates",
        words: TEMPLATES,
        seeds: || lines(include_str!("seeds/templates.txt")),
        budget: 500_000,
        make: read_template,
    },
    Target { name: "flags", words: KUBECTL, seeds: flag_seeds, budget: 100_000, make: || Box::new(read_flags) },
    Target {
        name: "prose",
        words: PROSE,
        seeds: || lines(include_str!("seeds/prose.txt")),
        budget: 100_000,
        make: || Box::new(|text| Prose::parse(text).is_ok()),
    },
    Target {
        name: "api",
        words: API,
        seeds: || lines(include_str!("seeds/api.txt")),
        budget: 2_000_000,
        make: ask_api,
    },
    Target { name: "shell", words: SHELL, seeds: command_seeds, budget: 6_000_000, make: run_shell },
];

/// What people wrote: recorded scenarios and the manifests of the laptop.
const SCENARIOS: &[&str] = &[
    include_str!("../../tests/transcripts/101-blog-labels.scn"),
    include_str!("../../tests/transcripts/104-blog-namespaces.scn"),
    include_str!("../../tests/transcripts/107-blog-portforward-exec.scn"),
    include_str!("../../tests/transcripts/201-err-manifest.scn"),
    include_str!("../../tests/transcripts/303-rollout.scn"),
    include_str!("../../tests/transcripts/305-get-output.scn"),
    include_str!("../../tests/transcripts/306-nodes.scn"),
    include_str!("../../tests/transcripts/601-crd-rbac-misc.scn"),
];
const MANIFESTS: &[&str] =
    &[include_str!("../../static/home/kubia-manual.yaml"), include_str!("../../static/home/kubia-rc.yaml")];

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// The commands of the scenarios.
fn command_seeds() -> Vec<String> {
    SCENARIOS.iter().flat_map(|s| s.lines()).filter_map(|l| l.strip_prefix("$ ")).map(str::to_owned).collect()
}

/// The words after `kubectl` in the simple ones.
fn flag_seeds() -> Vec<String> {
    let simple = |line: &String| Some(line.strip_prefix("kubectl ")?.to_owned());
    command_seeds().iter().filter_map(simple).collect()
}

/// The manifests, and the files of the scenarios.
fn yaml_seeds() -> Vec<String> {
    let files = SCENARIOS.iter().flat_map(|s| s.split("# file: ").skip(1));
    let files = files.filter_map(|f| Some(f.split_once('\n')?.1.split_once("# end")?.0));
    MANIFESTS.iter().copied().chain(files).map(str::to_owned).collect()
}

const YAML: &[&str] = &[
    "apiVersion: v1\n",
    "kind: Pod\n",
    "metadata:\n",
    "  name: x\n",
    "- ",
    "? ",
    ": ",
    "|\n",
    ">-\n",
    "&a ",
    "*a",
    "<<: *a\n",
    "---\n",
    "...\n",
    "!!str ",
    "!t ",
    "{a: 1, b: [2]}",
    "[",
    "]",
    "{",
    "}",
    "yes",
    "0777",
    "1e3",
    ".inf",
    "~",
    "\"\\u12\"",
    "'it''s'",
    "# note\n",
    "%YAML 1.1\n",
    "\t",
    "key: value\n",
    "    - x: y\n",
    "12:30:45",
    "2001-01-01",
];
const SELECTORS: &[&str] = &[
    "a",
    "env",
    "=",
    "==",
    "!=",
    "!",
    " in ",
    " notin ",
    "(",
    ")",
    ",",
    "prod",
    "x/y",
    "<",
    ">",
    "1",
    "-bad-",
    "metadata.name",
    "status.phase",
    "\\",
    "100m",
    "1Gi",
    "1e3",
    "-",
];
const JSONPATH: &[&str] = &[
    "{",
    "}",
    ".items",
    "[*]",
    "[0]",
    "[-1:]",
    "[1:5:2]",
    ".metadata.name",
    "..",
    "@",
    "?(",
    ")",
    "==",
    "range ",
    "end",
    "'x'",
    "\"y\"",
    "\\n",
    "[?(@.a>1)]",
    ".*",
    "$",
    ",",
    "[",
    "]",
    "'",
    "['a.b']",
];
const TEMPLATES: &[&str] = &[
    "{{",
    "}}",
    "{{- ",
    " -}}",
    "/*",
    "*/",
    "range ",
    "if ",
    "else ",
    "end",
    "with ",
    "define ",
    "template ",
    "break",
    "$x",
    ":=",
    "=",
    ", ",
    ".items",
    ".metadata.name",
    "\"a\"",
    "'b'",
    "`c`",
    "(",
    ")",
    "|",
    "index ",
    "slice ",
    "printf ",
    "\"%5.3d%%%q%v\"",
    "len ",
    "eq ",
    "lt ",
    "3",
    "-1.5e3",
    "0x1f",
    "nil",
    "é",
];
const KUBECTL: &[&str] = &[
    "get ",
    "po ",
    "-o",
    "=",
    "wide ",
    "--",
    "-l",
    "-n ",
    "x ",
    "--dry-run",
    "--grace-period=",
    "-f",
    "create ",
    "delete ",
    "rollout ",
    "config ",
    "set-context ",
    "-A",
    "--output=json ",
    "-oyaml ",
    "--since=",
    "1h",
    "help ",
    "--all ",
    "-c",
];
const PROSE: &[&str] = &[
    "# ",
    "## a: b\n",
    "### hint\n",
    "### goal x\n",
    "```run\n",
    "```\n",
    "`",
    "**",
    "*",
    "[",
    "](",
    "https://",
    ")",
    "- ",
    "1. ",
    "\n\n",
    "你好",
];
const API: &[&str] = &[
    "GET ",
    "POST ",
    "PUT ",
    "PATCH ",
    "DELETE ",
    "/api/v1",
    "/apis/apps/v1",
    "/namespaces",
    "/default",
    "/pods",
    "/x",
    "/status",
    "/log",
    "/exec",
    "/binding",
    "/deployments",
    "/scale",
    "?",
    "watch=true",
    "&",
    "limit=1",
    "continue=x",
    "labelSelector=a",
    "fieldSelector=b",
    "resourceVersion=9",
    "{\"kind\":\"Pod\"",
    ",\"apiVersion\":\"v1\"",
    ",\"metadata\":{\"name\":\"x\"}",
    ",\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"b\"}]}",
    "}",
    "[",
    "]",
    "null",
    "1",
    "{\"op\":\"add\",\"path\":\"/a\",\"value\":1}",
    "{\"spec\":{\"replicas\":-1}}",
    "\"",
    ":",
];
const SHELL: &[&str] = &[
    "echo ",
    "kubectl get po ",
    "kubectl taint node node-1 ",
    "kubectl set env deploy/d ",
    "kubectl set image deploy/d ",
    "kubectl set selector svc kubernetes ",
    "kubectl drain node-1 ",
    "kubectl debug x --image=",
    "kubectl cp ",
    "kubectl diff -f ",
    "kubectl kustomize ",
    "kubectl auth can-i ",
    "kubectl rollout undo deploy ",
    "kubectl apply --server-side -f ",
    "EDITOR=cat kubectl edit cm kube-root-ca.crt ",
    "--to-revision=",
    "a=b:NoSchedule ",
    "| ",
    "&& ",
    "; ",
    "> f ",
    "< f ",
    "2>&1 ",
    "$(",
    ")",
    "${",
    "}",
    "$x",
    "x=1 ",
    "for i in ",
    "do ",
    "done ",
    "while ",
    "true ",
    "if ",
    "then ",
    "fi ",
    "case ",
    "esac ",
    "<<E\n",
    "E\n",
    "\"",
    "'",
    "`",
    "$((",
    "))",
    "1+1",
    "* ",
    "& ",
    "wait ",
    "sleep 1 ",
    "kill ",
    "$! ",
    "sed s/a/b/ ",
    "grep -E '(' ",
    "awk '{print $1}' ",
    "sort ",
    "cat ",
    "[ a = b ] ",
    "function ",
    "trap ",
    "exit ",
    "read x ",
    "printf %d ",
    "!! ",
    "~ ",
    "curl localhost ",
];

fn read_yaml(text: &str) -> bool {
    let mut read = false;
    for document in yaml::documents(text) {
        if let Ok(value) = yaml::from_str(document.text) {
            // What was read can be printed, and what is printed can be read.
            let printed = yaml::to_string(&value);
            assert!(yaml::from_str(&printed).is_ok(), "printed YAML does not read: {printed:?}");
            read = !value.is_empty();
        }
    }
    read
}

fn read_selectors(text: &str) -> bool {
    let selector = Selector::parse(text);
    if let Ok(selector) = &selector {
        selector.matches(&object! { "env" => "prod", "a" => "1" });
    }
    let _ = fields::Selector::parse(text);
    let _ = Quantity::parse(text);
    let request = complete::Request::of(text);
    assert!(text.is_char_boundary(request.start.min(text.len())));
    selector.is_ok()
}

fn read_jsonpath() -> Box<dyn FnMut(&str) -> bool> {
    let item = object! { "metadata" => object! { "name" => "a" }, "a" => 2 };
    let data = object! { "items" => list![item.clone(), item], "x" => "y" };
    Box::new(move |text| jsonpath::parse(text).is_ok_and(|path| path.text(&data, Value::to_string).is_ok()))
}

fn read_template() -> Box<dyn FnMut(&str) -> bool> {
    let item = object! { "metadata" => object! { "name" => "a" }, "a" => 2 };
    let data = object! { "items" => list![item.clone(), item], "x" => "y", "n" => Value::Null };
    Box::new(move |text| match Template::parse(text, true) {
        Ok(mut template) => template.execute(&data).1.is_ok(),
        Err(_) => false,
    })
}

fn read_flags(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let found = command::find(&kubectl::ROOT, &words);
    command::parse(&found).is_ok()
}

/// One cluster takes all requests; it is made anew now and then, so that it does not grow.
fn ask_api() -> Box<dyn FnMut(&str) -> bool> {
    let fresh = || Cluster::boot(&ClusterSpec::plain(1));
    let (snapshot, mut asked) = (fresh(), 0);
    let mut cluster = snapshot.clone();
    Box::new(move |text| {
        asked += 1;
        if asked % 500 == 0 {
            cluster = snapshot.clone();
        }
        let reply = cluster.handle(request(text));
        let accepted = matches!(reply.code, 200 | 201);
        if accepted && asked % 4 == 0 {
            // Whoever acts on what is stored must stand it too.
            let end = cluster.now() + Duration::from_secs(3);
            if let Err(spun) = cluster.run_until(end) {
                panic!("{spun:?}");
            }
        }
        accepted
    })
}

fn request(text: &str) -> Request {
    let (method, rest) = text.split_once(' ').unwrap_or(("GET", text));
    let (target, body) = rest.find(['{', '[']).map_or((rest, ""), |at| rest.split_at(at));
    let (path, query) = target.trim_end().split_once('?').unwrap_or((target.trim_end(), ""));
    let body = Value::from_json(body).unwrap_or_default();
    let kinds = [PatchType::Json, PatchType::Merge, PatchType::Strategic, PatchType::Apply];
    let mut request = match method {
        "POST" => Request::post(path, body),
        "PUT" => Request::put(path, body),
        "PATCH" => Request::patch(kinds[text.len() % kinds.len()], path, body),
        "DELETE" => Request::delete(path, body),
        _ => Request::new(Method::Get, path),
    };
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        request = request.query(name, value);
    }
    let accepts = [Accept::Json, Accept::Table, Accept::Discovery];
    request.accept(accepts[text.len() % accepts.len()]).user_agent("kubectl")
}

fn run_shell() -> Box<dyn FnMut(&str) -> bool> {
    let fresh = || Lab::for_replay(&ClusterSpec::plain(1));
    let (mut lab, mut ran) = (fresh(), 0);
    Box::new(move |text| {
        ran += 1;
        if ran % 200 == 0 {
            lab = fresh();
        }
        let code = lab.run_line(text).code;
        assert!(lab.stopped().is_none(), "{:?}", lab.stopped());
        code == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::fuzz;

    #[test]
    fn a_short_run_finds_nothing() {
        for target in TARGETS {
            let count = if matches!(target.name, "shell" | "api") { 150 } else { 1_500 };
            let report = fuzz::run(target, count, 1);
            assert!(report.failures.is_empty(), "{:#?}", report.failures);
        }
    }
}
