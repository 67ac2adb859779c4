//! The toolbar of the picture: which namespaces, labels, zoom, legend.

use super::super::icons::Icon;
use super::super::parts::{Button, Dispatch, flag, icon_button, on_click, truth};
use super::glyph::{self, glyph};
use crate::i18n::Lang;
use crate::session::screen::NamespaceView;
use crate::session::{Action, Arrangement};
use crate::view::pod::Phase;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub lang: Lang,
    pub namespaces: Rc<Vec<NamespaceView>>,
    pub labels: bool,
    pub arrangement: Arrangement,
    pub legend: bool,
    pub on_legend: Callback<MouseEvent>,
    pub dispatch: Dispatch,
}

#[component]
pub fn Head(props: &Props) -> Html {
    let Props { lang, namespaces, dispatch, .. } = props;
    let w = lang.texts();
    let all = !namespaces.iter().any(|n| n.shown);
    let tool = |icon: Icon, label, more: Button, action| icon_button(icon, label, more, on_click(dispatch, action));
    let wide = || Button { class: "only-wide", ..Button::default() };
    html! {
        <header class="pic-head">
            <div class="pic-filter" role="group" aria-label={w.picture.namespaces}>
                <button type="button" class="ns" aria-pressed={truth(all)}
                    onclick={on_click(dispatch, Action::FilterNamespace(None))}>{ w.picture.all_namespaces }</button>
                { for namespaces.iter().map(|n| namespace(*lang, n, dispatch)) }
            </div>
            <div class="pic-tools">
                { tool(Icon::Tag, w.picture.show_labels, Button { pressed: Some(props.labels), ..Button::default() }, Action::ToggleLabels) }
                { arrange(props, Icon::Grid, w.matrix.show, Arrangement::Labels(Default::default())) }
                { arrange(props, Icon::Stack, w.workloads.show, Arrangement::Workloads) }
                { tool(Icon::Minus, w.picture.zoom_out, wide(), Action::Zoom(-1)) }
                { tool(Icon::Plus, w.picture.zoom_in, wide(), Action::Zoom(1)) }
                { tool(Icon::Fit, w.picture.fit, wide(), Action::Zoom(0)) }
                { icon_button(Icon::Help, w.picture.legend,
                    Button { expanded: Some(props.legend), controls: Some("legend"), ..Button::default() },
                    props.on_legend.clone()) }
            </div>
        </header>
    }
}

/// A button that sorts the pods so, or by their nodes again.
fn arrange(props: &Props, icon: Icon, label: &'static str, to: Arrangement) -> Html {
    let pressed = std::mem::discriminant(&props.arrangement) == std::mem::discriminant(&to);
    let to = if pressed { Arrangement::Nodes } else { to };
    let more = Button { pressed: Some(pressed), ..Button::default() };
    icon_button(icon, label, more, on_click(&props.dispatch, Action::Arrange(to)))
}

fn namespace(lang: Lang, n: &NamespaceView, dispatch: &Dispatch) -> Html {
    let title = n.current.then_some(lang.texts().picture.current_namespace);
    // A second press shows all again.
    let to = if n.shown { None } else { Some(n.name.clone()) };
    html! {
        <button key={n.name.clone()} type="button" class="ns" data-ns={n.name.clone()} data-hue={n.hue.to_string()}
            aria-pressed={truth(n.shown)} data-current={flag(n.current)} {title}
            onclick={on_click(dispatch, Action::FilterNamespace(to))}>
            { n.name.clone() }{ " " }<b>{ n.pods }</b>
        </button>
    }
}

/// What the shapes mean.
#[inline(never)]
pub fn legend(lang: Lang) -> Html {
    let p = &lang.texts().phases;
    let lines = [
        (Phase::Pending, p.pending),
        (Phase::ContainerCreating, p.creating),
        (Phase::Running, p.running),
        (Phase::NotReady, p.not_ready),
        (Phase::Error, p.error),
        (Phase::CrashLoopBackOff, p.crash_loop),
        (Phase::ImagePullBackOff, p.image_pull),
        (Phase::Succeeded, p.succeeded),
        (Phase::Failed, p.failed),
        (Phase::Terminating, p.terminating),
        (Phase::Unknown, p.unknown),
    ];
    let w = lang.texts();
    html! {
        <div class="legend" id="legend" role="group" aria-label={w.picture.legend}>
            { for lines.into_iter().map(|(phase, text)| html! {
                <>
                <svg viewBox="-12 -12 24 24" data-phase={phase.name()} aria-hidden="true">
                    <g class="glyph">{ glyph(phase, 65, glyph::CARD) }</g>
                </svg>
                <span>{ text }</span>
                </>
            }) }
            <dl class="keys" aria-label={w.page.keyboard_help}>{ for w.keys.iter().map(|(key, what)| html! {
                <><dt><kbd>{ *key }</kbd></dt><dd>{ *what }</dd></>
            }) }</dl>
        </div>
    }
}
