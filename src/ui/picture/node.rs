//! A node's box, and the counts that stand in it when there are too many pods to draw.

use super::super::parts::{flag, num, translate, truth};
use super::glyph::{self, glyph};
use super::pod::draw_chips;
use crate::i18n::Lang;
use crate::view::geometry::VERDICT_LINE;
use crate::view::stage::{NodeBox, Tally};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties)]
pub struct Props {
    pub lang: Lang,
    pub at: NodeBox,
    pub small: bool,
    pub labels: bool,
    pub selected: bool,
    pub highlighted: bool,
    pub hit: Rc<str>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        let drawn = |p: &Self| (p.lang, p.at.at, p.at.pods, p.small, p.labels, p.selected, p.highlighted);
        let same = Rc::ptr_eq(&self.at.node, &other.at.node) || self.at.node == other.at.node;
        same && drawn(self) == drawn(other) && self.hit == other.hit
    }
}

#[component]
pub fn NodeShape(props: &Props) -> Html {
    let Props { lang, at: b, small, labels, .. } = props;
    let (node, at, pods) = (&*b.node, b.at, b.pods);
    let (pad, base, bar, round) = if *small { (8.0, "17", "24", "8") } else { (14.0, "25", "36", "12") };
    let inner = at.w - 2.0 * pad;
    let w = &lang.texts().picture;
    let roomy = !*small && at.w >= 200.0;
    let state = match (node.ready, node.cordoned) {
        (false, _) => Some(w.node_not_ready),
        (_, true) => Some(w.node_cordoned),
        _ => None,
    };
    let meta = match state {
        Some(state) if roomy => state.to_owned(),
        _ if roomy => (w.node_meta)(pods, u32::from(node.cpu)),
        _ => pods.to_string(),
    };
    let name = &node.name;
    let label = [Some((w.node_label)(name, pods)), state.map(str::to_owned)].into_iter().flatten();
    let label = label.collect::<Vec<_>>().join(", ");
    html! {
        <g class="node" data-node={name.clone()} data-ready={truth(node.ready)} data-cordoned={flag(node.cordoned)}
            data-pressure={flag(node.pressure)} data-highlighted={flag(props.highlighted)} data-selected={flag(props.selected)}
            data-verdict={(!node.verdict.is_empty()).then_some("refused")}
            transform={translate(at.x, at.y)} role="group" tabindex="-1" aria-label={label}>
            <rect class="node-box" x=".5" y=".5" width={num(at.w - 1.0)} height={num(at.h - 1.0)} rx={round} />
            <text class="node-name" x={num(pad)} y={base}>{ name.clone() }</text>
            <text class="node-meta" text-anchor="end" x={num(at.w - pad)} y={base}>{ meta }</text>
            <rect class="cap" x={num(pad)} y={bar} width={num(inner)} height="4" rx="2" />
            <rect class="cap-used" x={num(pad)} y={bar} width={num(inner * f64::from(node.cpu) / 100.0)} height="4" rx="2" />
            if *labels {
                <g class="chips" transform={translate(pad, 46.0)}>{ draw_chips(&node.labels, inner, &props.hit) }</g>
            }
            if !b.verdict.is_empty() { { verdict(&node.verdict, &b.verdict, pad, at.h) } }
        </g>
    }
}

/// Why the scheduler refused the selected pod here, at the foot of the box.
fn verdict(text: &str, lines: &[String], x: f64, height: f64) -> Html {
    let top = height - 14.0 - VERDICT_LINE * (lines.len() - 1) as f64;
    html! {
        <text class="node-verdict" y={num(top)}>
            <title>{ text.to_owned() }</title>
            { for lines.iter().enumerate().map(|(i, line)| html! {
                <tspan x={num(x)} dy={num(if i == 0 { 0.0 } else { VERDICT_LINE })}>{ line.clone() }</tspan>
            }) }
        </text>
    }
}

/// One phase of a node with its count.
#[inline(never)]
pub fn tally(lang: Lang, t: &Tally) -> Html {
    let (phase, count) = (t.phase.name(), t.count.to_string());
    let label = (lang.texts().picture.tally_label)(t.count, phase);
    let key = [&t.node, "/", phase].concat();
    html! {
        <g class="tally" key={key.clone()} data-tally={key} data-phase={phase} role="img" aria-label={label.clone()}
            transform={translate(t.x, t.y)}>
            <title>{ label }</title>
            <g class="glyph" transform="translate(10,10)">{ glyph(t.phase, 70, glyph::TALLY) }</g>
            <text x="28" y="15">{ count }</text>
            if let Some(width) = t.bar {
                <rect class="tally-bar" x="68" y="7" width={num(width)} height="6" rx="3" />
            }
        </g>
    }
}
