//! The root: owns the session, sends it what the reader does, does what it asks for in return, draws its screen.

use super::bar::Bar;
use super::browser::Browser;
use super::calls::Calls;
use super::dom;
use super::editor::Editor;
use super::embed::Options;
use super::frames::Frames;
use super::icons;
use super::inspector::Inspector;
use super::lesson::Lesson;
use super::parts::{Dispatch, truth};
use super::picture::{self, Picture};
use super::splitter::Splitter;
use super::terminal::{self, Terminal};
use crate::i18n::Lang;
use crate::session::screen::{LessonScreen, Screen};
use crate::session::{Action, Effect, Selection, Session};
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use icons::Icon;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;
use yew::html::Scope;
use yew::prelude::*;

/// How long a toast stays, and how long a solved step is looked at before the next one comes.
const TOAST_MS: u32 = 3_000;
const NEXT_STEP_MS: u32 = 600;
/// Wall time that one frame may bring: a tab that slept does not catch up.
const MOST_ELAPSED_MS: f64 = 60_000.0;

/// The way into a mounted lab for its handle.
pub type Way = Rc<RefCell<Option<Scope<App>>>>;

#[derive(Properties, Clone)]
pub struct Props {
    pub options: Rc<Options>,
    pub way: Way,
    /// Tells the element around: name, detail.
    pub notify: js_sys::Function,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.options, &other.options)
    }
}

