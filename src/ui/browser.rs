//! The small browser: a port of the learner's laptop, seen as a web page would be.

use super::icons::Icon;
use super::parts::{Button, Dispatch, flag, icon_button, on_click};
use crate::i18n::Lang;
use crate::session::Action;
use crate::session::screen::BrowserView;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub lang: Lang,
    /// Ports on which something listens.
    pub ports: Rc<Vec<u16>>,
    pub open: Option<BrowserView>,
    pub dispatch: Dispatch,
}

/// A button for every port, and the window of the one that is open.
#[component]
pub fn Browser(props: &Props) -> Html {
    let Props { lang, ports, open, dispatch } = props;
    let w = &lang.texts().browser;
    let shown = open.as_ref().map(|b| b.port);
    let visit = |port: &u16| {
        html! {
            <button type="button" class="btn browser-visit" data-port={port.to_string()} title={(w.visit)(*port)}
                onclick={on_click(dispatch, Action::Browse(Some(*port)))}>{ address(*port) }</button>
        }
    };
    html! {
        <aside class="browser" aria-label={w.label}>
            { for ports.iter().filter(|p| Some(**p) != shown).map(visit) }
            if let Some(view) = open {
                <section class="browser-window" data-failed={flag(view.failed)} aria-busy={view.loading.to_string()}>
                    <header>
                        { icon_button(Icon::Restart, w.reload, Button::default(), on_click(dispatch, Action::Browse(Some(view.port)))) }
                        <code>{ address(view.port) }</code>
                        { icon_button(Icon::Close, lang.texts().page.close, Button::default(), on_click(dispatch, Action::Browse(None))) }
                    </header>
                    if view.failed { <p>{ w.unreachable }</p> }
                    <pre aria-live="polite">{ view.text.to_string() }</pre>
                </section>
            }
        </aside>
    }
}

fn address(port: u16) -> String {
    format!("localhost:{port}")
}
