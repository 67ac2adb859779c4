//! One pod of the picture, as card, tile or dot; and the ghost of one that left.

use super::super::parts::{flag, num, translate};
use super::glyph::{self, glyph};
use crate::i18n::{Lang, PodWords};
use crate::view::card::{Chip, card, chips, count};
use crate::view::geometry::{CARD_HEIGHT, CHIPS, shorten};
use crate::view::pod::{ContainerView, PodView};
use crate::view::stage::{GhostBox, Lod, PodBox};
use std::rc::Rc;
use yew::prelude::*;

/// What stands out about a pod now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    pub highlighted: bool,
    pub doomed: bool,
    pub selected: bool,
    pub dim: bool,
    /// The one tab stop of the picture.
    pub stop: bool,
}

#[derive(Properties)]
pub struct Props {
    pub lang: Lang,
    pub at: PodBox,
    pub marks: Marks,
    /// The label key that is asked for.
    pub hit: Rc<str>,
}

/// Pods are compared by pointer first: most of them did not change.
impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (&self.at, &other.at);
        let same = Rc::ptr_eq(&a.pod, &b.pod) || a.pod == b.pod;
        let drawn = |x: &PodBox| (x.at, x.lod, x.hue, x.labels, x.enter, x.changed);
        same && drawn(a) == drawn(b) && self.marks == other.marks && self.lang == other.lang && self.hit == other.hit
    }
}

/// One pod. Memoised: a frame in which it did not change costs a comparison.
#[component]
pub fn PodShape(props: &Props) -> Html {
    let Props { lang, at: b, marks, hit } = props;
    let pod = &*b.pod;
    let title = match b.lod {
        Lod::Card => pod.key(),
        _ => [&pod.key(), " · ", &pod.status].concat(),
    };
    html! {
        <g class="pod" data-pod={pod.key()} data-phase={pod.phase.name()} data-node={pod.node.clone()}
            data-hue={b.hue.to_string()} data-lod={b.lod.name()}
            data-highlighted={flag(marks.highlighted)} data-doomed={flag(marks.doomed)}
            data-selected={flag(marks.selected)} data-dim={flag(marks.dim)}
            data-enter={flag(b.enter)} data-changed={flag(b.changed)}
            transform={translate(b.at.x, b.at.y)} role="button" tabindex={if marks.stop { "0" } else { "-1" }}
            aria-label={spoken(*lang, pod, *marks)}>
            <title>{ title }</title>
            { match b.lod {
                Lod::Card => draw_card(b, marks.doomed, hit),
                Lod::Tile => draw_tile(b, marks.doomed),
                Lod::Dot | Lod::Tally => draw_dot(b, marks.doomed),
            } }
        </g>
    }
}

/// What a screen reader says of a pod.
pub fn spoken(lang: Lang, pod: &PodView, marks: Marks) -> String {
    (lang.texts().picture.pod_label)(&PodWords {
        name: &pod.name,
        namespace: &pod.namespace,
        status: &pod.status,
        ready: &pod.ready,
        node: &pod.node,
        doomed: marks.doomed,
        highlighted: marks.highlighted,
    })
}

/// The outline of a card; a crash loop has a torn edge.
fn outline(w: f64, notched: bool) -> String {
    let right = if notched { "V32l-5 4.5 5 4.5V48l-5 4.5 5 4.5V64l-5 4.5 5 4.5V76" } else { "V76" };
    ["M0 18H", &num(w - 7.0), "a7 7 0 0 1 7 7", right, "a7 7 0 0 1-7 7H7a7 7 0 0 1-7-7Z"].concat()
}

fn draw_card(b: &PodBox, doomed: bool, hit: &str) -> Html {
    let (pod, w) = (&*b.pod, b.at.w);
    let inside = card(pod, w);
    let height = CARD_HEIGHT + if b.labels { CHIPS } else { 0.0 };
    let tab = ["M0 19V6a6 6 0 0 1 6-6H", &num(inside.tab - 6.0), "a6 6 0 0 1 6 6V19Z"].concat();
    let edge = ["M0 17.5H", &num(w - 7.0), "a7 7 0 0 1 7 7.5A7.2 5 0 0 0 ", &num(w - 7.0), " 20H0Z"].concat();
    html! {
        <>
        <rect class="pod-halo" x="-4" y="-4" width={num(w + 8.0)} height={num(height + 4.0)} rx="10" />
        <g class="pod-body">
            <path class="pod-tab" d={tab} /><text class="pod-ns" x="8" y="13.5">{ inside.namespace }</text>
            <path class="pod-card" d={outline(w, inside.notched)} /><path class="pod-edge" d={edge} />
            <g class="glyph" transform="translate(20,39)">{ glyph(pod.phase, pod.ring, glyph::CARD) }</g>
            { for pod.containers.iter().zip(inside.containers).map(|(c, at)| html! {
                <g class="ctr" data-container={c.name.clone()} data-state={c.state} data-kind={kind(c)}
                    transform={translate(at.x, 29.0)}>
                    <title>{ c.name.clone() }</title>
                    <rect width={num(at.w)} height="18" rx="4" />
                    if !at.text.is_empty() { <text x={num(at.w / 2.0)} y="13">{ at.text }</text> }
                </g>
            }) }
            if !inside.count.is_empty() { <text class="pod-count" x={num(inside.count_x)} y="42.5">{ inside.count }</text> }
            <text class="pod-status" x="10" y="70">{ shorten(&pod.status, w - 14.0) }</text>
        </g>
        <text class="pod-name" x="1" y="99">{ shorten(&pod.name, w) }</text>
        if b.labels { <g class="chips" transform="translate(0,106)">{ draw_chips(&pod.labels, w, hit) }</g> }
        if doomed { <path class="pod-shade" d={outline(w, false)} /> }
        </>
    }
}

