//! What is fuzzed: everything that reads text from users.

use super::fuzz::Target;
use crate::apimachinery::fields;
use crate::apimachinery::jsonpath;
use crate::apimachinery::labels::Selector;
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Value, yaml};
use crate::cli::command;
use crate::client::{Accept, Api, Method, PatchType, Request};
use crate::cluster::{Cluster, ClusterSpec};
use crate::kubectl;
use crate::lab::Lab;
use crate::lesson::Prose;
use crate::shell::complete;
use crate::{list, object};

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "yaml", words: YAML, budget: 200_000, make: || Box::new(read_yaml) },
    Target { name: "selectors", words: SELECTORS, budget: 50_000, make: || Box::new(read_selectors) },
    Target { name: "jsonpath", words: JSONPATH, budget: 500_000, make: read_jsonpath },
    Target { name: "flags", words: KUBECTL, budget: 100_000, make: || Box::new(read_flags) },
    Target { name: "prose", words: PROSE, budget: 100_000, make: || Box::new(|text| drop(Prose::parse(text))) },
    Target { name: "api", words: API, budget: 2_000_000, make: ask_api },
    Target { name: "shell", words: SHELL, budget: 5_000_000, make: run_shell },
];

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

fn read_yaml(text: &str) {
    for document in yaml::documents(text) {
        if let Ok(value) = yaml::from_str(document.text) {
            // What was read can be printed, and what is printed can be read.
            let printed = yaml::to_string(&value);
            assert!(yaml::from_str(&printed).is_ok(), "printed YAML does not read: {printed:?}");
        }
    }
}

fn read_selectors(text: &str) {
    if let Ok(selector) = Selector::parse(text) {
        selector.matches(&object! { "env" => "prod", "a" => "1" });
    }
    let _ = fields::Selector::parse(text);
    let _ = Quantity::parse(text);
    let request = complete::Request::of(text);
    assert!(text.is_char_boundary(request.start.min(text.len())));
}

fn read_jsonpath() -> Box<dyn FnMut(&str)> {
    let item = object! { "metadata" => object! { "name" => "a" }, "a" => 2 };
    let data = object! { "items" => list![item.clone(), item], "x" => "y" };
    Box::new(move |text| {
        if let Ok(path) = jsonpath::parse(text) {
            let _ = path.text(&data, Value::to_string);
        }
    })
}

fn read_flags(text: &str) {
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let found = command::find(&kubectl::ROOT, &words);
    let _ = command::parse(&found);
}

/// One cluster takes all requests; it is made anew now and then, so that it does not grow.
fn ask_api() -> Box<dyn FnMut(&str)> {
    let fresh = || Cluster::boot(&ClusterSpec::plain(1));
    let (snapshot, mut asked) = (fresh(), 0);
    let mut cluster = snapshot.clone();
    Box::new(move |text| {
        asked += 1;
        if asked % 500 == 0 {
            cluster = snapshot.clone();
        }
        cluster.handle(request(text));
    })
}

fn request(text: &str) -> Request {
    let (method, rest) = text.split_once(' ').unwrap_or(("GET", text));
    let (target, body) = rest.find(['{', '[']).map_or((rest, ""), |at| rest.split_at(at));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
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

fn run_shell() -> Box<dyn FnMut(&str)> {
    let fresh = || Lab::for_replay(&ClusterSpec::plain(1));
    let (mut lab, mut ran) = (fresh(), 0);
    Box::new(move |text| {
        ran += 1;
        if ran % 200 == 0 {
            lab = fresh();
        }
        lab.run_line(text);
        assert!(lab.stopped().is_none(), "{:?}", lab.stopped());
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
