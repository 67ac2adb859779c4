//! Evaluates a template over a value.

use super::{JsonPath, Node};
use crate::apimachinery::go::{go_text, go_type};
use crate::apimachinery::value::Value;
use std::cmp::Ordering;

/// The most values a template may find.
const MAX_RESULTS: usize = 1_000_000;

type Found = Result<Vec<Value>, String>;

pub(super) fn find(path: &JsonPath, data: &Value) -> Result<Vec<Vec<Value>>, String> {
    let mut run = Run { allow_missing: path.allow_missing, count: 0 };
    let mut full = Vec::new();
    run.block(&path.nodes, Some(data), 0, &mut full)?;
    Ok(full)
}

struct Run {
    allow_missing: bool,
    count: usize,
}

/// `range` and `end` as the first word of an action.
fn word(node: &Node) -> &str {
    match node {
        Node::List(nodes) => match nodes.first() {
            Some(Node::Word(w)) => w,
            _ => "",
        },
        _ => "",
    }
}

impl Run {
    /// Evaluates nodes up to the end of the block; returns how many it took. Without data it only skips.
    fn block(
        &mut self,
        nodes: &[Node],
        data: Option<&Value>,
        depth: usize,
        full: &mut Vec<Vec<Value>>,
    ) -> Result<usize, String> {
        let mut i = 0;
        while let Some(node) = nodes.get(i) {
            i += 1;
            match word(node) {
                "end" if depth > 0 => return Ok(i),
                "end" => return Err("not in range, nothing to end".into()),
                "range" => {
                    let inner = nodes.get(i..).unwrap_or(&[]);
                    let Node::List(list) = node else { continue };
                    let over = match data {
                        Some(v) => self.list(vec![v.clone()], list.get(1..).unwrap_or(&[]))?,
                        None => Vec::new(),
                    };
                    let mut taken = None;
                    for value in &over {
                        taken = Some(self.block(inner, Some(value), depth + 1, full)?);
                    }
                    i += match taken {
                        Some(taken) => taken,
                        None => self.block(inner, None, depth + 1, full)?,
                    };
                }
                _ => {
                    if let Some(value) = data {
                        let results = self.walk(vec![value.clone()], node)?;
                        full.push(results);
                    }
                }
            }
        }
        Ok(i)
    }

    fn list(&mut self, input: Vec<Value>, nodes: &[Node]) -> Found {
        nodes.iter().try_fold(input, |values, node| self.walk(values, node))
    }

    fn walk(&mut self, input: Vec<Value>, node: &Node) -> Found {
        self.count += input.len();
        if self.count > MAX_RESULTS {
            return Err("too many results".into());
        }
        match node {
            Node::Text(t) => Ok(vec![t.as_str().into()]),
            Node::Int(i) => Ok(vec![(*i).into()]),
            Node::Float(f) => Ok(vec![(*f).into()]),
            Node::Bool(b) => Ok(vec![(*b).into()]),
            Node::Word(w) => Err(format!("unrecognized identifier {w}")),
            Node::List(nodes) => self.list(input, nodes),
            Node::Field(name) => self.field(&input, name),
            Node::Wildcard => Ok(input.iter().flat_map(children).collect()),
            Node::Recursive => Ok(input.iter().flat_map(|v| descend(v, 0)).collect()),
            Node::Union(lists) => {
                let mut all = Vec::new();
                for list in lists {
                    all.extend(self.list(input.clone(), list)?);
                }
                Ok(all)
            }
            Node::Slice { from, to, derived, step } => {
                let mut all = Vec::new();
                for value in input.iter().filter(|v| !v.is_null()) {
                    all.extend(slice(value, *from, *to, *derived, *step)?);
                }
                Ok(all)
            }
            Node::Filter(left, operator, right) => self.filter(&input, left, operator, right),
        }
    }

