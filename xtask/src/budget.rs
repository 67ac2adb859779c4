//! What the page weighs, against `budgets.toml`.

use crate::process::{Failure, Result, command, output_of, root};
use std::collections::BTreeMap;

/// A table of what a reader downloads until the first prompt, in bytes: raw, gzip -9, brotli 11.
pub fn report() -> Result<String> {
    output_of(command("node").args(["xtask/payload.mjs", "dist"]))
        .map(|text| text + "\n")
        .ok_or_else(|| Failure("cannot measure dist/: node xtask/payload.mjs dist failed".to_string()))
}

/// Fails when the first load has grown past its budget; otherwise the line for the summary.
pub fn check() -> Result<String> {
    let budgets = parse(&std::fs::read_to_string(root().join("budgets.toml"))?)?;
    let report = report()?;
    print!("{report}");
    let sizes = total(&report).ok_or_else(|| Failure("the report on dist/ has no line `total`".to_string()))?;
    judge(&budgets, sizes)
}

fn judge(budgets: &BTreeMap<String, u64>, sizes: [u64; 3]) -> Result<String> {
    let names = ["first_load_raw", "first_load_gzip", "first_load_brotli"];
    let mut said = Vec::new();
    let mut over = Vec::new();
    for (name, size) in names.iter().zip(sizes) {
        let Some(&budget) = budgets.get(*name) else { continue };
        let line = format!("{name} {size} of {budget} bytes");
        if size > budget {
            over.push(line.clone())
        };
        said.push(line);
    }
    if said.is_empty() {
        return Err(Failure(
            "budgets.toml names none of first_load_raw, first_load_gzip, first_load_brotli".to_string(),
        ));
    }
    if over.is_empty() { Ok(said.join(", ")) } else { Err(Failure(format!("over budget: {}", over.join(", ")))) }
}

/// The numbers of the report's last row.
fn total(report: &str) -> Option<[u64; 3]> {
    let row = report.lines().rev().find_map(|line| line.trim().strip_prefix("total "))?;
    let mut numbers = row.split_whitespace().map(|n| n.parse().ok());
    Some([numbers.next()??, numbers.next()??, numbers.next()??])
}

/// Reads `name = number` lines; `#` begins a comment.
fn parse(text: &str) -> Result<BTreeMap<String, u64>> {
    let mut budgets = BTreeMap::new();
    for line in text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).filter(|l| !l.is_empty()) {
        let pair = line.split_once('=').and_then(|(k, v)| Some((k.trim(), v.trim().replace('_', "").parse().ok()?)));
        let (name, number) = pair.ok_or_else(|| Failure(format!("budgets.toml: not `name = number`: {line}")))?;
        budgets.insert(name.to_string(), number);
    }
    Ok(budgets)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "file raw gzip brotli\npage.wasm 900 300 200\ntotal 1000 400 250\n";

    #[test]
    fn growing_past_the_budget_fails() {
        let budgets = parse("# bytes\nfirst_load_gzip = 4_00\n").ok().unwrap_or_default();
        let sizes = total(REPORT).unwrap_or_default();
        assert_eq!(sizes, [1000, 400, 250]);
        assert_eq!(judge(&budgets, sizes).ok().as_deref(), Some("first_load_gzip 400 of 400 bytes"));
        assert!(judge(&budgets, [1000, 401, 250]).is_err(), "one byte over the budget must fail");
        assert!(judge(&BTreeMap::new(), sizes).is_err(), "no budget must not pass as a good one");
    }

    #[test]
    fn a_line_that_is_not_a_budget_is_an_error() {
        assert!(parse("first_load_gzip = many").is_err());
    }
}
