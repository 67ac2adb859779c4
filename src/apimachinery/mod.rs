//! What every API object and every API error is made of. Models `k8s.io/apimachinery`.

pub mod base64;
pub mod field;
pub mod fields;
pub mod go;
pub mod gvk;
pub mod intstr;
pub mod json_syntax;
pub mod jsonpath;
pub mod labels;
pub mod meta;
pub mod names;
pub mod patch;
pub mod quantity;
pub mod regex;
pub mod sha256;
pub mod shared;
pub mod status;
pub mod time;
pub mod value;
pub mod yaml;

pub use gvk::{GroupVersion, GroupVersionKind, GroupVersionResource};
pub use meta::Object;
pub use status::Status;
pub use time::Time;
pub use value::{Map, Value};
