//! jq's functions.

use super::eval::{Budget, Scope, arithmetic, change, get, items, read, regex, run, tostring};
use super::json::{Json, put};
use super::parser::Filter;
use crate::apimachinery::base64;
use crate::sh::tools::sed::substitute_text;
use std::rc::Rc;

type Res<T> = Result<T, String>;

fn num(n: usize) -> Json {
    Json::Number(n as f64)
}

fn text_of(value: &Json, who: &str) -> Res<Rc<str>> {
    match value {
        Json::Text(t) => Ok(t.clone()),
        other => Err(format!("{who} input must be a string, not {}", other.kind())),
    }
}

fn list_of(value: &Json) -> Res<Vec<Json>> {
    match value {
        Json::List(l) => Ok(l.to_vec()),
        other => Err(format!("{} cannot be sorted, as it is not an array", other.kind())),
    }
}

/// Calls a function by name.
pub fn call(name: &str, args: &[Filter], input: &Json, scope: &Scope, budget: &mut Budget) -> Res<Vec<Json>> {
    match args {
        [] => plain(name, input, scope).map(|v| v.into_iter().collect()),
        [f] => one(name, f, input, scope, budget),
        [a, b] => two(name, a, b, input, scope, budget),
        _ => Err(format!("{name}/{} is not defined", args.len())),
    }
}

/// Functions without arguments; None is `empty`.
fn plain(name: &str, input: &Json, scope: &Scope) -> Res<Option<Json>> {
    Ok(Some(match name {
        "empty" => return Ok(None),
        "not" => Json::Bool(!input.is_true()),
        "length" => match input {
            Json::Null => num(0),
            Json::Bool(_) => return Err(format!("boolean ({}) has no length", input.compact())),
            Json::Number(n) => Json::Number(n.abs()),
            Json::Text(t) => num(t.chars().count()),
            Json::List(l) => num(l.len()),
            Json::Map(m) => num(m.len()),
        },
        "keys" | "keys_unsorted" => match input {
            Json::Map(m) => {
                let mut keys: Vec<Rc<str>> = m.iter().map(|(k, _)| k.clone()).collect();
                if name == "keys" {
                    keys.sort();
                }
                Json::list(keys.into_iter().map(Json::Text).collect())
            }
            Json::List(l) => Json::list((0..l.len()).map(num).collect()),
            other => return Err(format!("{} has no keys", other.kind())),
        },
        "values" => return Ok(Some(input.clone()).filter(|v| *v != Json::Null)),
        "strings" => return Ok(Some(input.clone()).filter(|v| v.kind() == "string")),
        "type" => Json::text(input.kind()),
        "add" => items(input)?.iter().try_fold(Json::Null, |sum, v| arithmetic("+", &sum, v))?,
        "any" => Json::Bool(items(input)?.iter().any(Json::is_true)),
        "all" => Json::Bool(items(input)?.iter().all(Json::is_true)),
        "sort" | "unique" => {
            let mut list = list_of(input)?;
            list.sort_by(Json::order);
            if name == "unique" {
                list.dedup();
            }
            Json::list(list)
        }
        "reverse" => match input {
            Json::Text(t) => Json::text(&t.chars().rev().collect::<String>()),
            other => Json::list(items(other)?.into_iter().rev().collect()),
        },
        "min" => list_of(input)?.into_iter().min_by(Json::order).unwrap_or(Json::Null),
        "max" => list_of(input)?.into_iter().rev().max_by(Json::order).unwrap_or(Json::Null),
        "first" => get(input, &num(0))?,
        "last" => get(input, &Json::Number(-1.0))?,
        "flatten" => Json::list(flatten(list_of(input)?, 0)),
        "floor" | "ceil" | "round" | "sqrt" | "fabs" => match input {
            Json::Number(n) => Json::Number(match name {
                "floor" => n.floor(),
                "ceil" => n.ceil(),
                "round" => n.round(),
                "sqrt" => n.sqrt(),
                _ => n.abs(),
            }),
            other => return Err(format!("{} number required", other.kind())),
        },
        "tostring" => Json::text(&tostring(input)),
        "tonumber" => match input {
            Json::Number(_) => input.clone(),
            Json::Text(t) => Json::Number(t.trim().parse().map_err(|_| format!("Cannot parse '{t}' as number"))?),
            other => return Err(format!("{} cannot be parsed as a number", other.kind())),
        },
        "tojson" | "@json" => Json::text(&input.compact()),
        "fromjson" => read(&text_of(input, "fromjson")?)?,
        "@text" => Json::text(&tostring(input)),
        "@base64" => Json::text(&super::eval::base64(&tostring(input))),
        "@base64d" => Json::text(&String::from_utf8_lossy(&base64::decode_some(tostring(input).as_bytes()).0)),
        "@tsv" | "@csv" => {
            let cells: Vec<String> = items(input)?
                .iter()
                .map(|v| match (name, v) {
                    ("@csv", Json::Text(t)) => format!("\"{}\"", t.replace('"', "\"\"")),
                    (_, Json::Null) => String::new(),
                    _ => tostring(v).replace('\t', "\\t"),
                })
                .collect();
            Json::text(&cells.join(if name == "@tsv" { "\t" } else { "," }))
        }
        "ascii_downcase" => Json::text(&text_of(input, name)?.to_ascii_lowercase()),
        "ascii_upcase" => Json::text(&text_of(input, name)?.to_ascii_uppercase()),
        "ltrimstr" | "rtrimstr" | "trim" => Json::text(text_of(input, name)?.trim()),
        "to_entries" => match input {
            Json::Map(m) => Json::list(m.iter().map(|(k, v)| pair(k, v)).collect()),
            other => return Err(format!("{} has no keys", other.kind())),
        },
        "from_entries" => from_entries(input)?,
        "env" => scope.vars.get("ENV").cloned().unwrap_or(Json::Null),
        "now" => scope.vars.get("__now").cloned().unwrap_or(Json::Number(0.0)),
        "error" => return Err(tostring(input)),
        "recurse" => return Err("recurse/0: use ..".to_owned()),
        _ => return Err(format!("{name}/0 is not defined")),
    }))
}

