//! One terminal tab: its blocks of output, its line, what runs in it and what waits to run.

mod keys;
mod output;
mod show;

use super::action::{Effect, TabId};
use super::notes::{self, Told};
use super::screen::{Block, Choice};
use crate::apimachinery::Time;
use crate::lab::{Lab, TerminalId};
use crate::shell::line::{Line, LineEditor};
use output::{MOST_OUTPUT, names};
use std::collections::VecDeque;
use std::rc::Rc;

/// Blocks that are kept; older output is dropped, as a terminal's scrollback is.
const MOST_BLOCKS: usize = 400;

/// A line that waits for its turn, with the ticket of the `run()` that gave it.
struct Queued {
    line: String,
    ticket: Option<u64>,
    from: Origin,
}

/// How a line came, where that matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// Typed: it goes on with what stands unfinished before it (an open quote, a here-document).
    Typed,
    /// As typed; but a blank one counts only where something is unfinished, and else is only space between commands.
    Pasted,
    /// Tapped, or given by `run()`: it begins anew whatever stands before it.
    Command,
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
    /// The exit code of the last one that ended badly.
    pub failed: Option<i32>,
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
            self.queue.push_back(Queued { line: line.to_owned(), ticket: None, from: Origin::Typed });
        }
    }

    /// Gives the tab lines that run one after another, whatever runs now.
    pub fn paste<'l>(&mut self, lines: impl Iterator<Item = &'l str>) {
        self.queue.extend(lines.map(|l| Queued { line: l.to_owned(), ticket: None, from: Origin::Pasted }));
    }

    /// Gives the tab a command of its own: tapped, or given by `run()` with its ticket.
    pub fn enqueue(&mut self, line: &str, ticket: Option<u64>) {
        self.queue.push_back(Queued { line: line.to_owned(), ticket, from: Origin::Command });
    }

    /// The next line whose turn has come.
    fn next(&mut self, lab: &Lab) -> Option<Queued> {
        let continues = lab.prompt(self.id).continues;
        while let Some(next) = self.queue.pop_front() {
            if continues || next.from != Origin::Pasted || !next.line.trim().is_empty() {
                return Some(next);
            }
        }
        None
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
            && let Some(next) = self.next(lab)
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
        if next.from == Origin::Command {
            lab.drop_unfinished(self.id);
        }
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
        let (code, over) = (lab.last_status(self.id), lab.is_over(self.id));
        if over {
            // As a terminal whose window stays open: with a new shell.
            lab.close_terminal(self.id);
            self.id = lab.open_terminal();
        }
        if let Some(block) = Rc::make_mut(&mut self.blocks).last_mut() {
            let block = Rc::make_mut(block);
            block.exit = Some(code);
            block.names = Rc::new(names(block, lab.cluster().informers(), around.namespace));
            let stderr = String::from_utf8_lossy(&running.stderr);
            let files = lab.files();
            let told = Told {
                command: &block.command,
                stdout: &String::from_utf8_lossy(&running.stdout),
                stderr: &stderr,
                informers: lab.cluster().informers(),
                current_namespace: around.namespace,
                files: &files,
                texts: around.texts,
            };
            let over = over.then(|| notes::shell_ended(around.texts));
            let cut = (running.size > MOST_OUTPUT).then(|| notes::cut(around.texts));
            block.note = over.or(cut).or_else(|| if code == 0 { notes::remark(&told) } else { notes::note(&told) });
            polled.failed = Some(code).filter(|code| *code != 0);
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
}

fn finished(ticket: u64, stdout: Vec<u8>, stderr: Vec<u8>, code: i32) -> Effect {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Effect::Finished { ticket, stdout: text(stdout), stderr: text(stderr), code }
}
