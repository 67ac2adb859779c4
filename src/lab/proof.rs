//! A lab in which lessons are proved: one terminal of the page's laptop, lines run one after another without a reader.

use super::{Lab, TerminalId};
use crate::apimachinery::Value;
use crate::apimachinery::time::Duration;
use crate::client::Api;
use crate::cluster::ClusterSpec;
use crate::lesson::Lesson;
use crate::lesson::checker::{self, Ran};

/// Virtual time that one line of a lesson may take.
const LONGEST: Duration = Duration::from_secs(300);

/// A lab with one terminal.
pub struct Proof {
    lab: Lab,
    terminal: TerminalId,
}

impl Proof {
    /// Boots the lesson's cluster and writes its files.
    pub fn boot(lesson: &Lesson) -> Self {
        let mut lab = Lab::for_page(&ClusterSpec::plain(lesson.seed));
        for file in &lesson.setup.files {
            let path = lab.absolute(&file.path);
            lab.write_file(&path, file.text.as_bytes());
        }
        let terminal = lab.open_terminal();
        Self { lab, terminal }
    }
}

impl checker::Lab for Proof {
    fn run(&mut self, line: &str) -> Ran {
        self.lab.take_requests();
        self.lab.feed(self.terminal, line);
        let end = self.lab.now() + LONGEST;
        loop {
            self.lab.rest();
            if self.lab.is_idle(self.terminal) || !self.lab.hop(end) {
                break;
            }
        }
        let mut ran = Ran { code: self.lab.last_status(self.terminal), ..Ran::default() };
        for (stdout, data) in self.lab.take_output(self.terminal) {
            let stream = if stdout { &mut ran.stdout } else { &mut ran.stderr };
            *stream += &String::from_utf8_lossy(&data);
        }
        if !self.lab.is_idle(self.terminal) {
            self.lab.interrupt(self.terminal);
            self.lab.rest();
            ran.code = 124;
            ran.stderr += "the command did not end";
        }
        ran.requests = self.lab.take_requests();
        ran
    }

    fn settle(&mut self) {
        self.lab.settle();
    }

    fn api(&mut self) -> &mut dyn Api {
        &mut self.lab
    }

    fn kubeconfig(&self) -> Value {
        self.lab.kubeconfig()
    }
}
