//! The bar between picture and terminal.

use super::dom;
use web_sys::Element;
use yew::prelude::*;

const DEFAULT: f64 = 58.0;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub label: &'static str,
    /// Keeps nothing.
    pub embed: bool,
}

pub enum Msg {
    Grab(PointerEvent),
    Move(PointerEvent),
    Release,
    Key(KeyboardEvent),
    Reset,
}

pub struct Splitter {
    bar: NodeRef,
    percent: f64,
    held: bool,
}

impl Component for Splitter {
    type Message = Msg;
    type Properties = Props;

    fn create(_: &Context<Self>) -> Self {
        let kept = dom::kept("split").and_then(|s| s.trim_end_matches('%').parse::<f64>().ok());
        Self {
            bar: NodeRef::default(),
            percent: kept.filter(|p| p.is_finite()).unwrap_or(DEFAULT).clamp(20.0, 80.0),
            held: false,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Grab(event) => {
                event.prevent_default();
                self.held = true;
                if let Some(el) = self.bar.cast::<Element>() {
                    let _ = el.set_pointer_capture(event.pointer_id());
                }
                false
            }
            Msg::Move(event) if self.held => {
                let Some(work) = self.bar.cast::<Element>().and_then(|b| b.parent_element()) else { return false };
                let area = work.get_bounding_client_rect();
                self.set(ctx, (f64::from(event.client_y()) - area.top()) / area.height().max(1.0) * 100.0)
            }
            Msg::Move(_) => false,
            Msg::Release => {
                self.held = false;
                false
            }
            Msg::Key(event) => {
                let to = match event.key().as_str() {
                    "ArrowUp" => self.percent - 2.0,
                    "ArrowDown" => self.percent + 2.0,
                    "Home" => 20.0,
                    "End" => 80.0,
                    _ => return false,
                };
                event.prevent_default();
                self.set(ctx, to)
            }
            Msg::Reset => self.set(ctx, DEFAULT),
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        html! {
            <div ref={self.bar.clone()} class="splitter" role="separator" aria-orientation="horizontal" tabindex="0"
                aria-label={ctx.props().label} aria-valuemin="20" aria-valuemax="80" aria-valuenow={format!("{:.0}", self.percent)}
                onpointerdown={link.callback(Msg::Grab)} onpointermove={link.callback(Msg::Move)}
                onpointerup={link.callback(|_| Msg::Release)} onpointercancel={link.callback(|_| Msg::Release)}
                ondblclick={link.callback(|_| Msg::Reset)} onkeydown={link.callback(Msg::Key)}></div>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, first: bool) {
        if first && self.percent != DEFAULT {
            self.apply();
        }
    }
}

impl Splitter {
    fn set(&mut self, ctx: &Context<Self>, percent: f64) -> bool {
        self.percent = (percent.clamp(20.0, 80.0) * 10.0).round() / 10.0;
        self.apply();
        if !ctx.props().embed {
            // A browser that does not keep it loses only that.
            let _ = dom::keep("split", &self.percent.to_string());
        }
        true
    }

    /// Through CSSOM: the page's policy allows no style attribute.
    fn apply(&self) {
        if let Some(root) = dom::root() {
            let _ = root.style().set_property("--split", &[&self.percent.to_string(), "%"].concat());
        }
    }
}
