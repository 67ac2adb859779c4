//! What a reader who does not see the picture hears of it: pods that change, what a line being typed would touch, commands that
//! failed. One sentence at a time, for a live region.

use super::Session;
use crate::client::Resource;
use crate::i18n::Texts;
use crate::view::intent::Intent;
use crate::view::pod::{Phase, PodView};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Pods that one sentence names; of more changes at once nothing can be made by ear.
const MOST: usize = 3;

/// What was heard last.
#[derive(Default)]
pub struct Said {
    text: Rc<str>,
    /// Phase of each pod; None before the first look, which says nothing.
    phases: Option<BTreeMap<String, Phase>>,
    /// What the line being typed touches: whether it deletes, and how many pods.
    touched: Option<(bool, usize)>,
}

impl Said {
    /// What was said last.
    pub fn text(&self) -> &Rc<str> {
        &self.text
    }

    fn say(&mut self, text: String) {
        if !text.is_empty() {
            self.text = text.into();
        }
    }

    /// A command ended badly.
    pub fn failed(&mut self, code: i32, texts: &Texts) {
        self.say((texts.said.failed)(code));
    }

    /// The pods as they are now.
    pub fn pods(&mut self, pods: &[Rc<PodView>], texts: &Texts) {
        let now: BTreeMap<String, Phase> = pods.iter().map(|p| (p.key(), p.phase)).collect();
        let Some(before) = self.phases.replace(now) else { return };
        let now = self.phases.as_ref().unwrap_or(&before);
        let changed = pods.iter().filter(|p| before.get(&p.key()) != Some(&p.phase));
        let changed = changed.map(|p| (texts.said.pod_is)(&p.name, &p.status));
        let gone = before.keys().filter(|key| !now.contains_key(*key));
        let gone = gone.map(|key| (texts.said.pod_gone)(key.split_once('/').map_or(key, |(_, name)| name)));
        let sentences: Vec<String> = changed.chain(gone).take(MOST).collect();
        self.say(sentences.join(texts.said.between));
    }

    /// Another cluster follows.
    pub fn forget(&mut self) {
        self.phases = None;
    }

    fn touches(&mut self, touched: Option<(bool, usize)>, texts: &Texts) {
        if self.touched == touched {
            return;
        }
        self.touched = touched;
        self.say(match touched {
            Some((true, pods)) => (texts.said.would_delete)(pods),
            Some((false, pods)) => (texts.said.matches)(pods),
            None => String::new(),
        });
    }
}

impl Session {
    /// The line being typed changed: what it would touch lights up, and is said.
    pub(super) fn set_intent(&mut self, text: &str) {
        self.intent = Intent::of_line(text);
        let namespace = self.lab.namespace();
        let touched = self.intent.as_ref().map(|intent| {
            let pods = self.lab.cluster().informers().list_in(Resource::Pods, "");
            (intent.deletes, pods.filter(|p| intent.matches_pod(p, &namespace)).count())
        });
        let texts = self.texts();
        self.said.touches(touched, texts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::Time;
    use crate::i18n::Lang;
    use crate::object;

    fn pod(name: &str, phase: &str) -> Rc<PodView> {
        let v = object! { "metadata" => object! { "name" => name, "namespace" => "default" },
        "spec" => object! { "nodeName" => "node-1" }, "status" => object! { "phase" => phase } };
        Rc::new(PodView::new(&v, Time(0)))
    }

    #[test]
    fn pods_are_heard_when_they_change_and_when_they_go() {
        let (mut said, texts) = (Said::default(), Lang::En.texts());
        said.pods(&[pod("a", "Pending")], texts);
        assert_eq!(&**said.text(), "", "what was there before is no news");
        said.pods(&[pod("a", "Succeeded")], texts);
        assert!(said.text().contains("Pod a: "), "{}", said.text());
        said.pods(&[], texts);
        assert_eq!(&**said.text(), "Pod a is gone");
        said.pods(&(0..9).map(|i| pod(&i.to_string(), "Pending")).collect::<Vec<_>>(), texts);
        assert_eq!(said.text().matches("Pod ").count(), MOST);
        said.forget();
        said.pods(&[], texts);
        assert_eq!(said.text().matches("Pod ").count(), MOST, "another cluster is no news either");
    }
}
