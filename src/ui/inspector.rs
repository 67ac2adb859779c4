//! The inspector: what is selected, looked at closely.

use super::dom;
use super::icons::{Icon, icon};
use super::parts::{Button, Dispatch, command, icon_button, maybe, on_click, truth};
use super::picture::{GLYPH, glyph};
use super::terminal::with_code;
use crate::i18n::Lang;
use crate::session::screen::InspectorView;
use crate::session::{Action, InspectorTab, Selection};
use crate::view::pod::ContainerView;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties)]
pub struct Props {
    pub lang: Lang,
    pub view: Rc<InspectorView>,
    /// It stands at the left, so that the object stays in sight.
    pub left: bool,
    pub on_close: Callback<()>,
    pub dispatch: Dispatch,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        let same = Rc::ptr_eq(&self.view, &other.view) || self.view == other.view;
        same && self.lang == other.lang && self.left == other.left
    }
}

const TABS: [InspectorTab; 4] = [InspectorTab::Overview, InspectorTab::Yaml, InspectorTab::Logs, InspectorTab::Events];

#[component]
pub fn Inspector(props: &Props) -> Html {
    let Props { lang, view, dispatch, on_close, .. } = props;
    let w = lang.texts();
    let (object, is_pod) = match &view.selection {
        Selection::Pod { namespace, name } => ([namespace, "/", name].concat(), true),
        Selection::Node { name } => (name.clone(), false),
    };
    let escape = maybe(on_close, |e: KeyboardEvent| (e.key() == "Escape").then_some(()));
    let tabs: Vec<InspectorTab> = TABS.into_iter().filter(|t| is_pod || *t != InspectorTab::Logs).collect();
    let (at, list) = (tabs.iter().position(|t| *t == view.tab).unwrap_or(0), tabs.clone());
    let arrows = maybe(dispatch, move |e: KeyboardEvent| {
        let to = match e.key().as_str() {
            "ArrowLeft" => at + list.len() - 1,
            "ArrowRight" => at + 1,
            _ => return None,
        };
        Some(Action::Inspect(list[to % list.len()]))
    });
    let phase = view.phase.map(|p| p.name());
    html! {
        <section class="inspector" data-side={props.left.then_some("left")} data-kind={view.kind} data-object={object}
            data-phase={phase} role="dialog" aria-modal="false" aria-labelledby="insp-t" onkeydown={escape}>
            <header class="insp-head">
                <svg class="glyph-big" viewBox="-12 -12 24 24" aria-hidden="true">
                    if let Some(phase) = view.phase {
                        <g class="glyph">{ glyph(phase, view.pod.as_ref().map_or(100, |p| p.ring), GLYPH) }</g>
                    } else {
                        <rect class="stroke" x="-8" y="-8" width="16" height="16" rx="4" />
                    }
                </svg>
                <h2 id="insp-t">{ view.title.clone() }</h2>
                { icon_button(Icon::Close, w.inspector.close, Button::default(), on_close.reform(|_| ())) }
                <span></span>
                <p class="insp-sub">
                    <span>{ view.kind }</span>
                    if let Some((namespace, hue)) = &view.namespace {
                        <span class="tag" data-hue={hue.to_string()}>{ namespace.clone() }</span>
                    }
                    if let Some(pod) = &view.pod {
                        <><span class="ph">{ pod.status.clone() }</span><span>{ pod.node.clone() }</span></>
                    }
                </p>
            </header>
            <div class="insp-tabs" role="tablist" onkeydown={arrows}>
                { for tabs.iter().map(|t| tab(*lang, *t, view.tab, dispatch)) }
            </div>
            <div class="insp-body" role="tabpanel" tabindex="0">{ body(*lang, view, dispatch) }</div>
        </section>
    }
}

fn tab(lang: Lang, tab: InspectorTab, current: InspectorTab, dispatch: &Dispatch) -> Html {
    let w = lang.texts();
    let label = match tab {
        InspectorTab::Overview => w.inspector.overview,
        InspectorTab::Yaml => "YAML",
        InspectorTab::Logs => w.inspector.logs,
        InspectorTab::Events => w.inspector.events,
    };
    let selected = tab == current;
    html! {
        <button type="button" role="tab" aria-selected={truth(selected)} tabindex={if selected { "0" } else { "-1" }}
            onclick={on_click(dispatch, Action::Inspect(tab))}>{ label }</button>
    }
}

