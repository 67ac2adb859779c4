//! One terminal tab: its blocks of output, its line, what runs in it and what waits to run.

use super::action::{Effect, LineKey, Selection, TabId};
use super::notes::{self, Told};
use super::screen::{Block, Choice, Piece, Prompt, TabView, TerminalView, Wait};
use crate::apimachinery::{Object, Time};
use crate::client::{Informers, Resource};
use crate::lab::{Lab, TerminalId};
use crate::shell::line::{Edit, Line, LineEditor};
use std::collections::VecDeque;
use std::rc::Rc;

/// Blocks that are kept; older output is dropped, as a terminal's scrollback is.
const MOST_BLOCKS: usize = 400;
/// Bytes that are kept of one command's output.
const MOST_OUTPUT: usize = 1 << 20;
/// What `clear` and `watch` print.
const CLEAR_SCREEN: &str = "\u{1b}[2J";
/// Names in one command's output that become links.
const MOST_NAMES: usize = 500;

/// A line that waits for its turn, with the ticket of the `run()` that gave it.
struct Queued {
    line: String,
    ticket: Option<u64>,
}

/// The command in the foreground.
struct Running {
    ticket: Option<u64>,
    /// When it began, in the reader's time.
    since: Time,
    /// All it printed, for its ticket.
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    /// Bytes of a character that is not complete yet, by stream.
    partial: [Vec<u8>; 2],
    size: usize,
    /// It cleared the screen.
    cleared: bool,
}

/// One tab.
pub struct Terminal {
    pub tab: TabId,
    id: TerminalId,
    blocks: Rc<Vec<Rc<Block>>>,
    last_block: u64,
    editor: LineEditor,
    queue: VecDeque<Queued>,
    running: Option<Running>,
    choices: Rc<Vec<Choice>>,
    chosen: Option<usize>,
    /// Where the word that is being completed begins, and the line around it.
    completing: Option<(usize, Line)>,
}

/// What a poll of a terminal came to.
#[derive(Default)]
pub struct Polled {
    pub effects: Vec<Effect>,
    /// Commands that ended.
    pub ended: usize,
    /// Commands that began.
    pub began: usize,
    pub changed: bool,
}

/// What the session tells a terminal about the moment.
pub struct Surroundings<'a> {
    /// The reader's time.
    pub wall: Time,
    pub namespace: &'a str,
    pub texts: &'a crate::i18n::Texts,
}

impl Terminal {
    pub fn new(tab: TabId, lab: &mut Lab, history: impl IntoIterator<Item = String>) -> Self {
        Self {
            tab,
            id: lab.open_terminal(),
            blocks: Rc::default(),
            last_block: 0,
            editor: LineEditor::with_history(history),
            queue: VecDeque::new(),
            running: None,
            choices: Rc::default(),
            chosen: None,
            completing: None,
        }
    }

    pub fn close(&self, lab: &mut Lab) {
        lab.close_terminal(self.id);
    }

    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    pub fn history(&self) -> impl Iterator<Item = &str> {
        self.editor.history()
    }

    /// Gives the tab a line: to run when its turn comes, or as input to what runs.
    pub fn submit(&mut self, line: &str, lab: &mut Lab) {
        self.close_choices();
        self.editor.end_search(true);
        if self.running.is_some() {
            lab.write_input(self.id, format!("{line}\n").as_bytes());
            self.append(true, format!("{line}\n").into_bytes());
        } else {
            self.queue.push_back(Queued { line: line.to_owned(), ticket: None });
        }
    }

    /// Gives the tab lines that run one after another, whatever runs now.
    pub fn enqueue(&mut self, line: &str, ticket: Option<u64>) {
        self.queue.push_back(Queued { line: line.to_owned(), ticket });
    }

    /// Ctrl-C: ends what runs and forgets what waits; on a bare prompt, begins a new line.
    pub fn interrupt(&mut self, lab: &mut Lab) -> Vec<Effect> {
        self.close_choices();
        self.editor.end_search(false);
        let dropped: Vec<Queued> = self.queue.drain(..).collect();
        if self.running.is_some() {
            lab.interrupt(self.id);
            self.append(false, b"^C\n".to_vec());
        }
        let of_ticket = |q: Queued| q.ticket.map(|ticket| finished(ticket, Vec::new(), Vec::new(), 130));
        let mut effects: Vec<Effect> = dropped.into_iter().filter_map(of_ticket).collect();
        effects.push(Effect::SetInput { tab: self.tab, text: String::new(), cursor: 0 });
        effects
    }

