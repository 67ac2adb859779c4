//! Calls of `run()` that wait for their commands to end.

use std::collections::BTreeMap;
use wasm_bindgen::{JsError, JsValue};

/// By ticket: how to resolve and how to reject.
#[derive(Default)]
pub struct Calls {
    last: u64,
    waiting: BTreeMap<u64, (js_sys::Function, js_sys::Function)>,
}

impl Calls {
    /// Takes a call in; its ticket.
    pub fn add(&mut self, resolve: js_sys::Function, reject: js_sys::Function) -> u64 {
        self.last += 1;
        self.waiting.insert(self.last, (resolve, reject));
        self.last
    }

    /// Answers with `{stdout, stderr, exitCode}`.
    pub fn finish(&mut self, ticket: u64, stdout: &str, stderr: &str, code: i32) {
        let Some((resolve, _)) = self.waiting.remove(&ticket) else { return };
        let answer = js_sys::Object::new();
        let fields: [(&str, JsValue); 3] =
            [("stdout", stdout.into()), ("stderr", stderr.into()), ("exitCode", code.into())];
        for (name, value) in fields {
            let _ = js_sys::Reflect::set(&answer, &name.into(), &value);
        }
        let _ = resolve.call1(&JsValue::NULL, &answer);
    }

    /// The lab goes away.
    pub fn reject_all(&mut self) {
        for (_, (_, reject)) in std::mem::take(&mut self.waiting) {
            let _ = reject.call1(&JsValue::NULL, &JsError::new("The lab was taken off the page.").into());
        }
    }
}
