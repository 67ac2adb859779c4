//! The page. The seam to its JavaScript is described in `static/embed/SEAM.md`; `podium::ui::embed` is this side of it.

pub use podium::ui::embed::{LabHandle, bench, hash_script, mount};

fn main() {}
