//! One step: what to do, what is reached, help.

use super::super::icons::{Icon, icon};
use super::super::parts::{Dispatch, command, flag, maybe, on_click, truth};
use super::prose::{blocks, inline};
use crate::i18n::Lang;
use crate::session::Action;
use crate::session::screen::HintState;
use crate::session::screen::StepView;
use crate::session::screen::prose::Block;
use yew::prelude::*;

/// A step of the list; `number` counts from 1.
pub fn step(lang: Lang, number: usize, s: &StepView, dispatch: &Dispatch) -> Html {
    let w = lang.texts();
    html! {
        <li class="step" key={s.id.clone()} data-testid="lesson-step" data-step={s.id.clone()} data-solved={truth(s.solved)}
            data-current={flag(s.current)} aria-current={s.current.then_some("step")}>
            <span class="step-mark" aria-hidden="true">
                if s.solved { { icon(Icon::Check) } } else { { number } }
            </span>
            <h3 class="step-title">
                <button type="button" class="step-toggle" aria-expanded={truth(s.open)}
                    onclick={on_click(dispatch, Action::OpenStep(s.id.clone()))}>
                    { inline(&s.title, dispatch) }
                    if s.solved { <span class="sr">{ w.lesson.solved }</span> }
                </button>
            </h3>
            if s.open { { body(lang, s, dispatch) } }
        </li>
    }
}

fn body(lang: Lang, s: &StepView, dispatch: &Dispatch) -> Html {
    let w = lang.texts();
    let goal = |(met, text): &(bool, Vec<Block>)| {
        html! {
            <li class="goal" data-met={truth(*met)}>
                { sentence(text, dispatch) }
                if *met { <span class="sr">{ " (" }{ w.lesson.reached }{ ")" }</span> }
            </li>
        }
    };
    html! {
        <div class="step-body prose">
            { blocks(lang, &s.body, dispatch) }
            if !s.goals.is_empty() {
                <ul class="goals" aria-label={w.lesson.goals}>{ for s.goals.iter().map(goal) }</ul>
            }
            if let Some((solved, text)) = &s.note {
                <div class="lesson-note" role="status" data-kind={if *solved { "solved" } else { "wrong" }}>
                    { blocks(lang, text, dispatch) }
                </div>
            }
            if !(s.hints.is_empty() && s.solution.is_empty()) && !s.solved { { helps(lang, s, dispatch) } }
        </div>
    }
}

/// The sentence of a goal, without a paragraph around it.
fn sentence(text: &[Block], dispatch: &Dispatch) -> Html {
    let one = |block: &Block| match block {
        Block::Paragraph(pieces) => inline(pieces, dispatch),
        _ => html! {},
    };
    text.iter().map(one).collect()
}

fn helps(lang: Lang, s: &StepView, dispatch: &Dispatch) -> Html {
    let w = lang.texts();
    let hint = |(i, (state, text)): (usize, &(HintState, Vec<Block>))| {
        let name = (w.lesson.hint)(i + 1);
        let (step, ready) = (s.id.clone(), *state == HintState::Ready);
        // The session opens a hint, not the browser: it counts tries between hints.
        let onclick = maybe(dispatch, move |e: MouseEvent| {
            ready.then(|| {
                e.prevent_default();
                Action::ShowHint { step: step.clone() }
            })
        });
        match state {
            HintState::Locked => html! {
                <div key={i} class="help help-locked" aria-disabled="true">
                    { icon(Icon::Lock) }{ name }<small>{ w.lesson.hint_locked }</small>
                </div>
            },
            HintState::Ready => html! {
                <details key={i} class="help"><summary {onclick}>{ icon(Icon::Bulb) }{ name }</summary></details>
            },
            HintState::Open => html! {
                <details key={i} class="help" open=true>
                    <summary>{ icon(Icon::Bulb) }{ name }</summary>
                    <div class="help-body">{ blocks(lang, text, dispatch) }</div>
                </details>
            },
        }
    };
    let shown = on_click(dispatch, Action::ShowSolution { step: s.id.clone() });
    html! {
        <div class="helps">
            { for s.hints.iter().enumerate().map(hint) }
            if !s.solution.is_empty() {
                <details class="help">
                    <summary onclick={shown}>{ icon(Icon::Terminal) }{ w.lesson.solution }</summary>
                    <div class="help-body">{ for s.solution.iter().map(|line| command(lang, line, dispatch)) }</div>
                </details>
            }
        </div>
    }
}