    fn field(&self, input: &[Value], name: &str) -> Found {
        let found: Vec<Value> = input.iter().filter_map(|v| v.get(name).cloned()).collect();
        if found.is_empty() && !input.is_empty() && !self.allow_missing {
            return Err(format!("{name} is not found"));
        }
        Ok(found)
    }

    fn filter(&mut self, input: &[Value], left: &[Node], operator: &str, right: &[Node]) -> Found {
        let mut passed = Vec::new();
        for value in input {
            let Some(items) = value.as_list() else {
                return Err(format!("{} is not array or slice and cannot be filtered", go_text(value)));
            };
            for item in items {
                let lefts = self.list(vec![item.clone()], left);
                if operator == "exists" {
                    if lefts.is_ok_and(|l| !l.is_empty()) {
                        passed.push(item.clone());
                    }
                    continue;
                }
                let lefts = lefts?;
                let Some(l) = one(&lefts)? else { continue };
                let rights = self.list(vec![item.clone()], right)?;
                let Some(r) = one(&rights)? else { continue };
                if compare(l, operator, r)? {
                    passed.push(item.clone());
                }
            }
        }
        Ok(passed)
    }
}

fn one(values: &[Value]) -> Result<Option<&Value>, String> {
    match values {
        [] => Ok(None),
        [v] => Ok(Some(v)),
        _ => Err("can only compare one element at a time".into()),
    }
}

fn children(value: &Value) -> Vec<Value> {
    match value {
        Value::List(l) => l.to_vec(),
        Value::Map(m) => m.iter().map(|(_, v)| v.clone()).collect(),
        _ => Vec::new(),
    }
}

/// The value and everything below it that has something below it.
fn descend(value: &Value, depth: usize) -> Vec<Value> {
    let below = children(value);
    if below.is_empty() || depth > 200 {
        return Vec::new();
    }
    let mut all = vec![value.clone()];
    all.extend(below.iter().flat_map(|v| descend(v, depth + 1)));
    all
}

fn slice(value: &Value, from: Option<i64>, to: Option<i64>, derived: bool, step: Option<i64>) -> Found {
    let Some(items) = value.as_list() else { return Err(format!("{} is not array or slice", go_type(value))) };
    let length = items.len() as i64;
    let mut start = from.unwrap_or(0);
    if start < 0 {
        start += length;
    }
    let mut end = to.unwrap_or(length);
    if end < 0 || (end == 0 && derived) {
        end += length;
    }
    if start == end {
        return Ok(Vec::new());
    }
    let out_of_bounds = |index: i64| Err(format!("array index out of bounds: index {index}, length {length}"));
    if start >= length || start < 0 {
        return out_of_bounds(start);
    }
    if end > length || end < 0 {
        return out_of_bounds(end - 1);
    }
    if start > end {
        return Err(format!("starting index {start} is greater than ending index {end}"));
    }
    let step = step.unwrap_or(1);
    if step <= 0 {
        return Err("step must be > 0".into());
    }
    let range = items.get(start as usize..end as usize).unwrap_or(&[]);
    Ok(range.iter().step_by(usize::try_from(step).unwrap_or(usize::MAX)).cloned().collect())
}

/// Compares as Go's templates do: only values of one basic kind.
pub(crate) fn compare(left: &Value, operator: &str, right: &Value) -> Result<bool, String> {
    let order = match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) if matches!(operator, "==" | "!=") => Some(a.cmp(b)),
        (Value::Bool(_), Value::Bool(_)) => return Err("invalid type for comparison".into()),
        (Value::List(_) | Value::Map(_) | Value::Null, _) | (_, Value::List(_) | Value::Map(_) | Value::Null) => {
            return Err("invalid type for comparison".into());
        }
        _ => return Err("incompatible types for comparison".into()),
    };
    Ok(match operator {
        "==" => order == Some(Ordering::Equal),
        "!=" => order != Some(Ordering::Equal),
        "<" => order == Some(Ordering::Less),
        "<=" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        ">" => order == Some(Ordering::Greater),
        ">=" => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        _ => return Err(format!("unrecognized filter operator {operator}")),
    })
}
