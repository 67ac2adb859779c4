//! Templates against what Go's `text/template` makes of them; errors as recorded in 200-err-cli and 307-get-lists.

use super::Template;
use crate::apimachinery::Value;

fn object() -> Value {
    Value::from_json(
        r#"{"items":[{"metadata":{"name":"a","labels":{"app":"x","num":"1"}},"n":3},
            {"metadata":{"name":"b"},"n":1500000,"none":null}],"secret":"aGVsbG8="}"#,
    )
    .unwrap()
}

fn run(template: &str) -> String {
    match Template::parse(template, true) {
        Ok(mut parsed) => match parsed.execute(&object()) {
            (text, Ok(())) => text,
            (_, Err(e)) => e.text(),
        },
        Err(e) => e.text(),
    }
}

#[test]
fn templates_print_what_go_prints() {
    let cases = [
        ("{{range .items}}{{.metadata.name}}{{\"\\n\"}}{{end}}", "a\nb\n"),
        ("{{len .items}}", "2"),
        ("{{range $i, $p := .items}}{{$i}}:{{$p.metadata.name}} {{end}}", "0:a 1:b "),
        ("{{(index .items 0).metadata.labels}} {{.nosuch}} {{.nosuch.more}}", "map[app:x num:1] <no value> <no value>"),
        ("{{range .items}}{{.n}} {{end}}", "3 1.5e+06 "),
        (
            "{{range .items}}{{if eq .metadata.name \"a\"}}up{{else if eq .metadata.name \"b\"}}mid{{else}}down{{end}} {{end}}",
            "up mid ",
        ),
        ("{{with .nosuch}}yes{{else}}no{{end}}", "no"),
        ("{{- /* a comment */ -}}  x {{- 1 -}}  y", "x1y"),
        ("{{$n := 0}}{{range .items}}{{$n = .metadata.name}}{{end}}{{$n}}", "b"),
        ("{{printf \"%-5s|%5s|%q|%d|%v|%.1f\" \"a\" \"b\" \"c\" 4 true 1.25}}", "a    |    b|\"c\"|4|true|1.2"),
        ("{{.secret | base64decode | printf \"%s!\"}}", "hello!"),
        ("{{range $k, $v := (index .items 0).metadata.labels}}{{$k}}={{$v}},{{end}}", "app=x,num=1,"),
        (
            "{{and 1 0}} {{or 0 \"x\"}} {{not true}} {{ne 1 2}} {{lt 1 2}} {{ge \"b\" \"a\"}}",
            "0 x false true true true",
        ),
        ("{{define \"T\"}}<{{.}}>{{end}}{{template \"T\" .secret}}", "<aGVsbG8=>"),
        ("{{range .items}}{{if eq .metadata.name \"b\"}}{{break}}{{end}}{{.metadata.name}}{{end}}", "a"),
        ("{{range .nosuch}}x{{else}}none{{end}}", "none"),
        ("{{slice .secret 1 3}} {{html \"<a>\"}} {{urlquery \"a b\"}} {{print 1 2 \"x\"}}", "GV &lt;a&gt; a+b 1 2x"),
        ("{{'a'}} {{0x10}} {{1.5}} {{true}}", "97 16 1.5 true"),
    ];
    for (template, want) in cases {
        assert_eq!(run(template), want, "{template}");
    }
}

#[test]
fn errors_are_worded_as_go_words_them() {
    let cases = [
        ("{{.items", "error parsing template {{.items, template: output:1: unclosed action\n"),
        ("{{if .a}}", "error parsing template {{if .a}}, template: output:1: unexpected EOF\n"),
        ("{{foo .}}", "error parsing template {{foo .}}, template: output:1: function \"foo\" not defined\n"),
        ("{{$x}}", "error parsing template {{$x}}, template: output:1: undefined variable \"$x\"\n"),
        ("a\n{{end}}", "error parsing template a\n{{end}}, template: output:2: unexpected {{end}}\n"),
        ("{{}}", "error parsing template {{}}, template: output:1: missing value for command\n"),
        (
            "{{.items.foo}}",
            "error executing template \"{{.items.foo}}\": template: output:1:8: executing \"output\" at <.items.foo>: can't evaluate field foo in type interface {}",
        ),
        (
            "{{index .items 5}}",
            "error executing template \"{{index .items 5}}\": template: output:1:2: executing \"output\" at <index .items 5>: error calling index: index out of range: 5",
        ),
        (
            "{{if eq 1 \"a\"}}{{end}}",
            "error executing template \"{{if eq 1 \\\"a\\\"}}{{end}}\": template: output:1:5: executing \"output\" at <eq 1 \"a\">: error calling eq: incompatible types for comparison",
        ),
        (
            "{{len}}",
            "error executing template \"{{len}}\": template: output:1:2: executing \"output\" at <len>: wrong number of args for len: want 1 got 0",
        ),
    ];
    for (template, want) in cases {
        assert_eq!(run(template), want, "{template}");
    }
}

#[test]
fn no_template_panics() {
    for text in
        ["{{", "{{\"", "{{'", "{{`", "{{-", "{{/*", "{{(((((((", "}}", "{{.}}{{", "{{$", "{{|}}", "{{é.ü}}", "{{.a|}}"]
    {
        run(text);
    }
    run(&"{{if 1}}".repeat(500));
    run(&"{{(".repeat(300));
}
