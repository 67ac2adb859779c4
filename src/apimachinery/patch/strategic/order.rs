//! The order of merged lists.

use super::PATCH;
use crate::apimachinery::Value;

/// True where both are the same item: by merge key, or by value where there is none ("").
pub fn same_key(a: &Value, b: &Value, merge_key: &str) -> bool {
    if merge_key.is_empty() { a == b } else { a[merge_key] == b[merge_key] }
}

/// Where a list has the item.
pub fn position(list: &[Value], item: &Value, merge_key: &str) -> Option<usize> {
    list.iter().position(|v| same_key(v, item, merge_key))
}

/// Orders items that `order` names as it names them, keeps the others in the order of `before`, and puts the two
/// together by `before`. Models `normalizeElementOrder`.
pub fn arrange(merged: Vec<Value>, order: &[Value], before: &[Value], merge_key: &str) -> Vec<Value> {
    let (named, others): (Vec<_>, Vec<_>) = merged.into_iter().partition(|v| position(order, v, merge_key).is_some());
    weave(sort(others, before, merge_key), sort(named, order, merge_key), before, merge_key)
}

/// Sorts by place in `order`; what is to be deleted goes last.
pub fn sort(items: Vec<Value>, order: &[Value], merge_key: &str) -> Vec<Value> {
    let (deleted, mut kept): (Vec<_>, Vec<_>) = items.into_iter().partition(|v| v[PATCH].str() == "delete");
    kept.sort_by_key(|v| position(order, v, merge_key).unwrap_or(usize::MAX));
    kept.extend(deleted);
    kept
}

/// Takes from both lists by their places in `before`; the right one goes first where a place is unknown.
fn weave(left: Vec<Value>, right: Vec<Value>, before: &[Value], merge_key: &str) -> Vec<Value> {
    let mut out = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    loop {
        let take_left = match (left.peek(), right.peek()) {
            (None, None) => return out,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(l), Some(r)) => match (position(before, l, merge_key), position(before, r, merge_key)) {
                (Some(l), Some(r)) => l < r,
                _ => false,
            },
        };
        out.extend(if take_left { left.next() } else { right.next() });
    }
}