fn kind(c: &ContainerView) -> Option<&'static str> {
    match (c.sidecar, c.init) {
        (true, _) => Some("sidecar"),
        (false, true) => Some("init"),
        _ => None,
    }
}

/// Label chips side by side; those of the key that is asked for stand out.
pub fn draw_chips(labels: &[(String, String)], width: f64, hit: &str) -> Html {
    let one = |chip: Chip| {
        let indent = if chip.key.is_empty() { "5" } else { "6" };
        html! {
            <g class="chip" key={chip.text.clone()} data-hit={flag(!chip.key.is_empty() && chip.key == hit)} data-enter=""
                transform={translate(chip.x, 0.0)}>
                <rect width={num(chip.w)} height="17" rx="8.5" /><text x={indent} y="12.5">{ chip.text }</text>
            </g>
        }
    };
    chips(labels, width, hit).into_iter().map(one).collect()
}

fn draw_tile(b: &PodBox, doomed: bool) -> Html {
    let (pod, w) = (&*b.pod, b.at.w);
    let right = if w >= 150.0 { count(pod) } else { String::new() };
    let taken = if right.is_empty() { 0.0 } else { right.chars().count() as f64 * 7.3 + 8.0 };
    html! {
        <>
        <rect class="pod-halo" x="-3" y="-3" width={num(w + 6.0)} height="34" rx="9" />
        <g class="pod-body">
            <rect class="pod-card" width={num(w)} height="28" rx="6" />
            <path class="pod-edge" d="M6 0A6 6 0 0 0 0 6V22A6 6 0 0 0 6 28 3.5 6 0 0 1 3 22V6A3.5 6 0 0 1 6 0Z" />
            <g class="glyph" transform="translate(17,14)">{ glyph(pod.phase, pod.ring, glyph::TILE) }</g>
        </g>
        <text class="pod-name" x="30" y="18">{ shorten(&pod.name, w - 34.0 - taken) }</text>
        if !right.is_empty() { <text class="pod-count" x={num(w - 8.0)} y="18">{ right }</text> }
        if doomed { <rect class="pod-shade" width={num(w)} height="28" rx="6" /> }
        </>
    }
}

fn draw_dot(b: &PodBox, doomed: bool) -> Html {
    let pod = &*b.pod;
    html! {
        <>
        <rect class="pod-halo" x="-2.5" y="-2.5" width="29" height="29" rx="7" />
        <g class="pod-body">
            <rect class="pod-card" width="24" height="24" rx="5" />
            <rect class="pod-edge" x="4" y="21.5" width="16" height="2.5" rx="1.25" />
            <g class="glyph" transform="translate(12,11)">{ glyph(pod.phase, pod.ring, glyph::DOT) }</g>
        </g>
        if doomed { <rect class="pod-shade" width="24" height="24" rx="5" /> }
        </>
    }
}

/// Where a pod was, for some seconds after it is gone.
#[inline(never)]
pub fn ghost(lang: Lang, ghost: &GhostBox) -> Html {
    let w = ghost.at.w;
    let body = match ghost.lod {
        Lod::Card => html! {
            <>
            <path class="pod-card" d={outline(w, false)} />
            <text class="pod-status" x="10" y="70">{ lang.texts().picture.deleted }</text>
            <text class="pod-name" x="1" y="99">{ shorten(&ghost.name, w) }</text>
            </>
        },
        Lod::Tile => html! {
            <>
            <rect class="pod-card" width={num(w)} height="28" rx="6" />
            <text class="pod-name" x="30" y="18">{ shorten(&ghost.name, w - 34.0) }</text>
            </>
        },
        Lod::Dot | Lod::Tally => html! { <rect class="pod-card" width="24" height="24" rx="5" /> },
    };
    html! {
        <g class="ghost" key={["ghost ", &ghost.key].concat()} data-ghost={ghost.key.clone()}
            transform={translate(ghost.at.x, ghost.at.y)} aria-hidden="true">{ body }</g>
    }
}