fn body(lang: Lang, view: &InspectorView, dispatch: &Dispatch) -> Html {
    let w = lang.texts();
    match view.tab {
        InspectorTab::Overview => overview(lang, view, dispatch),
        InspectorTab::Yaml => html! {
            <>
            <button type="button" class="btn btn-line insp-copy" onclick={copy_yaml(view)}>{ icon(Icon::Copy) }{ w.inspector.copy_yaml }</button>
            { code("YAML", &view.yaml) }
            </>
        },
        InspectorTab::Logs if view.logs.is_empty() => html! { <p>{ w.inspector.no_logs }</p> },
        InspectorTab::Logs => code(w.inspector.logs, &view.logs),
        InspectorTab::Events if view.events.is_empty() => html! { <p>{ w.inspector.no_events }</p> },
        InspectorTab::Events => events(view, usize::MAX),
    }
}

fn copy_yaml(view: &InspectorView) -> Callback<MouseEvent> {
    let yaml = view.yaml.clone();
    Callback::from(move |_| dom::copy(&yaml))
}

/// A text of the machine's that scrolls sideways, with the keyboard too.
fn code(label: &'static str, text: &str) -> Html {
    html! { <pre class="insp-code" lang="en" tabindex="0" role="region" aria-label={label}>{ text.to_owned() }</pre> }
}

fn overview(lang: Lang, view: &InspectorView, dispatch: &Dispatch) -> Html {
    let w = lang.texts();
    let pairs = |name: &'static str, pairs: &[(String, String)]| {
        (!pairs.is_empty()).then(|| html! {
            <>
            <dt>{ name }</dt>
            <dd class="labels">{ for pairs.iter().map(|(k, v)| html! { <span class="label">{ [k, "=", v].concat() }</span> }) }</dd>
            </>
        })
    };
    let containers = view.pod.as_ref().map(|p| p.containers.as_slice()).unwrap_or_default();
    html! {
        <>
        if let Some(note) = &view.advice {
            <aside class="t-note"><p>{ with_code(&note.text) }</p>
                <div class="t-do">{ for note.commands.iter().map(|c| command(lang, c, dispatch)) }</div></aside>
        }
        <dl class="facts">
            { for view.facts.iter().map(|f| html! { <><dt>{ f.name.clone() }</dt><dd>{ f.value.clone() }</dd></> }) }
            { pairs(w.inspector.labels, &view.labels) }
            { pairs(w.inspector.annotations, &view.annotations) }
        </dl>
        if let Some(inside) = &view.inside {
            <><h3>{ w.inspector.inside }</h3>{ super::inside::inside(lang, inside) }</>
        }
        if !containers.is_empty() {
            <><h3>{ w.inspector.containers }</h3>{ for containers.iter().map(container) }</>
        }
        if !view.logs.is_empty() {
            <><h3>{ w.inspector.log_tail }</h3><pre class="insp-log" lang="en" tabindex="0">{ last_lines(&view.logs, 8) }</pre></>
        }
        if !view.events.is_empty() {
            <><h3>{ w.inspector.events }</h3>{ events(view, 6) }</>
        }
        </>
    }
}

fn container(c: &ContainerView) -> Html {
    let state = if c.reason.is_empty() { c.state } else { &c.reason };
    html! { <div class="insp-ctr"><b>{ c.name.clone() }</b><p>{ [&c.image, " · ", state].concat() }</p></div> }
}

fn last_lines(text: &str, most: usize) -> String {
    crate::view::output::tail(text, most).1.to_owned()
}

fn events(view: &InspectorView, most: usize) -> Html {
    let skip = view.events.len().saturating_sub(most);
    let one = |(kind, age, reason, message): &(String, String, String, String)| {
        html! {
            <div class="event" data-type={kind.clone()}>
                <time>{ age.clone() }</time><b>{ reason.clone() }</b><span></span><p>{ message.clone() }</p>
            </div>
        }
    };
    html! { <div class="events" lang="en">{ for view.events.iter().skip(skip).map(one) }</div> }
}
