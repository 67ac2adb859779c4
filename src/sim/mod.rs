//! One clock, one seed, and the executor for what waits: all that could differ between two runs.

pub mod clock;
pub mod executor;
pub mod rng;

pub use clock::Clock;
pub use executor::{Executor, JobId};
pub use rng::Rng;
