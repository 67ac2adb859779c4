//! Label selectors: `app in (a,b),tier!=x,!old`. Models `apimachinery/pkg/labels` and `metav1.LabelSelector`.

use super::field::{self, Path};
use super::names;
use super::value::Value;
use std::fmt;

mod lexer;
mod parser;

/// How a label is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equals,
    DoubleEquals,
    NotEquals,
    In,
    NotIn,
    Exists,
    DoesNotExist,
    GreaterThan,
    LessThan,
}

/// One term of a selector. Values are sorted and unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    pub key: String,
    pub operator: Operator,
    pub values: Vec<String>,
}

/// All requirements must hold. The default matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    pub requirements: Vec<Requirement>,
    /// Matches nothing at all: what a missing selector of an object means.
    pub nothing: bool,
}

impl Selector {
    /// Reads the text of a `labelSelector` parameter. The error is the server's.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut requirements = parser::parse(text)?;
        requirements.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(Self { requirements, nothing: false })
    }

    pub fn everything() -> Self {
        Self::default()
    }

    /// Every label of `labels`, a map of strings, must be there. Models `labels.SelectorFromSet`.
    pub fn from_set(labels: &Value) -> Self {
        let requirements = labels.fields().map(|(key, value)| Requirement::equals(key, value.str())).collect();
        Self { requirements, nothing: false }
    }

    /// Reads `matchLabels` and `matchExpressions`; null matches nothing, `{}` everything.
    pub fn from_label_selector(selector: &Value) -> Result<Self, String> {
        if selector.is_null() {
            return Ok(Self { requirements: Vec::new(), nothing: true });
        }
        let mut requirements: Vec<_> =
            selector["matchLabels"].fields().map(|(key, value)| Requirement::equals(key, value.str())).collect();
        for expression in selector["matchExpressions"].items() {
            let operator = match expression["operator"].str() {
                "In" => Operator::In,
                "NotIn" => Operator::NotIn,
                "Exists" => Operator::Exists,
                "DoesNotExist" => Operator::DoesNotExist,
                other => return Err(format!("{other:?} is not a valid label selector operator")),
            };
            let values = expression["values"].items().iter().map(|v| v.str().to_owned()).collect();
            requirements.push(Requirement::new(expression["key"].str(), operator, values)?);
        }
        requirements.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(Self { requirements, nothing: false })
    }

    /// True for a selector that every object fits.
    pub fn is_empty(&self) -> bool {
        !self.nothing && self.requirements.is_empty()
    }

    /// `labels` is a map of strings, or null.
    pub fn matches(&self, labels: &Value) -> bool {
        !self.nothing && self.requirements.iter().all(|r| r.matches(labels))
    }
}

impl Requirement {
    fn equals(key: &str, value: &str) -> Self {
        Self { key: key.into(), operator: Operator::Equals, values: vec![value.into()] }
    }

    /// Checks key and values as the server does.
    pub fn new(key: &str, operator: Operator, mut values: Vec<String>) -> Result<Self, String> {
        values.sort();
        values.dedup();
        let mut errors = Vec::new();
        errors.extend(check_key(key, &Path::new("key")));
        let path = Path::new("values");
        let count_error = match operator {
            Operator::In | Operator::NotIn if values.is_empty() => {
                "for 'in', 'notin' operators, values set can't be empty"
            }
            Operator::Equals | Operator::DoubleEquals | Operator::NotEquals if values.len() != 1 => {
                "exact-match compatibility requires one single value"
            }
            Operator::Exists | Operator::DoesNotExist if !values.is_empty() => {
                "values set must be empty for exists and does not exist"
            }
            Operator::GreaterThan | Operator::LessThan if values.len() != 1 => {
                "for 'Gt', 'Lt' operators, exactly one value is required"
            }
            _ => "",
        };
        if !count_error.is_empty() {
            errors.push(field::Error::invalid(
                &path,
                values.iter().map(String::as_str).collect::<Value>(),
                count_error,
            ));
        }
        for (i, value) in values.iter().enumerate() {
            let numeric = matches!(operator, Operator::GreaterThan | Operator::LessThan);
            if numeric && value.parse::<i64>().is_err() {
                let detail = "for 'Gt', 'Lt' operators, the value must be an integer";
                errors.push(field::Error::invalid(&path.index(i), value.as_str(), detail));
            }
        }
        for (i, value) in values.iter().enumerate() {
            let wrong = names::is_label_value(value);
            if !wrong.is_empty() {
                errors.push(field::Error::invalid(&path.index(i).key(key), value.as_str(), wrong.join("; ")));
            }
        }
        match errors.as_slice() {
            [] => Ok(Self { key: key.into(), operator, values }),
            [one] => Err(one.to_string()),
            many => Err(format!("[{}]", many.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))),
        }
    }

    fn matches(&self, labels: &Value) -> bool {
        let value = labels[self.key.as_str()].as_str();
        let among = |v: &str| self.values.iter().any(|x| x == v);
        match self.operator {
            Operator::In | Operator::Equals | Operator::DoubleEquals => value.is_some_and(among),
            Operator::NotIn | Operator::NotEquals => !value.is_some_and(among),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::GreaterThan | Operator::LessThan => {
                let bound = self.values.first().and_then(|v| v.parse::<i64>().ok());
                match (value.and_then(|v| v.parse::<i64>().ok()), bound) {
                    (Some(v), Some(bound)) if self.operator == Operator::GreaterThan => v > bound,
                    (Some(v), Some(bound)) => v < bound,
                    _ => false,
                }
            }
        }
    }
}