pub enum Msg {
    Do(Action),
    /// A frame: milliseconds of the wall clock.
    Frame(f64),
    /// `run()` of the element: a tab, a line, where the answer goes.
    Call(u32, String, js_sys::Function, js_sys::Function),
    Set(String, String),
    Lesson(bool),
    Tab(&'static str),
    Theme,
    Toast(String),
    ToastGone,
    Resized,
    FocusTerminal,
    CloseInspector,
    /// Escape was pressed where nobody else takes it.
    Escape,
    /// Scroll the lesson to this step.
    ToStep(String),
}

pub struct App {
    session: Session,
    screen: Screen,
    frames: Frames,
    calls: Calls,
    terminal: terminal::Line_,
    dispatch: Dispatch,
    root: NodeRef,
    lesson_open: bool,
    phone_tab: &'static str,
    wide: bool,
    toast: Option<(String, Timeout)>,
    ready: bool,
    /// The reader knows that nothing is kept.
    unkept: bool,
    _resize: EventListener,
    _visible: EventListener,
    _escape: EventListener,
}

impl Component for App {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let (props, link) = (ctx.props(), ctx.link());
        *props.way.borrow_mut() = Some(link.clone());
        let (mut session, effects) = Session::new(props.options.session());
        let screen = session.screen();
        let wide = dom::is_wide();
        let resized = link.callback(|()| Msg::Resized);
        let shown = resized.clone();
        let escape = link.callback(|()| Msg::Escape);
        let came_for_it = props.options.parts() == Some("lesson") || props.options.begins_with_lesson();
        let lesson_open = came_for_it || wide && dom::kept("lesson").as_deref() != Some("closed");
        let mut app = Self {
            session,
            screen,
            frames: Frames::new(link.callback(Msg::Frame)),
            calls: Calls::default(),
            terminal: terminal::Line_::default(),
            dispatch: link.callback(Msg::Do),
            root: NodeRef::default(),
            lesson_open,
            phone_tab: if props.options.begins_with_lesson() { "lesson" } else { "terminal" },
            wide,
            toast: None,
            ready: false,
            unkept: false,
            _resize: EventListener::new(&dom::window(), "resize", move |_| resized.emit(())),
            _escape: EventListener::new(&dom::document(), "keydown", move |event| {
                let key = event.dyn_ref::<KeyboardEvent>().filter(|e| e.key() == "Escape" && !e.is_composing());
                let typing = event.target().and_then(|t| t.dyn_into::<Element>().ok());
                if key.is_some() && !typing.is_some_and(|t| matches!(t.tag_name().as_str(), "INPUT" | "TEXTAREA")) {
                    escape.emit(());
                }
            }),
            _visible: EventListener::new(&dom::document(), "visibilitychange", move |_| shown.emit(())),
        };
        app.perform(ctx, effects);
        app
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Do(action) => return self.act(ctx, action),
            Msg::Frame(elapsed) => {
                self.frames.begin();
                let nanos = (elapsed.clamp(0.0, MOST_ELAPSED_MS) * 1e6) as u64;
                return self.act(ctx, Action::Frame { elapsed: std::time::Duration::from_nanos(nanos) });
            }
            Msg::Call(tab, line, resolve, reject) => {
                let ticket = self.calls.add(resolve, reject);
                return self.act(ctx, Action::Call { tab, line, ticket });
            }
            Msg::Set(name, value) => return self.attribute(ctx, &name, value),
            Msg::Lesson(open) => {
                self.lesson_open = open;
                if self.wide {
                    self.keep(ctx, "lesson", if open { "open" } else { "closed" });
                }
            }
            Msg::Tab(tab) => self.phone_tab = tab,
            Msg::Theme => {
                let dark = match dom::root().and_then(|r| r.get_attribute("data-theme")) {
                    Some(theme) => theme == "dark",
                    None => dom::media("(prefers-color-scheme: dark)"),
                };
                let theme = if dark { "light" } else { "dark" };
                return self.act(ctx, Action::SetTheme(theme.to_owned()));
            }
            Msg::Toast(text) => self.say(ctx, text),
            Msg::ToastGone => self.toast = None,
            Msg::Resized => {
                self.frames.schedule(self.session.next_frame());
                let wide = dom::is_wide();
                if wide == self.wide {
                    return false;
                }
                self.wide = wide;
                self.lesson_open = wide && dom::kept("lesson").as_deref() != Some("closed");
            }
            Msg::FocusTerminal => {
                self.to_terminal(Effect::FocusTerminal);
                return false;
            }
            Msg::Escape if self.screen.inspector.is_none() || self.screen.editor.is_some() => return false,
            Msg::Escape | Msg::CloseInspector => {
                if let (Some(root), Some(chosen)) = (self.root.cast::<Element>(), &self.screen.picture.selected) {
                    picture::focus(&root, chosen);
                }
                return self.act(ctx, Action::Select(None));
            }
            Msg::ToStep(step) => {
                self.scroll_to_step(&step);
                return false;
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let screen = &self.screen;
        let (lang, embed) = (screen.lang, ctx.props().options.embed);
        let (w, link) = (lang.texts(), ctx.link());
        let (lesson, tab) = (if self.lesson_open { "open" } else { "closed" }, self.phone_tab);
        let toggle = !self.lesson_open;
        html! {
            <div ref={self.root.clone()} id={(!embed).then_some("app")} class="app" lang={lang.code()}
                data-view={if embed { "embed" } else { "full" }} data-lesson={lesson} data-tab={tab}
                data-parts={ctx.props().options.parts()}>
                <a class="skip" href="#panel-terminal" onclick={link.callback(|e: MouseEvent| { e.prevent_default(); Msg::FocusTerminal })}>
                    { w.page.skip_to_terminal }</a>
                if !embed { <a class="skip" href="#panel-lesson">{ w.page.skip_to_lesson }</a> }
                <Bar {lang} theme={screen.theme.clone()} time={screen.time.clone()} {embed} title={self.title()}
                    lesson_open={self.lesson_open} wide={self.wide} on_lesson={link.callback(move |()| Msg::Lesson(toggle))}
                    on_theme={link.callback(|()| Msg::Theme)} dispatch={self.dispatch.clone()} />
                <button type="button" class="scrim" tabindex="-1" aria-label={w.lesson.close}
                    onclick={link.callback(|_| Msg::Lesson(false))}></button>
                if !embed || ctx.props().options.parts() == Some("lesson") {
                    <Lesson {lang} screen={screen.lesson.clone()} open={self.lesson_open}
                        on_fold={link.callback(move |_| Msg::Lesson(toggle))} dispatch={self.dispatch.clone()} />
                }
                <main class="work">
                    <Picture {lang} view={screen.picture.clone()} offer={self.offer()}
                        on_terminal={link.callback(|()| Msg::FocusTerminal)} dispatch={self.dispatch.clone()}>
                        <Browser {lang} ports={screen.ports.clone()} open={screen.browser.clone()}
                            dispatch={self.dispatch.clone()} />
                    </Picture>
                    <Splitter label={w.picture.splitter} {embed} />
                    <Terminal {lang} view={screen.terminal.clone()} tabs={screen.tabs.clone()} wrap={screen.wrap}
                        files={screen.files.clone()} handle={self.terminal.clone()} on_toast={link.callback(Msg::Toast)}
                        dispatch={self.dispatch.clone()} />
                    if let Some(view) = &screen.inspector {
                        <Inspector {lang} view={view.clone()} left={self.inspector_left()}
                            on_close={link.callback(|()| Msg::CloseInspector)} dispatch={self.dispatch.clone()} />
                    }
                </main>
                if !embed { { self.phone_tabs(ctx, lang) } }
                if let Some(view) = &screen.editor {
                    <Editor key={view.name.clone()} {lang} view={view.clone()} dispatch={self.dispatch.clone()} />
                }
                <p class="sr" role="status">{ screen.said.to_string() }</p>
                <div class="toast" role="status" hidden={self.toast.is_none()}>
                    { self.toast.as_ref().map(|(text, _)| text.clone()) }
                </div>
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if first {
            self.apply_lang(ctx);
            self.frames.schedule(self.session.next_frame());
        }
        if self.screen.ready && !self.ready {
            self.ready = true;
            self.tell(ctx, "ready", "");
        }
    }

    fn destroy(&mut self, ctx: &Context<Self>) {
        self.calls.reject_all();
        ctx.props().way.borrow_mut().take();
    }
}

impl App {
    /// Tells the session, does what it asks for, and draws if anything changed.
    fn act(&mut self, ctx: &Context<Self>, action: Action) -> bool {
        let mut moved = false;
        if matches!(action, Action::Run { .. }) {
            // What a tapped command prints is to be seen at once.
            moved = self.phone_tab != "terminal" || (!self.wide && self.lesson_open);
            self.phone_tab = "terminal";
            self.lesson_open &= self.wide;
        }
        let effects = self.session.update(action);
        let screen = self.session.screen();
        moved |= screen != self.screen;
        self.screen = screen;
        moved |= self.perform(ctx, effects);
        self.frames.schedule(self.session.next_frame());
        moved
    }

