//! The terminal's shell: the line editor, completion, and the shell language over the learner's laptop.

pub mod jobs;
pub mod line;
pub mod system;
