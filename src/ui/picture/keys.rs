//! From elements of the picture to what they stand for, and back.

use crate::session::Selection;
use crate::view::navigate::{Direction, nearest};
use crate::view::stage::{Rect, Stage};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

/// The pod (`namespace/name`) in which an event happened.
pub fn pod_of(event: &Event) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest("[data-pod]").ok()??.get_attribute("data-pod")
}

/// What stands at an element: a pod, or else a node.
pub fn selection_at(target: &Element) -> Option<Selection> {
    if let Ok(Some(pod)) = target.closest("[data-pod]") {
        let key = pod.get_attribute("data-pod")?;
        let (namespace, name) = key.split_once('/')?;
        return Some(Selection::Pod { namespace: namespace.into(), name: name.into() });
    }
    let node = target.closest(".node").ok()??;
    Some(Selection::Node { name: node.get_attribute("data-node")? })
}

/// Gives the focus to a pod or node.
pub fn focus(root: &Element, selection: &Selection) {
    let selector = match selection {
        Selection::Pod { namespace, name } => ["[data-pod=\"", namespace, "/", name, "\"]"].concat(),
        Selection::Node { name } => [".node[data-node=\"", name, "\"]"].concat(),
    };
    if let Ok(Some(el)) = root.query_selector(&selector) {
        // `focus` is the same for SVG.
        let _ = el.unchecked_ref::<HtmlElement>().focus();
    }
}

/// The pod that an arrow key leads to: namespace and name.
pub fn step(stage: &Stage, from: &str, direction: Direction) -> Option<(String, String)> {
    let places: Vec<Rect> = stage.pods.iter().map(|b| b.at).collect();
    let at = stage.pods.iter().position(|b| b.pod.key() == from)?;
    let to = &stage.pods.get(nearest(&places, at, direction)?)?.pod;
    Some((to.namespace.clone(), to.name.clone()))
}
