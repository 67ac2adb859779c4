use super::*;

fn data() -> Value {
    Value::from_json(
        r#"{"kind":"List","items":[
            {"metadata":{"name":"a","labels":{"app":"x","rank":"10","a.b/c":"d"}},"spec":{"n":1,"images":["p","q"]},"status":{"ok":true}},
            {"metadata":{"name":"b","labels":{"app":"w"}},"spec":{"n":2,"images":["r"]},"status":{"phase":"Running"}}]}"#,
    )
    .unwrap()
}

fn run(text: &str) -> String {
    match parse(text).map(|p| JsonPath { allow_missing: true, ..p }) {
        Ok(path) => path.text(&data(), ToString::to_string).unwrap_or_else(|e| format!("run: {e}")),
        Err(e) => format!("parse: {e}"),
    }
}

#[test]
fn templates_find_what_client_go_finds() {
    let cases = [
        ("{.items[*].metadata.name}", "a b"),
        ("{range .items[*]}{.metadata.name}{\"\\t\"}{.spec.n}{\"\\n\"}{end}!", "a\t1\nb\t2\n!"),
        ("{.items[0].metadata.labels}", r#"{"a.b/c":"d","app":"x","rank":"10"}"#),
        ("{.items[?(@.metadata.name==\"b\")].spec.images[*]}", "r"),
        ("{.items[?(@.status.ok)].metadata.name}", "a"),
        ("{.items[?(@.spec.n>=2)].metadata.name}", "b"),
        ("{.items[*]['metadata.name','spec.n']}", "a b 1 2"),
        ("{..name}", "a b"),
        ("{.items[-1:].metadata.name} {.items[-1].metadata.name} {.items[0:2].metadata.name}", "b b a b"),
        ("{.items[0].metadata.labels.a\\.b/c}", "d"),
        ("{.items[0].metadata['name']}", "a"),
        ("{.nosuch}", ""),
        ("hello", "hello"),
        ("{\"a\\tb\"}", "a\tb"),
        ("{range .nosuch[*]}{.x}{end}z", "z"),
    ];
    for (text, want) in cases {
        assert_eq!(run(text), want, "{text}");
    }
}

/// Recorded in 200-err-cli and 307-get-lists, or client-go's own texts.
#[test]
fn errors_are_worded_as_client_go_words_them() {
    let cases = [
        ("{.items[*].metadata.name", "parse: unclosed action"),
        ("{.items[0].spec.images[5]}", "run: array index out of bounds: index 5, length 2"),
        ("{.items[?(@.metadata.labels.rank>1)].metadata.name}", "run: incompatible types for comparison"),
        ("{.items[}", "parse: unterminated array"),
        ("{.items[x]}", "parse: invalid array index x"),
        ("{end}", "run: not in range, nothing to end"),
        ("{foo}", "run: unrecognized identifier foo"),
    ];
    for (text, want) in cases {
        assert_eq!(run(text), want, "{text}");
    }
}

#[test]
fn relaxed_expressions_become_strict() {
    for text in ["a.b", ".a.b", "{a.b}", "{.a.b}"] {
        assert_eq!(relaxed(text).unwrap(), "{.a.b}");
    }
    assert!(relaxed("{a}{b}").is_err());
}
