//! The prose of fields and kinds that `explain` prints. It is no part of the page's first load.

use crate::apimachinery::Value;
use std::cell::{Cell, RefCell};

/// Whether the prose is here.
#[derive(Clone, Debug, Default)]
pub enum Loaded {
    /// By definition (`io.k8s.api.core.v1.Pod`), then by field; a definition's own text is that of the field "".
    Table(Value),
    /// It was asked for and has not come yet.
    Pending,
    #[default]
    Missing,
}

/// Where the prose comes from. Asking for it is what fetches it.
pub trait Descriptions {
    fn load(&self) -> Loaded;
}

/// The file of the page that holds the table.
pub const FILE: &str = "descriptions.json";

/// The table as the page gets it: fetched when it is first wanted.
#[derive(Default)]
pub struct Fetched {
    state: RefCell<Option<Loaded>>,
    wanted: Cell<bool>,
}

impl Fetched {
    /// True once after someone asked for what is not here.
    pub fn take_wanted(&self) -> bool {
        self.wanted.take()
    }

    /// The file has come, or has not.
    pub fn arrive(&self, json: Result<String, String>) {
        let table = json.ok().and_then(|json| Value::from_json(&json).ok());
        *self.state.borrow_mut() = Some(table.map_or(Loaded::Missing, Loaded::Table));
    }
}

impl Descriptions for Fetched {
    fn load(&self) -> Loaded {
        let mut state = self.state.borrow_mut();
        if let Some(state) = &*state {
            return state.clone();
        }
        *state = Some(Loaded::Pending);
        self.wanted.set(true);
        Loaded::Pending
    }
}

/// The table that the native tool carries.
#[cfg(feature = "native")]
pub const JSON: &str = include_str!(concat!(env!("OUT_DIR"), "/descriptions.json"));
