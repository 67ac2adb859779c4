//! Runs jq's filters: each turns a value into any number of values.

use super::json::{Json, parse_all, put};
use super::parser::Filter;
use crate::sh::regex::Regex;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a filter sees besides its input.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub vars: BTreeMap<Rc<str>, Json>,
}

/// Counts what a run may still do.
pub struct Budget(pub u32);

type Res<T> = Result<T, String>;

const MAX_OUTPUTS: usize = 100_000;
/// The message of `error` and of `empty` used as a break; never shown.
fn bad<T>(text: String) -> Res<T> {
    Err(text)
}

fn num(n: f64) -> Json {
    Json::Number(n)
}

pub fn run(f: &Filter, input: &Json, scope: &Scope, budget: &mut Budget) -> Res<Vec<Json>> {
    budget.0 = budget.0.checked_sub(1).ok_or("filter runs too long")?;
    let out = match f {
        Filter::Identity => vec![input.clone()],
        Filter::Literal(value) => vec![value.clone()],
        Filter::Recurse => recurse(input),
        Filter::Variable(name) => match scope.vars.get(name) {
            Some(value) => vec![value.clone()],
            None => return bad(format!("${name} is not defined")),
        },
        Filter::Field(base, name) => each(base, input, scope, budget, |v| get(v, &Json::Text(name.clone())))?,
        Filter::Index(base, index) => {
            let keys = run(index, input, scope, budget)?;
            let mut out = Vec::new();
            for base in run(base, input, scope, budget)? {
                for key in &keys {
                    out.push(get(&base, key)?);
                }
            }
            out
        }
        Filter::Slice(base, from, to) => {
            let mut bound = |f: &Option<Box<Filter>>| match f {
                Some(f) => run(f, input, scope, budget).map(|v| v.first().cloned()),
                None => Ok(None),
            };
            let (from, to) = (bound(from)?, bound(to)?);
            each(base, input, scope, budget, |v| slice(v, from.as_ref(), to.as_ref()))?
        }
        Filter::Each(base) => {
            let mut out = Vec::new();
            for value in run(base, input, scope, budget)? {
                out.extend(items(&value)?);
            }
            out
        }
        Filter::Try(inner) => run(inner, input, scope, budget).unwrap_or_default(),
        Filter::Pipe(a, b) => {
            let mut out = Vec::new();
            for value in run(a, input, scope, budget)? {
                out.extend(run(b, &value, scope, budget)?);
                if out.len() > MAX_OUTPUTS {
                    return bad("too many outputs".to_owned());
                }
            }
            out
        }
        Filter::Comma(a, b) => {
            let mut out = run(a, input, scope, budget)?;
            out.extend(run(b, input, scope, budget)?);
            out
        }
        Filter::Negate(inner) => each(inner, input, scope, budget, |v| match v {
            Json::Number(n) => Ok(num(-n)),
            other => bad(format!("{} cannot be negated", describe(other))),
        })?,
        Filter::Binary(op, a, b) => binary(op, a, b, input, scope, budget)?,
        Filter::List(None) => vec![Json::list(Vec::new())],
        Filter::List(Some(inner)) => vec![Json::list(run(inner, input, scope, budget)?)],
        Filter::Map(entries) => object(entries, input, scope, budget)?,
        Filter::Format(parts) => {
            let mut text = String::new();
            for (plain, inner) in parts {
                text.push_str(plain);
                if let Some(inner) = inner
                    && let Some(value) = run(inner, input, scope, budget)?.first()
                {
                    text.push_str(&tostring(value));
                }
            }
            vec![Json::text(&text)]
        }
        Filter::If(arms, otherwise) => {
            for (test, then) in arms {
                if run(test, input, scope, budget)?.first().is_some_and(Json::is_true) {
                    return run(then, input, scope, budget);
                }
            }
            match otherwise {
                Some(f) => run(f, input, scope, budget)?,
                None => vec![input.clone()],
            }
        }
        Filter::Bind(source, name, body) => {
            let mut out = Vec::new();
            for value in run(source, input, scope, budget)? {
                let mut inner = scope.clone();
                inner.vars.insert(name.clone(), value);
                out.extend(run(body, input, &inner, budget)?);
            }
            out
        }
        Filter::Reduce(source, name, init, update) => {
            let mut state = run(init, input, scope, budget)?.pop().unwrap_or(Json::Null);
            for value in run(source, input, scope, budget)? {
                let mut inner = scope.clone();
                inner.vars.insert(name.clone(), value);
                state = run(update, &state, &inner, budget)?.pop().unwrap_or(Json::Null);
            }
            vec![state]
        }
        Filter::Update(op, path, value) => vec![update(op, path, value, input, scope, budget)?],
        Filter::Call(name, args) => super::functions::call(name, args, input, scope, budget)?,
    };
    if out.len() > MAX_OUTPUTS { bad("too many outputs".to_owned()) } else { Ok(out) }
}

