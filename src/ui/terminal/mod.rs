//! The terminal: tabs, output, the line, completions, keys that phones lack.

mod block;
mod head;
mod line;
mod output;

use super::dom;
use super::parts::{Dispatch, flag, truth};
use crate::i18n::Lang;
use crate::session::screen::{TabView, TerminalView};
use crate::session::{Action, Effect, LineKey};
pub use block::with_code;
use gloo::events::EventListener;
use head::Head;
use line::{Line, Pressed, characters, pressed, units};
use output::Output;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, Element, HtmlInputElement};
use yew::html::Scope;
use yew::prelude::*;

/// How close to the end counts as being there.
const NEAR_END: i32 = 24;
/// Keys of the row for phones: label, what it types; None for keys that act.
const PHONE_KEYS: [&str; 8] = ["Tab", "Ctrl-C", "↑", "↓", "-", "|", "/", "="];

/// The way into a mounted terminal for effects of the session.
pub type Line_ = Rc<RefCell<Option<Scope<Terminal>>>>;

#[derive(Properties)]
pub struct Props {
    pub lang: Lang,
    pub view: TerminalView,
    pub tabs: Rc<Vec<TabView>>,
    pub wrap: bool,
    pub files: Rc<Vec<String>>,
    pub handle: Line_,
    pub on_toast: Callback<String>,
    pub dispatch: Dispatch,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (&self.view, &other.view);
        let lists =
            Rc::ptr_eq(&a.blocks, &b.blocks) && a.choices == b.choices && a.prompt == b.prompt && a.wait == b.wait;
        let plain = |p: &Self| (p.lang, p.wrap, p.view.tab, p.view.running, p.view.chosen);
        lists && plain(self) == plain(other) && self.tabs == other.tabs && self.files == other.files
    }
}

pub enum Msg {
    /// The session asks for something: text into the field, the end of the output, the focus.
    Effect(Effect),
    Key(KeyboardEvent),
    Typed,
    Composing(bool),
    Pasted(Event),
    Scrolled,
    Clicked,
    PhoneKey(&'static str),
    Copy,
}

pub struct Terminal {
    field: NodeRef,
    scroll: NodeRef,
    composing: bool,
    /// A text that came during composition and waits for its end.
    pending: Option<(String, usize)>,
    /// The output follows its end.
    follows: bool,
    listeners: Vec<EventListener>,
}

impl Component for Terminal {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        *ctx.props().handle.borrow_mut() = Some(ctx.link().clone());
        Self {
            field: NodeRef::default(),
            scroll: NodeRef::default(),
            composing: false,
            pending: None,
            follows: true,
            listeners: Vec::new(),
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Effect(Effect::SetInput { text, cursor, .. }) => self.set_input(text, cursor),
            Msg::Effect(Effect::ScrollToEnd { .. }) => self.to_end(),
            Msg::Effect(_) => self.focus(),
            Msg::Key(event) => self.key(ctx, &event),
            Msg::Typed if !self.composing => self.typed(ctx),
            Msg::Typed => {}
            Msg::Composing(true) => self.composing = true,
            Msg::Composing(false) => {
                self.composing = false;
                match self.pending.take() {
                    Some((text, cursor)) => self.set_input(text, cursor),
                    None => self.typed(ctx),
                }
            }
            Msg::Pasted(event) => self.paste(ctx, &event),
            Msg::Scrolled => {
                if let Some(el) = self.scroll.cast::<Element>() {
                    self.follows = el.scroll_height() - el.scroll_top() - el.client_height() < NEAR_END;
                }
            }
            Msg::Clicked => {
                if !dom::has_selection() {
                    self.focus();
                }
            }
            Msg::PhoneKey(key) => self.phone_key(ctx, key),
            Msg::Copy => {
                let mut text = String::new();
                ctx.props().view.blocks.iter().for_each(|b| block::plain_text(b, &mut text));
                dom::copy(&text);
                ctx.props().on_toast.emit(ctx.props().lang.texts().page.copied.into());
            }
        }
        false
    }

