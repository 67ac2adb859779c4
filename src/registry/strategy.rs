//! What differs from kind to kind when objects are written. Models `apiserver/pkg/registry/rest` strategies.

use crate::admission::Reader;
use crate::apimachinery::field::ErrorList;
use crate::apimachinery::{Status, Time, Value};
use crate::sim::Rng;

/// The rules of one kind. Every method has the behaviour of a kind without rules, so a new kind starts as a unit
/// struct. The generic store calls them in the order of `BeforeCreate` and `BeforeUpdate`.
pub trait Strategy {
    /// Allocates what must be unique in the cluster (addresses and ports of services), before everything else.
    fn begin_create(&self, _object: &mut Value, _reader: &dyn Reader, _rng: &mut Rng) -> Result<(), Status> {
        Ok(())
    }

    /// Like [`Strategy::begin_create`], on update.
    fn begin_update(&self, _new: &mut Value, _old: &Value, _reader: &dyn Reader, _rng: &mut Rng) -> Result<(), Status> {
        Ok(())
    }

    /// Clears what a client may not set (status), and sets what the server sets (generation).
    fn prepare_for_create(&self, _object: &mut Value) {}

    fn validate(&self, _object: &Value) -> ErrorList {
        ErrorList::new()
    }

    /// Texts of `Warning` headers for an object that is being written (`old` is None on create).
    fn warnings(&self, _object: &Value, _old: Option<&Value>) -> Vec<String> {
        Vec::new()
    }

    /// Normalizes a valid object.
    fn canonicalize(&self, _object: &mut Value) {}

    /// Keeps what an update through the main resource may not change (status), bumps `metadata.generation` when
    /// the spec changed.
    fn prepare_for_update(&self, _new: &mut Value, _old: &Value) {}

    fn validate_update(&self, _new: &Value, _old: &Value) -> ErrorList {
        ErrorList::new()
    }

    /// Keeps what an update through `/status` may not change: everything but status.
    fn prepare_for_status_update(&self, new: &mut Value, old: &Value) {
        let status = new["status"].clone();
        let metadata = new["metadata"].clone();
        *new = old.clone();
        new.set("metadata", metadata);
        new.set("status", status);
    }

    fn validate_status_update(&self, _new: &Value, _old: &Value) -> ErrorList {
        ErrorList::new()
    }

    /// PUT on a name that does not exist creates it (leases, events, endpoints do; pods do not).
    fn allow_create_on_update(&self) -> bool {
        false
    }

    /// A PUT without resourceVersion overwrites whatever is there.
    fn allow_unconditional_update(&self) -> bool {
        true
    }

    /// The grace period, in seconds, of a delete that asked for `requested`; None deletes at once.
    fn grace_period(&self, _object: &Value, _requested: Option<i64>) -> Option<i64> {
        None
    }

    /// Fields a field selector may name besides `metadata.name` and `metadata.namespace`, with their values.
    fn selectable_fields(&self, _object: &Value) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Columns of the Table; None means the default two, NAME and AGE (`CREATED AT`).
    fn columns(&self) -> Option<&'static [Column]> {
        None
    }

    /// The cells of a row, one for each column. Only called where there are columns.
    fn cells(&self, _object: &Value, _now: Time) -> Vec<Value> {
        Vec::new()
    }
}

/// A column of a Table. Models `metav1.TableColumnDefinition`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    /// `string`, `integer`, `date`, `boolean`.
    pub kind: &'static str,
    /// `name` for the first column, else "".
    pub format: &'static str,
    /// 0 is always shown, 1 with `-o wide`.
    pub priority: i64,
}
