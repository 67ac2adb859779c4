//! The batch group. Models `pkg/registry/batch`.

pub mod cron_job;
pub mod job;
