//! A command with what it printed. Memoised: a block that did not change keeps its pointer and costs nothing.

use super::super::icons::{Icon, icon};
use super::super::parts::{Dispatch, command, on_click};
use crate::i18n::Lang;
use crate::session::screen::{Block, Piece, Prompt, Wait};
use crate::session::{Action, Selection, TabId};
use crate::view::output::{Names, Span, error_runs, spans, tail};
use std::rc::Rc;
use yew::prelude::*;

/// Lines of one stretch of output that are drawn unless the reader asks for all.
const LINES: usize = 2_000;

#[derive(Properties)]
pub struct Props {
    pub lang: Lang,
    pub tab: TabId,
    pub block: Rc<Block>,
    /// What it waits for, while that takes long.
    pub wait: Option<Wait>,
    pub dispatch: Dispatch,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.block, &other.block) && self.lang == other.lang && self.wait == other.wait
    }
}

#[component]
pub fn BlockView(props: &Props) -> Html {
    let Props { lang, block, dispatch, .. } = props;
    let all = use_state(|| false);
    let mut names = Names::new();
    for (i, (text, selection)) in block.names.iter().enumerate() {
        let namespace = match selection {
            Selection::Pod { namespace, .. } => namespace.as_str(),
            Selection::Node { .. } => "",
        };
        names.entry(text).or_default().push((i, namespace));
    }
    let most = if *all { usize::MAX } else { LINES };
    let shorten = |text: &str| -> (Option<Html>, usize) {
        let (before, _) = tail(text, most);
        let all = all.clone();
        let more = (before > 0).then(|| html! {
            <div class="t-note" lang={lang.code()}><button type="button" class="btn btn-line" onclick={move |_| all.set(true)}>
                { lang.texts().terminal.show_earlier }{ format!(" ({before})") }</button></div>
        });
        (more, before)
    };
    let piece = |piece: &Piece| match piece {
        Piece::Stdout(text) => {
            let (more, before) = shorten(text);
            let text = if before > 0 { tail(text, most).1 } else { text };
            html! { <>{ more }<pre class="t-out">{ for spans(text, &names).iter().map(|s| span(s, block)) }</pre></> }
        }
        Piece::Stderr(text) => error_runs(text)
            .into_iter()
            .map(
                |(warns, text)| html! { <pre class={if warns { "t-warn" } else { "t-err" }}>{ text.to_owned() }</pre> },
            )
            .collect(),
    };
    let exit = block.exit.map(|code| code.to_string());
    let shown = !block.command.is_empty() || block.pieces.is_empty() && block.note.is_none();
    html! {
        <div class="t-block" data-exit={exit}>
            if shown { <div class="t-line t-cmd">{ prompt(&block.prompt) }{ block.command.clone() }</div> }
            { for block.pieces.iter().map(piece) }
            if let Some(note) = &block.note {
                <aside class="t-note" lang={lang.code()}>
                    { for note.text.split('\n').map(|line| html! { <p>{ with_code(line) }</p> }) }
                    if !note.commands.is_empty() {
                        <div class="t-do">{ for note.commands.iter().map(|c| command(*lang, c, dispatch)) }</div>
                    }
                </aside>
            }
            if let Some(wait) = &props.wait { { waiting(props, wait) } }
        </div>
    }
}

/// A wait that takes long: what for, how long, and the ways out.
fn waiting(props: &Props, wait: &Wait) -> Html {
    let w = props.lang.texts();
    html! {
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
    }
}

fn span(span: &Span<'_>, block: &Block) -> Html {
    match span {
        Span::Text(text) => html! { { (*text).to_owned() } },
        Span::Head(text) => html! { <span class="t-head">{ (*text).to_owned() }</span> },
        Span::Name(text, index) => match block.names.get(*index) {
            Some((_, selection)) => html! { <a class="t-name" href={address(selection)}>{ (*text).to_owned() }</a> },
            None => html! { { (*text).to_owned() } },
        },
    }
}

/// The address that stands for an object: `#/pod/default/kubia`, `#/node/node-1`.
pub fn address(selection: &Selection) -> String {
    match selection {
        Selection::Pod { namespace, name } => ["#/pod/", namespace, "/", name].concat(),
        Selection::Node { name } => ["#/node/", name].concat(),
    }
}

/// Reads `address` back.
pub fn selection_of(address: &str) -> Option<Selection> {
    let parts: Vec<&str> = address.split_once("#/")?.1.split('/').collect();
    match parts.as_slice() {
        ["pod", namespace, name] => Some(Selection::Pod { namespace: (*namespace).into(), name: (*name).into() }),
        ["node", name] => Some(Selection::Node { name: (*name).into() }),
        _ => None,
    }
}

/// A sentence in which what stands between backticks is code.
pub fn with_code(text: &str) -> Html {
    let piece = |(i, part): (usize, &str)| {
        if i % 2 == 1 {
            html! { <code>{ part.to_owned() }</code> }
        } else {
            html! { { part.to_owned() } }
        }
    };
    text.split('`').enumerate().map(piece).collect()
}

/// What stands before a line.
pub fn prompt(prompt: &Prompt) -> Html {
    let end = if prompt.continues { ">" } else { "$" };
    html! {
        <span class="prompt">
            if let Some(query) = &prompt.search {
                { "(reverse-i-search)`" }{ query.clone() }{ "`: " }
            } else {
                if !prompt.continues {
                    if let Some((namespace, hue)) = &prompt.namespace {
                        <><span class="prompt-ns" data-hue={hue.to_string()}>{ namespace.clone() }</span>{ " " }</>
                    }
                    if !prompt.directory.is_empty() { { [&prompt.directory, " "].concat() } }
                }
                <span class="prompt-end">{ end }</span>{ " " }
            }
        </span>
    }
}

/// The text of a block as `copy output` gives it: prompt, command, output; no notes.
pub fn plain_text(block: &Block, out: &mut String) {
    if !block.command.is_empty() {
        if let Some((namespace, _)) = &block.prompt.namespace {
            out.push_str(namespace);
            out.push(' ');
        }
        out.push_str("$ ");
        out.push_str(&block.command);
        out.push('\n');
    }
    for piece in &block.pieces {
        let (Piece::Stdout(text) | Piece::Stderr(text)) = piece;
        out.push_str(text);
        if !text.ends_with('\n') {
            out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back() {
        let pod = Selection::Pod { namespace: "default".into(), name: "kubia".into() };
        for selection in [pod, Selection::Node { name: "node-1".into() }] {
            assert_eq!(selection_of(&address(&selection)), Some(selection));
        }
        assert_eq!(selection_of("#/x"), None);
    }
}
