//! Which release of a program a tag names: `1.25`, `stable-alpine`, `latest`. Models how Docker's library tags its images.

use super::base::Base;

/// Words that follow a version, or stand for the newest one: distributions and flavours.
const VARIANTS: &[&str] = &[
    "alpine",
    "bionic",
    "bookworm",
    "bullseye",
    "buster",
    "debian",
    "focal",
    "glibc",
    "jammy",
    "jdk",
    "jessie",
    "jre",
    "management",
    "musl",
    "noble",
    "oracle",
    "oraclelinux",
    "otel",
    "perl",
    "slim",
    "stretch",
    "trixie",
    "ubi",
    "uclibc",
];

/// What a tag names of an image's `releases`; None where it is not there.
///
/// `releases` are words, newest first. `1.28.0` is the last patch of its series: it stands for `1.28`, for its earlier
/// patches and, where it is the first of its major version, for `1`. Where each major version is listed once, its earlier
/// minor versions are meant as well. `=24.04` is that version only. `stable=1.28.0` is a name. `latest` and a variant
/// alone are the first word's, unless they are named.
pub fn resolve(releases: &str, tag: &str) -> Option<String> {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or("");
    let named = |name: &str| {
        releases.split(' ').find_map(|word| word.split_once('=').filter(|(n, _)| !n.is_empty() && *n == name))
    };
    let newest = || releases.split(' ').next().map(|word| word.trim_start_matches('=').to_owned());
    let found = match named(tag).or_else(|| named(first)) {
        Some((_, version)) => Some(version.to_owned()),
        None if first == "latest" || is_variant(first) => newest(),
        None => numbered(releases, first),
    };
    found.filter(|_| parts.all(is_variant) || named(tag).is_some())
}

/// `alpine`, `alpine3.20`, `slim`: a distribution or flavour.
fn is_variant(word: &str) -> bool {
    VARIANTS.contains(&word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
}

fn numbers(text: &str) -> Option<Vec<u32>> {
    text.split('.').map(|n| n.parse().ok()).collect()
}

fn numbered(releases: &str, version: &str) -> Option<String> {
    let asked = numbers(version.strip_prefix('v').unwrap_or(version))?;
    let words = || releases.split(' ').filter(|w| !w.contains('=') || w.starts_with('='));
    if let Some(word) = words().find(|w| w.strip_prefix('=').is_some_and(|w| w == version)) {
        return Some(word.trim_start_matches('=').to_owned());
    }
    let rows: Vec<Vec<u32>> = words().filter(|w| !w.starts_with('=')).filter_map(numbers).collect();
    let text = |row: &[u32]| row.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
    // A prefix of a release is its newest; that covers `1`, `1.28` and `1.28.0`.
    if let Some(row) = rows.iter().find(|row| row.starts_with(&asked)) {
        return Some(text(row));
    }
    let (major, minor) = (asked.first()?, asked.get(1)?);
    let same_major: Vec<&Vec<u32>> = rows.iter().filter(|row| row.first() == Some(major)).collect();
    let listed_once = same_major.len() == 1 && rows.len() > 1;
    let covers = |row: &&&Vec<u32>| {
        asked.len() <= row.len() && **row > &asked && (listed_once || (row.len() > 2 && row.get(1) == Some(minor)))
    };
    let row = same_major.iter().find(covers)?;
    let mut version = asked.clone();
    version.resize(row.len(), 0);
    Some(text(&version))
}

/// The system below a tag's image, where its variant says another one.
pub fn base(own: Base, tag: &str) -> Base {
    let has = |word: &str| tag.split('-').any(|part| part.starts_with(word));
    match own {
        Base::Debian | Base::Full if has("alpine") => Base::Alpine,
        Base::Full if has("slim") => Base::Debian,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_name_releases() {
        const NGINX: &str = "1.29.1 1.28.0 1.27.5 1.14.2 stable=1.28.0 mainline=1.29.1";
        const NODE: &str = "24.8.0 22.19.0 20.19.5 lts=22.19.0";
        const UBUNTU: &str = "=24.04 =22.04 noble=24.04";
        let cases = [
            (NGINX, "latest", Some("1.29.1")),
            (NGINX, "1", Some("1.29.1")),
            (NGINX, "alpine", Some("1.29.1")),
            (NGINX, "1-alpine", Some("1.29.1")),
            (NGINX, "alpine3.22", Some("1.29.1")),
            (NGINX, "stable", Some("1.28.0")),
            (NGINX, "stable-alpine-slim", Some("1.28.0")),
            (NGINX, "1.27", Some("1.27.5")),
            (NGINX, "1.27.2", Some("1.27.2")),
            (NGINX, "1.27.2-alpine3.20", Some("1.27.2")),
            (NGINX, "1.27.6", None),
            (NGINX, "1.14.2", Some("1.14.2")),
            (NGINX, "9.99", None),
            (NGINX, "1.161", None),
            (NGINX, "1.2", None),
            (NGINX, "1.27.2.1", None),
            (NGINX, "1.27-nosuch", None),
            (NGINX, "nosuch", None),
            (NODE, "20", Some("20.19.5")),
            (NODE, "20.11", Some("20.11.0")),
            (NODE, "20.11.1-slim", Some("20.11.1")),
            (NODE, "20.20", None),
            (NODE, "21", None),
            (NODE, "lts-alpine", Some("22.19.0")),
            (UBUNTU, "latest", Some("24.04")),
            (UBUNTU, "noble", Some("24.04")),
            (UBUNTU, "22.04", Some("22.04")),
            (UBUNTU, "22", None),
            (UBUNTU, "22.05", None),
        ];
        for (releases, tag, want) in cases {
            assert_eq!(resolve(releases, tag).as_deref(), want, "{releases}: {tag}");
        }
    }
}
