//! The control plane with its marks, the reader's own machine, and the dock where pods wait for a node.

use super::super::parts::{flag, num, translate};
use crate::i18n::Lang;
use crate::view::geometry::{NAMED_MARKS, PLANE_TOP, sans_width};
use crate::view::stage::Stage;
use yew::prelude::*;

/// Everything above the nodes.
pub fn plane(lang: Lang, stage: &Stage, active: &[&'static str]) -> Html {
    let w = lang.texts();
    let is = |id: &str| active.contains(&id);
    let (client, plane) = (stage.client, stage.plane);
    let named = stage.width >= NAMED_MARKS;
    let middle = client.y + client.h / 2.0;
    let wire = ["M", &num(client.x + client.w), " ", &num(middle), "H", &num(plane.x)].concat();
    html! {
        <>
        <g class="mark" data-mark="client" data-active={flag(is("client") || is("apiserver"))} transform={translate(client.x, client.y)}>
            <title>{ w.picture.client }</title>
            <rect x=".5" y=".5" width={num(client.w - 1.0)} height="27" rx="7" />
            <path class="mark-sign" d={if named { "M10 10l4 4-4 4" } else { "M9 10l4 4-4 4" }} />
            if named { <text x="21" y="18">{ "kubectl" }</text> }
        </g>
        <path class="wire" d={wire} />
        <g class="plane" role="group" aria-label={w.picture.plane}>
            <rect class="plane-box" x={num(plane.x + 0.5)} y={num(plane.y + 0.5)} width={num(plane.w - 1.0)}
                height={num(plane.h - 1.0)} rx="10" />
            { for stage.marks.iter().map(|m| html! {
                <g class="mark" data-mark={m.id} data-active={flag(is(m.id))} transform={translate(m.at.x, m.at.y)}>
                    <title>{ m.name }</title>
                    <rect x=".5" y=".5" width={num(m.at.w - 1.0)} height="27" rx="7" />
                    <circle cx={if m.named { "14" } else { "11" }} cy="14" r="3" />
                    if m.named { <text x="24" y="18">{ m.name }</text> }
                </g>
            }) }
            { dock(lang, stage) }
        </g>
        </>
    }
}

fn dock(lang: Lang, stage: &Stage) -> Html {
    let w = lang.texts();
    let (dock, at) = (&stage.dock, stage.dock.at);
    let base = num(PLANE_TOP + stage.plane.h / 2.0 + 4.0);
    let empty = if stage.small { w.picture.nobody_waits_short } else { w.picture.nobody_waits };
    let fits = sans_width(empty) * 0.95 < at.w - 20.0;
    html! {
        <g class="dock" role="group" aria-label={(w.picture.waiting_label)(dock.waiting)}>
            <rect class="dock-box" x={num(at.x + 0.5)} y={num(at.y + 0.5)} width={num(at.w - 1.0)} height={num(at.h - 1.0)} rx="8" />
            if dock.waiting == 0 && fits {
                <text class="dock-title" x={num(at.x + 12.0)} y={base.clone()}>{ empty }</text>
            } else if dock.waiting > 0 && dock.caption {
                <text class="dock-title" text-anchor="end" x={num(at.x + at.w - 12.0)} y={base.clone()}>{ w.picture.waiting }</text>
            }
            if let Some((x, n)) = dock.more {
                <text class="dock-title" x={num(x)} y={base}>{ "+" }{ n }</text>
            }
        </g>
    }
}
