//! What Tab offers: commands, kubectl's own candidates, files.

use crate::sh::files::normalize;
use crate::sh::kernel::Kernel;
use std::collections::BTreeSet;

/// The word that is being completed, and what stands before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The words of the command so far; the last one is being typed (it may be "").
    pub words: Vec<String>,
    /// Where the last word begins, in bytes.
    pub start: usize,
}

/// What may stand there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    pub start: usize,
    /// Sorted; whole words.
    pub words: Vec<String>,
    /// What follows a word that is the only one: a space, or nothing after a directory.
    pub suffix: &'static str,
}

/// Commands that the shell has besides the programs of the machine.
const BUILTINS: [&str; 16] = [
    "alias", "cd", "echo", "exit", "export", "fg", "bg", "help", "history", "jobs", "k", "kill", "pwd", "unset",
    "wait", "source",
];

impl Request {
    /// Reads the text before the cursor: the last command of it, word by word.
    pub fn of(text: &str) -> Self {
        let (mut words, mut start, mut quote) = (vec![String::new()], 0, None);
        for (at, c) in text.char_indices() {
            let next = at + c.len_utf8();
            match (quote, c) {
                (Some(q), _) if c == q => quote = None,
                (Some(_), _) => push(&mut words, c),
                (None, '\'' | '"') => quote = Some(c),
                (None, '|' | ';' | '&' | '(') => {
                    words = vec![String::new()];
                    start = next;
                }
                (None, c) if c.is_whitespace() => {
                    if words.last().is_some_and(|w| !w.is_empty()) {
                        words.push(String::new());
                    }
                    start = next;
                }
                _ => push(&mut words, c),
            }
        }
        Self { words, start }
    }

    /// True while the command itself is being typed.
    pub fn is_command(&self) -> bool {
        self.words.len() == 1
    }

    pub fn is_kubectl(&self) -> bool {
        self.words.len() > 1 && matches!(self.words[0].as_str(), "kubectl" | "k")
    }

    fn typed(&self) -> &str {
        self.words.last().map_or("", String::as_str)
    }
}

fn push(words: &mut [String], c: char) {
    if let Some(word) = words.last_mut() {
        word.push(c);
    }
}

/// Programs of the machine and builtins that begin so.
pub fn commands(kernel: &Kernel, request: &Request) -> Completion {
    let mut names: BTreeSet<String> = BUILTINS.iter().map(|b| (*b).to_owned()).collect();
    for dir in ["/usr/local/bin", "/usr/bin"] {
        names.extend(kernel.files.list(dir).unwrap_or_default().into_iter().map(|(name, _)| name.to_string()));
    }
    words(request, names)
}

/// Candidates that begin as what is typed.
pub fn words(request: &Request, candidates: impl IntoIterator<Item = String>) -> Completion {
    let fits: BTreeSet<String> = candidates.into_iter().filter(|c| c.starts_with(request.typed())).collect();
    Completion { start: request.start, words: fits.into_iter().collect(), suffix: " " }
}

/// Files below the directory of what is typed.
pub fn files(kernel: &Kernel, cwd: &str, request: &Request) -> Completion {
    let typed = request.typed();
    // `-f=dir/na` and `--from-file=key=na` complete behind the last `=`.
    let (before, path) = typed.rsplit_once('=').map_or(("", typed), |(b, p)| (b, p));
    let before = if before.is_empty() && !typed.starts_with('=') { String::new() } else { format!("{before}=") };
    let (dir, stem) = path.rsplit_once('/').map_or(("", path), |(d, s)| (d, s));
    let shown = if path.contains('/') { format!("{dir}/") } else { String::new() };
    let home = shown.strip_prefix("~/").map(|rest| format!("{}/{rest}", crate::host::HOME));
    let absolute = normalize(cwd, home.as_deref().unwrap_or(if shown.is_empty() { "." } else { &shown }));
    let entries = kernel.files.list(&absolute).unwrap_or_default();
    let fits = |name: &str| name.starts_with(stem) && (stem.starts_with('.') || !name.starts_with('.'));
    let mut words: Vec<String> = entries
        .iter()
        .filter(|(name, _)| fits(name))
        .map(|(name, is_dir)| format!("{before}{shown}{name}{}", if *is_dir { "/" } else { "" }))
        .collect();
    words.sort();
    let to_dir = words.len() == 1 && words[0].ends_with('/');
    Completion { start: request.start, words, suffix: if to_dir { "" } else { " " } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_before_the_cursor_is_found() {
        let of = |text: &str| {
            let r = Request::of(text);
            (r.words.join("|"), r.start)
        };
        assert_eq!(of("kube"), ("kube".into(), 0));
        assert_eq!(of("kubectl get "), ("kubectl|get|".into(), 12));
        assert_eq!(of("echo a | k get p"), ("k|get|p".into(), 15));
        assert_eq!(of("kubectl get po -l 'a b"), ("kubectl|get|po|-l|a b".into(), 18));
        assert_eq!(of(""), ("".into(), 0));
        assert_eq!(of("echo 你好 世"), ("echo|你好|世".into(), 12));
    }

    #[test]
    fn candidates_that_begin_so_are_kept_in_order() {
        let request = Request::of("k get po ku");
        let found = words(&request, ["kubia-b", "web", "kubia-a"].map(str::to_owned));
        assert_eq!((found.words, found.start), (vec!["kubia-a".to_owned(), "kubia-b".to_owned()], 9));
    }
}
