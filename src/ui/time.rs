//! Play, pause, step, speed.

use super::icons::Icon;
use super::parts::{Button, Dispatch, flag, icon_button, maybe, on_click};
use crate::i18n::Lang;
use crate::session::Action;
use crate::session::screen::TimeView;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

const SPEEDS: [(f64, &str); 4] = [(0.25, "0.25×"), (1.0, "1×"), (5.0, "5×"), (30.0, "30×")];

#[derive(Properties, PartialEq)]
pub struct Props {
    pub lang: Lang,
    pub time: TimeView,
    pub embed: bool,
    pub dispatch: Dispatch,
}

/// The clock and its controls.
#[component]
pub fn TimeControl(props: &Props) -> Html {
    let Props { lang, time, embed, dispatch } = props;
    let w = lang.texts();
    let (which, label, act, action) = if time.paused {
        (Icon::Play, w.time.play, "play", Action::Play)
    } else {
        (Icon::Pause, w.time.pause, "pause", Action::Pause)
    };
    let onchange = maybe(dispatch, |e: Event| {
        let select: HtmlSelectElement = e.target_dyn_into()?;
        Some(Action::Speed(SPEEDS.get(select.selected_index() as usize)?.0))
    });
    html! {
        <div class="time" role="group" aria-label={w.time.label} data-paused={flag(time.paused)}>
            { icon_button(which, label, Button { act: Some(act), ..Button::default() }, on_click(dispatch, action)) }
            { icon_button(Icon::Step, w.time.step, Button { class: "time-step", act: Some("step"), ..Button::default() },
                on_click(dispatch, Action::Step)) }
            <span class={classes!("time-clock", embed.then_some("only-wide"))} title={w.time.clock}>{ time.clock.clone() }</span>
            <select class="time-speed" aria-label={w.time.speed} {onchange}>
                { for SPEEDS.iter().map(|(s, label)| html! { <option selected={*s == time.speed}>{ *label }</option> }) }
            </select>
        </div>
    }
}
