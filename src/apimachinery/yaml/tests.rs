use super::*;
use crate::object;

fn json(text: &str) -> String {
    match from_str(text) {
        Ok(v) => v.to_string(),
        Err(e) => e.to_string(),
    }
}

#[test]
fn scalars_are_those_of_yaml_1_1() {
    let cases = [
        (
            "a: yes\nb: 'yes'\nc: 0644\nd: 0x1F\ne: 1_000\nf: ~\ng: 1.5\nh: 12e03\ni: 2026-11-23",
            r#"{"a":true,"b":"yes","c":420,"d":31,"e":1000,"f":null,"g":1.5,"h":12000.0,"i":"2026-11-23"}"#,
        ),
        ("y: 3\n1: 4\nn: 2", r#"{"1":4,"false":2,"true":3}"#),
        ("a: 1\na: 2", r#"{"a":2}"#),
        ("a: &x {b: c}\nd: *x\ne:\n  <<: *x\n  f: g", r#"{"a":{"b":"c"},"d":{"b":"c"},"e":{"b":"c","f":"g"}}"#),
        ("- a\n- - b\n  - c\n-\n  d: e", r#"["a",["b","c"],{"d":"e"}]"#),
        (
            "a:\n- b\n- c\nd: >-\n  one\n  two\n\n  three\ne: |\n  x\n   y\n",
            r#"{"a":["b","c"],"d":"one two\nthree","e":"x\n y\n"}"#,
        ),
        (
            "a: \"x\\ty\\u00e9\\\n   z\"\nb: 'it''s'\nc: one\n  two",
            "{\"a\":\"x\\tyéz\",\"b\":\"it's\",\"c\":\"one two\"}",
        ),
        ("{\"a\": [1, 2,], b: {c}}", r#"{"a":[1,2],"b":{"c":null}}"#),
        ("a: !!str 1\nb: ! 2", r#"{"a":"1","b":"2"}"#),
        ("# nothing\n", "null"),
        ("a:\r\n  b: c\r\n", r#"{"a":{"b":"c"}}"#),
    ];
    for (text, want) in cases {
        assert_eq!(json(text), want, "{text}");
    }
}

#[test]
fn errors_are_worded_and_placed_as_go_yaml_does() {
    // The first five as recorded in 201-err-manifest and 203-err-more.
    let cases = [
        (
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n spec:\n  containers: []\n",
            "yaml: line 4: did not find expected key",
        ),
        (
            "apiVersion: v1\nkind: Pod\nmetadata:\n\tname: x\n",
            "yaml: line 4: found character that cannot start any token",
        ),
        ("apiVersion: v1\nkind Pod\nmetadata:\n  name: x\n", "yaml: line 3: could not find expected ':'"),
        ("apiVersion: v1\nkind: \"Pod\nmetadata:\n  name: x\n", "yaml: line 5: found unexpected end of stream"),
        ("a:\n- command: [\"a\n", "yaml: line 3: found unexpected end of stream"),
        (
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n   labels: y\n",
            "yaml: line 5: mapping values are not allowed in this context",
        ),
        ("a: *x", "yaml: unknown anchor 'x' referenced"),
        ("a: 'b\n", "yaml: line 2: found unexpected end of stream"),
        // As kubectl 1.33 prints it: of the first line nothing is said.
        ("a: b: c", "yaml: mapping values are not allowed in this context"),
    ];
    for (text, want) in cases {
        assert_eq!(json(text), want, "{text}");
    }
}

#[test]
fn documents_split_at_separators() {
    let found: Vec<_> = documents("---\na: 1\n---\n# c\n--- # x\nb: 2").into_iter().map(|d| (d.text, d.line)).collect();
    assert_eq!(found, [("---\na: 1\n", 0), ("# c\n", 3), ("b: 2", 5)]);
}

#[test]
fn output_is_quoted_and_folded_as_go_yaml_does() {
    let long = "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. \
                preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";
    let value = object! {
        "a10" => 1, "a2" => crate::list!["x", object! { "k" => object! {} }],
        "quoted" => crate::list!["true", "yes", "010", "1e3", "12:30", "*x", "a: b", "it's", "", "2026-11-23T00:00:00Z", "a\tb", " x"],
        "message" => long, "text" => "a\nb\n", "open" => "a\nb", "null" => Value::Null, "none" => Value::List(Default::default()),
    };
    assert_eq!(
        to_string(&value),
        "a2:\n- x\n- k: {}\na10: 1\nmessage: '0/3 nodes are available: 3 node(s) didn''t match Pod''s node affinity/selector.\n  \
         preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.'\nnone: []\n\"null\": null\n\
         open: |-\n  a\n  b\nquoted:\n- \"true\"\n- \"yes\"\n- \"010\"\n- \"1e3\"\n- \"12:30\"\n- '*x'\n- 'a: b'\n- it's\n- \"\"\n\
         - \"2026-11-23T00:00:00Z\"\n- \"a\\tb\"\n- ' x'\ntext: |\n  a\n  b\n"
    );
}

#[test]
fn no_text_panics_or_hangs() {
    for text in [
        "",
        "\u{feff}",
        "[",
        "{{{{",
        "a: |",
        "? ",
        "- - -",
        "&a *a",
        "!<",
        "%",
        "'",
        "\"\\",
        "---",
        "...",
        ":",
        "? :\n: ?",
        "a: &a [*a]",
    ] {
        let _ = from_str(text);
    }
    assert!(from_str(&"[".repeat(5_000)).is_err());
}