    /// Ctrl-D
    pub fn end_of_input(&mut self, lab: &mut Lab) {
        if self.running.is_some() {
            lab.end_input(self.id);
        }
    }

    /// Ctrl-L
    pub fn clear(&mut self) {
        let keep = if self.running.is_some() { self.blocks.last().cloned() } else { None };
        self.blocks = Rc::new(keep.into_iter().collect());
    }

    /// Takes in output, ends what has ended, starts what is next.
    pub fn poll(&mut self, lab: &mut Lab, around: &Surroundings<'_>) -> Polled {
        let mut polled = Polled::default();
        self.take_output(lab, &mut polled);
        if self.running.is_some() && lab.is_idle(self.id) {
            self.end(lab, around, &mut polled);
        }
        if self.running.is_none()
            && let Some(next) = self.queue.pop_front()
        {
            self.begin(next, lab, around);
            polled.began += 1;
            polled.changed = true;
        }
        if polled.changed {
            polled.effects.push(Effect::ScrollToEnd { tab: self.tab });
        }
        polled
    }

    #[inline(never)]
    fn begin(&mut self, next: Queued, lab: &mut Lab, around: &Surroundings<'_>) {
        let prompt = self.prompt(lab, around);
        self.last_block += 1;
        let block = Block {
            id: self.last_block,
            prompt,
            command: next.line.clone(),
            pieces: Vec::new(),
            exit: None,
            note: None,
            names: Rc::default(),
        };
        let blocks = Rc::make_mut(&mut self.blocks);
        blocks.push(Rc::new(block));
        if blocks.len() > MOST_BLOCKS {
            blocks.remove(0);
        }
        self.running = Some(Running {
            ticket: next.ticket,
            since: around.wall,
            stdout: Vec::new(),
            stderr: Vec::new(),
            partial: Default::default(),
            size: 0,
            cleared: false,
        });
        match self.editor.expand(&next.line) {
            Ok(line) => {
                self.editor.remember(&line);
                lab.set_history(self.id, self.editor.history().map(str::to_owned).collect());
                if line != next.line {
                    self.append(true, format!("{line}\n").into_bytes());
                }
                lab.feed(self.id, &line);
            }
            Err(why) => self.append(false, format!("{why}\n").into_bytes()),
        }
    }

    #[inline(never)]
    fn end(&mut self, lab: &mut Lab, around: &Surroundings<'_>, polled: &mut Polled) {
        let Some(running) = self.running.take() else { return };
        let code = lab.last_status(self.id);
        if let Some(block) = Rc::make_mut(&mut self.blocks).last_mut() {
            let block = Rc::make_mut(block);
            block.exit = Some(code);
            block.names = Rc::new(names(block, lab.cluster().informers(), around.namespace));
            let stderr = String::from_utf8_lossy(&running.stderr);
            let files = lab.files();
            block.note = match code {
                0 => notes::untended(&String::from_utf8_lossy(&running.stdout), around.texts),
                _ => notes::note(&Told {
                    command: &block.command,
                    stderr: &stderr,
                    informers: lab.cluster().informers(),
                    current_namespace: around.namespace,
                    files: &files,
                    texts: around.texts,
                }),
            };
        }
        if running.cleared {
            self.blocks = Rc::default();
        }
        if let Some(ticket) = running.ticket {
            polled.effects.push(finished(ticket, running.stdout, running.stderr, code));
        }
        polled.ended += 1;
        polled.changed = true;
    }

    fn take_output(&mut self, lab: &mut Lab, polled: &mut Polled) {
        for (stdout, data) in lab.take_output(self.id) {
            polled.changed = true;
            self.append(stdout, data);
        }
    }

