//! What the page's JavaScript calls: the Rust side of `static/embed/SEAM.md`.

use super::app::{App, Msg, Props, Way};
use super::crash;
use crate::i18n::Lang;
use crate::session::Options as SessionOptions;
use js_sys::{Function, Promise, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::Element;
use yew::AppHandle;

/// How a lab is mounted.
pub struct Options {
    /// Embedded view: takes neither focus nor scroll, keeps nothing.
    pub embed: bool,
    /// The lab may set language, theme and title of the document.
    pub owns_page: bool,
    lesson: Option<String>,
    lang: Lang,
    theme: Option<String>,
    view: String,
    seed: Option<u64>,
}

impl Options {
    /// True where the reader came for a lesson: where there is no room for all, it is shown first.
    pub fn begins_with_lesson(&self) -> bool {
        self.lesson.is_some() && !self.embed
    }

    fn read(options: &JsValue) -> Self {
        let text =
            |name: &str| Reflect::get(options, &name.into()).ok().and_then(|v| v.as_string()).filter(|t| !t.is_empty());
        let embed = Reflect::get(options, &"embed".into()).is_ok_and(|v| v.is_truthy());
        let fallback = || super::dom::root().and_then(|r| r.get_attribute("lang")).unwrap_or_default();
        Self {
            embed,
            owns_page: true,
            lesson: text("lesson"),
            lang: Lang::from_tag(&text("lang").unwrap_or_else(fallback)),
            theme: text("theme").or_else(|| super::dom::kept("theme")),
            view: text("view").unwrap_or_default(),
            seed: text("seed").and_then(|s| s.parse().ok()),
        }
    }

    /// The value of `data-parts`: what of an embedded lab is shown.
    pub fn parts(&self) -> Option<&'static str> {
        match self.view.as_str() {
            "terminal" => Some("terminal"),
            "picture" => Some("picture"),
            "lesson" => Some("lesson"),
            _ => None,
        }
    }

    /// What the session is started with; an embedded lab starts afresh.
    pub fn session(&self) -> SessionOptions {
        SessionOptions {
            lang: self.lang,
            theme: self.theme.clone().unwrap_or_else(|| "auto".into()),
            seed: self.seed,
            lesson: self.lesson.clone(),
            embed: self.embed,
            saved: if self.embed { None } else { super::dom::kept("session") },
        }
    }
}

/// A mounted lab.
#[wasm_bindgen]
pub struct LabHandle {
    way: Way,
    app: Option<AppHandle<App>>,
}

#[wasm_bindgen]
impl LabHandle {
    /// Types the line into a terminal and resolves to `{stdout, stderr, exitCode}` when it has ended.
    pub fn run(&self, command: String, terminal: u32) -> Promise {
        let mut line = Some(command);
        Promise::new(&mut |resolve: Function, reject: Function| match (&*self.way.borrow(), line.take()) {
            (Some(app), Some(line)) => app.send_message(Msg::Call(terminal, line, resolve, reject)),
            _ => drop(reject.call1(&JsValue::NULL, &JsError::new("The lab was taken off the page.").into())),
        })
    }

    /// Ctrl-C in a terminal.
    pub fn cancel(&self, terminal: u32) {
        self.send(Msg::Do(crate::session::Action::Interrupt { tab: terminal }));
    }

    /// An attribute of the element changed; "" when it was taken away.
    pub fn set(&self, name: String, value: String) {
        self.send(Msg::Set(name, value));
    }

    /// Takes the lab off the page.
    pub fn unmount(&mut self) {
        if let Some(app) = self.app.take() {
            app.destroy();
        }
    }
}

impl LabHandle {
    fn send(&self, msg: Msg) {
        if let Some(app) = &*self.way.borrow() {
            app.send_message(msg);
        }
    }
}

#[wasm_bindgen]
extern "C" {
    /// Sees to it that all of the WebAssembly is there (`static/rest.js`). `cargo xtask dist` splits it in two and has the first
    /// half call this with `true`; that it is named here is what brings it into the module's imports.
    #[wasm_bindgen(js_name = podiumRest)]
    fn podium_rest(now: bool);
}

/// Draws a lab into the element, in place of what stands there.
#[wasm_bindgen]
pub fn mount(element: Element, options: JsValue, notify: Function) -> LabHandle {
    podium_rest(false);
    // Yew's own hook would print to the console before ours; the screen says it.
    yew::set_custom_panic_hook(Box::new(|_| {}));
    crash::install(element.clone(), notify.clone());
    element.set_text_content(None);
    let way = Way::default();
    let props = Props { options: Rc::new(Options::read(&options)), way: way.clone(), notify };
    let app = yew::Renderer::<App>::with_root_and_props(element, props).render();
    LabHandle { way, app: Some(app) }
}

/// The hash of the event log of a timed script: equals `podium hash`. For tests.
#[wasm_bindgen]
pub fn hash_script(script: &str, seed: &str) -> String {
    crate::lab::timed::hash(script, seed.parse().unwrap_or(1))
}

/// The benchmarks, as `podium bench --json` prints them.
#[wasm_bindgen]
pub fn bench() -> String {
    let performance = super::dom::window().performance();
    let rows = crate::lab::bench::run(&|| performance.as_ref().map_or(0.0, web_sys::Performance::now));
    crate::object! { "rows" => rows }.to_string()
}
