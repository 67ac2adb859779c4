//! What a line being typed is about, read leniently, so that the picture can light it up before Enter. Nothing is
//! decided by this: the command itself reads its flags properly when it runs.

use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Value};

/// The objects that a line names so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intent {
    /// It would delete what it names.
    pub deletes: bool,
    /// `pods`, `nodes`, `namespaces`, `all`, …: as typed.
    pub kind: String,
    pub names: Vec<String>,
    /// The text of the selector; None where there is no `-l`.
    pub selector: Option<String>,
    pub all: bool,
    /// None means the current one.
    pub namespace: Option<String>,
    pub all_namespaces: bool,
}

/// Flags of the verbs below that take a value as the next word.
const VALUED: [&str; 12] = [
    "-o",
    "--output",
    "-L",
    "--label-columns",
    "--sort-by",
    "-f",
    "--filename",
    "--field-selector",
    "--grace-period",
    "--timeout",
    "--context",
    "--as",
];

impl Intent {
    /// Reads a line; None where it selects nothing.
    pub fn of_line(line: &str) -> Option<Self> {
        // Only the last command of a line is still being typed.
        let last = line.rsplit(['|', ';', '&']).next().unwrap_or(line);
        let words = words(last);
        let mut words = words.iter().map(String::as_str);
        if !matches!(words.next(), Some("kubectl" | "k")) {
            return None;
        }
        let verb = words.next()?;
        if !matches!(verb, "get" | "describe" | "delete" | "label" | "annotate" | "logs" | "exec" | "port-forward") {
            return None;
        }
        let mut intent = Self { deletes: verb == "delete", ..Self::default() };
        let mut plain = Vec::new();
        while let Some(word) = words.next() {
            let (flag, inline) = word.split_once('=').filter(|_| word.starts_with('-')).unwrap_or((word, ""));
            let has_inline = flag.len() < word.len();
            let mut value = || if has_inline { inline.to_owned() } else { words.next().unwrap_or("").to_owned() };
            match flag {
                "-l" | "--selector" => intent.selector = Some(value()),
                "-n" | "--namespace" => intent.namespace = Some(value()),
                "-A" | "--all-namespaces" => intent.all_namespaces = true,
                "--all" => intent.all = true,
                "--" => break,
                f if VALUED.contains(&f) => {
                    value();
                }
                f if f.starts_with("-l") && !f.starts_with("--") => intent.selector = Some(word[2..].to_owned()),
                f if f.starts_with('-') => {}
                _ => plain.push(word),
            }
        }
        intent.objects(verb, &plain);
        Some(intent).filter(Intent::selects)
    }

    fn objects(&mut self, verb: &str, plain: &[&str]) {
        // A label update (`env=prod`, `env-`) is no name.
        let updates = matches!(verb, "label" | "annotate");
        let is_update = |w: &str| updates && (w.contains('=') || w.ends_with('-'));
        let mut plain = plain.iter().copied().filter(|w| !is_update(w));
        if matches!(verb, "logs" | "exec" | "port-forward") {
            self.kind = "pods".into();
            self.names.extend(plain.next().map(|n| n.trim_start_matches("pod/").to_owned()));
            return;
        }
        for word in plain {
            match word.split_once('/') {
                Some((kind, name)) => {
                    self.kind = kind.to_owned();
                    self.names.push(name.to_owned());
                }
                None if self.kind.is_empty() => self.kind = word.to_owned(),
                None => self.names.push(word.to_owned()),
            }
        }
    }

    fn selects(&self) -> bool {
        !self.kind.is_empty() && (self.selector.is_some() || self.all || !self.names.is_empty())
    }

    fn is_kind(&self, names: &[&str]) -> bool {
        self.kind.split(',').any(|k| names.contains(&k))
    }

    /// True where the line is about pods, whichever.
    pub fn is_about_pods(&self) -> bool {
        self.is_kind(&["po", "pod", "pods", "all"])
    }

    /// True where the line names this pod. `current` is the namespace commands go to.
    pub fn matches_pod(&self, pod: &Value, current: &str) -> bool {
        if self.is_kind(&["ns", "namespace", "namespaces"]) {
            return self.names.iter().any(|n| n == pod.namespace());
        }
        let in_namespace = self.all_namespaces || pod.namespace() == self.namespace.as_deref().unwrap_or(current);
        in_namespace && self.is_about_pods() && self.names_object(pod)
    }

    pub fn matches_node(&self, node: &Value) -> bool {
        self.is_kind(&["no", "node", "nodes"]) && self.names_object(node)
    }

    fn names_object(&self, object: &Value) -> bool {
        match &self.selector {
            // While a selector is half typed it selects nothing.
            Some(text) => {
                !text.is_empty() && Selector::parse(text).is_ok_and(|s| !s.is_empty() && s.matches(object.labels()))
            }
            None => self.all || self.names.iter().any(|n| n == object.name()),
        }
    }

    /// The label key that the selector asks for first, for the chips.
    pub fn key(&self) -> &str {
        let text = self.selector.as_deref().unwrap_or("").trim_start_matches(['!', ' ']);
        text.split(|c: char| !(c.is_alphanumeric() || "./_-".contains(c))).next().unwrap_or("")
    }
}

/// Splits into words; quotes hold words together, an open one holds the rest.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object;

    fn pod(name: &str, namespace: &str, env: &str) -> Value {
        let labels = if env.is_empty() {
            object! {}
        } else {
            object! { "env" => env }
        };
        object! { "metadata" => object! { "name" => name, "namespace" => namespace, "labels" => labels } }
    }

    #[test]
    fn lines_light_up_what_they_would_touch() {
        let pods = [pod("a", "default", "prod"), pod("b", "default", ""), pod("a", "other", "prod")];
        let cases: &[(&str, &[usize])] = &[
            ("kubectl get po -l env=prod", &[0]),
            ("k get pods -lenv=prod -A", &[0, 2]),
            ("kubectl get po -l '!env'", &[1]),
            ("kubectl get po -l 'env in (prod, dev)' -n other", &[2]),
            ("kubectl delete po --all", &[0, 1]),
            ("kubectl delete all --all", &[0, 1]),
            ("kubectl delete ns other", &[2]),
            ("kubectl label po b env=debug", &[1]),
            ("kubectl logs a -c main", &[0]),
            ("kubectl get po -o wide b", &[1]),
            ("echo x | kubectl delete pod/b", &[1]),
        ];
        for (line, want) in cases {
            let intent = Intent::of_line(line).unwrap_or_else(|| panic!("{line}"));
            let got: Vec<_> = (0..3).filter(|i| intent.matches_pod(&pods[*i], "default")).collect();
            assert_eq!(got, *want, "{line}");
        }
    }

    #[test]
    fn half_a_line_lights_up_nothing() {
        for line in
            ["", "kub", "kubectl get", "kubectl get po", "ls -l", "kubectl get po -l", "kubectl get po -l 'a in ("]
        {
            let all = Intent::of_line(line).is_some_and(|i| i.matches_pod(&pod("a", "default", "x"), "default"));
            assert!(!all, "{line}");
        }
        assert!(Intent::of_line("kubectl delete po a").unwrap().deletes);
        assert_eq!(Intent::of_line("kubectl get po -l '!env'").unwrap().key(), "env");
    }
}