fn pair(key: &Rc<str>, value: &Json) -> Json {
    Json::Map(Rc::new(vec![(Rc::from("key"), Json::Text(key.clone())), (Rc::from("value"), value.clone())]))
}

fn from_entries(input: &Json) -> Res<Json> {
    let mut map = Vec::new();
    for entry in items(input)? {
        let field = |names: [&str; 3]| {
            names
                .iter()
                .filter_map(|n| get(&entry, &Json::text(n)).ok())
                .find(|v| *v != Json::Null)
                .unwrap_or(Json::Null)
        };
        let key = field(["key", "name", "k"]);
        put(&mut map, Rc::from(tostring(&key).as_str()), field(["value", "v", "Value"]));
    }
    Ok(Json::Map(Rc::new(map)))
}

fn flatten(list: Vec<Json>, depth: u32) -> Vec<Json> {
    list.into_iter()
        .flat_map(|v| match v {
            Json::List(inner) if depth < 50 => flatten(inner.to_vec(), depth + 1),
            other => vec![other],
        })
        .collect()
}

fn one(name: &str, f: &Filter, input: &Json, scope: &Scope, budget: &mut Budget) -> Res<Vec<Json>> {
    let value = |budget: &mut Budget| -> Res<Json> {
        Ok(run(f, input, scope, budget)?.into_iter().next().unwrap_or(Json::Null))
    };
    Ok(vec![match name {
        "select" => {
            let count = run(f, input, scope, budget)?.iter().filter(|v| v.is_true()).count();
            return Ok(vec![input.clone(); count]);
        }
        "map" => {
            let mut out = Vec::new();
            for item in items(input)? {
                out.extend(run(f, &item, scope, budget)?);
            }
            Json::list(out)
        }
        "map_values" => change(&Filter::Each(Box::new(Filter::Identity)), input, scope, budget, &mut |v, b| {
            Ok(run(f, v, scope, b)?.into_iter().next())
        })?,
        "with_entries" => {
            let entries = items(&plain("to_entries", input, scope)?.unwrap_or(Json::Null))?;
            let mut out = Vec::new();
            for entry in entries {
                out.extend(run(f, &entry, scope, budget)?);
            }
            from_entries(&Json::list(out))?
        }
        "has" | "contains" | "inside" | "startswith" | "endswith" | "split" | "join" | "ltrimstr" | "rtrimstr"
        | "test" | "index" | "IN" => {
            let arg = value(budget)?;
            with_value(name, input, &arg)?
        }
        "sort_by" | "group_by" | "unique_by" | "min_by" | "max_by" => by(name, f, input, scope, budget)?,
        "any" | "all" => {
            let mut hits = Vec::new();
            for item in items(input)? {
                hits.push(run(f, &item, scope, budget)?.iter().any(Json::is_true));
            }
            Json::Bool(if name == "any" { hits.contains(&true) } else { !hits.contains(&false) })
        }
        "first" => return Ok(run(f, input, scope, budget)?.into_iter().take(1).collect()),
        "last" => return Ok(run(f, input, scope, budget)?.pop().into_iter().collect()),
        "range" => match value(budget)? {
            Json::Number(n) => return Ok((0..n.clamp(0.0, 100_000.0) as usize).map(num).collect()),
            other => return Err(format!("Range bounds must be numeric, not {}", other.kind())),
        },
        "del" => change(f, input, scope, budget, &mut |_, _| Ok(None))?,
        "recurse" => return Err("recurse/1: not simulated here".to_owned()),
        "error" => return Err(tostring(&value(budget)?)),
        "flatten" => Json::list(flatten(list_of(input)?, 0)),
        "add" => run(f, input, scope, budget)?.iter().try_fold(Json::Null, |sum, v| arithmetic("+", &sum, v))?,
        _ => return Err(format!("{name}/1 is not defined")),
    }])
}

