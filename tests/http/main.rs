//! Replays the recorded requests of `701-raw-api` (curl against a real API server) through the server's HTTP edge, and
//! holds status code, media type and body of every answer against what the real one said.
//!
//! `tests/http/known-failures.txt` lists what is not equal yet, with its reason, and is held exact.

mod request;

use fancy_regex::Regex;
use podium::apimachinery::time::Duration;
use podium::cluster::{Cluster, ClusterSpec};
use podium::tool::serve::streams::Streams;
use podium::tool::serve::wire::{Answer, Event, HttpRequest};
use request::{Asked, after};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::mpsc;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http").join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The recorded answers, by the index of their command.
fn recorded() -> Vec<(String, String)> {
    let mut entries: Vec<(String, String)> = Vec::new();
    for line in read("701-raw-api.out").lines() {
        match (line.strip_prefix("$ "), entries.last_mut()) {
            (Some(command), _) => entries.push((command.to_owned(), String::new())),
            (None, Some((_, answer))) => *answer += &format!("{line}\n"),
            _ => {}
        }
    }
    entries
}

/// A cluster behind its HTTP edge, without sockets.
struct Server {
    cluster: Cluster,
    streams: Streams,
    last: u64,
}

impl Server {
    fn pass(&mut self, time: Duration) {
        let until = self.cluster.now() + time;
        self.cluster.run_until(until).expect("the cluster settles");
    }

    /// Sends a request and waits for the whole answer; what else is due happens meanwhile.
    fn ask(&mut self, asked: &Asked, meanwhile: Option<&Asked>) -> String {
        self.last += 1;
        let (answers, heard) = mpsc::channel();
        let request = asked.http.clone();
        self.streams.take(Event::Request { id: self.last, request, answers }, &mut self.cluster);
        let (mut body, mut head) = (Vec::new(), String::new());
        for tick in 0..200 {
            if let (5, Some(other)) = (tick, meanwhile) {
                self.ask(other, None);
            }
            self.streams.pump(&mut self.cluster);
            for answer in heard.try_iter() {
                match answer {
                    Answer::Full { code, content_type, warnings, body } => {
                        let warnings: String = warnings.iter().map(|w| format!("warning: {w:?}\n")).collect();
                        let body = String::from_utf8_lossy(&body).into_owned();
                        return asked.shown(code, &content_type, &warnings, &body);
                    }
                    Answer::Start { content_type } => head = content_type,
                    Answer::Chunk(data) => body.extend(data),
                    Answer::End => return asked.shown(200, &head, "", &String::from_utf8_lossy(&body)),
                    Answer::Upgrade => {}
                }
            }
            self.pass(Duration::from_millis(100));
        }
        panic!("no end of the answer to {:?}", asked.http.target)
    }
}

/// What no two clusters share.
const MASKS: [(&str, &str); 16] = [
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", "<uid>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>"),
    (r#"("resourceVersion": ?)"\d+""#, r#"${1}"<rv>""#),
    (r"resourceVersion: .\d+.", "resourceVersion: <rv>"),
    (r"(too old resource version: 1) \(\d+\)", "$1 (<rv>)"),
    (r"current: \d+", "current: <rv>"),
    (r"(kube-api-access-)\w{5}", "$1<5>"),
    (r"10\.244\.\d+\.\d+", "<pod-ip>"),
    (r"172\.18\.0\.\d+", "<node-ip>"),
    (r"\bnode-\d", "node-<n>"),
    (r#"("continue": ?)"[^"]+""#, r#"${1}"<token>""#),
    (r#""\d+m?s""#, r#""<age>""#),
    (r#"("description": ?)".*?(?<!\\)""#, r#"${1}"<text>""#),
    (r"(containerd://|sha256:)[0-9a-f]+", "$1<id>"),
    (r"-[0-9a-f]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b", "-<hash>-<5>"),
    (r"\.[0-9a-f]{16}\b", ".<event>"),
];

/// Masked and, where it is JSON, with the fields of every map sorted: their order in Go's structs is not part of this.
fn settled(text: &str) -> String {
    // A backslash marks the end of an output that ends in the middle of a line.
    let text = text.trim_end();
    let mut text = text.strip_suffix('\\').unwrap_or(text).trim_end().to_owned();
    for (pattern, to) in MASKS {
        text = Regex::new(pattern).expect("the masks are valid").replace_all(&text, to).into_owned();
    }
    let (body, tail) = text.rsplit_once("\n[").unwrap_or((&text, ""));
    // `cut` cuts where masked values are of other lengths.
    let cut = |line: &str| line.chars().take(230).collect::<String>();
    let one = |line: &str| serde_json::from_str::<serde_json::Value>(line).map_or(cut(line), |v| v.to_string());
    let whole = serde_json::from_str::<serde_json::Value>(body).map(|v| v.to_string());
    let body = whole.unwrap_or_else(|_| body.lines().map(one).collect::<Vec<_>>().join("\n"));
    format!("{}\n[{tail}", body.trim_end())
}

/// The list: index and reason.
fn known() -> BTreeMap<usize, String> {
    let text = read("known-failures.txt");
    let rows = text.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('\t'));
    rows.map(|(index, why)| (index.parse().expect("an index"), why.to_owned())).collect()
}

#[test]
fn recorded_requests_are_answered_as_the_real_server_did() {
    let files = request::files(&read("701-raw-api.scn"));
    let scenario = read("701-raw-api.scn");
    let mut server = Server { cluster: Cluster::boot(&ClusterSpec::plain(1)), streams: Streams::default(), last: 0 };
    server.pass(Duration::from_secs(30));
    let mut differ: BTreeMap<usize, String> = BTreeMap::new();
    for (index, (command, want)) in recorded().iter().enumerate() {
        let asked = request::parse(command, &files);
        let mut got = String::new();
        let (meanwhile, direct): (Vec<&Asked>, Vec<&Asked>) = asked.iter().partition(|a| a.in_background);
        for one in direct {
            let end = if command.contains("; echo") { "\n" } else { "" };
            got += &(server.ask(one, meanwhile.first().copied()) + end);
        }
        if settled(&got) != settled(want) {
            differ.insert(index, format!("{command}\nreal: {}\nours: {}", settled(want), settled(&got)));
        }
        server.pass(after(&scenario, command));
    }
    let known = known();
    let new: Vec<&String> = differ.iter().filter(|(i, _)| !known.contains_key(i)).map(|(_, text)| text).collect();
    let mended: BTreeSet<&usize> = known.keys().filter(|i| !differ.contains_key(i)).collect();
    assert!(new.is_empty(), "not listed as failing:\n{}", new.iter().map(|t| format!("{t}\n\n")).collect::<String>());
    assert!(mended.is_empty(), "equal now; take them off known-failures.txt: {mended:?}");
}

#[test]
fn a_request_is_read_from_its_command() {
    let files = BTreeMap::from([("cm.json".to_owned(), "{}".to_owned())]);
    let asked = request::parse(". ./api.sh; api POST '/a?b=c' -H \"$J\" -d @cm.json | head -2", &files);
    let HttpRequest { method, target, headers, body } = &asked[0].http;
    assert_eq!((method.as_str(), target.as_str(), body.as_slice()), ("POST", "/a?b=c", &b"{}"[..]));
    assert!(headers.contains(&("content-type".to_owned(), "application/json".to_owned())));
    assert_eq!(asked[0].shown(200, "text/plain", "", "1\n2\n3"), "1\n2\n");
}