    fn changed(&mut self, ctx: &Context<Self>, before: &Props) -> bool {
        if ctx.props().view.tab != before.view.tab {
            self.follows = true;
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let Props { lang, view, tabs, wrap, files, dispatch, .. } = ctx.props();
        let (w, link) = (lang.texts(), ctx.link());
        let tab = view.tab;
        let choose = |i: usize| dispatch.reform(move |_: MouseEvent| Action::Choose { tab, index: i });
        html! {
            <section class="terminal" id="panel-terminal" aria-label={w.terminal.label}>
                <Head lang={*lang} tab={tab} tabs={tabs.clone()} wrap={*wrap} files={files.clone()}
                    on_copy={link.callback(|_| Msg::Copy)} dispatch={dispatch.clone()} />
                <div ref={self.scroll.clone()} class="term-scroll" role="tabpanel" id="terminal-panel"
                    aria-labelledby={format!("terminal-tab-{tab}")} tabindex="-1" data-wrap={wrap.then_some("on")}
                    onclick={link.callback(|_| Msg::Clicked)} onscroll={link.callback(|_| Msg::Scrolled)}>
                    <Output key={tab} lang={*lang} {tab} blocks={view.blocks.clone()} wait={view.wait.clone()} dispatch={dispatch.clone()} />
                    <Line lang={*lang} {tab} prompt={view.prompt.clone()} running={view.running} choices={view.choices.clone()}
                        chosen={view.chosen} field={self.field.clone()}
                        on_key={link.callback(Msg::Key)} on_input={link.callback(|_| Msg::Typed)}
                        on_paste={link.callback(Msg::Pasted)} />
                    if !view.choices.is_empty() {
                        <div class="term-choices" id="choices" role="listbox" aria-label={w.terminal.completions}>
                            { for view.choices.iter().enumerate().map(|(i, c)| html! {
                                <span role="option" id={format!("choice-{i}")} aria-selected={truth(view.chosen == Some(i))}
                                    onclick={choose(i)}>
                                    { c.text.clone() }
                                    if !c.detail.is_empty() { <small>{ c.detail.clone() }</small> }
                                </span>
                            }) }
                        </div>
                    }
                </div>
                <div class="term-keys" role="group" aria-label={w.terminal.keys}>
                    { for PHONE_KEYS.map(|key| html! {
                        <button type="button" tabindex="-1" data-key={key}
                            onmousedown={|e: MouseEvent| e.prevent_default()}
                            onclick={link.callback(move |_| Msg::PhoneKey(key))}>{ key }</button>
                    }) }
                </div>
            </section>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if let (true, Some(field)) = (first, self.input()) {
            // Yew has no listeners for these.
            let listen = |name: &'static str, on: bool| {
                let link = ctx.link().clone();
                EventListener::new(&field, name, move |_| link.send_message(Msg::Composing(on)))
            };
            self.listeners = vec![listen("compositionstart", true), listen("compositionend", false)];
        }
        if self.follows {
            self.to_end();
        }
        if let Some(Ok(Some(choice))) =
            self.scroll.cast::<Element>().map(|s| s.query_selector(".term-choices [aria-selected=\"true\"]"))
        {
            show_inside(&choice);
        }
    }

    fn destroy(&mut self, ctx: &Context<Self>) {
        ctx.props().handle.borrow_mut().take();
    }
}

/// Scrolls the list of choices, and nothing else, so that one is seen.
fn show_inside(choice: &Element) {
    let Some(list) = choice.parent_element() else { return };
    let (a, b) = (choice.get_bounding_client_rect(), list.get_bounding_client_rect());
    if a.bottom() > b.bottom() {
        list.set_scroll_top(list.scroll_top() + (a.bottom() - b.bottom()) as i32 + 2);
    } else if a.top() < b.top() {
        list.set_scroll_top(list.scroll_top() - (b.top() - a.top()) as i32 - 2);
    }
    if a.right() > b.right() {
        list.set_scroll_left(list.scroll_left() + (a.right() - b.right()) as i32 + 8);
    }
}

impl Terminal {
    fn input(&self) -> Option<HtmlInputElement> {
        self.field.cast()
    }