fn each(
    f: &Filter,
    input: &Json,
    scope: &Scope,
    budget: &mut Budget,
    change: impl Fn(&Json) -> Res<Json>,
) -> Res<Vec<Json>> {
    run(f, input, scope, budget)?.iter().map(change).collect()
}

fn recurse(value: &Json) -> Vec<Json> {
    let mut out = vec![value.clone()];
    let mut at = 0;
    while at < out.len() && out.len() < MAX_OUTPUTS {
        let children = items(&out[at]).unwrap_or_default();
        let place = at + 1;
        out.splice(place..place, children);
        at += 1;
    }
    out
}

pub fn items(value: &Json) -> Res<Vec<Json>> {
    match value {
        Json::List(l) => Ok(l.to_vec()),
        Json::Map(m) => Ok(m.iter().map(|(_, v)| v.clone()).collect()),
        other => bad(format!("Cannot iterate over {}", describe(other))),
    }
}

fn describe(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        other => {
            let text = other.compact();
            let short: String = text.chars().take(11).collect();
            let short = if text.chars().count() > 11 { format!("{short}...") } else { short };
            format!("{} ({short})", other.kind())
        }
    }
}

pub fn get(value: &Json, key: &Json) -> Res<Json> {
    match (value, key) {
        (Json::Null, _) => Ok(Json::Null),
        (Json::Map(m), Json::Text(k)) => Ok(m.iter().find(|(n, _)| n == k).map_or(Json::Null, |(_, v)| v.clone())),
        (Json::List(l), Json::Number(n)) => {
            let at = if *n < 0.0 { l.len() as f64 + n.floor() } else { n.floor() };
            Ok(if at < 0.0 { Json::Null } else { l.get(at as usize).cloned().unwrap_or(Json::Null) })
        }
        (value, Json::Text(k)) => bad(format!("Cannot index {} with string \"{k}\"", value.kind())),
        (value, key) => bad(format!("Cannot index {} with {}", value.kind(), key.kind())),
    }
}

fn slice(value: &Json, from: Option<&Json>, to: Option<&Json>) -> Res<Json> {
    let bounds = |n: usize| {
        let at = |v: Option<&Json>, or: usize| match v {
            Some(Json::Number(x)) if *x < 0.0 => (n as f64 + x).max(0.0) as usize,
            Some(Json::Number(x)) => (*x as usize).min(n),
            _ => or,
        };
        let (a, b) = (at(from, 0), at(to, n));
        (a, b.max(a))
    };
    Ok(match value {
        Json::List(l) => {
            let (a, b) = bounds(l.len());
            Json::list(l[a..b].to_vec())
        }
        Json::Text(t) => {
            let chars: Vec<char> = t.chars().collect();
            let (a, b) = bounds(chars.len());
            Json::text(&chars[a..b].iter().collect::<String>())
        }
        Json::Null => Json::Null,
        other => return bad(format!("Cannot index {} with object", other.kind())),
    })
}

fn object(entries: &[(Filter, Filter)], input: &Json, scope: &Scope, budget: &mut Budget) -> Res<Vec<Json>> {
    let mut maps: Vec<Vec<(Rc<str>, Json)>> = vec![Vec::new()];
    for (key, value) in entries {
        let keys = run(key, input, scope, budget)?;
        let values = run(value, input, scope, budget)?;
        let mut next = Vec::new();
        for map in &maps {
            for key in &keys {
                let Json::Text(key) = key else {
                    return bad(format!("Object keys must be strings, not {}", key.kind()));
                };
                for value in &values {
                    let mut map = map.clone();
                    put(&mut map, key.clone(), value.clone());
                    next.push(map);
                }
            }
            if next.len() > MAX_OUTPUTS {
                return bad("too many outputs".to_owned());
            }
        }
        maps = next;
    }
    Ok(maps.into_iter().map(|m| Json::Map(Rc::new(m))).collect())
}

