//! What stands there when the core has panicked: what happened, and the way back. Yew's state cannot be trusted then, so
//! this draws by itself.

use super::dom;
use crate::i18n::Lang;
use wasm_bindgen::prelude::*;
use web_sys::Element;

/// From now on a panic is shown in `element` and told to `notify`.
pub fn install(element: Element, notify: js_sys::Function) {
    std::panic::set_hook(Box::new(move |info| {
        let report = info.to_string();
        show(&element, &report);
        let detail = js_sys::Object::new();
        let _ = js_sys::Reflect::set(&detail, &"message".into(), &report.as_str().into());
        let _ = notify.call2(&JsValue::NULL, &"error".into(), &detail);
    }));
}

fn show(element: &Element, report: &str) -> Option<()> {
    let lang = dom::root().and_then(|r| r.get_attribute("lang")).unwrap_or_default();
    let w = Lang::from_tag(&lang).texts();
    let app = element.query_selector(".app").ok()??;
    for gone in [".lesson", ".work", ".tabs-phone", ".scrim", ".editor", ".bar .time", ".bar .btn"] {
        while let Ok(Some(part)) = app.query_selector(gone) {
            part.remove();
        }
    }
    let make = |tag: &str, class: &str, text: &str| -> Option<Element> {
        let el = dom::document().create_element(tag).ok()?;
        el.set_class_name(class);
        el.set_text_content(Some(text));
        Some(el)
    };
    let crash = make("div", "crash", "")?;
    let _ = crash.set_attribute("role", "alert");
    let back = make("a", "btn btn-main", w.crash.last_good)?;
    let _ = back.set_attribute("href", "");
    let copy = make("button", "btn btn-line", w.crash.copy_report)?;
    let text = report.to_owned();
    let on_copy = Closure::<dyn FnMut()>::new(move || dom::copy(&text));
    let _ = copy.add_event_listener_with_callback("click", on_copy.as_ref().unchecked_ref());
    on_copy.forget();
    let buttons = make("div", "crash-do", "")?;
    let _ = buttons.append_child(&back);
    let _ = buttons.append_child(&copy);
    for part in [make("h1", "", w.crash.title)?, make("p", "", w.crash.text)?, make("pre", "", report)?, buttons] {
        let _ = crash.append_child(&part);
    }
    let _ = app.append_child(&crash);
    Some(())
}
