//! What no two clusters share is masked on both sides: the same masks as `compare.py` of the recorder.

use fancy_regex::Regex;

/// The alphabet of generated names.
const SAFE: &str = "bcdfghjklmnpqrstvwxz2456789";

/// Patterns in order, with what takes their place. `SAFE` stands for the alphabet.
const MASKS: &[(&str, &str)] = &[
    (r"^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ ", "<klog> "),
    (r"\b[0-9a-f]{64}\b", "<id>"),
    (r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000( UTC)?", "<time>"),
    (r"/tmp/(LIVE|MERGED)-\d+", "/tmp/$1-<n>"),
    (r"(Resource Version: +)\d+", "${1}<rv>"),
    (r#"(\\"resourceVersion\\": ?\\")\d+"#, "${1}<rv>"),
    (r"milliseconds=\d+", "milliseconds=<n>"),
    (r"(?<=[a-z0-9])-\d{8}(?=\b)", "-<minute>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>"),
    (r"\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}", "<time>"),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<uid>"),
    (r#"("?resourceVersion"?: ?)"\d+""#, "${1}<rv>"),
    (r"containerd://[0-9a-f]+", "<container-id>"),
    (r"sha256:[0-9a-f]+", "<digest>"),
    (r"(kube-api-access-)[SAFE]{5}", "${1}<5>"),
    (r"(pod-template-hash[=:] ?|controller-revision-hash[=:] ?\S*?-?)[SAFE]{6,10}\b", "${1}<hash>"),
    (r"-[SAFE]{6,10}-[SAFE]{5}\b", "-<hash>-<5>"),
    (r"-[SAFE]{7,10}\b", "-<hash>"),
    (r"-[SAFE]{5}\b", "-<5>"),
    (r"\b10\.244\.\d+\.\d+\b", "<pod-ip>"),
    (r"\b10\.(?!96\.0\.1\b|96\.0\.10\b)\d+\.\d+\.\d+\b", "<service-ip>"),
    (r"\b172\.18\.0\.\d+\b", "<node-ip>"),
    (
        r#"(?<=:)3[0-2]\d{3}(?=/(TCP|UDP))|(?<=[nN]odePort: )3[0-2]\d{3}\b|(?<="nodePort": )3[0-2]\d{3}\b|(?<=<unset>  )3[0-2]\d{3}(?=/)"#,
        "<node-port>",
    ),
    (r" in [0-9.]+m?s \([0-9.]+m?s including waiting\)\. Image size: \d+ bytes", " in <pull>"),
    (r"\.[0-9a-f]{16}\b", ".<event>"),
    (r"\(x\d+ over [0-9a-z<>]+\)", "(x<n> over <age>)"),
    (AGE, "<age>"),
];

const AGE: &str = r"(?<!for )(?<!timeout )(?<!within )(?<![=\w.-])(\d+[ydhms]){1,2}(?! \(\d+%\))(?=\s|$|\)|,)";
/// Lines whose numbers mean something.
const LITERAL: &str = r#"^\s*"?(cpu|memory|ephemeral-storage)"?:? |Grace Period:|"?\w*Seconds"?: "#;
/// Lines about nodes, whose names mean something.
const NODE_ROW: &str = r"^(! )?(node-\d|node/)|hostname|^Name: ";
/// Commands whose rows Go leaves unordered: ties in time, maps.
const UNORDERED: &str = r"^kubectl (get )?events\b|^kubectl (label|annotate) .*--list\b";

/// The masks, compiled.
pub struct Masks {
    masks: Vec<(Regex, &'static str, bool)>,
    literal: Regex,
    node_row: Regex,
    node: Regex,
    spaces: Regex,
    dashes: Regex,
    unordered: Regex,
}

fn regex(pattern: &str) -> Regex {
    Regex::new(&pattern.replace("[SAFE]", &format!("[{SAFE}]"))).expect("the masks are valid")
}

impl Masks {
    pub fn new() -> Self {
        Self {
            masks: MASKS.iter().map(|(p, to)| (regex(p), *to, *p == AGE)).collect(),
            literal: regex(LITERAL),
            node_row: regex(NODE_ROW),
            node: regex(r"\bnode-[0-9]\b"),
            spaces: regex(r" {2,}"),
            dashes: regex(r"-{4,}"),
            unordered: regex(UNORDERED),
        }
    }

    fn is(&self, pattern: &Regex, text: &str) -> bool {
        pattern.is_match(text).unwrap_or(false)
    }

    /// A line without what differs from cluster to cluster, its padding collapsed.
    pub fn line(&self, line: &str) -> String {
        let mut line = line.to_owned();
        for (pattern, to, is_age) in &self.masks {
            if !(*is_age && self.is(&self.literal, &line)) {
                line = pattern.replace_all(&line, *to).into_owned();
            }
        }
        if !self.is(&self.node_row, &line) {
            line = self.node.replace_all(&line, "node-<n>").into_owned();
        }
        let line = line.trim_end();
        let indent = line.len() - line.trim_start_matches(' ').len();
        let rest = self.spaces.replace_all(&line[indent..], "  ");
        format!("{}{}", &line[..indent], self.dashes.replace_all(&rest, "----"))
    }

    /// Sorts what Go leaves unordered: event rows, `--list` rows, the bullets of one invalid object.
    pub fn settle_order(&self, command: &str, mut lines: Vec<String>) -> Vec<String> {
        if self.is(&self.unordered, command) {
            lines.sort();
            return lines;
        }
        let mut from = 0;
        while from < lines.len() {
            let run = lines[from..].iter().take_while(|l| l.starts_with("! * ")).count();
            lines[from..from + run].sort();
            from += run.max(1);
        }
        lines
    }
}