fn binary(op: &str, a: &Filter, b: &Filter, input: &Json, scope: &Scope, budget: &mut Budget) -> Res<Vec<Json>> {
    if op == "//" {
        let left: Vec<Json> =
            run(a, input, scope, budget).unwrap_or_default().into_iter().filter(Json::is_true).collect();
        return if left.is_empty() { run(b, input, scope, budget) } else { Ok(left) };
    }
    let lefts = run(a, input, scope, budget)?;
    let mut out = Vec::new();
    for left in lefts {
        match (op, left.is_true()) {
            ("and", false) => {
                out.push(Json::Bool(false));
                continue;
            }
            ("or", true) => {
                out.push(Json::Bool(true));
                continue;
            }
            _ => {}
        }
        for right in run(b, input, scope, budget)? {
            out.push(match op {
                "and" | "or" => Json::Bool(right.is_true()),
                "==" => Json::Bool(left == right),
                "!=" => Json::Bool(left != right),
                "<" => Json::Bool(left.order(&right).is_lt()),
                "<=" => Json::Bool(left.order(&right).is_le()),
                ">" => Json::Bool(left.order(&right).is_gt()),
                ">=" => Json::Bool(left.order(&right).is_ge()),
                _ => arithmetic(op, &left, &right)?,
            });
        }
    }
    Ok(out)
}

pub fn arithmetic(op: &str, a: &Json, b: &Json) -> Res<Json> {
    Ok(match (op, a, b) {
        ("+", Json::Null, x) | ("+", x, Json::Null) => x.clone(),
        ("+", Json::Number(x), Json::Number(y)) => num(x + y),
        ("+", Json::Text(x), Json::Text(y)) => Json::text(&format!("{x}{y}")),
        ("+", Json::List(x), Json::List(y)) => Json::list(x.iter().chain(y.iter()).cloned().collect()),
        ("+", Json::Map(x), Json::Map(y)) => {
            let mut map = x.to_vec();
            y.iter().for_each(|(k, v)| put(&mut map, k.clone(), v.clone()));
            Json::Map(Rc::new(map))
        }
        ("-", Json::Number(x), Json::Number(y)) => num(x - y),
        ("-", Json::List(x), Json::List(y)) => Json::list(x.iter().filter(|v| !y.contains(v)).cloned().collect()),
        ("*", Json::Number(x), Json::Number(y)) => num(x * y),
        ("/", Json::Number(x), Json::Number(y)) if *y != 0.0 => num(x / y),
        ("%", Json::Number(x), Json::Number(y)) if y.trunc() != 0.0 => num((x.trunc() % y.trunc()).trunc()),
        ("/", Json::Text(x), Json::Text(y)) => Json::list(x.split(&**y).map(Json::text).collect()),
        ("/" | "%", Json::Number(_), Json::Number(_)) => {
            return bad(format!("{} and {} cannot be divided because the divisor is zero", describe(a), describe(b)));
        }
        _ => {
            let verb = match op {
                "+" => "added",
                "-" => "subtracted",
                "*" => "multiplied",
                _ => "divided",
            };
            return bad(format!("{} and {} cannot be {verb}", describe(a), describe(b)));
        }
    })
}

pub fn tostring(value: &Json) -> String {
    match value {
        Json::Text(t) => t.to_string(),
        other => other.compact(),
    }
}

fn update(op: &str, path: &Filter, value: &Filter, input: &Json, scope: &Scope, budget: &mut Budget) -> Res<Json> {
    let right = if op == "|=" { None } else { Some(run(value, input, scope, budget)?.pop().unwrap_or(Json::Null)) };
    change(path, input, scope, budget, &mut |old, budget| match (op, &right) {
        ("=", Some(new)) => Ok(Some(new.clone())),
        ("//=", Some(new)) => Ok(Some(if old.is_true() { old.clone() } else { new.clone() })),
        (_, Some(new)) => arithmetic(op.trim_end_matches('='), old, new).map(Some),
        (_, None) => Ok(run(value, old, scope, budget)?.into_iter().next()),
    })
}

