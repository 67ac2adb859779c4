//! The page. The seam to its JavaScript is described in `static/embed/SEAM.md`.

use wasm_bindgen::prelude::*;

/// A lab mounted in an element. A stand-in until `ui` mounts the real one.
#[wasm_bindgen]
pub struct LabHandle;

#[wasm_bindgen]
impl LabHandle {
    /// Runs a command line in a terminal; resolves to `{stdout, stderr, exitCode}`.
    pub async fn run(&self, _command: String, _terminal: u32) -> Result<JsValue, JsValue> {
        Err(JsError::new("not built yet").into())
    }
    /// Ctrl-C in a terminal.
    pub fn cancel(&self, _terminal: u32) {}
    /// An attribute of the element changed.
    pub fn set(&self, _name: &str, _value: &str) {}
    /// Takes the lab off the page.
    pub fn unmount(&self) {}
}

/// Draws a lab into an element.
#[wasm_bindgen]
pub fn mount(element: web_sys::Element, _options: JsValue, notify: js_sys::Function) -> LabHandle {
    element.set_text_content(Some("not built yet"));
    let _ = notify.call1(&JsValue::NULL, &JsValue::from_str("ready"));
    LabHandle
}

fn main() {}
