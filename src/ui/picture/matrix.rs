//! The pods sorted by two labels, as a table in place of the nodes.

use super::super::parts::{Dispatch, flag, maybe};
use super::glyph::{self, glyph};
use super::pod::spoken;
use super::stage::marks;
use crate::i18n::Lang;
use crate::session::screen::PictureView;
use crate::session::{Action, Arrangement};
use crate::view::matrix::{Matrix, Row};
use crate::view::pod::PodView;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// Draws the matrix.
pub fn draw(lang: Lang, view: &PictureView, matrix: &Matrix, dispatch: &Dispatch) -> Html {
    let w = &lang.texts().matrix;
    if matrix.keys.is_empty() {
        return html! { <p class="matrix-empty">{ w.empty }</p> };
    }
    let value = |v: &Option<String>| match v {
        Some(v) => html! { <code>{ v.clone() }</code> },
        None => html! { <span class="matrix-none">{ w.without }</span> },
    };
    let row = |(name, cells): &Row| {
        html! {
            <tr><th scope="row">{ value(name) }</th>{ for cells.iter().map(|cell| html! {
                <td>{ for cell.iter().map(|pod| draw_pod(lang, view, pod, html! {})) }</td>
            }) }</tr>
        }
    };
    html! {
        <div class="matrix">
            <div class="matrix-keys">
                { choose(w.rows, matrix, 0, dispatch) }{ choose(w.columns, matrix, 1, dispatch) }
            </div>
            <table aria-label={(w.label)(&matrix.by[0], &matrix.by[1])}>
                <thead><tr><td><code>{ &matrix.by[0] }</code></td>{ for matrix.columns.iter().map(|c| html! {
                    <th scope="col"><small>{ &matrix.by[1] }</small>{ value(c) }</th>
                }) }</tr></thead>
                <tbody>{ for matrix.rows.iter().map(row) }</tbody>
            </table>
        </div>
    }
}

/// The list of keys for rows (0) or columns (1).
fn choose(label: &'static str, matrix: &Matrix, which: usize, dispatch: &Dispatch) -> Html {
    let onchange = {
        let (keys, by) = (matrix.keys.clone(), matrix.by.clone());
        maybe(dispatch, move |e: Event| {
            let select: HtmlSelectElement = e.target_dyn_into()?;
            let key = keys.get(select.selected_index() as usize)?;
            let mut to = by.clone();
            // The same key on both sides says nothing: they change places.
            if to[1 - which] == *key {
                to.swap(0, 1);
            }
            to[which].clone_from(key);
            Some(Action::Arrange(Arrangement::Labels(to)))
        })
    };
    let by = &matrix.by[which];
    html! {
        <label>{ label }<select {onchange}>
            { for matrix.keys.iter().map(|key| html! { <option selected={key == by}>{ key.clone() }</option> }) }
        </select></label>
    }
}

/// A pod as a button with its shape and name; `more` stands in it below them.
pub fn draw_pod(lang: Lang, view: &PictureView, pod: &PodView, more: Html) -> Html {
    let key = pod.key();
    let marks = marks(view, pod, &key, true);
    html! {
        <button type="button" class="matrix-pod" key={pod.uid.clone()} data-pod={key} data-phase={pod.phase.name()}
            data-node={pod.node.clone()} data-highlighted={flag(marks.highlighted)} data-doomed={flag(marks.doomed)}
            data-selected={flag(marks.selected)} aria-label={spoken(lang, pod, marks)}>
            <svg viewBox="-10 -10 20 20" aria-hidden="true"><g class="glyph">{ glyph(pod.phase, pod.ring, glyph::TILE) }</g></svg>
            <span>{ pod.name.clone() }</span>{ more }
        </button>
    }
}