/// What is wrong with a label key, if anything.
fn check_key(key: &str, path: &Path) -> Option<field::Error> {
    let wrong = names::is_qualified_name(key);
    (!wrong.is_empty()).then(|| field::Error::invalid(path, key, wrong.join("; ")))
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, values) = (&self.key, self.values.join(","));
        match self.operator {
            Operator::Exists => f.write_str(key),
            Operator::DoesNotExist => write!(f, "!{key}"),
            Operator::Equals => write!(f, "{key}={values}"),
            Operator::DoubleEquals => write!(f, "{key}=={values}"),
            Operator::NotEquals => write!(f, "{key}!={values}"),
            Operator::In => write!(f, "{key} in ({values})"),
            Operator::NotIn => write!(f, "{key} notin ({values})"),
            Operator::GreaterThan => write!(f, "{key}>{values}"),
            Operator::LessThan => write!(f, "{key}<{values}"),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, r) in self.requirements.iter().enumerate() {
            write!(f, "{}{r}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

/// A selector of an object as tables and `describe` print it. Models `metav1.FormatLabelSelector`.
pub fn format_label_selector(selector: &Value) -> String {
    match Selector::from_label_selector(selector) {
        Err(_) => "<error>".to_owned(),
        Ok(s) if s.requirements.is_empty() => "<none>".to_owned(),
        Ok(s) => s.to_string(),
    }
}

/// A set of labels as tables print it: `a=b,c=d`, `<none>` for none. Models `labels.FormatLabels`.
pub fn format_labels(labels: &Value) -> String {
    let text = labels.fields().map(|(k, v)| format!("{k}={}", v.str())).collect::<Vec<_>>().join(",");
    if text.is_empty() { "<none>".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object;

    #[test]
    fn selectors_match_as_kubectl_users_expect() {
        let labels = object! { "app" => "web", "n" => "5" };
        let cases = [
            ("app=web", true),
            ("app==web,n", true),
            ("app!=web", false),
            ("nosuch!=x", true),
            ("app in (a, web)", true),
            ("app notin (web)", false),
            ("!app", false),
            ("!nosuch", true),
            ("n>4", true),
            ("n<5", false),
            ("", true),
            ("in", false),
            ("app in ()", false),
        ];
        for (text, want) in cases {
            assert_eq!(Selector::parse(text).unwrap().matches(&labels), want, "{text}");
        }
        assert_eq!(Selector::parse("b in (z,y,z),a").unwrap().to_string(), "a,b in (y,z)");
        assert!(!Selector::from_label_selector(&Value::Null).unwrap().matches(&labels));
    }

    #[test]
    fn errors_are_those_of_the_transcripts() {
        let cases = [
            ("a in b", "unable to parse requirement: found 'b' expected: '('"),
            ("a=b=c", "found '=', expected: ',' or 'end of string'"),
            ("=x", "found '=', expected: !, identifier, or 'end of string'"),
            ("bad key=x", "unable to parse requirement: found 'key', expected: in, notin, =, ==, !=, gt, lt"),
            ("a,", "found '', expected: identifier after ','"),
        ];
        for (text, want) in cases {
            assert_eq!(Selector::parse(text).unwrap_err(), want, "{text}");
        }
        let error = Selector::parse("a=-bad-").unwrap_err();
        assert!(
            error.starts_with(r#"unable to parse requirement: values[0][a]: Invalid value: "-bad-": a valid label"#)
        );
    }
}
