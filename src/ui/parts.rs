//! Small pieces that every part of the page uses.

use super::icons::{Icon, icon};
use crate::i18n::Lang;
use crate::session::Action;
use yew::prelude::*;

/// Where components send what the reader did.
pub type Dispatch = Callback<Action>;

/// A boolean data attribute: present and empty, or absent.
pub fn flag(on: bool) -> Option<&'static str> {
    on.then_some("")
}

/// `"true"` or `"false"`, for `aria-*`.
pub fn truth(on: bool) -> &'static str {
    if on { "true" } else { "false" }
}

/// A number as SVG writes it: whole numbers without a point, others with one digit.
pub fn num(x: f64) -> String {
    let tenths = (x * 10.0).round() as i64;
    let (whole, rest) = (tenths / 10, (tenths % 10).abs());
    let sign = if tenths < 0 && whole == 0 { "-" } else { "" };
    match rest {
        0 => whole.to_string(),
        _ => [sign, &whole.to_string(), ".", &rest.to_string()].concat(),
    }
}

/// `translate(x,y)`
pub fn translate(x: f64, y: f64) -> String {
    ["translate(", &num(x), ",", &num(y), ")"].concat()
}

/// A callback that may decide to send nothing.
pub fn maybe<E: 'static, T: 'static>(to: &Callback<T>, f: impl Fn(E) -> Option<T> + 'static) -> Callback<E> {
    let to = to.clone();
    Callback::from(move |event| {
        if let Some(out) = f(event) {
            to.emit(out);
        }
    })
}

/// An icon button's variable parts.
#[derive(Default)]
pub struct Button {
    pub class: &'static str,
    pub pressed: Option<bool>,
    pub expanded: Option<bool>,
    pub controls: Option<&'static str>,
    pub act: Option<&'static str>,
    pub disabled: bool,
}

/// An icon button with a name for screen readers and the pointer.
pub fn icon_button(which: Icon, label: impl Into<AttrValue>, more: Button, onclick: Callback<MouseEvent>) -> Html {
    let label = label.into();
    html! {
        <button type="button" class={classes!("btn", "btn-icon", more.class)} aria-label={label.clone()} title={label}
            aria-pressed={more.pressed.map(truth)} aria-expanded={more.expanded.map(truth)} aria-controls={more.controls}
            data-act={more.act} disabled={more.disabled} {onclick}>{ icon(which) }</button>
    }
}

/// Sends one action on click.
pub fn on_click(dispatch: &Dispatch, action: Action) -> Callback<MouseEvent> {
    dispatch.reform(move |_| action.clone())
}

/// A command to tap. It breaks at spaces only: one span per word.
pub fn command(lang: Lang, line: &str, dispatch: &Dispatch) -> Html {
    let words_of = line.split(' ').enumerate().map(|(i, w)| {
        let space = if i > 0 { " " } else { "" };
        html! { <>{ space }<span>{ w.to_owned() }</span></> }
    });
    html! {
        <button type="button" class="cmd" data-run={line.to_owned()}
            aria-label={(lang.texts().page.run)(line)}
            onclick={on_click(dispatch, Action::Run { line: line.to_owned() })}>
            { icon(Icon::Run) }<code>{ for words_of }</code>
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [(3.0, "3"), (3.14, "3.1"), (-0.5, "-0.5"), (-2.25, "-2.3"), (0.04, "0"), (12.96, "13")];
        for (x, text) in cases {
            assert_eq!(num(x), text, "{x}");
        }
    }
}
