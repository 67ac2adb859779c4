//! The line: a native, uncontrolled field. Its value is never set while an input method composes.

use super::super::dom;
use super::super::parts::truth;
use super::block::prompt;
use crate::i18n::Lang;
use crate::session::screen::{Choice, Prompt};
use crate::session::{Action, LineKey, TabId};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties)]
pub struct Props {
    pub lang: Lang,
    pub tab: TabId,
    pub prompt: Prompt,
    pub running: bool,
    pub choices: Rc<Vec<Choice>>,
    pub chosen: Option<usize>,
    pub field: NodeRef,
    pub on_key: Callback<KeyboardEvent>,
    pub on_input: Callback<InputEvent>,
    pub on_paste: Callback<Event>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        let same = |p: &Self| (p.lang, p.tab, p.running, p.chosen);
        same(self) == same(other) && self.prompt == other.prompt && self.choices == other.choices
    }
}

#[component]
pub fn Line(props: &Props) -> Html {
    let w = props.lang.texts();
    let open = !props.choices.is_empty();
    let active = props.chosen.filter(|_| open).map(|i| format!("choice-{i}"));
    html! {
        <div class="term-line">
            // A command in the foreground reads the line: no prompt then.
            if props.running && !props.prompt.continues { <span class="prompt"></span> } else { { prompt(&props.prompt) } }
            <input ref={props.field.clone()} class="term-input" data-testid="terminal-input" type="text" aria-label={w.terminal.input}
                autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false" enterkeyhint="send"
                role="combobox" aria-expanded={truth(open)} aria-controls="choices" aria-autocomplete="list"
                aria-activedescendant={active}
                onkeydown={props.on_key.clone()} oninput={props.on_input.clone()} onpaste={props.on_paste.clone()} />
        </div>
    }
}

/// What a key asks for.
pub enum Pressed {
    /// The browser's own doing.
    Native,
    Do(Action),
    /// Ctrl-C with text selected copies; Escape with nothing open leaves the field.
    Leave,
}

/// What a key means in the line. `open`: completions are shown; `searching`: Ctrl-R is.
pub fn pressed(event: &KeyboardEvent, field: &HtmlInputElement, tab: TabId, open: bool, searching: bool) -> Pressed {
    let text = field.value();
    // The field counts in UTF-16 units, the session in characters.
    let units = field.selection_start().ok().flatten().unwrap_or(0) as usize;
    let cursor = characters(&text, units);
    let key = event.key();
    let line_key = |key: LineKey| Pressed::Do(Action::Key { tab, key, text: text.clone(), cursor });
    let plain = !event.ctrl_key() && !event.alt_key() && !event.meta_key();
    match key.as_str() {
        "Enter" => Pressed::Do(Action::Submit { tab, line: text }),
        "ArrowUp" => line_key(LineKey::Up),
        "ArrowDown" => line_key(LineKey::Down),
        "Escape" if open || searching => line_key(LineKey::Escape),
        "Escape" => Pressed::Leave,
        "Tab" if event.shift_key() && open => line_key(LineKey::BackTab),
        "Tab" if event.shift_key() || (text.is_empty() && !open) => Pressed::Native,
        "Tab" => line_key(LineKey::Tab),
        "Backspace" if searching && plain => line_key(LineKey::SearchBack),
        _ if searching && plain && key.chars().count() == 1 => {
            key.chars().next().map_or(Pressed::Native, |c| line_key(LineKey::Search(c)))
        }
        _ if event.ctrl_key() && !event.alt_key() && !event.meta_key() => control(&key, tab, &text, &line_key),
        _ => Pressed::Native,
    }
}

fn control(key: &str, tab: TabId, text: &str, line_key: &dyn Fn(LineKey) -> Pressed) -> Pressed {
    match key {
        "c" | "C" if dom::has_selection() => Pressed::Native,
        "c" | "C" => Pressed::Do(Action::Interrupt { tab }),
        "d" if text.is_empty() => Pressed::Do(Action::EndOfInput { tab }),
        "l" => Pressed::Do(Action::Clear { tab }),
        "a" => line_key(LineKey::Home),
        "e" => line_key(LineKey::End),
        "u" => line_key(LineKey::KillToStart),
        "k" => line_key(LineKey::KillToEnd),
        "w" => line_key(LineKey::KillWord),
        "y" => line_key(LineKey::Yank),
        "r" => line_key(LineKey::ReverseSearch),
        "p" => line_key(LineKey::Up),
        "n" => line_key(LineKey::Down),
        _ => Pressed::Native,
    }
}

/// How many characters stand before a place given in UTF-16 units.
pub fn characters(text: &str, units: usize) -> usize {
    let mut seen = 0;
    text.chars()
        .take_while(|c| {
            seen += c.len_utf16();
            seen <= units
        })
        .count()
}

/// The place in UTF-16 units after so many characters.
pub fn units(text: &str, characters: usize) -> u32 {
    text.chars().take(characters).map(|c| c.len_utf16() as u32).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_characters() {
        assert_eq!((characters("a😀b", 3), units("a😀b", 2)), (2, 3));
        assert_eq!((characters("你好", 2), units("你好", 9)), (2, 2));
    }
}
