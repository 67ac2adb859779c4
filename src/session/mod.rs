//! The page's state machine, without a browser: `update(Action) -> Vec<Effect>` and views to draw.

pub mod action;
mod lessons;
mod notes;
pub mod screen;

pub use action::{Action, Effect, InspectorTab, LineKey, Options, Selection, TabId};
