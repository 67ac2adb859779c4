//! The SVG: control plane, nodes, pods, ghosts, flows, as the view model has laid them out.

use super::super::parts::{flag, num};
use super::node::{NodeShape, tally};
use super::plane::plane;
use super::pod::{Marks, PodShape, ghost};
use crate::i18n::Lang;
use crate::session::Selection;
use crate::session::screen::PictureView;
use crate::view::flow::{FlowBox, flows};
use crate::view::pod::PodView;
use crate::view::stage::{NodeBox, PodBox};
use std::rc::Rc;
use yew::prelude::*;

/// Draws the stage. `stop` is the pod that Tab leads to.
pub fn draw(lang: Lang, view: &PictureView, stop: Option<&str>) -> Html {
    let stage = &view.stage;
    if stage.width < 1.0 {
        return html! {};
    }
    let hit: Rc<str> = view.key.as_str().into();
    let (nodes, pods) = (stage.nodes.len(), stage.nodes.iter().map(|n| n.pods).sum::<usize>() + stage.dock.waiting);
    let label = (lang.texts().picture.cluster_label)(nodes, pods);
    let (width, height) = (num(stage.width), num(stage.height));
    let stop = stop.filter(|key| stage.pods.iter().any(|b| b.pod.key() == *key));
    let first = stage.pods.first().map(|b| b.pod.uid.as_str());
    let draw_pod = |b: &PodBox| {
        let key = b.pod.key();
        let stops = stop.map_or(first == Some(b.pod.uid.as_str()), |s| s == key);
        html! { <PodShape key={b.pod.uid.clone()} {lang} at={b.clone()} marks={marks(view, &b.pod, &key, stops)} hit={hit.clone()} /> }
    };
    let draw_node = |b: &NodeBox| {
        let name = &b.node.name;
        let selected = matches!(&view.selected, Some(Selection::Node { name: n }) if n == name);
        let highlighted = view.matching.as_ref().is_some_and(|m| m.contains(&["/", name].concat()));
        html! {
            <NodeShape key={name.clone()} {lang} at={b.clone()} small={stage.small} labels={stage.labels} {selected}
                {highlighted} hit={hit.clone()} />
        }
    };
    let matching = view.matching.as_ref().is_some_and(|m| m.iter().any(|key| !key.starts_with('/')));
    html! {
        <svg class="stage" data-lod={stage.lod.name()} data-matching={flag(matching)} width={width.clone()}
            height={height.clone()} viewBox={["0 0 ", &width, " ", &height].concat()} role="group" aria-label={label}>
            <defs>
                <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <line class="hatch-line" y2="6" x1="1" x2="1" />
                </pattern>
            </defs>
            { plane(lang, stage, &view.active) }
            { for stage.nodes.iter().map(draw_node) }
            { for stage.tallies.iter().map(|t| tally(lang, t)) }
            <g class="pods">
                { for stage.pods.iter().map(draw_pod) }
                { for stage.ghosts.iter().map(|g| ghost(lang, g)) }
            </g>
            <g class="flows" aria-hidden="true">{ for flows(stage, &view.flows).iter().map(flow) }</g>
        </svg>
    }
}

/// What stands out about a pod now.
#[inline(never)]
pub fn marks(view: &PictureView, pod: &PodView, key: &str, stop: bool) -> Marks {
    let selected = matches!(&view.selected,
        Some(Selection::Pod { namespace, name }) if *namespace == pod.namespace && *name == pod.name);
    Marks {
        highlighted: view.matching.as_ref().is_some_and(|m| m.contains(key)),
        doomed: view.doomed.contains(key),
        selected,
        dim: false,
        stop,
    }
}

#[inline(never)]
fn flow(b: &FlowBox) -> Html {
    let f = &b.flow;
    let key = [f.kind.name(), f.from.as_deref().unwrap_or(""), ">", &f.to, &f.label].concat();
    html! {
        <g class="flow" {key} data-kind={f.kind.name()} data-broken={flag(f.broken)}>
            <path class="flow-line" d={b.path.clone()} />
            <path class="flow-packet" pathLength="100" d={b.path.clone()} />
            if !f.label.is_empty() {
                <text class="flow-label" x={num(b.label_x)} y={num(b.label_y)}>{ f.label.clone() }</text>
            }
        </g>
    }
}