    fn perform(&mut self, ctx: &Context<Self>, effects: Vec<Effect>) -> bool {
        let mut draws = false;
        for effect in effects {
            match effect {
                Effect::SetInput { tab, .. } | Effect::ScrollToEnd { tab } if tab != self.screen.terminal.tab => {}
                Effect::SetInput { .. } | Effect::ScrollToEnd { .. } => self.to_terminal(effect),
                Effect::FocusTerminal if ctx.props().options.embed || dom::is_phone() => {}
                Effect::FocusTerminal => self.to_terminal(effect),
                Effect::Fetch { path } => fetch(path, self.dispatch.clone()),
                Effect::Store { key, value } => self.keep(ctx, key, &value),
                Effect::Announce(text) => {
                    self.say(ctx, text);
                    draws = true;
                }
                // Told once it is drawn.
                Effect::Emit { event: "ready", .. } => {}
                Effect::Emit { event, detail } => self.tell(ctx, event, &detail),
                Effect::ApplyLang => self.apply_lang(ctx),
                Effect::ApplyTheme => self.apply_theme(ctx),
                Effect::ShowStep(step) => {
                    let link = ctx.link().clone();
                    Timeout::new(NEXT_STEP_MS, move || link.send_message(Msg::ToStep(step))).forget();
                }
                // As every mistake of Podium's: the hook of `crash` shows it and the way back.
                Effect::Stopped(why) => panic!("{why}"),
                Effect::Finished { ticket, stdout, stderr, code } => self.calls.finish(ticket, &stdout, &stderr, code),
            }
        }
        draws
    }

    fn to_terminal(&self, effect: Effect) {
        if let Some(terminal) = &*self.terminal.borrow() {
            terminal.send_message(terminal::Msg::Effect(effect));
        }
    }

    fn attribute(&mut self, ctx: &Context<Self>, name: &str, value: String) -> bool {
        let action = match name {
            "lang" => Action::SetLang(Lang::from_tag(&value)),
            "theme" => Action::SetTheme(if value.is_empty() { "auto".into() } else { value }),
            "lesson" => Action::OpenLesson((!value.is_empty()).then_some(value)),
            _ => return false,
        };
        self.act(ctx, action)
    }

    /// Keeps a value for the next visit; what the browser says against it is told once.
    fn keep(&mut self, ctx: &Context<Self>, name: &str, value: &str) {
        if ctx.props().options.embed {
            return;
        }
        let texts = &self.screen.lang.texts().storage;
        let why = match dom::keep(name, value) {
            Ok(()) => return,
            Err(dom::NotKept::Full) => texts.full,
            Err(dom::NotKept::Blocked) => texts.blocked,
        };
        if !std::mem::replace(&mut self.unkept, true) {
            self.say(ctx, why.to_owned());
        }
    }

