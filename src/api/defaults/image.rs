//! The parts of an image's name. Models `pkg/util/parsers` and `distribution/reference`.

/// The tag that the name ends in: `latest` where there is neither tag nor digest, "" for a digest or for no name.
pub fn tag(image: &str) -> &str {
    if image.contains('@') || !is_reference(image) {
        return "";
    }
    let name_at = image.rfind('/').map_or(0, |at| at + 1);
    let name = image.get(name_at..).unwrap_or("");
    name.split_once(':').map_or("latest", |(_, tag)| tag)
}

/// Roughly what a reference may look like: enough to tell names from what is none.
pub fn is_reference(image: &str) -> bool {
    let fits = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-' | b'/' | b':' | b'@');
    let rest = image.rsplit('/').next().unwrap_or("");
    let repository = rest.split([':', '@']).next().unwrap_or("");
    image.bytes().all(fits)
        && repository.bytes().next().is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        && repository.bytes().all(|c| !c.is_ascii_uppercase())
}

/// What `imagePullPolicy` is by default.
pub fn pull_policy(image: &str) -> &'static str {
    if tag(image) == "latest" { "Always" } else { "IfNotPresent" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found() {
        let cases = [
            ("nginx", "latest"),
            ("nginx:1.27", "1.27"),
            ("localhost:5000/x", "latest"),
            ("r.io/a/b:v1", "v1"),
            ("x@sha256:abc", ""),
            ("", ""),
            (" nginx", ""),
        ];
        for (image, want) in cases {
            assert_eq!(tag(image), want, "{image}");
        }
    }
}
