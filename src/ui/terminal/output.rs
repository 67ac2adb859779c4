//! What the terminal has printed.

use super::super::parts::{Dispatch, command, maybe};
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
                <div class="t-note" lang={lang.code()}>
                    <button type="button" class="btn btn-line" onclick={more}>{ lang.texts().terminal.show_earlier }</button>
                </div>
            }
            if blocks.is_empty() { { welcome(*lang, dispatch) } }
            { for blocks.iter().enumerate().skip(skipped).map(|(i, block)| {
                // A wait belongs to the command that runs, the last one.
                let wait = props.wait.clone().filter(|_| i + 1 == blocks.len());
                html! {
                    <BlockView key={block.id} lang={*lang} tab={props.tab} block={block.clone()} {wait} dispatch={dispatch.clone()} />
                }
            }) }
        </div>
    }
}

/// Before the first command: what this is, and some to tap.
fn welcome(lang: Lang, dispatch: &Dispatch) -> Html {
    const FIRST: [&str; 3] = ["kubectl get nodes", "ls", "kubectl create -f kubia-manual.yaml"];
    html! {
        <div class="t-note t-welcome" lang={lang.code()}>
            <p>{ lang.texts().terminal.welcome }</p>
            <div class="t-do">{ for FIRST.map(|line| command(lang, line, dispatch)) }</div>
        </div>
    }
}
