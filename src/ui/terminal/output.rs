//! What the terminal has printed.

use super::super::icons::{Icon, icon};
use super::super::parts::{Dispatch, maybe, on_click};
use super::block::{BlockView, selection_of};
use crate::i18n::Lang;
use crate::session::screen::{Block, Wait};
use crate::session::{Action, TabId};
use std::rc::Rc;
use web_sys::Element;
use yew::prelude::*;

/// Blocks that are drawn unless the reader asks for more.
const BLOCKS: usize = 200;

#[derive(Properties)]
pub struct Props {
    pub lang: Lang,
    pub tab: TabId,
    pub blocks: Rc<Vec<Rc<Block>>>,
    pub wait: Option<Wait>,
    pub dispatch: Dispatch,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        let same = |p: &Self| (p.lang, p.tab);
        Rc::ptr_eq(&self.blocks, &other.blocks) && same(self) == same(other) && self.wait == other.wait
    }
}

#[component]
pub fn Output(props: &Props) -> Html {
    let Props { lang, blocks, dispatch, .. } = props;
    let shown = use_state(|| BLOCKS);
    let skipped = blocks.len().saturating_sub(*shown);
    let more = {
        let shown = shown.clone();
        move |_| shown.set(*shown + 5 * BLOCKS)
    };
    // Names are links to the picture; the browser itself has nowhere to go.
    let onclick = maybe(dispatch, |e: MouseEvent| {
        let link = e.target_dyn_into::<Element>()?.closest("a.t-name").ok()??;
        e.prevent_default();
        Some(Action::Select(Some(selection_of(&link.get_attribute("href")?)?)))
    });
    html! {
        <div class="term-out" data-testid="terminal-output" role="log" aria-live="polite" aria-label={lang.texts().terminal.output}
            lang="en" {onclick}>
            if skipped > 0 {
                <div class="t-block"><div class="t-note">
                    <button type="button" class="btn btn-line" onclick={more}>{ lang.texts().terminal.show_earlier }</button>
                </div></div>
            }
            { for blocks.iter().skip(skipped).map(|block| html! {
                <BlockView key={block.id} lang={*lang} block={block.clone()} dispatch={dispatch.clone()} />
            }) }
            if let Some(wait) = &props.wait { { waiting(props, wait) } }
        </div>
    }
}

/// A wait that takes long: what for, how long, and the ways out.
fn waiting(props: &Props, wait: &Wait) -> Html {
    let w = props.lang.texts();
    html! {
        <div class="t-block">
            <aside class="t-note" data-wait="" role="status" lang={props.lang.code()}>
                <p>{ (w.terminal.waiting)(&wait.text, wait.seconds) }</p>
                <div class="t-do">
                    <button type="button" class="btn btn-line" onclick={on_click(&props.dispatch, Action::SkipWait)}>
                        { icon(Icon::Step) }{ w.terminal.skip_ahead }</button>
                    <button type="button" class="btn btn-line"
                        onclick={on_click(&props.dispatch, Action::Interrupt { tab: props.tab })}>
                        <kbd>{ "Ctrl-C" }</kbd>{ " " }{ w.terminal.stop_waiting }</button>
                </div>
            </aside>
        </div>
    }
}
