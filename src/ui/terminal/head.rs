//! The terminal's tabs and tools.

use super::super::icons::{Icon, icon};
use super::super::parts::{Button, Dispatch, icon_button, maybe, on_click, truth};
use super::{round, running};
use crate::i18n::Lang;
use crate::session::screen::TabView;
use crate::session::{Action, TabId};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub lang: Lang,
    pub tab: TabId,
    pub tabs: Rc<Vec<TabView>>,
    pub wrap: bool,
    pub files: Rc<Vec<String>>,
    pub on_copy: Callback<MouseEvent>,
    pub dispatch: Dispatch,
}

#[component]
pub fn Head(props: &Props) -> Html {
    let Props { lang, tab, tabs, dispatch, .. } = props;
    let w = lang.texts();
    let open = use_state(|| false);
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let (at, list) = (*tab, tabs.clone());
    let onkeydown = maybe(dispatch, move |e: KeyboardEvent| {
        let to = match e.key().as_str() {
            "ArrowLeft" => round(&list, at, -1)?,
            "ArrowRight" => round(&list, at, 1)?,
            "Delete" if list.len() > 1 => {
                e.prevent_default();
                return Some(Action::CloseTab { tab: at });
            }
            _ => return None,
        };
        e.prevent_default();
        Some(Action::SelectTab { tab: to })
    });
    html! {
        <header class="term-head">
            <div class="term-tabs" role="tablist" aria-label={w.terminal.tabs} {onkeydown}>
                { for tabs.iter().map(|t| one_tab(t, *tab, dispatch)) }
            </div>
            <div class="term-tools">
                if tabs.len() > 1 {
                    { close_button(*lang, *tab, tabs, dispatch) }
                }
                { icon_button(Icon::Plus, w.terminal.new_tab, Button::default(), on_click(dispatch, Action::NewTab)) }
                { icon_button(Icon::File, w.terminal.files,
                    Button { class: "only-wide", expanded: Some(*open), controls: Some("files"), ..Button::default() }, toggle) }
                { icon_button(Icon::Wrap, w.terminal.wrap, Button { pressed: Some(props.wrap), ..Button::default() },
                    on_click(dispatch, Action::ToggleWrap)) }
                { icon_button(Icon::Copy, w.terminal.copy, Button::default(), props.on_copy.clone()) }
            </div>
            if *open { { files(props, open.clone()) } }
        </header>
    }
}

fn one_tab(t: &TabView, current: TabId, dispatch: &Dispatch) -> Html {
    let selected = t.tab == current;
    html! {
        <button key={t.tab} type="button" class="term-tab" role="tab" id={format!("terminal-tab-{}", t.tab)}
            aria-selected={truth(selected)} aria-controls="terminal-panel" tabindex={if selected { "0" } else { "-1" }}
            data-running={running(t)} onclick={on_click(dispatch, Action::SelectTab { tab: t.tab })}>{ t.title.clone() }</button>
    }
}

fn close_button(lang: Lang, tab: TabId, tabs: &[TabView], dispatch: &Dispatch) -> Html {
    let title = tabs.iter().find(|t| t.tab == tab).map_or("", |t| &t.title);
    let label = (lang.texts().terminal.close_tab)(title);
    icon_button(Icon::Close, label, Button::default(), on_click(dispatch, Action::CloseTab { tab }))
}

/// The files of the laptop's home directory; a tap opens one in the editor.
fn files(props: &Props, open: UseStateHandle<bool>) -> Html {
    let w = props.lang.texts();
    let item = |label: String, file: Option<String>, which: Icon| {
        let (open, dispatch) = (open.clone(), props.dispatch.clone());
        let onclick = move |_| {
            open.set(false);
            dispatch.emit(Action::OpenFile(file.clone()));
        };
        html! { <button type="button" class="btn" {onclick}>{ icon(which) }{ label }</button> }
    };
    let close = {
        let open = open.clone();
        move |e: KeyboardEvent| {
            if e.key() == "Escape" {
                open.set(false);
            }
        }
    };
    html! {
        <div class="term-files" id="files" role="group" aria-label={w.terminal.files} onkeydown={close}>
            { for props.files.iter().map(|f| item(f.clone(), Some(f.clone()), Icon::File)) }
            { item(w.editor.new_file.to_owned(), None, Icon::Plus) }
        </div>
    }
}
