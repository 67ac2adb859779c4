//! The pods by who keeps them, with their containers inside, and buttons that scale.

use super::super::icons::Icon;
use super::super::parts::{Button, Dispatch, command, icon_button, on_click};
use super::matrix::draw_pod;
use crate::i18n::Lang;
use crate::session::Action;
use crate::session::screen::PictureView;
use crate::view::pod::{ContainerView, PodView};
use crate::view::workloads::Workload;
use yew::prelude::*;

/// Pods of one workload that are drawn; the rest is counted.
const MOST_PODS: usize = 48;
/// One application in two layouts, for an empty picture.
const LAYOUTS: [&str; 2] = ["kubectl create -f together.yaml", "kubectl create -f apart.yaml"];

/// Draws the workloads.
pub fn draw(lang: Lang, view: &PictureView, all: &[Workload], dispatch: &Dispatch) -> Html {
    let w = &lang.texts().workloads;
    if all.is_empty() {
        return html! {
            <div class="matrix-empty empty"><p>{ w.empty }</p>{ for LAYOUTS.map(|line| command(lang, line, dispatch)) }</div>
        };
    }
    html! { <div class="workloads">{ for all.iter().map(|one| workload(lang, view, one, dispatch)) }</div> }
}

fn workload(lang: Lang, view: &PictureView, one: &Workload, dispatch: &Dispatch) -> Html {
    let w = &lang.texts().workloads;
    let hue = view.namespaces.iter().find(|n| n.name == one.namespace).map_or(0, |n| n.hue);
    let all: usize = one.containers.iter().map(|(_, n)| n).sum();
    let hidden = one.pods.len().saturating_sub(MOST_PODS);
    html! {
        <section class="workload" key={[one.kind, "/", &one.namespace, "/", &one.name].concat()} data-hue={hue.to_string()}
            data-workload={[&one.kind.to_lowercase(), "/", &one.name].concat()} aria-label={[one.kind, " ", &one.name].concat()}>
            <header>
                <small>{ one.kind }</small><strong>{ one.name.clone() }</strong>
                <span class="workload-ns">{ one.namespace.clone() }</span>
                if let Some(replicas) = one.replicas { { scale(lang, view, one, replicas, dispatch) } }
            </header>
            <div class="workload-pods">
                { for one.pods.iter().take(MOST_PODS).map(|pod| draw_pod(lang, view, pod, containers(pod))) }
                if hidden > 0 { <span class="matrix-none">{ (w.others)(hidden) }</span> }
                if one.pods.is_empty() { <span class="matrix-none">{ w.none }</span> }
            </div>
            if all > 1 {
                <footer>{ (w.sum)(one.pods.len(), all) }
                    { for one.containers.iter().map(|(name, n)| html! { <code>{ format!("{name} ×{n}") }</code> }) }
                </footer>
            }
        </section>
    }
}

/// How many replicas are wanted, one fewer, one more: each a command in the terminal.
fn scale(lang: Lang, view: &PictureView, one: &Workload, replicas: i64, dispatch: &Dispatch) -> Html {
    let w = &lang.texts().workloads;
    let current = view.namespaces.iter().find(|n| n.current).map_or("", |n| n.name.as_str());
    let to = |replicas| on_click(dispatch, Action::Run { line: one.scale(replicas, current) });
    let less = Button { disabled: replicas <= 0, ..Button::default() };
    html! {
        <span class="workload-scale">
            { icon_button(Icon::Minus, (w.less)(&one.name), less, to(replicas - 1)) }
            <b aria-label={(w.replicas)(&one.name, replicas)}>{ replicas }</b>
            { icon_button(Icon::Plus, (w.more)(&one.name), Button::default(), to(replicas + 1)) }
        </span>
    }
}

fn containers(pod: &PodView) -> Html {
    let chip = |c: &ContainerView| {
        html! { <i data-state={c.state} data-ready={c.ready.then_some("")}>{ c.name.clone() }</i> }
    };
    html! { <span class="workload-ctrs">{ for pod.containers.iter().map(chip) }</span> }
}
