//! `--sort-by`. Models `kubectl/pkg/cmd/get/sorter.go`.

use crate::apimachinery::jsonpath::{self, JsonPath};
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Object, Value};
use crate::cli::builder::Info;
use crate::cli::errors::Result;
use std::cmp::Ordering;

/// What Go cannot put in order: the type of two values that were to be compared.
pub fn unsortable(infos: &[Info], field: &str) -> Option<&'static str> {
    let path = jsonpath::parse(&jsonpath::relaxed(field).ok()?).ok()?;
    let path = JsonPath { allow_missing: true, ..path };
    let rows = infos.iter().flat_map(|i| i.object["rows"].items());
    let keys: Vec<Value> = rows.filter_map(|row| key(&path, &row["object"])).collect();
    let name = |key: &Value| match key {
        Value::Map(_) => Some("map[string]interface {}"),
        Value::List(_) => Some("[]interface {}"),
        Value::Bool(_) => Some("bool"),
        _ => None,
    };
    if keys.len() < 2 { None } else { keys.iter().find_map(name) }
}

/// Sorts objects, or the rows of tables. False where no object has the field.
pub fn infos(infos: &mut Vec<Info>, field: &str) -> Result<bool> {
    if infos.iter().all(|i| i.object.kind() == "Table" && i.object["rows"].items().is_empty()) {
        return Ok(false);
    }
    let template = jsonpath::relaxed(field)?;
    let path = jsonpath::parse(&template)?;
    let path = JsonPath { allow_missing: true, ..path };
    join_tables(infos);
    let is_table = infos.iter().any(|i| i.object.kind() == "Table");
    if !is_table {
        let mut keyed: Vec<(Option<Value>, Info)> = infos.drain(..).map(|i| (key(&path, &i.object), i)).collect();
        let found = keyed.is_empty() || keyed.iter().any(|(k, _)| k.is_some());
        merge_sort(&mut keyed);
        infos.extend(keyed.into_iter().map(|(_, i)| i));
        return Ok(found);
    }
    let mut found = false;
    for info in infos.iter_mut() {
        let mut keyed: Vec<(Option<Value>, Value)> =
            info.object["rows"].items().iter().map(|r| (key(&path, &r["object"]), r.clone())).collect();
        found |= keyed.iter().any(|(k, _)| k.is_some());
        merge_sort(&mut keyed);
        info.object.set("rows", keyed.into_iter().map(|(_, r)| r).collect::<Value>());
    }
    Ok(found)
}

/// Objects fetched one by one come as a table each; rows of one type sort together.
fn join_tables(infos: &mut Vec<Info>) {
    let one_type = infos.windows(2).all(|w| w[0].mapping == w[1].mapping && w[0].object.kind() == "Table");
    if infos.len() < 2 || !one_type {
        return;
    }
    let rows: Value = infos.iter().flat_map(|i| i.object["rows"].items().to_vec()).collect();
    infos.truncate(1);
    if let Some(first) = infos.first_mut() {
        first.object.set("rows", rows);
    }
}

fn key(path: &JsonPath, object: &Value) -> Option<Value> {
    path.find(object).ok()?.into_iter().next()?.into_iter().next()
}

/// Sorts, keeping equal ones in their order. The order of texts is none: quantities compare as such with each other only,
/// which the standard library's sort panics at.
fn merge_sort<T>(keyed: &mut Vec<(Option<Value>, T)>) {
    if keyed.len() < 2 {
        return;
    }
    let mut right = keyed.split_off(keyed.len() / 2);
    merge_sort(keyed);
    merge_sort(&mut right);
    let (mut left, mut right) = (std::mem::take(keyed).into_iter().peekable(), right.into_iter().peekable());
    loop {
        let takes_right = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) => order(&a.0, &b.0) == Ordering::Greater,
            (None, Some(_)) => true,
            _ => false,
        };
        match if takes_right { right.next() } else { left.next() } {
            Some(next) => keyed.push(next),
            None => return,
        }
    }
}

/// What lacks the field comes first.
fn order(a: &Option<Value>, b: &Option<Value>) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, _) => Ordering::Less,
        (_, None) => Ordering::Greater,
        (Some(a), Some(b)) => compare(a, b),
    }
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Str(x), Value::Str(y)) => match (Quantity::parse(x), Quantity::parse(y)) {
            (Ok(p), Ok(q)) => p.partial_cmp(&q).unwrap_or(Ordering::Equal),
            _ => natural(x, y),
        },
        (Value::Bool(x), Value::Bool(y)) => x.cmp(y),
        _ => match (a.as_f64(), b.as_f64()) {
            (Some(x), Some(y)) => x.partial_cmp(&y).unwrap_or(Ordering::Equal),
            _ => Ordering::Equal,
        },
    }
}

/// Numbers within the texts compare by value. Models `sortorder.NaturalLess`.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut x, mut y) = (a.chars().peekable(), b.chars().peekable());
    loop {
        match (x.peek().copied(), y.peek().copied()) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(p), Some(q)) if p.is_ascii_digit() && q.is_ascii_digit() => {
                let take = |it: &mut std::iter::Peekable<std::str::Chars>| {
                    let mut digits = String::new();
                    while let Some(d) = it.next_if(char::is_ascii_digit) {
                        digits.push(d);
                    }
                    digits
                };
                let (m, n) = (take(&mut x), take(&mut y));
                let (m, n) = (m.trim_start_matches('0'), n.trim_start_matches('0'));
                let order = m.len().cmp(&n.len()).then_with(|| m.cmp(n));
                if order != Ordering::Equal {
                    return order;
                }
            }
            (Some(p), Some(q)) => {
                if p != q {
                    return p.cmp(&q);
                }
                x.next();
                y.next();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_order_is_sorted_nevertheless() {
        let texts = ["1", "10", "9x", "2Ki", "a", "", "3k", "x1", "2026-11-23T12:20:34Z", "100m"];
        let many = (0..200).map(|i| (texts.get(i * 7 % 10).map(|t| Value::from(*t)), i));
        let mut keyed: Vec<(Option<Value>, usize)> = many.collect();
        merge_sort(&mut keyed);
        assert_eq!(keyed.len(), 200);
    }
}