fn with_value(name: &str, input: &Json, arg: &Json) -> Res<Json> {
    let both = || -> Res<(Rc<str>, Rc<str>)> { Ok((text_of(input, name)?, text_of(arg, name)?)) };
    Ok(match name {
        "has" => match (input, arg) {
            (Json::Map(m), Json::Text(k)) => Json::Bool(m.iter().any(|(n, _)| n == k)),
            (Json::List(l), Json::Number(n)) => Json::Bool(*n >= 0.0 && (*n as usize) < l.len()),
            _ => return Err(format!("Cannot check whether {} has a {} key", input.kind(), arg.kind())),
        },
        "contains" => Json::Bool(contains(input, arg, 0)),
        "inside" => Json::Bool(contains(arg, input, 0)),
        "startswith" | "endswith" => {
            let (text, part) = both().map_err(|_| format!("{name}() requires string inputs"))?;
            Json::Bool(if name == "startswith" { text.starts_with(&*part) } else { text.ends_with(&*part) })
        }
        "ltrimstr" | "rtrimstr" => match both() {
            Ok((text, part)) => {
                let cut = if name == "ltrimstr" { text.strip_prefix(&*part) } else { text.strip_suffix(&*part) };
                Json::text(cut.unwrap_or(&text))
            }
            Err(_) => input.clone(),
        },
        "split" => {
            let (text, sep) = both()?;
            match (text.is_empty(), sep.is_empty()) {
                (true, _) => Json::list(Vec::new()),
                (_, true) => Json::list(text.chars().map(|c| Json::text(&c.to_string())).collect()),
                _ => Json::list(text.split(&*sep).map(Json::text).collect()),
            }
        }
        "join" => {
            let sep = text_of(arg, name)?;
            let parts: Vec<String> =
                items(input)?.iter().map(|v| if *v == Json::Null { String::new() } else { tostring(v) }).collect();
            Json::text(&parts.join(&sep))
        }
        "test" => Json::Bool(regex(&text_of(arg, name)?, "")?.is_match(&text_of(input, name)?)),
        "index" => match (input, arg) {
            (Json::Text(t), Json::Text(p)) => t.find(&**p).map_or(Json::Null, |at| num(t[..at].chars().count())),
            (Json::List(l), v) => l.iter().position(|x| x == v).map_or(Json::Null, num),
            _ => Json::Null,
        },
        _ => Json::Bool(items(arg).is_ok_and(|l| l.contains(input))),
    })
}

