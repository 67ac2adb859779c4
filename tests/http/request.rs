//! The scenario's shell lines, read as the requests that they send and what the pipe behind them leaves of the answer.

use podium::apimachinery::time::Duration;
use podium::tool::serve::wire::HttpRequest;
use std::collections::BTreeMap;

/// What follows the pipe.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Filter {
    Lines(usize),
    Bytes(usize),
    Columns(usize),
    Headers,
}

/// One request of a command.
#[derive(Clone, Debug)]
pub struct Asked {
    pub http: HttpRequest,
    /// Sent while the next one is being answered.
    pub in_background: bool,
    /// `api` adds a line with status code and media type; plain curl does not.
    plain: bool,
    filters: Vec<Filter>,
}

impl Asked {
    /// What the command prints.
    pub fn shown(&self, code: u16, content_type: &str, warnings: &str, body: &str) -> String {
        let mut text = body.to_owned();
        if self.filters.contains(&Filter::Headers) {
            let warnings = warnings.replace("warning: ", "warning: 299 - ");
            text = format!(
                "HTTP/2 {code} \ncache-control: no-cache, private\ncontent-type: {content_type}\n{warnings}content-length: {}\n\n{text}",
                body.len()
            );
        }
        if !self.plain {
            text += &format!("\n[{code} {content_type}]\n");
        }
        for filter in &self.filters {
            text = match filter {
                Filter::Lines(n) => text.split_inclusive('\n').take(*n).collect(),
                Filter::Bytes(n) => text.chars().take(*n).collect(),
                Filter::Columns(n) => text.lines().map(|l| l.chars().take(*n).collect::<String>() + "\n").collect(),
                Filter::Headers => text,
            };
        }
        text
    }
}

/// The files that the scenario writes.
pub fn files(scenario: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut open: Option<(String, String)> = None;
    for line in scenario.lines() {
        if let Some(name) = line.strip_prefix("# file: ") {
            open = Some((name.to_owned(), String::new()));
        } else if line == "# end" {
            files.extend(open.take());
        } else if let Some((_, text)) = &mut open {
            *text += line;
        }
    }
    files
}

/// How long the scenario waits after the first command of this text.
pub fn after(scenario: &str, command: &str) -> Duration {
    let rest = scenario.lines().skip_while(|l| l.strip_prefix("$ ") != Some(command)).nth(1);
    let wait = rest.and_then(|l| l.strip_prefix("# wait ")).and_then(|n| n.parse().ok()).unwrap_or(0);
    Duration::from_secs(wait)
}

/// A command's words, quotes undone. Operators are words of their own.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut begun) = (Vec::new(), String::new(), false);
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), c) => word.push(c),
            (None, '\'' | '"') => (quote, begun) = (Some(c), true),
            (None, ' ' | ';' | '|' | '&' | '(' | ')') => {
                if begun || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
                if c != ' ' {
                    words.push(c.to_string());
                }
            }
            (None, c) => word.push(c),
        }
    }
    if begun || !word.is_empty() {
        words.push(word);
    }
    words
}

/// The requests of a command line.
pub fn parse(command: &str, files: &BTreeMap<String, String>) -> Vec<Asked> {
    let words = words(command);
    let filters = filters(command);
    let starts: Vec<usize> =
        words.iter().enumerate().filter(|(_, w)| *w == "api" || *w == "curl").map(|(i, _)| i).collect();
    let request = |at: &usize| {
        let words: Vec<&str> =
            words[*at..].iter().map(String::as_str).take_while(|w| !matches!(*w, ";" | "|" | ")")).collect();
        let in_background = command.contains(") &") && *at == starts[0];
        let filters = if in_background { Vec::new() } else { filters.clone() };
        Asked { http: http(&words, files), in_background, plain: words[0] == "curl", filters }
    };
    starts.iter().map(request).collect()
}

fn filters(command: &str) -> Vec<Filter> {
    let number = |text: &str, prefix: &str| text.strip_prefix(prefix).and_then(|n| n.trim().parse().ok());
    let mut filters = Vec::new();
    for part in command.split(" | ").skip(1).map(|p| p.split(';').next().unwrap_or_default().trim()) {
        let read = number(part, "head -c ")
            .map(Filter::Bytes)
            .or_else(|| number(part, "head -").map(Filter::Lines))
            .or_else(|| number(part, "cut -c1-").map(Filter::Columns));
        filters.extend(read.or_else(|| part.starts_with("grep -v").then_some(Filter::Headers)));
    }
    filters
}

fn http(words: &[&str], files: &BTreeMap<String, String>) -> HttpRequest {
    let mut request = HttpRequest { method: "GET".into(), ..HttpRequest::default() };
    request.headers.push(("user-agent".into(), "curl/8.14.1".into()));
    request.headers.push(("accept".into(), "*/*".into()));
    let mut rest = words[1..].iter();
    while let Some(word) = rest.next() {
        match *word {
            "-H" => {
                let text = rest.next().map_or("", |w| if *w == "$J" { "Content-Type: application/json" } else { w });
                let (name, value) = text.split_once(": ").unwrap_or((text, ""));
                let name = name.to_ascii_lowercase();
                request.headers.retain(|(n, _)| *n != name);
                request.headers.push((name, value.to_owned()));
            }
            "-d" => {
                let text = rest.next().copied().unwrap_or_default();
                let text = text.strip_prefix('@').map_or(text, |name| files.get(name).map_or("", String::as_str));
                request.body = text.as_bytes().to_vec();
            }
            "-D" => {
                rest.next();
            }
            target if target.starts_with('/') => request.target = target.to_owned(),
            target if target.contains("://") => {
                request.target = target.split_once(":6443").map_or("/", |(_, path)| path).to_owned();
            }
            method if method.chars().all(|c| c.is_ascii_uppercase()) => request.method = method.to_owned(),
            _ => {}
        }
    }
    request
}
