//! A small browser on the learner's laptop: it fetches an address of the laptop with curl, in a shell of its own, and shows the
//! answer's text.

use super::screen::BrowserView;
use crate::lab::Lab;
use crate::shell::TerminalId;
use crate::view::html;

/// Bytes of an answer that are kept.
const MOST: usize = 64 << 10;

/// The window, while it is open.
pub struct Browser {
    shell: TerminalId,
    port: u16,
    loading: bool,
    /// What came of the answer that is being fetched: standard output and standard error.
    come: [Vec<u8>; 2],
    text: String,
    failed: bool,
}

impl Browser {
    /// Opens the window and asks for the page.
    pub fn open(port: u16, lab: &mut Lab) -> Self {
        let shell = lab.open_terminal();
        let mut browser =
            Self { shell, port, loading: false, come: Default::default(), text: String::new(), failed: false };
        browser.reload(lab);
        browser
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn close(self, lab: &mut Lab) {
        lab.close_terminal(self.shell);
    }

    /// Asks again; a request that is under way goes on.
    pub fn reload(&mut self, lab: &mut Lab) {
        if !self.loading {
            self.loading = true;
            lab.feed(self.shell, &format!("curl -sS -m 30 http://localhost:{}/", self.port));
        }
    }

    pub fn is_loading(&self) -> bool {
        self.loading
    }

    /// Takes in what came. True where the window changed.
    pub fn poll(&mut self, lab: &mut Lab) -> bool {
        for (stdout, data) in lab.take_output(self.shell) {
            let kept = &mut self.come[usize::from(!stdout)];
            kept.extend(data.into_iter().take(MOST.saturating_sub(kept.len())));
        }
        if !self.loading || !lab.is_idle(self.shell) {
            return false;
        }
        let [out, err] = std::mem::take(&mut self.come);
        self.loading = false;
        self.failed = lab.last_status(self.shell) != 0;
        self.text = html::text(&String::from_utf8_lossy(if self.failed { &err } else { &out }));
        true
    }

    pub fn view(&self) -> BrowserView {
        BrowserView { port: self.port, loading: self.loading, failed: self.failed, text: self.text.as_str().into() }
    }
}
