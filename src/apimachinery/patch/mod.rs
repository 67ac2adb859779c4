//! The patch formats of the API. Models `apimachinery/pkg/util/{strategicpatch,jsonmergepatch}` and `evanphx/json-patch`.

pub mod json;
pub mod merge;
pub mod strategic;
