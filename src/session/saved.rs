//! What is kept from one visit to the next: history and progress. What is damaged is set aside, never half read.

use crate::lesson::Progress;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The form of what is kept; another number is of another version of the page.
const VERSION: u32 = 1;

/// What is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    version: u32,
    pub history: Vec<String>,
    /// By lesson id.
    pub progress: BTreeMap<String, Progress>,
}

/// Why nothing was taken from what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    Damaged,
    /// Written by a newer page.
    Newer,
}

impl Saved {
    /// The key in the browser's storage.
    pub const KEY: &'static str = "session";

    pub fn to_json(&self) -> String {
        serde_json::to_string(&Self { version: VERSION, ..self.clone() }).unwrap_or_default()
    }

    /// Reads what was kept.
    ///
    /// # Errors
    /// It is not of this form; the page says so and begins anew.
    pub fn from_json(text: &str) -> Result<Self, Unreadable> {
        let saved: Self = serde_json::from_str(text).map_err(|_| Unreadable::Damaged)?;
        match saved.version {
            VERSION => Ok(saved),
            newer if newer > VERSION => Err(Unreadable::Newer),
            _ => Err(Unreadable::Damaged),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_what_is_damaged_does_not() {
        let saved = Saved { history: vec!["ls".into()], ..Saved::default() };
        let back = Saved::from_json(&saved.to_json()).unwrap();
        assert_eq!(back.history, ["ls"]);
        for damaged in ["", "{", "[]", "{\"version\":1}", "{\"version\":0,\"history\":[],\"progress\":{}}"] {
            assert_eq!(Saved::from_json(damaged), Err(Unreadable::Damaged), "{damaged}");
        }
        let newer = "{\"version\":9,\"history\":[],\"progress\":{}}";
        assert_eq!(Saved::from_json(newer), Err(Unreadable::Newer));
    }
}
