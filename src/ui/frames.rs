//! When the next frame is due: at the next repaint while something moves, seldom while nothing does.

use super::dom;
use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::timers::callback::Timeout;
use std::time::Duration;
use yew::Callback;

/// The longest pause between two frames: the clock on the page counts seconds.
const SELDOM_MS: u32 = 1_000;

enum Due {
    Repaint(#[allow(dead_code, reason = "cancels the frame when dropped")] AnimationFrame),
    Later(#[allow(dead_code, reason = "cancels the timer when dropped")] Timeout, f64),
}

/// The one frame that is due.
pub struct Frames {
    callback: Callback<f64>,
    due: Option<Due>,
    last: f64,
}

impl Frames {
    /// `callback` gets the wall milliseconds since the frame before.
    pub fn new(callback: Callback<f64>) -> Self {
        Self { callback, due: None, last: dom::now_ms() }
    }

    /// Makes sure that a frame comes after this long at the latest; None while time stands still and nothing moves.
    pub fn schedule(&mut self, wait: Option<Duration>) {
        let now = dom::now_ms();
        if let Some(Due::Later(_, at)) = &self.due
            && *at <= now
        {
            self.due = None;
        }
        let Some(wait) = wait else {
            self.due = None;
            self.last = now;
            return;
        };
        let (callback, last) = (self.callback.clone(), self.last);
        let ms = u32::try_from(wait.as_millis()).unwrap_or(SELDOM_MS).min(SELDOM_MS);
        if ms < 16 && !dom::document().hidden() {
            if !matches!(self.due, Some(Due::Repaint(_))) {
                self.due = Some(Due::Repaint(request_animation_frame(move |_| callback.emit(dom::now_ms() - last))));
            }
            return;
        }
        let at = now + f64::from(ms.max(16));
        match &self.due {
            Some(Due::Later(_, before)) if *before <= at => {}
            Some(Due::Repaint(_)) if !dom::document().hidden() => {}
            _ => {
                let timer = Timeout::new(ms.max(16), move || callback.emit(dom::now_ms() - last));
                self.due = Some(Due::Later(timer, at));
            }
        }
    }

    /// A frame has come: the next one counts from here.
    pub fn begin(&mut self) {
        self.due = None;
        self.last = dom::now_ms();
    }
}
