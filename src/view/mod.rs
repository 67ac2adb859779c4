//! Pure view models: what the pictures show, computed from objects and a size. The page only draws them.

pub mod card;
pub mod flow;
pub mod geometry;
pub mod highlight;
pub mod html;
pub mod inside;
pub mod intent;
pub mod matrix;
pub mod memory;
pub mod navigate;
pub mod output;
pub mod picture;
pub mod pod;
pub mod stage;
pub mod workloads;