fn contains(a: &Json, b: &Json, depth: u32) -> bool {
    match (a, b) {
        _ if depth > 50 => false,
        (Json::Text(x), Json::Text(y)) => x.contains(&**y),
        (Json::List(x), Json::List(y)) => y.iter().all(|b| x.iter().any(|a| contains(a, b, depth + 1))),
        (Json::Map(x), Json::Map(y)) => {
            y.iter().all(|(k, b)| x.iter().any(|(n, a)| n == k && contains(a, b, depth + 1)))
        }
        _ => a == b,
    }
}

fn by(name: &str, f: &Filter, input: &Json, scope: &Scope, budget: &mut Budget) -> Res<Json> {
    let mut keyed = Vec::new();
    for item in list_of(input)? {
        keyed.push((Json::list(run(f, &item, scope, budget)?), item));
    }
    keyed.sort_by(|a, b| a.0.order(&b.0));
    Ok(match name {
        "sort_by" => Json::list(keyed.into_iter().map(|(_, v)| v).collect()),
        "min_by" => keyed.into_iter().next().map_or(Json::Null, |(_, v)| v),
        "max_by" => keyed.pop().map_or(Json::Null, |(_, v)| v),
        "unique_by" => {
            keyed.dedup_by(|a, b| a.0 == b.0);
            Json::list(keyed.into_iter().map(|(_, v)| v).collect())
        }
        _ => {
            let mut groups: Vec<(Json, Vec<Json>)> = Vec::new();
            for (key, value) in keyed {
                match groups.last_mut() {
                    Some((last, group)) if *last == key => group.push(value),
                    _ => groups.push((key, vec![value])),
                }
            }
            Json::list(groups.into_iter().map(|(_, g)| Json::list(g)).collect())
        }
    })
}

fn two(name: &str, a: &Filter, b: &Filter, input: &Json, scope: &Scope, budget: &mut Budget) -> Res<Vec<Json>> {
    let mut first =
        |f: &Filter| -> Res<Json> { Ok(run(f, input, scope, budget)?.into_iter().next().unwrap_or(Json::Null)) };
    let (x, y) = (first(a)?, first(b)?);
    Ok(vec![match (name, &x, &y) {
        ("range", Json::Number(from), Json::Number(to)) => {
            let count = (to - from).clamp(0.0, 100_000.0).ceil() as usize;
            return Ok((0..count).map(|i| Json::Number(from + i as f64)).collect());
        }
        ("sub" | "gsub", Json::Text(pattern), Json::Text(with)) => {
            let text = text_of(input, name)?;
            let with = with.replace('&', "\\&");
            let new = substitute_text(&text, &regex(pattern, "")?, &with, name == "gsub");
            Json::text(new.as_deref().unwrap_or(&text))
        }
        ("test", Json::Text(pattern), Json::Text(flags)) => {
            Json::Bool(regex(pattern, flags)?.is_match(&text_of(input, name)?))
        }
        ("split", Json::Text(_), _) => with_value("split", input, &x)?,
        ("limit", Json::Number(n), _) => {
            return Ok(run(b, input, scope, budget)?.into_iter().take(n.max(0.0) as usize).collect());
        }
        _ => return Err(format!("{name}/2 is not defined")),
    }])
}
