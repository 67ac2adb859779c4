//! The bar on top: lesson button, brand, time, language, theme.

use super::icons::{Icon, icon, mark};
use super::parts::{Button, Dispatch, icon_button, on_click, truth};
use super::time::TimeControl;
use crate::i18n::Lang;
use crate::session::Action;
use crate::session::screen::TimeView;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub lang: Lang,
    pub theme: String,
    pub time: TimeView,
    pub embed: bool,
    /// The lesson's title, for an embedded lab.
    pub title: String,
    pub lesson_open: bool,
    /// The lesson panel stands beside the picture (not over it).
    pub wide: bool,
    pub on_lesson: Callback<()>,
    pub on_theme: Callback<()>,
    pub dispatch: Dispatch,
}

#[component]
pub fn Bar(props: &Props) -> Html {
    let Props { lang, time, embed, dispatch, .. } = props;
    let w = lang.texts();
    let time = html! { <TimeControl lang={*lang} time={time.clone()} embed={*embed} dispatch={dispatch.clone()} /> };
    if *embed {
        let title = if props.title.is_empty() { String::new() } else { [" · ", &props.title].concat() };
        return html! {
            <header class="bar">
                <a class="brand" href="./" target="_blank">{ mark() }<h1>{ "Podium" }{ title }</h1></a>
                <span class="bar-gap"></span>
                { time }
                <a class="btn" href="./" target="_blank">{ w.page.open_in_tab }</a>
            </header>
        };
    }
    let book = if props.wide && !props.lesson_open { "only-wide" } else { "only-narrow" };
    let other = if *lang == Lang::En { Lang::Zh } else { Lang::En };
    html! {
        <header class="bar">
            <button type="button" class={classes!("btn", "btn-icon", book)} aria-label={w.lesson.label} title={w.lesson.label}
                aria-expanded={truth(props.lesson_open)} aria-controls="panel-lesson"
                onclick={props.on_lesson.reform(|_| ())}>{ icon(Icon::Book) }</button>
            <a class="brand" href="./">{ mark() }<h1 class="brand-name">{ "Podium" }</h1></a>
            <span class="bar-where">{ w.page.tagline }</span>
            <span class="bar-gap"></span>
            { time }
            <button type="button" class="btn" data-testid="lang" lang={other.code()} aria-label={w.page.switch_language}
                onclick={on_click(dispatch, Action::SetLang(other))}>{ w.page.other_language }</button>
            { icon_button(Icon::Sun, w.page.theme, Button { act: Some("theme"), ..Button::default() },
                props.on_theme.reform(|_| ())) }
        </header>
    }
}
