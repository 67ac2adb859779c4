//! Names of fields, allocated once: a thousand pods hold the same sixty names, and reading them all then stays in cache.

use std::cell::RefCell;
use std::rc::Rc;

/// How many names are remembered; a power of two. All field names of the schema that one cluster uses are fewer.
const SLOTS: usize = 2048;
/// Longer names are not worth remembering: no field of the schema is, only labels and annotations.
const LONGEST: usize = 48;

thread_local! {
    static NAMES: RefCell<Vec<Option<Rc<str>>>> = RefCell::new(vec![None; SLOTS]);
}

/// Returns `name`, sharing the allocation of an earlier call where it is still remembered. A slot holds the last name
/// that fell into it, so that the table never grows, whatever names users think of.
pub fn name(name: &str) -> Rc<str> {
    if name.len() > LONGEST {
        return Rc::from(name);
    }
    NAMES.with_borrow_mut(|names| match names.get_mut(slot(name)) {
        Some(Some(known)) if **known == *name => known.clone(),
        Some(place) => place.insert(Rc::from(name)).clone(),
        None => Rc::from(name),
    })
}

/// FNV-1a: short, and the same everywhere.
fn slot(name: &str) -> usize {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash ^ (hash >> 16)) as usize & (SLOTS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_allocated_once() {
        assert!(Rc::ptr_eq(&name("conditions"), &name("conditions")));
        assert_eq!(&*name("conditions"), "conditions");
    }

    #[test]
    fn names_that_meet_in_a_slot_stay_themselves() {
        for i in 0..3 * SLOTS {
            let text = format!("label-{i}");
            assert_eq!(&*name(&text), text);
        }
    }
}
