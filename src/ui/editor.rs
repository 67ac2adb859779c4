//! The editor: a native text area over a coloured copy of its own text.

use super::icons::{Icon, icon};
use super::parts::{Button, Dispatch, flag, icon_button, truth};
use crate::i18n::Lang;
use crate::session::Action;
use crate::session::screen::{EditorView, Problem};
use crate::view::highlight;
use std::rc::Rc;
use web_sys::{HtmlDialogElement, HtmlTextAreaElement};
use yew::prelude::*;

#[derive(Properties)]
pub struct Props {
    pub lang: Lang,
    pub view: Rc<EditorView>,
    pub dispatch: Dispatch,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        (Rc::ptr_eq(&self.view, &other.view) || self.view == other.view) && self.lang == other.lang
    }
}

pub enum Msg {
    Input,
    Key(KeyboardEvent),
    Focused,
    /// Close; asks first when there are changes.
    Close,
    GoTo(usize, usize),
    /// Save, close, run what follows.
    Save(Option<String>),
    /// Save and go on.
    Keep,
}

pub struct Editor {
    dialog: NodeRef,
    field: NodeRef,
    text: String,
    /// The reader has typed since the field got the focus: Tab indents.
    typed: bool,
    /// A first attempt to close with changes was made: the next one discards them.
    asked: bool,
}