    /// Adds output to the last block: a new piece where the stream changes.
    #[inline(never)]
    fn append(&mut self, stdout: bool, data: Vec<u8>) {
        let Some(running) = &mut self.running else {
            self.append_text(stdout, &String::from_utf8_lossy(&data));
            return;
        };
        let kept = if stdout { &mut running.stdout } else { &mut running.stderr };
        kept.extend(&data);
        running.size += data.len();
        if running.size > MOST_OUTPUT {
            return;
        }
        let partial = &mut running.partial[usize::from(!stdout)];
        partial.extend(data);
        let whole = whole_characters(partial);
        let rest = partial.split_off(whole);
        let text = String::from_utf8_lossy(&std::mem::replace(partial, rest)).into_owned();
        self.append_text(stdout, &text);
    }

    fn append_text(&mut self, stdout: bool, text: &str) {
        let Some(block) = Rc::make_mut(&mut self.blocks).last_mut() else { return };
        let pieces = &mut Rc::make_mut(block).pieces;
        let mut text = text;
        if let Some((_, after)) = text.rsplit_once(CLEAR_SCREEN) {
            text = after;
            pieces.clear();
            if let Some(running) = &mut self.running {
                running.cleared = true;
            }
        }
        let text = &*without_escapes(text);
        if text.is_empty() {
            return;
        }
        let joined = match (pieces.last(), stdout) {
            (Some(Piece::Stdout(before)), true) => Some(Piece::Stdout(format!("{before}{text}").into())),
            (Some(Piece::Stderr(before)), false) => Some(Piece::Stderr(format!("{before}{text}").into())),
            _ => None,
        };
        if joined.is_some() {
            pieces.pop();
        }
        let piece = if stdout { Piece::Stdout(text.into()) } else { Piece::Stderr(text.into()) };
        pieces.push(joined.unwrap_or(piece));
    }

    /// A key that edits the line. `text` and `cursor` (in characters) are the field's.
    pub fn key(&mut self, key: LineKey, text: &str, cursor: usize, lab: &mut Lab) -> Vec<Effect> {
        let line = Line::from_field(text, cursor);
        let edit = match key {
            LineKey::Up => Edit::PreviousHistory,
            LineKey::Down => Edit::NextHistory,
            LineKey::Home => Edit::BeginningOfLine,
            LineKey::End => Edit::EndOfLine,
            LineKey::KillToStart => Edit::UnixLineDiscard,
            LineKey::KillToEnd => Edit::KillLine,
            LineKey::KillWord => Edit::UnixWordRubout,
            LineKey::Yank => Edit::Yank,
            LineKey::ReverseSearch => {
                let line = self.editor.reverse_search(line);
                return self.set_input(line);
            }
            LineKey::Search(_) | LineKey::SearchBack => {
                let mut query = self.editor.searching().unwrap_or_default().to_owned();
                match key {
                    LineKey::Search(c) => query.push(c),
                    _ => drop(query.pop()),
                }
                self.editor.search_for(&query);
                let found = self.editor.found().unwrap_or_default().to_owned();
                return self.set_input(Line::at_end(found));
            }
            LineKey::Escape => {
                self.close_choices();
                return match self.editor.end_search(false) {
                    Some(draft) => self.set_input(draft),
                    None => Vec::new(),
                };
            }
            LineKey::Tab | LineKey::BackTab => return self.complete(key == LineKey::BackTab, line, lab),
        };
        self.close_choices();
        let line = self.editor.edit(edit, line);
        self.set_input(line)
    }

    /// The line changed by typing.
    pub fn typed(&mut self) {
        self.close_choices();
    }

    fn set_input(&self, line: Line) -> Vec<Effect> {
        let cursor = line.characters();
        vec![Effect::SetInput { tab: self.tab, text: line.text, cursor }]
    }

    fn close_choices(&mut self) {
        self.completing = None;
        self.chosen = None;
        if !self.choices.is_empty() {
            self.choices = Rc::default();
        }
    }