    fn focus(&self) {
        if let Some(field) = self.input() {
            let _ = field.focus();
        }
    }

    fn set_input(&mut self, text: String, cursor: usize) {
        if self.composing {
            self.pending = Some((text, cursor));
            return;
        }
        if let Some(field) = self.input() {
            if field.value() != text {
                field.set_value(&text);
            }
            let at = units(&text, cursor);
            if field.selection_start() != Ok(Some(at)) || field.selection_end() != Ok(Some(at)) {
                let _ = field.set_selection_range(at, at);
            }
        }
    }

    fn to_end(&self) {
        if let Some(el) = self.scroll.cast::<Element>().filter(|_| self.follows) {
            el.set_scroll_top(el.scroll_height());
        }
    }

    fn typed(&self, ctx: &Context<Self>) {
        if let Some(field) = self.input() {
            let text = field.value();
            let at = field.selection_start().ok().flatten().unwrap_or(0) as usize;
            let cursor = characters(&text, at);
            ctx.props().dispatch.emit(Action::Typed { tab: ctx.props().view.tab, text, cursor });
        }
    }

    fn key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) {
        // 229: the key belongs to the input method.
        if self.composing || event.is_composing() || event.key_code() == 229 {
            return;
        }
        let (Some(field), view) = (self.input(), &ctx.props().view) else { return };
        match pressed(event, &field, view.tab, !view.choices.is_empty(), view.prompt.search.is_some()) {
            Pressed::Native => {}
            Pressed::Leave => self.leave(),
            Pressed::Do(action) => {
                event.prevent_default();
                if matches!(action, Action::Submit { .. }) {
                    field.set_value("");
                    self.follows = true;
                }
                ctx.props().dispatch.emit(action);
            }
        }
    }

    /// Escape leaves the field for the tab above it: the focus is never trapped.
    fn leave(&self) {
        let tab = dom::document().query_selector(".term-tab[aria-selected=\"true\"]").ok().flatten();
        if let Some(tab) = tab.and_then(|t| t.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = tab.focus();
        }
    }

    /// Several lines run one after another; one line goes into the field as anywhere else.
    fn paste(&self, ctx: &Context<Self>, event: &Event) {
        let text = event.dyn_ref::<ClipboardEvent>().and_then(ClipboardEvent::clipboard_data);
        let Some(text) = text.and_then(|d| d.get_data("text").ok()) else { return };
        let text = text.replace("\r\n", "\n");
        if let (true, Some(field)) = (text.trim_end_matches('\n').contains('\n'), self.input()) {
            event.prevent_default();
            let before = field.value();
            field.set_value("");
            ctx.props().dispatch.emit(Action::Paste { tab: ctx.props().view.tab, text: before + &text });
        }
    }

    fn phone_key(&mut self, ctx: &Context<Self>, key: &'static str) {
        let (Some(field), tab) = (self.input(), ctx.props().view.tab) else { return };
        let text = field.value();
        let at = field.selection_start().ok().flatten().unwrap_or(0) as usize;
        let cursor = characters(&text, at);
        let line_key = |key: LineKey| Action::Key { tab, key, text: text.clone(), cursor };
        let action = match key {
            "Tab" => line_key(LineKey::Tab),
            "Ctrl-C" => Action::Interrupt { tab },
            "↑" => line_key(LineKey::Up),
            "↓" => line_key(LineKey::Down),
            _ => {
                let mut typed: String = text.chars().take(cursor).collect();
                typed.push_str(key);
                typed.extend(text.chars().skip(cursor));
                self.set_input(typed.clone(), cursor + 1);
                Action::Typed { tab, text: typed, cursor: cursor + 1 }
            }
        };
        ctx.props().dispatch.emit(action);
    }
}

/// The tab strip's keys: left and right go round.
fn round(tabs: &[TabView], tab: u32, by: isize) -> Option<u32> {
    let at = tabs.iter().position(|t| t.tab == tab)? as isize;
    let to = (at + by).rem_euclid(tabs.len() as isize);
    tabs.get(to as usize).map(|t| t.tab)
}

fn running(tab: &TabView) -> Option<&'static str> {
    flag(tab.running)
}
