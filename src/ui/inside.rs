//! A look inside one pod, in the inspector: what each container has for itself, and what all share.

use super::parts::{flag, num, translate};
use crate::i18n::Lang;
use crate::view::inside::{ContainerBox, Inside, VolumeBox, WIDTH};
use yew::prelude::*;

/// Draws it.
pub fn inside(lang: Lang, inside: &Inside) -> Html {
    let t = &lang.texts().inspector;
    let height = num(inside.height);
    let shared = inside.shared;
    let ip = if inside.ip.is_empty() { "–" } else { &inside.ip };
    html! {
        <svg class="inside" viewBox={["0 0 ", &num(WIDTH), " ", &height].concat()} role="img" aria-label={t.inside}>
            <rect class="inside-pod" x=".5" y=".5" width={num(WIDTH - 1.0)} height={num(inside.height - 1.0)} rx="10" />
            { for inside.volumes.iter().map(volume) }
            { for inside.containers.iter().map(|c| container(t.own_files, c)) }
            <g class="inside-shared" transform={translate(shared.x, shared.y)}>
                <rect width={num(shared.w)} height={num(shared.h)} rx="6" />
                <text class="inside-title" x="10" y="19">{ t.shared }</text>
                <text x="10" y="37">{ ["IP ", ip, " · localhost · ", &inside.hostname].concat() }</text>
            </g>
        </svg>
    }
}

fn container(own_files: &'static str, c: &ContainerBox) -> Html {
    let (at, files) = (c.at, c.files);
    html! {
        <g class="inside-ctr" data-state={c.state} data-kind={c.init.then_some("init")}>
            <rect x={num(at.x)} y={num(at.y)} width={num(at.w)} height={num(at.h)} rx="6" />
            <text class="inside-name" x={num(at.x + 8.0)} y={num(at.y + 18.0)}>{ c.name.clone() }</text>
            { for c.ports.iter().map(|p| html! {
                <g class="inside-port" data-broken={flag(p.clash)} transform={translate(p.at.x, p.at.y)}>
                    <rect width={num(p.at.w)} height={num(p.at.h)} rx="4" /><text x="5" y="14">{ p.label.clone() }</text>
                </g>
            }) }
            <g class="inside-files" transform={translate(files.x, files.y)}>
                <rect width={num(files.w)} height={num(files.h)} rx="4" /><text x="6" y="15">{ own_files }</text>
            </g>
        </g>
    }
}

fn volume(v: &VolumeBox) -> Html {
    html! {
        <g class="inside-volume">
            { for v.lines.iter().map(|d| html! { <path d={d.clone()} /> }) }
            <rect x={num(v.at.x)} y={num(v.at.y)} width={num(v.at.w)} height={num(v.at.h)} rx="13" />
            <text x={num(v.at.x + 10.0)} y={num(v.at.y + 17.0)}>{ v.name.clone() }<title>{ v.kind.clone() }</title></text>
        </g>
    }
}