impl Component for Editor {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let text = ctx.props().view.original.to_string();
        Self { dialog: NodeRef::default(), field: NodeRef::default(), text, typed: false, asked: false }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let dispatch = &ctx.props().dispatch;
        match msg {
            Msg::Input => {
                if let Some(field) = self.area() {
                    self.text = field.value();
                    (self.typed, self.asked) = (true, false);
                    dispatch.emit(Action::EditorChanged { text: self.text.clone() });
                }
                true
            }
            Msg::Key(event) => self.key(ctx, &event),
            Msg::Focused => {
                self.typed = false;
                false
            }
            Msg::Close if self.text != *ctx.props().view.original && !self.asked => {
                self.asked = true;
                true
            }
            Msg::Close => {
                dispatch.emit(Action::EditorClose);
                false
            }
            Msg::GoTo(line, column) => {
                self.go_to(line, column);
                false
            }
            Msg::Save(then) => {
                dispatch.emit(Action::EditorSave { text: self.text.clone(), then });
                dispatch.emit(Action::EditorClose);
                false
            }
            Msg::Keep => {
                dispatch.emit(Action::EditorSave { text: self.text.clone(), then: None });
                false
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let Props { lang, view, .. } = ctx.props();
        let (w, link) = (lang.texts(), ctx.link());
        let problem_at = |line: usize| view.problems.iter().find(|p| p.line == line);
        let lines: Vec<&str> = self.text.split('\n').collect();
        let cancel = link.callback(|e: Event| {
            e.prevent_default();
            Msg::Close
        });
        html! {
            <dialog ref={self.dialog.clone()} class="editor" data-testid="editor" aria-labelledby="ed-t" oncancel={cancel}>
                <header class="ed-head">
                    { icon(Icon::File) }<h2 class="ed-name" id="ed-t">{ view.name.clone() }</h2>
                    <span class="ed-kind">{ view.kind.clone() }</span><span class="bar-gap"></span>
                    { icon_button(Icon::Close, w.editor.close_without_saving, Button::default(), link.callback(|_| Msg::Close)) }
                </header>
                <div class="ed-main">
                    <div class="ed-gutter" aria-hidden="true">
                        { for (1..=lines.len()).map(|i| html! { <span data-error={flag(problem_at(i).is_some())}>{ i }</span> }) }
                    </div>
                    <div class="ed-text">
                        <pre aria-hidden="true">{ for lines.iter().enumerate().map(|(i, l)| line(l, problem_at(i + 1))) }</pre>
                        <textarea ref={self.field.clone()} aria-label={view.name.clone()}
                            aria-describedby="ed-problems" aria-invalid={truth(!view.problems.is_empty())}
                            spellcheck="false" autocapitalize="off" autocorrect="off" wrap="off"
                            oninput={link.callback(|_| Msg::Input)} onkeydown={link.callback(Msg::Key)}
                            onfocus={link.callback(|_| Msg::Focused)} />
                    </div>
                </div>
                <div class="ed-problems" id="ed-problems" role="status">
                    { for view.problems.iter().map(|p| problem(*lang, p, link.callback(|at: (usize, usize)| Msg::GoTo(at.0, at.1)))) }
                </div>
                <footer class="ed-foot">
                    <p>{ w.editor.leave_hint }</p>
                    <button type="button" class="btn" onclick={link.callback(|_| Msg::Close)}>
                        { if self.asked { w.editor.discard } else { w.editor.cancel } }</button>
                    <button type="button" class="btn btn-line" onclick={link.callback(|_| Msg::Save(None))}>{ w.editor.save }</button>
                    { for view.commands.iter().enumerate().map(|(i, command)| {
                        let then = command.clone();
                        let class = if i + 1 == view.commands.len() { "btn btn-main" } else { "btn btn-line" };
                        html! {
                            <button type="button" {class} title={command.clone()}
                                onclick={link.callback(move |_| Msg::Save(Some(then.clone())))}>{ label(*lang, command) }</button>
                        }
                    }) }
                </footer>
            </dialog>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, first: bool) {
        if !first {
            return;
        }
        if let Some(field) = self.area() {
            field.set_value(&self.text);
        }
        if let Some(dialog) = self.dialog.cast::<HtmlDialogElement>() {
            let _ = dialog.show_modal();
        }
        if let Some(field) = self.area() {
            let _ = field.focus();
            let _ = field.set_selection_range(0, 0);
        }
        self.typed = false;
    }
}

impl Editor {
    fn area(&self) -> Option<HtmlTextAreaElement> {
        self.field.cast()
    }

    fn key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) -> bool {
        if event.is_composing() || event.key_code() == 229 {
            return false;
        }
        let Some(field) = self.area() else { return false };
        match event.key().as_str() {
            "Tab" if self.typed && !event.shift_key() => {
                event.prevent_default();
                let at = field.selection_start().ok().flatten().unwrap_or(0);
                let end = field.selection_end().ok().flatten().unwrap_or(at);
                if field.set_range_text_with_start_and_end("  ", at, end).is_ok() {
                    let _ = field.set_selection_range(at + 2, at + 2);
                }
                ctx.link().send_message(Msg::Input);
            }
            // The first Escape lets Tab leave; only then does it close.
            "Escape" if self.typed => {
                event.prevent_default();
                event.stop_propagation();
                self.typed = false;
            }
            "s" if event.ctrl_key() || event.meta_key() => {
                event.prevent_default();
                ctx.link().send_message(Msg::Keep);
            }
            "Enter" if !event.shift_key() && !event.ctrl_key() => return self.new_line(ctx, event, &field),
            _ => {}
        }
        false
    }

    /// A new line begins where the one before began.
    fn new_line(&mut self, ctx: &Context<Self>, event: &KeyboardEvent, field: &HtmlTextAreaElement) -> bool {
        let value: Vec<u16> = field.value().encode_utf16().collect();
        let at = field.selection_start().ok().flatten().unwrap_or(0);
        let end = field.selection_end().ok().flatten().unwrap_or(at);
        let before = String::from_utf16_lossy(value.get(..at as usize).unwrap_or_default());
        let line = before.rsplit('\n').next().unwrap_or_default();
        let indent: String = line.chars().take_while(|c| *c == ' ').collect();
        let text = ["\n", &indent].concat();
        if field.set_range_text_with_start_and_end(&text, at, end).is_ok() {
            event.prevent_default();
            let to = at + text.len() as u32;
            let _ = field.set_selection_range(to, to);
            ctx.link().send_message(Msg::Input);
        }
        false
    }

    fn go_to(&self, line: usize, column: usize) {
        let Some(field) = self.area() else { return };
        let before: usize =
            self.text.split('\n').take(line.saturating_sub(1)).map(|l| l.encode_utf16().count() + 1).sum();
        let at = (before + column.saturating_sub(1)) as u32;
        let _ = field.focus();
        let _ = field.set_selection_range(at, at);
    }
}

/// One line of the coloured copy; an error's line is marked, its token underlined.
fn line(text: &str, problem: Option<&Problem>) -> Html {
    let mut at = 0;
    let spans = highlight::line(text).into_iter().map(|(ink, part)| {
        let from = at;
        at += part.chars().count();
        let column = problem.map_or(0, |p| p.column);
        let inner = if column > from && column <= at && !part.trim().is_empty() {
            html! { <u>{ part.to_owned() }</u> }
        } else {
            html! { { part.to_owned() } }
        };
        match ink.class() {
            Some(class) => html! { <span {class}>{ inner }</span> },
            None => inner,
        }
    });
    let spans: Html = spans.collect();
    html! { <span class="ed-line" data-error={flag(problem.is_some())}>{ spans }</span> }
}

fn problem(lang: Lang, p: &Problem, go: Callback<(usize, usize)>) -> Html {
    let at = (p.line, p.column);
    html! {
        <div class="ed-problem" data-severity="error">
            <button type="button" class="at" aria-label={(lang.texts().editor.go_to_line)(p.line)}
                onclick={go.reform(move |_| at)}>{ format!("{}:{}", p.line, p.column) }</button>
            <p>{ p.text.clone() }</p>
        </div>
    }
}

/// What a command after saving is called.
fn label(lang: Lang, command: &str) -> &'static str {
    let w = lang.texts();
    match command.split(' ').nth(1) {
        Some("create") => w.editor.save_and_create,
        Some("apply") => w.editor.save_and_apply,
        _ => w.editor.save_and_run,
    }
}