    /// Tab: completes as far as all choices agree, shows them where there are several, then goes through them.
    fn complete(&mut self, back: bool, line: Line, lab: &mut Lab) -> Vec<Effect> {
        if let Some((start, around)) = self.completing.clone().filter(|_| !self.choices.is_empty()) {
            let count = self.choices.len();
            let next = match (self.chosen, back) {
                (None, false) => 0,
                (None, true) => count - 1,
                (Some(at), false) => (at + 1) % count,
                (Some(at), true) => (at + count - 1) % count,
            };
            self.chosen = Some(next);
            return self.set_input(replaced(&around, start, &self.choices[next].text));
        }
        let found = lab.complete(self.id, line.before());
        match found.words.as_slice() {
            [] => Vec::new(),
            [only] => {
                let text = format!("{only}{}", found.suffix);
                self.set_input(replaced(&line, found.start, &text))
            }
            several => {
                let common = common_prefix(several.iter().map(String::as_str));
                let typed = line.before().get(found.start..).unwrap_or("").to_owned();
                let line = if common.len() > typed.len() { replaced(&line, found.start, &common) } else { line };
                let choice = |text: &String| Choice { text: text.clone(), detail: String::new() };
                self.choices = Rc::new(found.words.iter().map(choice).collect());
                self.chosen = None;
                self.completing = Some((found.start, line.clone()));
                self.set_input(line)
            }
        }
    }

    /// A choice was clicked.
    pub fn choose(&mut self, index: usize) -> Vec<Effect> {
        let Some((start, around)) = self.completing.clone() else { return Vec::new() };
        let Some(choice) = self.choices.get(index).cloned() else { return Vec::new() };
        self.close_choices();
        self.set_input(replaced(&around, start, &format!("{} ", choice.text)))
    }

    fn prompt(&self, lab: &Lab, around: &Surroundings<'_>) -> Prompt {
        let namespace = (around.namespace != "default").then(|| (around.namespace.to_owned(), 0));
        let shell = lab.prompt(self.id);
        Prompt {
            namespace,
            directory: shell.directory,
            search: self.editor.searching().map(str::to_owned),
            continues: shell.continues,
        }
    }

    pub fn handle(&self) -> TabView {
        let running = self.blocks.last().filter(|_| self.running.is_some());
        let title = running.and_then(|b| title(&b.command)).unwrap_or_else(|| "bash".into());
        TabView { tab: self.tab, title, running: self.running.is_some() }
    }

    pub fn view(&self, lab: &Lab, around: &Surroundings<'_>, hue: impl Fn(&str) -> usize) -> TerminalView {
        let handle = self.handle();
        let mut prompt = self.prompt(lab, around);
        if let Some((namespace, color)) = &mut prompt.namespace {
            *color = hue(namespace);
        }
        TerminalView {
            tab: self.tab,
            title: handle.title,
            running: handle.running,
            blocks: self.blocks.clone(),
            prompt,
            choices: self.choices.clone(),
            chosen: self.chosen,
            wait: self.wait(lab, around),
        }
    }

    /// What the running command waits for, once it has taken a while.
    fn wait(&self, lab: &Lab, around: &Surroundings<'_>) -> Option<Wait> {
        const WHILE: std::time::Duration = std::time::Duration::from_millis(1_500);
        let running = self.running.as_ref().filter(|r| around.wall.since(r.since) > WHILE)?;
        let _ = running;
        let words = &self.blocks.last()?.command;
        let has = |word: &str| words.split_whitespace().any(|w| w == word);
        let t = &around.texts.terminal;
        if has("delete") || has("drain") {
            return Some(Wait { text: t.waits_for_grace.into(), seconds: grace_left(lab) });
        }
        let what = match () {
            () if has("port-forward") => t.waits_for_connections,
            () if has("-f") || has("--follow") || has("-w") || has("--watch") => t.waits_for_more,
            () if has("wait") || has("rollout") => t.waits_for_condition,
            () => return None,
        };
        Some(Wait { text: what.into(), seconds: None })
    }
}

fn finished(ticket: u64, stdout: Vec<u8>, stderr: Vec<u8>, code: i32) -> Effect {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Effect::Finished { ticket, stdout: text(stdout), stderr: text(stderr), code }
}

