//! The picture: a quiet toolbar over one SVG, or over the table of pods by their labels.

mod glyph;
mod head;
mod keys;
mod matrix;
mod node;
mod plane;
mod pod;
mod stage;
mod workloads;

pub use glyph::{CARD as GLYPH, glyph};
pub use keys::focus;

use super::dom;
use super::parts::{Dispatch, command};
use crate::i18n::Lang;
use crate::session::screen::{PictureView, Sorted};
use crate::session::{Action, Arrangement, Selection};
use crate::view::navigate::Direction;
use gloo::events::{EventListener, EventListenerOptions};
use head::Head;
use stage::draw;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, WheelEvent};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub lang: Lang,
    pub view: PictureView,
    /// A command for the empty picture to offer.
    pub offer: Option<String>,
    pub on_terminal: Callback<()>,
    pub dispatch: Dispatch,
    /// What lies over the picture.
    pub children: Html,
}

pub enum Msg {
    Size,
    Legend,
    /// A pod (`namespace/name`) has the focus.
    Focus(String),
    Key(KeyboardEvent),
    Click(MouseEvent),
    Drag(PointerEvent),
    Wheel(i32),
}

pub struct Picture {
    scroll: NodeRef,
    legend: bool,
    /// The pod that is the picture's tab stop.
    stop: Option<String>,
    /// The last place of a pointer that drags the picture.
    drag: Option<(i32, i32)>,
    /// It has dragged: what follows is no click.
    dragged: bool,
    watch: Option<dom::SizeWatch>,
    wheel: Option<EventListener>,
}

impl Component for Picture {
    type Message = Msg;
    type Properties = Props;

