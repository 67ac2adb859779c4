//! The page: draws the session's screen and tells it what the reader does. The only layer that names yew, web_sys,
//! gloo and wasm_bindgen. The markup and its styles are described in `static/styles/MARKUP.md`.

mod app;
mod bar;
mod browser;
mod calls;
mod crash;
mod dom;
mod editor;
pub mod embed;
mod frames;
mod icons;
mod inside;
mod inspector;
mod lesson;
mod parts;
mod picture;
mod splitter;
mod terminal;
mod time;