/// Seconds until the last terminating pod is gone.
fn grace_left(lab: &Lab) -> Option<u64> {
    let pods = lab.cluster().informers().list_in(Resource::Pods, "");
    pods.filter_map(Object::deletion_timestamp).map(|end| end.since(lab.now()).as_secs()).max()
}

/// The program that a line runs, with kubectl's verb: what a tab is called.
fn title(line: &str) -> Option<String> {
    let mut words = line.split_whitespace().filter(|w| !w.starts_with('('));
    let first = words.next()?;
    match first {
        "kubectl" | "k" => Some(words.next().unwrap_or(first).to_owned()),
        _ => Some(first.chars().take(20).collect()),
    }
}

/// The line with the word from `start` to the cursor replaced.
fn replaced(line: &Line, start: usize, word: &str) -> Line {
    let head = line.before().get(..start).unwrap_or("");
    let before = format!("{head}{word}");
    Line { cursor: before.len(), text: before + line.after() }
}

fn common_prefix<'a>(mut words: impl Iterator<Item = &'a str>) -> String {
    let mut common = words.next().unwrap_or("").to_owned();
    for word in words {
        let same = common.chars().zip(word.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        common.truncate(same);
    }
    common
}

/// A text without terminal control sequences: colours and cursor movements mean nothing here.
fn without_escapes(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return text.into();
    }
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        out += before;
        rest = match after.strip_prefix('[') {
            Some(sequence) => {
                let end = sequence.find(|c: char| ('@'..='~').contains(&c));
                end.and_then(|i| sequence.get(i + 1..)).unwrap_or("")
            }
            None => after,
        };
    }
    (out + rest).into()
}

/// How many bytes hold whole characters; up to three at the end may wait for the rest of theirs.
fn whole_characters(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Ok(_) => bytes.len(),
        Err(e) if e.error_len().is_none() => e.valid_up_to(),
        Err(_) => bytes.len(),
    }
}

/// Names in the output that are pods or nodes now, for links.
fn names(block: &Block, informers: &Informers, namespace: &str) -> Vec<(String, Selection)> {
    let mut names: Vec<(String, Selection)> = Vec::new();
    for piece in &block.pieces {
        let (Piece::Stdout(text) | Piece::Stderr(text)) = piece;
        for word in text.split(|c: char| c.is_whitespace() || c == '"').filter(|w| !w.is_empty()) {
            let name = word.strip_prefix("pod/").or_else(|| word.strip_prefix("node/")).unwrap_or(word);
            if names.len() >= MOST_NAMES {
                return names;
            }
            if names.iter().any(|(text, _)| text == name) {
                continue;
            }
            if informers.get(Resource::Nodes, name).is_some() {
                names.push((name.to_owned(), Selection::Node { name: name.to_owned() }));
            } else if informers.get(Resource::Pods, &format!("{namespace}/{name}")).is_some() {
                let selection = Selection::Pod { namespace: namespace.to_owned(), name: name.to_owned() };
                names.push((name.to_owned(), selection));
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_completed_inside_the_line() {
        let line = Line { text: "get po ku -o wide".into(), cursor: 9 };
        assert_eq!(replaced(&line, 7, "kubia "), Line { text: "get po kubia  -o wide".into(), cursor: 13 });
        assert_eq!(common_prefix(["kubia-a", "kubia-b", "kub"].into_iter()), "kub");
        assert_eq!(common_prefix(["你好", "你们"].into_iter()), "你");
    }

    #[test]
    fn a_character_cut_in_two_waits_for_its_other_half() {
        let bytes = "a你".as_bytes();
        assert_eq!(whole_characters(&bytes[..2]), 1);
        assert_eq!(whole_characters(bytes), 4);
        assert_eq!(whole_characters(b"a\xffb"), 3);
    }

    #[test]
    fn control_sequences_are_left_out() {
        assert_eq!(without_escapes("a\u{1b}[31mb\u{1b}[0m\u{1b}"), "ab");
        assert_eq!(without_escapes("\u{1b}[你"), "");
    }

    #[test]
    fn tabs_are_called_after_what_runs() {
        assert_eq!(title("kubectl port-forward a 1:2").unwrap(), "port-forward");
        assert_eq!(title("sleep 5").unwrap(), "sleep");
    }
}
