//! A lesson's sentences as typed nodes: never HTML from a text.

use super::super::parts::{Dispatch, command};
use crate::i18n::Lang;
use crate::session::Action;
use crate::session::screen::prose::{Block, Inline};
use yew::prelude::*;

/// Blocks of prose, one under another.
pub fn blocks(lang: Lang, list: &[Block], dispatch: &Dispatch) -> Html {
    list.iter().map(|b| block(lang, b, dispatch)).collect()
}

fn block(lang: Lang, block: &Block, dispatch: &Dispatch) -> Html {
    match block {
        Block::Paragraph(pieces) => html! { <p>{ inline(pieces, dispatch) }</p> },
        Block::List { ordered, items } => {
            let items: Html = items.iter().map(|i| html! { <li>{ inline(i, dispatch) }</li> }).collect();
            if *ordered {
                html! { <ol class="list">{ items }</ol> }
            } else {
                html! { <ul class="list">{ items }</ul> }
            }
        }
        Block::Run(lines) => lines.iter().map(|line| command(lang, line, dispatch)).collect(),
        Block::Code { text, .. } => {
            html! { <pre class="code" lang="en" tabindex="0"><code>{ text.clone() }</code></pre> }
        }
    }
}

/// The pieces of a line.
pub fn inline(pieces: &[Inline], dispatch: &Dispatch) -> Html {
    pieces.iter().map(|p| piece(p, dispatch)).collect()
}

fn piece(piece: &Inline, dispatch: &Dispatch) -> Html {
    match piece {
        Inline::Text(text) => html! { { text.clone() } },
        Inline::Code(text) => html! { <code>{ text.clone() }</code> },
        Inline::Strong(inner) => html! { <strong>{ inline(inner, dispatch) }</strong> },
        Inline::Emphasis(inner) => html! { <em>{ inline(inner, dispatch) }</em> },
        Inline::Link { text, target } => match target.strip_prefix("lesson:") {
            Some(lesson) => {
                let lesson = lesson.to_owned();
                let href = ["#/lesson/", &lesson].concat();
                let onclick = dispatch.reform(move |e: MouseEvent| {
                    e.prevent_default();
                    Action::OpenLesson(Some(lesson.clone()))
                });
                html! { <a {href} {onclick}>{ inline(text, dispatch) }</a> }
            }
            None => html! { <a href={target.clone()} target="_blank" rel="noopener">{ inline(text, dispatch) }</a> },
        },
    }
}