    /// Tells the element around the lab.
    fn tell(&self, ctx: &Context<Self>, name: &str, detail: &str) {
        let parsed = if detail.is_empty() { Ok(JsValue::UNDEFINED) } else { js_sys::JSON::parse(detail) };
        let _ = ctx.props().notify.call2(&JsValue::NULL, &name.into(), &parsed.unwrap_or_default());
    }

    fn say(&mut self, ctx: &Context<Self>, text: String) {
        let link = ctx.link().clone();
        self.toast = Some((text, Timeout::new(TOAST_MS, move || link.send_message(Msg::ToastGone))));
    }

    fn apply_lang(&self, ctx: &Context<Self>) {
        if ctx.props().options.owns_page {
            if let Some(root) = dom::root() {
                let _ = root.set_attribute("lang", self.screen.lang.code());
            }
            dom::document().set_title(self.screen.lang.texts().page.title);
        }
    }

    fn apply_theme(&self, ctx: &Context<Self>) {
        if let (true, Some(root)) = (ctx.props().options.owns_page, dom::root()) {
            let _ = match self.screen.theme.as_str() {
                theme @ ("light" | "dark") => root.set_attribute("data-theme", theme),
                _ => root.remove_attribute("data-theme"),
            };
        }
    }

    /// Scrolls inside the lesson only: neither the page nor the focus moves.
    fn scroll_to_step(&self, step: &str) {
        let Some(root) = self.root.cast::<Element>() else { return };
        let find = |selector: &str| root.query_selector(selector).ok().flatten();
        let (Some(list), Some(step)) = (find(".lesson-scroll"), find(&format!(".step[data-step=\"{step}\"]"))) else {
            return;
        };
        let by = step.get_bounding_client_rect().top() - list.get_bounding_client_rect().top();
        list.set_scroll_top(list.scroll_top() + by as i32 - 12);
    }

    fn title(&self) -> String {
        match &self.screen.lesson {
            LessonScreen::Lesson(lesson) => lesson.title.clone(),
            _ => String::new(),
        }
    }

    /// A command for the empty picture: creates what the plainest file there is describes.
    fn offer(&self) -> Option<String> {
        let manifests = self.screen.files.iter().filter(|f| f.ends_with(".yaml"));
        let file = manifests.min_by_key(|f| (!f.ends_with("manual.yaml"), f.len()))?;
        Some(["kubectl create -f ", file].concat())
    }

    /// True where the inspector at the right would cover what it shows.
    fn inspector_left(&self) -> bool {
        const WIDTH: f64 = 380.0;
        let picture = &self.screen.picture;
        let stage = &picture.stage;
        let at = match &picture.selected {
            Some(Selection::Pod { namespace, name }) => {
                stage.pods.iter().find(|b| b.pod.namespace == *namespace && b.pod.name == *name).map(|b| b.at)
            }
            Some(Selection::Node { name }) => stage.nodes.iter().find(|b| b.node.name == *name).map(|b| b.at),
            None => None,
        };
        at.is_some_and(|at| at.x + at.w > stage.width - WIDTH && at.x > WIDTH)
    }

    fn phone_tabs(&self, ctx: &Context<Self>, lang: Lang) -> Html {
        let w = lang.texts();
        let tab = |id: &'static str, panel: &'static str, icon: Icon, label: &'static str| {
            html! {
                <button type="button" role="tab" aria-selected={truth(self.phone_tab == id)} aria-controls={panel}
                    onclick={ctx.link().callback(move |_| Msg::Tab(id))}>{ icons::icon(icon) }{ label }</button>
            }
        };
        html! {
            <nav class="tabs-phone">
                <div role="tablist" aria-label={w.page.panels}>
                    { tab("terminal", "panel-terminal", Icon::Terminal, w.terminal.label) }
                    { tab("lesson", "panel-lesson", Icon::Book, w.lesson.label) }
                </div>
            </nav>
        }
    }
}

/// Fetches a file below the page's own folder and sends what came.
fn fetch(path: String, dispatch: Dispatch) {
    wasm_bindgen_futures::spawn_local(async move {
        let result = dom::fetch_text(&path).await;
        dispatch.emit(Action::Fetched { path, result });
    });
}
