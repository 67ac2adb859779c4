//! The layers: ARCHITECTURE.md's table is held against every `crate::…` path in `src`, and the browser's crates against
//! every file outside the page. The checks have tests of their own, which show that they can fail.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The crates that only the page may name.
const BROWSER_CRATES: &[&str] =
    &["yew", "web_sys", "gloo", "wasm_bindgen", "wasm_bindgen_futures", "js_sys", "console_error_panic_hook"];
/// What is above all layers: it wires them together.
const OUTSIDE: &[&str] = &["lib", "main", "bin"];

/// A layer and what it may use; a layer may always use itself.
type Layers = BTreeMap<String, BTreeSet<String>>;

#[test]
fn every_layer_uses_only_what_the_table_lists() {
    let layers = layers(&read("ARCHITECTURE.md")).expect("ARCHITECTURE.md has a table of layers");
    let wrong: Vec<String> = sources().iter().flat_map(|(path, text)| violations(&layers, path, text)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_folder_of_src_is_a_layer() {
    let layers = layers(&read("ARCHITECTURE.md")).expect("ARCHITECTURE.md has a table of layers");
    let unknown: BTreeSet<String> =
        sources().iter().filter_map(|(path, _)| layer_of(path)).filter(|layer| !layers.contains_key(layer)).collect();
    assert!(unknown.is_empty(), "not in ARCHITECTURE.md's table: {unknown:?}");
}

#[test]
fn only_the_page_names_the_browser() {
    let wrong: Vec<String> = sources().iter().flat_map(|(path, text)| browser_crates(path, text)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_path_to_a_layer_above_is_found() {
    let layers = small_table();
    let found = violations(&layers, "sim/clock.rs", "use crate::client::Request;\n");
    assert_eq!(found, ["src/sim/clock.rs:1: sim may not use client"]);
    let found = violations(&layers, "sim/clock.rs", "fn f() {\n    let r = crate::client::Request::get(\"/\");\n}\n");
    assert_eq!(found, ["src/sim/clock.rs:2: sim may not use client"]);
    let found = violations(&layers, "sim/clock.rs", "use crate::{\n    api::Pod,\n    sim::{Clock, Rng},\n};\n");
    assert_eq!(found, ["src/sim/clock.rs:2: sim may not use api"]);
    let found = violations(&layers, "sim/deep/file.rs", "pub(in crate::client) use crate::api;\n");
    assert_eq!(
        found,
        ["src/sim/deep/file.rs:1: sim may not use client", "src/sim/deep/file.rs:1: sim may not use api"]
    );
    let found = violations(&layers, "sim.rs", "use crate::*;\n");
    assert_eq!(found, ["src/sim.rs:1: sim may not use *"]);
}

#[test]
fn what_the_table_allows_is_not_found() {
    let layers = small_table();
    assert!(violations(&layers, "client/mod.rs", "use crate::sim::Clock;\nuse crate::{api, sim};\n").is_empty());
    assert!(violations(&layers, "sim/mod.rs", "use crate::sim::rng;\nuse super::clock;\n").is_empty());
    assert!(
        violations(&layers, "sim/mod.rs", "/// Like [`crate::client::Request`].\n// crate::client too\n").is_empty()
    );
    assert!(violations(&layers, "main.rs", "use crate::client;\n").is_empty());
    let tested = "use crate::client;\n#[cfg(test)]\nmod tests {\n    use crate::api::Pod;\n}\n";
    assert_eq!(violations(&layers, "sim/mod.rs", tested), ["src/sim/mod.rs:1: sim may not use client"]);
    assert!(violations(&layers, "sim/mod.rs", "let text = \"// not a comment\"; use othercrate::client;\n").is_empty());
}

#[test]
fn a_browser_crate_in_the_core_is_found() {
    assert_eq!(browser_crates("view/mod.rs", "use web_sys::Element;\n"), ["src/view/mod.rs:1: names web_sys"]);
    assert_eq!(browser_crates("sim/mod.rs", "let now = js_sys::Date::now();\n"), ["src/sim/mod.rs:1: names js_sys"]);
    assert!(browser_crates("ui/app.rs", "use yew::prelude::*;\n").is_empty());
    assert!(browser_crates("main.rs", "use wasm_bindgen::prelude::*;\n").is_empty());
    assert!(browser_crates("sim/mod.rs", "let yewish = new_yew::x;\n// yew::Component\n").is_empty());
}

#[test]
fn the_table_is_read_as_it_is_meant() {
    let layers = small_table();
    let uses = |layer: &str| layers[layer].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(uses("sim"), [""; 0]);
    assert_eq!(uses("client"), ["api", "sim"]);
    assert_eq!(uses("server"), ["api", "client", "server", "sim"], "a row may name what it may not use");
    assert_eq!(uses("kubelet"), ["sim"], "two layers may share a row");
    assert!(
        super_strict("| layer | may use | is |\n|---|---|---|\n| `a` | nosuch | |\n"),
        "an unknown name must not pass"
    );
    assert!(layers_of("no table at all").is_none());
}

fn super_strict(table: &str) -> bool {
    std::panic::catch_unwind(|| layers(table)).is_err()
}

fn layers_of(table: &str) -> Option<Layers> {
    layers(table)
}

fn small_table() -> Layers {
    let table = "# x\n\n| layer | may use | is |\n|---|---|---|\n| `sim` | – | time |\n| `api` | – | |\n\
                 | `client` | api, sim (read) | |\n| `server` | everything but controllers and kubelet | |\n| `controllers`, `kubelet` | sim | |\n\nmore\n";
    layers(table).expect("a table")
}

/// Reads the table that begins with `| layer | may use |`. Panics on a name that is no layer: a misspelt permission is none.
fn layers(markdown: &str) -> Option<Layers> {
    let rows: Vec<Vec<&str>> = markdown
        .lines()
        .skip_while(|line| !line.starts_with("| layer | may use |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    let mut layers = Layers::new();
    let all: BTreeSet<String> = rows.iter().flat_map(|row| names(row.get(1).unwrap_or(&""))).collect();
    for row in &rows {
        let [_, who, uses, ..] = row.as_slice() else { continue };
        let allowed: BTreeSet<String> = match uses.strip_prefix("everything but ") {
            Some(but) => all.difference(&names(but)).cloned().collect(),
            None => names(uses),
        };
        layers.extend(names(who).into_iter().map(|name| (name, allowed.clone())));
    }
    let known: BTreeSet<&String> = layers.keys().collect();
    for (layer, uses) in &layers {
        for used in uses {
            assert!(known.contains(used), "ARCHITECTURE.md lets {layer} use {used}, which is no layer");
        }
    }
    (!layers.is_empty()).then_some(layers)
}

/// The names in a cell: "`registry` (read), api and sim" are three; a dash is none.
fn names(cell: &str) -> BTreeSet<String> {
    let word = |part: &str| {
        part.trim().trim_matches('`').chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
    };
    cell.split(',').flat_map(|part| part.split(" and ")).map(word).filter(|name| !name.is_empty()).collect()
}

/// Every path of `text` that leads into a layer that the file's own may not use.
fn violations(layers: &Layers, path: &str, text: &str) -> Vec<String> {
    let Some(layer) = layer_of(path) else { return Vec::new() };
    let Some(allowed) = layers.get(&layer) else { return vec![format!("src/{path}: {layer} is no layer")] };
    crate_paths(text)
        .into_iter()
        .filter(|(_, used)| *used != layer && !allowed.contains(used) && (layers.contains_key(used) || used == "*"))
        .map(|(line, used)| format!("src/{path}:{line}: {layer} may not use {used}"))
        .collect()
}

/// The layer a file of `src` belongs to; nothing for those that are above all layers.
fn layer_of(path: &str) -> Option<String> {
    let first = path.split('/').next()?.trim_end_matches(".rs");
    (!OUTSIDE.contains(&first)).then(|| first.to_string())
}

/// What is compiled into the program: a file's tests, at its end, may look up.
fn shipped(text: &str) -> &str {
    text.split_once("\n#[cfg(test)]\nmod tests {").map_or(text, |(shipped, _)| shipped)
}

/// Line and first segment of every `crate::…`, those in braces too.
fn crate_paths(text: &str) -> Vec<(usize, String)> {
    let code = without_comments(shipped(text));
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let line = |offset: usize| 1 + code[..at + "crate::".len() + offset].matches('\n').count();
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group_heads(group).into_iter().map(|(offset, head)| (line(offset + 1), head))),
            None => found.push((line(0), head(rest))),
        }
    }
    found
}

/// Offset and first segment of each path in `{…}`, whose opening brace is already read.
fn group_heads(group: &str) -> Vec<(usize, String)> {
    let mut heads = Vec::new();
    let mut depth = 0;
    let mut fresh = true;
    for (offset, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            c if depth == 0 && fresh && !c.is_whitespace() => {
                heads.push((offset, head(&group[offset..])));
                fresh = false;
            }
            _ => {}
        }
    }
    heads
}

fn head(path: &str) -> String {
    if path.starts_with('*') {
        return "*".to_string();
    }
    path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The text with line comments blanked; what follows `//` inside a string is left alone.
fn without_comments(text: &str) -> String {
    let strip = |line: &str| {
        let comment =
            line.match_indices("//").map(|(at, _)| at).find(|at| line[..*at].matches('"').count().is_multiple_of(2));
        line[..comment.unwrap_or(line.len())].to_string()
    };
    text.lines().map(strip).collect::<Vec<_>>().join("\n")
}

/// Each line outside the page that names a crate of the browser.
fn browser_crates(path: &str, text: &str) -> Vec<String> {
    if path == "main.rs" || layer_of(path).as_deref() == Some("ui") {
        return Vec::new();
    }
    let names = |line: &str, name: &str| {
        line.match_indices(name).any(|(at, _)| {
            let whole = !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
            whole && line[at + name.len()..].starts_with("::")
        })
    };
    let code = without_comments(text);
    let lines = code.lines().enumerate();
    lines
        .flat_map(|(number, line)| {
            BROWSER_CRATES.iter().filter(move |name| names(line, name)).map(move |name| (number + 1, name))
        })
        .map(|(number, name)| format!("src/{path}:{number}: names {name}"))
        .collect()
}

/// Every Rust file below `src`, as its path there and its text.
fn sources() -> Vec<(String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    files.sort();
    let named = |file: PathBuf| {
        let text = std::fs::read_to_string(&file).expect("a source file is readable");
        (file.strip_prefix(&src).expect("below src").to_string_lossy().replace('\\', "/"), text)
    };
    files.into_iter().map(named).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of src is readable") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
}

fn read(file: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
}
