//! What may be a name, a label, a port name. Each check returns what is wrong, worded as the server does; nothing
//! where all is well. Models `apimachinery/pkg/util/validation` and `apimachinery/pkg/api/validation`.

const LABEL_MAX: usize = 63;
const SUBDOMAIN_MAX: usize = 253;

const LABEL_RULE: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_RULE: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_1035_RULE: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const WILDCARD_RULE: &str = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const NAME_PART_RULE: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const QUALIFIED_NAME_RULE: &str = "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
const LABEL_VALUE_RULE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const CONFIG_KEY_RULE: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const ENV_NAME_RULE: &str =
    "a valid environment variable name must consist only of printable ASCII characters other than '='";
const STRICT_ENV_NAME_RULE: &str = "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')";

fn lower_alnum(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit()
}

fn is_label_shape(value: &str) -> bool {
    let b = value.as_bytes();
    matches!((b.first(), b.last()), (Some(x), Some(y)) if lower_alnum(*x) && lower_alnum(*y))
        && b.iter().all(|c| lower_alnum(*c) || *c == b'-')
}

fn is_name_shape(value: &str) -> bool {
    let b = value.as_bytes();
    matches!((b.first(), b.last()), (Some(x), Some(y)) if x.is_ascii_alphanumeric() && y.is_ascii_alphanumeric())
        && b.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.'))
}

/// The word for too long a text; labels count bytes, names count characters.
pub fn max_length(max: usize, unit: &str) -> String {
    format!("must be no more than {max} {unit}")
}

fn check(too_long: bool, max: usize, fits: bool, rule: &str) -> Vec<String> {
    let mut out = Vec::new();
    if too_long {
        out.push(max_length(max, "characters"));
    }
    if !fits {
        out.push(rule.to_owned());
    }
    out
}

/// `my-name`. Models `IsDNS1123Label`.
pub fn is_dns1123_label(value: &str) -> Vec<String> {
    let mut out = check(value.len() > LABEL_MAX, LABEL_MAX, true, "");
    if !is_label_shape(value) {
        // Both rules look alike to a reader, so a name with a dot in it is told that dots are what is wrong.
        out.push(if is_subdomain_shape(value) { "must not contain dots".to_owned() } else { LABEL_RULE.to_owned() });
    }
    out
}

fn is_subdomain_shape(value: &str) -> bool {
    value.split('.').all(is_label_shape)
}

/// `example.com`. Models `IsDNS1123Subdomain`.
pub fn is_dns1123_subdomain(value: &str) -> Vec<String> {
    check(value.len() > SUBDOMAIN_MAX, SUBDOMAIN_MAX, is_subdomain_shape(value), SUBDOMAIN_RULE)
}

/// `my-name`, beginning with a letter. Models `IsDNS1035Label`.
pub fn is_dns1035_label(value: &str) -> Vec<String> {
    let fits = is_label_shape(value) && value.as_bytes().first().is_some_and(u8::is_ascii_lowercase);
    check(value.len() > LABEL_MAX, LABEL_MAX, fits, LABEL_1035_RULE)
}

/// `*.example.com`. Models `IsWildcardDNS1123Subdomain`.
pub fn is_wildcard_subdomain(value: &str) -> Vec<String> {
    let fits = value.strip_prefix("*.").is_some_and(is_subdomain_shape);
    check(value.len() > SUBDOMAIN_MAX, SUBDOMAIN_MAX, fits, WILDCARD_RULE)
}

/// `example.com/MyName`: label keys, annotation keys, taints, extended resources. Models `IsQualifiedName`.
pub fn is_qualified_name(value: &str) -> Vec<String> {
    let mut out = Vec::new();
    let name = match value.split_once('/') {
        None => value,
        Some((_, name)) if name.contains('/') => return vec![QUALIFIED_NAME_RULE.to_owned()],
        Some((prefix, name)) => {
            if prefix.is_empty() {
                out.push("prefix part must be non-empty".to_owned());
            } else {
                out.extend(is_dns1123_subdomain(prefix).into_iter().map(|e| "prefix part ".to_owned() + &e));
            }
            name
        }
    };
    if name.is_empty() {
        out.push("name part must be non-empty".to_owned());
    } else if name.len() > LABEL_MAX {
        out.push("name part ".to_owned() + &max_length(LABEL_MAX, "bytes"));
    }
    if !is_name_shape(name) {
        out.push("name part ".to_owned() + NAME_PART_RULE);
    }
    out
}

/// The key of a label or an annotation. Models `content.IsLabelKey`.
pub fn is_label_key(value: &str) -> Vec<String> {
    is_qualified_name(value)
}

