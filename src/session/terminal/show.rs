//! What the page shows of a tab: its prompt, its title, what it waits for.

use super::{Surroundings, Terminal};
use crate::apimachinery::Object;
use crate::client::Resource;
use crate::lab::Lab;
use crate::session::screen::{Prompt, TabView, TerminalView, Wait};

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

impl Terminal {
    pub(super) fn prompt(&self, lab: &Lab, around: &Surroundings<'_>) -> Prompt {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_are_called_after_what_runs() {
        assert_eq!(title("kubectl port-forward a 1:2").unwrap(), "port-forward");
        assert_eq!(title("sleep 5").unwrap(), "sleep");
    }
}
