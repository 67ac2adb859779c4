//! `expr`: sums and comparisons of its arguments.

use super::Call;
use crate::sh::io::Io;

/// Runs `expr`; 1 where the result is null or 0, 2 where it makes no sense.
pub fn expr(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let mut at = 0;
    let result = either(call.args, &mut at, 0);
    match result {
        Ok(text) if at == call.args.len() => {
            io.out(&format!("{text}\n"));
            i32::from(text.is_empty() || text == "0")
        }
        Ok(_) => fail(io, &format!("syntax error: unexpected argument '{}'", call.args.get(at).map_or("", |a| a))),
        Err(why) => fail(io, &why),
    }
}

fn fail(io: &mut Io<'_>, why: &str) -> i32 {
    io.err(&format!("expr: {why}\n"));
    2
}

/// Operators by level, the loosest first.
const LEVELS: &[&[&str]] = &[&["|"], &["&"], &["=", "!=", "<", "<=", ">", ">="], &["+", "-"], &["*", "/", "%"], &[":"]];
const MAX_DEPTH: usize = 64;

fn either(args: &[String], at: &mut usize, depth: usize) -> Result<String, String> {
    level(args, at, 0, depth)
}

fn level(args: &[String], at: &mut usize, n: usize, depth: usize) -> Result<String, String> {
    let Some(operators) = LEVELS.get(n) else { return single(args, at, depth) };
    let mut left = level(args, at, n + 1, depth)?;
    while let Some(op) = args.get(*at).filter(|a| operators.contains(&a.as_str())) {
        *at += 1;
        let right = level(args, at, n + 1, depth)?;
        left = apply(op, &left, &right)?;
    }
    Ok(left)
}

fn single(args: &[String], at: &mut usize, depth: usize) -> Result<String, String> {
    let Some(arg) = args.get(*at) else {
        let after = at.checked_sub(1).and_then(|i| args.get(i)).map_or("", |a| a);
        return Err(match after {
            "" => "missing operand\nTry 'expr --help' for more information.".to_owned(),
            after => format!("syntax error: missing argument after '{after}'"),
        });
    };
    *at += 1;
    match arg.as_str() {
        "(" if depth < MAX_DEPTH => {
            let inner = either(args, at, depth + 1)?;
            if args.get(*at).map(String::as_str) != Some(")") {
                return Err("syntax error: expecting ')'".to_owned());
            }
            *at += 1;
            Ok(inner)
        }
        "length" if args.get(*at).is_some() => {
            let text = args.get(*at).cloned().unwrap_or_default();
            *at += 1;
            Ok(text.chars().count().to_string())
        }
        _ => Ok(arg.clone()),
    }
}

fn apply(op: &str, left: &str, right: &str) -> Result<String, String> {
    let is_null = |text: &str| text.is_empty() || text == "0";
    let numbers = left.parse::<i64>().ok().zip(right.parse::<i64>().ok());
    let order = numbers.map_or_else(|| left.cmp(right), |(a, b)| a.cmp(&b));
    let truth = |holds: bool| Ok(i32::from(holds).to_string());
    match op {
        "|" => return Ok(if is_null(left) { right } else { left }.to_owned()),
        "&" => return Ok(if is_null(left) || is_null(right) { "0" } else { left }.to_owned()),
        "=" => return truth(order.is_eq()),
        "!=" => return truth(order.is_ne()),
        "<" => return truth(order.is_lt()),
        "<=" => return truth(order.is_le()),
        ">" => return truth(order.is_gt()),
        ">=" => return truth(order.is_ge()),
        ":" => return Err("matching: not simulated here".to_owned()),
        _ => {}
    }
    let (a, b) = numbers.ok_or("non-integer argument")?;
    let result = match op {
        "+" => a.checked_add(b),
        "-" => a.checked_sub(b),
        "*" => a.checked_mul(b),
        _ if b == 0 => return Err("division by zero".to_owned()),
        "/" => a.checked_div(b),
        _ => a.checked_rem(b),
    };
    result.map(|n| n.to_string()).ok_or_else(|| "integer overflow".to_owned())
}