/// The value of a label. Models `IsValidLabelValue`.
pub fn is_label_value(value: &str) -> Vec<String> {
    let mut out = Vec::new();
    if value.len() > LABEL_MAX {
        out.push(max_length(LABEL_MAX, "bytes"));
    }
    if !value.is_empty() && !is_name_shape(value) {
        out.push(LABEL_VALUE_RULE.to_owned());
    }
    out
}

/// The name of a container's port. Models `IsValidPortName`.
pub fn is_port_name(value: &str) -> Vec<String> {
    let b = value.as_bytes();
    let mut out = Vec::new();
    if b.len() > 15 {
        out.push(max_length(15, "characters"));
    }
    if !b.iter().all(|c| lower_alnum(*c) || *c == b'-') {
        out.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".to_owned());
    }
    if !b.iter().any(u8::is_ascii_lowercase) {
        out.push("must contain at least one letter (a-z)".to_owned());
    }
    if value.contains("--") {
        out.push("must not contain consecutive hyphens".to_owned());
    }
    if b.first() == Some(&b'-') || b.last() == Some(&b'-') {
        out.push("must not begin or end with a hyphen".to_owned());
    }
    out
}

/// A port number. Models `IsValidPortNum`.
pub fn is_port(port: i64) -> Vec<String> {
    if (1..=65_535).contains(&port) { Vec::new() } else { vec!["must be between 1 and 65535, inclusive".to_owned()] }
}

/// Names that would mean a directory, or hide in one.
fn no_dots(value: &str) -> Option<&'static str> {
    match value {
        "." => Some("must not be '.'"),
        ".." => Some("must not be '..'"),
        _ => value.starts_with("..").then_some("must not start with '..'"),
    }
}

/// A key of a ConfigMap or Secret. Models `IsConfigMapKey`.
pub fn is_config_key(value: &str) -> Vec<String> {
    let fits = !value.is_empty() && value.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.'));
    let mut out = check(value.len() > SUBDOMAIN_MAX, SUBDOMAIN_MAX, fits, CONFIG_KEY_RULE);
    out.extend(no_dots(value).map(str::to_owned));
    out
}

/// The name of an environment variable. Models `IsRelaxedEnvVarName`.
pub fn is_env_name(value: &str) -> Vec<String> {
    if value.is_empty() {
        return vec!["environment variable name must be non-empty".to_owned()];
    }
    let fits = value.bytes().all(|c| (0x20..=0x7e).contains(&c) && c != b'=');
    if fits { Vec::new() } else { vec![ENV_NAME_RULE.to_owned()] }
}

/// The name of an environment variable by the stricter rule of clients. Models `IsEnvVarName`.
pub fn is_strict_env_name(value: &str) -> Vec<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let wrong = value.is_empty() || value.starts_with(|c: char| c.is_ascii_digit()) || !value.chars().all(fits);
    let mut out = if wrong { vec![STRICT_ENV_NAME_RULE.to_owned()] } else { Vec::new() };
    out.extend(no_dots(value).map(str::to_owned));
    out
}

/// `generateName` must make a valid name once a suffix is added: the last hyphen or dot does not count.
pub fn mask_trailing_dash(name: &str) -> String {
    match name.len().checked_sub(2).and_then(|at| name.get(..at)) {
        Some(head) if name.ends_with('-') => head.to_owned() + "a",
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_as_in_the_transcripts() {
        assert!(is_dns1123_subdomain("a.b-c.d").is_empty());
        assert_eq!(is_dns1123_subdomain("Bad_Name"), [SUBDOMAIN_RULE]);
        assert_eq!(is_dns1123_label("a.b.c"), ["must not contain dots"]);
        assert_eq!(is_dns1123_label(&"a".repeat(80)), ["must be no more than 63 characters"]);
        assert_eq!(is_label_value("-bad-"), [LABEL_VALUE_RULE]);
        assert_eq!(is_qualified_name(&"x".repeat(64)), ["name part must be no more than 63 bytes"]);
        assert_eq!(is_port_name("averyveryverylongportname"), ["must be no more than 15 characters"]);
        assert_eq!(is_port_name("123"), ["must contain at least one letter (a-z)"]);
        assert_eq!(is_port(0), ["must be between 1 and 65535, inclusive"]);
        assert_eq!(is_config_key("bad key"), [CONFIG_KEY_RULE]);
        assert_eq!(is_strict_env_name("1A"), [STRICT_ENV_NAME_RULE]);
        assert!(is_strict_env_name("my.env-name").is_empty());
    }
}
