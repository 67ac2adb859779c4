//! What the page shows: the picture is drawn when something changed, the screen is put together from what is known.

use super::Screen;
use super::Selection;
use super::action::Arrangement;
use super::browser::Browser;
use super::screen::{InspectorView, PictureView, Sorted};
use super::terminal::{Surroundings, Terminal};
use super::{Session, inspector};
use crate::apimachinery::Value;
use crate::client::Resource;
use crate::view::matrix::matrix;
use crate::view::picture::Moment;
use crate::view::workloads::workloads;
use std::collections::BTreeSet;
use std::rc::Rc;

impl Session {
    pub(super) fn draw(&mut self) {
        let namespace = self.lab.namespace();
        let informers = self.lab.cluster().informers();
        let all = |r: Resource| -> Vec<Value> { informers.list_in(r, "").cloned().collect() };
        let (pods, nodes, namespaces) = (all(Resource::Pods), all(Resource::Nodes), all(Resource::Namespaces));
        self.picture.observe(&Moment {
            pods: &pods,
            nodes: &nodes,
            namespaces: &namespaces,
            current: &namespace,
            now: self.lab.now(),
            wall: self.wall,
        });
        let texts = self.texts();
        self.said.pods(self.picture.pods(), texts);
        self.picture.set_verdicts(&self.verdicts());
        self.cached_inspector = self.inspect();
    }

    /// Why each node refused the selected pod, or else the only one that waits.
    fn verdicts(&self) -> Vec<(String, String)> {
        let mut waiting = self.picture.pods().iter().filter(|p| p.node.is_empty());
        let key = match (&self.selected, waiting.next(), waiting.next()) {
            (Some(Selection::Pod { namespace, name }), ..) => format!("{namespace}/{name}"),
            (_, Some(pod), None) => pod.key(),
            _ => return Vec::new(),
        };
        let error = self.lab.cluster().scheduler().verdicts(&key);
        let said = error.iter().flat_map(|e| &e.verdicts);
        let texts = self.texts();
        let pod = key.split_once('/').map_or("", |(_, name)| name);
        said.map(|(node, v)| (node.clone(), (texts.picture.refused)(pod, &v.refusal.reasons.join(", ")))).collect()
    }

    pub(super) fn inspect(&mut self) -> Option<Rc<InspectorView>> {
        let selection = self.selected.clone()?;
        let informers = self.lab.cluster().informers().clone();
        let (now, texts) = (self.lab.now(), self.texts());
        let view = inspector::inspect(
            &selection,
            self.inspector_tab,
            &informers,
            &mut self.picture,
            &mut self.lab,
            now,
            texts,
        );
        let Some(view) = view else {
            self.selected = None;
            return None;
        };
        Some(match &self.cached_inspector {
            Some(before) if **before == view => before.clone(),
            _ => Rc::new(view),
        })
    }

    /// What the page shows now.
    pub fn screen(&mut self) -> Screen {
        let namespace = self.lab.namespace();
        let lesson = self.lessons.screen(self.lang);
        let lesson = match self.cached_lesson.take() {
            Some(before) if before == lesson => before,
            _ => lesson,
        };
        self.cached_lesson = Some(lesson.clone());
        let hue = self.picture.hue(&namespace);
        let around = Surroundings { wall: self.wall, namespace: &namespace, texts: self.texts() };
        let at = self.terminals.iter().position(|t| t.tab == self.current).unwrap_or(0);
        Screen {
            ready: true,
            lang: self.lang,
            theme: self.theme.clone(),
            time: self.time.view(self.lab.start(), self.lab.now()),
            picture: self.picture_view(&namespace),
            tabs: Rc::new(self.terminals.iter().map(Terminal::handle).collect()),
            terminal: self.terminals[at].view(&self.lab, &around, |_| hue),
            wrap: self.wrap,
            lesson,
            inspector: self.cached_inspector.clone().filter(|_| self.selected.is_some()),
            editor: self.editor.as_ref().map(|e| Rc::new(e.view())),
            ports: Rc::new(self.lab.listening()),
            browser: self.browser.as_ref().map(Browser::view),
            said: self.said.text().clone(),
            files: Rc::new(self.lab.files()),
        }
    }

    fn sorted(&self) -> Sorted {
        let pods = self.picture.pods();
        match &self.arrangement {
            Arrangement::Nodes => Sorted::Nodes,
            Arrangement::Labels(keys) => Sorted::Labels(Rc::new(matrix(pods, keys))),
            Arrangement::Workloads => {
                let informers = self.lab.cluster().informers();
                Sorted::Workloads(Rc::new(workloads(pods, informers, |namespace| self.picture.shows(namespace))))
            }
        }
    }

    fn picture_view(&self, namespace: &str) -> PictureView {
        let mut view = PictureView {
            namespaces: self.picture.namespaces().clone(),
            stage: self.picture.stage().clone(),
            labels: self.picture.labels(),
            sorted: self.sorted(),
            active: self.picture.active(),
            selected: self.selected.clone(),
            flows: self.lab.flows().into_iter().chain(self.requests.iter().map(|(_, f)| f.clone())).collect(),
            ..PictureView::default()
        };
        let Some(intent) = &self.intent else { return view };
        let informers = self.lab.cluster().informers();
        let pods = informers.list_in(Resource::Pods, "").filter(|p| intent.matches_pod(p, namespace));
        let hit: BTreeSet<String> = pods.map(crate::apimachinery::Object::key).collect();
        view.key = intent.key().to_owned();
        if intent.deletes {
            view.doomed = Rc::new(hit);
        } else {
            let nodes = informers.list_in(Resource::Nodes, "").filter(|n| intent.matches_node(n));
            let nodes = nodes.map(|n| format!("/{}", crate::apimachinery::Object::name(n)));
            view.matching = Some(Rc::new(hit.into_iter().chain(nodes).collect()));
        }
        view
    }
}