/// How one place of a value changes; None removes it.
type Change<'c> = &'c mut dyn FnMut(&Json, &mut Budget) -> Res<Option<Json>>;

/// The value with every place that `path` names changed.
pub fn change(path: &Filter, input: &Json, scope: &Scope, budget: &mut Budget, f: Change<'_>) -> Res<Json> {
    budget.0 = budget.0.checked_sub(1).ok_or("filter runs too long")?;
    Ok(match path {
        Filter::Identity => f(input, budget)?.unwrap_or(Json::Null),
        Filter::Field(base, name) => {
            let key = Json::Text(name.clone());
            change(base, input, scope, budget, &mut |v, b| change_at(v, &key, b, f).map(Some))?
        }
        Filter::Index(base, index) => {
            let keys = run(index, input, scope, budget)?;
            change(base, input, scope, budget, &mut |v, b| {
                let mut value = v.clone();
                for key in &keys {
                    value = change_at(&value, key, b, f)?;
                }
                Ok(Some(value))
            })?
        }
        Filter::Each(base) => change(base, input, scope, budget, &mut |v, b| {
            Ok(Some(match v {
                Json::List(l) => {
                    let mut out = Vec::new();
                    for item in l.iter() {
                        out.extend(f(item, b)?);
                    }
                    Json::list(out)
                }
                Json::Map(m) => {
                    let mut out = Vec::new();
                    for (k, item) in m.iter() {
                        out.extend(f(item, b)?.map(|v| (k.clone(), v)));
                    }
                    Json::Map(Rc::new(out))
                }
                other => return bad(format!("Cannot iterate over {}", describe(other))),
            }))
        })?,
        Filter::Pipe(a, b) => {
            change(a, input, scope, budget, &mut |v, budget| change(b, v, scope, budget, f).map(Some))?
        }
        Filter::Comma(a, b) => {
            let once = change(a, input, scope, budget, f)?;
            change(b, &once, scope, budget, f)?
        }
        Filter::Call(name, args) if &**name == "select" && args.len() == 1 => {
            if run(&args[0], input, scope, budget)?.first().is_some_and(Json::is_true) {
                f(input, budget)?.unwrap_or(Json::Null)
            } else {
                input.clone()
            }
        }
        Filter::Try(inner) => change(inner, input, scope, budget, f).unwrap_or_else(|_| input.clone()),
        _ => return bad("Invalid path expression".to_owned()),
    })
}

fn change_at(value: &Json, key: &Json, budget: &mut Budget, f: Change<'_>) -> Res<Json> {
    let old = get(value, key)?;
    let new = f(&old, budget)?;
    Ok(match (value, key) {
        (Json::Map(_) | Json::Null, Json::Text(k)) => {
            let mut map = match value {
                Json::Map(m) => m.to_vec(),
                _ => Vec::new(),
            };
            match new {
                Some(new) => put(&mut map, k.clone(), new),
                None => map.retain(|(n, _)| n != k),
            }
            Json::Map(Rc::new(map))
        }
        (Json::List(_) | Json::Null, Json::Number(n)) => {
            let mut list = match value {
                Json::List(l) => l.to_vec(),
                _ => Vec::new(),
            };
            let at = if *n < 0.0 { list.len() as f64 + n } else { *n };
            if !(0.0..10_000.0).contains(&at) {
                return bad("Out of bounds negative array index".to_owned());
            }
            let at = at as usize;
            match new {
                Some(new) => {
                    if list.len() <= at {
                        list.resize(at + 1, Json::Null);
                    }
                    list[at] = new;
                }
                None if at < list.len() => drop(list.remove(at)),
                None => {}
            }
            Json::list(list)
        }
        _ => value.clone(),
    })
}

/// Text as a value: `tonumber`, `fromjson`.
pub fn read(text: &str) -> Res<Json> {
    parse_all(text)?.into_iter().next().ok_or_else(|| "no value".to_owned())
}

/// A pattern for `test`, `sub` and the like.
pub fn regex(text: &str, flags: &str) -> Res<Regex> {
    Regex::new(text, true, flags.contains('i')).map_err(|e| format!("{text} (at offset 0) is not a valid regex: {e}"))
}

pub fn base64(text: &str) -> String {
    crate::apimachinery::base64::encode(text.as_bytes())
}
