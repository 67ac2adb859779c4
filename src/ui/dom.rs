//! The few things that yew does not wrap.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Element, HtmlElement, ResizeObserver, Response, Window};
use yew::Callback;

/// The window; the page cannot run without one.
pub fn window() -> Window {
    gloo::utils::window()
}

pub fn document() -> Document {
    gloo::utils::document()
}

/// `<html>`
pub fn root() -> Option<HtmlElement> {
    document().document_element()?.dyn_into().ok()
}

/// Calls back whenever an element's size changes, for as long as it lives; first when it begins.
pub struct SizeWatch {
    observer: ResizeObserver,
    _callback: Closure<dyn FnMut()>,
}

impl SizeWatch {
    pub fn new(element: &Element, callback: Callback<()>) -> Option<Self> {
        let closure = Closure::<dyn FnMut()>::new(move || callback.emit(()));
        let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _callback: closure })
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// True where a media query holds now.
pub fn media(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|m| m.matches())
}

/// From this width on the lesson stands beside the picture.
pub fn is_wide() -> bool {
    media("(min-width: 1100px)")
}

pub fn is_phone() -> bool {
    media("(max-width: 639.98px)")
}

/// What was kept under `podium.NAME`; None where the browser keeps nothing.
pub fn kept(name: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(&["podium.", name].concat()).ok()?
}

/// Why the browser keeps nothing.
pub enum NotKept {
    Full,
    Blocked,
}

/// Keeps a value for the next visit.
pub fn keep(name: &str, value: &str) -> Result<(), NotKept> {
    let storage = window().local_storage().ok().flatten().ok_or(NotKept::Blocked)?;
    storage.set_item(&["podium.", name].concat(), value).map_err(|_| NotKept::Full)
}

/// Milliseconds of the wall clock that only goes forward.
pub fn now_ms() -> f64 {
    window().performance().map_or(0.0, |p| p.now())
}

/// True while the reader has selected text.
pub fn has_selection() -> bool {
    window().get_selection().ok().flatten().is_some_and(|s| !s.is_collapsed())
}

/// Puts a text on the clipboard; the browser may refuse.
pub fn copy(text: &str) {
    let promise = window().navigator().clipboard().write_text(text);
    wasm_bindgen_futures::spawn_local(async move {
        let _ = JsFuture::from(promise).await;
    });
}

/// Fetches a text below the page's own folder; the error says what went wrong, in the browser's words.
pub async fn fetch_text(path: &str) -> Result<String, String> {
    let explain =
        |e: JsValue| js_sys::Reflect::get(&e, &"message".into()).ok().and_then(|m| m.as_string()).unwrap_or_default();
    let response = JsFuture::from(window().fetch_with_str(path)).await.map_err(explain)?;
    let response: Response = response.dyn_into().map_err(|_| String::new())?;
    if !response.ok() {
        return Err(["HTTP ", &response.status().to_string()].concat());
    }
    let text = JsFuture::from(response.text().map_err(explain)?).await.map_err(explain)?;
    Ok(text.as_string().unwrap_or_default())
}
