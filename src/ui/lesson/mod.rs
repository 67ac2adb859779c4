//! The lesson panel: the list of lessons, or one with its steps.

mod prose;
mod step;

use super::icons::{Icon, icon};
use super::parts::{Button, Dispatch, flag, icon_button, on_click};
use crate::i18n::Lang;
use crate::session::Action;
use crate::session::screen::{ChapterView, LessonCard, LessonScreen, LessonView};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties)]
pub struct Props {
    pub lang: Lang,
    pub screen: LessonScreen,
    pub open: bool,
    pub on_fold: Callback<MouseEvent>,
    pub dispatch: Dispatch,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        let same = match (&self.screen, &other.screen) {
            (LessonScreen::Lesson(a), LessonScreen::Lesson(b)) => Rc::ptr_eq(a, b) || a == b,
            (LessonScreen::List(a), LessonScreen::List(b)) => Rc::ptr_eq(a, b) || a == b,
            (a, b) => a == b,
        };
        same && self.lang == other.lang && self.open == other.open
    }
}

#[component]
pub fn Lesson(props: &Props) -> Html {
    let Props { lang, dispatch, .. } = props;
    let w = lang.texts();
    let inside = match &props.screen {
        LessonScreen::Loading => message(props, w.lesson.loading.to_owned(), false),
        LessonScreen::Failed(why) => message(props, (w.lesson.failed)(why), true),
        LessonScreen::List(chapters) => html! {
            <>
            { head(props, "", w.lesson.list_title, html! {}) }
            <div class="lesson-scroll" tabindex="0" aria-label={w.lesson.list_title}>
                <p class="lesson-about">{ w.lesson.list_text }</p>
                <div class="lesson-list">{ for chapters.iter().map(|c| chapter(*lang, c, dispatch)) }</div>
            </div>
            </>
        },
        LessonScreen::Lesson(lesson) => one_lesson(props, lesson),
    };
    html! { <aside class="lesson" id="panel-lesson" data-testid="lesson" aria-label={w.lesson.label}>{ inside }</aside> }
}

fn head(props: &Props, chapter: &str, title: &str, progress: Html) -> Html {
    let w = props.lang.texts();
    let restart = matches!(props.screen, LessonScreen::Lesson(_)).then(|| {
        icon_button(
            Icon::Restart,
            w.lesson.restart,
            Button::default(),
            on_click(&props.dispatch, Action::RestartLesson),
        )
    });
    let heading = html! { <h2>{ title.to_owned() }</h2> };
    html! {
        <header class="lesson-head">
            <div class="lesson-top">
                { if chapter.is_empty() { heading.clone() } else { html! { <span>{ chapter.to_owned() }</span> } } }
                <span class="bar-gap"></span>
                { restart }
                { icon_button(Icon::Fold, w.lesson.fold,
                    Button { class: "only-wide", expanded: Some(props.open), controls: Some("panel-lesson"), ..Button::default() },
                    props.on_fold.clone()) }
            </div>
            if !chapter.is_empty() { { heading } }
            { progress }
        </header>
    }
}

#[inline(never)]
fn message(props: &Props, text: String, failed: bool) -> Html {
    let w = &props.lang.texts().lesson;
    html! {
        <>
        { head(props, "", props.lang.texts().lesson.label, html! {}) }
        <div class="lesson-scroll" tabindex="0" aria-label={props.lang.texts().lesson.label}>
            <div class="prose" role="status"><p>{ text }</p></div>
            if failed {
                <button type="button" class="btn btn-line" onclick={on_click(&props.dispatch, Action::RetryLesson)}>{ w.retry }</button>
            }
        </div>
        <footer class="lesson-foot">
            <button type="button" class="btn" onclick={on_click(&props.dispatch, Action::OpenLesson(None))}>
                { icon(Icon::Back) }{ props.lang.texts().lesson.all }</button>
        </footer>
        </>
    }
}

fn chapter(lang: Lang, chapter: &ChapterView, dispatch: &Dispatch) -> Html {
    let card = |l: &LessonCard| {
        let id = l.id.clone();
        let onclick = dispatch.reform(move |e: MouseEvent| {
            e.prevent_default();
            Action::OpenLesson(Some(id.clone()))
        });
        let w = &lang.texts().lesson;
        let so_far = if l.solved == 0 { (w.steps)(l.steps) } else { (w.steps_done)(l.solved, l.steps) };
        html! {
            <a key={l.id.clone()} class="lesson-card" href={["#/lesson/", &l.id].concat()} {onclick}>
                <strong>{ l.title.clone() }</strong><small>{ so_far }</small>
            </a>
        }
    };
    html! {
        <><h3 class="lesson-chapter">{ chapter.title.clone() }</h3>{ for chapter.lessons.iter().map(card) }</>
    }
}

#[inline(never)]
fn one_lesson(props: &Props, lesson: &LessonView) -> Html {
    let Props { lang, dispatch, .. } = props;
    let w = lang.texts();
    let (n, solved) = (lesson.steps.len(), lesson.solved);
    let so_far = (w.lesson.progress)((solved + 1).min(n), n, solved);
    let progress = html! {
        <div class="lesson-progress" role="img" aria-label={so_far}>
            { for lesson.steps.iter().map(|s| html! {
                <i data-solved={s.solved.then_some("true")} data-current={flag(s.current && !s.solved)}></i>
            }) }
        </div>
    };
    html! {
        <>
        { head(props, &lesson.chapter, &lesson.title, progress) }
        <div class="lesson-scroll" key={lesson.id.clone()} tabindex="0" aria-label={lesson.title.clone()}>
            <div class="prose">{ prose::blocks(*lang, &lesson.intro, dispatch) }</div>
            <ol class="steps">
                { for lesson.steps.iter().enumerate().map(|(i, s)| step::step(*lang, i + 1, s, dispatch)) }
            </ol>
            if solved >= n { <p class="lesson-about" role="status">{ w.lesson.finished }</p> }
        </div>
        <footer class="lesson-foot">
            <button type="button" class="btn" onclick={on_click(dispatch, Action::OpenLesson(None))}>
                { icon(Icon::Back) }{ w.lesson.all }</button>
            { next(*lang, lesson, dispatch) }
        </footer>
        </>
    }
}

/// On to the current step while another one is looked at; on to the next lesson when all is solved.
fn next(lang: Lang, lesson: &LessonView, dispatch: &Dispatch) -> Html {
    let w = lang.texts();
    let (label, action) = if lesson.solved >= lesson.steps.len() {
        (w.lesson.next_lesson, lesson.next.as_ref().map(|id| Action::OpenLesson(Some(id.clone()))))
    } else {
        let hidden = lesson.steps.iter().find(|s| s.current && !s.open);
        (w.lesson.next_step, hidden.map(|s| Action::OpenStep(s.id.clone())))
    };
    let disabled = action.is_none();
    let onclick = action.map(|a| on_click(dispatch, a));
    html! { <button type="button" class="btn" {disabled} {onclick}>{ label }{ icon(Icon::Next) }</button> }
}