    fn create(_: &Context<Self>) -> Self {
        Self {
            scroll: NodeRef::default(),
            legend: false,
            stop: None,
            drag: None,
            dragged: false,
            watch: None,
            wheel: None,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Size => {
                if let Some(el) = self.scroll.cast::<Element>() {
                    let (width, height) = (f64::from(el.client_width()), f64::from(el.client_height()));
                    ctx.props().dispatch.emit(Action::Resize { width, height });
                }
                false
            }
            Msg::Legend => {
                self.legend = !self.legend;
                true
            }
            Msg::Focus(pod) => self.stop.replace(pod.clone()) != Some(pod),
            Msg::Key(event) => self.key(ctx, &event),
            Msg::Click(event) => {
                self.click(ctx, &event);
                false
            }
            Msg::Drag(event) => {
                self.pan(&event);
                false
            }
            Msg::Wheel(steps) => {
                ctx.props().dispatch.emit(Action::Zoom(steps));
                false
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let Props { lang, view, offer, dispatch, .. } = ctx.props();
        let (w, link) = (lang.texts(), ctx.link());
        let empty = view.stage.pods.is_empty() && view.stage.tallies.is_empty() && view.stage.width > 0.0;
        let chosen = view.namespaces.iter().any(|n| n.shown);
        html! {
            <section class="picture" aria-label={w.picture.label}>
                <Head lang={*lang} namespaces={view.namespaces.clone()} labels={view.labels}
                    arrangement={arrangement(&view.sorted)} legend={self.legend}
                    on_legend={link.callback(|_| Msg::Legend)} dispatch={dispatch.clone()} />
                <div class="stage-scroll" id="stage" ref={self.scroll.clone()}
                    onclick={link.callback(Msg::Click)} onkeydown={link.callback(Msg::Key)}
                    onfocusin={link.batch_callback(|e: FocusEvent| keys::pod_of(&e.into()).map(Msg::Focus))}
                    onpointerdown={link.callback(Msg::Drag)} onpointermove={link.callback(Msg::Drag)}
                    onpointerup={link.callback(Msg::Drag)}>
                    { match &view.sorted {
                        Sorted::Nodes => draw(*lang, view, self.stop.as_deref()),
                        Sorted::Labels(m) => matrix::draw(*lang, view, m, dispatch),
                        Sorted::Workloads(all) => workloads::draw(*lang, view, all, dispatch),
                    } }
                </div>
                if empty && !chosen && view.stage.ghosts.is_empty() && view.sorted == Sorted::Nodes {
                    <div class="pic-empty"><div class="empty">
                        <h2>{ w.picture.empty_title }</h2><p>{ w.picture.empty_text }</p>
                        if let Some(line) = offer { { command(*lang, line, dispatch) } }
                    </div></div>
                }
                if self.legend { { head::legend(*lang) } }
                { ctx.props().children.clone() }
            </section>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        let (true, Some(el)) = (first, self.scroll.cast::<HtmlElement>()) else { return };
        self.watch = dom::SizeWatch::new(&el, ctx.link().callback(|()| Msg::Size));
        let link = ctx.link().clone();
        // Ctrl+wheel is the browser's zoom unless it is prevented, which a passive listener cannot do.
        let options = EventListenerOptions::enable_prevent_default();
        self.wheel = Some(EventListener::new_with_options(&el, "wheel", options, move |event| {
            if let Some(wheel) = event.dyn_ref::<WheelEvent>().filter(|e| e.ctrl_key()) {
                wheel.prevent_default();
                link.send_message(Msg::Wheel(if wheel.delta_y() < 0.0 { 1 } else { -1 }));
            }
        }));
    }
}

/// How the pods are sorted, for the buttons that change it.
fn arrangement(sorted: &Sorted) -> Arrangement {
    match sorted {
        Sorted::Nodes => Arrangement::Nodes,
        Sorted::Labels(matrix) => Arrangement::Labels(matrix.by.clone()),
        Sorted::Workloads(_) => Arrangement::Workloads,
    }
}

impl Picture {
    #[inline(never)]
    fn click(&mut self, ctx: &Context<Self>, event: &MouseEvent) {
        if std::mem::take(&mut self.dragged) {
            return;
        }
        let Some(target) = event.target_dyn_into::<Element>() else { return };
        ctx.props().dispatch.emit(Action::Select(keys::selection_at(&target)));
    }

    #[inline(never)]
    fn key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) -> bool {
        let Props { view, dispatch, on_terminal, .. } = ctx.props();
        let direction = match event.key().as_str() {
            "ArrowLeft" => Direction::Left,
            "ArrowRight" => Direction::Right,
            "ArrowUp" => Direction::Up,
            "ArrowDown" => Direction::Down,
            "Enter" | " " => {
                let chosen = event.target_dyn_into::<Element>().and_then(|t| keys::selection_at(&t));
                if chosen.is_some() {
                    event.prevent_default();
                    dispatch.emit(Action::Select(chosen));
                }
                return false;
            }
            "Escape" => {
                dispatch.emit(Action::Select(None));
                return false;
            }
            "/" => {
                event.prevent_default();
                on_terminal.emit(());
                return false;
            }
            _ => return false,
        };
        let (Some(from), Some(scroll)) = (keys::pod_of(event), self.scroll.cast::<Element>()) else { return false };
        event.prevent_default();
        match keys::step(&view.stage, &from, direction) {
            Some(to) => {
                keys::focus(&scroll, &Selection::Pod { namespace: to.0.clone(), name: to.1.clone() });
                self.stop = Some([&to.0, "/", &to.1].concat());
                true
            }
            None => false,
        }
    }

    /// Scrolls a picture that is larger than its window along with the mouse.
    #[inline(never)]
    fn pan(&mut self, event: &PointerEvent) {
        let Some(el) = self.scroll.cast::<Element>() else { return };
        let at = (event.client_x(), event.client_y());
        match (event.type_().as_str(), self.drag) {
            ("pointerdown", _) if event.pointer_type() == "mouse" && event.button() == 0 => {
                (self.drag, self.dragged) = (Some(at), false);
            }
            ("pointermove", Some(was)) if event.buttons() == 1 => {
                let before = (el.scroll_left(), el.scroll_top());
                el.set_scroll_left(before.0 - (at.0 - was.0));
                el.set_scroll_top(before.1 - (at.1 - was.1));
                self.dragged |= before != (el.scroll_left(), el.scroll_top());
                self.drag = Some(at);
            }
            _ => self.drag = None,
        }
    }
}
