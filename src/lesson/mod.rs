//! Guided lessons: structure, prose, and the proof that a step is solved. The format is in `static/lessons/README.md`.
//!
//! A goal is an assertion on the cluster, asked through the API's one door: never on what was typed.

pub mod audit;
pub mod check;
#[cfg(feature = "native")]
pub mod checker;
#[cfg(feature = "native")]
pub mod library;
pub mod lint;
pub mod model;
pub mod path;
pub mod prose;
#[cfg(feature = "native")]
pub mod publish;
pub mod runner;
pub mod typography;

pub use audit::Audit;
pub use check::World;
pub use model::Lesson;
pub use prose::Prose;
pub use runner::{Progress, Runner};
